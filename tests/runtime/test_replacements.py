"""What stands in for Airflow's own modules, compared with them where Airflow is installed."""

from __future__ import annotations

import datetime

import pytest
from airflow._shared.timezones import timezone as airflow_timezone
from airflow.sdk import TriggerRule as AirflowTriggerRule
from airflow.sdk.definitions.connection import Connection as AirflowConnection

from airgo.runtime.configuration import airgo_conf
from airgo.runtime.connections import BaseHook, Connection
from airgo.runtime.exceptions import AirflowConfigException
from airgo.runtime.timezone import airgo_timezone
from airgo.runtime.trigger_rules import TriggerRule

NAIVE = datetime.datetime(2024, 3, 1, 2, 3, 4, 5)
EASTERN = datetime.timezone(datetime.timedelta(hours=-5))
AWARE = NAIVE.replace(tzinfo=EASTERN)
QUESTIONS = {
    "is_localized": (NAIVE,),
    "is_naive": (AWARE,),
    "make_aware": (NAIVE,),
    "make_naive": (AWARE,),
    "convert_to_utc": (AWARE,),
    "coerce_datetime": (NAIVE,),
    "from_timestamp": (1_700_000_000.5,),
    "datetime": (2024, 1, 2, 3),
    "parse": ("2024-01-02T03:04:05Z",),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_timezone_answers_as_airflows(name: str) -> None:
    """Each function gives an equal value with an equal text."""
    ours, theirs = getattr(airgo_timezone, name)(*QUESTIONS[name]), getattr(airflow_timezone, name)(*QUESTIONS[name])
    assert (ours, str(ours)) == (theirs, str(theirs))


def test_timezone_knows_its_edges() -> None:
    """None stays None; what is aware is not made so again, and what is naive not taken away; the clock is in UTC."""
    for function in (airgo_timezone.make_aware, airgo_timezone.convert_to_utc, airgo_timezone.coerce_datetime):
        assert function(None) is None
    assert airgo_timezone.convert_to_utc(NAIVE) == airflow_timezone.convert_to_utc(NAIVE)
    assert airgo_timezone.coerce_datetime(AWARE) == airflow_timezone.coerce_datetime(AWARE)
    assert airgo_timezone.make_aware(NAIVE, EASTERN) == airflow_timezone.make_aware(NAIVE, EASTERN)
    assert airgo_timezone.utc_epoch().timestamp() == 0
    assert abs((airgo_timezone.utcnow() - airflow_timezone.utcnow()).total_seconds()) < 60
    with pytest.raises(ValueError, match="naive datetime"):
        airgo_timezone.make_aware(AWARE)
    with pytest.raises(ValueError, match="naive datetime"):
        airgo_timezone.make_naive(NAIVE)


def test_the_names_of_trigger_rules_are_airflows() -> None:
    """Every rule of Airflow's has the same text here."""
    assert {rule.name: str(rule.value) for rule in AirflowTriggerRule} == {rule.name: str(rule) for rule in TriggerRule}
    assert TriggerRule.ALL_DONE == "all_done"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """AIRFLOW__SECTION__KEY gives a setting, by type; a missing one is its fallback, or an error that names the variable."""
    for name, value in {
        "WEB__URL": "http://x",
        "A_B__N": "3",
        "A__YES": "True # on",
        "A__NO": "f",
        "A__F": "1.5",
        "A__J": '{"k": 1}',
    }.items():
        monkeypatch.setenv(f"AIRFLOW__{name}", value)
    assert airgo_conf.get("web", "url") == "http://x"
    assert (airgo_conf.getint("a.b", "n"), airgo_conf.getfloat("a", "f")) == (3, 1.5)
    assert (airgo_conf.getboolean("a", "yes"), airgo_conf.getboolean("a", "no")) == (True, False)
    assert (airgo_conf.getjson("a", "j"), airgo_conf.getjson("a", "none", fallback=[])) == ({"k": 1}, [])
    assert (airgo_conf.has_option("a", "f"), airgo_conf.has_option("a", "none")) == (True, False)
    assert airgo_conf.get("a", "none", fallback=None) is None
    with pytest.raises(AirflowConfigException, match="set AIRFLOW__A__NONE"):
        airgo_conf.get("a", "none")
    with pytest.raises(AirflowConfigException, match="neither true nor false"):
        airgo_conf.getboolean("web", "url")
    with pytest.raises(AirflowConfigException, match="no number"):
        airgo_conf.getint("web", "url")
    with pytest.raises(AirflowConfigException, match="no whole number"):
        airgo_conf.getint("a", "f")


URIS = (
    "postgres://u:p%2F@h:3306/s?a=1&b=",
    "http://https%3A%2F%2Fh/",
    "google-cloud-platform://?project=p",
    "x://h",
    "x://:5",
    "x://h/?__extra__=%7B%22a%22%3A+%5B1%5D%7D",
    "x://h/s?__extra__=%7B%22a%22%3A+1%7D",
    "x://u@h:1",
)


@pytest.mark.parametrize("uri", URIS)
def test_a_connection_is_written_as_airflow_writes_it(monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    """get_uri gives Airflow's text."""
    monkeypatch.setenv("AIRFLOW_CONN_X", uri)
    found = BaseHook.get_connection("x")
    fields = {name: getattr(found, name) for name in ("conn_type", "host", "login", "password", "schema", "port", "extra")}
    assert found.get_uri() == AirflowConnection(conn_id="x", **fields).get_uri()


def test_a_connection_without_a_type_has_a_uri() -> None:
    """Airflow leaves the scheme out, and a host may bring its own."""
    assert Connection("x", host="h").get_uri() == AirflowConnection(conn_id="x", host="h").get_uri()
    fields = {"conn_type": "http", "host": "https://h"}
    assert Connection("x", **fields).get_uri() == AirflowConnection(conn_id="x", **fields).get_uri()


def test_a_hook_of_the_project_can_log() -> None:
    """A subclass of BaseHook has a logger of its own."""

    class Mine(BaseHook):
        """A hook."""

    assert Mine().log.name.endswith("Mine")
