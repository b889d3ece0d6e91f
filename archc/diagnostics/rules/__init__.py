"""The rules that a spec can break, with a page on each: what `archc explain` shows."""

from __future__ import annotations

from pathlib import Path

RULES: tuple[str, ...] = (
    # reading the files
    "yaml-syntax",
    "yaml-tag",
    "duplicate-key",
    "comma-in-flow",
    "missing-file",
    "bad-path",
    "file-cycle",
    "unknown-spec",
    # the document as written
    "unknown-key",
    "missing-key",
    "wrong-type",
    "bad-name",
    "bad-step",
    "bad-table",
    # names
    "unknown-op",
    "unknown-argument",
    "missing-argument",
    "duplicate-id",
    "unknown-id",
    "unknown-param",
    "unknown-variant",
    # expressions
    "bad-expression",
    "unknown-name",
    "bad-value",
    "param-cycle",
    # the network
    "block-cycle",
    "wrong-inputs",
    "bad-shape",
    "join-mismatch",
    "failed-constraint",
    # the outcome
    "claim-not-met",
    "stale-golden",
    "weights-mismatch",
    "no-backend",
    "needs-extra",
    "bad-sheet",
    "no-accuracy",
    "too-many",
)
"""In the order in which a spec meets them."""

_FOLDER = Path(__file__).parent


def page(rule: str) -> str:
    """The page on a rule, as Markdown; KeyError if there is no such rule."""
    if rule not in RULES:
        raise KeyError(rule)
    return (_FOLDER / f"{rule}.md").read_text(encoding="utf-8")


def title(rule: str) -> str:
    """The rule in one line."""
    return page(rule).partition("\n")[0].removeprefix("# ")
