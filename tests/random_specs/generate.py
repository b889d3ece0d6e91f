"""Specs at random that are valid by construction.

Every step is tried by the interpreter before it is written, for every variant of the network and,
inside a block, for two sample uses: so shapes fit, expressions have values, and nothing is unread.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import yaml
from hypothesis import strategies as st

from archc.ops import OPS
from tests.random_specs.interpret import JOINS, Callee, Frame, Interpreter, Invalid, Port, Sizes

T = TypeVar("T")

KNOWN: dict[str, str] = {
    "a repeated sequence": "`compile` refuses it (no-backend), and `validate` does not",
    "a repeated op": "alone in a body it is `self. = ...`; the report ends in a KeyError",
    "repeat: 0": "a branch or a network of nothing: `forward` calls what is not there",
    "a repeat that grows": "`Conflict` from some iterations on",
    "a repeated branch beside ids": "its `torch.cat` reads a variable that is not set",
    "a join in an aside": "an assertion of the writer fails",
    "an id in an aside": "the names of the analysis and of the code differ",
    "an aside of skipped steps": "an IndexError where nothing of the aside is left",
    "a condition on height in a block": "`Conflict` where it changes within a repeat",
    "group_norm of one value": "PyTorch refuses it for a batch of one; `validate` does not",
    "adaptive pools of uneven windows": "the interactive page divides by zero",
    "explain without weights": "`explain` of a network without weights ends in a ValueError",
    "two asides": "one that is kept after one for training only is not given at inference",
    "an aside without an id": "one of a single step is written `self.None(x)`",
    "a skipped step in an aside": "the names of the steps after it differ",
    "an id in a branch": "beside an empty branch `forward` reads `x` before it is set",
    "a join of one branch": "`torch.cat([self.a(x], dim=1)`",
    "a join under a condition in a block": "its modules are there where it is skipped, too",
    "a default from a shape": "given in one call and not in another: a constructor that lacks it",
    "a default that is a list": "given in one call and not in another: a constructor that lacks it",
    "a block of skipped steps": "an IndexError where nothing of the block is left",
    "a join in a branch": "beside another branch `forward` reads `x` before it is set",
    "a condition in a repeated branch": "a module is called that is not made",
    "a network of one repeated step": "`self. = ...`",
    "other arguments": "classes are right for the uses in the network, not for all arguments",
}
"""What is not written or not held, as archc is known to fail there, and how. To become empty."""

ACTIVATIONS = ("relu", "silu", "tanh", "sigmoid", "gelu", "hardswish", "relu6", "one_minus")
NORMS = ("batch_norm", "layer_norm", "identity")
ON_MAPS = tuple(name for name in OPS if name not in (*JOINS, "linear", "rbf"))
ON_VECTORS: tuple[str, ...] = (
    "linear",
    "batch_norm",
    "layer_norm",
    "group_norm",
    "relu",
    "leaky_relu",
    "softmax",
)
ON_VECTORS += ("rbf", "scale", "scaled_tanh", "dropout", "drop_path", "identity", "flatten", "elu")

LITERALS: dict[str, Sequence[Any]] = {
    "width": (4, 8, 2, 6, 12),
    "kernel": (3, 1, 5),
    "side": (1, 3),
    "stride": (1, 2),
    "groups": (1, 2),
    "count": (2, 1, 3, 0, 5),
    "flag": (True, False),
    "rate": (0.5, 0.25, 0.0),
    "widths": ([4, 8], [8, 4], [6, 6]),
    "pair": ([1, 3], [3, 1], [3, 3]),
    "act": ACTIVATIONS,
    "norm": NORMS,
    "edge": (0, 1, "'same'"),
}
"""Values by role: what a param or an argument is for."""
TYPES = {"width": "int", "kernel": "int", "stride": "int", "groups": "int", "count": "int"}
TYPES |= {"flag": "bool", "rate": "float", "widths": "list", "act": "block", "norm": "block"}
TYPES |= {"pair": "list", "unit": "block"}
CALLED = {
    "width": ("width", "filters", "planes", "growth"),
    "kernel": ("kernel_size", "kernel"),
    "stride": ("stride", "step"),
    "groups": ("groups", "cardinality"),
    "count": ("layers", "depth"),
    "flag": ("bias", "bottleneck", "residual"),
    "rate": ("drop_rate", "factor"),
    "widths": ("widths", "sizes"),
    "pair": ("shape", "kernels"),
    "act": ("act", "activation"),
    "norm": ("norm", "norm_layer"),
    "unit": ("unit", "module"),
    "edge": ("edge", "border"),
}
"""Names of arguments by role."""
PARAMS = {
    "width": ("channels", "base", "width"),
    "count": ("repeats", "n", "layers"),
    "flag": ("deep", "use_bias", "wide"),
    "rate": ("drop", "mult"),
    "widths": ("stages", "widths"),
    "act": ("activation", "act"),
    "stride": ("stem_stride",),
    "kernel": ("k",),
}
BLOCKS = ("cell", "stage", "layer", "neck", "down", "gate", "conv_bn", "tail")
IDS = ("x", "y", "conv", "relu", "stem", "head", "out", "features", "branch", "h", "add", "left")


@dataclass
class Signature:
    """A block as its callers see it."""

    roles: dict[str, str]
    required: frozenset[str]
    kinds: tuple[int, ...]
    """The number of axes of each input."""
    outputs: int


@dataclass
class Body:
    """A body while it is written, tried in each of its contexts."""

    writer: Writer
    contexts: list[tuple[Interpreter, Frame]]
    roles: dict[str, str]
    """What the names are for that an expression may use here."""
    taken: set[str]
    """Names that no further step may have."""
    depth: int = 2
    chain: bool = False
    """Whether it must be a plain chain: no ids, no joins, no `from`."""
    way: bool = False
    """Whether it is a branch, whose steps have no ids (a known failure)."""
    conditions: bool = True
    """Whether steps may be left out by a `when`."""
    keep: bool = False
    """Whether maps keep their height and width."""
    steps: list[Any] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    last: str | None = None
    """The id of what arrives, if it has one."""

    # What is there

    @property
    def flow(self) -> tuple[Port, ...]:
        """What arrives, in the first context."""
        return self.contexts[0][1].flow

    @property
    def axes(self) -> int:
        """3 where a map arrives, 1 for a vector."""
        return len(self.flow[0].shape)

    @property
    def top(self) -> bool:
        """Whether this is the network's own body."""
        return self.contexts[0][1].top

    @property
    def repeated(self) -> bool:
        """Whether `i` is known."""
        return "i" in self.roles

    def attempt(self, *steps: Any) -> bool:
        """Write steps, if they are valid in every context."""
        marks = [interpreter.mark() for interpreter, _ in self.contexts]
        made = []
        try:
            for interpreter, frame in self.contexts:
                made.append(frame.fork())
                interpreter.steps(steps, made[-1])
            if len({tuple(len(port.shape) for port in frame.flow) for frame in made}) > 1:
                raise Invalid("a map here, a vector there")
        except Invalid:
            for (interpreter, _), mark in zip(self.contexts, marks, strict=True):
                interpreter.back(mark)
            return False
        self.contexts = [(each, new) for (each, _), new in zip(self.contexts, made, strict=True)]
        self.steps += steps
        aside = isinstance(steps[-1], dict) and "aside" in steps[-1]
        if not aside:
            self.last = steps[-1].get("id") if isinstance(steps[-1], dict) else None
        for step in steps:
            if isinstance(step, dict) and step.get("id") and "aside" not in step:
                self.ids.append(step["id"])
        return True

    def inner(self, *, alone: bool = False, **changes: Any) -> Body:
        """A body inside this one; `alone` where it is repeated, and sees no id from outside."""
        contexts = []
        for interpreter, frame in self.contexts:
            fork = frame.fork()
            if alone:
                fork.ports = {}
            if alone or changes.get("chain"):
                fork.scope |= {"i": 0, "input": fork.flow[0].shape}
            contexts.append((interpreter, fork))
        given: dict[str, Any] = {
            "roles": self.roles | ({"i": "index"} if alone else {}),
            "depth": self.depth - 1,
            "chain": self.chain,
            "keep": self.keep,
            "way": self.way,
            "conditions": self.conditions,
            "ids": [] if alone else list(self.ids),
            "last": None if alone else self.last,
        }
        return Body(self.writer, contexts, taken=self.taken, **(given | changes))

    def written(self, count: int) -> list[Any]:
        """So many steps at random, and nothing of them left in the interpreters."""
        marks = [interpreter.mark() for interpreter, _ in self.contexts]
        for _ in range(count):
            self.grow()
        for (interpreter, _), mark in zip(self.contexts, marks, strict=True):
            interpreter.back(mark)
        return self.steps

    # What is drawn

    def one(self, choices: Sequence[T]) -> T:
        """One of these."""
        return self.writer.one(choices)

    def chance(self, percent: int) -> bool:
        """True so often."""
        return self.writer.chance(percent)

    def name(self) -> str:
        """An id that is free."""
        return self.writer.name(self.taken)

    def names(self, *roles: str) -> list[str]:
        """The names in reach that are for this."""
        return [name for name, role in self.roles.items() if role in roles]

    def condition(self) -> Any:
        """A flag."""
        found: list[Any] = ["input.channels > 4"]
        for name in self.names("flag"):
            found += [name, name, f"not {name}"]
        found += [f"{name} > 1" for name in self.names("stride", "count")]
        found += [f"{name} != input.channels" for name in self.names("width")]
        found += [f"{name} > 4 or input.channels > 6" for name in self.names("width")]
        found += ["i == 0", "i > 0", "i % 2 == 1"] * self.repeated
        if self.axes == 3 and (allowed("a condition on height in a block") or self.top):
            found += ["input.height > 6", "input.height == input.width"]
        found += [f"{id}.channels < 8" for id in self.ids[-2:]]
        return self.one(found)

    def value(self, role: str) -> Any:
        """A value for this purpose: a number, a name, or an expression."""
        literals = list(LITERALS.get(role, ()))
        if role == "count" and not allowed("repeat: 0"):
            literals.remove(0)
        if role == "unit":
            return self.one(self.writer.units or list(ACTIVATIONS))
        names = self.names(role)
        if names and self.chance(50):
            name = self.one(names)
            if role == "width" and self.chance(40):
                return self.expression(name)
            if role == "flag" and self.chance(30):
                return f"not {name}"
            return name
        if role == "width" and self.chance(30):
            return self.expression(str(self.one(literals)))
        if role == "stride" and self.chance(25):
            return f"2 if {self.condition()} else 1"
        if role == "flag" and self.chance(30):
            return self.condition()
        if role == "count" and self.chance(15) and self.names("width"):
            return f"{self.one(self.names('width'))} // 4"
        if role == "rate" and self.chance(20) and self.repeated:
            return "0.25 * i / 8"
        return self.one(literals)

    def expression(self, name: str) -> Any:
        """A width that comes of this name or number."""
        found = [f"2 * {name}", f"{name} + 4", f"{name} // 2", "input.channels", f"max({name}, 4)"]
        found += ["input.channels // 2", f"input.channels + {name}", f"{name} // 4 * 4"]
        found += [f"{call}({name})" for call, arity in self.writer.functions.items() if arity == 1]
        found += [
            f"{call}({name}, 2)" for call, arity in self.writer.functions.items() if arity == 2
        ]
        found += [f"{name} if {self.condition()} else 8"]
        found += [f"{listed}[0]" for listed in self.names("widths")]
        found += [f"round_to({name} * {rate}, 2)" for rate in self.names("rate")]
        found += [f"{id}.channels" for id in self.ids[-2:]]
        if self.repeated:
            found += [f"{name} * (i + 1)", f"{name} + 2 * i", f"{name} if i == 0 else 6"]
            found += [f"{listed}[i % 2]" for listed in self.names("widths")]
            found += ["input.channels + 2", "[4, 8, 6][i % 3]"]
        return self.one(found)

    def arguments(self, block: str, all_of_them: bool = False) -> dict[str, Any]:
        """What a call gives a block."""
        signature = self.writer.signatures[block]
        return {
            name: self.value(role)
            for name, role in signature.roles.items()
            if name in signature.required or all_of_them or self.chance(50)
        }

    # Operations

    def fields(self, op: str) -> dict[str, Any] | None:
        """Fields of an op."""
        if own := getattr(self, f"op_{op}", None):
            made: dict[str, Any] = own()
            return made
        schema = _schema(op)
        return {
            key: self.of_schema(field)
            for key, field in schema["properties"].items()
            if key in schema.get("required", ()) or self.chance(30)
        } or None

    def of_schema(self, schema: dict[str, Any]) -> Any:
        """A value of a field, from its JSON schema."""
        match schema:
            case {"anyOf": choices}:
                return self.of_schema(self.one(choices))
            case {"enum": choices}:
                return self.one(choices)
            case {"const": value}:
                return value
            case {"prefixItems": items}:
                return [self.of_schema(item) for item in items]
            case {"type": "array", "items": item}:
                return [self.of_schema(item) for _ in range(self.one([1, 2, 3]))]
            case {"type": "integer"}:
                least = schema.get("minimum", -1)
                return self.one([least + 1, least, least + 2, least + 3])
            case {"type": "number"}:
                return self.one([0.25, 0.125, 0.5])
            case {"type": "boolean"}:
                return self.one([True, False])
        raise NotImplementedError(f"say how to make values of {schema}")

    def op_conv(self) -> dict[str, Any]:
        """A convolution: mostly one that keeps the size, or halves it."""
        made: dict[str, Any] = {"out_channels": self.value("width")}
        kernel = made["kernel_size"] = self.value("pair" if self.chance(15) else "kernel")
        if isinstance(kernel, list):
            made["padding"] = [side // 2 for side in kernel] if self.chance(60) else "same"
        elif kernel in self.names("pair") or self.chance(25):
            made["padding"] = "same"
        elif isinstance(kernel, str):
            made["padding"] = f"{kernel} // 2"
        elif kernel > 1 and self.chance(85):
            made["padding"] = kernel // 2
        elif self.names("edge") and self.chance(50):
            made["padding"] = self.one(self.names("edge"))
        if not self.keep and self.chance(35):
            made["stride"] = self.value("stride")
        if self.chance(10):
            made["dilation"] = 2
            made["padding"] = "same"
        if self.chance(15):
            made["groups"] = self.value("groups")
        elif self.chance(10):
            made |= {"out_channels": "input.channels", "groups": "input.channels"}
        if self.chance(30):
            made["bias"] = self.value("flag")
        return made

    def pool(self) -> dict[str, Any]:
        """A pool."""
        if self.keep:
            return {"kernel_size": 3, "stride": 1, "padding": self.one([1, "same"])}
        kernel = self.one([2, 3])
        made: dict[str, Any] = {"kernel_size": kernel}
        if self.chance(60):
            made["stride"] = self.value("stride")
        if self.chance(50):
            made["padding"] = self.one([kernel // 2, "same"])
        elif self.chance(30):
            made["ceil_mode"] = True
        return made

    op_max_pool = pool

    def op_avg_pool(self) -> dict[str, Any]:
        """An average pool."""
        counted = {"count_include_pad": self.value("flag")} if self.chance(25) else {}
        return self.pool() | counted

    def op_linear(self) -> dict[str, Any]:
        """A linear layer."""
        bias = {"bias": self.value("flag")} if self.chance(25) else {}
        return {"out_features": self.value("width")} | bias

    def op_pad_channels(self) -> dict[str, Any]:
        """Channels of zeros."""
        return {"out_channels": self.one(["input.channels + 2", "2 * input.channels", 16])}

    def op_group_norm(self) -> dict[str, Any]:
        """Groups of channels."""
        if not allowed("group_norm of one value") and (
            self.axes == 1 or min(frame.flow[0].shape[1] for _, frame in self.contexts) == 1
        ):
            return {"num_groups": 1}
        return {"num_groups": self.one([1, 2, "input.channels", "input.channels // 2"])}

    def op_channel_shuffle(self) -> dict[str, Any]:
        """Groups of channels."""
        return {"groups": self.one([2, "input.channels // 2", *self.names("groups")])}

    def op_dropout(self) -> dict[str, Any]:
        """A rate."""
        return {"p": self.value("rate")}

    op_drop_path = op_dropout

    def op_scale(self) -> dict[str, Any]:
        """A factor."""
        return {"factor": self.value("rate")}

    def op_upsample(self) -> dict[str, Any]:
        """A whole factor, or a size."""
        made: dict[str, Any] = {"scale_factor": self.one([2, *self.names("stride"), [1, 2]])}
        if self.chance(20):
            made = {"size": self.one([4, [3, 5]])}
        if self.chance(40):
            made["mode"] = self.one(["bilinear", "bicubic"])
            made |= {"align_corners": self.value("flag")} if self.chance(30) else {}
        return made

    def op_pad(self) -> dict[str, Any]:
        """A cell or two on each side."""
        made: dict[str, Any] = {"padding": self.one([1, [0, 1, 1, 0]])}
        return made | ({"mode": self.one(["reflect", "replicate"])} if self.chance(50) else {})

    def op_crop(self) -> dict[str, Any]:
        """A small middle."""
        return {"size": self.one([2, [3, 2]])}

    def op_prelu(self) -> dict[str, Any]:
        """One slope, or one for each channel."""
        return {"num_parameters": "input.channels"} if self.chance(50) else {}

    def op_hardtanh(self) -> dict[str, Any]:
        """A lower bound."""
        return {"min_val": -0.5} if self.chance(50) else {}

    def op_pixel_shuffle(self) -> dict[str, Any]:
        """A factor."""
        return {"upscale_factor": 2}

    def op_pixel_unshuffle(self) -> dict[str, Any]:
        """A factor."""
        return {"downscale_factor": 2}

    def op_adaptive_avg_pool(self) -> dict[str, Any]:
        """A small output."""
        if not allowed("adaptive pools of uneven windows"):
            return {"output_size": 1}
        return {"output_size": self.one([1, 2, [2, 1], [3, 2]])}

    op_adaptive_max_pool = op_adaptive_avg_pool

    # Steps

    def grow(self) -> None:
        """One step more, or a few that belong together."""
        if len(self.flow) > 1:
            self.close()
            return
        kinds: list[Callable[[], bool]] = [self.op, self.op, self.op, self.op]
        if self.names("act", "norm", "unit"):
            kinds += [self.held] * 2
        if self.writer.callable(self.axes):
            kinds += [self.block] * 5
        kinds += [self.repeat, self.repeat]
        if self.depth:
            kinds += [self.sequence, self.table]
            if not self.chain:
                kinds += [self.join, self.join, self.residual]
                if not self.way:
                    kinds += [self.fork, self.skip, self.pair]
                if self.top and not self.repeated and not self.keep:
                    kinds += [self.aside]
        for _ in range(3):
            if self.one(kinds)():
                return
        self.attempt(self.one(["relu", "identity"]))

    def modified(self, step: dict[str, Any], *, when: int = 12, id: int = 20) -> dict[str, Any]:
        """A step with some modifiers."""
        if self.conditions and self.chance(when):
            step["when"] = self.condition()
        if not (self.chain or self.way) and self.chance(id):
            step["id"] = self.name()
        return step

    def op(self) -> bool:
        """An op."""
        names: Sequence[str] = ON_VECTORS if self.axes == 1 else ON_MAPS
        if self.axes == 3 and self.chance(45):
            names = ("conv",)
        name = self.one(names)
        if name == "flatten" and self.axes == 3 and not (self.top and self.depth == 2):
            return False
        before = [frame.flow[0].shape for _, frame in self.contexts]
        step = self.modified({name: self.fields(name)})
        if self.keep and not self.keeps(step, before):
            return False
        return self.attempt(step)

    def keeps(self, step: Any, before: Sequence[Sizes]) -> bool:
        """Whether a step leaves height and width as they are."""
        trial = self.inner()
        marks = [interpreter.mark() for interpreter, _ in self.contexts]
        fine = trial.attempt(step)
        for (interpreter, _), mark in zip(self.contexts, marks, strict=True):
            interpreter.back(mark)
        after = [frame.flow[0].shape for _, frame in trial.contexts]
        return fine and all(a[1:] == b[1:] for a, b in zip(after, before, strict=True))

    def block(self) -> bool:
        """A call of a block with one input and one output."""
        name = self.one(self.writer.callable(self.axes))
        step = self.modified({name: self.arguments(name) or None})
        before = [frame.flow[0].shape for _, frame in self.contexts]
        if self.keep and not self.keeps(step, before):
            return False
        return self.attempt(step)

    def held(self) -> bool:
        """A call of what a param or an argument holds."""
        name = self.one(self.names("act", "norm", "unit"))
        if self.roles[name] == "unit":
            return self.attempt(self.modified({name: {"width": self.value("width")}}))
        return self.attempt(self.modified({name: None}) if self.chance(50) else name)

    def repeat(self) -> bool:
        """A call, a sequence or a join, some times in a row."""
        inner = self.inner(alone=True)
        count = self.value("count")
        called = self.writer.callable(self.axes)
        whole = self.depth and allowed("a repeated sequence")
        if called and self.chance(50):
            name = self.one(called)
            step: dict[str, Any] = {name: inner.arguments(name) or None}
        elif whole and self.chance(50):
            # A chain branch can hold a repeated sequence, whose steps are a body of their own.
            inner.chain = False
            step = {"sequence": inner.written(self.one([1, 2, 3]))}
            if len(inner.flow) > 1:
                return False
        elif whole and self.chance(30) and not self.chain:
            inner.keep = True
            branches = {self.name(): [], self.name(): inner.written(self.one([1, 2]))}
            step = {"concat": branches}
        elif not allowed("a repeated op"):
            return False
        else:
            name = self.one(
                ["conv", "relu", "batch_norm"] if self.axes == 3 else ["linear", "relu"]
            )
            step = {name: inner.fields(name)}
        if not allowed("a repeat that grows") and not self.settles(step):
            return False
        return self.attempt(self.modified(step, when=10) | {"repeat": count})

    def settles(self, step: dict[str, Any]) -> bool:
        """Whether the second iteration of a step gives the sizes of the first."""
        shapes = []
        for count in (1, 2):
            trial = self.inner()
            marks = [interpreter.mark() for interpreter, _ in self.contexts]
            if not trial.attempt(step | {"repeat": count}):
                return False
            for (interpreter, _), mark in zip(self.contexts, marks, strict=True):
                interpreter.back(mark)
            shapes.append([[port.shape for port in frame.flow] for _, frame in trial.contexts])
        return shapes[0] == shapes[1]

    def sequence(self) -> bool:
        """Steps under a condition."""
        inner = self.inner()
        steps = inner.written(self.one([1, 2]))
        if len(inner.flow) > 1:
            return False
        return self.attempt(self.modified({"sequence": steps}, when=70))

    def table(self) -> bool:
        """One call a row."""
        blocks = [n for n in self.writer.callable(self.axes) if self.writer.signatures[n].roles]
        rows: list[Any] = []
        if blocks and self.chance(75):
            name = self.one(blocks)
            signature = self.writer.signatures[name]
            columns = [
                n for n in signature.roles if n in signature.required or self.chance(60)
            ] or list(signature.roles)[:1]
            purposes = [signature.roles[n] for n in columns]
            required = signature.required
        else:
            name = "linear" if self.axes == 1 else "conv"
            columns = ["out_features"] if self.axes == 1 else ["out_channels", "kernel_size"]
            purposes, required = ["width", "side"][: len(columns)], frozenset(columns)
        extra = [key for key in ("id", "repeat", "when") if self.chance(30)]
        if not self.conditions:
            extra = [key for key in extra if key != "when"]
        if not (allowed("a repeat that grows") and allowed("a repeated op")):
            extra = [key for key in extra if key != "repeat"]
        if self.chain or self.way:
            extra = [key for key in extra if key != "id"]
        for _ in range(self.one([2, 1, 3])):
            cells = [
                None if n not in required and self.chance(20) else self.value(purpose)
                for n, purpose in zip(columns, purposes, strict=True)
            ]
            drawn: dict[str, Callable[[], Any]] = {
                "id": self.name,
                "repeat": lambda: self.value("count"),
                "when": self.condition,
            }
            cells += [None if self.chance(30) else drawn[key]() for key in extra]
            rows.append(cells)
        if self.chance(15):
            rows.append(self.one(["relu", {"batch_norm": None}]))
        made = {"table": name, "columns": [*columns, *extra], "rows": rows}
        return self.attempt(self.modified(made, when=10, id=10))

    def join(self) -> bool:
        """Branches side by side."""
        call = self.one(JOINS)
        same = (
            {} if call == "concat" else {"width": self.one(["input.channels", self.value("width")])}
        )
        if self.axes == 1:
            fit: dict[str, Any] = {"linear": {"out_features": same.get("width")}}
        else:
            fit = {"conv": {"out_channels": same.get("width"), "kernel_size": 1}}
        branches: dict[str, Any] = {}
        for _ in range(self.one([2, 1, 3] if allowed("a join of one branch") else [2, 3])):
            name = self.name()
            way = self.inner(
                keep=True,
                chain=self.chance(50) or not allowed("a join in a branch"),
                way=not allowed("an id in a branch"),
            )
            if not self.repeated:
                way.roles = {k: r for k, r in way.roles.items() if k != "i"}
            beside = allowed("a repeated branch beside ids")
            if self.chance(12) and call != "multiply" and (beside or not branches):
                held = allowed("a condition in a repeated branch") and self.conditions
                way = self.inner(
                    keep=True, chain=True, roles=self.roles | {"i": "index"}, conditions=held
                )
                steps = way.written(self.one([1, 2]))
                steps = [*steps, fit] if same else steps
                branches[name] = {
                    "repeat": self.one([2, 1, 3, *self.names("count")]),
                    "steps": steps,
                }
                if not beside:
                    branches[self.name()] = [fit] if same else ["relu"]
                    break
                continue
            if same.get("width", "input.channels") == "input.channels" and self.chance(25):
                branches[name] = []
                continue
            if call == "multiply" and self.axes == 3 and self.chance(60):
                way.attempt({"adaptive_avg_pool": {"output_size": 1}})
                way.keep = False
            steps = way.written(self.one([1, 2]))
            if len(way.flow) > 1:
                return False
            branches[name] = [*steps, fit] if same else steps
        when = 8 if self.top or allowed("a join under a condition in a block") else 0
        return self.attempt(self.modified({call: branches}, when=when))

    def residual(self) -> bool:
        """Two convolutions beside a shortcut, which is one where sizes change."""
        if self.axes == 1:
            return False
        width, stride = self.value("width"), 1 if self.keep else self.value("stride")
        one = {"out_channels": width, "kernel_size": 3, "padding": 1, "stride": stride}
        main = [{"conv": one}, "relu", {"conv": one | {"stride": 1}}]
        changes = f"{stride} > 1 or input.channels != {width}" if self.chance(70) else "true"
        if not isinstance(stride, int | str) or " if " in f"{stride}{width}":
            return False
        short = {"conv": {"out_channels": width, "kernel_size": 1, "stride": stride}}
        branches = {self.name(): main, self.name(): [short | {"when": changes}]}
        return self.attempt(self.modified({"add": branches}, when=0))

    def labelled(self) -> str | None:
        """The id of what arrives; a step is written that has one if there is none."""
        if self.last is None:
            self.attempt({self.one(["relu", "identity"]): None, "id": self.name()})
        return self.last

    def fork(self) -> bool:
        """Two ways from here, one of which is named with `from`, joined again by their ids."""
        first = self.labelled()
        self.grow()
        if len(self.flow) > 1:
            self.close()
        second = self.labelled()
        if first is None or second is None:
            return False
        if self.chance(70):
            before = len(self.steps)
            for _ in range(3):
                call = self.one(["conv", "relu", "batch_norm", "max_pool", "linear"])
                fields = self.fields(call) if call in ("conv", "max_pool", "linear") else None
                if self.attempt({call: fields, "from": first, "id": self.name()}):
                    break
            if len(self.steps) > before:
                first, second = second, self.last or second
        if first != second:
            self.together([second, first])
        return True

    def skip(self) -> bool:
        """What arrives, joined with something further up."""
        others = [id for id in self.ids if id != self.last]
        if not others:
            return False
        here = self.labelled()
        if here is None:
            return False
        self.together([here, self.one(others)])
        return True

    def together(self, ids: list[str]) -> None:
        """Join values by their ids, whatever their shapes."""
        if self.chance(30):
            ids = ids[::-1]
        for call in [self.one(JOINS), "concat"]:
            if self.attempt(self.modified({call: ids}, when=0)):
                return
        branches: dict[str, list[Any]] = {}
        for id in ids:
            shapes = [frame.ports[id].shape for _, frame in self.contexts if id in frame.ports]
            pool = {"adaptive_avg_pool": {"output_size": 1}}
            if len(shapes[0]) == 1:
                branches[self.name()] = [{"identity": None, "from": id}]
            else:
                branches[self.name()] = [pool | {"from": id}, "flatten"]
        self.attempt({"concat": branches})

    def pair(self) -> bool:
        """Two values, carried through blocks that take two."""
        if self.keep or (self.repeated and self.depth < 2):
            return False
        first = self.labelled()
        self.attempt(self.modified({"relu": None}, when=0, id=0) | {"id": self.name()})
        second = self.last
        if first is None or second is None:
            return False
        ids = [first, second] if self.chance(50) else [second, first]
        blocks = self.writer.pairs((self.axes, self.axes))
        for _ in range(2):
            if not blocks:
                break
            name = self.one(blocks)
            if self.attempt({name: self.arguments(name) or None, "from": ids}):
                self.close()
                return True
        self.together(ids)
        return True

    def close(self) -> None:
        """Lead two values through blocks until one is left."""
        for _ in range(4):
            kinds = tuple(len(port.shape) for port in self.flow)
            if len(kinds) == 1:
                return
            blocks = self.writer.pairs(kinds)
            if not blocks:
                break
            name = self.one(blocks)
            step: dict[str, Any] = {name: self.arguments(name) or None}
            again = allowed("a repeat that grows") or self.settles(step)
            if self.writer.signatures[name].outputs == 2 and again and self.chance(40):
                step["repeat"] = self.value("count")
            self.attempt(step)
        if len(self.flow) > 1:
            self.attempt({self.writer.closer(): None})

    def aside(self) -> bool:
        """A further output."""
        inner = self.inner(keep=False, conditions=allowed("a skipped step in an aside"))
        for _, frame in inner.contexts:
            frame.top = False
        inner.chain = self.chance(60) or not allowed("a join in an aside")
        if not allowed("an aside of skipped steps"):
            inner.attempt("relu")
        steps = inner.written(self.one([1, 2, 3]))
        if len(inner.flow) > 1:
            return False
        if self.writer.asides and not allowed("two asides"):
            return False
        made: dict[str, Any] = {"aside": steps}
        if self.chance(60):
            made["training_only"] = True
        if self.chance(70) or not allowed("an aside without an id"):
            made["id"] = self.name()
        if self.chance(20):
            made["weight"] = 0.3
        if self.chance(15):
            made["when"] = self.condition()
        self.writer.asides += 1
        return self.attempt(made)


def allowed(kind: str) -> bool:
    """Whether a kind of spec is written: it is not while archc is known to fail on it."""
    return kind not in KNOWN


class Writer:
    """Writes one spec."""

    def __init__(self, random: random.Random) -> None:
        self.random = random
        self.data: dict[str, Any] = {"archc": 1, "name": "net", "input": [3, 8, 8]}
        self.roles: dict[str, str] = {}
        """What the params are for."""
        self.functions: dict[str, int] = {}
        """The number of arguments of each function."""
        self.signatures: dict[str, Signature] = {}
        self.count = 0
        self.asides = 0

    def one(self, choices: Sequence[T]) -> T:
        """One of these."""
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        """True so often."""
        return self.random.random() * 100 < percent

    def name(self, taken: set[str]) -> str:
        """A name that is free, which then is taken."""
        found = [name for name in IDS if name not in taken]
        name = self.one(found) if found and self.chance(40) else ""
        while not name or name in taken:
            self.count += 1
            name = f"s{self.count}"
        taken.add(name)
        return name

    @property
    def units(self) -> list[str]:
        """The blocks that may be given as a `unit`: those that need a `width` and no more."""
        return [
            name
            for name, each in self.signatures.items()
            if each.required <= {"width"}
            and "width" in each.roles
            and each.kinds == (3,)
            and each.outputs == 1
        ]

    def callable(self, axes: int) -> list[str]:
        """The blocks that make one value of one with so many axes."""
        found = self.signatures.items()
        return [name for name, each in found if each.kinds == (axes,) and each.outputs == 1]

    def pairs(self, kinds: tuple[int, ...]) -> list[str]:
        """The blocks that take two values of these kinds."""
        return [name for name, each in self.signatures.items() if each.kinds == kinds]

    def closer(self) -> str:
        """A block that makes one value of any two."""
        if "merge" not in self.signatures:
            ends = {
                name: [{"adaptive_avg_pool": {"output_size": 1}, "from": name[0]}, "flatten"]
                for name in ("a_end", "b_end")
            }
            self.data.setdefault("blocks", {})["merge"] = {
                "inputs": ["a", "b"],
                "body": [{"concat": ends}],
            }
            self.signatures["merge"] = Signature({}, frozenset(), (3, 3), 1)
        return "merge"

    def spec(self) -> dict[str, Any]:
        """A whole spec."""
        self.params()
        self.data["functions"] = {}
        for _ in range(self.one([0, 1, 2])):
            self.function()
        size = self.one([8, 6, 12, 16, 7])
        self.data["input"] = self.one(
            [[3, size, size], [4, size, 6], [8, size, size], [2, size, size], [12]]
        )
        self.data["blocks"] = {}
        self.data["variants"] = self.variants()
        for _ in range(self.one([1, 0, 2, 3, 4])):
            self.block()
        variants = [None, *self.data["variants"]]
        interpreters = [Interpreter(self.data, variant) for variant in variants]
        contexts = [(each, each.frame()) for each in interpreters]
        body = Body(self, contexts, dict(self.roles), {*self.roles})
        for _ in range(self.one([2, 1, 3, 4, 5, 6])):
            body.grow()
        if len(body.flow) > 1:
            body.close()
        if body.axes == 3 and self.chance(40):
            body.attempt({"adaptive_avg_pool": {"output_size": 1}})
            body.attempt("flatten")
            body.attempt({"linear": {"out_features": body.value("width")}, "id": body.name()})
        only = body.steps[0] if len(body.steps) == 1 else ""
        if "repeat" in only and not allowed("a network of one repeated step"):
            body.attempt("relu")
        self.data["network"] = body.steps
        order = ("archc", "name", "params", "functions", "input", "blocks", "network", "variants")
        return {key: self.data[key] for key in order if self.data[key]}

    def params(self) -> None:
        """Params with their roles; later ones may come of earlier ones."""
        params: dict[str, Any] = {}
        for _ in range(self.one([1, 0, 2, 3, 4])):
            role = self.one(list(PARAMS))
            name = self.one(PARAMS[role])
            if name in params:
                continue
            value = self.one(LITERALS[role])
            earlier = [other for other, own in self.roles.items() if own == role == "width"]
            if earlier and self.chance(40):
                value = self.one([f"2 * {earlier[0]}", f"{earlier[0]} + 2", f"{earlier[0]} // 2"])
            params[name] = value
            self.roles[name] = role
        self.data["params"] = params

    def function(self) -> None:
        """A scaling rule."""
        names = [name for name, role in self.roles.items() if role in ("width", "count")]
        name = f"f{len(self.functions) + 1}"
        forms = ["c // 2 + 1", "round_to(c * 1.5, 4)", "max(c, 4)", "c if c > 4 else 4"]
        forms += [f"c + {other}" for other in names] + [f"max(c, {other})" for other in names]
        forms += [f"{other}(c) + 2" for other, arity in self.functions.items() if arity == 1]
        if self.chance(30):
            self.data["functions"][f"{name}(c, k)"] = self.one(["c * k", "c + 2 * k", "max(c, k)"])
            self.functions[name] = 2
        else:
            self.data["functions"][f"{name}(c)"] = self.one(forms)
            self.functions[name] = 1

    def variants(self) -> dict[str, Any]:
        """Other values of some params."""
        if not self.roles or not self.chance(35):
            return {}
        made: dict[str, Any] = {}
        for variant in self.one([("small",), ("small", "large")]):
            names = [name for name in self.roles if self.chance(60)] or list(self.roles)[:1]
            made[variant] = {name: self.one(LITERALS[self.roles[name]]) for name in names}
            if self.chance(20) and len(self.data["input"]) == 3:
                made[variant]["input"] = [self.data["input"][0], 10, 10]
        return made

    def block(self) -> None:
        """A block, tried with two sample uses."""
        free = [name for name in BLOCKS if name not in self.signatures]
        if not free:
            return
        name = self.one(free)
        roles: dict[str, str] = {}
        args: dict[str, Any] = {}
        samples: list[dict[str, Any]] = [{}, {}]
        kinds: tuple[int, ...] = (1,) if self.chance(12) else (3,)
        if self.chance(25):
            kinds = (kinds[0], kinds[0])
        inputs = self.one([["x"], ["input"]]) if len(kinds) == 1 else ["a", "b"]
        for _ in range(self.one([1, 0, 2, 3, 4])):
            role = self.one([r for r in CALLED if r != "unit" or self.units])
            arg = self.one(CALLED[role])
            if arg in args or arg in inputs:
                continue
            shadows = arg in self.roles
            if shadows and not allowed("an argument called as a param"):
                continue
            values = self.units if role == "unit" else LITERALS[role]
            default = self.default(role, {**self.roles, **roles}, inputs, values)
            args[arg], roles[arg] = default, role
            for sample, chosen in zip(samples, (values[0], values[-1]), strict=True):
                if default in TYPES.values() or not self.chance(40):
                    sample[arg] = chosen
        for sample in samples:
            for arg, value in sample.items():
                role = roles[arg]
                if role in ("act", "norm", "unit"):
                    sample[arg] = Callee(value)
                elif value == "'same'":
                    sample[arg] = "same"
        block: dict[str, Any] = {"args": args, "inputs": inputs, "body": ["identity"]}
        if inputs == ["input"]:
            del block["inputs"]
        if not args:
            del block["args"]
        self.data["blocks"][name] = block
        shapes = [[(4, 8, 8), (4, 8, 8)], [(8, 6, 9), (6, 6, 9)]]
        contexts = []
        try:
            for sample, shape in zip(samples, shapes, strict=True):
                interpreter = Interpreter(self.data)
                flow = [Port(-1 - k, Sizes(shape[k][:axes])) for k, axes in enumerate(kinds)]
                contexts.append((interpreter, interpreter.open(name, sample, tuple(flow))))
        except Invalid:
            del self.data["blocks"][name]
            return
        body = Body(self, contexts, {**self.roles, **roles}, {*self.roles, *args, *inputs}, depth=1)
        body.ids += [way for way in inputs if way != "input"]
        if len(kinds) == 2:
            for way in inputs:
                body.attempt(
                    {
                        self.one(["relu", "identity", "batch_norm"]): None,
                        "from": way,
                        "id": body.name(),
                    }
                )
            body.together(body.ids[-2:])
        if not allowed("a block of skipped steps"):
            body.attempt(self.one(["relu", {"batch_norm": None}]))
        for _ in range(self.one([2, 1, 3, 4])):
            body.grow()
        outputs = 1
        if self.chance(20):
            first = body.labelled() or body.name()
            block["outputs"] = [first]
            if first in body.ids and self.chance(60):
                body.attempt({"relu": None, "id": body.name()})
                others = [way for way in inputs if way != "input"]
                second = self.one([first, *others])
                pair = [body.last, second]
                block["outputs"] = pair if self.chance(50) else pair[::-1]
                outputs = 2
        if (
            len(body.flow) > 1
            or not {*block.get("outputs", ())} <= {*body.ids}
            or len({len(f.flow[0].shape) for _, f in body.contexts}) > 1
        ):
            del self.data["blocks"][name]
            return
        block["body"] = body.steps
        if self.chance(20):
            block["doc"] = "A block."
        required = frozenset(arg for arg in args if args[arg] in tuple(TYPES.values()))
        self.signatures[name] = Signature(roles, required, kinds, outputs)

    def default(
        self, role: str, roles: Mapping[str, str], inputs: Sequence[str], values: Sequence[Any]
    ) -> Any:
        """A type, or a default: a value, or what follows from a size or another argument."""
        listed = isinstance(values[0], list) and not allowed("a default that is a list")
        if role in TYPES and (listed or self.chance(50)):
            return TYPES[role]
        sizes = allowed("a default from a shape")
        if role == "width" and sizes and self.chance(50):
            found = [f"{inputs[0]}.channels", f"{inputs[0]}.channels // 2"]
            for name in (name for name, own in roles.items() if own == "width"):
                found += [name, f"2 * {name}", f"{name} + 2"]
            found += [f"{call}(8)" for call, arity in self.functions.items() if arity == 1]
            return self.one(found)
        if role == "flag" and sizes and self.chance(40):
            return self.one(
                [f"{inputs[0]}.channels > 4", *(n for n, r in roles.items() if r == role)]
            )
        return self.one(values)


@cache
def _schema(op: str) -> dict[str, Any]:
    return OPS[op].model_json_schema()


class _Dumper(yaml.SafeDumper):
    """Writes equal lists out, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text(data: Mapping[str, Any]) -> str:
    """A spec as YAML."""
    written: str = yaml.dump(
        dict(data), Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100
    )
    return written


def valid(data: Mapping[str, Any]) -> bool:
    """Whether a spec has a meaning in all its variants, and nothing in it is unread."""
    try:
        for variant in (None, *data.get("variants", {})):
            found = Interpreter(data, variant).network()
            if found.unread() or not found.operations:
                return False
    except Invalid:
        return False
    return True


def spec(seed: int) -> str:
    """A valid spec; the same seed gives the same one."""
    chance = random.Random(seed)
    while not valid(data := Writer(chance).spec()):
        pass
    return text(data)


specs = st.integers(0, 2**48 - 1).map(spec)
"""Valid specs, as text."""
