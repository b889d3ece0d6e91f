"""What a spec says about itself, as written: paper, claims, weights, first weights, table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from archc.ops import INITIALISED

VERSION = 1
"""The version of the language."""


class Record(BaseModel):
    """A part of the document that stands for itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Paper(Record):
    """Where the architecture was published."""

    authors: str
    title: str
    year: int
    arxiv: str | None = Field(None, pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?$")
    """The arXiv number, quoted: `"1409.4842"`."""
    venue: str | None = None
    url: str | None = Field(None, pattern=r"^https?://[^\s<>\"]+$")
    """An address that begins with `https://` or `http://`."""

    def __str__(self) -> str:
        where = f", arXiv:{self.arxiv}" if self.arxiv else ""
        return f'{self.authors}, "{self.title}", {self.year}{where}'


Figure: TypeAlias = int | float | str | list[int] | None
"""A published number: `6998552`, `159K`, `1.58G`, `[256, 28, 28]`."""


class Claim(Record):
    """Published figures, held against the analysis by `archc check`.

    One figure each (`{source: Table 1, at: conv1, params: 2.7K}`), or many as a table with
    `columns` and `rows`. Without `at` it speaks of the whole network.
    """

    source: str
    """Table, figure or section of the paper, or the lecture slide."""
    variant: str | None = None
    set: dict[str, Any] = {}
    """Params to set, as `--set` does."""
    kilo: int = 1000
    """What a K in these figures means; M and G are its powers only when 1000."""
    at: str | None = None
    """The id of a step; a nested one with dots: `inception_3a.branch2`."""
    params: Figure = None
    weights: Figure = None
    """Parameters of convolutions and linear layers without their biases, as many papers count."""
    macs: Figure = None
    flops: Figure = None
    connections: Figure = None
    """What the elements of a layer are sums of, biases included, as LeCun et al. (1998) count."""
    activations: Figure = None
    depth: Figure = None
    expected_depth: Figure = None
    """Residual branches that a sample passes in training, on average, with stochastic depth:
    the sum of the survival probabilities (Huang et al., 2016, Section 3)."""
    buffers: Figure = None
    total_params: Figure = None
    """Params and buffers: what Keras's summary calls "Total params"."""
    output_shape: Figure = None
    receptive_field: Figure = None
    disputed: str | None = None
    """Why the printed figure cannot be right; it is then expected not to be met."""
    columns: list[str] = []
    rows: list[list[Figure]] = []


class WeightMap(Record):
    """How another library names the same weights."""

    models: dict[str, str]
    """The library's model name for each variant (`default` for the spec without one)."""
    rename: list[tuple[str, str]] = []
    """Regular expressions and what replaces them, in order, from their names to ours."""
    ignore: list[str] = []
    """Their entries that have no counterpart here, as regular expressions."""
    set: dict[str, Any] = {}
    """Params that make this network theirs, as `--set` does: constants, how edges are padded."""
    in_order: bool = False
    """Whether their entries are ours one by one, in the same order: names then need no rules."""


Draw = Literal[
    "kaiming_normal",
    "kaiming_uniform",
    "xavier_normal",
    "xavier_uniform",
    "normal",
    "trunc_normal",
    "uniform",
    "constant",
    "orthogonal",
]
DrawArg = Literal["a", "b", "gain", "mean", "mode", "nonlinearity", "std", "val"]


if TYPE_CHECKING:
    Initialised: TypeAlias = str
else:
    Initialised = Literal[INITIALISED]


class Initialisation(Record):
    """How the paper draws the first weights of an op."""

    weight: Draw
    """PyTorch's name of the distribution."""
    args: dict[
        DrawArg, float | Literal["fan_in", "fan_out", "linear", "relu", "leaky_relu", "tanh"]
    ] = {}
    """Its arguments, as PyTorch names them."""
    bias: float | None = 0.0
    biases: dict[str, float] = {}
    """Those that begin elsewhere, by the id of a step: its own bias, or those inside it."""
    source: str | None = None
    """Where this is stated."""


TEMPLATE = re.compile(r"\{[^{}]*\}|[{}]")
"""What stands in braces in a template of `PaperTable.names`, and a brace that stands alone."""
TEMPLATE_FIELDS = (
    *("name", "label", "in_channels", "in_features", "kernel_size", "kernel", "stride", "by"),
    *("percent", "biased", "channels", "height", "width"),
)
"""What such a template may use beside the fields of the op: what follows from its input."""
BLOCK_FIELDS = ("id", "rest")
"""What the template of a block may use beside its arguments and the fields of its main op."""


class PaperTable(Record):
    """How the paper lays out its table; `archc table` fills in what is computed."""

    source: str = ""
    """The claims whose printed figures stand in it: `Table 1`."""
    columns: dict[str, str] = {}
    """The headings, by what stands below: a fact (`output_size`, `params`) or an argument."""
    variants: dict[str, str] = {}
    """The headings of columns that show what is in each step, one for each variant."""
    rows: dict[str, list[str]] = {}
    """Steps that have a row which they would not have, or share one: ids, by what it is called.

    `input` and `softmax` may be among them, though no step of the spec is.
    """
    names: dict[str, str] = {}
    """What the paper calls an op or a block: `"{kernel}, {out_channels}"`."""
    totals: dict[str, str] = {}
    """The headings of last rows with figures of the whole network: `macs`, `params`, `depth`."""
    opened: bool = False
    """Whether each convolution, pool and linear layer inside blocks has a row."""


class Header(Record):
    """What a spec says about itself."""

    archc: Literal[1]
    """The version of the language."""
    name: str
    title: str = ""
    doc: str = ""
    paper: Paper | None = None
    claims: list[Claim] = []
    weights: dict[str, WeightMap] = {}
    table: PaperTable | None = None
    init: dict[Initialised, Initialisation] = {}
    """By op: `conv: {weight: kaiming_normal, args: {mode: fan_out}}`."""
