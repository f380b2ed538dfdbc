"""The templates that both engines render: every name, member, method, filter and format that airgo's tables list, and how they combine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from airgo.macros import MACROS
from airgo.macros.formats import PENDULUM, PENDULUM_CODE, STRFTIME, STRFTIME_CODE, STRFTIME_TEXT
from airgo.macros.texts import DATE_FILTERS
from airgo.macros.times import ATTRIBUTES, FORMATS
from tests.meaning.timetables import ALWAYS, IMPORTS

PARTS_OF_THE_CONTEXT = ("params", "dag_run", "dag", "task", "ti", "task_instance", "var", "conn", "macros", "conf")
"""Names of which members are read, never the whole."""

DATES = ("logical_date", "data_interval_start", "data_interval_end")
NAMES = (
    *("{{ " + name + " }}" for name in MACROS if name not in PARTS_OF_THE_CONTEXT),
    *("{{ " + f"{name} | ds" + " }}" for name in (*DATES, "execution_date", "next_execution_date", "prev_execution_date")),
    *("{{ dag_run." + name + " }}" for name in ("run_id", "run_type", "logical_date", "execution_date", "data_interval_start")),
    *("{{ dag_run." + name + " }}" for name in ("data_interval_end", "dag_id", "external_trigger", "run_after")),
    "{{ dag_run.run_type == 'manual' }}",
    "{{ 'x' if dag_run.run_type in ['scheduled', 'backfill'] else 'y' }}",
    "{{ 'hand' if dag_run.external_trigger else 'clock' }}",
    *("{{ " + name + " }}" for name in ("dag.dag_id", "dag.owner", "task.task_id", "task.owner", "task.retries", "task.label")),
    *("{{ ti." + name + " }}" for name in ("task_id", "dag_id", "run_id", "try_number", "map_index", "max_tries", "logical_date")),
    "{{ ti.execution_date }}",
    "{{ ti.dag_run.run_id }}",
    "{{ ti.prev_attempted_tries }}",
    "{{ dag.safe_dag_id }}",
    "{{ dag.dag_display_name }}",
    "{{ task_instance.task_id }}",
    "{{ task.task_type }}",
    "{{ dag }}",
    "{{ data_interval_end > data_interval_start }} {{ logical_date == data_interval_start }}",
    "{{ (data_interval_end - macros.timedelta(days=1)) | ds }}",
    "{{ data_interval_end.subtract(hours=1) | ts }}",
)
"""What is rendered for every schedule."""

ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC")
SHIFTS = (
    "days=1", "days=-3", "weeks=2", "hours=5", "hours=36", "minutes=90", "seconds=75", "months=1", "months=-1", "months=11", "years=1",
    "months=1, days=2", "years=-1, hours=3", "days=1, hours=-4",
)  # fmt: skip
PYTHON_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d/%H", "%b %d, %Y", "%A, %d %B %y", "y%Ym%md%d",
    "year=%Y/month=%m/day=%d", "%Y_%m_%d", "%I:%M %p", "%Y-W%V", "%U", "%G", "100%%", "%s", "Q%m", "MST %Z", "Monday %d", "2006 %Y",
)  # fmt: skip
PENDULUM_FORMATS = (
    "YYYY-MM-DD", "YYYYMMDD", "DD/MM/YYYY", "YYYY-MM-DD[T]HH:mm:ss", "YYYY-MM-DDTHH:mm:ss", "dddd D MMMM YYYY", "[week] W", "hh:mm A",
    "MMM Do", "YYYY[-]MM", "E", "ddd, DD MMM YY", "YYYY_MM_DD", "[year=]YYYY",
)  # fmt: skip

WRITTEN = (
    *(f"{{{{ logical_date.{name} }}}}" for name in (*ATTRIBUTES, "day_of_week", "week_of_year", "microsecond", "timezone_name", "tzinfo")),
    *(f"{{{{ data_interval_end.{name}() }}}}" for name in (*FORMATS, "weekday", "isoweekday", "timestamp", "date", "time", "timetuple")),
    *(f"{{{{ ts | {name} }}}}" for name in ("upper", "lower", "trim", "length", "string", "tojson", "title", "first", "last", "int")),
    *(f"{{{{ data_interval_start | {name} }}}}" for name in DATE_FILTERS),
    *(f"{{{{ logical_date.strftime('{pattern}') }}}}" for pattern in (*STRFTIME, *STRFTIME_CODE, *STRFTIME_TEXT, *PYTHON_FORMATS)),
    *(f"{{{{ logical_date.format('{token}') }}}}" for token in (*PENDULUM, *PENDULUM_CODE, *PENDULUM_FORMATS)),
    *(f"{{{{ logical_date.add({shift}) }}}}" for shift in SHIFTS),
    *(f"{{{{ logical_date.subtract({shift}) | ts }}}}" for shift in SHIFTS),
    *(f"{{{{ logical_date + macros.timedelta({shift}) }}}}" for shift in SHIFTS if "month" not in shift and "year" not in shift),
    *(f"{{{{ (logical_date - macros.dateutil.relativedelta.relativedelta({shift})) | ts }}}}" for shift in SHIFTS),
    *(f"{{{{ logical_date.in_timezone('{zone}') }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.in_tz('{zone}').add(days=1).isoformat() }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.in_timezone('{zone}').subtract(hours=30).format('YYYY-MM-DD HH:mm Z') }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.in_timezone('{zone}').add(months=1) | ts }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.in_timezone('{zone}').start_of('day') }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.in_timezone('{zone}').strftime('%H:%M %j %z') }}}}" for zone in ZONES),
    *(f"{{{{ logical_date.start_of('{unit}') }}}}" for unit in ("second", "minute", "hour", "day", "week", "month", "year", "decade")),
    *(f"{{{{ logical_date.end_of('{unit}') }}}}" for unit in ("day", "month")),
    "{{ logical_date.start_of('month').subtract(days=1) | ds }}",
    "{{ logical_date.start_of('month').add(months=1).subtract(days=1) | ds }}",
    "{{ logical_date.replace(day=1) | ds }}",
    "{{ logical_date.replace(day=1, hour=3, minute=4, second=5) }}",
    "{{ logical_date.replace(day=31) }}",
    "{{ logical_date.replace(month=2) }}",
    "{{ logical_date.date().isoformat() }}",
    "{{ logical_date.date().strftime('%d') }}",
    "{{ logical_date.date() + macros.timedelta(days=2) }} {{ logical_date.date() - macros.timedelta(hours=4) }}",
    "{{ logical_date.date() + macros.timedelta(hours=36) }} {{ logical_date.date().to_date_string() }}",
    "{{ logical_date.date().isoweekday() }} {{ logical_date.date() - macros.timedelta(weeks=1) }}",
    "{{ logical_date.date().to_datetime_string() }} {{ logical_date.date().to_formatted_date_string() }}",
    "{{ logical_date.astimezone() }}",
    "{{ macros.ds_add(ds, 1) }} {{ macros.ds_add(ds, -31) }} {{ macros.ds_add(ds, 0) }}",
    "{{ macros.ds_add(macros.ds_add(ds, 5), -2) }}",
    "{{ macros.ds_add(data_interval_end | ds, 1) }}",
    "{{ macros.ds_format(ds, '%Y-%m-%d', '%d/%m/%y') }} {{ macros.ds_format(ds_nodash, '%Y%m%d', '%B %Y') }}",
    "{{ macros.ds_format(ds, '%Y-%m-%d', '%H%M') }} {{ macros.ds_format(ts_nodash, '%Y%m%dT%H%M%S', '%H-%M') }}",
    "{{ macros.ds_format(macros.ds_add(ds, -1), '%Y-%m-%d', '%Y%m%d') }}",
    "{{ macros.ds_format(ts, '%Y-%m-%dT%H:%M:%S%z', '%H') }}",
    "{{ macros.datetime.strptime(ds, '%Y-%m-%d') }}",
    "{{ macros.datetime.now() }}",
    "{{ (logical_date + macros.timedelta(days=1)).strftime('%A') }}",
    "{{ (data_interval_end - data_interval_start).days }}",
    "{{ (data_interval_end - data_interval_start).total_seconds() }}",
    "{{ ds[:4] }} {{ ds[5:7] }} {{ ds[8:] }} {{ ds[-2:] }} {{ ds[0] }} {{ ds[-1] }} {{ ds[:-3] }} {{ ds[::-1] }}",
    "{{ ds.replace('-', '_') }} {{ ds.split('-')[0] }} {{ ds | replace('-', '') }} {{ ts.upper().lower() }}",
    "{{ ds.startswith('2024') }} {{ ts.endswith('+00:00') }} {{ ds.removeprefix('20') }} {{ ts.strip('0') }} {{ '-' in ds }}",
    "{{ 'a' ~ ds ~ '_' ~ logical_date.day ~ true }} {{ 'x' + ds }} {{ ds * 2 }} {{ ds + 1 }}",
    "{{ logical_date.day + 1 }} {{ logical_date.month * 2 - 1 }} {{ logical_date.year % 4 }} {{ -logical_date.day }}",
    "{{ logical_date.day / 2 }} {{ logical_date.day // 2 }}",
    "{% if logical_date.day == 1 %}first{% elif logical_date.weekday() > 4 %}weekend{% else %}{{ ds }}{% endif %}",
    "{{ 'monday' if logical_date.isoweekday() == 1 else logical_date.day }}",
    "{{ logical_date.day > 15 and logical_date.month in [2, 3] }} {{ not logical_date.day == 1 }} {{ ds or 'none' }}",
    "{{ ds > '2024-03-30' }} {{ ds == macros.ds_add(ds, 0) }} {{ logical_date < data_interval_end }} {{ logical_date is none }}",
    "{{ logical_date.day in (1, 15, 30) }} {{ ds in ['2024-03-31'] }} {{ logical_date.hour not in [0] }}",
    "{% set d = logical_date.add(days=1) %}{{ d | ds }}{% for i in range(3) %} {{ macros.ds_add(ds, i) }}{% endfor %}",
    "{{ logical_date.int_timestamp - 60 }} {{ (logical_date.day ~ '') | length }} {{ logical_date.month | string | length }}",
    "{{ params.day }} {{ params['n'] }} {{ params.flag }} {{ params.none }} {{ params.price }} {{ params.cfg.a }} {{ params.cfg.l[1] }}",
    "{{ params.n + 1 }} {{ params.day | upper }} {{ params.flag and params.n }} {{ 'y' if params.flag else 'n' }} {{ params.n == 5 }}",
    "{{ params.cfg }}",
    "{{ params.empty or ds }} {{ params.empty | default('d', true) }} {{ params.none or 'x' }} {{ params.n or 2 }} {{ params.zero or 7 }}",
    "{{ params.n | string }} {{ params.n | tojson }} {{ params.flag | tojson }} {{ params.day | tojson }} {{ params.price | int }}",
    "{{ params.n > 3 }} {{ params.price > 1 }} {{ params.n * 2 }} {{ params.n % 3 }} {{ params.n - 7 }} {{ params.n / 2 }}",
    "{{ params.none is none }} {{ params.none == none }} {{ params.none != none }} {{ 'a' if params.none else 'b' }}",
    "{{ params.day is none }}",
    "{{ params.none and ds }} {{ params.flag or 'x' }} {{ params.zero and ds }} {{ params.empty and ds }} {{ params.day and params.n }}",
    "{{ 'a' if params.flag and params.n else 'b' }} {{ 'a' if params.flag and params.zero else 'b' }}",
    "{{ 'a' if params.none or params.zero else 'b' }}",
    "{{ not (params.flag and params.zero) }} {{ not params.none }} {{ not ds }} {{ (params.n if params.flag else ds) }}",
    "{% if (params.zero if params.flag else ds) %}x{% else %}y{% endif %}",
    "{% if params.flag and not params.empty and (params.n > 7 or params.day == 'mon') %}x{% else %}y{% endif %}",
    "{{ params.get('day') }} {{ params.get('nope', 'x') }} {{ params.get('nope') }}",
    "{{ macros.ds_add(ds, params.n) }}",
    "{{ dag_run.conf.get('one', 'fallback') }} {{ dag_run.conf.get('two', ds) }} {{ dag_run.conf.three | default('d') }}",
    "{{ dag_run.conf.get('four', 4) | int + 1 }} {{ dag_run.conf.get('five', '2.7') | int }} {{ dag_run.conf.get('six', 'x') | int }}",
    "literal {{ '{{' }} $HOME $$ {{ 'it''s' }} \\n \"quoted\" {{ \"it's \" ~ ds }} {# gone #} ünï {{ 'é' ~ ds }}",
    "{{ ds }}\n\ttab\n",
    "<a&b> {{ '<' ~ ds ~ '>&' }} {{ 'back\\\\slash' ~ ds }} {{ 'new\\nline' ~ ds }}",
    "{{ undefined_name }}",
    "{{ ds",
    "{{ logical_date.nonsense }}",
    "{{ logical_date.diff(data_interval_end).in_days() }}",
)  # fmt: skip
SEVERAL = re.compile(r"(?<=\}\}) (?=\{\{)")
EXPRESSIONS = tuple(dict.fromkeys(one for text in WRITTEN for one in SEVERAL.split(text)))
"""What is rendered for a few schedules, whose ticks lie on both sides of changes of clocks: each expression by itself."""

PARAMS = '{"day": "mon", "n": 5, "flag": True, "none": None, "price": 1.5, "empty": "", "zero": 0, "cfg": {"a": "b", "l": [1, 2]}}'


@dataclass(frozen=True)
class Runs:
    """One DAG whose runs are rendered for: its schedule as Python text, its start date, and the moments at which a person starts it."""

    dag_id: str
    schedule: str
    zone: str
    start: str
    templates: tuple[str, ...]
    by_hand: tuple[str, ...]

    @property
    def source(self) -> str:
        """The DAG, as a person writes it."""
        return (
            f"start = pendulum.parse({self.start!r}, tz={self.zone!r})\n"
            f"with DAG({self.dag_id!r}, schedule={self.schedule}, start_date=start, catchup=True, params={PARAMS}) as dag:\n"
            '    EmptyOperator(task_id="only")\ndags.append(dag)\n'
        )


SCHEDULES = (
    "'0 0 * * *'", "'30 6 * * *'", "'@hourly'", "'0 6 * * 1'", "'0 9 * * 1-5'", "'0 0 1 * *'", "'0 0 1 */3 *'", "'15 6,18 * * *'",
    "'*/20 * * * *'", "'0 5 * * mon,wed,fri'", "'30 4 L * *'", "'0 0 1,15 * *'", "'0 8-17/3 * * 1-5'", "'0 9 * * 5#1'", "'@yearly'",
    "'0 4 * 2,7 *'", "'0 0 13 * 5'", "'7 */3 * * *'",
    "timedelta(days=1)", "timedelta(hours=7)", "timedelta(minutes=45)", "relativedelta(months=1)", "relativedelta(days=2)", "None",
    'CronTriggerTimetable("0 4 * * 1-5", timezone="{zone}")',
    'CronTriggerTimetable("30 6 * * *", timezone="{zone}", interval=timedelta(hours=6))',
    'CronDataIntervalTimetable("0 4 * * 1-5", timezone="{zone}")',
    "DeltaTriggerTimetable(timedelta(hours=8))",
    "DeltaDataIntervalTimetable(timedelta(hours=8))",
)  # fmt: skip
OF_3 = ('MultipleCronTriggerTimetable("0 4 * * *", "30 16 * * 1-5", timezone="{zone}")',)
STARTS = {
    "UTC": ("2024-02-27T00:30:00",),
    "Europe/Amsterdam": ("2024-03-28T10:00:00", "2024-10-25T00:00:00"),
    "America/New_York": ("2024-11-01T00:15:00",),
}
BY_HAND = ("2024-03-31T00:59:59+00:00", "2024-11-03T06:00:00+00:00", "2024-12-30T18:05:07+00:00")
IN_FULL = (("'0 0 * * *'", "UTC"), ("'30 6 * * *'", "Europe/Amsterdam"), ("'0 9 * * 1-5'", "America/New_York"))
"""The schedules for which every expression is rendered."""


def all_runs(version: str) -> list[Runs]:
    """Every schedule in every zone, from before its changes of clocks."""
    found: list[Runs] = []
    for zone, starts in STARTS.items():
        for text in (*SCHEDULES, *(OF_3 if version == "3" else ())):
            for start in starts:
                templates = NAMES + (EXPRESSIONS if (text, zone) in IN_FULL else ())
                found.append(Runs(f"r{len(found)}", text.replace("{zone}", zone), zone, start, templates, BY_HAND))
    return found


def file_of(version: str, runs: list[Runs]) -> str:
    """A DAG file of all of them, for one line of Airflow."""
    return "\n".join([ALWAYS + IMPORTS[version] + "\ndags = []\n", *(each.source for each in runs)])
