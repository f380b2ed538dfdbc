"""hashlib, base64, binascii, urllib.parse, shlex, html: pure functions over known text."""

from __future__ import annotations

import base64
import hashlib
import html
import shlex
import urllib.parse
import uuid
import zlib

from airgo.evaluate.library.builtins_types import plain_type
from airgo.evaluate.models import constant, lift, models
from airgo.evaluate.objects import Call, Modelled, Native
from airgo.values import MISSING, Operation, Unknown

for _module, _names in {
    base64: ("b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "standard_b64encode", "b32encode", "b16encode"),
    shlex: ("quote", "split", "join"),
    html: ("escape", "unescape"),
    zlib: ("crc32", "adler32"),
}.items():
    for _name in _names:
        models(f"{_module.__name__}.{_name}")(lift(getattr(_module, _name)))

URL_FUNCTIONS = (
    *("quote", "quote_plus", "unquote", "unquote_plus", "urlencode", "urljoin", "parse_qs", "parse_qsl", "urlunparse", "urlunsplit"),
)
for _name in URL_FUNCTIONS:
    models(f"urllib.parse.{_name}")(lift(getattr(urllib.parse, _name)))


def named_uuid(namespace: uuid.UUID, name: str) -> uuid.UUID:
    """`uuid.uuid5(namespace, name)`: the same for the same name."""
    return uuid.uuid5(namespace, name)


models("uuid.uuid5")(lift(named_uuid))
models("uuid.uuid3")(lift(uuid.uuid3))
models("uuid.UUID")(lift(uuid.UUID))
plain_type("uuid.UUID", uuid.UUID)
for _name in ("NAMESPACE_DNS", "NAMESPACE_URL", "NAMESPACE_OID", "NAMESPACE_X500"):
    constant(f"uuid.{_name}", getattr(uuid, _name))


class Url(Modelled):
    """`urlparse(text)`: its parts by name and by number."""

    __slots__ = ("parts",)

    def __init__(self, parts: urllib.parse.ParseResult | urllib.parse.SplitResult) -> None:
        self.parts = parts

    def get_attribute(self, name: str, call: Call) -> object:
        """A part of the address."""
        if name in URL_PARTS:
            return getattr(self.parts, name, MISSING)
        if name == "geturl":
            return Native("ParseResult.geturl", lambda inner: self.parts.geturl())
        return Native("ParseResult._replace", self.replaced) if name == "_replace" else MISSING

    def replaced(self, call: Call) -> object:
        """`result._replace(path=…)`."""
        changes = {name: value for name, value in call.kwargs.items() if isinstance(value, str)}
        if len(changes) != len(call.kwargs):
            return Unknown("an address that is not known", call.place)
        return Url(self.parts._replace(**changes))

    def elements(self, call: Call) -> list[object]:
        """The parts in order."""
        return list(self.parts)

    def get_item(self, key: object, call: Call) -> object:
        """A part by number."""
        return self.parts[key] if isinstance(key, int) and -len(self.parts) <= key < len(self.parts) else MISSING


URL_PARTS = frozenset({"scheme", "netloc", "path", "params", "query", "fragment", "hostname", "port", "username", "password"})


def parse(url: str, scheme: str = "", allow_fragments: bool = True) -> Url:
    """`urlparse(text)`."""
    return Url(urllib.parse.urlparse(url, scheme, allow_fragments))


def split(url: str, scheme: str = "", allow_fragments: bool = True) -> Url:
    """`urlsplit(text)`."""
    return Url(urllib.parse.urlsplit(url, scheme, allow_fragments))


models("urllib.parse.urlparse")(lift(parse))
models("urllib.parse.urlsplit")(lift(split))


class Digest(Modelled):
    """A hash over what was fed to it; None when some of it is not known."""

    __slots__ = ("content", "name")

    def __init__(self, name: str, content: object) -> None:
        self.name = name
        self.content = content

    def get_attribute(self, name: str, call: Call) -> object:
        """`update`, `digest`, `hexdigest`."""
        if name == "update":
            return Native("hash.update", self.update)
        return Native(f"hash.{name}", self.result) if name in ("digest", "hexdigest") else MISSING

    def update(self, call: Call) -> object:
        """`hash.update(data)`."""
        self.content = call.machine.operate("+", self.content, call.args[0])
        return None

    def result(self, call: Call) -> object:
        """`hash.hexdigest()`."""
        if not isinstance(self.content, bytes):
            return Operation(f"hashlib.{self.name}.{call.name.rpartition('.')[2]}", (self.content,), call.place)
        found = hashlib.new(self.name, self.content, usedforsecurity=False)
        return found.hexdigest() if call.name.endswith("hexdigest") else found.digest()


HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")


@models(*(f"hashlib.{name}" for name in HASHES))
def hash_(call: Call) -> object:
    """`hashlib.md5(data)`."""
    return Digest(call.name.rpartition(".")[2], call.argument(0, "string", b""))


@models("hashlib.new")
def new_hash(call: Call) -> object:
    """`hashlib.new(name, data)`."""
    name = call.argument(0, "name")
    if not isinstance(name, str) or name not in HASHES:
        return Unknown("a hash that is not modelled", call.place)
    return Digest(name, call.argument(1, "data", b""))
