"""Explains wrong answers: computes each known slip, to see which one gives the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.document.translation import _, number
from archc.network import Operation
from archc.ops import Op, Shape
from archc.ops.base import BadShape, numel, pair


def of_shape(operation: Operation, answer: Shape) -> str:
    """The slip that gives this output shape; empty if none of them does."""
    right = operation.output_shape
    for shape, reason in _shapes(operation):
        if shape == answer != right:
            return reason
    if len(answer) == 2 and answer == right[1:]:
        return _("the number of channels is missing")
    if len(answer) == len(right) == 3:
        if answer[1:] == right[1:]:
            return _("height and width are right, the channels are not")
        if answer[0] == right[0]:
            return _("the channels are right, height and width are not")
    return ""


def of_params(operation: Operation, answer: int) -> str:
    """The slip that gives this number of parameters; empty if none of them does."""
    for value, reason, more in _params(operation):
        if value == answer:
            return reason + (f" (+ {number(more)})" if more else "")
    return ""


def of_macs(operation: Operation, answer: int) -> str:
    """The slip that gives this number of multiply-adds; empty if none of them does."""
    for value, reason in _macs(operation):
        if value == answer:
            return reason
    return ""


def _shapes(operation: Operation) -> Iterator[tuple[Shape, str]]:
    op, inputs = operation.op, operation.input_shapes
    first = inputs[0]
    known = type(op).model_fields
    yield first, _("this is the size of the input")
    for field, value, reason in (
        ("padding", 0, _("the padding is forgotten")),
        ("stride", 1, _("the stride is forgotten")),
        ("dilation", 1, _("the dilation is forgotten")),
        ("ceil_mode", not getattr(op, "ceil_mode", False), _rounding(op)),
    ):
        if field in known:
            changed = _shape(op, inputs, **{field: value})
            if changed:
                yield changed, reason
    right = operation.output_shape
    if len(right) != 3 or len(first) != 3:
        return
    by_filters = _("the channels are as many as there are filters, not the input's")
    yield (first[0], *right[1:]), by_filters
    yield (right[0], right[1] - 1, right[2] - 1), _("the + 1 of the formula is missing")
    padding: Any = getattr(op, "padding", 0)
    if padding not in (0, "same"):
        height, width = pair(padding)
        once = _shape(op, ((first[0], first[1] + height, first[2] + width),), padding=0)
        if once:
            yield once, _("the padding is there on both sides: 2 p")


def _rounding(op: Op) -> str:
    rounds_up = getattr(op, "ceil_mode", False)
    return _("this one rounds up") if rounds_up else _("the division is rounded down")


def _shape(op: Op, inputs: tuple[Shape, ...], **changes: Any) -> Shape | None:
    try:
        return op.model_copy(update=changes).shape(*inputs)
    except BadShape:
        return None


def _params(operation: Operation) -> Iterator[tuple[int, str, int]]:
    op, inputs, right = operation.op, operation.input_shapes, operation.output_shape
    shapes = op.weights(*inputs)
    total = sum(map(numel, shapes.values()))
    if not total:
        if op.family == "pool":
            yield from ((n, _("a pool has nothing to learn"), 0) for n in _kernels(operation))
        return
    bias = numel(shapes["bias"]) if "bias" in shapes else 0
    weight = numel(shapes["weight"]) if "weight" in shapes else total
    if bias:
        yield weight, _("the biases are forgotten"), bias
        yield weight + 1, _("there is one bias for each output channel"), 0
    elif op.weighted:
        yield weight + right[0], _("this layer has no bias"), 0
    macs = op.macs(*inputs)
    yield macs, _("this is the number of multiply-adds"), 0
    yield macs + numel(right), _("the weights are shared by all places of the map"), 0
    if op.weighted and len(inputs[0]) == 3 and len(right) == 3 and "weight" in shapes:
        area = numel(shapes["weight"][2:])
        for each in {area * right[0], area * right[0] + bias}:
            yield each, _("each filter sees all channels of its input"), 0
        for each in {area * inputs[0][0], area * inputs[0][0] + bias}:
            yield each, _("this is one filter, and there are as many as output channels"), 0
        groups = getattr(op, "groups", 1)
        if groups > 1:
            for each in {weight * groups, weight * groups + bias}:
                yield each, _("a filter sees the channels of its own group only"), 0
        side = shapes["weight"][2]
        for each in {weight // side, weight // side + bias}:
            yield each, _("a filter has height times width weights for each channel"), 0
    yield 0, _("this layer learns its weights"), 0


def _macs(operation: Operation) -> Iterator[tuple[int, str]]:
    op, inputs, right = operation.op, operation.input_shapes, operation.output_shape
    macs = op.macs(*inputs) if op.weighted else 0
    if not macs:
        reason = _("only convolutions and linear layers are counted")
        yield from ((n, reason) for n in _kernels(operation))
        return
    weights = numel(op.weights(*inputs)["weight"])
    yield 2 * macs, _("these are FLOPs: a multiply-add counts once here")
    yield macs + numel(right), _("biases are not counted")
    yield weights, _("these are the weights: each is used at every place of the output")
    yield sum(map(numel, op.weights(*inputs).values())), _("this is the number of parameters")
    if len(inputs[0]) == 3 and len(right) == 3:
        yield (
            weights * numel(inputs[0][1:]),
            _("a weight is used at every place of the output, not of the input"),
        )
        yield macs // inputs[0][0], _("each filter sees all channels of its input")
        yield macs // right[0], _("this is one filter, and there are as many as output channels")


def _kernels(operation: Operation) -> set[int]:
    """The numbers that follow from counting a pool as a convolution."""
    kernel = getattr(operation.op, "kernel_size", None)
    if kernel is None:
        return set()
    area, inputs, outputs = (
        numel(pair(kernel)),
        operation.input_shapes[0][0],
        operation.output_shape,
    )
    counts = {area, area * inputs, area * inputs * inputs, area * inputs * inputs + inputs}
    return counts | {count * numel(outputs[1:]) for count in counts} | {area * inputs + inputs}
