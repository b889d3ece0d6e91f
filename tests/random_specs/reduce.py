"""A failing spec made small: whatever can go, while it stays valid and fails in the same way."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.random_specs.generate import text, valid
from tests.random_specs.hold import hold, kind
from tests.random_specs.interpret import JOINS

KEPT = ("archc", "name", "input", "network", "body", "table", "columns", "rows", "steps")


def failure(written: str, *, documents: bool = True) -> str | None:
    """The kind of failure of a spec; None where it holds."""
    try:
        hold(written, documents=documents)
    except Exception as error:
        return kind(error)
    return None


def smallest(written: str) -> str:
    """The smallest spec that fails as this one does, and how, in a comment above it."""
    wrong = failure(written)
    if wrong is None:
        return written
    documents = failure(written, documents=False) != wrong
    small = reduce(written, lambda each: failure(each, documents=documents) == wrong)
    return f"# {wrong}\n{small}"


def reduce(written: str, fails: Callable[[str], bool], most: int = 2000) -> str:
    """A smaller spec that fails too, after at most so many trials."""
    data = yaml.safe_load(written)
    tries, start, changed = 0, 0, True
    while tries < most:
        size = len(text(data))
        for number, smaller in enumerate(_smaller(data)):
            if number < start or len(trial := text(smaller)) >= size or not _fine(smaller):
                continue
            tries += 1
            if fails(trial):
                data, start, changed = smaller, number, True
                break
        else:
            if not changed:
                break
            start, changed = 0, False
    return text(data)


def _fine(data: Any) -> bool:
    try:
        return valid(data)
    except Exception:
        return False  # cut so that it is no spec any more


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value, the larger ones first."""
    if path:
        yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _paths(value, (*path, key))


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def _smaller(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Specs with one thing less; many of them mean nothing."""
    paths = sorted(_paths(data), key=len)
    for path in paths:
        made = copy.deepcopy(data)
        holder, key = _at(made, path[:-1]), path[-1]
        if key not in KEPT:
            if path[-2:-1] == ("columns",):
                for row in _at(made, path[:-2])["rows"]:
                    if isinstance(row, list):
                        del row[key]
            del holder[key]
            yield made
    for path in paths:
        value = _at(data, path)
        for instead in _instead(value):
            made = copy.deepcopy(data)
            holder, key = _at(made, path[:-1]), path[-1]
            if isinstance(instead, list) and isinstance(holder, list) and path[-2] != "rows":
                holder[key : key + 1] = instead
            else:
                holder[key] = instead
            yield made


def _instead(value: Any) -> Iterator[Any]:
    """Simpler values for one, or the steps that are inside a step."""
    if isinstance(value, dict):
        if isinstance(value.get("sequence"), list):
            yield value["sequence"]
        for join in JOINS:
            if isinstance(value.get(join), dict):
                for branch in value[join].values():
                    yield branch["steps"] if isinstance(branch, dict) else branch
        if len(value) == 1 and next(iter(value.values())) is None:
            yield next(iter(value))
    elif isinstance(value, str):
        yield from (1, 2, 4, 8, True)
    elif isinstance(value, int) and value > 1:
        yield from (1, 2, value - 1)
    elif isinstance(value, list) and value and not isinstance(value[0], dict | list):
        yield value[0]


if __name__ == "__main__":
    for file in sys.argv[1:]:
        print(smallest(Path(file).read_text()))
