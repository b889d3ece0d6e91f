"""Specs at random: whatever is written, archc gives a network or says what is wrong with it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archc.diagnostics import Report, Span, SpecError
from archc.elaborate import elaborate
from archc.load import load
from archc.messages import text as rendered
from archc.network import Network
from archc.ops import OPS
from archc.parse import parse
from archc.rules import RULES

SPECS = sorted((Path(__file__).parents[1] / "specs").glob("*.yaml"))
TEXTS = {path: path.read_text() for path in SPECS if "extends" not in path.read_text()}
LEFT_OUT = ("doc", "claims", "weights", "table")
"""Sections that cost time and are no part of the network."""


def fuzz(examples: int) -> Any:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=timedelta(seconds=30),
        suppress_health_check=list(HealthCheck),
    )


def inside(span: Span) -> bool:
    """Whether a span is a stretch of its source; the end of a line counts as a place."""
    lines = span.source.text.splitlines() or [""]
    if not 1 <= span.line <= span.end_line <= len(lines):
        return False
    begins = 1 <= span.column <= len(lines[span.line - 1]) + 1
    ends = 1 <= span.end_column <= len(lines[span.end_line - 1]) + 2
    return begins and ends and (span.line, span.column) < (span.end_line, span.end_column)


def judge(text: str, variant: str | None = None, given: dict[str, Any] | None = None) -> str:
    """The outcome for a spec, which is a network with all its shapes, or findings that show."""
    report = Report()
    try:
        spec = parse(load("x.yaml", text, report), report)
        made = elaborate(spec, variant, given, report)
    except SpecError as error:
        assert error.diagnostics
        for found in error.diagnostics:
            assert found.rule in RULES
            assert found.message
            assert found.span is None or inside(found.span), (found, text)
        assert rendered(error.diagnostics)
        return "wrong"
    assert isinstance(made, Network)
    for body in made.bodies():
        assert all(port.shape for item in body.items for port in item.outputs)
    return "right"


# Specs of the project, with mistakes

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 0.5, 10**9, 10**30, 1e300, "", " ", "hello", "i", "input"),
    *(
        "input.channels",
        "1 / 0",
        "9 ** 9 ** 9",
        "x.height",
        "[1, 2][5]",
        "not",
        "a b",
        "ceil(",
        "é",
    ),
    *([], {}, [[]], [None], {"a": None}, {"repeat": 2}, ["relu"], [3, 224, 224], [0, 0, 0]),
    *("relu", "conv", "concat", "table", "sequence", "aside", "same", "int", "block"),
    *({"conv": {"out_channels": 8, "kernel_size": 3}}, {"concat": {"a": [], "b": ["relu"]}}),
    *({"sequence": ["relu"], "repeat": 10**5}, {"relu": None, "repeat": -3, "id": "relu"}),
    *({"aside": ["relu"], "repeat": 3}, {"add": ["stem", "conv1"]}, {"relu": None, "from": "x"}),
)
NAMES = ("repeat", "when", "from", "id", "args", "body", "inputs", "outputs", "stride", "filters")


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value."""
    if path:
        yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*path, key))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def spoil(data: Any, chance: random.Random) -> None:
    """Make one mistake: drop, double, rename, move, or write something else."""
    path = chance.choice(list(places(data)) or [()])
    if not path:
        return
    holder, key = at(data, path[:-1]), path[-1]
    match chance.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
        case 1 | 2 if isinstance(holder, dict):
            name = chance.choice([*NAMES, *OPS, *map(str, holder), f"{key}s", f"{key}"[1:], ""])
            holder[name] = holder.pop(key)
        case 3 | 4:
            other = chance.choice(list(places(data)))
            holder[key] = copy.deepcopy(at(data, other))
        case 5 if isinstance(holder[key], str) and holder[key]:
            cut = chance.randrange(len(holder[key]))
            holder[key] = holder[key][:cut] + chance.choice("()[]+*/.,=i 0-") + holder[key][cut:]
        case 6 if isinstance(holder, list):
            chance.shuffle(holder)
        case _:
            holder[key] = copy.deepcopy(chance.choice(JUNK))


@fuzz(250)
@given(st.sampled_from(sorted(TEXTS)), st.randoms(use_true_random=False), st.integers(1, 4))
def test_specs_with_mistakes(path: Path, chance: random.Random, mistakes: int) -> None:
    data = {k: v for k, v in yaml.safe_load(TEXTS[path]).items() if k not in LEFT_OUT}
    variants = [None, *data.get("variants", {})]
    for _ in range(mistakes):
        spoil(data, chance)
    judge(yaml.safe_dump(data, sort_keys=False), chance.choice(variants))


@fuzz(150)
@given(st.sampled_from(sorted(TEXTS)), st.randoms(use_true_random=False))
def test_texts_with_mistakes(path: Path, chance: random.Random) -> None:
    text = TEXTS[path]
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(text))
        end = start + chance.choice([0, 0, 1, 1, 2, 30])
        text = text[:start] + chance.choice(["", *"{}[]:,-#&*!'\"\n\t x1"]) + text[end:]
    judge(text)


@fuzz(100)
@given(
    st.sampled_from(sorted(TEXTS)),
    st.dictionaries(
        st.sampled_from(
            ["num_classes", "input", "width_mult", "layers", "block", "x", "drop_rate"]
        ),
        st.sampled_from(JUNK)
        | st.sampled_from(["[3, 64, 64]", "width_mult", "2 *", "true", "1e9"]),
        min_size=1,
        max_size=3,
    ),
)
def test_settings_at_random(path: Path, given: dict[str, Any]) -> None:
    judge(TEXTS[path], None, given)


# Small specs

ATOMS = ("1", "2", "8", "0", "-1", "0.5", "i", "n", "w", "k", "flag", "input.channels", "x.height")
ATOMS += ("input", "input.width", "sizes", "sizes[1]", "f(n)", "g(2)", "width", "'same'", "relu")


def expression(chance: random.Random, depth: int = 2) -> str:
    """An expression, often one with a value."""
    if depth == 0 or chance.random() < 0.4:
        return chance.choice(ATOMS)
    a, b, c = (expression(chance, depth - 1) for _ in range(3))
    return chance.choice(
        [
            *(
                f"{a} {sign} {b}"
                for sign in ("+", "-", "*", "//", "/", "%", "**", "<", "==", "and")
            ),
            *(f"({a})", f"max({a}, {b})", f"[{a}, {b}]", f"{a} if {b} else {c}", f"ceil({a})"),
            *(
                f"round_to({a}, {b}, keep={c})",
                f"round({a}, {b})",
                f"not {a}",
                f"f({a})",
                f"{a}[{b}]",
            ),
        ]
    )


def value(chance: random.Random) -> Any:
    """What an argument is given."""
    match chance.randrange(8):
        case 0 | 1 | 2:
            return chance.choice([1, 2, 3, 4, 8, 16])
        case 3:
            return chance.choice([0, -1, 0.5, True, 10**9, [1, 3], [2], [1, 2, 3], None, "same"])
        case _:
            return expression(chance)


IDS = ("a", "b", "c", "x", "y")


def steps(chance: random.Random, depth: int) -> list[Any]:
    """Some steps; the deeper, the fewer."""
    return [step(chance, depth) for _ in range(chance.randint(0 if depth < 3 else 1, 3))]


def step(chance: random.Random, depth: int) -> Any:
    """A step of any kind, with modifiers now and then."""
    made: dict[str, Any] = {}
    kind = chance.randrange(12 if depth else 6)
    if kind < 4:
        call = chance.choice([*OPS, "conv", "conv", "relu", "max_pool"])
        fields = OPS[call].model_fields
        needed = [name for name, field in fields.items() if field.is_required()]
        some = [name for name in fields if name in needed or chance.random() < 0.2]
        made[call] = {name: value(chance) for name in some} or None
    elif kind < 6:
        args = {name: value(chance) for name in ("n", "of", "k") if chance.random() < 0.6}
        made[chance.choice(["one", "two", "three", "of", "held"])] = args or None
    elif kind == 6:
        made["sequence"] = steps(chance, depth - 1)
    elif kind == 7:
        made["aside"] = steps(chance, depth - 1)
    elif kind == 8:
        made[chance.choice(["concat", "add", "multiply"])] = chance.sample(IDS, 2)
    elif kind == 9:
        columns = chance.sample(["id", "n", "of", "k", "when", "repeat", "from"], 3)
        rows = [[value(chance) for _ in columns] for _ in range(chance.randint(1, 3))]
        made |= {"table": chance.choice(["one", "two", "conv", "of"]), "columns": columns}
        made["rows"] = rows
    else:
        names = chance.sample(IDS, chance.randint(1, 3))
        branches = {name: steps(chance, depth - 1) for name in names}
        if chance.random() < 0.2:
            branches[names[0]] = {"repeat": value(chance), "steps": branches[names[0]]}
        made[chance.choice(["concat", "add", "multiply"])] = branches
    for modifier, given in (
        ("id", chance.choice(IDS)),
        ("when", expression(chance)),
        ("repeat", value(chance)),
        ("from", chance.choice([*IDS, "input", ["a", "x"]])),
    ):
        if chance.random() < 0.15:
            made[modifier] = given
    return made if chance.random() < 0.95 else next(iter(made))


def small(chance: random.Random) -> str:
    """A whole spec: three blocks that may use each other, and a network."""
    data: dict[str, Any] = {
        "archc": 1,
        "name": "small",
        "input": chance.choice([[3, 32, 32], [3, "w", "w"], [64], [value(chance)] * 3]),
        "params": {
            "w": chance.choice([16, expression(chance)]),
            "flag": chance.choice([True, "w > 3"]),
            "sizes": [1, chance.choice([2, expression(chance)])],
            "held": chance.choice(["relu", "one", "two", expression(chance)]),
        },
        "functions": {
            "f(n)": chance.choice(["n // 2", "n + 1", expression(chance)]),
            "g(n)": chance.choice(["f(n) * 2", expression(chance)]),
        },
        "blocks": {
            name: {
                "args": {"n": chance.choice(["int", 8]), "of": chance.choice(["block", "relu"])},
                "body": steps(chance, 2),
            }
            for name in ("one", "two", "three")
        },
        "network": [{"conv": {"out_channels": 8, "kernel_size": 1}, "id": "a"}, *steps(chance, 3)],
    }
    if chance.random() < 0.3:
        data["blocks"]["one"] |= {"inputs": ["x", "p"], "outputs": chance.sample(IDS, 2)}
    if chance.random() < 0.3:
        data["constraints"] = [expression(chance)]
    return yaml.safe_dump(data, sort_keys=False)


@fuzz(400)
@given(st.randoms(use_true_random=False))
def test_small_specs(chance: random.Random) -> None:
    judge(small(chance))


@fuzz(400)
@given(
    st.text(
        st.sampled_from([*"wn81.*/+-()[]<>= ,'", "if ", "else ", "not ", "f(", "max("]), max_size=12
    )
)
def test_expressions(text: str) -> None:
    network = [{"conv": {"out_channels": text, "kernel_size": 1}, "when": text, "repeat": text}]
    params = {"w": 4, "n": [1, 2], "p": text}
    functions = {"f(c)": text or "c"}
    data = {"archc": 1, "name": "x", "input": [3, 8, text], "params": params}
    judge(yaml.safe_dump(data | {"functions": functions, "network": network}))


HARD = {
    "nested repeats": "[{sequence: [{conv: {out_channels: i + 1, kernel_size: 1}, repeat: 999}], repeat: 99999}]",
    "growing": "[{sequence: [{concat: {a: [], b: []}}], repeat: 99999}]",
    "wide": "[{conv: {out_channels: 1000000000, kernel_size: 1000000000, padding: 1000000000}}]",
    "powers": "[{conv: {out_channels: 9 ** 9 ** 9, kernel_size: '2 ** 2 ** 2 ** 9'}}]",
    "deep": "[" + "{sequence: [" * 45 + "relu" + "]}" * 45 + "]",
    "deeper": "[" + "{sequence: [" * 200 + "relu" + "]}" * 200 + "]",
    "signs": f"[{{relu: , when: '{'-' * 900}1'}}]",
    "brackets": f"[{{relu: , when: '{'(' * 190}1{')' * 190}'}}]",
    "many": "[" + "relu, " * 5000 + "]",
    "many ids": "[" + "{relu: , id: a}, " * 2000 + "]",
    "many mistakes": "[" + "{conv: {filters: 3}}, " * 3000 + "]",
    "round": "[{conv: {out_channels: 'round(5, -10 ** 9)', kernel_size: 1}}]",
    "double": "[{d6: {}}]",
    "repeats": "[{sequence: [{sequence: [{relu: , repeat: 99999}], repeat: 99999}], repeat: 99999}]",
}


@pytest.mark.parametrize("network", HARD.values(), ids=HARD)
def test_nothing_takes_for_ever(network: str) -> None:
    head = "archc: 1\nname: x\ninput: [3, 64, 64]\nfunctions: {'f(c)': f(c) + f(c) + f(c)}\n"
    blocks = "blocks:\n  d0: {body: [{concat: {a: [], b: [], c: []}}]}\n" + "".join(
        f"  d{k + 1}: {{body: [{{concat: {{a: [d{k}], b: [d{k}, d{k}]}}}}]}}\n" for k in range(20)
    )
    judge(head + blocks + f"network: {network}\n")
    judge(head + "params: {w: f(3)}\n" + f"network: {network}\n")


def test_long_chains_of_params() -> None:
    params = {f"p{k}": f"p{k + 1} + 1" for k in range(2000)} | {"p2000": 1}
    data = {"archc": 1, "name": "x", "input": [3, 8, 8], "params": params, "network": ["relu"]}
    judge(yaml.safe_dump(data, sort_keys=False))
