"""Steps of a class that a kernel does at once: one line of its forward pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archc.backends.torch.plan import ClassPlan, Fused, Planned
from archc.network import Value, join
from archc.ops import Op
from archc.passes import Fusion


def fuse(plan: ClassPlan, fusions: Iterable[Fusion]) -> tuple[Planned, ...]:
    """The steps of the forward pass of a class, fusions in the place of what they do."""
    steps = plan.steps
    for fusion in fusions:
        if fusion.block == plan.block.name:
            steps = _replaced(steps, fusion)
    return steps


def _replaced(steps: tuple[Planned, ...], fusion: Fusion) -> tuple[Planned, ...]:
    """The steps with a fusion, if they have what it does side by side."""
    wanted = {name for names in fusion.steps for name in names}
    run = [k for k, step in enumerate(steps) if step.fused is None and set(_ops(step)) & wanted]
    if not run or run != list(range(run[0], run[-1] + 1)):
        return steps
    together = steps[run[0] : run[-1] + 1]
    done = {name for step in together for name in _ops(step)}
    plain = all(step.when is None and step.count is None for step in together)
    if done != wanted or not plain or any(s.under is not together[0].under for s in together):
        return steps
    return (*steps[: run[0]], *_lines(together, fusion), *steps[run[-1] + 1 :])


def _ops(step: Planned) -> Iterator[str]:
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


def _lines(steps: tuple[Planned, ...], fusion: Fusion) -> Iterator[Planned]:
    """What the forward pass does in the place of some steps: a line for each kernel."""
    last, value = steps[-1], steps[0].inputs[0]
    bare = replace(last, module=None, join=None, branches={}, bypass=None, shape=None)
    sums = Value(last.name, len(last.outputs))
    gate = Value(last.name, len(last.outputs) + 1)
    launches = fusion.places[0].launches
    for number, (names, launch) in enumerate(zip(fusion.steps, launches, strict=True)):
        made = last.outputs[0] if number == len(launches) - 1 else Value(steps[number].name)
        ops = dict(zip(names, (node.op for node in launch.nodes), strict=True))
        given = _chain({name: op for name, op in ops.items() if op.name != "multiply"})
        if launch.kernel == "squeeze_excite":
            chain = next(iter(names)).rpartition(".")[0]
            given = Fused("squeeze_excite", (chain,), {"sums": sums}, {gate: "gate"})
            yield replace(bare, inputs=(value, sums), outputs=(gate,), fused=given)
            continue
        inputs: tuple[Value, ...] = (value,)
        outputs: tuple[Value, ...] = (made,)
        if "squeeze_excite" in fusion.kernels[number + 1 : number + 2]:
            given = replace(given, function="conv_norm_act_squeeze", called={sums: "sums"})
            outputs = (made, sums)
        if "squeeze_excite" in fusion.kernels[max(0, number - 1) : number]:
            given = replace(given, options={**given.options, "gate": gate})
            inputs = (value, gate)
        kept = last if number == len(launches) - 1 else bare
        yield replace(
            kept, module=None, join=None, branches={}, inputs=inputs, outputs=outputs, fused=given
        )
        value = made


def _chain(ops: Mapping[str, Op]) -> Fused:
    """The call for a convolution, and what follows it."""
    conv, *after = ops
    norm = next((name for name in after if ops[name].name == "batch_norm"), None)
    act = next((name for name in after if name != norm), None)
    if act is None:
        return Fused("conv_norm_act", (conv,) if norm is None else (conv, norm))
    if norm is None:
        return Fused("conv_norm_act", (conv,), {"act": act})
    return Fused("conv_norm_act", (conv, norm, act))
