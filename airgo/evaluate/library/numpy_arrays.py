"""numpy, as far as DAG files use it to divide lists of tasks."""

from __future__ import annotations

from airgo.evaluate.models import models
from airgo.evaluate.objects import Call, PythonError
from airgo.values import Unknown

MOST_PARTS = 10_000


@models("numpy.array_split")
def array_split(call: Call) -> object:
    """`numpy.array_split(list, n)`: n parts, the first ones one longer where it does not divide."""
    elements, count = call.machine.iterate(call.argument(0, "ary")), call.argument(1, "indices_or_sections")
    if elements is None or isinstance(count, bool) or not isinstance(count, int) or count > MOST_PARTS:
        return Unknown("parts of something that is not known", call.place)
    if count <= 0:
        raise PythonError("ValueError", "number sections must be larger than 0.")
    size, longer = divmod(len(elements), count)
    parts, start = [], 0
    for index in range(count):
        end = start + size + (1 if index < longer else 0)
        parts.append(elements[start:end])
        start = end
    return parts
