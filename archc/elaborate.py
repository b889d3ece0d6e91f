"""Spec -> Network: blocks placed, repeats unrolled, shapes inferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from archc import expr
from archc.diagnostics import Report, suggest
from archc.dims import Dim, extrapolate, plain, python, traced
from archc.expr import BadExpression, Unknown
from archc.network import (
    INPUT,
    Body,
    Branch,
    Call,
    Group,
    Item,
    Leaf,
    Network,
    Output,
    Port,
    Repeat,
    Run,
    Skip,
    Value,
)
from archc.ops import OPS, BadShape, Op, Shape
from archc.ops.base import size
from archc.settings import Params, Settings
from archc.spec import (
    Argument,
    AsideStep,
    Block,
    Callee,
    CallStep,
    Expr,
    JoinStep,
    SequenceStep,
    Spec,
    Step,
    TableStep,
    expressions,
    inside,
    walk,
)

DEEPEST = 60
"""Blocks inside blocks."""
LONGEST = 100_000
"""Iterations of one repeat."""
FATAL = ("block-cycle", "param-cycle", "unknown-variant", "unknown-param")
"""Mistakes after which there is nothing to place."""


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
    notes: tuple[str, ...] = ()
    """How this body was reached, the nearest call first."""
    outputs: list[Output] | None = None
    """Where asides go; None inside a block."""


class Elaborator:
    """Places blocks. The same block with the same arguments on the same shapes is placed once."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        self.spec = spec
        self.report = report
        self.base: dict[str, Any] = {name: Callee(name) for name in (*OPS, *spec.blocks)}
        functions = spec.functions.items()
        self.base |= {name: replace(function, scope=self.base) for name, function in functions}
        self.base |= params
        self.memo: dict[Any, Body] = {}
        self.calls: dict[Any, Body] = {}
        self.given: dict[str, set[str]] = {name: set() for name in spec.blocks}

    # Bodies

    def network(self, shape: Shape) -> tuple[Body, tuple[Output, ...]]:
        """The whole network on an input of that shape, and its outputs, the main one first."""
        frame = Frame(self.spec.network, dict(self.base), outputs=[])
        body = self.body(self.spec.network, {}, (shape,), frame)
        assert frame.outputs is not None
        name = next((i.step.id for i in reversed(body.items) if i.step.id), None) or "output"
        return body, (Output(name, body.outputs[0]), *frame.outputs)

    def use(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """The body of a block for these arguments and shapes: a new one, or one placed before."""
        key = (block.name, _key(args), _key(shapes))
        if (body := self.memo.get(key)) is None:
            body = self.memo[key] = self.body(block, args, shapes, frame)
        return body

    def body(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """Place a block's steps; `frame` is the fresh frame to do it in."""
        flow = tuple(Port(Value(INPUT, i), shape) for i, shape in enumerate(shapes))
        frame.ports = dict(zip(block.inputs, flow, strict=True))
        frame.scope |= dict(zip(block.inputs, shapes, strict=True))
        items, flow = self.steps(block.body, flow, frame)
        if block.outputs is not None:
            flow = tuple(
                port
                for i, name in enumerate(block.outputs)
                if (port := self.named(name, (*block.at, "outputs", i), frame))
            )
        return Body(block, args, shapes, items, flow)

    def steps(
        self, steps: tuple[Step, ...], flow: Flow, frame: Frame
    ) -> tuple[tuple[Item, ...], Flow]:
        """Place steps one after the other."""
        items = []
        for step in steps:
            try:
                item = self.step(step, flow, frame)
            except Abandoned:
                flow = (Port(Value(INPUT, 0), None),)
                if step.id:
                    frame.ports[step.id], frame.scope[step.id] = flow[0], None
                continue
            items.append(item)
            if not isinstance(step, AsideStep):
                flow = item.outputs
            if step.id:
                frame.ports[step.id], frame.scope[step.id] = item.outputs[0], item.outputs[0].shape
        return tuple(items), flow

    # Steps

    def step(self, step: Step, flow: Flow, frame: Frame) -> Item:
        """Place one step with its modifiers."""
        if step.sources is not None:
            named = (self.named(name, (*step.at, "from"), frame, step.at) for name in step.sources)
            flow = tuple(port for port in named if port is not None)
        frame.scope["input"] = flow[0].shape if flow else None
        if step.when is None:
            return self.act(step, flow, frame)
        when = self.value(step.when, frame)
        if not plain(when):
            return Skip(step=step, name=step.name, inputs=flow, outputs=flow, when=when)
        return replace(self.act(step, flow, frame), when=when)

    def act(self, step: Step, flow: Flow, frame: Frame) -> Item:
        """Place a step whose condition holds."""
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
        raise AssertionError(f"no such step: {step}")

    def call(
        self, step: CallStep, name: str, flow: Flow, frame: Frame
    ) -> tuple[Leaf | Call, dict[str, Any]]:
        """Place an op or a block; also gives the arguments as the step gave them."""
        callee = frame.scope.get(step.call)
        callee = callee if isinstance(callee, Callee) else step.call
        if callee in self.spec.blocks:
            return self.call_block(step, name, self.spec.blocks[callee], flow, frame)
        if callee not in OPS:
            raise Abandoned
        given = self.arguments(step, frame, OPS[callee])
        op = self.op(step, OPS[callee], given)
        inputs = flow[:1]
        shape = self.shape(step, op, inputs, frame)
        outputs = (Port(Value(name), shape),)
        return Leaf(step=step, name=name, inputs=inputs, outputs=outputs, op=op), given

    def call_block(
        self, step: CallStep, name: str, block: Block, flow: Flow, frame: Frame
    ) -> tuple[Call, dict[str, Any]]:
        """Place a block."""
        if len(flow) < len(block.inputs):
            self.complain(
                "wrong-inputs",
                f"`{block.name}` takes {len(block.inputs)} inputs ({', '.join(block.inputs)}), "
                f"and {len(flow)} arrive",
                step,
                frame,
                help=f"name them: from: [{', '.join(block.inputs)}]",
            )
            raise Abandoned
        if len(frame.notes) > DEEPEST:
            self.complain("block-cycle", f"`{block.name}` uses itself without an end", step, frame)
            raise Abandoned
        inputs = flow[: len(block.inputs)]
        shapes = tuple(port.shape for port in inputs)
        given = self.arguments(step, frame)
        body = self.calls.get(key := (block.name, _key(given), _key(shapes)))
        if body is None:
            body = self.calls[key] = self.enter(step, block, given, shapes, frame)
        outputs = tuple(Port(Value(name, i), port.shape) for i, port in enumerate(body.outputs))
        return (
            Call(step=step, name=name, inputs=inputs, outputs=outputs, body=body, args=given),
            given,
        )

    def enter(
        self,
        step: CallStep,
        block: Block,
        given: dict[str, Any],
        shapes: tuple[Shape | None, ...],
        frame: Frame,
    ) -> Body:
        """The body of a block for what a step gives it."""
        self.given[block.name] |= given.keys()
        where = f"reached from: `{step.name or step.call}` at {self.spec.span(step.at)}"
        arriving = ", ".join(size(shape) for shape in shapes if shape)
        note = f"{where}, input {arriving}" if arriving else where
        inner = Frame(block, dict(self.base), notes=(note, *frame.notes))
        inner.scope |= dict(zip(block.inputs, shapes, strict=True))
        inner.scope["input"] = shapes[0]
        return self.use(block, self.bind(step, block, given, inner), shapes, inner)

    def bind(
        self, step: CallStep, block: Block, given: dict[str, Any], frame: Frame
    ) -> dict[str, Any]:
        """Every argument of a block: what was given, then the defaults, which may use the others."""
        args: dict[str, Any] = {}
        for name, arg in block.args.items():
            if name in given:
                value = given[name]
            elif arg.default is not None:
                value = self.value(arg.default, frame)
            else:
                raise Abandoned  # a missing argument, reported by the name check
            if arg.type is not None and not _fits(value, arg.type):
                at = self.argument_at(step, name)
                self.report.add(
                    "wrong-type",
                    f"`{name}` of `{block.name}` is {_article(arg.type)}, "
                    f"not {python(plain(value))}",
                    self.spec.span(at),
                )
                raise Abandoned
            args[name] = frame.scope[name] = value
        return args

    def repeat(self, step: Step, flow: Flow, frame: Frame) -> Repeat:
        """Place a step `count` times; iterations that are the same are placed once."""
        assert step.repeat is not None
        count = self.value(step.repeat, frame)
        if not isinstance(count, int) or not 0 <= count <= LONGEST:
            self.report.add(
                "bad-value",
                f"a step is repeated a whole number of times, 0 to {LONGEST}, "
                f"not {python(plain(count))}",
                self.spec.span(step.repeat.at),
            )
            raise Abandoned
        counting = _mentions_index(step)
        tracing = traced(count) or any(traced(p.shape) for p in flow if p.shape)
        runs: list[Run] = []
        inputs, i, total = flow, 0, plain(count)
        shapes = [tuple(port.shape for port in flow)]
        outer = frame.scope.get("i")
        while i < total:
            if tracing and i == 3 and (ahead := extrapolate(shapes, count)):
                flow = tuple(Port(p.value, shape) for p, shape in zip(flow, ahead, strict=True))
                break
            frame.scope["i"] = Dim(i, "i") if tracing else i
            body, given, flow = self.iteration(step, flow, frame)
            shapes.append(tuple(port.shape for port in flow))
            same = not counting and _key(shapes[-1]) == _key(shapes[-2])
            done = total - i if same else 1
            if runs and runs[-1].body is body:
                runs[-1] = replace(runs[-1], count=runs[-1].count + done)
            else:
                runs.append(Run(body, done, given))
            i += done
        frame.scope["i"] = outer
        outputs = tuple(Port(Value(step.name, k), port.shape) for k, port in enumerate(flow))
        return Repeat(
            step=step,
            name=step.name,
            inputs=inputs,
            outputs=outputs if total else inputs,
            count=count,
            runs=tuple(runs),
        )

    def iteration(self, step: Step, flow: Flow, frame: Frame) -> tuple[Body, dict[str, Any], Flow]:
        """One iteration as a body of its own, and the flow after it."""
        frame.scope["input"] = flow[0].shape
        if isinstance(step, CallStep):
            item, given = self.call(step, "", flow, frame)
            if isinstance(item, Call):
                return item.body, given, item.outputs
            key = (step.at, item.op, _key(item.inputs[0].shape))
            if key not in self.memo:
                anonymous = Block(step.call, step.at, (step,))
                entry = (Port(Value(INPUT), item.inputs[0].shape),)
                leaf = replace(item, inputs=entry)
                shapes = (item.inputs[0].shape,)
                self.memo[key] = Body(anonymous, given, shapes, (leaf,), item.outputs)
            return self.memo[key], given, item.outputs
        steps = step.steps if isinstance(step, SequenceStep) else (replace(step, repeat=None),)
        anonymous = Block(
            "sequence", step.at, steps, inputs=tuple(f"input{k}" for k in range(len(flow)))
        )
        inner = Frame(anonymous, dict(frame.scope), notes=frame.notes)
        body = self.body(anonymous, {}, tuple(port.shape for port in flow), inner)
        return body, {}, body.outputs

    def join(self, step: JoinStep, flow: Flow, frame: Frame) -> Leaf:
        """Place the branches, then the join of their ends."""
        branches: dict[str, Branch] = {}
        for name, steps in step.branches.items():
            items, end = self.steps(steps, flow, frame)
            branches[name] = Branch(items, end[0], name in step.chains)
            frame.ports[name], frame.scope[name] = end[0], end[0].shape
        inputs = tuple(branch.output for branch in branches.values())
        if step.ids:
            here = (*step.at, step.call)
            named = [self.named(name, (*here, i), frame) for i, name in enumerate(step.ids)]
            inputs = tuple(port for port in named if port is not None)
        if not inputs:
            raise Abandoned
        op = OPS[step.call]()
        shape = self.shape(step, op, inputs, frame)
        return Leaf(
            step=step,
            name=step.name,
            inputs=inputs,
            outputs=(Port(Value(step.name), shape),),
            op=op,
            branches=branches,
        )

    def aside(self, step: AsideStep, flow: Flow, frame: Frame) -> Group:
        """Place steps that end in a further output."""
        if frame.outputs is None:
            self.complain(
                "bad-step",
                "an `aside` is an output of the whole network, so it stands in `network`",
                step,
                frame,
            )
            raise Abandoned
        items, end = self.steps(step.steps, flow, frame)
        frame.outputs.append(Output(step.id or f"output{len(frame.outputs) + 2}", end[0], step))
        return Group(step=step, name=step.name, inputs=flow, outputs=end, items=items)

    # Values

    def value(self, argument: Argument, frame: Frame) -> Any:
        """The value of an argument."""
        if isinstance(argument, tuple):
            return [self.value(part, frame) for part in argument]
        try:
            return expr.evaluate(argument.tree, frame.scope)
        except Unknown:
            raise Abandoned from None
        except BadExpression as error:
            span = inside(self.spec.document, argument, error)
            self.report.add(error.rule, error.message, span, notes=frame.notes, help=error.help)
            raise Abandoned from None

    def arguments(self, step: CallStep, frame: Frame, op: type[Op] | None = None) -> dict[str, Any]:
        """The arguments that a step gives, with every mistake among them reported."""
        given, failed = {}, False
        for name, argument in step.args.items():
            if op and isinstance(argument, Expr) and argument.text in op.words(name):
                given[name] = argument.text
                continue
            try:
                given[name] = self.value(argument, frame)
            except Abandoned:
                failed = True
        if failed:
            raise Abandoned
        return given

    def op(self, step: CallStep, kind: type[Op], given: dict[str, Any]) -> Op:
        """An op with these fields."""
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        try:
            op = kind.model_validate(plain_fields(fields))
        except ValidationError as errors:
            for error in errors.errors():
                name = str(error["loc"][0]) if error["loc"] else ""
                if error["type"] in ("missing", "extra_forbidden"):
                    continue  # reported by the name check
                at = self.argument_at(step, name)
                text = f"`{name}` of `{step.call}`: {_lower(error['msg'])}"
                self.report.add("bad-value", text, self.spec.span(at))
            raise Abandoned from None
        op.__dict__.update({k: v for k, v in fields.items() if traced(v)})
        return op

    def shape(self, step: Step, op: Op, inputs: Flow, frame: Frame) -> Shape | None:
        """The shape that an op makes of its inputs; None if one of them is unknown."""
        shapes = [port.shape for port in inputs]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        try:
            return op.shape(*known)
        except BadShape as error:
            arriving = [
                f"input {k}: {size(shape)} from {self.origin(port, frame)}"
                for k, (port, shape) in enumerate(zip(inputs, known, strict=True), 1)
            ]
            at = step.at
            if isinstance(step, CallStep) and error.field in step.args:
                at = self.argument_at(step, error.field)
            rule = "join-mismatch" if op.inputs[1] is None else "bad-shape"
            notes = (*arriving, *frame.notes)
            self.report.add(rule, error.message, self.spec.span(at), notes=notes, help=error.help)
            return None

    def origin(self, port: Port, frame: Frame) -> str:
        """What a value comes from, for a message."""
        if port.value.node == INPUT:
            return (
                "the network's input"
                if frame.outputs is not None
                else f"`{frame.block.name}`'s input"
            )
        return f"`{port.value.node}`"

    def named(self, name: str, at: Any, frame: Frame, step_at: Any = None) -> Port | None:
        """What an id names; an unknown one is reported."""
        if name in frame.ports:
            return frame.ports[name]
        help = suggest(name, frame.ports, "ids so far")
        if name == "input":
            help = "give the block's input a name: `inputs: [x]`"
        self.report.add(
            "unknown-id",
            f"no step before this one has the id `{name}`",
            self.spec.span(at),
            help=help,
        )
        raise Abandoned

    def argument_at(self, step: CallStep, name: str | None) -> Any:
        """Where an argument stands: in the call, or in the cell of a table's row."""
        argument = step.args.get(name or "")
        if isinstance(argument, Expr):
            return argument.at
        if isinstance(argument, tuple) and argument and isinstance(argument[0], Expr):
            return argument[0].at[:-1]
        return step.at

    def complain(self, rule: str, message: str, step: Step, frame: Frame, help: str = "") -> None:
        """Report a step."""
        self.report.add(rule, message, self.spec.span(step.at), notes=frame.notes, help=help)


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields without their memory, as the op's model validates them."""
    return {name: plain(value) for name, value in fields.items()}


def _key(value: Any) -> Any:
    """What makes two values the same: for a traced one, its expression too."""
    if isinstance(value, dict):
        return tuple((name, _key(part)) for name, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(_key(part) for part in value)
    return (value, python(value)) if traced(value) else (value, type(value))


def _fits(value: Any, kind: str) -> bool:
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


def _article(kind: str) -> str:
    return {"int": "an int", "float": "a number", "bool": "a flag", "list": "a list"}.get(
        kind, "a block"
    )


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _mentions_index(step: Step) -> bool:
    """Whether an iteration depends on its number."""
    return any(
        name.id == "i"
        for inner in walk((step,))
        for expression in expressions(inner)
        for name, _ in expr.names(expression.tree)
    )


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
        report: what earlier stages found, to be told together with what is found here.

    Raises:
        SpecError: everything that is wrong with the spec for these settings.
    """
    report = Report() if report is None else report
    params = Params(spec, variant, settings or {}, report)
    values = params.values()
    params.constraints()
    shape = params.input()
    if any(found.rule in FATAL for found in report.diagnostics):
        report.raise_if_any()
    elaborator = Elaborator(spec, values, report)
    root, outputs = elaborator.network(shape)
    report.raise_if_any()
    given = {name: frozenset(names) for name, names in elaborator.given.items()}
    return Network(spec, variant, values, dict(settings or {}), shape, root, outputs, given)
