"""Blocks that use themselves, directly or by way of others."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from archc.diagnostics import Report
from archc.spec import CallStep, Spec, walk


def cycles(spec: Spec, report: Report) -> None:
    """Report blocks that use themselves."""
    uses: dict[str, set[str]] = {name: set() for name in spec.blocks}
    for user, used in _uses(spec):
        uses[user].add(used)
    while True:
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:
            users = list(reversed(error.args[1]))  # it lists what is used before its user
            _cycle(spec, users, report)
            for name in set(users):
                del uses[name]
            uses = {user: used & uses.keys() for user, used in uses.items()}
        else:
            return


def _cycle(spec: Spec, users: list[str], report: Report) -> None:
    """Report one cycle: the blocks in turn, the first once more at the end."""
    least = users.index(min(users[:-1]))  # the same message, wherever the search began
    users = [*users[least:-1], *users[:least], users[least]]
    report.add(
        "block-cycle",
        f"these blocks use each other without an end: {' -> '.join(users)}",
        spec.span(spec.blocks[users[0]].at, key=True),
        notes=[
            f"`{used}` is used at {spec.span(_place(spec, user, used))}"
            for user, used in pairwise(users)
        ],
    )


def _uses(spec: Spec) -> Iterator[tuple[str, str]]:
    for block in spec.blocks.values():
        for step in walk(block.body):
            if isinstance(step, CallStep) and step.call in spec.blocks:
                yield block.name, step.call


def _place(spec: Spec, user: str, used: str) -> tuple[str | int, ...]:
    return next(
        step.at
        for step in walk(spec.blocks[user].body)
        if isinstance(step, CallStep) and step.call == used
    )
