"""Worked costs on a page: text, Markdown or LaTeX, in English or French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from archc.backends.worked import latex, markdown, text
from archc.backends.worked.node import page as node_page
from archc.backends.worked.page import Block
from archc.derive import Derivation
from archc.words import Lang

Form = Literal["text", "markdown", "latex"]
WRITERS: Mapping[Form, Callable[[Sequence[Block], Lang], str]] = {
    "text": text.write,
    "markdown": markdown.write,
    "latex": latex.write,
}


def emit(
    found: Derivation,
    form: Form = "text",
    lang: Lang = Lang.en,
    against: Derivation | None = None,
) -> str:
    """A derivation, ready to be pasted; it ends with a newline.

    With `against`, the cost of another part is worked out beside it. LaTeX needs the packages
    amsmath and booktabs, and comes without a preamble.
    """
    return WRITERS[form](node_page(found, lang, against), lang)
