"""Builds the JSON schema of the spec language, for editors, from the ops and records.

Ops are told apart by their key, never by `oneOf`: an editor then complains about the argument that
is wrong and not about the first alternative. Types that may be one of several are written as a
list (`type: [integer, string]`) for the same reason.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from archc.ops import OPS, Op
from archc.ops.describe import describe
from archc.spec import ArgType
from archc.spec.header import (
    Claim,
    Header,
    Initialisation,
    Paper,
    PaperTable,
    Record,
    WeightMap,
)
from archc.spec.naming import JOINS

Schema = dict[str, Any]

RECORDS: dict[str, type[Record]] = {
    record.__name__: record for record in (Paper, Claim, WeightMap, PaperTable, Initialisation)
}
"""The records of the header, by the name that the schema gives each."""
EXPRESSION = "string"
"""The schema of an expression, allowed for every number or flag: `64 * width`, `stride > 1`."""
_NAME = r"^[A-Za-z_]\w*$"
_SIGNATURE = r"^\s*\w+\s*\(\s*(\w+(\s*,\s*\w+)*)?\s*\)\s*$"
_VALUE: Schema = {"$ref": "#/$defs/value"}
_STEPS: Schema = {"$ref": "#/$defs/steps"}
_IDS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}


def text() -> str:
    """The schema as the file `archc/schema.json` has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema of a document (draft 2020-12, without what draft-07 editors do not know)."""
    header = Header.model_json_schema()
    properties = _described(Header, header)
    properties["archc"] = {"const": 1, "description": "The version of the language."}
    properties["name"] |= {"pattern": "^[a-z][a-z0-9_]*$"}
    properties["name"]["description"] = "Names files, modules and commands: `resnet`."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "archc",
        "description": "A neural-network architecture: what archc compiles.",
        "type": "object",
        "properties": properties | _sections(),
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"required": ["name"]},
        "else": {"required": ["archc", "name", "input", "network"]},
        "$defs": {
            **{name: _record(RECORDS[name], value) for name, value in header["$defs"].items()},
            "value": {
                "description": "A value, an expression, or a list of them.",
                "type": ["number", "boolean", "string", "array"],
                "items": _VALUE,
            },
            "input": {
                "description": "The sizes of one sample: `[channels, height, width]`.",
                "type": "array",
                "items": {"type": ["integer", EXPRESSION], "minimum": 1},
                "minItems": 1,
                "maxItems": 3,
            },
            "block": _block(),
            "variant": _variant(),
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
            "step": _step(),
            "row": {
                "description": "One call: a cell for each column. Or any other step.",
                "type": ["array", "object", "string"],
                "if": {"type": "array"},
                "then": {"items": {"type": ["number", "boolean", "string", "array", "null"]}},
                "else": {"$ref": "#/$defs/step"},
            },
            "call": {
                "description": "A block of this spec, with its arguments.",
                "type": ["object", "null"],
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": _VALUE,
            },
            "join": {
                "type": ["object", "array"],
                "minProperties": 1,
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": {"$ref": "#/$defs/branch"},
                "items": {"type": "string"},
            },
            "branch": {
                "description": "The steps of a branch; with `repeat`, so many of it side by side.",
                "type": ["array", "object"],
                "items": {"$ref": "#/$defs/step"},
                "properties": {
                    "repeat": {
                        "description": "How many there are; `i` is the number of each, from 0.",
                        "type": ["integer", EXPRESSION],
                    },
                    "steps": {"description": "The steps of each of them.", **_STEPS},
                },
                "required": ["repeat", "steps"],
                "additionalProperties": False,
            },
            **{f"op.{name}": _op(op) for name, op in OPS.items() if name not in JOINS},
        },
    }


def _sections() -> Schema:
    """The parts of a document beside its header."""
    return {
        "extends": {"description": "Another spec, which this one changes.", "type": "string"},
        "use": {"description": "Files whose blocks and functions may be used.", **_IDS},
        "params": {
            "description": "What `--set` and variants may change, with defaults.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": _nullable(_VALUE),
        },
        "input": {
            "description": "The sizes of one sample: `[channels, height, width]`, or `[features]`.",
            "$ref": "#/$defs/input",
        },
        "constraints": {
            "description": "Expressions over the params that must hold.",
            "type": ["array", "null"],
            "items": {"type": ["boolean", EXPRESSION]},
        },
        "functions": {
            "description": "Scaling rules: `width(c): round_to(c * width_mult, 8)`.",
            "type": ["object", "null"],
            "patternProperties": {_SIGNATURE: {"type": ["number", "boolean", EXPRESSION, "null"]}},
            "additionalProperties": False,
        },
        "blocks": {
            "description": "Steps with a name and arguments.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": {"$ref": "#/$defs/block"},
        },
        "network": {"description": "The steps of the network itself.", "minItems": 1, **_STEPS},
        "variants": {
            "description": "Named settings of the params, and of the input.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": r"^\w+$"},
            "additionalProperties": {"$ref": "#/$defs/variant"},
        },
    }


def _block() -> Schema:
    return {
        "description": "Steps with a name and arguments.",
        "type": ["object", "null"],
        "properties": {
            "doc": {"description": "A line for the docstring of its class.", "type": "string"},
            "args": {
                "description": "A type (then it is required) or a default, by name.",
                "type": ["object", "null"],
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": {**_VALUE, "examples": list(get_args(ArgType))},
            },
            "inputs": {"description": "The maps that come in, by position.", **_IDS},
            "outputs": {"description": "The ids that go on; else the last step's output.", **_IDS},
            "body": {"description": "The steps, one after the other.", "minItems": 1, **_STEPS},
        },
        "required": ["body"],
        "additionalProperties": False,
    }


def _variant() -> Schema:
    return {
        "description": "Settings of the params, and of the input.",
        "type": ["object", "null"],
        "properties": {
            "input": {"description": "The input of this variant.", "$ref": "#/$defs/input"},
            "doc": {"description": "Where it departs from the paper.", "type": "string"},
        },
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": _VALUE,
    }


def _step() -> Schema:
    """A step: a key for each op, form and modifier; any other key is a block of the spec."""
    properties: Schema = {
        "id": {
            "description": "Its name in code, diagrams, tables and state_dict.",
            "type": "string",
            "pattern": _NAME,
        },
        "from": {"description": "Inputs other than the step before, by id.", **_IDS},
        "when": {
            "description": "A condition; where it does not hold, what arrives goes on.",
            "type": ["boolean", EXPRESSION],
        },
        "repeat": {
            "description": "How often, each on the last one's output; `i` is the index.",
            "type": ["integer", EXPRESSION],
            "minimum": 0,
        },
    }
    for name, op in OPS.items():
        ref = "join" if name in JOINS else f"op.{name}"
        properties[name] = {"description": _doc(op), "$ref": f"#/$defs/{ref}"}
    properties |= {
        "sequence": {"description": "Steps under one modifier.", **_STEPS},
        "table": {"description": "A block or an op, called once a row.", "type": "string"},
        "columns": {
            "description": "The arguments and modifiers that the cells of a row give.",
            "type": "array",
            "items": {"type": "string"},
        },
        "rows": {
            "description": "A call each: a cell for each column. Or any other step.",
            "type": "array",
            "items": {"$ref": "#/$defs/row"},
        },
        "aside": {"description": "Steps that end in a further output.", **_STEPS},
        "training_only": {
            "description": "Whether an aside is left out at inference.",
            "type": "boolean",
        },
        "weight": {"description": "What the loss multiplies an aside with.", "type": "number"},
    }
    needs = [
        name
        for name, op in OPS.items()
        if any(field.is_required() for field in op.model_fields.values())
    ]
    return {
        "description": "One op or block, with modifiers; a bare name where it has no arguments.",
        "type": ["object", "string"],
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": {"$ref": "#/$defs/call"},
        "if": {"type": "object", "required": ["table"]},
        "then": {"required": ["columns", "rows"]},
        "pattern": _NAME,
        "examples": [name for name in OPS if name not in (*needs, *JOINS)],
    }


def _op(op: type[Op]) -> Schema:
    """The arguments of an op, each a value of its type or an expression."""
    written = op.model_json_schema()
    required = written.get("required", [])
    found: Schema = {
        "type": "object" if required else ["object", "null"],
        "properties": {
            key: _plain(value, widen=True) for key, value in written.get("properties", {}).items()
        },
        "additionalProperties": False,
    }
    return found | ({"required": required} if required else {})


def _record(record: type[Record], written: Schema) -> Schema:
    """A record of the header, as pydantic describes it, without alternatives."""
    properties = _described(record, written)
    found = {key: value for key, value in written.items() if key != "title"}
    return found | {"description": _line(written["description"]), "properties": properties}


def _described(record: type[Record], written: Schema) -> Schema:
    """The properties of a record, with the docstrings of its fields."""
    texts = describe(record)
    return {
        key: _plain(value | ({"description": texts[key]} if key in texts else {}))
        for key, value in written["properties"].items()
    }


def _plain(written: Schema, widen: bool = False) -> Schema:
    """One property: alternatives as a list of types, and an expression too where it may be one."""
    parts = written.get("anyOf", [written])
    if any("$ref" in part for part in parts):
        (part,) = (part for part in parts if "$ref" in part)
        found: Schema = {"$ref": part["$ref"]}
        return found | _notes(written)
    types: list[str] = []
    found, words = {}, []
    for part in parts:
        types += [part["type"]] if "type" in part else []
        words += part.get("enum", [part["const"]] if "const" in part else [])
        found |= {key: part[key] for key in _BOUNDS if key in part}
        if "prefixItems" in part:
            found["items"] = _plain(part["prefixItems"][0], widen)
        elif "items" in part:
            found["items"] = _plain(part["items"], widen)
        if isinstance(part.get("additionalProperties"), dict):
            found["additionalProperties"] = _plain(part["additionalProperties"])
        if "propertyNames" in part:
            found["propertyNames"] = part["propertyNames"]
    types = [kind for kind in dict.fromkeys(types) if kind != "integer" or "number" not in types]
    if words:  # the words are all that it may be, unless it may be something else too
        closed = not widen and all("enum" in part or "const" in part for part in parts)
        found["enum" if closed else "examples"] = words
    if widen and EXPRESSION not in types:
        types.append(EXPRESSION)
    if types:
        found = {"type": types[0] if len(types) == 1 else types, **found}
    return found | _notes(written)


_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems")


def _notes(written: Schema) -> Schema:
    """The description that an editor shows beside a property."""
    found: Schema = {}
    if "description" in written:
        found["description"] = _line(written["description"])
    if written.get("default") is not None and written["default"] not in ([], {}, ""):
        found["default"] = written["default"]
    return found


def _nullable(written: Schema) -> Schema:
    """A null drops what `extends` would bring."""
    return {"if": {"type": "null"}, "else": written}


def _doc(op: type[Op]) -> str:
    """An op's documentation, a paragraph a line."""
    paragraphs = (op.__doc__ or "").split("\n\n")
    return "\n\n".join(_line(paragraph) for paragraph in paragraphs)


def _line(text: str) -> str:
    return " ".join(text.split())
