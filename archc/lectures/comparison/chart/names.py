"""The names of networks in a chart: short beside a bubble, in full below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from archc.lectures.comparison import Entry

ALIKE = 3
"""The number of networks of a family from which they are counted, not listed."""


def family(entry: Entry) -> str:
    """`GoogLeNet`, of `GoogLeNet (Inception v1)`."""
    return entry.network.spec.title.partition(" (")[0]


def kin(entry: Entry) -> tuple[str, str]:
    """The key that the networks of one spec share."""
    spec = entry.network.spec
    return spec.name, spec.tree.source.name


def line(entry: Entry) -> str:
    """The key of the networks of a family that one line joins.

    `resnet18` and `resnet50`, not `resnet50_v1`; `a` and `b`, not `b_bn`.
    """
    variant = entry.network.variant or ""
    plain = re.sub(r"\d+", "", variant)
    return plain if plain != variant else variant.partition("_")[2]


def names(entries: Sequence[Entry]) -> dict[Entry, str]:
    """A name for each: the variant's if it is one of several with numbers, else with a title."""
    found = {}
    for entry in entries:
        spec, variant = entry.network.spec, entry.network.variant
        several = sum(kin(other) == kin(entry) for other in entries) > 1
        numbered = several and variant and re.search(r"\d", variant)
        if variant and (numbered or variant.startswith(spec.name)):
            found[entry] = variant
        else:
            found[entry] = family(entry) + (f" {variant}" if variant else "")
        if entry.elsewhere:
            found[entry] += "*"
    return found


def listed(entries: Iterable[Entry], known: Iterable[Entry]) -> str:
    """`lenet5, resnet:resnet18_v1, nasnet (4)`: a family without known networks is listed once."""
    have = {entry.network.spec.name for entry in known}
    families: dict[str, list[str]] = {}
    for entry in entries:
        families.setdefault(entry.network.spec.name, []).append(entry.name)
    parts = []
    for name, labels in families.items():
        fold = len(labels) >= ALIKE and name not in have
        parts += [f"{name} ({len(labels)})"] if fold else labels
    return ", ".join(parts)
