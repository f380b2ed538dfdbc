"""The rules that several lowering passes report: what cannot be converted, and what behaves differently."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

UNMAPPED_OPERATOR = Rule(
    "AG201",
    "unmapped-operator",
    ERROR,
    "an operator that no mapping describes",
    "airgo converts an operator when a mapping says what each of its arguments means. Without one, guessing could run the wrong thing, "
    "so the task becomes a template that fails with this message.",
    "write a mapping (`airgo mappings new CLASS`) and pass its folder with --mappings, or convert the task by hand",
)
UNMAPPED_ARGUMENT = Rule(
    "AG203",
    "unmapped-argument",
    WARNING,
    "an argument that the operator's mapping does not name",
    "Mappings are allow-lists: what a mapping does not name has no effect on the manifest, and that may change what the task does.",
    "remove the argument, or name it in a mapping of your own",
)
UNSUPPORTED_ARGUMENT = Rule(
    "AG204",
    "unsupported-argument",
    WARNING,
    "an argument without a counterpart in Argo",
    "The mapping knows the argument and says that nothing in Argo does the same; the reason is in the message.",
    "change the task so that it does not need the argument, or accept the difference",
)
PROJECT_EXECUTE = Rule(
    "AG220",
    "project-operator-code",
    ERROR,
    "an operator of the project with its own execute",
    "The class replaces what its base does by Python code of its own that runs inside Airflow. "
    "Its base's mapping would run something else, so the task fails until it is converted by hand.",
    "move the code into a function for a Python task, or write a mapping for the class",
)
MISSING_ARGUMENT = Rule(
    "AG221",
    "missing-argument",
    ERROR,
    "a required argument that is not given",
    "The operator cannot run without this argument and airgo saw no value for it.",
    "give the argument in the operator call or in default_args",
)
UNRENDERABLE = Rule(
    "AG223",
    "unrenderable-task",
    ERROR,
    "arguments that the operator's mapping cannot render",
    "The mapping's template met a value of a kind that it has no place for.",
    "write the argument as plain data, or extend the mapping",
)
MANUAL_OPERATOR = Rule(
    "AG224",
    "manual-operator",
    ERROR,
    "an operator that has to be converted by hand",
    "The mapping says that no manifest does the same; its notes say what to use instead.",
    "replace the template by hand; `airgo mappings show CLASS` has the advice",
)
TOO_MANY_TASKS = Rule(
    "AG602",
    "too-many-tasks",
    ERROR,
    "a DAG of more tasks than Argo accepts in one template",
    "Argo's definitions refuse more than 200 tasks in a DAG template and more than 200 templates in a workflow. airgo cuts a larger DAG "
    "into parts, but one that stops at its first failure would have to stop in all of them, and one task's own templates stay together.",
    "split the DAG, or leave out fail_fast",
)
LARGE_WORKFLOW = Rule(
    "AG607",
    "large-workflow",
    WARNING,
    "a DAG whose templates may not fit into a workflow's object",
    "Every run keeps a copy of its templates in its status, beside the state of its nodes. Argo's controller takes workflows of at most "
    "1 MB, after compressing the nodes, unless node statuses are offloaded to a database; etcd takes no object of more than 1.5 MB.",
    "turn on node status offloading, or split the DAG",
)
LATE_PARTS = Rule(
    "AG608",
    "waits-for-part",
    WARNING,
    "a DAG of more than 200 tasks whose parts wait for each other",
    "Argo takes no more than 200 tasks in one DAG template, so that the DAG is cut into parts. A task that needs one of another part "
    "starts when all of that part has ended. Every task ends as in Airflow, but some start later.",
    "nothing, unless the early start matters; else split the DAG where its halves are tied by few tasks",
)
NOTICE = Rule(
    "AG226",
    "operator-note",
    NOTE,
    "something to know about how an operator was converted",
    "The operator's mapping assumes something that holds for most tasks; the message says what.",
    "check that the assumption holds",
)
NOTICE_WARNING = Rule(
    "AG227",
    "operator-difference",
    WARNING,
    "a task that may behave differently from its operator",
    "The operator's mapping knows a difference between the operator and its template; the message says which.",
    "check whether the difference matters for the task",
)
OPTION = Rule(
    "AG606",
    "option-without-effect",
    Severity.WARNING,
    "a setting of airgo that does not change this DAG",
    "The setting asks for a form of output that airgo does not write; what it writes instead behaves as the DAG does.",
    "leave the setting at its default",
)
