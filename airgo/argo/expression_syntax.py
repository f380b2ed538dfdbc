"""The syntax of expr-lang 1.17, the language of `{{=…}}`, `depends` and hooks; Argo itself looks at it only when a workflow runs.

https://expr-lang.org/docs/language-definition. The parser builds no tree: it checks, and notes which variables and functions are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from airgo.argo.expression_tokens import (
    BINARY,
    LITERALS,
    NEGATABLE,
    PREDICATES,
    UNARY,
    WORD_OPERATORS,
    ExpressionError,
    Token,
    literal_text,
    tokens,
)

MAX_DEPTH = 100


@dataclass(slots=True)
class Used:
    """What an expression uses: paths such as ("tasks", "a-b", "outputs"), as far as they are written out, and functions called by name."""

    paths: list[tuple[str, ...]] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)


Path = tuple[str, ...] | None


def parse(code: str) -> Used:
    """Check an expression and say what it uses. Raises `ExpressionError`."""
    parser = _Parser(list(tokens(code)))
    parser.sequence()
    if parser.token.kind != "end":
        raise ExpressionError(f"unexpected {parser.token.text!r}")
    return parser.used


class _Parser:
    """Precedence climbing over the tokens, as expr-lang's own parser does it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.used = Used()
        self.local_names: set[str] = set()
        self.predicates = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.token
        self.index += token.kind != "end"
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind == "operator" and self.token.text in texts

    def expect(self, text: str) -> None:
        if not self.at(text):
            raise ExpressionError(f"expected {text!r}, not {self.token.text!r}")
        self.advance()

    def sequence(self) -> Path:
        """Expressions separated by `;`."""
        path = self.expression(0)
        while self.at(";"):
            self.advance()
            if self.token.kind == "end":
                break
            path = self.expression(0)
        return path

    def expression(self, precedence: int) -> Path:
        """An expression whose operators bind at least as tightly as `precedence`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply")
        if precedence == 0 and self.at("let"):
            self.declaration()
            path: Path = None
        elif precedence == 0 and self.at("if"):
            self.conditional()
            path = None
        else:
            path = self.operators(precedence)
        self.depth -= 1
        return path

    def operators(self, precedence: int) -> Path:
        """A primary and the operators behind it."""
        path = self.primary()
        previous = ""
        while self.token.kind == "operator":
            start = self.index
            negated = self.at("not")
            if negated:
                self.advance()
                if not self.at(*NEGATABLE):
                    raise ExpressionError(f"unexpected 'not' before {self.token.text!r}")
            operator = self.token.text
            if operator not in BINARY or BINARY[operator] < precedence:
                self.index = start
                break
            if previous == "??" and operator not in {"??", "|"}:
                raise ExpressionError(f"?? and {operator} cannot be mixed: put one of them in parentheses")
            self.advance()
            self.right_side(operator)
            path, previous = None, operator
        if precedence == 0:
            while self.at("?"):
                self.ternary()
                path = None
        return path

    def right_side(self, operator: str) -> None:
        if operator == "|":
            name = self.advance()
            if name.kind != "name" or not self.at("("):
                raise ExpressionError("| is followed by the call of a function")
            self.call(name.text, piped=True)
            self.postfix(None)
            return
        right_associative = operator in {"**", "^"}
        self.expression(BINARY[operator] + (not right_associative))

    def ternary(self) -> None:
        self.advance()
        if not self.at(":"):
            self.expression(0)
        self.expect(":")
        self.expression(0)

    def declaration(self) -> None:
        self.advance()
        name = self.advance()
        if name.kind != "name":
            raise ExpressionError("let is followed by a name")
        self.expect("=")
        self.expression(0)
        self.local_names.add(name.text)
        self.expect(";")
        self.sequence()

    def conditional(self) -> None:
        self.expect("if")
        self.expression(0)
        self.block()
        self.expect("else")
        if self.at("if"):
            self.conditional()
        else:
            self.block()

    def block(self) -> None:
        self.expect("{")
        self.sequence()
        self.expect("}")

    def primary(self) -> Path:
        """A unary operator with its operand, parentheses, `#`, a literal, a variable or a call; with what follows it."""
        token = self.token
        if token.kind == "operator" and token.text in UNARY:
            self.advance()
            self.expression(UNARY[token.text])
            return self.postfix(None)
        if self.at("("):
            self.advance()
            path = self.sequence()
            self.expect(")")
            return self.postfix(path)
        if self.predicates and self.at("#"):
            self.advance()
            if self.token.kind == "name":
                self.advance()
            return self.postfix(None)
        if self.predicates and self.at("."):
            return self.postfix(None)
        if self.at("::"):
            self.advance()
        return self.operand()

    def operand(self) -> Path:
        token = self.advance()
        if token.kind == "number" or (token.kind == "name" and token.text in LITERALS):
            return None
        if token.kind == "string":
            return self.postfix(None)
        if token.kind == "name":
            if self.at("("):
                self.call(token.text)
                return self.postfix(None)
            return self.postfix(None if token.text in self.local_names else (token.text,))
        if token == ("operator", "["):
            self.items("]")
            return self.postfix(None)
        if token == ("operator", "{"):
            self.entries()
            return self.postfix(None)
        raise ExpressionError(f"unexpected {token.text!r}" if token.kind != "end" else "it ends too early")

    def call(self, name: str, *, piped: bool = False) -> None:
        """The arguments of a function called by name."""
        self.used.functions.append(name)
        self.expect("(")
        position = int(piped)
        while not self.at(")"):
            if position > int(piped):
                self.expect(",")
                if self.at(")"):
                    break
            if name in PREDICATES and position == 1:
                self.predicate()
            else:
                self.expression(0)
            position += 1
        if name in PREDICATES and position < (1 if name in {"count", "sum"} else 2):
            raise ExpressionError(f"{name} wants a list and a predicate")
        self.expect(")")

    def predicate(self) -> None:
        self.predicates += 1
        if self.at("{"):
            self.block()
        else:
            self.expression(0)
        self.predicates -= 1

    def items(self, close: str) -> None:
        """Expressions separated by commas, up to the closing bracket."""
        first = True
        while not self.at(close):
            if not first:
                self.expect(",")
                if self.at(close):
                    break
            self.expression(0)
            first = False
        self.expect(close)

    def entries(self) -> None:
        """The entries of a map."""
        first = True
        while not self.at("}"):
            if not first:
                self.expect(",")
                if self.at("}"):
                    break
            if self.at("("):
                self.expression(0)
            elif self.advance().kind not in {"number", "string", "name"}:
                raise ExpressionError("a map's key is text, a number, a name, or an expression in parentheses")
            self.expect(":")
            self.expression(0)
            first = False
        self.expect("}")

    def postfix(self, path: Path) -> Path:
        """Member access, indexes, slices and method calls behind an operand."""
        while self.at(".", "?.", "["):
            optional_index = self.at("?.") and self.tokens[self.index + 1] == ("operator", "[")
            if optional_index:
                self.advance()
            path = self.index_of(path) if self.at("[") else self.member(path)
        if path is not None:
            self.used.paths.append(path)
        return None

    def member(self, path: Path) -> Path:
        self.advance()
        name = self.advance()
        if name.kind != "name" and name.text not in WORD_OPERATORS:
            raise ExpressionError(f"expected a name after the dot, not {name.text!r}")
        path = None if path is None else (*path, name.text)
        if self.at("("):
            if path is not None:
                self.used.paths.append(path)
            self.advance()
            self.items(")")
            return None
        return path

    def index_of(self, path: Path) -> Path:
        self.advance()
        token, after = self.token, self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        written_out = token.kind == "string" and after == ("operator", "]")
        if self.at(":"):
            self.slice_end()
        else:
            self.expression(0)
            if self.at(":"):
                self.slice_end()
        self.expect("]")
        if path is not None and not written_out:
            self.used.paths.append(path)
            return None
        return None if path is None else (*path, literal_text(token.text))

    def slice_end(self) -> None:
        self.expect(":")
        if not self.at("]"):
            self.expression(0)
