"""The columns of the paper's table: for each name a function from a row's steps to a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archc.document.records import EMPTY, Bracket, Cell, Side, cell
from archc.document.translation import _, number
from archc.expr.sizes import plain
from archc.lectures.tables.names import Names, block_fields, by, fields, one, phrase, window
from archc.lectures.tables.published import Published, short
from archc.lectures.tables.steps import Entry, Line
from archc.network import Network, Operation, Repeat
from archc.ops import Shape
from archc.ops.base import pair
from archc.spec import Spec


@dataclass(frozen=True)
class Context:
    """The settings that all cells of a network share."""

    network: Network
    names: Names
    published: Published
    exact: bool
    """Whether computed figures are printed in full."""
    dash: str = ""
    """The text for a size that an op does not have."""

    def figure(self, value: int) -> str:
        """A computed figure as text: in full, or to three digits."""
        return number(value) if self.exact else short(value)


def hwc(shape: Shape) -> str:
    """A shape as papers write it, `28×28×256`; a vector is a map of one cell."""
    channels, height, width = (*shape, 1, 1)[:3]
    return f"{plain(height)}×{plain(width)}×{plain(channels)}"


def area(shape: Shape) -> str:
    """`28×28`."""
    return hwc(shape).rpartition("×")[0]


def _each(line: Line, text: Callable[[Entry], str], bracket: bool = False) -> Cell:
    """A line for each step; with `bracket`, repeated steps are bracketed with their count."""
    texts = tuple(text(entry) for entry in line.entries)
    if line.times > 1 and bracket:
        return Cell((Bracket(texts, line.times),))
    return Cell(texts) if any(texts) else EMPTY


def _label(line: Line, context: Context) -> Cell:
    # Ids stay as they are; text that is not a Python name is the paper's wording: translated.
    id = line.label.isidentifier()
    return cell(line.label if id else phrase(line.label))


def _type(line: Line, context: Context) -> Cell:
    if line.times > 1:
        return _each(line, context.names.type, bracket=True)
    return cell(" & ".join(context.names.type(entry) for entry in line.entries))


def _made_of(line: Line, context: Context) -> Cell:
    return Cell(tuple(part for entry in line.entries for part in context.names.stack(entry)))


def _output_shape(line: Line, context: Context) -> Cell:
    return cell(hwc(line.entries[-1].shape), line.entries[-1].shape)


def _output_size(line: Line, context: Context) -> Cell:
    return cell(area(line.entries[-1].shape), line.entries[-1].shape)


def _input_shape(line: Line, context: Context) -> Cell:
    if line.times > 1:
        return _each(line, lambda entry: hwc(entry.arriving))
    return cell(hwc(line.entries[0].arriving), line.entries[0].arriving)


def _input_size(line: Line, context: Context) -> Cell:
    return cell(area(line.entries[0].arriving), line.entries[0].arriving)


def _channels(line: Line, context: Context) -> Cell:
    channels = plain(line.entries[0].shape[0])
    return cell(str(channels), channels)


def _layers(line: Line, context: Context) -> Cell:
    entry = line.entries[0]
    count = entry.args.get("layers")
    if not isinstance(count, int):
        count = (
            sum(group.count for group in entry.item.iterations)
            if isinstance(entry.item, Repeat)
            else 1
        )
        if entry.part is None or not entry.part.depth:
            return EMPTY
    return cell(str(plain(count)), plain(count))


def _patch(line: Line, context: Context) -> Cell:
    def text(entry: Entry) -> str:
        kernel, stride = _window(entry)
        return f"{by(kernel)}/{one(stride)}" if kernel and stride else ""

    return _each(line, text)


def _size(line: Line, context: Context) -> Cell:
    return _each(line, lambda entry: by(kernel) if (kernel := _window(entry)[0]) else context.dash)


def _stride(line: Line, context: Context) -> Cell:
    return _each(line, lambda entry: one(stride) if (stride := _window(entry)[1]) else context.dash)


def _padding(line: Line, context: Context) -> Cell:
    def text(entry: Entry) -> str:
        if entry.main is None or not _window(entry)[0]:
            return context.dash
        padding = getattr(entry.main.op, "padding", 0)
        return str(padding) if isinstance(padding, str) else one(pair(padding))

    return _each(line, text)


def _number(line: Line, context: Context) -> Cell:
    def text(entry: Entry) -> str:
        op = entry.main.op if entry.main else None
        return str(plain(getattr(op, "out_channels", getattr(op, "out_features", context.dash))))

    return _each(line, text)


def _filter(line: Line, context: Context) -> Cell:
    def text(entry: Entry) -> str:
        if entry.item is None:
            return _("Classifier") if entry.name == "softmax" else ""
        kernel = _window(entry)[0]
        if entry.main is None:
            return ""
        if not entry.main.op.weighted:
            return f"Pool {by(kernel)}" if kernel else ""
        weight = next(iter(entry.main.op.weights(*entry.main.input_shapes).values()))
        outputs, inputs = plain(weight[0]), plain(weight[1])
        if kernel is None:
            return f"{inputs}×{outputs}"
        depthwise = inputs == 1 and outputs == entry.arriving[0]
        return f"{by(kernel)}×{outputs} dw" if depthwise else f"{by(kernel)}×{inputs}×{outputs}"

    return _each(line, text)


def _receptive_field(line: Line, context: Context) -> Cell:
    part = line.entries[-1].part
    if part is None or part.receptive_field is None:
        return EMPTY
    height, width = part.receptive_field.size
    return cell(one((height, width)), part.receptive_field.size)


def _count(quantity: str) -> Callable[[Line, Context], Cell]:
    """A column of a quantity that adds up: printed figures before computed ones.

    Zeros are left empty, except those of depth.
    """

    def made(line: Line, context: Context) -> Cell:
        parts = [entry.part for entry in line.entries if entry.part]
        counts = [
            part.depth if quantity == "depth" else getattr(part.cost, quantity) for part in parts
        ]
        value = sum(counts)
        if len(parts) == 1:
            ways = {value, parts[0].cost.weights} if quantity == "params" else {value}
            found = context.published.cell(context.network, parts[0].id, quantity, ways)
            if found is not None:
                return Cell(found.lines, value, found.mark)
        if quantity == "depth" or (context.exact and parts):
            return cell(context.figure(value), value)
        return cell(context.figure(value), value) if value else EMPTY

    return made


COUNTS = ("depth", "params", "weights", "macs", "flops", "activations", "buffers")
"""The columns with whole numbers that claims can be about."""
COLUMNS: dict[str, Callable[[Line, Context], Cell]] = {
    "layer": _label,
    "type": _type,
    "made_of": _made_of,
    "patch": _patch,
    "filter": _filter,
    "filters": _number,
    "size": _size,
    "stride": _stride,
    "padding": _padding,
    "input_shape": _input_shape,
    "input_size": _input_size,
    "output_shape": _output_shape,
    "output_size": _output_size,
    "channels": _channels,
    "layers": _layers,
    "receptive_field": _receptive_field,
    **{quantity: _count(quantity) for quantity in COUNTS},
}
"""The columns that every table may have; `number` beside them is the number of the row."""
RIGHT = ("number", "channels", "layers", "filters", "receptive_field", *COUNTS)


def argument(name: str) -> Callable[[Line, Context], Cell]:
    """A column for an argument of blocks; for an op that is a step itself, for its field."""

    def made(line: Line, context: Context) -> Cell:
        entry = line.entries[0]
        known = block_fields(entry) if entry.body else fields(entry.main) if entry.main else {}
        value = plain(known.get(name))
        if name == "out_channels" and value is None:
            value = plain(known.get("out_features"))
        if isinstance(value, bool):
            return cell(_("yes") if value else _("no"), value)
        return EMPTY if value is None else cell(str(value), value)

    return made


def arguments(spec: Spec) -> Iterable[str]:
    """The names of the arguments of a spec's blocks."""
    return dict.fromkeys(name for block in spec.blocks.values() for name in block.args)


def side(key: str) -> Side:
    """The alignment of a column: counts and arguments to the right."""
    return "right" if key in RIGHT or key not in COLUMNS else "left"


def _window(entry: Entry) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    main = entry.main
    return window(main.op, main.input_shapes[0]) if isinstance(main, Operation) else (None, None)
