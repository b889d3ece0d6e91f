"""Names of ops and blocks in tables: templates over their fields, the paper's or plain ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archc.document.records import Bracket
from archc.document.translation import _
from archc.expr.sizes import plain
from archc.lectures.tables.steps import Entry, Inner, Times, inner
from archc.network import Instance, Operation, Repeat
from archc.ops.activation import Activation
from archc.ops.adaptive import AdaptiveAvgPool, AdaptiveMaxPool
from archc.ops.arithmetic import Scale
from archc.ops.base import Op, Pair, Shape, pair
from archc.ops.conv import Conv, PartialConv
from archc.ops.join import Join
from archc.ops.labels import label
from archc.ops.linear import RBF, Linear
from archc.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from archc.ops.pool import AvgPool, MaxPool, Subsample
from archc.ops.regularise import Dropout, DropPath
from archc.ops.reshape import (
    ChannelShuffle,
    Crop,
    Flatten,
    Identity,
    Pad,
    PadChannels,
    PixelShuffle,
    PixelUnshuffle,
    Upsample,
    ZeroPad,
)
from archc.ops.table import OpTable
from archc.spec.header import TEMPLATE


@dataclass(frozen=True)
class Wording:
    """The names of ops in one kind of column: templates that the values of `fields` fill."""

    ops: OpTable[str]
    kinds: Mapping[str, str]
    """The templates of grouped convolutions, which come before that of the op."""
    ends: Mapping[str, str]
    """The names of the rows for the network's input and for the softmax after it."""


TYPES = Wording(
    OpTable(
        "name in a column of types",
        {
            **dict.fromkeys((Conv, PartialConv), "convolution"),
            **dict.fromkeys((MaxPool, AdaptiveMaxPool), "max pool"),
            **dict.fromkeys((AvgPool, AdaptiveAvgPool), "avg pool"),
            Subsample: "subsampling",
            Linear: "linear",
            Dropout: "dropout ({percent}%)",
            LocalResponseNorm: "normalisation",
            **dict.fromkeys(
                (
                    *(RBF, BatchNorm, LayerNorm, GroupNorm, Activation, Join, Scale, Flatten),
                    *(Pad, ZeroPad, Crop, PadChannels, ChannelShuffle, Upsample, PixelShuffle),
                    *(PixelUnshuffle, DropPath, Identity),
                ),
                "{name}",
            ),
        },
    ),
    {"grouped": "convolution, {groups} groups", "depthwise": "depthwise convolution"},
    {"input": "input", "softmax": "softmax"},
)
"""The names in a column of types."""
LINES = Wording(
    OpTable(
        "name in a column of layers",
        {
            Conv: "{kernel}, {out_channels}{by}",
            PartialConv: "{label}",
            MaxPool: "{kernel} max pool{by}",
            AvgPool: "{kernel} average pool{by}",
            AdaptiveAvgPool: "average pool",
            Linear: "{out_features}-d fc",
            LocalResponseNorm: "LRN",
            **dict.fromkeys(
                (
                    *(RBF, BatchNorm, LayerNorm, GroupNorm, Activation, Subsample),
                    *(AdaptiveMaxPool, Join, Scale, Flatten, Pad, ZeroPad, Crop, PadChannels),
                    *(ChannelShuffle, Upsample, PixelShuffle, PixelUnshuffle, Dropout, DropPath),
                    Identity,
                ),
                "{name}",
            ),
        },
    ),
    {
        "grouped": "{kernel}, {out_channels}, {groups} groups{by}",
        "depthwise": "{kernel} depthwise, {out_channels}{by}",
    },
    {"input": "input ({height} × {width})", "softmax": "softmax"},
)
"""The names in a column that lists the operations of a step."""
MANY = 4
"""The most lines of a repeated step that are written out; more go into a bracket."""
_NUMBER = re.compile(r"\d+")


class Names:
    """Names by op or block: the paper's own before the plain ones."""

    def __init__(
        self,
        own: Mapping[str, str],
        plain: Wording,
        labelled: bool = False,
    ) -> None:
        self.own, self.plain = own, plain
        self.labelled = labelled
        """Whether the table has a column of ids."""

    def type(self, entry: Entry) -> str:
        """`convolution`, `inception (3a)`, `MBConv6, k5x5`."""
        if entry.item is None:
            return self.end(entry)
        if entry.body is not None and (template := self.own.get(entry.body.block.name)):
            return self.filled(template, block_fields(entry))
        if entry.main is not None:
            return self.op(entry.main)
        if entry.body is None:
            return entry.part.op if entry.part else ""
        block, name = entry.body.block.name, entry.name
        rest = name.removeprefix(block).strip("_")
        numbered = name.startswith(block) and rest and not self.labelled
        count = (
            sum(group.count for group in entry.item.iterations)
            if isinstance(entry.item, Repeat)
            else 1
        )
        return block + (f" ({rest})" if numbered else "") + (f" × {count}" if count > 1 else "")

    def end(self, entry: Entry) -> str:
        """The name of the row for the input or the softmax."""
        template = self.own.get(entry.name, self.plain.ends[entry.name])
        sizes = dict(zip(("channels", "height", "width"), entry.shape, strict=False))
        return self.filled(template, sizes)

    def op(self, operation: Operation, *, bracketed: bool = False) -> str:
        """The name of an op: its most specific template, filled."""
        kinds = _kinds(operation)
        own = [self.own[kind] for kind in (*kinds, operation.op.name) if kind in self.own]
        plain = [self.plain.kinds[kind] for kind in kinds if kind in self.plain.kinds]
        # An op without a template has its YAML name, which is right in any language.
        template = next(iter([*own, *plain]), self.plain.ops.get(operation.op) or "{name}")
        return self.filled(template, fields(operation, bracketed=bracketed))

    def stack(self, entry: Entry) -> list[str | Bracket]:
        """The operations of a step, line by line, repeated lines in brackets."""
        if entry.item is None:
            return [self.end(entry)]
        found: list[str | Bracket] = []
        parts: tuple[Inner, ...] = tuple(inner((entry.item,), frozenset(self.own)))
        if not parts and isinstance(entry.item, Operation):
            parts = (entry.item,)
        for part in parts:
            if not isinstance(part, Times):
                found.append(self.line(part))
                continue
            lines = tuple(self.lines(part.inside))
            last = found[-1] if found else None
            if len(lines) == 1 and part.count <= MANY:
                found += lines * part.count
            elif isinstance(last, Bracket) and last.lines == lines:
                found[-1] = Bracket(lines, last.times + part.count)
            elif lines:
                found.append(Bracket(lines, part.count))
        return found

    def lines(self, parts: tuple[Inner, ...]) -> list[str]:
        """The lines in a bracket, iterations inside it one by one."""
        found: list[str] = []
        for part in parts:
            if isinstance(part, Times):
                found += self.lines(part.inside) * part.count
            else:
                found.append(self.line(part, bracketed=True))
        return found

    def line(self, part: Operation | Instance, *, bracketed: bool = False) -> str:
        """An op, or a block with a name of its own."""
        if isinstance(part, Operation):
            return self.op(part, bracketed=bracketed)
        return self.filled(self.own[part.body.block.name], {**part.body.args})

    def filled(self, template: str, values: Mapping[str, Any]) -> str:
        """A template with its values, in the reader's language."""

        def value(found: re.Match[str]) -> str:
            """A field that this op does not have, though others do, is left out."""
            return str(plain(values.get(found[0].strip("{}"), "")))

        return phrase(TEMPLATE.sub(value, template))


def phrase(text: str) -> str:
    """A text in the reader's language, numbers left as they are; as it is if nobody knows it.

    The catalogue has `N-layer` and `N×N max pool, stride N`.
    """
    pattern = _NUMBER.sub("N", text)
    found = _(pattern)
    if found == pattern:  # part by part
        return ", ".join(map(phrase, text.split(", "))) if ", " in text else text
    numbers = iter(_NUMBER.findall(text))
    return re.sub(r"\bN\b|(?<=×)N|N(?=×)|N(?=%)", lambda __: next(numbers), found)


def fields(operation: Operation, *, bracketed: bool = False) -> dict[str, Any]:
    """The values that a template of an op may use: its fields, and sizes derived from its input."""
    op, shape = operation.op, operation.input_shapes[0]
    known = {name: getattr(op, name) for name in type(op).model_fields}
    kernel, stride = window(op, shape)
    known |= {
        "name": op.name,
        "label": label(op).replace("x", "×"),
        "in_channels": shape[0],
        "in_features": shape[0],
        "kernel_size": one(kernel) if kernel else "",
        "kernel": by(kernel) if kernel else "",
        "stride": one(stride) if stride else 1,
        "by": "",
        "percent": f"{100 * known['p']:g}" if "p" in known else "",
    }
    if stride and stride != (1, 1) and not bracketed:
        known["by"] = f", stride {one(stride)}"
    if "bias" in known:
        known["biased"] = bool(known["bias"])
    return known


def block_fields(entry: Entry) -> dict[str, Any]:
    """The values that a template of a block may use: its arguments, its `id`, the id's own part."""
    assert entry.body is not None
    rest = entry.name.removeprefix(entry.body.block.name).strip("_")
    main = fields(entry.main) if entry.main else {}
    return main | dict(entry.args) | {"id": entry.name, "rest": rest}


def window(op: Op, shape: Shape) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """The kernel and the stride of an op; of a pool to 1 x 1 they are the whole map and 1."""
    kernel: Pair | None = getattr(op, "kernel_size", None)
    if kernel is not None:
        stride: Pair | None = getattr(op, "stride", kernel)
        return pair(kernel), pair(kernel if stride is None else stride)
    output = getattr(op, "output_size", None)
    if output is None or len(shape) != 3:
        return None, None
    whole = pair(output) == (1, 1)
    return ((shape[1], shape[2]), (1, 1)) if whole else (None, None)


def one(sizes: tuple[int, int]) -> str:
    """`3`, or `1×7` where height and width differ."""
    height, width = (plain(size) for size in sizes)
    return f"{height}" if height == width else f"{height}×{width}"


def by(sizes: tuple[int, int]) -> str:
    """`3×3`."""
    height, width = (plain(size) for size in sizes)
    return f"{height}×{width}"


def _kinds(operation: Operation) -> list[str]:
    """The keys of a spec's names that a convolution may have before its op's: `depthwise`."""
    op = operation.op
    if not isinstance(op, Conv):
        return []
    if op.groups == 1:
        return ["pointwise"] if pair(op.kernel_size) == (1, 1) else []
    return ["depthwise"] if op.depthwise(operation.input_shapes[0]) else ["grouped"]
