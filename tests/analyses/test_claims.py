"""Published figures: how they are read, when they are met, and what is said when they are not."""

import re

import pytest

from archc.analyses.claims import Finding, check_claims, tally, unmet
from archc.analyses.claims.printed import read, same_shape
from archc.diagnostics import Diagnostic, SpecError
from archc.diagnostics.rendering import text
from archc.spec.parser import parse
from archc.syntax.load import load
from tests.values import some

# conv1 has 7 * 7 * 3 * 64 = 9408 weights and 64 biases; its output is 64 x 112 x 112.
SPEC = """
archc: 1
name: tiny
params: {width: 64}
input: [3, 224, 224]
network:
  - conv: {out_channels: width, kernel_size: 7, stride: 2, padding: 3}
    id: conv1
  - adaptive_avg_pool: {output_size: 1}
    id: pool
  - flatten
  - linear: {out_features: 10}
    id: fc
variants:
  narrow: {width: 32}
claims:
"""


def claims(lines: str) -> list[Finding]:
    return check_claims(parse(load("tiny.yaml", SPEC + lines)))


def one(line: str) -> Finding:
    (finding,) = claims(f"  - {{source: Table 1, {line}}}\n")
    return finding


def refused(lines: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as caught:
        claims(lines)
    return caught.value.diagnostics


# Figures


@pytest.mark.parametrize(
    ("figure", "computed", "fit"),
    [
        (9472, 9472, "exact"),
        (9472, 9473, None),
        ("9,472", 9472, "exact"),
        ("9_472", 9471, None),
        ("9.5K", 9472, "rounded"),
        ("9.4K", 9472, "truncated"),
        ("9.6K", 9472, None),
        ("9K", 9472, "rounded"),
        ("10K", 9472, None),
        ("73M", 73_608_192, "truncated"),
        ("74M", 73_608_192, "rounded"),
        ("1.58G", 1_582_671_872, "rounded"),
        ("1.58B", 1_582_671_872, "rounded"),
        ("3.8e9", 3_857_973_248, "truncated"),
        ("~7M", 6_998_552, "rounded"),
        ("~7000000", 6_998_552, "rounded"),
        ("7000000", 6_998_552, None),
        ("1.5M", 1_500_000, "exact"),
    ],
)
def test_a_figure_is_met_by_what_rounds_or_truncates_to_it(
    figure: int | str, computed: int, fit: str | None
) -> None:
    assert read(figure).fit(computed) == fit


def test_a_k_may_be_1024_and_an_m_never_is() -> None:
    assert read("112K", 1024).fit(112 * 1024) == "exact"
    assert read("112M", 1024).fit(112_000_000) == "exact"


@pytest.mark.parametrize("figure", ["many", "", "K", "1.2.3", "-5", "5 apples", True])
def test_what_is_no_figure_is_refused(figure: str) -> None:
    with pytest.raises(ValueError, match="a figure is a number"):
        read(figure)


@pytest.mark.parametrize(
    ("printed", "computed", "same"),
    [
        ([1000], (1000, 1, 1), True),
        ([1000, 1, 1], (1000,), True),
        ([112, 112], (64, 112, 112), True),
        ([64, 112], (64, 112, 112), False),
        ([64, 112, 112], (64, 112, 112), True),
        ([1, 1], (1024, 1, 1), True),
        ([1], (1, 1, 1), True),
        ([10], (1000,), False),
    ],
)
def test_shapes_are_the_same_up_to_ones_at_the_end(
    printed: list[int], computed: tuple[int, ...], same: bool
) -> None:
    assert same_shape(printed, computed) == same


# Findings


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        ("at: conv1, params: 9472", "exact", ""),
        ("at: conv1, params: 9.5K", "rounded", ""),
        ("at: conv1, params: 9.4K", "rounded", "weights alone"),
        ("at: conv1, params: 9408", "failed", ""),
        ("at: conv1, macs: 118.0M", "rounded", ""),
        ("at: conv1, macs: 118013952", "exact", ""),
        ("at: conv1, output_shape: [112, 112]", "exact", ""),
        ("at: pool, output_shape: 64", "exact", ""),
        ("at: conv1, receptive_field: 7", "exact", ""),
        ("at: conv1, receptive_field: [7, 5]", "failed", ""),
        ("at: pool, depth: 0", "exact", ""),
        ("depth: 2", "exact", ""),
        ("buffers: 0", "exact", ""),
        ("activations: 802826", "exact", ""),
        ("output_shape: [10]", "exact", ""),
        ("variant: narrow, at: conv1, params: 4736", "exact", ""),
        ("set: {width: 128}, at: conv1, params: 18944", "exact", ""),
        ("kilo: 1024, at: conv1, params: 9.2K", "rounded", ""),
        ("at: conv1, params: 2.7K, disputed: a slip", "disputed", "a slip"),
        ("at: conv1, params: 9.5K, disputed: a slip", "agrees-though-disputed", "a slip"),
    ],
)
def test_a_claim_is_held_against_the_analysis(line: str, status: str, reason: str) -> None:
    finding = one(line)
    assert (finding.status, finding.reason) == (status, reason)
    assert finding.met == (status in ("exact", "rounded", "disputed"))


def test_of_a_disputed_line_one_figure_must_not_be_met() -> None:
    line = "  - {source: T, at: conv1, params: 2.7K, output_shape: [112, 112], disputed: slip}\n"
    assert [finding.status for finding in claims(line)] == ["disputed", "exact"]


def test_a_table_is_many_claims() -> None:
    found = claims(
        "  - source: Table 1\n"
        "    params: 10122\n"
        "    columns: [at, variant, output_shape, params, disputed]\n"
        "    rows:\n"
        "      - [conv1, null, [64, 112, 112], 9.5K, null]\n"
        "      - [conv1, narrow, null, 1K, a slip]\n"
    )
    assert [(f.at, f.variant, f.quantity, f.status) for f in found] == [
        (None, None, "params", "exact"),
        ("conv1", None, "params", "rounded"),
        ("conv1", None, "output_shape", "exact"),
        ("conv1", "narrow", "params", "disputed"),
    ]
    assert tally(found) == "4 figures: 2 exact, 1 rounded, 1 disputed"
    assert unmet(found) == []


def test_only_the_claims_of_a_variant_are_wanted() -> None:
    lines = "  - {source: T, depth: 2}\n  - {source: T, variant: narrow, depth: 2}\n"
    found = check_claims(parse(load("tiny.yaml", SPEC + lines)), "narrow")
    assert [finding.variant for finding in found] == ["narrow"]


# Diagnostics


def test_an_unmet_claim_is_shown_at_its_cell() -> None:
    found = claims(
        "  - source: Table 1\n    columns: [at, params]\n    rows:\n      - [conv1, 2.7K]"
    )
    (diagnostic,) = unmet(found)
    assert diagnostic.rule == "claim-not-met"
    assert diagnostic.message == (
        "Table 1 prints 2.7K params for conv1 of tiny, and 9,472 are computed"
    )
    assert diagnostic.help == "that is 3.508 times the printed figure"
    assert re.search(r"- \[conv1, 2\.7K\]\n +\| {17}\^{4}\n", text([diagnostic]))


@pytest.mark.parametrize(
    ("line", "message", "help"),
    [
        (
            "kilo: 1024, at: conv1, params: 2.7K",
            "Table 1 prints 2.7K params for conv1 of tiny, and 9,472 are computed",
            "that is 3.426 times the printed figure (2.7K is 2,764.8, as K is 1,024)",
        ),
        (
            "variant: narrow, params: 5000",
            "Table 1 prints 5,000 params for tiny:narrow, and 5,066 are computed",
            "that is 1.32% more than printed",
        ),
        (
            "set: {width: 16}, depth: 22",
            "Table 1 prints depth 22 for tiny (width = 16), and 2 is computed",
            "printed is 11 times what is computed",
        ),
        (
            "at: conv1, output_shape: [64, 56, 56]",
            "Table 1 prints output shape 64 x 56 x 56 for conv1 of tiny, "
            "and 64 x 112 x 112 is computed",
            "",
        ),
        (
            "at: conv1, params: 9.5K, disputed: a slip",
            "Table 1 prints 9.5K params for conv1 of tiny, disputed, yet 9,472 agrees",
            "the dispute is stale: take `disputed` away",
        ),
    ],
)
def test_what_is_not_met_is_explained(line: str, message: str, help: str) -> None:
    (diagnostic,) = unmet([one(line)])
    assert (diagnostic.message, diagnostic.help) == (message, help)


@pytest.mark.parametrize(
    ("line", "rule", "marked", "help"),
    [
        ("at: conv11, params: 1", "unknown-id", "conv11", "did you mean `conv1`?"),
        ("variant: narow, params: 1", "unknown-variant", "narow", "did you mean `narrow`?"),
        ("set: {widht: 3}, params: 1", "unknown-param", "widht", "did you mean `width`?"),
        ("params: many", "wrong-type", "many", ""),
        ("params: [1, 2]", "wrong-type", "[1, 2]", ""),
        ("output_shape: 1K", "wrong-type", "1K", ""),
        ("columns: [at, prams], rows: [[fc, 1]]", "unknown-key", "prams", "did you mean `params`?"),
        ("columns: [at, params], rows: [[conv1]]", "bad-table", "[conv1]", "columns: at, params"),
        ("at: conv1", "missing-key", "{source: T, at: conv1}", None),
    ],
)  # fmt: skip
def test_a_claim_about_what_is_not_there_is_a_mistake(
    line: str, rule: str, marked: str, help: str
) -> None:
    (found,) = refused(f"  - {{source: T, {line}}}\n")
    assert found.rule == rule
    span = some(found.span)
    assert span.source.line(span.line)[span.column - 1 : span.end_column - 1] == marked
    assert help is None or found.help == help


def test_all_mistakes_are_told_at_once() -> None:
    lines = "  - {source: T, at: fcc, depth: 1}\n  - {source: T, variant: wide, depth: 1}\n"
    rules = [found.rule for found in refused(lines + "  - {source: T, depth: 3}\n")]
    assert rules == ["unknown-id", "unknown-variant", "claim-not-met"]


def test_settings_that_do_not_fit_are_told() -> None:
    (found,) = refused("  - {source: T, set: {width: 0}, depth: 1}\n")
    assert found.rule == "bad-value"


@pytest.mark.parametrize("name", ["googlenet", "resnet", "efficientnet"])
def test_the_papers_are_right_or_disputed(name: str) -> None:
    assert unmet(check_claims(parse(load(f"specs/{name}.yaml")))) == []
