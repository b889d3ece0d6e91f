"""Why a pass did what it did, as text."""

from __future__ import annotations

from archc.analyses.devices import devices
from archc.network import operations
from archc.passes.fuse import BATCH, DEVICE
from archc.passes.patterns import ROLES
from archc.passes.program import Fusion, Program


def explain(program: Program) -> str:
    """The fusions that were found, taken or not, and the model's reasons."""
    title = devices()[DEVICE].title
    found = [
        f"{program.network.label}: fusions (model, not measured: batch {BATCH}, float16, {title}),"
        " each against smaller ones, or none"
    ]
    for fusion in program.fusions:
        found += ["", *_lines(fusion)]
    if not program.fusions:
        found.append("  nothing here that a kernel replaces")
    kinds = dict.fromkeys(type(each.op) for each in operations(program.network.root))
    found += [
        f"  left as it is: `{op.name}` has no {ROLES.name}: the table does not list it"
        for op in ROLES.missing(kinds)
    ]
    return "\n".join(found)


def _lines(fusion: Fusion) -> list[str]:
    count = len(fusion.places)
    verb, where = "take" if fusion.taken else "leave", f"{count} place{'s' * (count != 1)}"
    found = [f"  {verb} in `{fusion.block}`, {where}: {fusion.reason}"]
    for number, (kernel, steps) in enumerate(zip(fusion.kernels, fusion.steps, strict=True)):
        ones = sum(len(match.launches[number].prices) == 1 for match in fusion.places)
        some = f", one kernel in {ones} of {count}" if kernel == "depthwise_pointwise" else ""
        found.append(f"    {kernel}{some}: {', '.join(steps)}")
    if fusion.tail:
        added = sum(bool(match.tail) for match in fusion.places)
        found[-1] += f"; in {added} of {count} {', '.join(fusion.tail)} too"
    return found
