"""Blocks placed, repeats unrolled: every step becomes a node with inputs and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archc.diagnostics import Report
from archc.expr.sizes import Dim, extrapolate, forget, plain
from archc.network import (
    INPUT,
    Body,
    Branch,
    Group,
    Instance,
    Item,
    IterationGroup,
    Operation,
    Output,
    Port,
    Repeat,
    Skipped,
    Value,
)
from archc.network.elaborator.call_sites import Abandoned, Flow, Frame, Reached
from archc.network.elaborator.calls import Caller
from archc.network.elaborator.values import key_of
from archc.ops import OPS, Shape
from archc.spec import (
    AsideStep,
    Block,
    CallStep,
    JoinStep,
    LostStep,
    SequenceStep,
    Spec,
    Step,
    TableStep,
    renamed,
    settles,
)
from archc.spec.kinds import shown


class Placer(Caller):
    """Places blocks. The same block with the same arguments on the same shapes is placed once."""

    tracing = False
    """Whether iterations remember their number, for code in which `i` stays a name."""

    def __init__(self, spec: Spec, params: Mapping[str, Any], report: Report) -> None:
        super().__init__(spec, params, report)
        self.memo: dict[Any, Body] = {}
        self.calls: dict[Any, Body] = {}
        """Bodies by what a step gave: found again without working out the defaults."""
        self.given: dict[str, set[str]] = {name: set() for name in spec.blocks}
        self.open: set[Any] = set()
        """The uses of blocks that are being placed."""

    def network(self, shape: Shape | None) -> tuple[Body, tuple[Output, ...]]:
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
            if key in self.open:
                self.endless(block, frame)
            self.open.add(key)
            try:
                body = self.memo[key] = self.body(block, args, shapes, frame)
            finally:
                self.open.discard(key)
        return body

    def body(
        self, block: Block, args: dict[str, Any], shapes: tuple[Shape | None, ...], frame: Frame
    ) -> Body:
        """Place a block's steps; `frame` is the fresh frame to do it in."""
        flow = tuple(Port(Value(INPUT, i), shape) for i, shape in enumerate(shapes))
        named = zip(block.inputs, flow, strict=True)
        frame.ports = {name: port for name, port in named if name != "input"}
        frame.scope |= dict(zip(block.inputs, shapes, strict=True))
        items, flow = self.steps(block.body, flow, frame)
        if block.outputs is not None:
            flow = tuple(
                self.named(name, self.spec.span((*block.at, "outputs", i)), frame)
                for i, name in enumerate(block.outputs)
            )
        return Body(block, args, shapes, items, flow)

    def steps(
        self, steps: tuple[Step, ...], flow: Flow, frame: Frame
    ) -> tuple[tuple[Item, ...], Flow]:
        """Place steps one after the other."""
        items = []
        self.level += 1
        for step in steps:
            try:
                item = self.step(step, flow, frame)
            except Abandoned:
                frame.lost = True
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
        """Place one step with its modifiers."""
        self.count(step, frame)
        if step.sources is not None:
            flow = tuple(
                self.named(name, self.spec.source(step, number), frame)
                for number, name in enumerate(step.sources)
            )
        frame.scope["input"] = flow[0].shape if flow else None
        if step.when is None:
            return self.act(step, flow, frame)
        when = self.value(step.when, frame)
        if not isinstance(when, int | float):
            message = f"a condition is true or false, not {shown(when)}"
            self.tell("wrong-type", message, self.spec.span(step.when.at), frame)
            raise Abandoned
        if not plain(when):
            return Skipped(step=step, name=step.name, inputs=flow, outputs=flow, when=when)
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
            case LostStep():
                raise Abandoned
        raise AssertionError(f"no such step: {step}")

    def call(
        self, step: CallStep, name: str, flow: Flow, frame: Frame
    ) -> tuple[Operation | Instance, dict[str, Any]]:
        """Place an op or a block; also gives the arguments as the step gave them."""
        callee = self.callee(step, frame)
        if callee in self.spec.blocks:
            return self.call_block(step, name, self.spec.blocks[callee], flow, frame)
        given = self.arguments(step, frame, OPS[callee])
        op = self.op(step, OPS[callee], given, frame)
        inputs = self.arriving(step, (callee,), flow, frame)[:1]
        shape = self.shape(step, op, inputs, frame)
        outputs = (Port(Value(name), shape),)
        return Operation(step=step, name=name, inputs=inputs, outputs=outputs, op=op), given

    def call_block(
        self, step: CallStep, name: str, block: Block, flow: Flow, frame: Frame
    ) -> tuple[Instance, dict[str, Any]]:
        """Place a block."""
        self.deep(step, frame)
        inputs = self.arriving(step, block.inputs, flow, frame)[: len(block.inputs)]
        shapes = tuple(port.shape for port in inputs)
        given = self.arguments(step, frame)
        body = self.calls.get(key := (block.name, key_of(given), key_of(shapes)))
        if body is None:
            body = self.calls[key] = self.enter(step, block, given, inputs, frame)
        outputs = tuple(Port(Value(name, i), port.shape) for i, port in enumerate(body.outputs))
        item = Instance(step=step, name=name, inputs=inputs, outputs=outputs, body=body, args=given)
        return item, given

    def enter(
        self, step: CallStep, block: Block, given: dict[str, Any], inputs: Flow, frame: Frame
    ) -> Body:
        """The body of a block for what a step gives it."""
        self.given[block.name] |= given.keys()
        shapes = tuple(port.shape for port in inputs)
        inner = Frame(block, dict(self.base), reached=Reached(step, inputs, frame))
        inner.scope |= dict(zip(block.inputs, shapes, strict=True))
        inner.scope["input"] = shapes[0]
        return self.use(block, self.bind(step, block, given, inner), shapes, inner)

    def repeat(self, step: Step, flow: Flow, frame: Frame) -> Repeat:
        """Place a step `count` times; iterations that are the same are placed once."""
        assert step.repeat is not None
        count = self.value(step.repeat, frame)
        total = self.counted(count, "a step", step.repeat, frame)
        settled = settles(step, frame.scope)
        iterations: list[IterationGroup] = []
        inputs, i = flow, 0
        shapes = [tuple(port.shape for port in flow)]
        outer = frame.scope.pop("i", None)
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
            if iterations and iterations[-1].body is body:
                iterations[-1] = replace(iterations[-1], count=iterations[-1].count + done)
            else:
                iterations.append(IterationGroup(body, done, given))
            i += done
        frame.number(outer)
        outputs = tuple(Port(Value(step.name, k), port.shape) for k, port in enumerate(flow))
        return Repeat(
            step=step,
            name=step.name,
            inputs=inputs,
            outputs=outputs if total else inputs,
            count=count,
            iterations=tuple(iterations),
        )

    def iteration(self, step: Step, flow: Flow, frame: Frame) -> tuple[Body, dict[str, Any], Flow]:
        """One iteration as a body of its own, and the flow after it."""
        self.count(step, frame)
        frame.scope["input"] = flow[0].shape
        if isinstance(step, CallStep):
            item, given = self.call(step, "", flow, frame)
            if isinstance(item, Instance):
                return item.body, given, item.outputs
            key = (step.at, item.op, key_of(item.inputs[0].shape))
            if key not in self.memo:
                anonymous = Block(step.call, step.at, (step,))
                entry = (Port(Value(INPUT), item.inputs[0].shape),)
                operation = replace(item, inputs=entry)
                shapes = (item.inputs[0].shape,)
                self.memo[key] = Body(anonymous, given, shapes, (operation,), item.outputs)
            return self.memo[key], given, item.outputs
        steps = step.steps if isinstance(step, SequenceStep) else (replace(step, repeat=None),)
        anonymous = Block(
            "sequence", step.at, steps, inputs=tuple(f"input{k}" for k in range(len(flow)))
        )
        inner = Frame(anonymous, dict(frame.scope), reached=frame.reached)
        body = self.body(anonymous, {}, tuple(port.shape for port in flow), inner)
        return body, {}, body.outputs

    def join(self, step: JoinStep, flow: Flow, frame: Frame) -> Operation:
        """Place the branches, then the join of their ends."""
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
                self.named(name, self.spec.source(step, number), frame)
                for number, name in enumerate(step.ids)
            )
        if not inputs:
            raise Abandoned
        op = OPS[step.call]()
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
        """The branches that a repeated one stands for: `paths.0`, `paths.1`, ..."""
        repeat, found = step.repeats[name], {}
        count = self.value(repeat, frame)
        self.counted(count, "a branch", repeat, frame)
        outer = frame.scope.pop("i", None)
        for i in range(plain(count)):
            frame.scope["i"] = Dim(i, "i") if self.tracing else i
            way = f"{name}.{i}"
            steps = tuple(renamed(each, name, way) for each in step.branches[name])
            items, end = self.steps(steps, flow, frame)
            out = Port(end[0].value, forget(end[0].shape, "i"))
            found[way] = Branch(items, out, True, twin=name, count=count)
        frame.number(outer)
        return found

    def aside(self, step: AsideStep, flow: Flow, frame: Frame) -> Group:
        """Place steps that end in a further output."""
        if frame.outputs is None:
            raise Abandoned  # in a block or a repeat, which the name check reports
        items, end = self.steps(step.steps, flow, frame)
        frame.outputs.append(Output(step.id or f"output{len(frame.outputs) + 2}", end[0], step))
        return Group(step=step, name=step.name, inputs=flow, outputs=end, items=items)
