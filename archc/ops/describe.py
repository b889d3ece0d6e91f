"""The descriptions of a class's fields, from the docstrings under them.

Pydantic can read these (`use_attribute_docstrings`), but does so for every class when it is
imported, a third of the time of a short command. Here they are read when asked for.
"""

from __future__ import annotations

import ast
import inspect
import textwrap


def describe(model: type) -> dict[str, str]:
    """The text under each annotated field of a class and of those it inherits from."""
    texts: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if not owner.__module__.startswith("archc."):
            continue
        definition = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        assert isinstance(definition, ast.ClassDef)
        for field, text in zip(definition.body, definition.body[1:], strict=False):
            match field, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(written))),
                ):
                    texts[name] = " ".join(written.split())
    return texts
