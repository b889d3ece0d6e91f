"""The context of elaboration: the current body, its call sites, and diagnostics about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from archc.diagnostics import Report, Span
from archc.network.graph import INPUT, Output, Port
from archc.ops.base import size
from archc.spec import Block, CallStep, JoinStep, Spec, Step, walk

NEAREST = 3
"""The call sites at each end of a long chain that a message names."""

Flow: TypeAlias = tuple[Port, ...]
"""What the main flow carries: mostly one map, two for a chain of NASNet's cells."""


class Poisoned(Exception):
    """A step without a meaning, whose outputs are poisoned values: ports without a shape.

    Why was reported where it was found; what only follows from a poisoned value is not.
    """


class CallSite(NamedTuple):
    """The step that led into a body, what arrives there, and the body around it."""

    step: CallStep
    inputs: Flow
    frame: Frame


@dataclass(slots=True)
class Frame:
    """A body while it is elaborated."""

    block: Block
    scope: dict[str, Any]
    """What the names in its expressions mean."""
    site: CallSite | None = None
    """How it was reached; None for the network."""
    outputs: list[Output] | None = None
    """Where asides put theirs; None inside a block."""
    ports: dict[str, Port] = field(default_factory=dict)
    """What each id names so far."""
    steps: dict[str, Step] = field(default_factory=dict)
    """The steps so far, by the names of the items that they became."""
    reads: set[str] = field(default_factory=set)
    """The params that its own expressions use, if no argument has that name."""
    inherited: set[str] = field(default_factory=set)
    """The params that functions, and the bodies inside it, use."""
    poisoned: bool = False
    """Whether a step was poisoned, so that ids may be missing."""

    def number(self, i: Any) -> None:
        """Let `i` be the number of an iteration; None where nothing is repeated."""
        self.scope.pop("i", None)
        if i is not None:
            self.scope["i"] = i


class Reporter:
    """Reports what is wrong in a body, with the call sites that led into it."""

    def __init__(self, spec: Spec, report: Report) -> None:
        self.spec, self.report = spec, report

    def error(
        self,
        rule: str,
        message: str,
        span: Span,
        frame: Frame,
        notes: Iterable[str] = (),
        help: str = "",
    ) -> None:
        """Report a mistake in a body."""
        self.report.add(rule, message, span, notes=(*notes, *self.chain(frame, span)), help=help)

    def error_at(self, rule: str, message: str, step: Step, frame: Frame, help: str = "") -> None:
        """Report a mistake in a step as a whole."""
        span = self.spec.span(step.at)
        if isinstance(step, CallStep):
            span = self.spec.called(step)
        self.error(rule, message, span, frame, help=help)

    def chain(self, frame: Frame, span: Span) -> list[str]:
        """The call sites that led into a body, the nearest first, for a message about `span`."""
        notes: list[str] = []
        while site := frame.site:
            step, inputs, frame = site
            where = f"`{_title(step)}` ({_line(self.spec.span(step.at), span)})"
            arriving = "; ".join(
                f"{size(port.shape)}, {self.origin(port, frame, span)}"
                for port in inputs
                if port.shape
            )
            notes.append(f"reached from: {where}" + f", input {arriving}" * bool(arriving))
        left_out = len(notes) - 2 * NEAREST
        if left_out > 0:
            notes[NEAREST:-NEAREST] = [f"... and {left_out} more"]
        return notes

    def origin(self, port: Port, frame: Frame, span: Span) -> str:
        """The origin of a value, for a message about `span`."""
        node, number = port.value
        if node == INPUT and frame.block is self.spec.network:
            return "the input of the network"
        if node == INPUT:
            name = "" if len(frame.block.inputs) == 1 else f" `{frame.block.inputs[number]}`"
            return f"the input{name} of `{frame.block.name}`"
        if step := frame.steps.get(node):
            return f"from `{_title(step)}` ({_line(self.spec.span(step.at), span)})"
        return "from the repetition before"

    def named(self, name: str, span: Span, frame: Frame) -> Port:
        """The port that an id names; the name check reports those that are never in reach."""
        if name in frame.ports:
            return frame.ports[name]
        if not frame.poisoned:
            message = (
                f"`{name}` does not exist here: the `when` of the step around it does not hold"
            )
            places = [step.at for step in walk(frame.block.body) if step.id == name]
            notes = [f"it is in {_line(self.spec.span(at), span)}" for at in places]
            self.error("unknown-id", message, span, frame, notes)
        raise Poisoned


def _title(step: Step) -> str:
    """The name of a step in messages."""
    call = step.call if isinstance(step, CallStep | JoinStep) else step.name
    return step.id or call


def _line(span: Span, near: Span) -> str:
    """The line of a span, with the file's name if `near` is in another file."""
    return f"line {span.line}" if span.source is near.source else str(span)
