"""The same powers as the commands, in Python: `archc.load("googlenet").elaborate()`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from archc import catalogue
from archc import compiler as build
from archc.analyses import Analysis, analyze, differences
from archc.analyses.differences import Difference
from archc.diagnostics import SpecError
from archc.document import html, svg
from archc.document.drawing import Drawing
from archc.document.files import write
from archc.document.formats import Format
from archc.document.formats import write as write_document
from archc.document.records import Heading, Sentence, table
from archc.document.translation import language
from archc.lectures import comparison, page, report
from archc.lectures import diff_report as changes
from archc.lectures import figures as diagram
from archc.lectures import tables as sheets
from archc.lectures.comparison import Comparison
from archc.lectures.comparison.accuracies import Metric, published, read
from archc.lectures.comparison.table import table as compared
from archc.lectures.derivations import derive, explain
from archc.lectures.diff_report import data
from archc.lectures.tables import analysis as tables
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.targets import torch
from archc.targets.torch.runtime.instantiate import instantiate

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Architecture", "Model", "SpecError", "build_module", "compare", "diff", "load"]

Kind: TypeAlias = Literal["svg", "pdf", "png"]


def load(path: str | os.PathLike[str], text: str | None = None) -> Architecture:
    """Read a spec: a path, or the name of one that archc carries; or `text`, called `path`.

    `resnet:resnet50` makes `resnet50` the variant that `elaborate()` takes by default.

    Raises:
        SpecError: with everything that is wrong in the spec as written.
    """
    given = os.fspath(path)
    target = catalogue.Target(given) if text is not None else catalogue.find(given)
    spec, found = catalogue.read(target.path, text)
    found.raise_if_any()
    return Architecture(spec, target.variant)


def build_module(
    path: str | os.PathLike[str], variant: str | None = None, **params: Any
) -> nn.Module:
    """The generated PyTorch module of a spec, in memory.

    ```python
    archc.build_module("resnet", variant="resnet50", num_classes=10)
    ```

    Raises:
        SpecError: with everything that is wrong with the spec for these params.
        ModuleNotFoundError: torch is not installed (`pip install 'archc[torch]'`).
    """
    return load(path).elaborate(variant, **params).module()


def compare(
    *specs: str | Model,
    accuracies: str | os.PathLike[str] | None = None,
    data: str | None = None,
    crop: str | None = None,
    source: str | None = None,
    metric: Metric = "top1",
) -> Compared:
    """Networks side by side, with published accuracies: see `archc compare --help`.

    ```python
    archc.compare("efficientnet", "resnet:resnet50").chart("png")
    ```

    Raises:
        SpecError: with everything that is wrong in a spec or in the file of accuracies.
    """
    networks: list[Network] = []
    for spec in specs:
        networks += [spec.network] if isinstance(spec, Model) else catalogue.chosen([spec])
    own = read(accuracies) if accuracies is not None else ()
    return Compared(
        comparison.compare(
            networks,
            (*own, *published()),
            data=data,
            crop=crop,
            source=source,
            metric=metric,
            edited=catalogue.edited(networks),
        )
    )


def diff(left: str | Model, right: str | Model) -> Diff:
    """The difference between two networks: see `archc diff --help`.

    Raises:
        SpecError: with everything that is wrong in either spec.
    """
    sides = (side if isinstance(side, Model) else load(side).elaborate() for side in (left, right))
    return Diff(differences.diff(*(side.network for side in sides)))


class Architecture:
    """A family of networks: a spec, nothing chosen yet."""

    def __init__(self, spec: Spec, variant: str | None = None) -> None:
        self.spec = spec
        self.variant = variant
        """The default variant of `elaborate`."""

    @property
    def name(self) -> str:
        """`googlenet`."""
        return self.spec.name

    @property
    def title(self) -> str:
        """`GoogLeNet (Inception v1)`."""
        return self.spec.title

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants."""
        return tuple(self.spec.variants)

    @property
    def params(self) -> tuple[str, ...]:
        """The params that `elaborate` accepts, with their defaults."""
        return tuple(self.spec.params)

    def elaborate(self, variant: str | None = None, **params: Any) -> Model:
        """Make every choice: one variant, some params set by hand, `input` among them.

        Raises:
            SpecError: with everything that does not fit.
        """
        return Model(elaborate(self.spec, variant or self.variant, params))

    def table(
        self, *variants: str, style: str = "paper", format: str = "markdown", lang: str = "en"
    ) -> str:
        """The table of its paper, of these variants side by side: see `archc table --help`.

        Raises:
            SpecError: there is no such variant, or what does not fit in one.
        """
        asked = variants or ((self.variant,) if self.variant else ())
        names = sheets.wanted(self.spec, asked) if style == "paper" else asked or (None,)
        networks = [elaborate(self.spec, name) for name in names]
        with language(lang):
            return sheets.emit(networks, style, format)

    def __repr__(self) -> str:
        listed = f"; variants: {', '.join(self.variants)}" if self.variants else ""
        return f"<Architecture {self.name}: {self.title}{listed}>"

    def _repr_html_(self) -> str:
        """What it is, its figure (of the default variant), and the paper's table."""
        said = (
            str(self.spec.header.paper or ""),
            f"variants: {', '.join(self.variants)}" if self.variants else "",
            f"params: {', '.join(self.params)}" if self.params else "",
        )
        head = html.write([Heading(self.title, 1), *(Sentence((x,)) for x in said if x)])
        return head + self.elaborate().figure_html() + self.table(format="html")


class Model:
    """One network of a family, every choice made."""

    def __init__(self, network: Network) -> None:
        self.network = network
        """The graph: nodes, blocks, shapes."""

    @cached_property
    def _analysis(self) -> Analysis:
        return analyze(self.network)

    def analyze(self) -> Analysis:
        """Parameters, multiply-adds, depth and receptive fields, in all and node by node."""
        return self._analysis

    def code(self) -> str:
        """The PyTorch source."""
        return torch.emit(self.network, self._analysis)

    def report(self) -> str:
        """The tables, as Markdown."""
        return report.emit(self.network, self._analysis)

    def dot(self, depth: int | None = None, lang: str = "en") -> str:
        """The figure for Graphviz; `depth` is how many levels of blocks it shows."""
        with language(lang):
            return diagram.emit(self.network, depth=depth)

    def svg(self, depth: int | None = None, lang: str = "en") -> str:
        """The figure.

        Raises:
            archc.lectures.figures.NoEngine: there is no Graphviz to draw it with.
        """
        return svg.write(self.drawing(depth, lang))

    def drawing(self, depth: int | None = None, lang: str = "en") -> Drawing:
        """The figure as a record of shapes; raises as `svg` does."""
        figure = diagram.trace(self.network, depth=depth)
        with language(lang):
            return diagram.draw(figure)

    def figure_html(
        self, depth: int | None = None, *, lang: str = "en", scroll: bool = True
    ) -> str:
        """The figure as HTML; empty without a drawing engine.

        It scrolls in a box of its own, or else is made as narrow as the page is.
        """
        try:
            picture = self.svg(depth, lang)
        except diagram.NoEngine:
            return ""
        if scroll:
            return f'<div style="overflow:auto;max-height:40em">{picture}</div>'
        return picture.replace("<svg", '<svg style="max-width:100%;height:auto"', 1)

    def page(self, depth: int | None = None, lang: str = "en") -> str:
        """The interactive page, one HTML file: see `archc render --help`."""
        with language(lang):
            return page.emit(self.network, diagram.View(depth=depth))

    def table(self, style: str = "paper", format: str = "markdown", lang: str = "en") -> str:
        """A table: `paper`, `keras`, `body` or `layers`; see `archc table --help`."""
        with language(lang):
            return sheets.emit([self.network], style, format)

    def explain(self, part: str = "", format: Format = "text", lang: str = "en") -> str:
        """The derivation of a part's figures: see `archc explain --help`.

        Raises:
            archc.analyses.UnknownId: there is no such part.
        """
        with language(lang):
            return write_document(explain(derive(self.network, part)), format)

    def save(
        self,
        folder: str | os.PathLike[str] = "generated",
        targets: Iterable[str] = build.NAMED,
    ) -> list[Path]:
        """Write its files, all or none, and give their paths."""
        made = build.make(self.network, targets)
        files = {Path(folder) / name: data for name, data in made.files.items()}
        write(files)
        return list(files)

    def module(self) -> nn.Module:
        """The generated module, in memory; raises `ModuleNotFoundError` without torch."""
        return instantiate(self.network)

    def __repr__(self) -> str:
        totals = self._analysis.totals
        return (
            f"<Model {self.network.label}: {totals.params:,} parameters, "
            f"{build.giga(totals.macs)} multiply-adds, depth {totals.depth}>"
        )

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg()
        except diagram.NoEngine:
            return None

    def _repr_html_(self) -> str:
        """The figure where it can be drawn (a notebook shows HTML, not both), and the tables."""
        return (
            html.write([Heading(tables.title(self.network), 1)])
            + html.write(table(("in all", ""), tables.totals(self._analysis), {1}))
            + self.figure_html()
            + html.write(tables.steps(self._analysis.rows(1)))
        )


class Compared:
    """Several networks: their costs, and the accuracies that can be compared."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        """The figures: `entries`, each with `totals` and `accuracy`; `data`, `crop`, `sources`."""

    def table(self, format: str = "markdown", lang: str = "en") -> str:
        """The table: `markdown`, `latex`, `html`, or `csv` and `json` with every digit."""
        with language(lang):
            return write_document(
                compared(self.found, exact=format in ("csv", "json")), cast("Format", format)
            )

    def chart(self, kind: Kind = "svg", lang: str = "en") -> bytes:
        """Accuracy against multiply-adds.

        Raises:
            ModuleNotFoundError: matplotlib is not installed (`pip install 'archc[plot]'`).
            ValueError: no accuracy is known of any of the networks.
        """
        from archc.lectures.comparison import chart  # matplotlib is an extra

        with language(lang):
            return chart.draw(self.found, kind)

    def _repr_html_(self) -> str:
        return self.table("html")


class Diff:
    """Two networks: what was added, removed and changed."""

    def __init__(self, found: Difference) -> None:
        self.found = found
        """The figures: `changes`, a tree of them; `totals`, `params`, `different`."""

    def __bool__(self) -> bool:
        return self.found.different

    def markdown(self, lang: str = "en") -> str:
        """The page of `archc diff --format markdown`."""
        with language(lang):
            return changes.markdown(self.found)

    def json(self) -> str:
        """Every change by itself."""
        return data.write(self.found)

    def figure(self, kind: Kind = "svg", lang: str = "en", block: str = "") -> bytes:
        """Both in one figure, or of both a block alone.

        Raises:
            archc.lectures.figures.NoEngine: there is no Graphviz to draw it with.
        """
        view = diagram.View(block=block)
        with language(lang):
            return diagram.render_difference(self.found, kind, view)

    def _repr_markdown_(self) -> str:
        return self.markdown()
