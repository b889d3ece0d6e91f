"""The records of a spec's header: paper, claims, weight maps, initialisation, the paper's table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from archc.ops import INITIALISED

VERSION = 1
"""The version of the language."""


class Record(BaseModel):
    """The base of the header's records: pydantic models that forbid unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Paper(Record):
    """The publication of the architecture."""

    authors: str
    """The authors, as in a citation: `He et al.`"""
    title: str
    """The paper's title."""
    year: int
    """The year of its first version."""
    arxiv: str | None = Field(None, pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?$")
    """The arXiv number, quoted: `"1409.4842"`."""
    venue: str | None = None
    """The conference or the journal."""
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
    """The variant that the figures are of."""
    set: dict[str, Any] = {}
    """Params to set, as `--set` does."""
    kilo: int = 1000
    """The value of K in these figures; M and G are its powers only if it is 1000."""
    at: str | None = None
    """The id of a step; a nested one with dots: `inception_3a.branch2`."""
    params: Figure = None
    """Learnable parameters, biases and the scales of normalisations included."""
    weights: Figure = None
    """Parameters of convolutions and linear layers without their biases, as many papers count."""
    macs: Figure = None
    """Multiply-adds of convolutions and linear layers, for one sample."""
    flops: Figure = None
    """Floating-point operations for one sample: twice the multiply-adds, and all the others."""
    connections: Figure = None
    """The number of terms that a layer's elements are sums of, biases included, as LeCun et al.
    (1998) count."""
    activations: Figure = None
    """Elements of the outputs of convolutions and linear layers, for one sample."""
    depth: Figure = None
    """Convolutions and linear layers on the longest way."""
    expected_depth: Figure = None
    """Residual branches that a sample passes in training, on average, with stochastic depth:
    the sum of the survival probabilities (Huang et al., 2016, Section 3)."""
    buffers: Figure = None
    """What is kept beside the parameters: running means and variances."""
    total_params: Figure = None
    """Params and buffers: what Keras's summary calls "Total params"."""
    output_shape: Figure = None
    """`[channels, height, width]`, or `[features]`."""
    receptive_field: Figure = None
    """Cells of the input, along each axis, that a cell of the output sees."""
    disputed: str | None = None
    """Why the printed figure cannot be right; it is then expected not to be met."""
    columns: list[str] = []
    """What the cells of `rows` are: any of the keys of a claim."""
    rows: list[list[Figure]] = []
    """A claim each, with `null` where a cell is empty."""


class WeightMap(Record):
    """The names of the same weights in another library, as rules."""

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
    """The distribution from which the paper draws the first weights of an op."""

    weight: Draw
    """PyTorch's name of the distribution: `kaiming_normal`, `trunc_normal`, ..."""
    args: dict[
        DrawArg, float | Literal["fan_in", "fan_out", "linear", "relu", "leaky_relu", "tanh"]
    ] = {}
    """Its arguments, as PyTorch names them."""
    bias: float | None = 0.0
    """What biases begin with; `null` leaves them to PyTorch."""
    biases: dict[str, float] = {}
    """Biases with other first values, by the id of a step: its own bias, or those inside it."""
    source: str | None = None
    """Where this is stated."""


TEMPLATE = re.compile(r"\{[^{}]*\}|[{}]")
"""A name in braces in a template of `PaperTable.names`, or an unpaired brace."""
TEMPLATE_FIELDS = (
    *("name", "label", "in_channels", "in_features", "kernel_size", "kernel", "stride", "by"),
    *("percent", "biased", "channels", "height", "width"),
)
"""The names that such a template may use beside the op's fields: sizes derived from its input."""
BLOCK_FIELDS = ("id", "rest")
"""The names that a block's template may use beside its arguments and its main op's fields."""


class PaperTable(Record):
    """The layout of the paper's table; `archc table` fills in the computed cells."""

    source: str = ""
    """The source of the claims whose figures the table prints: `Table 1`."""
    columns: dict[str, str] = {}
    """The headings, by what stands below: an argument of blocks, or a fact.

    The facts: `number`, `layer`, `type`, `made_of`, `patch`, `filter`, `filters`, `size`, `stride`,
    `padding`, `input_shape`, `input_size`, `output_shape`, `output_size`, `channels`, `layers`,
    `receptive_field`, `depth`, `params`, `weights`, `macs`, `flops`, `activations`, `buffers`.
    """
    variants: dict[str, str] = {}
    """The headings of columns that show what is in each step, one for each variant."""
    rows: dict[str, list[str]] = {}
    """Steps that have a row which they would not have, or share one: ids, by what it is called.

    `input` and `softmax` may be among them, though no step of the spec is.
    """
    names: dict[str, str] = {}
    """The paper's names of ops and blocks, as templates: `"{kernel}, {out_channels}"`."""
    totals: dict[str, str] = {}
    """The headings of last rows with figures of the whole network: `macs`, `params`, `depth`."""
    opened: bool = False
    """Whether each convolution, pool and linear layer inside blocks has a row."""


class Header(Record):
    """The header of a spec: everything beside params, blocks and network."""

    archc: Literal[1]
    """The version of the language."""
    name: str
    title: str = ""
    """The name that people read; else `name`."""
    doc: str = ""
    """A sentence for docstrings and pages."""
    paper: Paper | None = None
    """Where the architecture was published."""
    claims: list[Claim] = []
    """Published figures, held against the analysis by `archc check`."""
    weights: dict[str, WeightMap] = {}
    """How other libraries name the same weights, for `archc weights`, by library."""
    table: PaperTable | None = None
    """How the paper lays out its table, for `archc table`."""
    init: dict[Initialised, Initialisation] = {}
    """By op: `conv: {weight: kaiming_normal, args: {mode: fan_out}}`."""
