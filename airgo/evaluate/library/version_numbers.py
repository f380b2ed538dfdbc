"""`packaging.version` and `distutils.version`: versions as values that compare."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.models import pure

FORM = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<pre_number>\d*))?"
    r"(?:-(?P<implicit>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*))?(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?"
)
PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
LONGEST = 200
EARLIEST, LATEST = -1, 1 << 62


@functools.total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class VersionNumber:
    """A version as PEP 440 reads it: `key` is what it compares by, `text` how it is written."""

    text: str
    key: tuple[object, ...]
    numbers: tuple[int, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VersionNumber) and self.key == other.key

    def __lt__(self, other: object) -> bool:
        return self.key < other.key if isinstance(other, VersionNumber) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text

    @property
    def release(self) -> tuple[int, ...]:
        """The numbers between the dots."""
        return self.numbers

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0]

    @property
    def minor(self) -> int:
        """The second number."""
        return self.numbers[1] if len(self.numbers) > 1 else 0

    @property
    def micro(self) -> int:
        """The third number."""
        return self.numbers[2] if len(self.numbers) > 2 else 0

    @property
    def base_version(self) -> str:
        """Without what marks it as before or after a release."""
        return ".".join(str(number) for number in self.numbers)

    @property
    def public(self) -> str:
        """Without the local part."""
        return self.text.partition("+")[0]


@pure("packaging.version.Version", "packaging.version.parse", "pkg_resources.parse_version")
def version(version: str) -> VersionNumber:
    """`Version(text)`, ordered as PEP 440 says: development, before, the release itself, after."""
    found = FORM.fullmatch(version.strip().lower()[:LONGEST])
    if found is None:
        raise ValueError(f"Invalid version: {version!r}")
    numbers = tuple(int(number) for number in found["release"].split("."))
    pre = (PRE.get(found["pre"], found["pre"]), int(found["pre_number"] or 0)) if found["pre"] else None
    after = found["implicit"] or (found["post_number"] or "0" if found["post"] else None)
    dev = int(found["dev_number"] or 0) if found["dev"] else None
    trimmed = numbers
    while len(trimmed) > 1 and trimmed[-1] == 0:
        trimmed = trimmed[:-1]
    before = pre if pre is not None else ("", EARLIEST) if dev is not None and after is None else ("~", LATEST)
    local = tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"[-_.]", found["local"] or "") if part)
    key = (int(found["epoch"] or 0), trimmed, before, EARLIEST if after is None else int(after), LATEST if dev is None else dev, local)
    return VersionNumber(version.strip().lower().removeprefix("v"), key, numbers)


@functools.total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class LooseNumber:
    """A version of `distutils`: numbers and words, compared one after the other."""

    text: str
    parts: tuple[int | str, ...]

    def __eq__(self, other: object) -> bool:
        return self.parts == parts_of(other)

    def __lt__(self, other: object) -> bool:
        return self.parts < parts_of(other)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __str__(self) -> str:
        return self.text

    @property
    def version(self) -> list[int | str]:
        """The parts."""
        return list(self.parts)


def parts_of(value: object) -> tuple[int | str, ...]:
    """The parts of a version, or of its text. Raises TypeError for anything else."""
    if isinstance(value, LooseNumber):
        return value.parts
    if not isinstance(value, str):
        raise TypeError(f"cannot compare a version with {value!r}")
    found = [part for part in re.split(r"(\d+|[a-z]+|\.)", value[:LONGEST]) if part and part != "."]
    return tuple(int(part) if part.isdigit() else part for part in found)


@pure("distutils.version.LooseVersion", "distutils.version.StrictVersion", "looseversion.LooseVersion")
def loose(vstring: str) -> LooseNumber:
    """`LooseVersion(text)`."""
    return LooseNumber(vstring, parts_of(vstring))


plain_type("packaging.version.VersionNumber", VersionNumber)
plain_type("distutils.version.LooseNumber", LooseNumber)
