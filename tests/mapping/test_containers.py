"""What Docker says of a container, in Kubernetes' words."""

from __future__ import annotations

import pytest

from airgo.argo.text import Expression, Text
from airgo.mapping.containers import byte_size, group_id, host_aliases, user_id, words
from airgo.mapping.signals import OMIT, MappingUse

HOLE = Expression("x")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python a.py --x 'a b' \"c d\"", ["python", "a.py", "--x", "a b", "c d"]),
        ("['sh', '-c', 'echo $A']", ["sh", "-c", "echo $A"]),
        (["echo", 1], ["echo", "1"]),
        (Text(("run --day=", HOLE, " 'x ", HOLE, "'")), ["run", Text(("--day=", HOLE)), Text(("x ", HOLE))]),
        ("", OMIT),
    ],
)
def test_a_command_is_split_as_a_shell_splits_it(command: object, expected: object) -> None:
    """Docker splits a text into words; a hole stays in its word."""
    assert words(command) == expected


@pytest.mark.parametrize("command", ["echo 'a", "[1, 2", "[x]", 7])
def test_what_is_no_command_is_refused(command: object) -> None:
    """An open quote, half a list, a name, a number."""
    with pytest.raises(MappingUse):
        words(command)


@pytest.mark.parametrize(
    ("size", "quantity"), [("512m", "512Mi"), ("2g", "2Gi"), ("1GB", "1Gi"), (1024, "1024"), ("64k", "64Ki"), ("1.5g", "1.5Gi")]
)
def test_memory_sizes(size: object, quantity: str) -> None:
    """`m` is mebibytes for Docker and milli for Kubernetes."""
    assert byte_size(size) == quantity


def test_users_are_numbers() -> None:
    """Kubernetes looks no names up; root is 0 everywhere."""
    assert (user_id(1000), user_id("1000:50"), user_id("root"), group_id("1000:50"), group_id(1000)) == (1000, 1000, 0, 50, OMIT)
    with pytest.raises(MappingUse, match="must be a number"):
        user_id("airflow")


def test_extra_hosts() -> None:
    """Names by address."""
    assert host_aliases({"a": "10.0.0.1", "b": "10.0.0.1"}) == [{"ip": "10.0.0.1", "hostnames": ["a", "b"]}]
