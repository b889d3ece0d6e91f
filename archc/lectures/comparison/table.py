"""The table of a comparison: costs, accuracies, and footnotes with their sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archc.document.records import EMPTY, Cell, Column, Row, Table, cell, footnote
from archc.document.translation import N_, _, compact, localized, number
from archc.lectures.comparison import KEYS, Comparison, Entry
from archc.lectures.comparison.accuracies import CROPS

HEADINGS = N_(
    {
        "network": "network",
        "params": "params",
        "macs": "MACs",
        "depth": "depth",
        "activations": "activations",
        "input": "input",
        "top1": "top-1 (%)",
        "top5": "top-5 (%)",
    }
)
DENSITIES = N_({"top1": "top-1 per M params", "top5": "top-5 per M params"})
"""Headings of the accuracy for each million parameters."""
ACCURACIES = ("top1", "top5", "density")
"""The columns that may be empty, because nothing is published."""
EXACT = ("data", "crop", "source", "remark")
"""Extra columns of CSV and JSON, which text formats have as footnotes."""


def table(found: Comparison, *, exact: bool = False) -> Table:
    """The table of a comparison.

    Args:
        found: what to show, in its order.
        exact: every digit, and the sources as columns: for spreadsheets and programs.
    """
    columns = [
        Column(key, _(heading), "left" if key == "network" else "right")
        for key, heading in (HEADINGS | {"density": DENSITIES[found.metric]}).items()
        if found.data or key not in ACCURACIES
    ]
    notes = {} if exact else _notes(found)
    rows = [_row(found, entry, columns, exact, notes) for entry in found.entries]
    if exact:
        columns = [Column(column.key, column.key, column.side) for column in columns]
        columns += [Column(key, key) for key in EXACT]
    return Table(
        tuple(columns),
        tuple(rows),
        title="archc compare",
        notes=tuple((mark, text) for text, mark in notes.items()),
        about="" if exact else about(found),
    )


def about(found: Comparison) -> str:
    """`ImageNet, single crop`; empty if no accuracy is known."""
    return f"{found.data}, {_(CROPS[found.crop])}" if found.data else ""


def source(entry: Entry) -> str:
    """The source of an accuracy, with its remark."""
    if entry.found is None:
        return ""
    printed, result = entry.found
    return f"{printed.title} ({result.note})" if result.note else printed.title


def remark(entry: Entry) -> str:
    """The reasons why an accuracy and the costs beside it are not of the same network and input."""
    if entry.elsewhere is None:
        return ""
    text = _("accuracy of pictures of another size than the input")
    return f"{text}{_(': ')}{entry.elsewhere} × {entry.elsewhere}"


def percent(value: float) -> str:
    """A percentage with at most two decimals: `71.5`, `69.78`."""
    return localized(f"{value:.2f}".removesuffix("0"))


def _notes(found: Comparison) -> dict[str, str]:
    """The letter of every footnote."""
    texts = dict.fromkeys(_note(entry) for entry in found.plotted)
    return {text: footnote(k) for k, text in enumerate(texts)}


def _note(entry: Entry) -> str:
    """The mark of the footnote with the source and the remarks of an accuracy."""
    return "; ".join(filter(None, (source(entry), remark(entry))))


def _row(
    found: Comparison,
    entry: Entry,
    columns: Sequence[Column],
    exact: bool,
    notes: dict[str, str],
) -> Row:
    cells = []
    for column in columns:
        value = KEYS[column.key](entry, found.metric)
        made = EMPTY if value is None else _cell(entry, column.key, value, exact)
        if column.key == found.metric and entry.found and not exact:
            made = made.marked(notes[_note(entry)])
        cells.append(made)
    if exact:
        origin = (found.data, found.crop, source(entry), remark(entry))
        cells += [cell(text if entry.found else "") for text in origin]
    return Row(tuple(cells), entry.name)


def _cell(entry: Entry, key: str, value: Any, exact: bool) -> Cell:
    match key:
        case "network":
            return cell(value)
        case "input":
            sizes = entry.network.input
            return cell((" x " if exact else " × ").join(map(str, sizes)), sizes)
        case "top1" | "top5":
            return cell(f"{value:g}" if exact else percent(value), value)
        case "density":
            digits = 3 if value < 0.1 else 2
            return cell(f"{value:.6g}" if exact else number(value, digits), round(value, 6))
        case "depth":
            return cell(str(value), value)
    return cell(str(value) if exact else compact(value), value)
