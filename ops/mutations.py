"""The small changes that a test ought to notice: each is one place of one file, found by its syntax, written as text.

A comparison turned or moved by one, `and` for `or`, a condition negated, a number one more or less, True for False, a
member left out of a tuple, a `raise` or a call for its effect left out. Words are left as they are: what they say is
not a rule.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SHOWN = 60


@dataclass(frozen=True, order=True)
class Mutation:
    """One change: bytes [start, end) of a file become `after`."""

    file: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def applied(self, source: bytes) -> bytes:
        """Return the file with this change."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {_short(self.before)}  →  {_short(self.after)}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"


class _Finder:
    """Find the changes of one file."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source = file, source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def found(self) -> Iterator[Mutation]:
        """Yield every change, each place once."""
        for node in _rules(ast.parse(self.source)):
            for after in _changes(node):
                yield self._mutation(node, after)

    def _mutation(self, node: ast.expr | ast.stmt, after: str) -> Mutation:
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return Mutation(self.file, node.lineno, start, end, self.source[start:end].decode(), after)


def mutations(file: str, source: bytes) -> list[Mutation]:
    """Return every change of a file, in the order of its text."""
    return sorted(set(_Finder(file, source).found()))


def _rules(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Walk expressions and statements that may be rules: no annotations, no imports, no words to be translated."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom) or _is_words(child):
                continue
            if isinstance(child, ast.expr | ast.stmt) and not _is_unpacked(tree, child):
                yield child
            yield from _rules(child)


def _is_words(node: ast.AST) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return is_call and node.func.id in ("_", "lazy", "gettext_lazy", "stored")  # type: ignore[attr-defined]


def _is_unpacked(parent: ast.AST, child: ast.AST) -> bool:
    """Say whether a tuple is taken apart where it stands: one member less is a file that nobody can read."""
    return isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple) and child is parent.value


def _changes(node: ast.expr | ast.stmt) -> Iterator[str]:
    """Yield the texts that may stand in the place of a node."""
    if isinstance(node, ast.Compare):
        yield from _turned(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Tuple | ast.Set | ast.List) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _shorter(node)
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))})"
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield "pass"


def _turned(node: ast.Compare) -> Iterator[str]:
    for place, op in enumerate(node.ops):
        if type(op) in TURNED:
            ops = [*node.ops[:place], TURNED[type(op)](), *node.ops[place + 1 :]]
            yield f"({ast.unparse(ast.Compare(node.left, ops, node.comparators))})"


def _other_constants(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield from (str(value + 1), f"({value - 1})")


def _shorter(node: ast.Tuple | ast.Set | ast.List) -> Iterator[str]:
    labelled = any(_is_words(each) for each in node.elts)  # a word and its label, which an enum takes apart
    for place in range(0 if labelled else len(node.elts)):
        rest = [*node.elts[:place], *node.elts[place + 1 :]]
        if rest or not isinstance(node, ast.Set):  # an empty set has no literal
            kept = type(node)(rest) if isinstance(node, ast.Set) else type(node)(rest, ast.Load())
            yield ast.unparse(kept) if rest or isinstance(node, ast.List) else "()"
