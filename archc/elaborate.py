"""Spec -> Network: every choice made, every shape inferred."""

from __future__ import annotations

from archc.calls import Enough
from archc.diagnostics import Report, SpecError
from archc.network import (
    Network,
)
from archc.place import Placer
from archc.settings import Params, Settings
from archc.spec import (
    Spec,
)

FATAL = ("block-cycle", "param-cycle")
"""Mistakes after which there is nothing to place."""


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
    placer = Placer(spec, values, report)
    try:
        root, outputs = placer.network(shape)
    except Enough:
        raise SpecError(report.diagnostics) from None
    report.raise_if_any()
    assert shape is not None, "an input that is not known leaves a reason"
    given = {name: frozenset(names) for name, names in placer.given.items()}
    return Network(spec, variant, values, dict(settings or {}), shape, root, outputs, given)
