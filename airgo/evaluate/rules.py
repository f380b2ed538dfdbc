"""What reading Python can find: the rules AG100 to AG129 and AG900."""

from __future__ import annotations

from airgo.diagnostics import Rule, Severity

ASSUMED_DEFAULT = Rule(
    "AG100",
    "assumed-default",
    Severity.NOTE,
    summary="A decision is made with the default written in the code",
    why="The shape of the DAG depends on a value from outside (an environment value, a Variable) that airgo was not given. "
    "The default that the code itself falls back to decides; another value at deployment would have built another DAG.",
    remedy="Give the value in airgo.toml, or check that the default is what production uses",
)
WOULD_RAISE = Rule(
    "AG101",
    "would-raise",
    Severity.ERROR,
    summary="A statement would raise an exception, as far as airgo can see",
    why="Python would stop here. airgo goes on behind the statement, so that the rest of the file can be looked at; "
    "names that the statement would have bound are not known.",
    remedy="Correct the statement, or give the value it misses in airgo.toml",
)
UNDECIDED_TEST = Rule(
    "AG102",
    "undecided-test",
    Severity.NOTE,
    summary="A test cannot be decided; both branches were looked at",
    why="The test depends on something that is known only at deployment or run time. Values that differ between the branches are kept as a "
    "choice, and tasks built in a branch carry the test; each place where that matters has a diagnostic of its own.",
    remedy="Give the value in airgo.toml to decide the test",
)
OUT_OF_FUEL = Rule(
    "AG103",
    "too-many-steps",
    Severity.ERROR,
    summary="The file computes more than airgo follows",
    why="A file may take 500,000 steps. What was built before the limit is kept, the rest is missing.",
    remedy="Build the DAGs with less computation, or split the file",
)
UNKNOWN_ROUNDS = Rule(
    "AG104",
    "unknown-number-of-rounds",
    Severity.ERROR,
    summary="A loop runs over something whose elements are not known; its body was looked at once",
    why="How many tasks or values the loop makes is decided by a value from outside.",
    remedy="Give the value in airgo.toml, or write a default in the code",
)
TOO_DEEP = Rule(
    "AG105",
    "call-too-deep",
    Severity.WARNING,
    summary="Calls are nested deeper than airgo follows",
    why="Calls may be nested 64 deep, one function may be on the stack 8 times, and under 6 nested tests that cannot be decided "
    "no function is entered. What the call would have returned is not known.",
    remedy="Compute the value with less recursion",
)
OPAQUE_DECORATOR = Rule(
    "AG106",
    "decorator-not-entered",
    Severity.NOTE,
    summary="A decorator from outside the project is passed over",
    why="airgo does not read code outside the project: the function is taken as it stands, without what the decorator adds.",
    remedy="Check that the decorator does not change what the function builds",
)
NOT_ON_PATH = Rule(
    "AG107",
    "import-beside-the-file",
    Severity.NOTE,
    summary="A module was found in a folder that Airflow does not put on the path",
    why="Airflow's path holds the dags, plugins and config folders. airgo also looks beside the file, in the folders above it and in "
    "common roots; a deployment that imports the module needs that folder on PYTHONPATH.",
    remedy="List the folder under source_roots in airgo.toml",
)
SYNTAX = Rule(
    "AG108",
    "syntax-error",
    Severity.ERROR,
    summary="A file is no valid Python",
    why="The file cannot be parsed, so nothing in it is known. Other files are not affected.",
    remedy="Correct the syntax, or exclude the file",
)
NOT_FOLLOWED = Rule(
    "AG109",
    "statement-not-followed",
    Severity.ERROR,
    summary="airgo does not follow this kind of statement",
    why="The statement has no evaluation; names it binds are not known.",
    remedy="Write it in another way",
)
UNREADABLE = Rule(
    "AG110",
    "unreadable-file",
    Severity.ERROR,
    summary="A file cannot be read",
    why="Files are read only inside the project, as UTF-8 text of at most 5 MB.",
    remedy="Move or shrink the file, or exclude it",
)
BROKEN_ARCHIVE = Rule(
    "AG120",
    "broken-archive",
    Severity.ERROR,
    summary="A zip file in the DAGs folder cannot be read",
    why="Airflow loads the modules at the root of a zip file. This one is no zip file that can be unpacked, so what it holds is not known.",
    remedy="Make the archive again, or exclude it",
)
UNKNOWN_CALLEE = Rule(
    "AG111",
    "call-of-unknown",
    Severity.WARNING,
    summary="Something that is not known is called",
    why="What is called could not be determined, so neither its result nor what it builds is known.",
    remedy="See the reason; often a value in airgo.toml or another source root helps",
)
INTERNAL = Rule(
    "AG900",
    "internal-error",
    Severity.ERROR,
    summary="airgo made a mistake of its own at this statement",
    why="An error inside airgo. The statement is passed over and everything else goes on.",
    remedy="Report it with the statement, if you may share it",
)
