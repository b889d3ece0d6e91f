"""Grades a filled-in sheet cell by cell against its key."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from archc.document.records import Cell, Column, Row, Table, cell
from archc.document.translation import N_, _, language, number
from archc.lectures.exercises import answers, mistakes
from archc.lectures.exercises.exercise import Exercise, asked
from archc.network import Network, Operation
from archc.ops import Shape
from archc.ops.base import BadShape, numel


class BadSheet(Exception):
    """A text that is not a filled-in sheet of this exercise."""

    def __init__(self, message: str, line: int = 1, help: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.help = message, line, help


@dataclass(frozen=True)
class Mark:
    """The grade of one cell: the answer, the expected value, and the verdict."""

    layer: str
    column: str
    answer: str
    expected: str
    right: bool
    remark: str = ""

    @property
    def points(self) -> int:
        """The points of the cell, 1 or 0."""
        return int(self.right)


def rows_of(text: str) -> list[list[str]]:
    """The rows of a CSV as spreadsheets write it: with commas, semicolons or tabs."""
    lines = text.lstrip("\ufeff").splitlines()
    body = [line for line in lines if not line.strip().strip('"').startswith("#")]
    head = body[0] if body else ""
    delimiter = max(",;\t", key=head.count)
    return [
        row for row in csv.reader(io.StringIO("\n".join(body)), delimiter=delimiter) if any(row)
    ]


def grade(network: Network, exercise: Exercise, key: Table, text: str) -> list[Mark]:
    """Every cell that was left blank, in the order of the sheet.

    An answer that follows from a mistake in the row above is right: the mistake counts once.

    Raises:
        BadSheet: the text is not this exercise's sheet.
    """
    written = rows_of(text)
    head = [cell.strip().casefold() for cell in written[0]] if written else []
    where = {column.key: _place(column, head) for column in key.columns}
    names = where["layer"]
    if names is None:
        raise BadSheet("the sheet has no column `layer`", 2, "leave the first rows as they were")
    given = {row[names].strip(): row for row in written[1:] if len(row) > names}
    leaves = {node.id: node.operation for node in network.nodes()}
    marker = _Marker()
    marks = []
    with language(exercise.lang):
        for row in key.rows:
            operation = leaves.get(row.id)
            layer = row.cells[key.column("layer")].text
            if not asked(row):
                marker.passes(row.cells, operation, None)
                continue
            mine = given.get(layer, [])
            if not mine and layer not in given:
                near = ", ".join(list(given)[:5])
                raise BadSheet(f"the sheet has no row `{layer}`", 2, f"its rows: {near}, ...")
            for name in exercise.blanks:
                place = where[name]
                answer = mine[place].strip() if place is not None and place < len(mine) else ""
                marks.append(
                    marker.mark(layer, name, row.cells[key.column(name)], answer, operation)
                )
            marker.moves(operation)
    return marks


class _Marker:
    """Grades cells in order, and remembers the student's own output shape of the row above."""

    def __init__(self) -> None:
        self.carried: Shape | None = None
        """The student's output of the row above, where it is a wrong one."""
        self.before: Shape | None = None
        """The right output of the row above."""
        self.answered: Shape | None = None

    def passes(
        self, cells: Sequence[Cell], operation: Operation | None, carried: Shape | None
    ) -> None:
        """Skip a row that is given."""
        self.carried = carried
        shapes = [cell.value for cell in cells if isinstance(cell.value, tuple)]
        self.before = shapes[-1] if shapes else None

    def moves(self, operation: Operation | None) -> None:
        """Go on to the next row."""
        self.carried, self.answered = self.answered, None
        self.before = operation.output_shape if operation else None

    def mark(
        self, layer: str, name: str, right: Cell, answer: str, operation: Operation | None
    ) -> Mark:
        """Grade one cell."""
        says = self.shape if name == "output_shape" else self.count
        ok, remark = (False, _("empty")) if not answer else says(name, right, answer, operation)
        return Mark(layer, name, answer, right.text, ok, remark)

    def shape(
        self, name: str, right: Cell, answer: str, operation: Operation | None
    ) -> tuple[bool, str]:
        """Grade an output shape."""
        found = answers.shape(answer)
        if found is None:
            return False, _("not a size")
        computed: Shape = right.value
        if answers.same(found, computed):
            return True, ""
        mine = answers.channels_first(found, computed)
        self.answered = mine
        if operation is not None and (arriving := self.arriving(operation)):
            try:
                if answers.same(found, operation.op.shape(arriving)):
                    return True, _("follows from the answer above")
            except BadShape:
                pass
        return False, mistakes.of_shape(operation, mine) if operation else ""

    def count(
        self, name: str, right: Cell, answer: str, operation: Operation | None
    ) -> tuple[bool, str]:
        """Grade a number."""
        found = answers.number(answer)
        if found is None:
            return False, _("not a number")
        computed = right.value[0] if isinstance(right.value, tuple) else int(right.value or 0)
        if found.says(computed):
            exact = found.value == computed
            return True, "" if exact else _("rounded")
        if found.rounds(computed):
            return False, _("too few digits")
        if found.cut(computed):
            return False, _("cut off, not rounded")
        if operation is None or name not in ("params", "macs"):
            return False, ""
        if (arriving := self.arriving(operation)) and found.says(_count(operation, name, arriving)):
            return True, _("follows from the answer above")
        reason = mistakes.of_params if name == "params" else mistakes.of_macs
        return False, reason(operation, found.value)

    def arriving(self, operation: Operation) -> Shape | None:
        """The input shape by the student's own answers, where these are wrong."""
        if self.carried is None or self.before is None or len(operation.inputs) != 1:
            return None
        (shape,) = operation.input_shapes
        if shape == self.before and len(self.carried) == len(shape):
            return self.carried
        flat = len(shape) == 1 and numel(self.before) == shape[0]
        return (numel(self.carried),) if flat else None


def marks_table(marks: Sequence[Mark], title: str, every: bool = False) -> Table:
    """The marks as a table, right ones left out unless `every`, with the points in all."""
    heads = {
        "layer": _("layer"),
        "column": _("column"),
        "answer": _("answer"),
        "expected": _("expected"),
        "points": _("points"),
        "remark": _("remark"),
    }
    columns = tuple(
        Column(key, head, "right" if key == "points" else "left") for key, head in heads.items()
    )
    rows = tuple(
        Row(
            tuple(
                cell(text, text)
                for text in (
                    mark.layer,
                    _(_CALLED[mark.column]),
                    mark.answer,
                    mark.expected,
                    f"{mark.points}",
                    mark.remark,
                )
            )
        )
        for mark in marks
        if every or not mark.right or mark.remark
    )
    points = sum(mark.points for mark in marks)
    total = f"{title}{_(': ')}{number(points)}/{number(len(marks))}"
    return Table(columns, rows, title=title, about=total)


_CALLED = N_(
    {
        "output_shape": "output size",
        "params": "parameters",
        "macs": "multiply-adds",
        "depth": "depth",
        "receptive_field": "receptive field",
    }
)


def _count(operation: Operation, name: str, arriving: Shape) -> int:
    try:
        if name == "macs":
            return operation.op.macs(arriving) if operation.op.weighted else 0
        return sum(map(numel, operation.op.weights(arriving).values()))
    except BadShape:
        return -1


def _place(column: Column, head: Sequence[str]) -> int | None:
    for text in (column.heading, column.key):
        if text.casefold() in head:
            return head.index(text.casefold())
    return None
