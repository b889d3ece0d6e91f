"""The contract of an op: one class answers every question about one operation alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, TypeAlias, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import CoreSchema

from archc.expr.sizes import plain, traced
from archc.ops.describe import describe

Shape: TypeAlias = tuple[int, ...]
"""Sizes of one sample, without the batch: `(C, H, W)` for a map, `(F,)` for a vector."""

Pair: TypeAlias = int | tuple[int, int]
"""One number for both directions, or `(height, width)`."""


FLOAT = 4
"""Bytes of the statistics of a batch: float32, whatever the network computes in."""
INDEX = 8
"""Bytes of an index: PyTorch has them in int64."""


class BadShape(Exception):
    """The error for inputs that an op cannot take; the caller knows the place in the spec."""

    def __init__(self, message: str, field: str | None = None, help: str = "") -> None:
        self.message = message
        self.field = field
        """The field of the op that is to blame, if one is."""
        self.help = help
        super().__init__(message)


class Disagree(BadShape):
    """Inputs that do not go together; the caller knows better names for them than numbers."""

    def __init__(self, inputs: tuple[Shape, ...], number: int, why: str, with_: int = 1) -> None:
        self.inputs, self.number, self.with_, self.why = inputs, number, with_, why
        super().__init__(self.between(f"input {number}", f"input {with_}"))

    def between(self, one: str, other: str) -> str:
        """The message, with these names for the two inputs."""
        here, there = (size(self.inputs[n - 1]) for n in (self.number, self.with_))
        return f"{one} is {here} and {other} is {there}: {self.why}"


@dataclass(frozen=True)
class Window:
    """The window of input cells that one output cell sees, as (height, width).

    Output cell `o` sees the input cells from `(o * stride + first) // zoom` to
    `(o * stride + last) // zoom`, both included; cells outside the map are padding. For a kernel
    `first` is minus the padding before, and `last` the cells from the kernel's first to its last
    beyond that. A cell whose first is beyond its last sees nothing.
    """

    stride: tuple[int, int] = (1, 1)
    first: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)
    zoom: tuple[int, int] = (1, 1)
    """Output cells for each `stride` input cells: above 1 where a map grows (upsampling)."""
    everything: bool = False
    """The cell sees the whole map (global pooling, flatten, a linear layer on a vector)."""

    @property
    def extent(self) -> tuple[int, int]:
        """The most input cells that an output cell sees, wherever it is."""
        return (self._extent(0), self._extent(1))

    def _extent(self, axis: int) -> int:
        common = math.gcd(self.stride[axis], self.zoom[axis])
        zoom = self.zoom[axis] // common
        # Every remainder of `o * stride` occurs, so the greatest distance is rounded up.
        apart = self.last[axis] // common - self.first[axis] // common
        return (apart + zoom - 1) // zoom + 1


@dataclass(frozen=True)
class Saved:
    """The memory that PyTorch's autograd keeps of an op for the backward pass.

    In eager mode on a GPU (where the mask of a dropout is a byte an element), the op's own weights
    and buffers not counted.
    """

    inputs: bool = False
    """Whether it keeps what it was given."""
    output: bool = False
    """Whether it keeps what it made."""
    elements: int = 0
    """Elements of further tensors, for each sample, of the type that the network computes in."""
    bytes: int = 0
    """Bytes of masks and indices for each sample."""
    fixed: int = 0
    """Bytes of what is there once for the whole batch: statistics, in float32."""
    view: bool = False
    """Whether the output is the input's own memory."""


Family = Literal[
    "conv", "linear", "norm", "activation", "pool", "join", "regularise", "reshape", "other"
]
"""What sort of operation an op is: figures give each family a colour."""


class Op(BaseModel):
    """One operation: its fields are its YAML, its methods compute its shapes and costs.

    A subclass sets `name` (the YAML key) and `family`, and is listed in `archc.ops.OPS`. Its
    docstring is its documentation: the first line is what `archc ops` prints. Sizes may be
    `Size`s, so methods use plain arithmetic; `int()` of one raises. What a target or a document
    makes of an op is in its table (`archc.ops.table`), not here.
    """

    # Validators are built at first use: a spec uses a few of the ops.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: ClassVar[str]
    family: ClassVar[Family]
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the greatest number of inputs; None where there is no bound."""
    weighted: ClassVar[bool] = False
    """Whether the op counts as a layer in a network's depth (convolutions, linear layers)."""
    random: ClassVar[bool] = False
    """Whether the op drops elements at random in training, and does nothing at inference."""
    inplace: ClassVar[bool] = False
    """Whether the op can write its output over its input (PyTorch's `inplace=True`)."""
    overwritable: ClassVar[bool] = False
    """Whether an op after it may write over its output: autograd keeps nothing of that, and it is
    no view of the input."""

    initialised: ClassVar[bool] = False
    """Whether a spec's `init` may say how the op's first weights are drawn."""

    @field_validator("*", mode="wrap")
    @classmethod
    def _by_value(cls, value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        """Validate the number of a `Size`, and keep the `Size`."""
        if not traced(value):
            return validate(value)
        validate(plain(value))
        return value

    @classmethod
    @cache
    def words(cls, field: str) -> tuple[str, ...]:
        """The words a field takes as they stand, such as `same`; other text is an expression."""
        known = cls.model_fields.get(field)
        return _words(known.annotation) if known else ()

    def shape(self, *inputs: Shape) -> Shape:
        """The output shape; raises `BadShape` for inputs that the op cannot take."""
        raise NotImplementedError

    def weights(self, *inputs: Shape) -> dict[str, Shape]:
        """The shape of each learnable parameter, by its name in PyTorch's state_dict."""
        return {}

    def buffers(self, *inputs: Shape) -> dict[str, Shape]:
        """The shape of each tensor that is stored but not learned."""
        return {}

    def macs(self, *inputs: Shape) -> int:
        """Multiply-adds of convolutions and linear layers for one sample, no bias."""
        return 0

    def links(self, *inputs: Shape) -> int:
        """Connections, as LeCun et al. (1998) count them: what each output element is a sum of.

        Convolutions and linear layers need not say: theirs are the multiply-adds and the biases.
        """
        return 0

    def extra_flops(self, *inputs: Shape) -> int:
        """Floating-point operations beside the multiply-adds: biases, norms, activations."""
        return 0

    def window(self, *inputs: Shape) -> Window:
        """The window of input cells that one output cell sees."""
        return Window()

    def saved(self, *inputs: Shape, inplace: bool = False) -> Saved:
        """The memory that autograd keeps of it; `inplace` where it overwrites its input."""
        return Saved()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The JSON schema, each field described by the docstring under it."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for name, text in describe(cls).items():
            if name in cls.model_fields:
                schema["properties"][name]["description"] = text
        return schema


def pair(value: Pair) -> tuple[int, int]:
    """`3` as `(3, 3)`, a pair as it is."""
    return value if isinstance(value, tuple) else (value, value)


def times(value: Pair) -> str:
    """`3` and `(3, 3)` as `3x3`, `(1, 7)` as `1x7`."""
    height, width = pair(value)
    return f"{height}x{width}"


def size(shape: Shape) -> str:
    """`(64, 112, 112)` as `64 x 112 x 112`."""
    return " x ".join(str(n) for n in shape)


def numel(shape: Shape) -> int:
    """The number of elements of a tensor of this shape."""
    return math.prod(shape)


def need_map(shape: Shape, what: str) -> tuple[int, int, int]:
    """The `(C, H, W)` of a map, or `BadShape` where a vector arrives."""
    if len(shape) != 3:
        raise BadShape(
            f"{what} takes a map (C x H x W), and a shape of {size(shape)} arrives",
            help="move it before the step that flattens the map",
        )
    return shape


def _words(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in _words(part))
