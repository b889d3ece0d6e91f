"""Specs at random: whatever is written, archc gives a network or says what is wrong with it."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archc.diagnostics import Diagnostic, Report, Span, SpecError
from archc.diagnostics.rendering import text as rendered
from archc.diagnostics.rules import RULES
from archc.network.elaborator import elaborate
from archc.ops import OPS
from archc.spec.parser import parse
from archc.syntax.load import load
from tests import paths

SPECS = sorted(paths.SPECS.glob("*.yaml"))
TEXTS = {path: path.read_text() for path in SPECS if "extends" not in path.read_text()}
LEFT_OUT = ("doc", "claims", "weights", "table")
"""Sections that cost time and are no part of the network."""


def fuzz(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
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


def findings(text: str, variant: str | None, chosen: dict[str, Any] | None) -> list[Diagnostic]:
    """What is wrong with a spec; one with nothing wrong gives a network with all its shapes."""
    report = Report()
    try:
        spec = parse(load("x.yaml", text, report), report)
        made = elaborate(spec, variant, chosen, report)
    except SpecError as error:
        return list(error.diagnostics)
    for body in made.bodies():
        assert all(port.shape for item in body.items for port in item.outputs)
    return []


def judge(text: str, variant: str | None = None, chosen: dict[str, Any] | None = None) -> bool:
    """Whether nothing is wrong with a spec; what is must be known, placed and shown."""
    found = findings(text, variant, chosen)
    for each in found:
        assert each.rule in RULES
        assert each.message
        assert each.span is None or inside(each.span), (each, text)
    assert bool(rendered(found)) is bool(found)
    return not found


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
def test_settings_at_random(path: Path, chosen: dict[str, Any]) -> None:
    judge(TEXTS[path], None, chosen)


# Small specs

GOOD = (
    "n",
    "2 * n",
    "n + 8",
    "f(n)",
    "max(n, 4)",
    "sizes[0]",
    "8 if flag else 16",
    "input.channels",
)
BAD: tuple[str, ...] = (
    "0",
    "-1",
    "0.5",
    "i",
    "w",
    "k",
    "x.height",
    "x.channels",
    "input",
    "sizes",
    "sizes[5]",
    "f",
)
BAD += ("g(2)", "'same'", "relu", "n / 0", "n.width", "2 ** 99", "input.height", "[n, n]", "not n")


def expression(chance: random.Random, depth: int = 2) -> str:
    """An expression, mostly one with a value."""
    if depth == 0 or chance.random() < 0.8:
        return chance.choice(GOOD if chance.random() < 0.95 else BAD)
    a, b, c = (expression(chance, depth - 1) for _ in range(3))
    forms = [f"{a} {sign} {b}" for sign in ("+", "-", "*", "//", "/", "%", "**", "<", "==", "and")]
    forms += [f"({a})", f"max({a}, {b})", f"[{a}, {b}]", f"{a} if {b} else {c}", f"ceil({a})"]
    forms += [f"round_to({a}, {b}, keep={c})", f"round({a}, {b})", f"not {a}", f"f({a})"]
    return chance.choice(forms)


def value(chance: random.Random) -> Any:
    """What an argument is given."""
    if chance.random() < 0.04:
        return chance.choice([0, -1, 0.5, True, 10**9, [1, 3], [2], [1, 2, 3], None, "same", {}])
    return expression(chance) if chance.random() < 0.3 else chance.choice([1, 2, 8, 8, 16])


def field(name: str, chance: random.Random) -> Any:
    """What a field of an op is given, mostly something that it takes."""
    if name in ("kernel_size", "stride", "dilation", "groups") and chance.random() < 0.9:
        return chance.choice([1, 1, 1, 3])
    if name in ("p", "eps", "momentum", "alpha") and chance.random() < 0.9:
        return 0.1
    if name == "padding" and chance.random() < 0.9:
        return 0
    return value(chance)


def cell(column: str, chance: random.Random) -> Any:
    """What stands in a column of a table."""
    if chance.random() < 0.1:
        return value(chance)
    return {"id": None, "when": "flag", "repeat": 2, "from": None}.get(column, value(chance))


CALLABLE = [name for name, op in OPS.items() if op.inputs[1] is not None]
CALLS = {"one": ["two", "three"], "two": ["three"], "three": []}
"""Which blocks a block may call."""


class Writer:
    """Writes small specs."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0

    def steps(self, depth: int, known: list[str], calls: Sequence[str]) -> list[Any]:
        """Some steps, which may name those above them, and call these blocks."""
        return [self.step(depth, known, calls) for _ in range(self.chance.randint(1, 3))]

    def step(self, depth: int, known: list[str], calls: Sequence[str]) -> Any:
        """A step of any kind, with modifiers now and then."""
        chance = self.chance
        made: dict[str, Any] = {}
        kind = chance.randrange(12 if depth else 5)
        if kind < 4 or not calls:
            call = chance.choice(["conv", "conv", "relu", "batch_norm", chance.choice(CALLABLE)])
            fields = OPS[call].model_fields
            chosen = [n for n, f in fields.items() if f.is_required() or chance.random() < 0.1]
            made[call] = {name: field(name, chance) for name in chosen} or None
        elif kind < 6:
            names = ["n", *(name for name in ("of", "k") if chance.random() < 0.02)]
            made[chance.choice(calls)] = {name: value(chance) for name in names}
        elif kind == 6:
            made["sequence"] = self.steps(depth - 1, known, calls)
        elif kind == 7 and (depth == 3 or chance.random() < 0.1):
            made["aside"] = self.steps(depth - 1, known, calls)
        elif kind == 8 and known:
            made[chance.choice(["concat", "add", "multiply"])] = chance.choices(known, k=2)
        elif kind == 9:
            columns = ["n", *chance.sample(["id", "when", "repeat", "from"], chance.randint(0, 1))]
            rows = [[cell(name, chance) for name in columns] for _ in range(chance.randint(1, 3))]
            made |= {"table": chance.choice(calls), "columns": columns, "rows": rows}
        else:
            names = [self.name() for _ in range(chance.randint(1, 3))]
            branches: dict[str, Any] = {name: self.steps(depth - 1, known, calls) for name in names}
            branches[names[0]] = chance.choice([[], branches[names[0]]])
            if chance.random() < 0.1:
                branches[names[-1]] = {"repeat": 2, "steps": ["relu", {"batch_norm": None}]}
            made[chance.choice(["concat", "concat", "add", "multiply"])] = branches
        return self.modified(made, known)

    def modified(self, made: dict[str, Any], known: list[str]) -> Any:
        """A step with some modifiers; or what else stands where a step should."""
        chance = self.chance
        if known and chance.random() < 0.1:
            made["from"] = chance.choice(known)
        if chance.random() < 0.1:
            made["when"] = chance.choice(["flag", "not flag", "n > 3", expression(chance)])
        if chance.random() < 0.1:
            made["repeat"] = chance.choice([1, 2, 3, "n", value(chance)])
        if chance.random() < 0.2:
            made["id"] = self.name()
            known.append(made["id"])
        return made if chance.random() < 0.99 else next(iter(made))

    def name(self) -> str:
        """A name that is new, almost always."""
        self.count += self.chance.random() < 0.98
        return f"s{self.count}"


def small(chance: random.Random) -> str:
    """A whole spec: three blocks that may use each other, and a network."""
    writer = Writer(chance)
    data: dict[str, Any] = {
        "archc": 1,
        "name": "small",
        "input": chance.choice([[3, 32, 32], [3, "w", "w"], [8, 9, 9]]),
        "params": {
            "n": 8,
            "w": chance.choice([16, "2 * n", expression(chance)]),
            "flag": chance.choice([True, "w > 3"]),
            "sizes": [1, chance.choice([2, "w"])],
            "held": chance.choice(["one", "two"]),
        },
        "functions": {"f(n)": chance.choice(["n // 2 + 1", "n + 1", expression(chance)])},
        "blocks": {
            name: {"args": {"n": chance.choice(["int", 8])}, "body": writer.steps(1, [], calls)}
            for name, calls in CALLS.items()
        },
        "network": writer.steps(3, [], ["one", "one", "two", "three", "held"]),
    }
    if chance.random() < 0.05:
        called = chance.choice(["one", "two", "three"])
        data["blocks"]["three"]["body"].append({called: {"n": 8}})
    if chance.random() < 0.1:
        data["blocks"]["one"] |= {"inputs": ["x", "p"], "outputs": ["x", "p"]}
    if chance.random() < 0.1:
        data["constraints"] = [expression(chance)]
    return yaml.safe_dump(data, sort_keys=False)


@fuzz(400)
@given(st.randoms(use_true_random=False))
def test_small_specs(chance: random.Random) -> None:
    judge(small(chance))


WORDS = ("if ", " else ", " not ", "and ", " in ", "f(", "max(", "round(", "w", "n", "**", "p")


@fuzz(400)
@given(st.lists(st.sampled_from([*"wn81.*/+-()[]<>= ,'#é\n", *WORDS]), max_size=12))
def test_expressions(parts: list[str]) -> None:
    text = "".join(parts)
    network = [{"conv": {"out_channels": text, "kernel_size": 1}, "when": text, "repeat": text}]
    params = {"w": 4, "n": [1, 2], "p": text}
    functions = {"f(c)": text or "c"}
    data = {"archc": 1, "name": "x", "input": [3, 8, text], "params": params}
    judge(yaml.safe_dump(data | {"functions": functions, "network": network}))


HARD = {
    "nested": "[{sequence: [{conv: {out_channels: i, kernel_size: 1}, repeat: 999}], repeat: 99}]",
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
    "repeats": "[{sequence: [{sequence: [{relu: , repeat: 9999}], repeat: 9999}], repeat: 9999}]",
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
