"""The reference of the language: each key, modifier, op, function and rule, with an example.

Nothing is said here a second time: keys come from the schema, which has them from the docstrings of
records and ops; functions from `archc.expr.functions`; rules from their pages; and the examples of
keys from one spec that has them all, `examples/tour.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import yaml

from archc.diagnostics import rules
from archc.document.records import (
    Block,
    Code,
    Content,
    Document,
    Heading,
    Listing,
    Sentence,
    Table,
    table,
)
from archc.expr.functions import EXAMPLES, USAGE
from archc.ops import OPS, Op
from archc.spec import ArgType
from archc.spec.naming import JOINS, MODIFIERS
from archc.spec.schema import RECORDS, Schema, schema

Kind: TypeAlias = Literal["key", "argument type", "modifier", "step", "op", "function", "rule"]
HEADINGS: dict[Kind, str] = {
    "key": "Keys of a spec",
    "argument type": "Types of a block's arguments",
    "modifier": "Modifiers of a step",
    "step": "Steps that hold steps",
    "op": "Ops",
    "function": "Functions of expressions",
    "rule": "Rules",
}
FOLDER = Path(__file__).parent / "examples"
TYPES: dict[ArgType, tuple[str, str]] = {
    "int": ("A whole number, which is required.", "{out_channels: int}"),
    "float": ("A number, which is required.", "{ratio: float}"),
    "bool": ("`true` or `false`, which is required.", "{bias: bool}"),
    "list": ("A list, which is required.", "{kernel_size: list}"),
    "block": ("The name of a block or an op, to be called as a step.", "{activation: block}"),
}
SAMPLES: dict[str, Any] = {
    "out_channels": 16,
    "out_features": 10,
    "kernel_size": 3,
    "num_groups": 4,
    "p": 0.1,
}
SAMPLES["connections"] = [[0, 1, 2], [1, 2, 3]]
"""What examples give arguments that an op cannot do without; others are 2."""
CHOSEN = {"upsample": {"scale_factor": 2}}
"""What the example of an op gives that takes one of several arguments."""
MOST = 6
"""Entries that a search shows in full; more are listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the language."""

    kind: Kind
    path: str
    """Its name, after those of the keys that it is under: `claims.at`."""
    text: str
    """Paragraphs, in which names stand between backticks."""
    type: str = ""
    """What kind of value it takes."""
    example: str = ""
    """Lines of a spec; of a function an expression, and its value in a comment."""
    arguments: tuple[tuple[str, str, str, str], ...] = ()
    """Of an op: name, type, default and meaning of each."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]


def entries() -> tuple[Entry, ...]:
    """Every entry, in the order of the document."""
    return (*_keys(), *_types(), *_steps(), *_ops(), *_functions(), *_rules())


def find(words: str) -> list[Entry]:
    """The entries that are called so: by name, or by path."""
    return [each for each in entries() if words in (each.name, each.path)]


def search(words: Iterable[str]) -> list[Entry]:
    """The entries that have all of some words: those called so, then in names, then in texts."""
    wanted = [word.lower() for word in words]

    def rank(entry: Entry) -> int:
        name = entry.path.lower()
        if wanted == [entry.name] or wanted == [entry.path]:
            return 0
        if all(word in name for word in wanted):
            return 1
        arguments = " ".join(argument for argument, *_ in entry.arguments)
        everything = f"{entry.path} {entry.text} {arguments}".lower()
        return 2 if all(word in everything for word in wanted) else 3

    return sorted((each for each in entries() if rank(each) < 3), key=rank)


def document(found: Iterable[Entry] | None = None) -> Document:
    """Entries in full, under a heading for each kind; without `found` the whole reference."""
    chosen = entries() if found is None else [*found]
    blocks: list[Block] = [] if found is not None else [Heading("The spec language", 1)]
    for kind, heading in HEADINGS.items():
        these = [each for each in chosen if each.kind == kind]
        if these and found is None:
            blocks.append(Heading(heading, 2))
        if kind == "rule" and len(these) > 1:
            rows = [(Code(each.path), _one_line(each.text)) for each in these]
            blocks.append(table(("rule", "what it says"), rows))
            continue
        for each in these:
            blocks += _entry(each, heading=3 if found is None else 2)
    return blocks


def listed(found: Iterable[Entry]) -> Table:
    """Entries with the first sentence of each."""
    return table(
        ("name", "kind", "what it is"),
        ((Code(each.path), each.kind, _one_line(each.text)) for each in found),
    )


def _entry(entry: Entry, heading: int) -> Iterator[Block]:
    kind = f"{entry.kind}, {entry.type}" if entry.type else entry.kind
    yield Heading(kind, heading, entry.path)
    for paragraph in entry.text.split("\n\n"):
        yield Sentence(tuple(_marked(paragraph)))
    if entry.arguments:
        rows = [(Code(name), kind, default, text) for name, kind, default, text in entry.arguments]
        yield table(("argument", "type", "default", "what it is"), rows)
    if entry.example:
        yield Listing(entry.example)


def _marked(text: str) -> Iterator[Content]:
    """Words, and the names between backticks as code."""
    for place, part in enumerate(text.split("`")):
        if part:
            yield Code(part) if place % 2 else part


def _one_line(text: str) -> str:
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0].replace("`", "")


# Keys


def _keys() -> Iterator[Entry]:
    """Every key of every section, without those of steps."""
    whole, tour = schema(), _example("tour.yaml")
    tour |= {key: value for key, value in _example("extending.yaml").items() if key not in tour}
    for key, written in whole["properties"].items():
        yield Entry("key", key, _text(written, whole), _type(written), _yaml(_first(key, tour)))
        inside = _record(written, whole)
        for name, each in inside.get("properties", {}).items():
            part = _within(tour[key], name, inside.get("required", ()))
            example = _yaml({key: part})
            yield Entry("key", f"{key}.{name}", _text(each, whole), _type(each), example)


def _record(written: Schema, whole: Schema) -> Schema:
    """The record that a section is, or that it holds; empty if there is none."""
    for each in (written, written.get("items"), written.get("additionalProperties")):
        if isinstance(each, dict) and "$ref" in each:
            found: Schema = whole["$defs"][each["$ref"].removeprefix("#/$defs/")]
            return {} if found is whole["$defs"]["step"] else found
    return {}


def _first(key: str, tour: Mapping[str, Any]) -> Any:
    """A section, or the beginning of a long one."""
    value = tour[key]
    if isinstance(value, list) and key in ("network", "claims"):
        value = value[:2]
    return {key: dict([next(iter(value.items()))]) if key == "blocks" else value}


def _within(section: Any, name: str, required: Iterable[str]) -> Any:
    """The part of a section that has a key, with those that it cannot do without."""
    needed = {name, *required, *(("rows", "columns") if name in ("rows", "columns") else ())}

    def part(record: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in record.items() if key in needed}

    if isinstance(section, list):
        return [part(next(each for each in section if name in each))]
    if name in section:
        return part(section)
    owner, record = next((owner, each) for owner, each in section.items() if name in each)
    return {owner: record if "body" in record else part(record)}


def _types() -> Iterator[Entry]:
    for name in get_args(ArgType):
        text, example = TYPES[name]
        yield Entry("argument type", name, text, example=f"args: {example}")


# Steps


def _steps() -> Iterator[Entry]:
    """Modifiers, the steps that hold others, and the keys of those."""
    whole = schema()
    steps = _example("tour.yaml")["network"]
    properties: Schema = whole["$defs"]["step"]["properties"]
    for name, written in properties.items():
        if name not in OPS:
            kind: Kind = "modifier" if name in MODIFIERS else "step"
            example = _yaml([_step_with(name, steps)])
            yield Entry(kind, name, _text(written, whole), _type(written), example)
    for name, written in whole["$defs"]["branch"]["properties"].items():
        example = _yaml([_join_with_repeat(steps)])
        yield Entry("step", f"branch.{name}", _text(written, whole), _type(written), example)


def _step_with(name: str, steps: Iterable[Any]) -> Any:
    """The first step that has a key."""
    return next(step for step in steps if isinstance(step, dict) and name in step)


def _join_with_repeat(steps: Iterable[Any]) -> Any:
    """The first join with a branch that is repeated."""
    return next(
        step
        for step in steps
        if isinstance(step, dict)
        for join in JOINS
        if isinstance(step.get(join), dict)
        and any(isinstance(branch, dict) for branch in step[join].values())
    )


def _ops() -> Iterator[Entry]:
    whole = schema()
    for name, op in OPS.items():
        text = whole["$defs"]["step"]["properties"][name]["description"]
        if name in JOINS:
            yield Entry(
                "op", name, text, "branches, or a list of ids", f"- {name}: [stage1, stage2]"
            )
            continue
        written = whole["$defs"][f"op.{name}"]
        arguments = tuple(
            (key, _type(each), _default(op, key), each.get("description", "").replace("`", ""))
            for key, each in written["properties"].items()
        )
        given = {key: SAMPLES.get(key, 2) for key in written.get("required", ())}
        given |= CHOSEN.get(name, {})
        example = _yaml([{name: given} if given else name])
        yield Entry("op", name, text, "", example, arguments)


def _default(op: type[Op], argument: str) -> str:
    field = op.model_fields[argument]
    return "required" if field.is_required() else _value(field.default)


def _value(value: Any) -> str:
    return str(yaml.safe_dump(value, default_flow_style=True)).removesuffix("...\n").strip()


# Functions and rules


def _functions() -> Iterator[Entry]:
    for name, (text, example, value) in EXAMPLES.items():
        yield Entry("function", name, text, USAGE[name], f"{example}  # {value}")


def _rules() -> Iterator[Entry]:
    for name in rules.RULES:
        yield Entry("rule", name, rules.title(name))


def _example(name: str) -> dict[str, Any]:
    found = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def _yaml(value: Any) -> str:
    flat = isinstance(value, dict) and not any(isinstance(x, dict | list) for x in value.values())
    style = False if flat else None  # None: braces and brackets around what holds no others
    text = yaml.safe_dump(value, default_flow_style=style, sort_keys=False, width=88)
    return str(text).rstrip("\n")


def _text(written: Schema, whole: Schema) -> str:
    """What the schema says of a key; else what it says of the record that it takes."""
    if "description" in written:
        return str(written["description"])
    return str(_record(written, whole).get("description", ""))


def _type(written: Schema) -> str:
    """What kind of value a key takes, in words."""
    if "const" in written:
        return str(written["const"])
    if "enum" in written:
        return " or ".join(map(str, written["enum"]))
    if "if" in written and "else" in written:
        return _type(written["else"])
    kinds = written.get("type", _REFERENCES.get(written.get("$ref", "").rpartition("/")[2], []))
    words = [
        _KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"
    ]
    if "minItems" in written and "maxItems" in written and "array" in kinds:
        words = [f"{word} of {written['minItems']}" if word == "list" else word for word in words]
    return " or ".join(words)


_REFERENCES = {"input": ["array"], "value": ["string"], "block": ["object"], "variant": ["object"]}
_REFERENCES |= {record: ["object"] for record in RECORDS}
_KINDS = {
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "text",
    "array": "list",
    "object": "mapping",
}
