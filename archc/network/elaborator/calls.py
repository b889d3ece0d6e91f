"""What a step calls, what arrives there, and how often it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from archc.diagnostics import Report
from archc.expr.sizes import plain
from archc.network.elaborator.call_sites import Abandoned, Flow, Frame
from archc.network.elaborator.values import Values
from archc.ops import OPS
from archc.spec import Block, Callee, CallStep, Expr, Spec, Step
from archc.spec.kinds import shown
from archc.spec.parser.names import taken

DEEPEST = 40
"""Bodies and sequences inside one another."""
COUNTS = {"a step": (0, 100_000), "a branch": (1, 1_000)}
"""The least and the greatest number of times that something is repeated."""
MOST_STEPS = 20_000
"""Steps that are placed: those of equal bodies count once."""


class Enough(Exception):
    """There are too many steps to go on, which was reported."""


class Caller(Values):
    """Finds out about calls; what can not be called is reported, and raises `Abandoned`."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        super().__init__(spec, params, report)
        self.placed = 0
        """Steps and iterations so far."""
        self.level = 0
        """Bodies and sequences that are open."""

    def count(self, step: Step, frame: Frame) -> None:
        """Count a step or an iteration, and stop where there are too many to work out."""
        self.placed += 1
        if self.placed > MOST_STEPS:
            message = f"the network has more than {MOST_STEPS:,} steps that differ"
            self.complain("bad-value", message, step, frame)
            raise Enough

    def endless(self, block: Block, frame: Frame) -> NoReturn:
        """Report a block that comes to use itself, through a block that it is given."""
        assert frame.reached is not None
        message = f"`{block.name}` uses itself without an end"
        self.complain("block-cycle", message, frame.reached.step, frame.reached.frame)
        raise Abandoned

    def callee(self, step: CallStep, frame: Frame) -> str:
        """The op or block that a step calls: itself one, or a param or argument that holds one."""
        callee = held = frame.scope.get(step.call)
        if not isinstance(held, Callee):
            callee = step.call
        if callee not in self.spec.blocks and callee not in OPS:
            if held is not None:  # a name that means nothing is reported by the name check
                message = f"`{step.call}` is {shown(plain(held))} here, not a block or an op"
                self.complain("wrong-type", message, step, frame)
            raise Abandoned
        assert isinstance(callee, str)
        if step.call in self.spec.params or held is not self.base.get(step.call):
            if callee in OPS and OPS[callee].inputs[1] is None:
                message = f"`{callee}` joins branches, and can not be called by another name"
                self.tell("bad-step", message, self.spec.called(step), frame)
                raise Abandoned
            wrong = Report()
            if not taken(self.spec, step, callee, wrong):
                for found in wrong.diagnostics:
                    notes = (f"`{step.call}` is `{callee}` here",)
                    assert found.span is not None, "a call stands somewhere"
                    self.tell(found.rule, found.message, found.span, frame, notes, found.help)
                raise Abandoned
        return callee

    def arriving(self, step: CallStep, takes: tuple[str, ...], flow: Flow, frame: Frame) -> Flow:
        """What arrives at a call that takes so many inputs."""
        wanted, count = f"{len(takes)} input{'s' * (len(takes) > 1)}", len(flow)
        named = step.sources is not None
        if count == len(takes) or (count > len(takes) and not named):
            return flow
        if not named and any(port.shape is None for port in flow):
            raise Abandoned  # what is missing was lost further up
        listed = f" ({', '.join(takes)})" if len(takes) > 1 else ""
        span = self.spec.span(step.place("from")) if named else self.spec.called(step)
        verb = "is named" if named and count == 1 else "are named" if named else "arrives"
        self.tell(
            "wrong-inputs",
            f"`{step.call}` takes {wanted}{listed}, and {count} {verb}",
            span,
            frame,
            help="join them first: `- concat: [...]` or `- add: [...]`"
            if count > len(takes)
            else f"name them below it: `from: [{', '.join('...' for _ in takes)}]`",
        )
        raise Abandoned

    def deep(self, step: Step, frame: Frame) -> None:
        """Refuse blocks inside blocks without an end."""
        if self.level >= DEEPEST:
            message = f"blocks inside blocks, more than {DEEPEST} deep"
            self.complain("block-cycle", message, step, frame)
            raise Abandoned

    def counted(self, count: Any, what: str, repeat: Expr, frame: Frame) -> int:
        """How often something is repeated, if it can be."""
        total = plain(count)
        least, most = COUNTS[what]
        if type(total) is int and least <= total <= most:
            return total
        number = isinstance(total, int | float) and not isinstance(total, bool)
        self.tell(
            "bad-value" if number else "wrong-type",
            f"{what} is repeated a whole number of times, {least} to {most:,}, not {shown(total)}",
            self.spec.span(repeat.at),
            frame,
        )
        raise Abandoned
