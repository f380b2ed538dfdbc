"""Damages Python files as people and merges do, at the level of text, lines and tokens; a seed gives the same file each time."""

from __future__ import annotations

import io
import keyword
import random
import tokenize
from collections.abc import Callable, Sequence

LITERALS = (
    "0",
    "-1",
    "10**9",
    "None",
    "True",
    "''",
    "'{{ ds }}'",
    "[]",
    "{}",
    "()",
    "1e400",
    "b'x'",
    "f'{x}'",
    "...",
    "lambda: 0",
    "{1, 'a'}",
)
WORDS = (
    "dag",
    "task",
    "x",
    "self",
    "None",
    "range",
    "super",
    "yield",
    "await",
    "return",
    "not",
    "in",
    "*",
    "**",
    ":=",
    ">>",
    "<<",
    "@",
    "for",
)


def mutated(text: str, chance: random.Random) -> str:
    """The text after one to six damages."""
    for _ in range(chance.randint(1, 6)):
        text = chance.choice(MUTATIONS)(text, chance)
    return text


def by_lines(change: Callable[[list[str], random.Random], None]) -> Callable[[str, random.Random], str]:
    """A damage to the list of lines."""

    def mutate(text: str, chance: random.Random) -> str:
        lines = text.splitlines()
        if len(lines) > 1:
            change(lines, chance)
        return "\n".join(lines) + "\n"

    return mutate


def by_tokens(change: Callable[[list[str], Sequence[tokenize.TokenInfo], int, random.Random], None]) -> Callable[[str, random.Random], str]:
    """A damage to one token; text that has no tokens any more stays."""

    def mutate(text: str, chance: random.Random) -> str:
        try:
            tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.string.strip() and t.start[0] == t.end[0]]
        except (tokenize.TokenError, SyntaxError):
            return text
        if len(tokens) < 3:
            return text
        lines = text.splitlines()
        change(lines, tokens, chance.randrange(len(tokens)), chance)
        return "\n".join(lines) + "\n"

    return mutate


def put(lines: list[str], token: tokenize.TokenInfo, new: str) -> None:
    """Write something in the place of a token."""
    line = lines[token.start[0] - 1]
    lines[token.start[0] - 1] = line[: token.start[1]] + new + line[token.end[1] :]


def swap_lines(lines: list[str], chance: random.Random) -> None:
    """Two lines change places."""
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def indent(lines: list[str], chance: random.Random) -> None:
    """A line moves in or out."""
    at = chance.randrange(len(lines))
    lines[at] = lines[at][4:] if chance.random() < 0.5 else "    " + lines[at]


def swap_tokens(lines: list[str], tokens: Sequence[tokenize.TokenInfo], at: int, chance: random.Random) -> None:
    """Two tokens change places, the later one first, so that columns hold."""
    first, second = sorted((tokens[at], tokens[chance.randrange(len(tokens))]), key=lambda token: token.start)
    put(lines, second, first.string)
    put(lines, first, second.string)


def other_literal(lines: list[str], tokens: Sequence[tokenize.TokenInfo], at: int, chance: random.Random) -> None:
    """A number or a text becomes something else."""
    found = [token for token in tokens if token.type in (tokenize.NUMBER, tokenize.STRING)]
    if found:
        put(lines, found[at % len(found)], chance.choice(LITERALS))


def other_name(lines: list[str], tokens: Sequence[tokenize.TokenInfo], at: int, chance: random.Random) -> None:
    """A name becomes another name of the file."""
    found = [token for token in tokens if token.type == tokenize.NAME and not keyword.iskeyword(token.string)]
    if found:
        put(lines, found[at % len(found)], chance.choice(found).string)


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    by_lines(lambda lines, chance: lines.pop(chance.randrange(len(lines)))),  # type: ignore[arg-type,return-value]  # what pop gives is not used
    by_lines(lambda lines, chance: lines.insert(chance.randrange(len(lines)), chance.choice(lines))),
    by_lines(swap_lines),
    by_lines(indent),
    by_tokens(lambda lines, tokens, at, chance: put(lines, tokens[at], "")),
    by_tokens(lambda lines, tokens, at, chance: put(lines, tokens[at], f"{tokens[at].string} {tokens[at].string}")),
    by_tokens(lambda lines, tokens, at, chance: put(lines, tokens[at], chance.choice(WORDS))),
    by_tokens(swap_tokens),
    by_tokens(other_literal),
    by_tokens(other_name),
    by_tokens(other_name),
    lambda text, chance: text[: chance.randrange(max(1, len(text) // 2), len(text) + 1)],
)
