"""A spec interpreted directly: its steps unrolled to operations, and those evaluated with torch.

It knows the language by its rules alone and shares with archc the classes of ops (their fields and
shapes), so that what archc compiles can be held against it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from pydantic import ValidationError
from torch import Tensor

from archc.ops import OPS, BadShape, Op, Shape

JOINS = ("concat", "add", "multiply")
MODIFIERS = ("id", "from", "when", "repeat")
FORMS = ("sequence", "table", "aside")
WORDS = ("same", "none", "tanh", "nearest", "bilinear", "bicubic", "zeros", "reflect", "replicate")
"""Texts that an op's field takes as they are."""
MOST_OPERATIONS = 150
MOST_CELLS = 6144
"""Elements of a value."""
MOST_CHANNELS = 128


class Invalid(Exception):
    """A spec that archc has to refuse, or one that is too large for these tests."""


# Expressions


class Sizes(tuple[int, ...]):
    """A shape whose sizes can be asked for by name."""

    channels = property(lambda self: self[0])
    height = property(lambda self: self[1])
    width = property(lambda self: self[2])


class Callee(str):
    """A block or an op as a value."""


def _round_to(value: float, divisor: int, keep: float = 0.0) -> int:
    rounded = max(divisor, math.floor(value / divisor + 0.5) * divisor)
    return rounded + divisor if rounded < keep * value else rounded


_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "true": True,
    "false": False,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "min": min,
    "max": max,
    "abs": abs,
    "len": len,
    "sum": sum,
    "round_to": _round_to,
}


@lru_cache(4096)
def _compiled(text: str) -> CodeType:
    return compile(text.strip(), "<expression>", "eval")


def evaluate(written: Any, scope: Mapping[str, Any]) -> Any:
    """The value of what is written in a spec: a number, a flag, an expression, or a list."""
    if isinstance(written, list):
        return [evaluate(part, scope) for part in written]
    if not isinstance(written, str):
        return written
    try:
        value = eval(_compiled(written), _GLOBALS, scope)
    except (ArithmeticError, IndexError, NameError, TypeError, AttributeError, ValueError) as error:
        raise Invalid(f"{written}: {error}") from None
    if isinstance(value, int | float) and not abs(value) < 2**31:
        raise Invalid(f"{written} is too large")
    return value


# Steps


class Port(NamedTuple):
    """A value: the number of the operation that makes it (inputs are -1, -2, ...), its shape."""

    source: int
    shape: Sizes


Flow = tuple[Port, ...]


@dataclass(frozen=True)
class Operation:
    """One operation, in the order of the data."""

    op: Op
    inputs: Flow
    shape: Sizes


@dataclass(frozen=True)
class Output:
    """A value that the network gives."""

    port: Port
    training_only: bool = False


@dataclass(frozen=True)
class Use:
    """One use of a block."""

    block: str
    args: Mapping[str, Any]
    """Every argument."""
    given: frozenset[str]
    """Those that the call gives; the others are defaults."""
    shapes: tuple[Sizes, ...]


@dataclass
class Frame:
    """A body while its steps are interpreted."""

    scope: dict[str, Any]
    flow: Flow
    ports: dict[str, Port] = field(default_factory=dict)
    """Values by id."""
    top: bool = False
    """Whether asides may stand here."""

    def fork(self) -> Frame:
        """The same, to try something in."""
        return Frame(dict(self.scope), self.flow, dict(self.ports), self.top)


class Interpreter:
    """Unrolls the steps of a spec, given as plain data, for one variant."""

    def __init__(self, data: Mapping[str, Any], variant: str | None = None) -> None:
        self.data = data
        self.variant = (data.get("variants") or {}).get(variant) or {}
        self.blocks: Mapping[str, Any] = data.get("blocks") or {}
        self._base: tuple[int, dict[str, Any]] = (-1, {})
        self.params: dict[str, Any] = {}
        for name, default in (data.get("params") or {}).items():
            self.params[name] = evaluate(self.variant.get(name, default), self.base())
        self.operations: list[Operation] = []
        self.outputs: list[Output] = []
        self.uses: list[Use] = []

    def base(self) -> dict[str, Any]:
        """The names that mean something everywhere."""
        if self._base[0] == len(self.blocks) + len(self.params):
            return dict(self._base[1])
        scope: dict[str, Any] = {name: Callee(name) for name in (*OPS, *self.blocks)}
        for signature, body in (self.data.get("functions") or {}).items():
            name, _, rest = signature.partition("(")
            names = [part.strip() for part in rest.rstrip(") ").split(",")]
            scope[name.strip()] = self._function(names, body, scope)
        self._base = (len(self.blocks) + len(self.params), scope | self.params)
        return dict(self._base[1])

    def _function(self, names: list[str], body: Any, outer: dict[str, Any]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            if len(values) != len(names):
                raise TypeError("wrong number of arguments")
            return evaluate(body, {**outer, **self.params, **dict(zip(names, values, strict=True))})

        return call

    def network(self) -> Interpreter:
        """Unroll the whole network."""
        frame = self.frame()
        self.steps(self.data["network"], frame)
        self.outputs.insert(0, Output(frame.flow[0]))
        return self

    def frame(self) -> Frame:
        """The network before its first step."""
        sizes = evaluate(self.variant.get("input", self.data["input"]), self.base())
        return Frame(self.base(), (Port(-1, Sizes(sizes)),), top=True)

    def block(self, name: str, given: Mapping[str, Any], shapes: Sequence[Shape]) -> Flow:
        """Unroll a block on inputs of these shapes; its outputs."""
        flow = tuple(Port(-1 - k, Sizes(shape)) for k, shape in enumerate(shapes))
        return self.enter(name, given, flow)

    def steps(self, steps: Sequence[Any], frame: Frame) -> None:
        """Steps one after the other."""
        for step in steps:
            self.step(step, frame)

    def step(self, step: Any, frame: Frame) -> None:
        """One step with its modifiers."""
        if isinstance(step, str):
            step = {step: None}
        flow, outer = frame.flow, frame.flow
        if "from" in step:
            named = step["from"] if isinstance(step["from"], list) else [step["from"]]
            flow = tuple(self.named(name, frame) for name in named)
        frame.scope["input"] = flow[0].shape
        frame.flow = flow
        if "when" not in step or self.condition(step["when"], frame):
            self.act(step, frame)
        if "aside" in step:
            frame.flow = outer
        elif step.get("id"):
            frame.ports[step["id"]] = frame.flow[0]
            frame.scope[step["id"]] = frame.flow[0].shape

    def named(self, name: str, frame: Frame) -> Port:
        """What an id means."""
        if name not in frame.ports:
            raise Invalid(f"no id {name}")
        return frame.ports[name]

    def condition(self, written: Any, frame: Frame) -> bool:
        """Whether a `when` holds."""
        value = evaluate(written, frame.scope)
        if not isinstance(value, bool):
            raise Invalid("a condition that is no flag")
        return value

    def act(self, step: dict[str, Any], frame: Frame) -> None:
        """A step whose condition holds."""
        (call,) = (key for key in step if key in FORMS or key not in (*MODIFIERS, *_BESIDE))
        if "repeat" in step:
            self.repeat(step, call, frame)
        elif call == "sequence":
            self.steps(step[call], frame)
        elif call == "table":
            self.steps(list(rows(step)), frame)
        elif call == "aside":
            if not frame.top:
                raise Invalid("an aside in a block")
            self.steps(step[call], frame)
            self.outputs.append(Output(frame.flow[0], step.get("training_only", False)))
        elif call in JOINS:
            self.join(call, step[call], frame)
        else:
            self.call(call, step[call] or {}, frame, named="from" in step)

    def repeat(self, step: dict[str, Any], call: str, frame: Frame) -> None:
        """A step done a number of times, each on the last one's outputs."""
        count = evaluate(step["repeat"], frame.scope)
        if type(count) is not int or count < 0:
            raise Invalid("a count that is none")
        once = {key: value for key, value in step.items() if key not in MODIFIERS}
        outer = frame.scope.get("i")
        for i in range(count):
            inner = Frame({**frame.scope, "i": i, "input": frame.flow[0].shape}, frame.flow)
            if call not in (*JOINS, *FORMS):
                self.call(call, once[call] or {}, inner, named="from" in step and i == 0)
            else:
                self.act(once, inner)
            frame.flow = inner.flow
        if outer is not None:
            frame.scope["i"] = outer

    def join(self, call: str, written: Any, frame: Frame) -> None:
        """Branches side by side, or ids, joined."""
        if isinstance(written, list):
            ends = [self.named(name, frame) for name in written]
        else:
            flow, ends = frame.flow, []
            for name, branch in written.items():
                if isinstance(branch, dict):
                    ends += self.side_by_side(branch, flow, frame)
                    continue
                frame.flow = flow
                self.steps(branch, frame)
                ends.append(frame.flow[0])
                frame.ports[name], frame.scope[name] = ends[-1], ends[-1].shape
        frame.flow = (self.operation(OPS[call](), tuple(ends)),)

    def side_by_side(self, branch: dict[str, Any], flow: Flow, frame: Frame) -> Iterator[Port]:
        """The ends of a branch that is repeated."""
        count = evaluate(branch["repeat"], frame.scope)
        if type(count) is not int or count < 1:
            raise Invalid("a count that is none")
        for i in range(count):
            inner = Frame({**frame.scope, "i": i}, flow, dict(frame.ports))
            self.steps(branch["steps"], inner)
            yield inner.flow[0]

    def call(self, call: str, args: dict[str, Any], frame: Frame, named: bool) -> None:
        """An op or a block."""
        held = frame.scope.get(call)
        callee = str(held) if isinstance(held, Callee) else call
        if callee in self.blocks:
            given = {name: evaluate(value, frame.scope) for name, value in args.items()}
            takes = len(inputs_of(self.blocks[callee]))
        elif callee in OPS and callee not in JOINS:
            given, takes = {}, 1
            for name, value in args.items():
                word = isinstance(value, str) and value in WORDS
                made = value if word else evaluate(value, frame.scope)
                given[name] = tuple(made) if isinstance(made, list) else made
        else:
            raise Invalid(f"nothing to call: {callee}")
        if len(frame.flow) < takes or (named and len(frame.flow) > takes):
            raise Invalid("wrong number of inputs")
        flow = frame.flow[:takes]
        if callee in self.blocks:
            frame.flow = self.enter(callee, given, flow)
            return
        try:
            op = OPS[callee](**given)
        except ValidationError as error:
            raise Invalid(str(error)) from None
        frame.flow = (self.operation(op, flow),)

    def enter(self, name: str, given: Mapping[str, Any], flow: Flow) -> Flow:
        """A block: its arguments bound, its body unrolled, its outputs."""
        frame, block = self.open(name, given, flow), self.blocks[name]
        self.steps(block["body"], frame)
        if "outputs" not in block:
            return frame.flow
        return tuple(self.named(output, frame) for output in block["outputs"])

    def open(self, name: str, given: Mapping[str, Any], flow: Flow) -> Frame:
        """A block before its first step, its arguments bound."""
        block = self.blocks[name]
        shapes = tuple(port.shape for port in flow)
        ways = inputs_of(block)
        scope = self.base() | dict(zip(ways, shapes, strict=True)) | {"input": shapes[0]}
        args: dict[str, Any] = {}
        declared = block.get("args") or {}
        if not given.keys() <= declared.keys():
            raise Invalid("an argument that the block has not")
        for arg, default in declared.items():
            required = isinstance(default, str) and default in _TYPES
            if arg not in given and required:
                raise Invalid("an argument is missing")
            value = given[arg] if arg in given else evaluate(default, scope)
            if required and not _TYPES[default](value):
                raise Invalid(f"{value!r} is no {default}")
            args[arg] = scope[arg] = value
        self.uses.append(Use(name, args, frozenset(given), shapes))
        ports = {way: port for way, port in zip(ways, flow, strict=True) if way != "input"}
        return Frame(scope, flow, ports)

    def mark(self) -> tuple[int, int, int]:
        """How far it is, for `back`."""
        return len(self.operations), len(self.outputs), len(self.uses)

    def back(self, mark: tuple[int, int, int]) -> None:
        """Forget what came after a mark."""
        del self.operations[mark[0] :], self.outputs[mark[1] :], self.uses[mark[2] :]

    def operation(self, op: Op, flow: Flow) -> Port:
        """One operation more."""
        try:
            shape = Sizes(op.shape(*(tuple(port.shape) for port in flow)))
        except BadShape as error:
            raise Invalid(error.message) from None
        if math.prod(shape) > MOST_CELLS or shape[0] > MOST_CHANNELS or min(shape) < 1:
            raise Invalid("too large, or nothing")
        if len(self.operations) >= MOST_OPERATIONS:
            raise Invalid("too many operations")
        self.operations.append(Operation(op, flow, shape))
        return Port(len(self.operations) - 1, shape)

    def unread(self) -> set[int]:
        """The operations that no output comes from."""
        seen: set[int] = set()
        waiting = [output.port.source for output in self.outputs]
        while waiting:
            source = waiting.pop()
            if source >= 0 and source not in seen:
                seen.add(source)
                waiting += [port.source for port in self.operations[source].inputs]
        return set(range(len(self.operations))) - seen


_BESIDE = ("columns", "rows", "training_only", "weight")
_TYPES: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int,
    "float": lambda value: type(value) in (int, float),
    "bool": lambda value: type(value) is bool,
    "list": lambda value: isinstance(value, list),
    "block": lambda value: isinstance(value, Callee),
}


def inputs_of(block: Mapping[str, Any]) -> list[str]:
    """The names of a block's inputs."""
    written = block.get("inputs", "input")
    return written if isinstance(written, list) else [written]


def rows(table: Mapping[str, Any]) -> Iterator[Any]:
    """The rows of a table as steps; an empty cell leaves its argument out."""
    for row in table["rows"]:
        if not isinstance(row, list):
            yield row
            continue
        cells = {k: v for k, v in zip(table["columns"], row, strict=True) if v is not None}
        beside = {key: cells.pop(key) for key in MODIFIERS if key in cells}
        yield {table["table"]: cells or None, **beside}


# Operations

State = Mapping[str, Tensor]
"""The weights and buffers of one operation by name."""


def state(op: Op, x: Shape) -> tuple[dict[str, Shape], dict[str, Shape]]:
    """The shapes of an operation's weights and buffers, on an input of shape `x`."""
    name, each = op.name, x[:1]
    o: Any = op
    weights: dict[str, Shape] = {}
    if name == "conv":
        weights = {"weight": (o.out_channels, x[0] // o.groups, *_pair(o.kernel_size))}
        return weights | ({"bias": (o.out_channels,)} if o.bias else {}), {}
    if name == "partial_conv":
        for number, seen in enumerate(o.connections):
            weights[f"maps.{number}.weight"] = (1, len(seen), *_pair(o.kernel_size))
            weights |= {f"maps.{number}.bias": (1,)} if o.bias else {}
        return weights, {}
    if name == "linear":
        weights = {"weight": (o.out_features, x[0])}
        return weights | ({"bias": (o.out_features,)} if o.bias else {}), {}
    if name == "rbf":
        return {}, {"codes": (o.out_features, x[0])}
    if name == "subsample":
        return {"weight": (x[0], 1, 1), "bias": (x[0], 1, 1)}, {}
    if name == "batch_norm":
        statistics: dict[str, Shape] = {"running_mean": each, "running_var": each}
        affine = {"weight": each, "bias": each} if o.affine else {}
        return affine, statistics | {"num_batches_tracked": ()}
    if name == "group_norm":
        return ({"weight": each, "bias": each} if o.affine else {}), {}
    if name == "prelu":
        return {"weight": (o.num_parameters,)}, {}
    if name == "layer_norm" and o.elementwise_affine:
        return {"weight": each} | ({"bias": each} if o.bias else {}), {}
    return {}, {}


def _pair(value: Any) -> tuple[int, int]:
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _same(x: Tensor, kernel: Any, stride: Any, dilation: Any = 1, value: float = 0.0) -> Tensor:
    """Padded so that the output is ceil(input / stride), the odd cell below and to the right."""
    pads: list[int] = []
    for axis in (1, 0):
        length, step = x.shape[2 + axis], _pair(stride)[axis]
        reach = _pair(dilation)[axis] * (_pair(kernel)[axis] - 1) + 1
        total = max((math.ceil(length / step) - 1) * step + reach - length, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def _conv(o: Any, s: State, x: Tensor) -> Tensor:
    pads = o.padding
    if pads == "same":
        x, pads = _same(x, o.kernel_size, o.stride, o.dilation), 0
    return F.conv2d(x, s["weight"], s.get("bias"), o.stride, pads, o.dilation, o.groups)


def _partial_conv(o: Any, s: State, x: Tensor) -> Tensor:
    maps = []
    for number, seen in enumerate(o.connections):
        weight, bias = s[f"maps.{number}.weight"], s.get(f"maps.{number}.bias")
        maps.append(F.conv2d(x[:, list(seen)], weight, bias, o.stride, o.padding))
    return torch.cat(maps, 1)


def _max_pool(o: Any, s: State, x: Tensor) -> Tensor:
    stride, pads = o.stride or o.kernel_size, o.padding
    if pads == "same":
        x, pads = _same(x, o.kernel_size, stride, o.dilation, -math.inf), 0
    return F.max_pool2d(x, o.kernel_size, stride, pads, o.dilation, o.ceil_mode)


def _avg_pool(o: Any, s: State, x: Tensor) -> Tensor:
    stride, counted = o.stride or o.kernel_size, o.count_include_pad
    if o.padding != "same":
        counted = True if counted is None else counted
        return F.avg_pool2d(x, o.kernel_size, stride, o.padding, o.ceil_mode, counted)
    sums = F.avg_pool2d(_same(x, o.kernel_size, stride), o.kernel_size, stride)
    if counted:
        return sums
    cells = _same(torch.ones_like(x), o.kernel_size, stride)
    return sums / F.avg_pool2d(cells, o.kernel_size, stride)


def _batch_norm(o: Any, s: State, x: Tensor) -> Tensor:
    return F.batch_norm(
        x, s["running_mean"], s["running_var"], s.get("weight"), s.get("bias"), eps=o.eps
    )


def _layer_norm(o: Any, s: State, x: Tensor) -> Tensor:
    last = x.movedim(1, -1)
    made = F.layer_norm(last, last.shape[-1:], s.get("weight"), s.get("bias"), o.eps)
    return made.movedim(-1, 1)


def _zero_pad(o: Any, s: State, x: Tensor) -> Tensor:
    return F.pad(x, o.padding if isinstance(o.padding, tuple) else (o.padding,) * 4)


def _shuffle(o: Any, s: State, x: Tensor) -> Tensor:
    return torch.unflatten(x, 1, (o.groups, -1)).transpose(1, 2).flatten(1, 2)


def _upsample(o: Any, s: State, x: Tensor) -> Tensor:
    if o.size is not None:
        size = _pair(o.size)
    else:
        down, across = _pair(o.scale_factor)
        size = (x.shape[2] * down, x.shape[3] * across)
    if o.mode == "nearest":
        rows, columns = (
            [place * cells // places for place in range(places)]
            for cells, places in zip(x.shape[2:], size, strict=True)
        )
        return x[:, :, rows][..., columns]
    return F.interpolate(x, size=size, mode=o.mode, align_corners=o.align_corners)


def _pad(o: Any, s: State, x: Tensor) -> Tensor:
    pads = o.padding if isinstance(o.padding, tuple) else (o.padding,) * 4
    return F.pad(x, pads, mode="constant" if o.mode == "zeros" else o.mode)


def _crop(o: Any, s: State, x: Tensor) -> Tensor:
    height, width = _pair(o.size)
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x.narrow(2, top, height).narrow(3, left, width)


def _softplus(o: Any, x: Tensor) -> Tensor:
    return torch.where(o.beta * x > o.threshold, x, torch.log1p(torch.exp(o.beta * x)) / o.beta)


def _multiply(o: Any, s: State, *xs: Tensor) -> Tensor:
    result = xs[0]
    for x in xs[1:]:
        result = result * x
    return result


def _alone(function: Callable[[Any, Tensor], Tensor]) -> Callable[..., Tensor]:
    return lambda o, s, x: function(o, x)


EVALUATE: dict[str, Callable[..., Tensor]] = {
    "conv": _conv,
    "partial_conv": _partial_conv,
    "linear": lambda o, s, x: F.linear(x, s["weight"], s.get("bias")),
    "rbf": lambda o, s, x: ((x[:, None] - s["codes"]) ** 2).sum(2),
    "batch_norm": _batch_norm,
    "local_response_norm": _alone(
        lambda o, x: F.local_response_norm(x, o.size, o.alpha, o.beta, o.k)
    ),
    "layer_norm": _layer_norm,
    "group_norm": lambda o, s, x: F.group_norm(
        x, o.num_groups, s.get("weight"), s.get("bias"), o.eps
    ),
    "relu": _alone(lambda o, x: x.clamp(min=0)),
    "relu6": _alone(lambda o, x: x.clamp(0, 6)),
    "leaky_relu": _alone(lambda o, x: x.clamp(min=0) + o.negative_slope * x.clamp(max=0)),
    "prelu": lambda o, s, x: F.prelu(x, s["weight"]),
    "celu": _alone(lambda o, x: torch.where(x > 0, x, o.alpha * torch.expm1(x / o.alpha))),
    "selu": _alone(lambda o, x: F.selu(x)),
    "mish": _alone(lambda o, x: x * torch.tanh(torch.log1p(torch.exp(x)))),
    "softplus": _alone(_softplus),
    "hardtanh": _alone(lambda o, x: x.clamp(o.min_val, o.max_val)),
    "softsign": _alone(lambda o, x: x / (1 + x.abs())),
    "logsigmoid": _alone(lambda o, x: F.logsigmoid(x)),
    "log_softmax": _alone(lambda o, x: torch.log_softmax(x, 1)),
    "elu": _alone(lambda o, x: torch.where(x > 0, x, o.alpha * torch.expm1(x))),
    "silu": _alone(lambda o, x: x * torch.sigmoid(x)),
    "gelu": _alone(lambda o, x: F.gelu(x, approximate=o.approximate)),
    "hardswish": _alone(lambda o, x: x * (x + 3).clamp(0, 6) / 6),
    "sigmoid": _alone(lambda o, x: 1 / (1 + torch.exp(-x))),
    "hardsigmoid": _alone(lambda o, x: (x + 3).clamp(0, 6) / 6),
    "tanh": _alone(lambda o, x: torch.tanh(x)),
    "scaled_tanh": _alone(lambda o, x: o.amplitude * torch.tanh(o.slope * x)),
    "one_minus": _alone(lambda o, x: 1 - x),
    "softmax": _alone(lambda o, x: torch.softmax(x, 1)),
    "max_pool": _max_pool,
    "avg_pool": _avg_pool,
    "subsample": lambda o, s, x: (
        s["weight"] * F.avg_pool2d(x, o.kernel_size) * o.kernel_size**2 + s["bias"]
    ),
    "adaptive_avg_pool": _alone(lambda o, x: F.adaptive_avg_pool2d(x, _pair(o.output_size))),
    "adaptive_max_pool": _alone(lambda o, x: F.adaptive_max_pool2d(x, _pair(o.output_size))),
    "concat": lambda o, s, *xs: torch.cat(xs, 1),
    "add": lambda o, s, *xs: torch.stack(xs).sum(0),
    "multiply": _multiply,
    "scale": _alone(lambda o, x: o.factor * x),
    "flatten": _alone(lambda o, x: x.flatten(1)),
    "pad": _pad,
    "crop": _crop,
    "pixel_shuffle": _alone(lambda o, x: F.pixel_shuffle(x, o.upscale_factor)),
    "pixel_unshuffle": _alone(lambda o, x: F.pixel_unshuffle(x, o.downscale_factor)),
    "zero_pad": _zero_pad,
    "pad_channels": _alone(
        lambda o, x: torch.cat(
            [x, x.new_zeros(len(x), o.out_channels - x.shape[1], *x.shape[2:])], 1
        )
    ),
    "channel_shuffle": _shuffle,
    "upsample": _upsample,
    "dropout": _alone(lambda o, x: x),
    "drop_path": _alone(lambda o, x: x),
    "identity": _alone(lambda o, x: x),
}
"""What each op computes at inference, from its fields, its weights and its inputs."""


def run(
    operations: Sequence[Operation], states: Sequence[State], inputs: Sequence[Tensor]
) -> list[Tensor]:
    """What every operation gives for these inputs, and after them the inputs, the last one first.

    So a port's `source` is an index into the result.
    """
    made: list[Tensor] = []
    for operation, own in zip(operations, states, strict=True):
        given = [
            made[port.source] if port.source >= 0 else inputs[-1 - port.source]
            for port in operation.inputs
        ]
        made.append(EVALUATE[operation.op.name](operation.op, own, *given))
    return [*made, *reversed(inputs)]
