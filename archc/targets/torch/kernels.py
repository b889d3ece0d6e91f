"""Steps of a class that kernels replace: one statement of the forward pass for each call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archc.network import Value, join
from archc.ops import Op
from archc.ops.conv import Conv
from archc.ops.join import Multiply
from archc.ops.norm import BatchNorm
from archc.passes import Fusion
from archc.targets.torch.plan import ClassPlan, Condition, KernelCall, PlannedStep


def with_kernels(plan: ClassPlan, fusions: Iterable[Fusion]) -> tuple[PlannedStep, ...]:
    """The steps of the forward pass of a class, fusions in the place of what they do."""
    steps = plan.steps
    for fusion in fusions:
        if fusion.block == plan.block.name:
            steps = _replaced(steps, fusion)
    return steps


def _replaced(steps: tuple[PlannedStep, ...], fusion: Fusion) -> tuple[PlannedStep, ...]:
    """The steps with a fusion, if they have what it does side by side."""
    wanted = {name for names in fusion.steps for name in names}
    run = [k for k, step in enumerate(steps) if step.kernel is None and set(_ops(step)) & wanted]
    if not run or run != list(range(run[0], run[-1] + 1)):
        return steps
    together = steps[run[0] : run[-1] + 1]
    done = {name for step in together for name in _ops(step)}
    plain = all(step.when is None and step.count is None for step in together)
    if done != wanted or not plain or any(s.under is not together[0].under for s in together):
        return steps
    calls = tuple(_lines(together, fusion))
    tail = _tail(steps[run[-1] + 1 :], fusion.tail)
    if tail:
        calls = (*calls[:-1], _added(calls[-1], tail))
    return (*steps[: run[0]], *calls, *steps[run[-1] + 1 + len(tail) :])


def _ops(step: PlannedStep) -> Iterator[str]:
    """The operations of a step, by their paths from its class."""
    if step.join is not None:
        yield step.name
    for branch in step.branches.values():
        for inner in branch.steps:
            yield from _ops(inner)
    if step.module is not None and isinstance(step.module.target, ClassPlan):
        for inner in step.module.target.steps:
            yield from (join(step.name, name) for name in _ops(inner))
    elif step.module is not None:
        yield step.name


def _tail(after: tuple[PlannedStep, ...], names: tuple[str, ...]) -> tuple[PlannedStep, ...]:
    """The steps that add a residual, if they follow at once and share one condition."""
    if not names or len(after) < len(names):
        return ()
    steps = after[: len(names)]
    found = [name for step in steps for name in _ops(step)]
    same = all(step.under is steps[0].under for step in steps)
    return steps if found == [*names] and same and not steps[-1].branches else ()


def _added(call: PlannedStep, tail: tuple[PlannedStep, ...]) -> PlannedStep:
    """A call that adds a residual as well."""
    assert call.kernel is not None
    *drop, add = tail
    under = add.under if add.when is None else Condition(add.when, add.name)
    if under is call.under:
        under = None
    end = drop[-1].outputs[0] if drop else call.outputs[0]
    residual = next(value for value in add.inputs if value != end)
    options: dict[str, Value | str] = {**call.kernel.options}
    if drop:
        options["drop"] = drop[0].name
    options["residual"] = residual
    return replace(
        add,
        join=None,
        when=None,
        under=call.under,
        bypass=call.bypass,
        inputs=(*call.inputs, residual),
        kernel=replace(call.kernel, options=options, residual_condition=under),
    )


def _lines(steps: tuple[PlannedStep, ...], fusion: Fusion) -> Iterator[PlannedStep]:
    """The steps that replace those of a fusion in the forward pass, one for each call."""
    last, value = steps[-1], steps[0].inputs[0]
    bare = replace(last, module=None, join=None, branches={}, bypass=None, shape=None)
    sums = Value(last.name, len(last.outputs))
    gate = Value(last.name, len(last.outputs) + 1)
    launches = fusion.places[0].launches
    for number, (names, launch) in enumerate(zip(fusion.steps, launches, strict=True)):
        end = number == len(launches) - 1
        inputs: tuple[Value, ...] = (value,)
        outputs: tuple[Value, ...] = (last.outputs[0] if end else Value(steps[number].name),)
        ops = dict(zip(names, (node.op for node in launch.nodes), strict=True))
        if launch.kernel == "squeeze_excite":
            chain = next(iter(names)).rpartition(".")[0]
            if end:
                given = KernelCall("weighed", (chain,))
            else:
                given = KernelCall("squeeze_excite", (chain,), {"sums": sums}, {gate: "gate"})
                inputs, outputs = (value, sums), (gate,)
        else:
            layers = _layers({name: op for name, op in ops.items() if not isinstance(op, Multiply)})
            given = _call(layers)
            if "squeeze_excite" in fusion.kernels[number + 1 : number + 2]:
                given = replace(given, function="conv_norm_act_squeeze", called={sums: "sums"})
                outputs = (*outputs, sums)
            if "squeeze_excite" in fusion.kernels[max(0, number - 1) : number]:
                given = replace(given, options={**given.options, "gate": gate})
                inputs = (value, gate)
        kept = last if end else bare
        yield replace(
            kept, module=None, join=None, branches={}, inputs=inputs, outputs=outputs, kernel=given
        )
        if outputs != (gate,):
            value = outputs[0]


def _layers(ops: Mapping[str, Op]) -> list[tuple[str, str | None, str | None]]:
    """The convolutions, each with its norm and its activation."""
    starts = [k for k, op in enumerate(ops.values()) if isinstance(op, Conv)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(ops)], strict=True):
        conv, *after = list(ops)[start:end]
        norm = next((name for name in after if isinstance(ops[name], BatchNorm)), None)
        found.append((conv, norm, next((name for name in after if name != norm), None)))
    return found


def _call(layers: list[tuple[str, str | None, str | None]]) -> KernelCall:
    """The call for one convolution or two, with what follows them."""
    if len(layers) > 1:
        return KernelCall("separable", tuple(layers))
    ((conv, norm, act),) = layers
    if act is None:
        return KernelCall("conv_norm_act", (conv,) if norm is None else (conv, norm))
    if norm is None:
        return KernelCall("conv_norm_act", (conv,), {"act": act})
    return KernelCall("conv_norm_act", (conv, norm, act))
