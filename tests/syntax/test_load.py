import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archc.diagnostics import MOST, Diagnostic, Report, SpecError
from archc.syntax import compose
from archc.syntax import load as loading
from archc.syntax.load import SourceTree, load
from tests import paths
from tests.values import some

quick = settings(derandomize=True, deadline=None, max_examples=150)


def found(text: str, path: Any = "x.yaml") -> tuple[list[tuple[str, int, int]], Diagnostic]:
    """What is wrong with a text: rule, line and column of each finding, and the first finding."""
    with pytest.raises(SpecError) as error:
        load(path, text)
    return [(d.rule, some(d.span).line, some(d.span).column) for d in error.value.diagnostics], (
        error.value.diagnostics[0]
    )


def write(folder: Path, **texts: Any) -> str:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(folder / f"{next(iter(texts))}.yaml")


def wrong(path: Path | str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as error:
        load(path)
    return error.value.diagnostics


def test_every_key_and_value_has_a_span() -> None:
    document = load("x.yaml", "a: {b: [1, two]}\nc:\n  - d: é x\n")
    assert document.data == {"a": {"b": [1, "two"]}, "c": [{"d": "é x"}]}
    value, key = document.values[("a", "b", 1)], document.keys[("c", 0, "d")]
    assert (value.line, value.column, value.end_column) == (1, 12, 15)
    assert (str(key), key.end_column) == ("x.yaml:3:5", 6)
    assert document.values[("c", 0, "d")].end_column == 11
    assert list(document.keys) == [("a",), ("a", "b"), ("c",), ("c", 0, "d")]
    assert len(document.values) == 8
    assert ("a", "b", -1) not in document.values


def test_span_falls_back_to_what_is_around() -> None:
    document = load("x.yaml", "a: {b: 1}\nc:\n")
    assert document.span(("a", "z", 4)) == document.values[("a",)]
    assert document.span(("a", "b"), key=True) == document.keys[("a", "b")]
    assert document.span(("nothing",)).line == 1
    assert str(document.span(("c",))) == "x.yaml:2:1"  # nothing is written: the key


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("+3", 3),
        ("017", 17),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("1.", 1.0),
        ("-2.5E+2", -250.0),
        *((text, text) for text in ("yes", "on", "n", "1:30", "2001-01-01", "1_000", ".inf", ".")),
        *((text, text) for text in ("=", "0b1", "1.2.3", "<<", "- x"[2:], "4 * width", "+", "1e")),
        ("'1'", "1"),
        ('"true"', "true"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: bool | None) -> None:
    got = load("x.yaml", f"a: {text}").data["a"]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("a: 1\n\tb: 2", ("yaml-syntax", 2, 1), "a tab in the indentation"),
        ("a: 1\nb:2\n", ("yaml-syntax", 2, 1), "a space is missing after `b:`"),
        ("a: 1\nfoo\nb: 2", ("yaml-syntax", 2, 1), "expected `key: value` here"),
        (
            "a:\n  - relu\n    id: b",
            ("yaml-syntax", 2, 5),
            "the step `relu` has modifiers below it, but no colon",
        ),
        ("a: b: c", ("yaml-syntax", 1, 5), "a `key: value` is not allowed here"),
        ("a: {b: 1\nc: 2", ("yaml-syntax", 1, 4), "this `{` is never closed"),
        ("a: [1, 2}\n", ("yaml-syntax", 1, 9), "`}` cannot close the `[` of line 1"),
        ("a: {b: c}}", ("yaml-syntax", 1, 10), "`}` closes nothing"),
        ("a: 'x\nb: 2", ("yaml-syntax", 1, 4), "this quote is never closed"),
        ('a: "x" + 1', ("yaml-syntax", 1, 8), "the value ends before this"),
        (
            'a: {b: "x" + 1}',
            ("yaml-syntax", 1, 12),
            "expected `,` or `}` before this",
        ),
        ("a: @x", ("yaml-syntax", 1, 4), "`@` cannot begin a value"),
        (
            'a: "\\d"',
            ("yaml-syntax", 1, 5),
            "a backslash in double quotes begins an escape, and this one does not exist",
        ),
        (
            "a:\n  b: 1\n c: 2",
            ("yaml-syntax", 3, 2),
            "this line fits neither what is above it nor what encloses it",
        ),
        (
            "a: *y",
            ("yaml-syntax", 1, 4),
            "`*y` refers to an anchor, and no `&y` is above",
        ),
        ("a: &x [*x]", ("yaml-syntax", 1, 8), "`*x` is inside the value that it refers to"),
        ("a: 1\n---\nb: 2", ("yaml-syntax", 2, 1), "a second document: a file holds one spec"),
        ("# nothing", ("yaml-syntax", 1, 1), "the file is empty"),
        ("a: \x07", ("yaml-syntax", 1, 4), "the character U+0007 is not allowed in YAML"),
        ("a: \ud800", ("yaml-syntax", 1, 4), "the character U+D800 is not allowed in YAML"),
        ("a: " + "[" * 500, ("yaml-syntax", 1, 103), "more than 100 levels of nesting"),
        ("a: 1\na: 2", ("duplicate-key", 2, 1), "`a` is given twice in one mapping"),
        ("1: x", ("wrong-type", 1, 1), "a key must be a text, and `1` is a number"),
        ("true: x", ("wrong-type", 1, 1), "a key must be a text, and `true` is a flag"),
        ("null: x", ("wrong-type", 1, 1), "a key must be a text, and `null` is null"),
        ("? [a]\n: x", ("wrong-type", 1, 3), "a key must be a text, not a mapping or a list"),
        ("a: !!python/name:x y", ("yaml-tag", 1, 4), None),
        ("a: ! y", ("yaml-tag", 1, 4), "a spec has no tags, and `!` is one"),
        ("a: 1e999", ("bad-value", 1, 4), "this number is too large"),
        ("a: " + "9" * 5000, ("bad-value", 1, 4), "this number is too large"),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_mistakes(
    text: str,
    expected: tuple[str, int, int],
    message: str,
    loader: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not hasattr(yaml, loader):
        pytest.skip("PyYAML without the C parser")
    monkeypatch.setattr(compose, "LOADER", getattr(yaml, loader))
    places, first = found(text)
    assert places == [expected]
    assert message is None or first.message == message


def test_duplicate_says_where_the_first_is() -> None:
    _, first = found("a: 1\nb: 2\na: 3")
    assert first.notes == ("the first is in line 1",)


def test_all_mistakes_of_a_file_at_once() -> None:
    places, _ = found("a: !x 1\nb: {c: max(8, d)}\n2: f\nb: 1\ng: depths[0]\nh: {i: depths[0]}")
    rules = ["yaml-tag", "comma-in-flow", "wrong-type", "duplicate-key", "comma-in-flow"]
    assert [rule for rule, _, _ in places] == rules


@pytest.mark.parametrize(
    ("text", "data", "help"),
    [
        (
            "{out_channels: max(8, c), k: 3}",
            {"out_channels": "max(8, c)", "k": 3},
            'quote it: out_channels: "max(8, c)"',
        ),
        ("[x, f(1, min(2, 3)), 4]", ["x", "f(1, min(2, 3))", 4], 'quote it: "f(1, min(2, 3))"'),
        ("{width(c, d): c}", {"width(c, d)": "c"}, 'quote it: "width(c, d)"'),
        ("{a: f(1,\n  2)}", {"a": "f(1, 2)"}, 'quote it: a: "f(1, 2)"'),
        (
            "{a: depths[min(1, 2)], b: 1}",
            {"a": "depths[min(1, 2)]", "b": 1},
            'quote it: a: "depths[min(1, 2)]"',
        ),
        ("{a: depths[0]}", {"a": "depths[0]"}, 'quote it: a: "depths[0]"'),
        ("[f(x, [1, 2])]", ["f(x, [1, 2])"], 'quote it: "f(x, [1, 2])"'),
        ('{a: f("x", 2)}', {"a": 'f("x", 2)'}, "quote it: a: 'f(\"x\", 2)'"),
    ],
)
def test_torn_values_are_reported_and_joined(text: str, data: st.DataObject, help: str) -> None:
    report = Report()
    document = load("x.yaml", f"top: {text}", report=report)
    assert document.data == {"top": data}
    (diagnostic,) = report.diagnostics
    assert (diagnostic.rule, diagnostic.help) == ("comma-in-flow", help)


def test_torn_span_covers_the_whole_text() -> None:
    _, first = found("- conv: {out_channels: max(8, c), kernel_size: 3}")
    assert (some(first.span).column, some(first.span).end_column) == (24, 33)


@pytest.mark.parametrize(
    "text",
    [
        "{a: (b), c: d}",
        "{a: (b, c: d)e}",
        "[f(x, y]",
        '{a: "f(x, y)"}',
        "{a: 'f(', b: )}",
        "[a), b(]",
    ],
)
def test_whole_values_are_left_alone(text: str) -> None:
    assert load("x.yaml", f"top: {text}").data["top"] is not None


def test_aliases_are_copies_and_bounded() -> None:
    document = load("x.yaml", "a: &x {b: [1]}\nc: *x")
    assert document.data["c"] == {"b": [1]}
    assert document.data["c"] is not document.data["a"]
    assert str(document.values[("c", "b")]) == "x.yaml:1:11"
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    _, first = found(bomb)
    assert "aliases make this file larger" in first.message


def test_bytes_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = load(path)
    assert document.data == {"a": 1, "b": 2}
    assert document.source.name == str(path)
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    (diagnostic,) = wrong(path)
    span = some(diagnostic.span)
    assert (diagnostic.rule, span.line, span.column) == ("yaml-syntax", 2, 7)
    monkeypatch.setattr(loading, "MAX_BYTES", 10)
    path.write_text("a: 1 # too much")
    assert "larger" in wrong(path)[0].message


def test_missing_files(tmp_path: Path) -> None:
    path = write(tmp_path, resnet="name: x\nextends: gone.yaml")
    (diagnostic,) = wrong(str(tmp_path / "resent.yaml"))
    assert (diagnostic.rule, diagnostic.span) == ("missing-file", None)
    assert diagnostic.help == f"did you mean `{path}`?"
    assert wrong(str(tmp_path))[0].rule == "missing-file"
    (diagnostic,) = wrong(path)
    assert (diagnostic.rule, str(diagnostic.span)) == ("missing-file", f"{path}:2:10")


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, base="params: {a: 1}")
    with open(write(tmp_path, top="name: x\nextends: base.yaml"), encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        document = load("-")
    assert document.data == {"params": {"a": 1}, "name": "x"}
    assert [source.name for source in document.files] == ["<stdin>", "base.yaml"]


BASE = """\
name: base
title: Base
params: {a: 1, b: 2}
blocks: {one: {body: []}, two: {body: []}}
network: [one]
variants: {v1: {a: 2}, v2: {a: 3}}
claims: [{params: 1}]
"""


def test_extends(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        child="name: child\nextends: base.yaml\nparams: {b: 3, c: 4}\n"
        "blocks: {one: ~}\nvariants: {v3: {a: 4}}\nnetwork: [two]",
        base=BASE,
    )
    document = load(path)
    assert document.data == {
        "title": "Base",
        "params": {"a": 1, "b": 3, "c": 4},
        "blocks": {"two": {"body": []}},
        "network": ["two"],
        "variants": {"v3": {"a": 4}},
        "name": "child",
    }
    assert document.values[("params", "a")].source.name.endswith("base.yaml")
    assert document.values[("params", "b")].source.name == path
    assert [os.path.basename(source.name) for source in document.files] == [
        "child.yaml",
        "base.yaml",
    ]


def test_extends_does_not_lend_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, child="extends: base.yaml", base=BASE)
    data = load(path).data
    assert {"name", "claims"}.isdisjoint(data)
    assert data["variants"] == {"v1": {"a": 2}, "v2": {"a": 3}}


def test_use_ranks_below_own_and_above_the_base(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        top="extends: base.yaml\nuse: [lib.yaml]\nblocks: {mine: 1, three: 1}",
        lib="functions: {f(x): x}\nblocks: {one: 2, three: 2}\nnetwork: [three]",
        base=BASE,
    )
    data = load(path).data
    assert data["blocks"] == {"one": 2, "two": {"body": []}, "three": 1, "mine": 1}
    assert data["functions"] == {"f(x)": "x"}
    assert data["network"] == ["one"]


def test_used_files_do_not_contradict_each_other(tmp_path: Path) -> None:
    both = "use: [p.yaml, q.yaml]"
    path = write(tmp_path, top=both, p="blocks: {x: 1}", q="use: p.yaml\nblocks: {y: 1}")
    assert load(path).data == {"blocks": {"x": 1, "y": 1}}
    write(tmp_path, q="blocks: {x: 2}")
    assert [d.rule for d in wrong(path)] == ["duplicate-key"]
    write(tmp_path, top=both + "\nblocks: {x: 3}")
    assert load(path).data == {"blocks": {"x": 3}}


def test_problems_in_another_file_say_how_it_was_reached(tmp_path: Path) -> None:
    path = write(
        tmp_path, top="a: 1\nextends: mid.yaml", mid="use:\n  - low.yaml", low="x: 1\nx: 2"
    )
    first, second = wrong(path)
    assert first.rule == "duplicate-key"
    assert str(first.span) == f"{tmp_path / 'low.yaml'}:2:1"
    mid = tmp_path / "mid.yaml"
    assert first.notes[1:] == (f"used from {mid}:2:5", f"used from {path}:2:10")
    assert second.rule == "missing-key"
    assert second.notes == (f"used from {path}:2:10",)


def test_cycles(tmp_path: Path) -> None:
    path = write(tmp_path, a="extends: b.yaml", b="blocks: {}\nuse: ./a.yaml")
    rules = {d.rule: d for d in wrong(path)}
    cycle = rules["file-cycle"]
    b = tmp_path / "b.yaml"
    assert str(cycle.span) == f"{b}:2:6"
    assert cycle.notes == (f"{path}:1:10 extends {b}", f"{b}:2:6 uses {path}")
    assert [d.rule for d in wrong(write(tmp_path, c="extends: c.yaml"))] == ["file-cycle"]


@pytest.mark.parametrize(
    "target", ["/etc/hostname", "../x.yaml", "C:\\x.yaml", "~/x.yaml", '"\\0"', '""']
)
def test_paths_stay_in_the_folder(target: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("blocks: {}")
    (tmp_path / "specs").mkdir()
    (diagnostic,) = wrong(write(tmp_path / "specs", a=f"extends: {target}"))
    assert diagnostic.rule == "bad-path"


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("blocks: {}")
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "link.yaml").symlink_to(tmp_path / "x.yaml")
    (specs / "loop.yaml").symlink_to(specs / "loop.yaml")
    assert wrong(write(specs, a="extends: link.yaml"))[0].rule == "bad-path"
    assert wrong(write(specs, a="extends: loop.yaml"))[0].rule in ("bad-path", "missing-file")


@pytest.mark.parametrize("text", ["extends: [a, b]", "extends: 3", "use: {a: b}", "use: [[a]]"])
def test_use_and_extends_take_paths(text: str) -> None:
    assert found(text)[0][0][0] == "wrong-type"


def test_a_report_goes_on_past_what_can_be_mended() -> None:
    report = Report()
    document = load("x.yaml", "a: {b: f(1, 2)}", report=report)
    assert isinstance(document, SourceTree)
    assert len(report.diagnostics) == 1
    with pytest.raises(SpecError):
        load("x.yaml", "a: [", report=report)


_TEXT = st.text(
    alphabet=st.sampled_from("ab1 \n\n:-[]{},()\"'#&*!|>?%@`~.\t\\é\u2028\ue000"), max_size=60
)


@quick
@given(_TEXT | st.text(max_size=40))
def test_any_text_gives_data_or_spec_error(text: Any) -> None:
    try:
        document = load("x.yaml", text)
    except SpecError as error:
        spans = [some(diagnostic.span) for diagnostic in error.diagnostics]
        assert spans
    else:
        spans = list(document.values.values())
    for span in spans:
        assert (1, 1) <= (span.line, span.column) < (span.end_line, span.end_column)


_WORDS = st.sampled_from(
    ["a", "max(8", "c)", "x y", "", "1", "true", "depths", "4 * w", "q-r", "null"]
)
_DATA = st.recursive(
    _WORDS | st.integers(-99, 99) | st.booleans() | st.none() | st.floats(-9, 9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML without the C parser")
@quick
@given(_DATA.filter(lambda data: data is not None), st.sampled_from([None, True, False]))
def test_both_parsers_agree(data: st.DataObject, flow: Any) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, sort_keys=False)
    results = []
    before = compose.LOADER
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        compose.LOADER = loader
        report = Report()
        document = load("x.yaml", text, report=report)
        spans = [(path, str(s), s.end_line, s.end_column) for path, s in document.values.items()]
        messages = [(d.rule, str(d.span), d.help) for d in report.diagnostics]
        results.append((document.data, spans, messages))
    compose.LOADER = before
    assert results[0] == results[1]
    if not messages:
        assert results[0][0] == data


@pytest.mark.parametrize(
    "text",
    ["- !a b\n" * 50_000, "a: 1\n" * 50_000, "[" + "a(," * 10_000 + "]", "[a[0], " * 90],
)
def test_hopeless_files_are_given_up_soon(text: str) -> None:
    with pytest.raises(SpecError) as error:
        load("x.yaml", text + "\n? [")
    assert len(error.value.diagnostics) <= MOST + 1


def test_specs_of_the_project_load() -> None:
    specs = paths.SPECS
    for path in specs.glob("*.yaml"):
        assert isinstance(load(path).data, dict)
