"""Why a piece of Python cannot travel, or travels with a warning: the rules of the family AG5."""

from __future__ import annotations

from dataclasses import dataclass

from airgo.diagnostics import Rule, Severity
from airgo.source import Span

NOT_CARRIED = Rule(
    "AG500",
    "code-not-carried",
    Severity.ERROR,
    summary="A Python task uses something that cannot be carried into its script",
    why="The script of a task holds the function and what it uses; a name bound in a way airgo cannot reproduce would be missing there.",
    remedy="Define the name by a plain statement at the top of the module, or pass the value in op_kwargs",
)
UNDEFINED = Rule(
    "AG530",
    "undefined-in-code",
    Severity.ERROR,
    summary="A Python task reads a name that its module does not define",
    why="The task ends with a NameError, an AttributeError or an ImportError in Airflow, too, when it comes to that line.",
    remedy="Define or import the name",
)
PROJECT_IMAGE = Rule(
    "AG531",
    "project-in-image",
    Severity.WARNING,
    summary="A Python task needs the project's files in its image",
    why="Its code looks for files beside its own, or is too large for a ConfigMap. images/Dockerfile copies the project to /airgo-project; "
    "the default image does not have it.",
    remedy="Build the image from images/Dockerfile in the project's folder, and name it under [images] python",
)
TUPLE_XCOM = Rule(
    "AG532",
    "tuple-in-xcom",
    Severity.WARNING,
    summary="A Python task hands on a tuple, which arrives as a list",
    why="XComs travel as JSON, which has lists only; Airflow gives the reader a tuple again.",
    remedy="Return a list, or make a tuple of it in the task that reads it",
)
NO_JSON = Rule(
    "AG537",
    "xcom-not-json",
    Severity.WARNING,
    summary="A Python task hands on a value that JSON does not have",
    why="XComs travel as JSON: dicts, lists, texts, numbers, booleans and None. The script fails when it writes any other value; Airflow "
    "can hand some of them on (sets, dates, data frames).",
    remedy="Return what JSON has, such as a list, `.isoformat()` or `.to_dict()`, or write a file to object storage and return its place",
)
GLOBAL_STATE = Rule(
    "AG538",
    "global-state-changed",
    Severity.NOTE,
    summary="A Python task changes a global variable of its module",
    why="Every task runs in a process of its own, in Argo and in Airflow; only where an executor keeps a worker's process does a change "
    "outlive the task.",
    remedy="Hand the value on as an XCom",
)
AIRFLOW_COMMAND = Rule(
    "AG533",
    "airflow-command-in-code",
    Severity.WARNING,
    summary="A Python task runs the airflow command",
    why="The image of the script has no Airflow, and there is no database behind it.",
    remedy="Use argo's own commands, or a task of the DAG that does the same",
)
SYS_PATH = Rule(
    "AG534",
    "sys-path-changed",
    Severity.WARNING,
    summary="A module that a Python task needs changes sys.path",
    why="The statement does not travel: modules that are only found by it are taken for packages that the image must hold.",
    remedy="Name the folder in `source-roots` of airgo.toml, so that airgo finds the modules",
)
IMPORT_NETWORK = Rule(
    "AG535",
    "network-on-import",
    Severity.NOTE,
    summary="Code of a Python task's module opens connections before the function is called",
    why="In Airflow that happens whenever the file is loaded; in Argo when the script of the task starts.",
    remedy="Open the connection inside the function",
)
SHARED_FILE = Rule(
    "AG536",
    "file-shared-by-path",
    Severity.WARNING,
    summary="Two tasks name the same file or folder",
    why="Each task runs in a pod of its own, whose files are gone when it ends; in Airflow they may share a worker's disk.",
    remedy="Hand the content on as an XCom, use object storage, or mount one volume into both templates",
)
EXIT_WITHOUT_ERROR = Rule(
    "AG550",
    "exit-without-error",
    Severity.WARNING,
    summary="A sensor or command of Python leaves the interpreter with exit code 0",
    why="The script of a sensor, or of a task that makes a command, then ends well, as a task of Airflow 2 does, and hands on nothing; "
    "Airflow 3 fails a task that raises SystemExit, whatever its code. Other scripts do as their Airflow does.",
    remedy="Return from the function, or raise an exception, as you mean it",
)
NEEDS_AIRFLOW = Rule(
    "AG501",
    "airflow-in-code",
    Severity.ERROR,
    summary="A Python task uses a part of Airflow that exists only where Airflow is installed",
    why="The script runs without Airflow. Variable.get, BaseHook.get_connection, get_current_context and the exceptions are replaced; "
    "hooks, operators and the database are not.",
    remedy="Use the service's own client library with the connection from BaseHook.get_connection, or wait for images with Airflow",
)
CONTEXT = Rule(
    "AG502",
    "unknown-context",
    Severity.ERROR,
    summary="A Python task asks Airflow's context for something that airgo cannot give",
    why="The context is handed over value by value, so what is read from it must be seen in the code and known in Argo.",
    remedy="Read the context by literal keys in the function itself, or take the value as an argument",
)
PACKAGES = Rule(
    "AG503",
    "packages-needed",
    Severity.WARNING,
    summary="A Python task imports packages that its image must hold",
    why="The default image holds Python's standard library only.",
    remedy="Build the image from images/Dockerfile, or name one that has the packages under [images] python",
)
PULL = Rule(
    "AG504",
    "unresolved-xcom-pull",
    Severity.ERROR,
    summary="A Python task pulls an XCom that airgo cannot determine",
    why="In Argo a task is given the values that it reads, by name. Task ids and keys must therefore be known.",
    remedy="Pull by literal task_ids and key, or pass the other task's output as an argument",
)
BESIDE_FILE = Rule(
    "AG505",
    "file-beside-code",
    Severity.ERROR,
    summary="A Python task looks for files beside its own source file",
    why="The script runs from a file of its own, where the project's files are not.",
    remedy="Name the files by an absolute path in the image, or pass their content as an argument",
)
DYNAMIC_ENVIRONMENT = Rule(
    "AG506",
    "environment-not-listed",
    Severity.WARNING,
    summary="A Python task reads environment variables or Airflow Variables whose names are computed",
    why="What a task reads from the environment is given to it by name; a computed name cannot be listed.",
    remedy="Read them by literal names, or add them to the template's env by hand",
)
NO_CALLABLE = Rule(
    "AG507",
    "callable-not-known",
    Severity.ERROR,
    summary="The function that a Python task runs cannot be determined",
    why="python_callable must lead to a function, method, lambda or partial whose source airgo can read.",
    remedy="Pass a function that is defined in the project",
)
ARGUMENT = Rule(
    "AG508",
    "argument-not-carried",
    Severity.ERROR,
    summary="An argument of a Python task cannot be carried as data",
    why="Arguments travel as text or JSON, or as plain Python values; objects of other classes do not.",
    remedy="Pass plain data and build the object inside the function",
)
ARGO_TAG = Rule(
    "AG509",
    "argo-tag-in-code",
    Severity.ERROR,
    summary="The code of a Python task holds text that Argo would replace",
    why="Argo looks for tags such as {{workflow.name}} in the whole script before it runs, and the code is not changed by airgo.",
    remedy='Write the text in two parts, such as "{" "{workflow.name}}"',
)
CLASH = Rule(
    "AG510",
    "names-clash",
    Severity.ERROR,
    summary="Two modules that a Python task needs give one name to different things",
    why="Both are carried into one script, where a name can mean one thing.",
    remedy="Rename one of the two",
)
PENDULUM = Rule(
    "AG511",
    "datetime-not-pendulum",
    Severity.NOTE,
    summary="A Python task hands on a date of the context, which is not of pendulum's own class",
    why="The image need not have pendulum. The script's DateTime prints and calculates as pendulum's does, and has its usual methods; "
    "any other is an AttributeError when the task runs.",
    remedy="Nothing, or import pendulum in the task's module: then the image must have it, and the dates are its own",
)
REQUIREMENTS = Rule(
    "AG512",
    "environment-of-its-own",
    Severity.WARNING,
    summary="A task that makes its own Python environment needs its packages in the image",
    why="Airflow installs the packages when the task starts; a container that installs at run time depends on a package index.",
    remedy="Build the image from images/requirements.txt, or name one that has the packages under [images] python",
)
DYNAMIC_NAMES = Rule(
    "AG513",
    "names-computed",
    Severity.ERROR,
    summary="A Python task looks up names of its module by computed text",
    why="globals(), eval and exec may use any name of the module, so the code it needs cannot be determined.",
    remedy="Name the functions in a dict and look them up there",
)
POLLS_IN_POD = Rule(
    "AG514",
    "poll-keeps-pod",
    Severity.WARNING,
    summary="A Python sensor in mode reschedule keeps its pod while it waits",
    why="Airflow frees the worker between two pokes; the script sleeps instead. The outcome is the same, the resources are not.",
    remedy="Give the template small resource requests",
)
OPTIONAL_VALUE = Rule(
    "AG516",
    "optional-deployment-value",
    Severity.NOTE,
    summary="A Python task reads a value of the deployment that may be missing",
    why="The code says what to do without the value, and airgo.toml does not give it: the ConfigMap has no such key until you add it.",
    remedy="Give the value in airgo.toml, or leave it out",
)
CONF_TEXT = Rule(
    "AG517",
    "conf-as-text",
    Severity.WARNING,
    summary="A Python task reads a value of dag_run.conf, which arrives as text",
    why="dag_run.conf becomes workflow parameters, and those are texts; Airflow keeps the types of the JSON that triggered the run.",
    remedy="Declare the key among the DAG's params with a default of the right type",
)
BRANCH_UNKNOWN = Rule(
    "AG515",
    "decorator-dropped",
    Severity.ERROR,
    summary="A decorator of Airflow decides at run time whether the task runs",
    why="run_if and skip_if are evaluated by Airflow before the function is called. The script asks one condition that is a function of "
    "the project; several of them, or others, it does not.",
    remedy="Test the condition inside the function and raise AirflowSkipException",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a slice: which rule, in the user's words, and where (None: at the callable itself)."""

    rule: Rule
    message: str
    span: Span | None = None
