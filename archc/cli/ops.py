"""`archc ops`."""

from __future__ import annotations

import inspect
from typing import Any

import click

from archc.cli import console, options
from archc.diagnostics import suggest
from archc.document.records import table
from archc.ops import OPS, Op


@options.command("ops", "ops", "ops conv")
@click.argument("name", metavar="[OP]", required=False, help="All ops if none.")
def ops(name: str | None) -> None:
    """Show the ops: what each does, its arguments, their types and defaults."""
    if name is None:
        texts = ("arguments", "what it does")
        rows = (
            (op.name, _signature(op), (op.__doc__ or "").partition("\n")[0]) for op in OPS.values()
        )
        console.table(table(("op", *texts), rows), texts=texts)
    elif name in OPS:
        _details(OPS[name])
    else:
        console.fail(f"there is no op `{name}`; {suggest(name, OPS, 'ops')}")


def _details(op: type[Op]) -> None:
    """One op, its documentation and its arguments."""
    console.say(f"{op.name}\n\n{inspect.getdoc(op)}\n")
    fields = op.model_json_schema()["properties"]
    if not fields:
        console.say("It takes no arguments.")
        return
    text = "what it is"
    rows = (
        (
            name,
            _type(field),
            _yaml(field["default"]) if "default" in field else "required",
            field.get("description", ""),
        )
        for name, field in fields.items()
    )
    console.table(table(("argument", "type", "default", text), rows), texts=(text,))


def _signature(op: type[Op]) -> str:
    """The arguments as one would write them; a required one has no value."""
    fields = op.model_fields.items()
    return ", ".join(
        name if field.is_required() else f"{name}: {_yaml(field.default)}" for name, field in fields
    )


def _type(field: dict[str, Any]) -> str:
    """The type of a field's values."""
    match field:
        case {"anyOf": parts}:
            return " or ".join(_type(part) for part in parts)
        case {"enum": words}:
            return " or ".join(_yaml(word) for word in words)
        case {"const": word}:
            return _yaml(word)
        case {"prefixItems": parts}:
            return f"[{', '.join(_type(part) for part in parts)}]"
        case {"type": kind}:
            return {"integer": "int", "number": "float", "boolean": "bool"}.get(kind, str(kind))
    return "any"


def _yaml(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
    return str(value)
