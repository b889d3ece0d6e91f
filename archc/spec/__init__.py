"""The spec as written: blocks, steps, variants, claims; nothing inferred."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

from archc.diagnostics import Span
from archc.expr import Code, Function, compiled, grammar
from archc.expr.grammar import BadExpression
from archc.spec.records import Header
from archc.syntax.load import Path, SourceTree

ArgType = Literal["int", "float", "bool", "list", "block"]


class Callee(str):
    """The name of a block or an op, as the value of a param or an argument."""

    __slots__ = ()


@dataclass(frozen=True)
class Expr:
    """A number, a flag, a text or an expression, and where it stands."""

    tree: ast.expr
    at: Path
    text: str | None = None
    """The text, where it was written as one."""

    @property
    def literal(self) -> Any:
        """The value of a plain number or flag; None for an expression."""
        return self.tree.value if isinstance(self.tree, ast.Constant) else None

    @cached_property
    def code(self) -> Code:
        """The expression, compiled."""
        return compiled(self.tree)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in it, whatever they are used as."""
        return frozenset(name.id for name, _ in grammar.names(self.tree))


Argument: TypeAlias = Expr | tuple["Argument", ...]
"""An expression, or a list of them (`kernel_size: [3, 1]`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has; `name` is its place in the block (`conv`, `branch2.0`)."""

    at: Path
    name: str
    id: str | None = None
    sources: tuple[str, ...] | None = None
    """The ids in `from`."""
    when: Expr | None = None
    repeat: Expr | None = None
    places: Mapping[str, Path] = field(default_factory=dict)
    """Where each argument, and `from`, stands: below the step, or in the cell of a row."""

    def place(self, name: str | None) -> Path:
        """Where an argument stands; the step itself for one that is not given."""
        return self.places.get(name or "", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostStep(Step):
    """A step that cannot be read, which was reported; what it makes is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep(Step):
    """An op or a block with its arguments."""

    call: str
    args: Mapping[str, Argument] = field(default_factory=dict)
    table: Path | None = None
    """The table whose row this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinStep(Step):
    """`concat`, `add`, `multiply`: branches that run side by side, or ids, joined."""

    call: str
    branches: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    chains: frozenset[str] = frozenset()
    """The branches that are a plain chain of steps: they make one module each."""
    repeats: Mapping[str, Expr] = field(default_factory=dict)
    """How many of a branch run side by side, where it says so; always of a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep(Step):
    """Steps under one modifier."""

    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStep(Step):
    """One call a row, as the paper's table has it; a row may be any other step."""

    call: str
    columns: tuple[str, ...] = ()
    rows: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideStep(Step):
    """Steps that hang off the main flow and end in a further output."""

    steps: tuple[Step, ...] = ()
    chain: bool = False
    """Whether they are a plain chain of steps: they make one module, with the aside's id."""
    training_only: bool = False
    weight: float | None = None
    """What the loss multiplies this output's part with."""


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument of a block: a type (then it is required) or a default."""

    name: str
    at: Path
    type: ArgType | None = None
    default: Argument | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Steps with a name and arguments; the network itself is one without arguments."""

    name: str
    at: Path
    body: tuple[Step, ...]
    doc: str = ""
    args: Mapping[str, Arg] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("input",)
    outputs: tuple[str, ...] | None = None
    """The ids that go on; None for the last step's output."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Named settings of the params, and of the input."""

    name: str
    at: Path
    settings: Mapping[str, Argument]
    input: tuple[Argument, ...] | None = None
    doc: str = ""


@dataclass(frozen=True)
class Spec:
    """A whole spec, as written."""

    header: Header
    tree: SourceTree
    params: Mapping[str, Argument]
    input: tuple[Argument, ...]
    network: Block
    blocks: Mapping[str, Block] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    constraints: tuple[Expr, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @cached_property
    def memory(self) -> dict[str, Any]:
        """What a stage keeps for the next time that it gets this spec, by a name of its own."""
        return {}

    @property
    def name(self) -> str:
        """The name that files and commands use."""
        return self.header.name

    @property
    def title(self) -> str:
        """The name that people read."""
        return self.header.title or self.header.name

    def span(self, at: Path, *, key: bool = False) -> Span:
        """Where something stands in its file."""
        return self.tree.span(at, key=key)

    def called(self, step: CallStep) -> Span:
        """Where a call says what it calls: its key, or the head of its table."""
        if step.table is not None:
            return self.span((*step.table, "table"))
        return self.span((*step.at, step.call), key=True)

    def named(self, step: CallStep, argument: str) -> Span:
        """Where a call names an argument: its key, or the column of its table."""
        place = step.place(argument)
        if step.table is not None:
            return self.span((*step.table, "columns", place[-1]))
        return self.span(place, key=True)

    def source(self, step: Step, number: int) -> Span:
        """Where an id in `from` stands, the first being number 0."""
        return self.span((*step.place("from"), number))


def inside(tree: SourceTree, expression: Expr, error: BadExpression) -> Span:
    """The place inside an expression that an error means."""
    span = tree.span(expression.at)
    if expression.text is None or span.line != span.end_line:
        return span
    quoted = span.source.line(span.line)[span.column - 1 : span.column] in ("'", '"')
    room = span.end_column - span.column - quoted  # escapes make what is written longer
    start = min(error.offset, room - 1)
    return span.part(start + quoted, min(error.length, room - start))


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step, and the steps inside it."""
    for step in steps:
        yield step
        match step:
            case JoinStep():
                for branch in step.branches.values():
                    yield from walk(branch)
            case SequenceStep(steps=inner) | AsideStep(steps=inner) | TableStep(rows=inner):
                yield from walk(inner)


def renamed(step: Step, name: str, way: str) -> Step:
    """A step of a chain, and those inside it, with another name for the chain."""
    if isinstance(step, SequenceStep) and step.repeat is None:
        return replace(step, steps=tuple(renamed(each, name, way) for each in step.steps))
    if isinstance(step, TableStep):
        return replace(step, rows=tuple(renamed(each, name, way) for each in step.rows))
    return replace(step, name=way + step.name.removeprefix(name))


def expressions(step: Step) -> Iterator[Expr]:
    """Every expression of a step itself, not of the steps inside it."""
    for modifier in (step.when, step.repeat):
        if modifier is not None:
            yield modifier
    if isinstance(step, CallStep):
        for argument in step.args.values():
            yield from leaves(argument)
    elif isinstance(step, JoinStep):
        yield from step.repeats.values()


def leaves(argument: Argument) -> Iterator[Expr]:
    """The expressions of an argument."""
    if isinstance(argument, Expr):
        yield argument
    else:
        for part in argument:
            yield from leaves(part)
