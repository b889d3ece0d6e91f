"""archc from Python: the same powers as the commands."""

import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import archc
from archc.lectures import figures as diagram
from archc.targets.torch.runtime import verify
from tests.paths import ROOT

TINY = """
archc: 1
name: tiny
title: Tiny & small
params: {width: 8, num_classes: 10}
input: [3, 16, 16]
network:
  - conv: {out_channels: width, kernel_size: 3}
  - relu
  - adaptive_avg_pool: {output_size: 1}
  - flatten
  - linear: {out_features: num_classes}
    id: fc
variants:
  wide: {width: 32}
"""


@pytest.fixture
def tiny() -> archc.Architecture:
    return archc.load("tiny.yaml", TINY)


def test_a_spec_by_name_and_by_path() -> None:
    by_name = archc.load("resnet")
    by_path = archc.load(ROOT / "specs/resnet.yaml")
    assert by_name.name == by_path.name == "resnet"
    assert "resnet50" in by_name.variants
    assert "num_classes" in by_name.params
    assert "ResNet" in repr(by_name)
    assert archc.load("resnet:resnet18").elaborate().network.variant == "resnet18"


def test_import_is_light() -> None:
    code = "import archc, sys; print([m for m in sys.modules if m.startswith('archc.')])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert run.stdout == "[]\n"
    assert {"load", "build_module", "SpecError", "Model"} <= set(dir(archc))
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        archc.lod  # noqa: B018


def test_mistakes_are_raised_together() -> None:
    with pytest.raises(archc.SpecError) as raised:
        archc.load("tiny.yaml", TINY.replace("relu", "rleu").replace("flatten", "flaten"))
    assert [d.rule for d in raised.value.diagnostics] == ["unknown-op", "unknown-op"]
    with pytest.raises(archc.SpecError, match=r"^unknown-spec: .* \(did you mean `resnet`\?\)$"):
        archc.load("rsnet")
    with pytest.raises(archc.SpecError, match="unknown-param"):
        archc.load("resnet").elaborate(wdth=3)


def test_a_model_has_every_form(tiny: archc.Architecture, tmp_path: Path) -> None:
    model = tiny.elaborate("wide", num_classes=4)
    assert model.analyze().totals.params == 32 * 27 + 32 + 4 * 33
    assert "class " in model.code()
    assert model.dot().startswith("digraph")
    assert "Tiny" in model.report()
    paths = model.save(tmp_path / "out", ["torch", "md"])
    assert [path.name for path in paths] == ["tiny_wide.py", "tiny_wide.md"]
    assert paths[0].read_text() == model.code()
    assert repr(model) == "<Model tiny:wide: 1,028 parameters, 169 K multiply-adds, depth 2>"


def test_notebooks_show_a_figure_and_tables(
    tiny: archc.Architecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.elaborate()
    html = model._repr_html_()
    assert "<svg" in html
    assert "Tiny &amp; small" in html
    assert ">id</th>" in html
    assert "8 x 14 x 14" in html
    assert (model._repr_svg_() or "").rstrip().endswith("</svg>")
    assert "wide" in tiny._repr_html_()

    def nothing(*_: object) -> None:
        raise diagram.NoEngine("none")

    monkeypatch.setattr(diagram, "draw", nothing)
    assert model._repr_svg_() is None
    assert ">id</th>" in model._repr_html_()


def test_a_module_is_built_in_memory() -> None:
    torch = pytest.importorskip("torch")
    module = archc.build_module("resnet", variant="resnet18", num_classes=7)
    assert module(torch.zeros(1, 3, 64, 64)).shape == (1, 7)
    assert "class " in inspect.getsource(type(module))
    assert inspect.getdoc(sys.modules[type(module).__module__])
    again = pickle.loads(pickle.dumps(module))
    assert type(again) is type(module)
    assert all(map(torch.equal, again.state_dict().values(), module.state_dict().values()))


def test_the_same_code_is_one_class(tiny: archc.Architecture) -> None:
    pytest.importorskip("torch")
    assert type(tiny.elaborate().module()) is type(tiny.elaborate().module())
    assert type(tiny.elaborate("wide").module()) is not type(tiny.elaborate().module())


@pytest.mark.parametrize(("variant", "settings"), [(None, {}), ("wide", {"num_classes": 3})])
def test_torch_agrees_with_the_analysis(
    tiny: archc.Architecture, variant: str | None, settings: dict[str, int]
) -> None:
    pytest.importorskip("torch")
    found = verify.verify(tiny.elaborate(variant, **settings).network)
    assert found.mismatches == ()
    assert found.nodes == 5


def test_torch_disagrees_where_the_code_is_another(
    tiny: archc.Architecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    other = tiny.elaborate("wide").module()
    monkeypatch.setattr(verify, "instantiate", lambda network: other.to("meta"))
    found = verify.verify(tiny.elaborate().network)
    what = {(each.node, each.what) for each in found.mismatches}
    assert ("conv", "weight") in what
    assert ("conv", "output at inference") in what
    assert ("conv", "MACs at training") in what
    assert ("fc", "input at inference") in what
    assert ("(network)", "parameters") in what
    assert ("(network)", "outputs at inference") not in what
