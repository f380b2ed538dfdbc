"""Names: every id becomes one that Argo and Kubernetes accept, without collisions and without surprise."""

from __future__ import annotations

import pytest

from airgo.argo.names import (
    CRON_LIMIT,
    KEYWORDS,
    LABEL_NAME,
    OBJECT_LIMIT,
    TASK,
    TASK_LIMIT,
    Namer,
    cron_name,
    object_name,
    parameter_name,
    task_name,
    template_name,
)

NASTY = [
    "",
    "-",
    "--a",
    "not",
    "in",
    "1",
    "2024_load",
    "a" * 300,
    "数据",
    "Größe",
    "a b",
    "a.b.c",
    "_x_",
    "A",
    "-1",
    "e\u0301",
    "x" * 128 + "_",
]


@pytest.mark.parametrize("identifier", NASTY)
def test_a_task_name_is_always_allowed(identifier: str) -> None:
    """Whatever the id, the task's name matches Argo's pattern, starts with no digit, is no keyword and is short enough."""
    for name in (task_name(identifier), template_name(identifier)):
        assert TASK.fullmatch(name)
        assert not name[0].isdigit()
        assert name not in KEYWORDS
        assert len(name) <= TASK_LIMIT


@pytest.mark.parametrize("identifier", NASTY)
def test_an_object_name_is_always_allowed(identifier: str) -> None:
    """Whatever the id, the object's name is an RFC 1123 label within its limit."""
    for name, limit in ((object_name(identifier), OBJECT_LIMIT), (cron_name(identifier), CRON_LIMIT)):
        assert LABEL_NAME.fullmatch(name)
        assert len(name) <= limit


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("A", "A"),
        ("print_message", "print-message"),
        ("group.load", "group-load"),
        ("already-good", "already-good"),
        ("a--b", "a--b"),
        ("Café_x", "Cafe-x"),
        ("1_load", "task-1-load"),
        ("not", "task-not"),
        ("Not", "Not"),
    ],
)
def test_the_users_spelling_is_kept_where_argo_allows(identifier: str, name: str) -> None:
    """A name differs from the id only where it has to."""
    assert task_name(identifier) == name


def test_parameters_keep_underscores() -> None:
    """A parameter may hold `_` but no dot."""
    assert parameter_name("batch_size") == "batch_size"
    assert parameter_name("a.b") == "a-b"
    assert parameter_name("1") == "1"


def test_objects_are_lower_case() -> None:
    """Kubernetes takes no capitals, and no underscore."""
    assert object_name("My_DAG.v2") == "my-dag-v2"


def test_two_long_ids_stay_apart() -> None:
    """Ids that differ beyond the limit get different names."""
    assert cron_name("x" * 80 + "a") != cron_name("x" * 80 + "b")


def test_no_suffix_without_a_collision() -> None:
    """A name that nobody else wants is plain."""
    assert dict(Namer(task_name, ["a_b", "c"])) == {"a_b": "a-b", "c": "c"}


def test_the_verbatim_id_keeps_its_name() -> None:
    """Where two ids come to one name, the one spelled like it keeps it."""
    namer = Namer(task_name, ["a_b", "a-b", "a.b"])
    assert namer["a-b"] == "a-b"
    assert len(set(namer.values())) == 3
    assert all(name.startswith("a-b") for name in namer.values())


def test_names_do_not_depend_on_order_or_on_third_parties() -> None:
    """The same ids in another order, or with an unrelated one more, get the same names."""
    first = Namer(task_name, ["a_b", "a.b", "c_d"])
    second = Namer(task_name, ["x.y", "c_d", "a.b", "a_b"])
    assert all(first[key] == second[key] for key in first)


def test_reserved_names_are_not_given_out() -> None:
    """A task called `airgo_end` does not become the end task of the run."""
    namer = Namer(task_name, ["airgo_end"], reserved=["airgo-end"])
    assert namer["airgo_end"].startswith("airgo-end-")


def test_a_suffix_never_hits_an_existing_name() -> None:
    """A task that is already called like another's suffixed name pushes that one to a longer suffix."""
    suffixed = Namer(task_name, ["a_b", "a.b"])["a_b"]
    namer = Namer(task_name, ["a_b", "a.b", suffixed])
    assert namer[suffixed] == suffixed
    assert len(set(namer.values())) == 3


def test_keys_may_want_the_same_spelling() -> None:
    """Two templates that would both like to be called `load` get two names."""
    namer = Namer(template_name, {"etl.load": "load", "mail.load": "load", "x": "x_y"})
    assert len(set(namer.values())) == 3
    assert namer.renames() == (("etl.load", namer["etl.load"]), ("mail.load", namer["mail.load"]), ("x", "x-y"))


def test_suffixed_names_respect_the_limit() -> None:
    """A suffix does not push a name over its limit."""
    namer = Namer(cron_name, ["x" * 52, "X" * 52, "x" * 51 + "_"])
    assert all(len(name) <= CRON_LIMIT for name in namer.values())
    assert len(set(namer.values())) == 3
