"""The plan of a class: its steps, how the data flows through them, and its modules' arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from archc.network import Value
from archc.network.symbolic import Use
from archc.spec import Block, Step, TableStep
from archc.targets.torch.lowering import Call


@dataclass(frozen=True, eq=False, kw_only=True)
class ModuleCall:
    """The call that makes a module: an op's, or an instance of a class of the file."""

    target: str | ClassPlan
    args: tuple[Any, ...] = ()
    """The positional arguments of an op's module."""
    options: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """The keyword arguments of an op's module: value and PyTorch's default."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The arguments of a class's constructor, by name."""
    inplace: bool = False
    """Whether the op can write over its input."""
    overwritable: bool = False
    """Whether the op after it may write over its output."""
    row: bool = False
    """Whether it is in a row of a table, where a comment names the columns."""


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition that consecutive steps share: `if self.flag:` around all of them."""

    when: Any
    first: str
    """The name of the first of the steps."""


@dataclass(frozen=True, eq=False)
class KernelCall:
    """A call of a function of the kernels file in place of several modules."""

    function: str
    modules: tuple[str | tuple[str | None, ...], ...] = ()
    """The modules it takes, by their names in the class: `depthwise.conv`, `silu`."""
    options: Mapping[str, Value | str] = field(default_factory=dict)
    """Keyword arguments: a value of the forward pass, or the name of a module."""
    called: Mapping[Value, str] = field(default_factory=dict)
    """Variables for values that no step of the spec makes."""
    residual_condition: Condition | None = None
    """The condition under which it adds a residual and drops its path."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedStep:
    """A step of a class: what it is made of, and how the data flows through it."""

    step: Step
    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    when: Any = None
    """The condition that differs between uses; None where the step is in all of them."""
    under: Condition | None = None
    """The condition it shares with the steps beside it."""
    module: ModuleCall | None = None
    count: Any = None
    """How often the module is repeated in a row."""
    listed: tuple[tuple[ModuleCall, int], ...] = ()
    """The modules in a row where they are no one expression of `i`, and how many are the same."""
    join: Call | None = None
    branches: Mapping[str, PlannedBranch] = field(default_factory=dict)
    table: TableStep | None = None
    bypass: Value | None = None
    """The value used instead of the output where the condition does not hold."""
    shape: Any = None
    """The output shape in the first use."""
    kernel: KernelCall | None = None

    def reads(self) -> tuple[Value, ...]:
        """The values that the step's own statement reads."""
        if not self.branches:
            return self.inputs
        return tuple(
            branch.entry if branch.chain else branch.output for branch in self.branches.values()
        )


@dataclass(frozen=True, eq=False)
class PlannedBranch:
    """One branch of a join."""

    steps: tuple[PlannedStep, ...]
    output: Value
    chain: bool
    """Whether it is a single module, so that its steps have no statements of their own."""
    count: Any = None
    """How many copies of it run side by side."""

    @property
    def entry(self) -> Value:
        """The value that the branch starts from."""
        return self.steps[0].inputs[0] if self.steps else self.output


@dataclass(frozen=True, eq=False)
class PlannedAside:
    """Steps that end in a further output of the network: a branch that nothing joins."""

    line: PlannedStep
    """The statement that computes a chain; without an output where the steps have their own."""
    branch: PlannedBranch
    training_only: bool
    inline: bool
    """Whether it is an expression of the result, and no statement."""

    @property
    def late(self) -> bool:
        """Whether it is no step of the main flow, and comes after it."""
        return self.inline or self.training_only

    @property
    def lines(self) -> tuple[PlannedStep, ...]:
        """The steps whose statements compute it."""
        return (self.line,) if self.line.outputs else self.branch.steps


@dataclass(eq=False)
class ClassPlan:
    """A class of the file, for one or several uses of its block."""

    block: Block
    uses: tuple[Use, ...]
    steps: tuple[PlannedStep, ...] = ()
    asides: tuple[PlannedAside, ...] = ()
    outputs: tuple[Value, ...] = ()
    local: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that no use gives, computed in the constructor."""
    name: str = ""
    fixed: frozenset[str] = frozenset()
    """Arguments that decide the class's structure: with another value it is another class."""
    signature: tuple[str, ...] = ()
    """The constructor's arguments; set when the constructor is written."""
    fused: tuple[PlannedStep, ...] = ()
    """The steps of the forward pass where kernels replace several; empty without kernels."""

    @property
    def late(self) -> tuple[PlannedAside, ...]:
        """The asides that come after the main flow."""
        return tuple(aside for aside in self.asides if aside.late)

    @property
    def flow(self) -> tuple[PlannedStep, ...]:
        """The steps of the forward pass; `steps` are those of the constructor."""
        return self.fused or self.steps

    @property
    def repeats_one_module(self) -> bool:
        """Whether the class is one module repeated: an `nn.Sequential` or `nn.ModuleList`."""
        return len(self.steps) == 1 and self.steps[0].name == ""


class UnnamedClass(Exception):
    """A step that has to become a class and has no name to give it."""

    def __init__(self, step: Step) -> None:
        self.step = step
        super().__init__()


def statements(steps: tuple[PlannedStep, ...]) -> Iterator[PlannedStep]:
    """The steps that have a statement of their own: not those of branches that are one module."""
    for step in steps:
        for branch in step.branches.values():
            if not branch.chain:
                yield from statements(branch.steps)
        yield step
