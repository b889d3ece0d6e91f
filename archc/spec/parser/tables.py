"""Tables: one call a row, as the paper has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archc.spec import CallStep, LostStep, Step, TableStep
from archc.spec.naming import MODIFIERS, NEEDS, Names
from archc.syntax.load import Path

if TYPE_CHECKING:
    from archc.spec.parser.steps import StepParser


def read_table(
    body: StepParser, data: dict[str, Any], at: Path, common: dict[str, Any], names: Names
) -> Step:
    """One call a row; the columns are arguments and modifiers."""
    call: Any = data["table"]
    columns: Any = data.get("columns")
    rows: Any = data.get("rows")
    missing = [key for key in ("columns", "rows") if key not in data]
    if missing:
        listed = " and ".join(f"`{key}`" for key in missing)
        body.report.add(
            "missing-key",
            f"a table needs {listed}",
            body.document.span((*at, "table"), key=True),
        )
    readable = not missing
    if not isinstance(call, str):
        body.parser.wrong_type((*at, "table"), "the name of a block or an op", call)
        readable = False
    elif call in NEEDS:
        body.report.add(
            "bad-step",
            f"a table calls a block or an op with arguments, and `{call}` has none",
            body.document.span((*at, "table")),
        )
        readable = False
    if "columns" in data and not (
        isinstance(columns, list) and columns and all(isinstance(c, str) for c in columns)
    ):
        body.parser.wrong_type((*at, "columns"), "a list of argument names", columns)
        readable = False
    if "rows" in data and not (isinstance(rows, list) and rows):
        body.parser.wrong_type((*at, "rows"), "a list of rows", rows)
        readable = False
    if not readable:
        return LostStep(**common)
    for i, column in enumerate(columns):
        if column in columns[:i]:
            place = body.document.span((*at, "columns", i))
            body.report.add("bad-table", f"the column `{column}` stands twice", place)
    steps = [
        _row(body, row, (*at, "rows", i), call, columns, names)
        if isinstance(row, list)
        else body.step(row, (*at, "rows", i), names)
        for i, row in enumerate(rows)
    ]
    return TableStep(**common, call=call, columns=tuple(columns), rows=tuple(steps))


def _row(
    body: StepParser, row: list[Any], at: Path, call: str, columns: list[str], names: Names
) -> Step:
    """A row of a table as the call that it stands for."""
    if len(row) != len(columns):
        given = f"{len(row)} cell{'s' * (len(row) != 1)}"
        body.report.add(
            "bad-table",
            f"the row has {given}, and there are {len(columns)} columns",
            body.document.span(at),
            help=f"columns: {', '.join(columns)}",
        )
        return LostStep(at=at, name="")
    cells = {column: (row[i], (*at, i)) for i, column in enumerate(columns)}
    own_id = None
    if "id" in cells and cells["id"][0] is not None:
        own_id, id_at = cells["id"]
        if isinstance(own_id, str):
            body.claim(own_id, id_at)
        else:
            body.parser.wrong_type(id_at, "an id", own_id)
            own_id = None
    modifiers = {
        key: body.parser.expression(*cells[key])
        for key in ("when", "repeat")
        if key in cells and cells[key][0] is not None
    }
    named = "from" in cells and cells["from"][0] is not None
    sources = body.parser.ids(*cells["from"]) if named else None
    args = {
        key: body.parser.argument(*cell)
        for key, cell in cells.items()
        if key not in MODIFIERS and cell[0] is not None
    }
    return CallStep(
        at=at,
        name=own_id or names.take(call),
        id=own_id,
        sources=sources,
        call=call,
        args=args,
        table=at[:-2],
        places={key: cell[1] for key, cell in cells.items()},
        **modifiers,
    )
