"""Spec -> Network: every choice made, every shape inferred."""

from __future__ import annotations

from archc.diagnostics import Report, SpecError
from archc.network import Body, Instance, Network, Operation, Repeat
from archc.network.elaborator.calls import Enough
from archc.network.elaborator.place import Placer
from archc.network.elaborator.settings import Params, Settings
from archc.spec import Spec

MOST_OPERATIONS = 1_000_000
"""Operations of a network, repeats unrolled."""


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
    if any(found.rule == "block-cycle" for found in report.diagnostics):
        report.raise_if_any()  # there is no end to placing them
    placer = Placer(spec, values, report)
    try:
        root, outputs = placer.network(shape)
    except Enough:
        raise SpecError(report.diagnostics) from None
    report.raise_if_any()
    assert shape is not None, "an input that is not known leaves a reason"
    given = {name: frozenset(names) for name, names in placer.given.items()}
    made = Network(spec, variant, values, dict(settings or {}), shape, root, outputs, given)
    if (count := operations(made)) > MOST_OPERATIONS:
        message = f"the network has {count:,} operations, and {MOST_OPERATIONS:,} are the most"
        report.add("bad-value", message, spec.span(("network",), key=True))
    report.raise_if_any()
    return made


def operations(network: Network) -> int:
    """How many operations a network has, those of every iteration counted."""
    counts: dict[Body, int] = {}
    for body in network.bodies():
        counts[body] = 0
        for item in body.flow():
            match item:
                case Operation():
                    counts[body] += 1
                case Instance(body=inner):
                    counts[body] += counts[inner]
                case Repeat(iterations=iterations):
                    counts[body] += sum(group.count * counts[group.body] for group in iterations)
    return counts[network.root]
