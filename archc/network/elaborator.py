"""Spec -> Network: every choice made, repeats unrolled, every shape inferred.

The same block with the same arguments on the same shapes is elaborated once: in a network, and in
all networks of a spec whose params agree in those that the block uses.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from archc.diagnostics import Report, SpecError
from archc.expr import Evaluator, Unknown, evaluate, grammar
from archc.expr.grammar import GREATEST, BadExpression
from archc.expr.sizes import Size, Sizes, extrapolate, forget, plain, python, remember
from archc.network.call_sites import CallSite, Flow, Frame, Poisoned, Reporter
from archc.network.graph import (
    INPUT,
    Body,
    Branch,
    Group,
    Instance,
    Item,
    IterationGroup,
    Network,
    Operation,
    Output,
    Port,
    Repeat,
    Skipped,
    Value,
)
from archc.network.params import Params, Settings
from archc.ops import OPS, BadShape, Op, Shape
from archc.ops.base import Disagree, size
from archc.spec import (
    Argument,
    AsideStep,
    Block,
    Callee,
    CallStep,
    Expr,
    JoinStep,
    LostStep,
    SequenceStep,
    Spec,
    Step,
    TableStep,
    expressions,
    inside,
    leaves,
    renamed,
    walk,
)
from archc.spec.kinds import shown
from archc.spec.parser.names import taken

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEEPEST = 40
"""Bodies and sequences inside one another."""
COUNTS = {"a step": (0, 100_000), "a branch": (1, 1_000)}
"""The least and the greatest number of times that something is repeated."""
MOST_STEPS = 20_000
"""Steps that one elaboration works out: those of equal bodies count once."""
MOST_OPERATIONS = 1_000_000
"""Operations of a network, repeats unrolled."""
MOST_KEPT = 2_000
"""Bodies that a spec keeps from one elaboration to the next."""


def elaborate(
    spec: Spec,
    variant: str | None = None,
    settings: Settings | None = None,
    report: Report | None = None,
) -> Network:
    """Make every choice of a spec.

    Args:
        spec: what `parse` gave.
        variant: one of its variants; None for the params' defaults.
        settings: values of params on top of the variant's; a text is an expression.
        report: what earlier stages found, to be reported together with what is found here.

    Raises:
        SpecError: everything that is wrong with the spec for these settings.
    """
    report = Report() if report is None else report
    params = Params(spec, variant, settings or {}, report)
    values = params.values()
    params.constraints()
    shape = params.input()
    if any(found.rule == "block-cycle" for found in report.diagnostics):
        report.raise_if_any()  # elaborating them would not end
    elaborator = Elaborator(spec, values, report)
    try:
        root, outputs = elaborator.network(shape)
    except TooManySteps:
        raise SpecError(report.diagnostics) from None
    report.raise_if_any()
    _training_only(spec, root, report)
    report.raise_if_any()
    assert shape is not None, "an input that is not known leaves a reason"
    made = Network(spec, variant, values, dict(settings or {}), shape, root, outputs)
    if (count := root.size) > MOST_OPERATIONS:
        message = f"the network has {count:,} operations, and {MOST_OPERATIONS:,} are the most"
        report.add("bad-value", message, spec.span(("network",), key=True))
    report.raise_if_any()
    return made


def _training_only(spec: Spec, root: Body, report: Report) -> None:
    """Report the steps that take at inference what an aside makes in training only."""
    made = {port.value for item in root.flow() for port in item.outputs}
    made -= {port.value for item in root.flow(asides=False) for port in item.outputs}
    for item in root.flow(asides=False) if made else ():
        for port in item.inputs:
            if port.value in made:
                report.add(
                    "bad-step",
                    f"`{item.name}` goes on from an aside that is for training only",
                    spec.span(item.step.at),
                    help="take `training_only` away from the aside",
                )


Observer: TypeAlias = Callable[[Step, str, Expr, Frame], None]
"""Gets a step, the name of an argument (or `repeat`), its expression and the frame."""


class TooManySteps(Exception):
    """There are too many steps to go on, which was reported."""


class Elaborator:
    """Elaborates the blocks of a spec for given params; mistakes go to the report.

    With `symbolic`, params and arguments may be `Size`s, and iterations know their number as one,
    for code in which `i` stays a name; with `unrolled` it is a number there too, and every
    iteration is worked out. An `observer` gets each argument and each repeat count, with its step
    and the frame that it is evaluated in; then nothing is taken from earlier elaborations.
    """

    def __init__(
        self,
        spec: Spec,
        params: Mapping[str, Any],
        report: Report,
        *,
        symbolic: bool = False,
        unrolled: bool = False,
        observer: Observer | None = None,
    ) -> None:
        self.spec, self.symbolic, self.observer = spec, symbolic, observer
        self.unrolled = unrolled
        self.reporter = Reporter(spec, report)
        memory = {} if symbolic or observer else spec.memory
        if "elaborator" not in memory:
            memory["elaborator"] = Kept(spec)
        self.kept: Kept = memory["elaborator"]
        self.globals: dict[str, Any] = {**self.kept.names, **params}
        """The names that every body knows: ops, blocks, functions and params."""
        self.evaluator = Evaluator(self.globals)
        self.params = {name: self.kept.key(value) for name, value in params.items()}
        """The params as keys."""
        self.bodies: dict[Any, Body] = {}
        """Bodies of this network, by block, arguments and shapes; of iterations, by their step."""
        self.open: set[Any] = set()
        """The uses of blocks that are being elaborated."""
        self.level = 0
        """Bodies and sequences that are open."""
        self.steps_done = 0
        """Steps and iterations so far."""
        self.poisoned = 0
        """Steps that were given up so far."""

    def network(self, shape: Shape | None) -> tuple[Body, tuple[Output, ...]]:
        """The whole network on an input of that shape, and its outputs, the main one first."""
        frame = Frame(self.spec.network, dict(self.globals), outputs=[])
        body = self.body(self.spec.network, {}, (shape,), frame)
        assert frame.outputs is not None
        main = [item for item in body.items if not isinstance(item.step, AsideStep)]
        name = next((item.step.id for item in reversed(main) if item.step.id), None) or "output"
        return body, (Output(name, body.outputs[0]), *frame.outputs)

    # Bodies

    def body(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """Elaborate a block's steps in a fresh frame."""
        flow = tuple(Port(Value(INPUT, i), shape) for i, shape in enumerate(shapes))
        named = zip(block.inputs, flow, strict=True)
        frame.ports = {name: port for name, port in named if name != "input"}
        frame.scope |= dict(zip(block.inputs, shapes, strict=True))
        items, flow = self.steps(block.body, flow, frame)
        if block.outputs is not None:
            flow = tuple(
                self.reporter.named(name, self.spec.span((*block.at, "outputs", i)), frame)
                for i, name in enumerate(block.outputs)
            )
        return Body(block, args, shapes, items, flow)

    def steps(
        self, steps: tuple[Step, ...], flow: Flow, frame: Frame
    ) -> tuple[tuple[Item, ...], Flow]:
        """Elaborate steps one after the other."""
        items = []
        self.level += 1
        for step in steps:
            try:
                item = self.step(step, flow, frame)
            except Poisoned:
                frame.poisoned = True
                self.poisoned += 1
                flow = (Port(Value(INPUT, 0), None),)
                if step.id:
                    frame.ports[step.id], frame.scope[step.id] = flow[0], None
                continue
            items.append(item)
            frame.steps[item.name] = step
            if not isinstance(step, AsideStep):
                flow = item.outputs
            if step.id:
                frame.ports[step.id], frame.scope[step.id] = item.outputs[0], item.outputs[0].shape
        self.level -= 1
        return tuple(items), flow

    def step(self, step: Step, flow: Flow, frame: Frame) -> Item:
        """Elaborate one step with its modifiers."""
        self.count_step(step, frame)
        if step.sources is not None:
            flow = tuple(
                self.reporter.named(name, self.spec.source(step, number), frame)
                for number, name in enumerate(step.sources)
            )
        frame.scope["input"] = flow[0].shape if flow else None
        if step.when is None:
            return self.act(step, flow, frame)
        when = self.value(step.when, frame)
        if not isinstance(plain(when), int | float):
            message = f"a condition is true or false, not {shown(when)}"
            self.reporter.error("wrong-type", message, self.spec.span(step.when.at), frame)
            raise Poisoned
        if not plain(when):
            return Skipped(step=step, name=step.name, inputs=flow, outputs=flow, when=when)
        return replace(self.act(step, flow, frame), when=when)

    def count_step(self, step: Step, frame: Frame) -> None:
        """Count a step or an iteration, and stop where there are too many to work out."""
        self.steps_done += 1
        if self.steps_done > MOST_STEPS:
            message = f"the network has more than {MOST_STEPS:,} steps that differ"
            self.reporter.error_at("bad-value", message, step, frame)
            raise TooManySteps

    def act(self, step: Step, flow: Flow, frame: Frame) -> Item:
        """Elaborate a step whose condition holds."""
        if step.repeat is not None:
            return self.repeat(step, flow, frame)
        match step:
            case CallStep():
                return self.call(step, step.name, flow, frame)[0]
            case JoinStep():
                return self.join(step, flow, frame)
            case SequenceStep(steps=steps) | TableStep(rows=steps):
                items, out = self.steps(steps, flow, frame)
                return Group(step=step, name=step.name, inputs=flow, outputs=out, items=items)
            case AsideStep():
                return self.aside(step, flow, frame)
            case LostStep():
                raise Poisoned
        raise AssertionError(f"no such step: {step}")

    # Calls

    def call(
        self, step: CallStep, name: str, flow: Flow, frame: Frame
    ) -> tuple[Operation | Instance, dict[str, Any]]:
        """Elaborate a call of an op or a block; also gives the arguments as the step gave them."""
        callee = self.callee(step, frame)
        if callee in self.spec.blocks:
            return self.instance(step, name, self.spec.blocks[callee], flow, frame)
        given = self.arguments(step, frame, OPS[callee])
        op = self.op(step, OPS[callee], given, frame)
        inputs = self.arriving(step, (callee,), flow, frame)[:1]
        shape = self.shape(step, op, inputs, frame)
        outputs = (Port(Value(name), shape),)
        return Operation(step=step, name=name, inputs=inputs, outputs=outputs, op=op), given

    def callee(self, step: CallStep, frame: Frame) -> str:
        """The op or block that a step calls: itself one, or a param or argument that holds one."""
        callee = held = frame.scope.get(step.call)
        if not isinstance(held, Callee):
            callee = step.call
        if step.call in self.params:
            frame.reads.add(step.call)
        if callee not in self.spec.blocks and callee not in OPS:
            if held is not None:  # a name that means nothing is reported by the name check
                message = f"`{step.call}` is {shown(plain(held))} here, not a block or an op"
                self.reporter.error_at("wrong-type", message, step, frame)
            raise Poisoned
        assert isinstance(callee, str)
        if step.call in self.spec.params or held is not self.globals.get(step.call):
            if callee in OPS and OPS[callee].inputs[1] is None:
                message = f"`{callee}` joins branches, and can not be called by another name"
                self.reporter.error("bad-step", message, self.spec.called(step), frame)
                raise Poisoned
            wrong = Report()
            if not taken(self.spec, step, callee, wrong):
                for found in wrong.diagnostics:
                    notes = (f"`{step.call}` is `{callee}` here",)
                    assert found.span is not None, "a call has a place"
                    self.reporter.error(
                        found.rule, found.message, found.span, frame, notes, found.help
                    )
                raise Poisoned
        return callee

    def arriving(self, step: CallStep, takes: tuple[str, ...], flow: Flow, frame: Frame) -> Flow:
        """What arrives at a call that takes as many inputs as `takes` names."""
        wanted, count = len(takes), len(flow)
        named = step.sources is not None
        if count == wanted or (count > wanted and not named):
            return flow
        if not named and any(port.shape is None for port in flow):
            raise Poisoned  # what is missing was lost further up
        listed = f" ({', '.join(takes)})" if wanted > 1 else ""
        span = self.spec.span(step.place("from")) if named else self.spec.called(step)
        verb = "is named" if named and count == 1 else "are named" if named else "arrives"
        self.reporter.error(
            "wrong-inputs",
            f"`{step.call}` takes {wanted} input{'s' * (wanted > 1)}{listed}, and {count} {verb}",
            span,
            frame,
            help="join them first: `- concat: [...]` or `- add: [...]`"
            if count > wanted
            else f"name them below it: `from: [{', '.join('...' for _ in takes)}]`",
        )
        raise Poisoned

    def instance(
        self, step: CallStep, name: str, block: Block, flow: Flow, frame: Frame
    ) -> tuple[Instance, dict[str, Any]]:
        """Elaborate a call of a block."""
        if self.level >= DEEPEST:
            message = f"blocks inside blocks, more than {DEEPEST} deep"
            self.reporter.error_at("block-cycle", message, step, frame)
            raise Poisoned
        inputs = self.arriving(step, block.inputs, flow, frame)[: len(block.inputs)]
        given = self.arguments(step, frame)
        shapes = tuple(port.shape for port in inputs)
        key = ("given", block.name, self.kept.keys(given), self.shape_key(shapes))
        found = self.kept.find(key, self.params)
        if found is None:
            mistakes = self.poisoned, len(self.reporter.report.diagnostics)
            inner = Frame(block, dict(self.globals), site=CallSite(step, inputs, frame))
            inner.scope |= dict(zip(block.inputs, shapes, strict=True))
            inner.scope["input"] = shapes[0]
            args = self.bind(step, block, given, inner)
            body = self.bound(block, args, shapes, inner)
            found = Found(body, inner.reads.difference(block.args) | inner.inherited)
            if mistakes == (self.poisoned, len(self.reporter.report.diagnostics)):
                self.kept.keep(key, self.params, found)
        frame.inherited |= found.reads
        body = found.body
        outputs = tuple(Port(Value(name, i), port.shape) for i, port in enumerate(body.outputs))
        item = Instance(step=step, name=name, inputs=inputs, outputs=outputs, body=body, args=given)
        return item, given

    def bound(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """The body of a block for all its arguments: a new one, or one that is there."""
        key = (block.name, self.kept.keys(args), self.shape_key(shapes))
        if (found := self.kept.find(key, self.params)) is not None:
            frame.inherited |= found.reads
            return found.body
        if (body := self.bodies.get(key)) is not None:
            return body  # one with mistakes, which are reported once
        if key in self.open:
            assert frame.site is not None
            message = f"`{block.name}` uses itself without an end"
            self.reporter.error_at("block-cycle", message, frame.site.step, frame.site.frame)
            raise Poisoned
        self.open.add(key)
        mistakes = self.poisoned, len(self.reporter.report.diagnostics)
        try:
            body = self.bodies[key] = self.body(block, args, shapes, frame)
        finally:
            self.open.discard(key)
        if mistakes == (self.poisoned, len(self.reporter.report.diagnostics)):
            reads = frame.reads.difference(block.args) | frame.inherited
            self.kept.keep(key, self.params, Found(body, reads))
        return body

    # What calls are given

    def value(self, argument: Argument, frame: Frame) -> Any:
        """The value of an argument."""
        if isinstance(argument, tuple):
            return [self.value(part, frame) for part in argument]
        if type(argument.tree) is ast.Constant:
            return argument.tree.value
        if argument.names:
            reads, inherited = self.kept.reads(argument.names)
            frame.reads |= reads
            frame.inherited |= inherited
        try:
            return self.evaluator.value(argument.code, frame.scope)
        except Unknown:
            raise Poisoned from None
        except BadExpression as error:
            span = inside(self.spec.tree, argument, error)
            self.reporter.error(error.rule, error.message, span, frame, help=error.help)
            raise Poisoned from None

    def arguments(self, step: CallStep, frame: Frame, op: type[Op] | None = None) -> dict[str, Any]:
        """The arguments that a step gives, with every mistake among them reported."""
        given, failed = {}, False
        if self.observer:
            for name, argument in step.args.items():
                for expression in leaves(argument):
                    self.observer(step, name, expression, frame)
        for name, argument in step.args.items():
            if op and name not in op.model_fields:
                continue  # reported by the name check, or where the op is found
            word = argument.text if isinstance(argument, Expr) else None
            if op and word is not None and word in op.words(name):
                given[name] = word
                continue
            try:
                given[name] = self.value(argument, frame)
            except Poisoned:
                failed = True
        if failed:
            raise Poisoned
        return given

    def bind(
        self, step: CallStep, block: Block, given: dict[str, Any], frame: Frame
    ) -> dict[str, Any]:
        """Every argument of a block: what was given, or a default, which may use the others."""
        args: dict[str, Any] = {}
        failed = False
        for name, arg in block.args.items():
            if name in given:
                value = given[name]
            elif failed:
                continue  # a default may use what failed
            elif arg.default is not None:
                value = self.value(arg.default, frame)
                for expression in leaves(arg.default):  # may mean a param, not a later argument
                    frame.inherited |= self.kept.reads(expression.names)[0] - args.keys()
            else:
                raise Poisoned  # a missing argument, reported by the name check
            if arg.type is not None and not _fits(value, arg.type):
                kind = _KINDS.get(arg.type, "a block")
                message = f"`{name}` of `{block.name}` is {kind}, not {shown(plain(value))}"
                outer = frame.site.frame if frame.site else frame
                self.reporter.error("wrong-type", message, self.spec.span(step.place(name)), outer)
                failed = True
            args[name] = frame.scope[name] = value
        if failed:
            raise Poisoned
        return args

    def op(self, step: CallStep, kind: type[Op], given: dict[str, Any], frame: Frame) -> Op:
        """An op with these fields."""
        try:
            return self.kept.op(kind, given)
        except ValidationError as errors:
            for name, error in _refused(given, errors).items():
                self.refuse(step, kind, name, error, frame)
            raise Poisoned from None

    def refuse(
        self, step: CallStep, kind: type[Op], name: str, error: ErrorDetails, frame: Frame
    ) -> None:
        """Report a field that is given what it does not take."""
        value, limits = error["input"], error.get("ctx", {})
        expected = _EXPECTED.get(error["type"], "something else").format(**limits)
        if (words := kind.words(name)) and error["type"] not in _LIMITS:
            expected += "".join(f" or `{word}`" for word in words)
        place = step.place(name)
        if isinstance(error["loc"][-1], int):
            place = (*place, error["loc"][-1])
        fraction = error["type"].startswith("int_") and isinstance(value, float)
        help = ""
        if fraction:
            help = "a whole number comes of `//`, `round`, `ceil`, `floor` or `round_to`"
        range_ = fraction or error["type"] in (*_LIMITS, *_LENGTHS)
        self.reporter.error(
            "bad-value" if range_ and error["type"] != "literal_error" else "wrong-type",
            f"`{name}` of `{kind.name}` must be {expected}, not {shown(value)}",
            self.spec.span(place),
            frame,
            help=help,
        )

    def shape(
        self, step: Step, op: Op, inputs: Flow, frame: Frame, ways: Sequence[str] = ()
    ) -> Shape | None:
        """The shape that an op makes of its inputs; None if one of them is poisoned.

        `ways` are the names of what a join joins.
        """
        known = [port.shape for port in inputs if port.shape is not None]
        if len(known) < len(inputs):
            return None
        try:
            made = op.shape(*known)
            if any(plain(n) > GREATEST for n in made):
                raise BadShape(f"{size(made)} is larger than any map can be")
        except BadShape as error:
            span = self.spec.span(step.at)
            names, rule, message = [f"input {size(shape)}" for shape in known], "bad-shape", ""
            if isinstance(step, CallStep):
                given = error.field in step.args
                span = self.spec.span(step.place(error.field)) if given else self.spec.called(step)
            elif isinstance(step, JoinStep):
                span = self.spec.span((*step.at, step.call), key=True)
                ends = [f"`{name}`" for name in ways]
                names = [f"{e} is {size(shape)}" for e, shape in zip(ends, known, strict=True)]
                if isinstance(error, Disagree):
                    rule = "join-mismatch"
                    message = error.between(ends[error.number - 1], ends[error.with_ - 1])
            ends_at = (self.reporter.origin(port, frame, span) for port in inputs)
            notes = [f"{name}, {end}" for name, end in zip(names, ends_at, strict=True)]
            self.reporter.error(rule, message or error.message, span, frame, notes, error.help)
            return None
        return made

    # Repeats, joins, asides

    def counted(self, count: Any, what: str, repeat: Expr, frame: Frame) -> int:
        """How often something is repeated, if it can be."""
        total = plain(count)
        least, most = COUNTS[what]
        if type(total) is int and least <= total <= most:
            return total
        number = isinstance(total, int | float) and not isinstance(total, bool)
        self.reporter.error(
            "bad-value" if number else "wrong-type",
            f"{what} is repeated a whole number of times, {least} to {most:,}, not {shown(total)}",
            self.spec.span(repeat.at),
            frame,
        )
        raise Poisoned

    def index(self, i: int) -> Any:
        """What `i` means in iteration number `i`."""
        return remember(i, "i") if self.symbolic and not self.unrolled else i

    def repeat(self, step: Step, flow: Flow, frame: Frame) -> Repeat:
        """Elaborate a step `count` times; iterations that are the same, once."""
        assert step.repeat is not None
        if self.observer:
            self.observer(step, "repeat", step.repeat, frame)
        count = self.value(step.repeat, frame)
        total = self.counted(count, "a step", step.repeat, frame)
        settled = settles(step, frame.scope)
        groups: list[IterationGroup] = []
        inputs, i = flow, 0
        shapes = [tuple(port.shape for port in flow)]
        outer = frame.scope.pop("i", None)
        while i < total:
            ahead = None
            if self.symbolic and not self.unrolled and i == 3:
                ahead = extrapolate(shapes, count)
            if ahead is not None:
                flow = tuple(Port(p.value, shape) for p, shape in zip(flow, ahead, strict=True))
                break
            frame.scope["i"] = self.index(i)
            body, given, flow = self.iteration(step, flow, frame)
            if self.symbolic:
                flow = tuple(Port(port.value, forget(port.shape, "i")) for port in flow)
            shapes.append(tuple(port.shape for port in flow))
            same = i > settled and self.shape_key(shapes[-1]) == self.shape_key(shapes[-2])
            done = total - i if same else 1
            if groups and groups[-1].body is body:
                groups[-1] = replace(groups[-1], count=groups[-1].count + done)
            else:
                groups.append(IterationGroup(body, done, given))
            i += done
        frame.number(outer)
        outputs = tuple(Port(Value(step.name, k), port.shape) for k, port in enumerate(flow))
        return Repeat(
            step=step,
            name=step.name,
            inputs=inputs,
            outputs=outputs if total else inputs,
            count=count,
            iterations=tuple(groups),
        )

    def iteration(self, step: Step, flow: Flow, frame: Frame) -> tuple[Body, dict[str, Any], Flow]:
        """One iteration as a body of its own, and the flow after it."""
        self.count_step(step, frame)
        frame.scope["input"] = flow[0].shape
        if isinstance(step, CallStep):
            item, given = self.call(step, "", flow, frame)
            if isinstance(item, Instance):
                return item.body, given, item.outputs
            shapes = (item.inputs[0].shape,)
            key = (step.at, OPS[item.op.name], self.kept.keys(given), self.shape_key(shapes))
            if key not in self.bodies:
                anonymous = Block(step.call, step.at, (step,))
                operation = replace(item, inputs=(Port(Value(INPUT), shapes[0]),))
                self.bodies[key] = Body(anonymous, given, shapes, (operation,), item.outputs)
            return self.bodies[key], given, item.outputs
        steps = step.steps if isinstance(step, SequenceStep) else (replace(step, repeat=None),)
        names = tuple(f"input{k}" for k in range(len(flow)))
        anonymous = Block("sequence", step.at, steps, inputs=names)
        inner = Frame(anonymous, dict(frame.scope), site=frame.site)
        inner.reads, inner.inherited = frame.reads, frame.inherited
        body = self.body(anonymous, {}, tuple(port.shape for port in flow), inner)
        return body, {}, body.outputs

    def join(self, step: JoinStep, flow: Flow, frame: Frame) -> Operation:
        """Elaborate the branches, then the join of their ends."""
        branches: dict[str, Branch] = {}
        for name, steps in step.branches.items():
            if name in step.repeats:
                branches |= self.side_by_side(step, name, flow, frame)
                continue
            items, end = self.steps(steps, flow, frame)
            branches[name] = Branch(items, end[0], name in step.chains)
            frame.ports[name], frame.scope[name] = end[0], end[0].shape
        inputs = tuple(branch.output for branch in branches.values())
        if step.ids:
            inputs = tuple(
                self.reporter.named(name, self.spec.source(step, number), frame)
                for number, name in enumerate(step.ids)
            )
        if not inputs:
            raise Poisoned
        op = self.kept.op(OPS[step.call], {})
        shape = self.shape(step, op, inputs, frame, step.ids or tuple(branches))
        return Operation(
            step=step,
            name=step.name,
            inputs=inputs,
            outputs=(Port(Value(step.name), shape),),
            op=op,
            branches=branches,
        )

    def side_by_side(
        self, step: JoinStep, name: str, flow: Flow, frame: Frame
    ) -> dict[str, Branch]:
        """The branches that a repeated one makes: `paths.0`, `paths.1`, ..."""
        repeat, found = step.repeats[name], {}
        count = self.value(repeat, frame)
        outer = frame.scope.pop("i", None)
        for i in range(self.counted(count, "a branch", repeat, frame)):
            frame.scope["i"] = self.index(i)
            way = f"{name}.{i}"
            steps = tuple(renamed(each, name, way) for each in step.branches[name])
            items, end = self.steps(steps, flow, frame)
            out = Port(end[0].value, forget(end[0].shape, "i"))
            found[way] = Branch(items, out, True, twin=name, count=count)
        frame.number(outer)
        return found

    def aside(self, step: AsideStep, flow: Flow, frame: Frame) -> Group:
        """Elaborate steps that end in a further output."""
        if frame.outputs is None:
            raise Poisoned  # in a block or a repeat, which the name check reports
        items, end = self.steps(step.steps, flow, frame)
        frame.outputs.append(Output(step.id or f"output{len(frame.outputs) + 2}", end[0], step))
        return Group(step=step, name=step.name, inputs=flow, outputs=end, items=items)

    def shape_key(self, shapes: tuple[Shape | None, ...]) -> Any:
        """What makes shapes the same: for `Size`s, their expressions too."""
        return self.kept.key(shapes) if self.symbolic else shapes


class Found(NamedTuple):
    """A body, and the params that its block used to become it."""

    body: Body
    reads: frozenset[str] | set[str]


class Kept:
    """What elaborations of a spec share: bodies, ops, the names that all of them know.

    Bodies are found by a key (block, arguments, shapes) and by the values of the params that they
    read. The newest `MOST_KEPT` to twice as many are kept, and those that were found among them.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.names: dict[str, Any] = {name: Callee(name) for name in (*OPS, *spec.blocks)}
        self.names |= spec.functions
        self._ops: dict[Any, Op] = {}
        self._young: dict[Any, dict[tuple[str, ...], dict[Any, Found]]] = {}
        self._old = self._young
        self._count = 0
        self._reads: dict[frozenset[str], tuple[frozenset[str], frozenset[str]]] = {}
        self._tokens: dict[Any, Token] = {}

    def find(self, key: Any, params: Mapping[str, Any]) -> Found | None:
        """The body of that key for these params (as keys)."""
        for bodies in (self._young, self._old):
            for names, by_values in bodies.get(key, {}).items():
                found = by_values.get(tuple(params[name] for name in names))
                if found is not None:
                    if bodies is not self._young:
                        self.keep(key, params, found)
                    return found
        return None

    def keep(self, key: Any, params: Mapping[str, Any], found: Found) -> None:
        """Keep a body for later elaborations."""
        if self._count >= MOST_KEPT:
            self._old, self._young, self._count = self._young, {}, 0
        names = tuple(sorted(found.reads))
        values = tuple(params[name] for name in names)
        self._young.setdefault(key, {}).setdefault(names, {})[values] = found
        self._count += 1

    def op(self, kind: type[Op], given: Mapping[str, Any]) -> Op:
        """An op with these fields; raises pydantic's `ValidationError` where it refuses them."""
        key = (kind, self.keys(given))
        op = self._ops.get(key)
        if op is None:
            if len(self._ops) >= 10 * MOST_KEPT:
                self._ops.clear()
            fields = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
            op = self._ops[key] = kind(**fields)
        return op

    def reads(self, names: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """The params among the names of an expression, and those that its functions use."""
        known = self._reads.get(names)
        if known is None:
            functions = self.spec.functions
            waiting, used, seen = [*names], set[str](), set[str]()
            while waiting:
                if (name := waiting.pop()) in functions and name not in seen:
                    seen.add(name)
                    inner = {node.id for node, _ in grammar.names(functions[name].body)}
                    used |= inner - {*functions[name].parameters}
                    waiting += inner
            params = frozenset(self.spec.params)
            known = self._reads[names] = names & params, params & used
        return known

    def keys(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What makes named values the same."""
        return tuple((name, type(value), self.key(value)) for name, value in values.items())

    def key(self, value: Any) -> Any:
        """What makes two values the same: their types too, and for a `Size` its expression.

        Equal lists have the same token: so a list of lists that are used twice, and so on, has a
        key as short as what was written.
        """
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is Size:
            return (value.value, type(value.value), python(value))
        if not isinstance(value, list | tuple):
            return value
        return self._token(value, {})

    def _token(self, value: Any, known: dict[int, Token]) -> Token:
        if (token := known.get(id(value))) is None:
            parts = tuple(
                self._token(part, known)
                if isinstance(part, list | tuple)
                else (type(part), self.key(part))
                for part in value
            )
            text = python(value) if isinstance(value, Sizes) else None
            token = self._tokens.setdefault((parts, text), Token())
            known[id(value)] = token
        return token


class Token:
    """Equal lists have the same one."""

    __slots__ = ()


_ATOMS = frozenset({int, float, bool, str, Callee, type(None)})


def settles(step: Step, scope: Mapping[str, Any]) -> float:
    """The number `i` after which every iteration of a step is given the same.

    -1 where `i` is not used; infinity where it is used for more than to be compared with a number,
    as in `stride if i == 0 else 1`. `scope` is what the step's expressions know.
    """
    return max(
        (
            number
            for inner in walk((step,))
            for expression in expressions(inner)
            if "i" in expression.names
            for number in _indices(expression.tree, scope)
        ),
        default=-1.0,
    )


def _indices(node: ast.AST, scope: Mapping[str, Any]) -> Iterator[float]:
    """The numbers that an expression compares `i` with; infinity for any other use of it.

    Sides of conditions that are not taken whatever `i` is, do not count.
    """
    match node:
        case ast.Compare(ast.Name("i"), _, [ast.Constant(int() as number)]):
            yield number
            return
        case ast.Name("i"):
            yield math.inf
            return
        case ast.IfExp(test=test):
            named = [(name.id, role) for name, role in grammar.names(test)]
            if named and all(role == "value" and name != "i" for name, role in named):
                with suppress(BadExpression, Unknown):
                    taken = node.body if plain(evaluate(test, scope)) else node.orelse
                    yield from _indices(taken, scope)
                    return
    for child in ast.iter_child_nodes(node):
        yield from _indices(child, scope)


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "literal_error": "{expected}",
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than_equal": "at most {le}",
    "tuple_type": "a number, or two: [height, width]",
    "missing": "a number, or two: [height, width]",
    "too_long": "a number, or two: [height, width]",
}
"""What a field takes, by what pydantic calls the error."""
_LIMITS = ("greater_than_equal", "greater_than", "less_than_equal", "literal_error")
_LENGTHS = ("missing", "too_long")


def _refused(fields: Mapping[str, Any], errors: ValidationError) -> dict[str, ErrorDetails]:
    """What is wrong with each field; for one number or two, with the one that was meant."""
    found: dict[str, list[ErrorDetails]] = {}
    for error in errors.errors():
        named = len(error["loc"]) == 1 and error["type"] in ("missing", "extra_forbidden")
        if not named:  # a name that is wrong is reported by the name check
            found.setdefault(str(error["loc"][0]), []).append(error)
    chosen = {}
    for name, each in found.items():
        pairs = [error for error in each if any("tuple" in str(part) for part in error["loc"])]
        single = [error for error in each if error not in pairs]
        meant = pairs if isinstance(fields.get(name), list | tuple) else single
        chosen[name] = (meant or each)[0]
    return chosen


_KINDS = {"int": "an int", "float": "a number", "bool": "a flag", "list": "a list"}
"""The types of arguments, as messages call them."""


def _fits(value: Any, kind: str) -> bool:
    """Whether an argument of that type may have this value."""
    value = plain(value)
    match kind:
        case "int":
            return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool) or value in (0, 1)
        case "list":
            return isinstance(value, list | tuple)
    return isinstance(value, Callee)
