"""Keras's layers as `model.summary()` prints them, and as a table for the other formats."""

from __future__ import annotations

import io
from collections.abc import Sequence

from archc.document.records import Column, Row, Table, cell
from archc.lectures.tables.keras import Layer, layers
from archc.network import Network

HEADS = ("Layer (type)", "Output Shape", "Param #", "Connected to")
WIDTH = 108
"""Characters of a line where branches are shown, as in Keras; 88 where all is one chain."""
_BYTES = 4


def summary(network: Network) -> Table:
    """The summary as a table, names in full, with the totals below it."""
    found = layers(network)
    rows = [
        Row(
            (
                cell(f"{layer.name} ({layer.kind})", layer.name),
                cell(layer.output, layer.shape),
                cell(f"{layer.params:,}", layer.params),
                cell(layer.connected),
            ),
            layer.name,
        )
        for layer in found
    ]
    keys = ("layer", "output_shape", "params", "connected_to")
    columns = tuple(
        Column(key, head, "right" if key == "params" else "left")
        for key, head in zip(keys, HEADS, strict=True)
    )
    below = (*_totals(found), *notes(found))
    return Table(columns, tuple(rows), title=network.spec.title, about="; ".join(below))


def text(network: Network, width: int | None = None) -> str:
    """The text of `model.summary()` as Keras 3 prints it, in a box of `width` characters."""
    from rich.console import Console
    from rich.table import Column as RichColumn
    from rich.table import Table

    found = layers(network)
    chain = (
        all(len(layer.inputs) < 2 for layer in found)
        and len({id(layer.inputs[0]) for layer in found if layer.inputs}) == len(found) - 1
    )
    heads, parts = (HEADS[:3], (0.45, 0.8, 1.0)) if chain else (HEADS, (0.3, 0.56, 0.74, 1.0))
    length = width or (88 if chain else WIDTH)
    widths, current = [], 0
    for part in parts:
        widths.append(int(part * length) - current)
        current += widths[-1]
    columns = [
        RichColumn(head, justify="right" if head == "Param #" else "left", width=size)
        for head, size in zip(heads, widths, strict=True)
    ]
    table = Table(*columns, width=length, show_lines=True)
    for layer in found:
        row = [f"{layer.name} ({layer.kind})", layer.output, f"{layer.params:,}", layer.connected]
        table.add_row(*(part.replace("[", r"\[") for part in row[: len(heads)]))
    out = io.StringIO()
    console = Console(
        file=out, width=length, highlight=False, force_terminal=False, color_system=None
    )
    console.print('Model: "functional"')
    console.print(table)
    for line in _totals(found):
        console.print(f" {line}")
    for line in notes(found):
        console.print(f" {line}")
    return out.getvalue()


def notes(found: Sequence[Layer]) -> list[str]:
    """The reasons why ops have no layer in Keras, each op once."""
    return list(dict.fromkeys(layer.note for layer in found if layer.note))


def _totals(found: Sequence[Layer]) -> list[str]:
    params, fixed = sum(x.params for x in found), sum(x.fixed for x in found)
    counts = (("Total", params), ("Trainable", params - fixed), ("Non-trainable", fixed))
    return [f"{name} params: {count:,} ({_memory(count * _BYTES)})" for name, count in counts]


def _memory(count: int) -> str:
    """Keras's `readable_memory_size`."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"
