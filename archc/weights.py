"""The names of weights: another library's to ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archc.spec import WeightMap


def rename(names: Iterable[str], weight_map: WeightMap) -> dict[str, str]:
    """Our name for each of their state_dict's names, those to ignore left out."""
    ignored = [re.compile(pattern) for pattern in weight_map.ignore]
    rules = [(re.compile(pattern), replacement) for pattern, replacement in weight_map.rename]
    found = {}
    for theirs in names:
        if any(pattern.search(theirs) for pattern in ignored):
            continue
        ours = theirs
        for pattern, replacement in rules:
            ours = pattern.sub(replacement, ours)
        found[theirs] = ours
    return found
