"""Files made of specs: their names, all or nothing on disk, and whether they are fresh."""

import os
from pathlib import Path

import pytest

from archc import catalogue
from archc import compiler as build
from archc.diagnostics import Diagnostic, SpecError
from archc.document import files
from archc.lectures import figures as diagram
from archc.targets import torch

TINY = """
archc: 1
name: tiny
params: {width: 8}
input: [3, 16, 16]
network:
  - conv: {out_channels: width, kernel_size: 3}
  - relu
  - adaptive_avg_pool: {output_size: 1}
  - flatten
  - linear: {out_features: 10}
variants:
  wide: {width: 32}
  tiny2: {width: 4}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return str(path)


@pytest.mark.parametrize(
    ("variant", "stem"), [(None, "tiny"), ("wide", "tiny_wide"), ("tiny2", "tiny2")]
)
def test_files_are_called_after_the_variant(spec: str, variant: str | None, stem: str) -> None:
    assert build.stem(catalogue.network(spec, variant)) == stem


def test_what_is_made_and_what_is_said(spec: str) -> None:
    network = catalogue.network(spec)
    made = build.make(network, ["torch", "dot", "md"])
    assert list(made.files) == ["tiny.py", "tiny.dot", "tiny.md"]
    assert f"class {torch.class_name(network)}(" in made.files["tiny.py"].decode()
    assert str(made) == "tiny: 314 parameters, 42.4 K multiply-adds, depth 2"


def test_heads_that_only_train_are_told_apart() -> None:
    made = build.make(catalogue.network(catalogue.find("googlenet").path), ["dot"])
    said = "13,378,280 parameters (6,998,552 at inference), 1.58 G multiply-adds, depth 22"
    assert str(made) == f"googlenet: {said}"


def test_without_an_engine_there_is_the_dot(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(figure: object) -> None:
        raise diagram.NoEngine("none")

    monkeypatch.setattr(diagram, "draw", nothing)
    made = build.make(catalogue.network(spec), ["svg"])
    assert list(made.files) == ["tiny.dot"]
    assert "tiny.svg is not drawn" in made.hints[0]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7, "7"),
        (1_000, "1.00 K"),
        (25_557_032, "25.6 M"),
        (999_999_999, "1000 M"),
        (1_582_671_872, "1.58 G"),
        (37_745_884_192, "37.7 G"),
        (10**12, "1.00 T"),
    ],
)
def test_large_numbers_are_cut_short(number: int, text: str) -> None:
    assert build.giga(number) == text


def test_jobs_on_several_cores_come_back_in_order(spec: str) -> None:
    jobs = [build.Job(spec, variant, {}, ("dot",)) for variant in ("wide", None, "tiny2")]
    results = list(build.run_all(jobs, workers=2))
    assert [made.stem for made in results if isinstance(made, build.Made)] == [
        "tiny_wide",
        "tiny",
        "tiny2",
    ]


def test_what_is_wrong_comes_back_from_another_process(spec: str) -> None:
    jobs = [build.Job(spec, "big"), build.Job(spec, None, {"width": 0}, ("dot",))]
    results = list(build.run_all(jobs, workers=2))
    rules = [d.rule for found in results if isinstance(found, tuple) for d in found]
    assert rules == ["unknown-variant", "bad-value"]


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "a.py").write_text("before")
    texts = {tmp_path / name: b"now" for name in ("a.py", "new/b.py", "folder.py")}
    with pytest.raises(files.CannotWrite, match=r"folder\.py` cannot be written"):
        files.write(texts)
    assert (tmp_path / "a.py").read_text() == "before"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.py", "folder.py", "new"]


def test_files_are_written_with_the_usual_rights(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    files.write({tmp_path / "new/a.py": b"x\n"})
    assert (tmp_path / "new/a.py").read_bytes() == b"x\n"
    assert (tmp_path / "new/a.py").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert os.listdir(tmp_path / "new") == ["a.py"]


def test_stale_files_are_shown_with_their_difference(tmp_path: Path) -> None:
    old = "".join(f"line {i}\n" for i in range(40))
    (tmp_path / "same.py").write_text(old)
    (tmp_path / "changed.py").write_text(old)
    new = old.replace("line 7", "line seven").encode()
    made = {"same.py": old.encode(), "changed.py": new, "absent.md": b""}
    found = files.stale({tmp_path / name: data for name, data in made.items()})
    assert [Path(d.message.split("`")[1]).name for d in found] == ["changed.py", "absent.md"]
    assert {d.rule for d in found} == {"stale-golden"}
    assert "-line 7\n+line seven" in found[0].notes[0]


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n" * 100)
    (found,) = files.stale({tmp_path / "a.py": b"b\n" * 100})
    assert found.notes[0].endswith("lines more")


def test_files_of_no_spec_are_found(tmp_path: Path) -> None:
    for name in ("tiny.py", "tiny.svg", "old.py", "README.md", "__init__.py", "notes.txt"):
        (tmp_path / name).write_text("")
    found = files.orphans(tmp_path, [tmp_path / "tiny.py"], build.TARGETS.values())
    names = [Path(d.message.split("`")[1]).name for d in found]
    assert names == ["old.py", "tiny.svg"]


def test_a_mistake_is_told_once_with_the_variant_that_has_it(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY.replace("wide: {width: 32}", "wide: {width: 0}\n  deep: {width: 0}"))
    spec, report = catalogue.read(str(path))
    with pytest.raises(SpecError) as raised:
        catalogue.networks(spec, report, catalogue.every(spec))
    found: tuple[Diagnostic, ...] = raised.value.diagnostics
    assert [d.rule for d in found] == ["bad-value"]
    assert "in variant `wide`" in found[0].notes


def test_a_target_is_a_path_a_name_or_either_with_a_variant(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert catalogue.find(spec) == catalogue.Target(spec)
    assert catalogue.find(f"{spec}:wide") == catalogue.Target(spec, "wide")
    assert catalogue.find("-") == catalogue.Target("-")
    assert catalogue.find("-:wide", "wide") == catalogue.Target("-", "wide")
    assert Path(catalogue.find("resnet:resnet50").path).name == "resnet.yaml"
    with pytest.raises(SpecError, match="unknown-variant"):
        catalogue.find(f"{spec}:wide", "tiny2")
    with pytest.raises(SpecError) as raised:
        catalogue.find("resnt")
    assert raised.value.diagnostics[0].help == "did you mean `resnet`?"
    # A folder's own specs stand before those of archc.
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/resnet.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    assert catalogue.find("resnet").path == "specs/resnet.yaml"


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 300}.py"
    with pytest.raises(files.CannotWrite, match="File name too long"):
        files.write({tmp_path / "a.py": b"", path: b""})
    assert list(tmp_path.iterdir()) == []
