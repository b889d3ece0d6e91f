"""Exercise sheets: a table with blank columns, its key, and the header that identifies both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document.records import EMPTY, Cell, Row, Table, cell
from archc.document.translation import N_, Lang, _, language
from archc.network import Network
from archc.spec.header import PaperTable

BLANKS = N_(
    {
        "output_shape": "output size",
        "params": "parameters",
        "macs": "multiply-adds",
        "depth": "depth",
        "receptive_field": "receptive field",
    }
)
"""The quantities that a sheet may ask for, with the heading of each."""
_ORIGIN = re.compile(r"#?\s*\"?#?\s*archc exercise: (?P<rest>.*)")


@dataclass(frozen=True)
class Exercise:
    """The parameters of a sheet: spec, layout, blanks and language."""

    spec: str
    """As commands take it: `alexnet`, `resnet:resnet50`."""
    style: str
    blanks: tuple[str, ...]
    lang: Lang = Lang.en
    settings: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [self.spec, f"style={self.style}", f"blank={','.join(self.blanks)}"]
        parts += [f"lang={self.lang}", *(f"set:{k}={v}" for k, v in self.settings.items())]
        return f"archc exercise: {'; '.join(parts)}"


def read(line: str) -> Exercise | None:
    """Parse the header of a sheet; None if the line is not one."""
    found = _ORIGIN.match(line.strip().strip("\ufeff"))
    if found is None:
        return None
    spec, *rest = (part.strip() for part in found["rest"].strip(' ";,\t').split("; "))
    options = dict(part.partition("=")[::2] for part in rest)
    settings = {k.removeprefix("set:"): v for k, v in options.items() if k.startswith("set:")}
    try:
        lang = Lang(options.get("lang", "en"))
    except ValueError:
        return None
    blanks = tuple(options.get("blank", "").split(","))
    return Exercise(spec, options.get("style", "layers"), blanks, lang, settings)


def layout(plan: PaperTable, exercise: Exercise) -> PaperTable:
    """The layout of an exercise's sheet: a style's, with a column for each blank.

    Raises:
        SpecError: a blank is not a quantity that a sheet can ask for.
    """
    unknown = [name for name in exercise.blanks if name not in BLANKS]
    if unknown:
        raise SpecError(
            [
                Diagnostic(
                    "unknown-key",
                    f"a sheet of exercises cannot ask for `{name}`",
                    help=suggest(name, BLANKS, "columns"),
                )
                for name in unknown
            ]
        )
    columns = {"layer": "layer"} | plan.columns
    columns |= {name: BLANKS[name] for name in exercise.blanks if name not in columns}
    return plan.model_copy(update={"columns": columns, "variants": {}, "source": "", "totals": {}})


def key(made: Table, network: Network, exercise: Exercise) -> Table:
    """The sheet filled in: the network's table in the layout of the exercise."""
    with language(exercise.lang):
        rows = _with_biases(made, network)
    return replace(made, rows=rows, origin=str(exercise), title=network.spec.title)


def blank(solution: Table, exercise: Exercise) -> Table:
    """The sheet for students: the key with some columns left blank."""
    places = [solution.column(name) for name in exercise.blanks]
    rows = []
    for row in solution.rows:
        cells = list(row.cells)
        for place in places if asked(row) else ():
            cells[place] = EMPTY
        rows.append(replace(row, cells=tuple(cells)))
    return replace(solution, rows=tuple(rows))


def asked(row: Row) -> bool:
    """Whether a row has cells to fill in: the row of the input is given."""
    return row.id not in ("input", "softmax")


def places(solution: Table, exercise: Exercise) -> Sequence[int]:
    """The columns to fill in."""
    return [solution.column(name) for name in exercise.blanks]


def _with_biases(sheet: Table, network: Network) -> tuple[Row, ...]:
    """The rows of a key; where a convolution or a linear layer has no bias, its type says so."""
    if "type" not in {column.key for column in sheet.columns}:
        return sheet.rows
    place = sheet.column("type")
    bare = {n.id for n in network.nodes() if getattr(n.op, "bias", None) is False}
    rows = []
    for row in sheet.rows:
        if row.id in bare:
            cells: list[Cell] = list(row.cells)
            cells[place] = cell(f"{cells[place].text}, {_('no bias')}")
            row = replace(row, cells=tuple(cells))
        rows.append(row)
    return tuple(rows)
