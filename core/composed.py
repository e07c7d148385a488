"""Querysets that are composed once and asked again and again with other values.

For a page that everybody opens, composing a wide queryset costs more than the database needs to answer it
(docs/explanation/speed.md). Here Django composes it once, with a marker for each value; later readings put their own
values there. The rows are made as Django makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
_populators: Callable[..., list[Any]] = get_related_populators  # the stubs are of a later Django
DATABASE = "default"
# a value of each kind that no row and no other parameter has
_MARKERS: dict[type, Callable[[int], Any]] = {
    datetime: lambda number: datetime(1583, 1, 1, 0, 0, 0, number, tzinfo=UTC),
    date: lambda number: date(1583, 2, number),
    UUID: lambda number: UUID(int=2**127 + number),
    str: lambda number: f"\x1f{number}\x1f",
}


class Composed(Generic[M]):
    """A queryset with blanks: `compose` is called once for each shape, with a marker for each of `kinds`.

    `compose` hands every marker to the queryset as it is: what it works out from a value (the end of a day) is a value
    of its own. What changes the statement itself (a role, a filter) is part of the shape.
    """

    def __init__(self, compose: Callable[..., QuerySet[Any]], **kinds: type) -> None:
        numbers = count(1)
        self._compose = compose
        self._markers = {name: _MARKERS[kind](next(numbers)) for name, kind in kinds.items()}
        self._statements: dict[tuple[Hashable, ...], _Statement | None] = {}

    def rows(self, *shape: Hashable, **values: Any) -> list[M]:
        """Read the rows for these values, as the queryset would be read.

        Raises TypeError when a value is missing or unknown.
        """
        statement = self._statement(shape, values)
        return statement.rows(values) if statement else []

    def dicts(self, *shape: Hashable, **values: Any) -> list[dict[str, Any]]:
        """Read the dictionaries of a queryset of `values()`."""
        statement = self._statement(shape, values)
        return statement.dicts(values) if statement else []

    def _statement(self, shape: tuple[Hashable, ...], values: dict[str, Any]) -> _Statement | None:
        if values.keys() != self._markers.keys():
            raise TypeError(f"asked with {sorted(values)}, composed for {sorted(self._markers)}")
        if shape not in self._statements:  # two threads may both compose it: one of two equal statements stays
            self._statements[shape] = _composed(self._compose(*shape, **self._markers), self._markers)
        return self._statements[shape]


@dataclass(frozen=True)
class _Statement:
    """The text of a statement, where its values go, and how Django makes rows of its answer."""

    sql: str
    parameters: tuple[tuple[str, Any], ...]  # the name of a value, or "" and what is always the same
    compiler: SQLCompiler
    prefetches: tuple[Any, ...]

    def _answers(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        given = [values[name] if name else fixed for name, fixed in self.parameters]
        with connections[DATABASE].cursor() as cursor:
            cursor.execute(self.sql, given)
            answers: list[tuple[Any, ...]] = cursor.fetchall()
        return answers

    def dicts(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        names = self.compiler.query.selected or ()
        return [
            dict(zip(names, answer, strict=True))
            for answer in self.compiler.results_iter([list(self._answers(values))])
        ]

    def rows(self, values: dict[str, Any]) -> list[Any]:
        found = list(self._made(self._answers(values)))
        if self.prefetches:
            prefetch_related_objects(found, *self.prefetches)
        return found

    def _made(self, answers: list[tuple[Any, ...]]) -> Iterable[Any]:
        """Make the rows as `django.db.models.query.ModelIterable` does."""
        compiler = self.compiler
        columns, info = compiler.select, compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column[0].target.attname for column in columns[first:last]]
        joined = _populators(info, columns, DATABASE)
        for answer in compiler.results_iter([list(answers)]):
            row = info["model"].from_db(DATABASE, names, answer[first:last])
            for populator in joined:
                populator.populate(answer, row)
            for name, position in compiler.annotation_col_map.items():
                setattr(row, name, answer[position])
            yield row


def _composed(queryset: Any, markers: dict[str, Any]) -> _Statement | None:
    """Compose a statement; None for a queryset that can have no rows, whatever the values."""
    compiler = queryset.query.get_compiler(using=DATABASE)
    try:
        sql, given = compiler.as_sql()
    except EmptyResultSet:
        return None
    parameters = tuple(_parameter(value, markers) for value in given)
    if unused := markers.keys() - {name for name, _fixed in parameters}:
        raise TypeError(f"the queryset does not compare with {sorted(unused)} itself")
    return _Statement(sql, parameters, compiler, queryset._prefetch_related_lookups)


def _parameter(value: Any, markers: dict[str, Any]) -> tuple[str, Any]:
    for name, marker in markers.items():
        if type(value) is type(marker) and value == marker:
            return name, None
    return "", value
