"""A body while it is placed: how it was reached, and what messages say of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from archc.diagnostics import Report, Span
from archc.network import INPUT, Output, Port
from archc.ops.base import size
from archc.spec import Block, CallStep, JoinStep, Spec, Step, walk

CHAIN = 3
"""The calls at each end of a long chain that a message names."""


class Abandoned(Exception):
    """A step that has no meaning; why was reported where it was found."""


Flow = tuple[Port, ...]
"""What the main flow carries: mostly one map, two for a chain of NASNet's cells."""


@dataclass
class Frame:
    """A body while it is placed."""

    block: Block
    scope: dict[str, Any]
    ports: dict[str, Port] = field(default_factory=dict)
    """What each id names so far."""
    reached: Reached | None = None
    """How this body was reached."""
    outputs: list[Output] | None = None
    """Where asides go; None inside a block."""
    steps: dict[str, Step] = field(default_factory=dict)
    """The steps placed so far by the names of what they make."""
    lost: bool = False
    """Whether a step could not be placed, so that ids may be missing."""

    def number(self, i: Any) -> None:
        """Let `i` be the number of an iteration; None where nothing is repeated."""
        self.scope.pop("i", None)
        if i is not None:
            self.scope["i"] = i


@dataclass(frozen=True, slots=True)
class Reached:
    """The call that led into a body, what arrived there, and where that call stands."""

    step: CallStep
    inputs: Flow
    frame: Frame


class Teller:
    """Reports what is wrong in a body, with how the body was reached."""

    def __init__(self, spec: Spec, report: Report) -> None:
        self.spec, self.report = spec, report

    def origin(self, port: Port, frame: Frame, span: Span) -> str:
        """What a value comes from, for a message about `span`."""
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
        """What an id names; the name check reports those that are never in reach."""
        if name in frame.ports:
            return frame.ports[name]
        if not frame.lost:
            message = f"`{name}` is not here: the step around it is left out by its `when`"
            places = [step.at for step in walk(frame.block.body) if step.id == name]
            notes = [f"it stands in {_line(self.spec.span(at), span)}" for at in places]
            self.tell("unknown-id", message, span, frame, notes)
        raise Abandoned

    def complain(self, rule: str, message: str, step: Step, frame: Frame, help: str = "") -> None:
        """Report a step."""
        span = self.spec.span(step.at)
        if isinstance(step, CallStep):
            span = self.spec.called(step)
        self.tell(rule, message, span, frame, help=help)

    def tell(
        self,
        rule: str,
        message: str,
        span: Span,
        frame: Frame,
        notes: Iterable[str] = (),
        help: str = "",
    ) -> None:
        """Report what is wrong in a body, and how the body was reached."""
        self.report.add(rule, message, span, notes=(*notes, *self.chain(frame, span)), help=help)

    def chain(self, frame: Frame, span: Span) -> list[str]:
        """How a body was reached, the nearest call first, for a message about `span`."""
        notes: list[str] = []
        while reached := frame.reached:
            step, frame = reached.step, reached.frame
            where = f"`{_title(step)}` ({_line(self.spec.span(step.at), span)})"
            arriving = "; ".join(
                f"{size(port.shape)}, {self.origin(port, frame, span)}"
                for port in reached.inputs
                if port.shape
            )
            notes.append(f"reached from: {where}" + f", input {arriving}" * bool(arriving))
        left_out = len(notes) - 2 * CHAIN
        if left_out > 0:
            notes[CHAIN:-CHAIN] = [f"... and {left_out} more"]
        return notes


def _title(step: Step) -> str:
    """What a message calls a step."""
    call = step.call if isinstance(step, CallStep | JoinStep) else step.name
    return step.id or call


def _line(span: Span, near: Span) -> str:
    """Where something stands, for a message about a place that may be in another file."""
    return f"line {span.line}" if span.source is near.source else str(span)
