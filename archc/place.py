"""Blocks placed, repeats unrolled: every step becomes a node with inputs and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archc.diagnostics import Report
from archc.dims import Dim, extrapolate, forget, plain, python, traced
from archc.network import (
    INPUT,
    Body,
    Branch,
    Call,
    Group,
    Item,
    Leaf,
    Output,
    Port,
    Repeat,
    Run,
    Skip,
    Value,
)
from archc.ops import OPS, Shape
from archc.ops.base import size
from archc.spec import (
    AsideStep,
    Block,
    Callee,
    CallStep,
    JoinStep,
    SequenceStep,
    Spec,
    Step,
    TableStep,
    settles,
)
from archc.values import Abandoned, Flow, Frame, Values, key_of

DEEPEST = 60
"""Blocks inside blocks."""
LONGEST = 100_000
"""Iterations of one repeat."""


class Placer(Values):
    """Places blocks. The same block with the same arguments on the same shapes is placed once."""

    tracing = False
    """Whether iterations remember their number, for code in which `i` stays a name."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        super().__init__(spec, params, report)
        self.memo: dict[Any, Body] = {}
        self.calls: dict[Any, Body] = {}
        """Bodies by what a step gave: found again without working out the defaults."""
        self.given: dict[str, set[str]] = {name: set() for name in spec.blocks}

    def network(self, shape: Shape) -> tuple[Body, tuple[Output, ...]]:
        """The whole network on an input of that shape, and its outputs, the main one first."""
        frame = Frame(self.spec.network, dict(self.base), outputs=[])
        body = self.body(self.spec.network, {}, (shape,), frame)
        assert frame.outputs is not None
        main = [item for item in body.items if not isinstance(item.step, AsideStep)]
        name = next((item.step.id for item in reversed(main) if item.step.id), None) or "output"
        return body, (Output(name, body.outputs[0]), *frame.outputs)

    def use(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """The body of a block for these arguments and shapes: a new one, or one placed before."""
        key = (block.name, key_of(args), key_of(shapes))
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
        body = self.calls.get(key := (block.name, key_of(given), key_of(shapes)))
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
        settled = settles(step)
        runs: list[Run] = []
        inputs, i, total = flow, 0, plain(count)
        shapes = [tuple(port.shape for port in flow)]
        outer = frame.scope.get("i")
        while i < total:
            if self.tracing and i == 3 and (ahead := extrapolate(shapes, count)):
                flow = tuple(Port(p.value, shape) for p, shape in zip(flow, ahead, strict=True))
                break
            frame.scope["i"] = Dim(i, "i") if self.tracing else i
            body, given, flow = self.iteration(step, flow, frame)
            flow = tuple(Port(port.value, forget(port.shape, "i")) for port in flow)
            shapes.append(tuple(port.shape for port in flow))
            same = i > settled and key_of(shapes[-1]) == key_of(shapes[-2])
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
            key = (step.at, item.op, key_of(item.inputs[0].shape))
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
