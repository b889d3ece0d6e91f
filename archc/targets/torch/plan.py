"""What a class is to be: its steps, how the data flows through them, what its module calls take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archc.network import Value
from archc.network.symbolic import Use
from archc.spec import AsideStep, Block, Step, TableStep
from archc.targets.torch.lowering import Call as TorchCall


@dataclass(frozen=True, eq=False, kw_only=True)
class Made:
    """A module: an op's, or a class's."""

    target: str | ClassPlan
    args: tuple[Any, ...] = ()
    """The positional arguments of an op."""
    options: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """An op's options and their defaults."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What a class is given, by argument."""
    inplace: bool = False
    """Whether the op can write over its input."""
    overwritable: bool = False
    """Whether the op after it may write over its output."""
    row: bool = False
    """Whether it stands in a table's row, where columns name the arguments."""


@dataclass(frozen=True, eq=False)
class Under:
    """A condition on several steps."""

    when: Any
    first: str
    """The name of the first of them."""


@dataclass(frozen=True, eq=False)
class Fused:
    """A function of the kernels file in the place of modules."""

    function: str
    modules: tuple[str | tuple[str | None, ...], ...] = ()
    """The modules that it is given, as the class calls them: `depthwise.conv`, `silu`."""
    options: Mapping[str, Value | str] = field(default_factory=dict)
    """What else it is given by name: a value of the forward pass, or a module."""
    called: Mapping[Value, str] = field(default_factory=dict)
    """What the forward pass calls values that no step of the spec makes."""
    under: Under | None = None
    """The condition of a residual, and of what is dropped of it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Planned:
    """A step of a class: what it is made of, and how the data flows through it."""

    step: Step
    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    when: Any = None
    """The condition that decides between uses; None where the step is in all of them."""
    under: Under | None = None
    """The condition that it shares with the steps beside it."""
    module: Made | None = None
    count: Any = None
    """How often the module is repeated in a row."""
    join: TorchCall | None = None
    branches: Mapping[str, PlannedBranch] = field(default_factory=dict)
    table: TableStep | None = None
    bypass: Value | None = None
    """What goes on in the place of the output where the condition does not hold."""
    shape: Any = None
    """The shape that leaves, in the first use."""
    fused: Fused | None = None


@dataclass(frozen=True, eq=False)
class PlannedBranch:
    """One way into a join."""

    steps: tuple[Planned, ...]
    length: int
    """The number of written steps; those that are never taken included."""
    output: Value
    chain: bool
    count: Any = None
    """How many of it run side by side."""


@dataclass(eq=False)
class ClassPlan:
    """A class to write."""

    block: Block
    uses: tuple[Use, ...]
    steps: tuple[Planned, ...] = ()
    asides: tuple[tuple[AsideStep, tuple[Planned, ...], Value], ...] = ()
    outputs: tuple[Value, ...] = ()
    local: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    fixed: frozenset[str] = frozenset()
    """The names that decide its structure: another value would make another class of it."""
    signature: tuple[str, ...] = ()
    """The constructor's arguments, once it is known which are used."""
    fused: tuple[Planned, ...] = ()
    """The steps of the forward pass where kernels do several at once."""

    @property
    def flow(self) -> tuple[Planned, ...]:
        """The steps of the forward pass; `steps` are those of the constructor."""
        return self.fused or self.steps


class NotAClass(Exception):
    """A step that would need a class, and has no name to give it."""

    def __init__(self, step: Step) -> None:
        self.step = step
        super().__init__()
