"""A Sphinx extension: the figure and the table of a network on a page, in step with its spec.

`extensions = ["archc.sphinx"]` in `conf.py`, then in reStructuredText

    .. archc:: specs/googlenet.yaml
       :variant: torchvision
       :depth: 1

and in Markdown (MyST, Jupyter Book)

    ```{archc} specs/googlenet.yaml
    :table: keras
    :no-figure:
    ```

The argument is a file beside the page, or what commands take (`resnet`, `resnet:resnet50`).
Options: `variant` (several with commas, side by side in the table), `set` (`num_classes=10`),
`depth` (levels of blocks in the figure), `table` (`paper`, `keras`, `body`, `layers`, `none`),
`no-figure`, and `lang` (that of the documentation, if it is French or English).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from archc import __version__, catalogue
from archc.api import Model
from archc.diagnostics import SpecError
from archc.diagnostics.rendering import text
from archc.document.drawing import Drawing as Shapes
from archc.document.engine import NoEngine
from archc.document.export import export
from archc.document.translation import Lang, language
from archc.lectures import tables
from archc.network import Network

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STYLES = ("paper", "keras", "body", "layers", "none")


class Drawing(nodes.General, nodes.Element):  # type: ignore[misc, unused-ignore]
    """The figure of a network: `html` is ready, `dot` is for what else a builder needs."""


class Sheet(nodes.General, nodes.Element):  # type: ignore[misc, unused-ignore]
    """A table, ready in each format: `html`, `latex`, `markdown`."""


class Archc(SphinxDirective):  # type: ignore[misc, unused-ignore]
    """`.. archc:: SPEC`."""

    required_arguments = 1
    option_spec = {  # noqa: RUF012 (docutils has it so)
        "variant": directives.unchanged_required,
        "set": directives.unchanged_required,
        "depth": directives.positive_int,
        "table": lambda written: directives.choice(written, STYLES),
        "no-figure": directives.flag,
        "lang": lambda written: directives.choice(written, tuple(Lang)),
    }

    def run(self) -> list[nodes.Node]:
        """The figure and the table; what is wrong with the spec is an error of the page."""
        try:
            return list(self.made())
        except SpecError as error:
            raise self.error(text(error.diagnostics)) from None

    def made(self) -> Sequence[nodes.Node]:
        """The nodes that the directive puts on the page."""
        written = self.arguments[0]
        _, path = self.env.relfn2path(written)
        target = catalogue.find(path if os.path.exists(path) else written)
        spec, report = catalogue.read(target.path)
        for source in spec.tree.files:
            self.env.note_dependency(os.path.abspath(source.name))
        style = self.options.get("table", "paper")
        names = [name.strip() for name in self.options.get("variant", "").split(",") if name]
        asked = names or ([target.variant] if target.variant else [])
        each = (part.partition("=") for part in self.options.get("set", "").split())
        settings = {key: value for key, _, value in each}
        found: list[nodes.Node] = []
        if "no-figure" not in self.options:
            (network,) = catalogue.networks(spec, report, asked[:1] or (None,), settings)
            found.append(self.figure(network))
        if style != "none":
            wanted = tables.wanted(spec, asked) if style == "paper" else asked[:1] or (None,)
            networks = catalogue.networks(spec, report, wanted, settings)
            with language(self.lang()):
                formats = {
                    format: tables.emit(networks, style, format)
                    for format in ("html", "latex", "markdown")
                }
            found.append(Sheet("", **formats))
        return found

    def figure(self, network: Network) -> nodes.Node:
        """The figure of one network."""
        model, depth, lang = Model(network), self.options.get("depth"), self.lang()
        return Drawing(
            "",
            html=model.figure_html(depth, lang=lang, scroll=False),
            drawing=_drawing(model, depth, lang),
            title=network.label,
        )

    def lang(self) -> Lang:
        """The language: the option's, else the documentation's."""
        known = self.options.get("lang") or (self.env.config.language or "en")[:2]
        return Lang(known) if known in tuple(Lang) else Lang.en


def html(translator: Any, node: nodes.Element) -> None:
    """Either of them in a web page."""
    translator.body.append(f'<div class="archc" style="overflow-x:auto">{node["html"]}</div>\n')
    raise nodes.SkipNode


def latex_table(translator: Any, node: nodes.Element) -> None:
    """A table in print."""
    translator.body.append(f"\n\n{node['latex']}\n\n")
    raise nodes.SkipNode


def _drawing(model: Model, depth: int | None, lang: Lang) -> Shapes | None:
    """The figure of a network; None where there is nothing to lay it out."""
    try:
        return model.drawing(depth, lang)
    except NoEngine:
        return None


def latex_figure(translator: Any, node: nodes.Element) -> None:
    """A figure in print: a PDF beside the LaTeX file."""
    if node["drawing"] is None:
        raise nodes.SkipNode
    data = export(node["drawing"], "pdf")
    name = f"archc-{hashlib.sha256(repr(node['drawing']).encode()).hexdigest()[:16]}.pdf"
    Path(translator.builder.outdir, name).write_bytes(data)
    size = "width=\\linewidth,height=0.9\\textheight,keepaspectratio"
    translator.body.append(f"\n\n\\noindent\\includegraphics[{size}]{{{name}}}\n\n")
    raise nodes.SkipNode


def plain(translator: Any, node: nodes.Element) -> None:
    """Either of them where there is text only: the table in Markdown, the figure by its name."""
    translator.new_state(0)
    translator.add_text(node.get("markdown", f"[{node.get('title')}]"))
    translator.end_state(wrap=False)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives: the entry point of a Sphinx extension."""
    app.add_node(Sheet, html=(html, None), latex=(latex_table, None), text=(plain, None))
    app.add_node(Drawing, html=(html, None), latex=(latex_figure, None), text=(plain, None))
    app.add_directive("archc", Archc)
    app.add_latex_package("booktabs")
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
