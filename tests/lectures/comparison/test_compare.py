"""Comparisons: published accuracies and their sources, like with like, the table and the chart."""

import csv
import io
import json
import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import archc
from archc import catalogue
from archc.document.formats import WRITERS, write
from archc.document.translation import language
from archc.lectures import comparison
from archc.lectures.comparison import Comparison, accuracies
from archc.lectures.comparison.accuracies import Metric
from archc.lectures.comparison.chart import listed, names
from archc.lectures.comparison.labels import Box, Bubble, place
from archc.lectures.comparison.table import table as compared
from archc.network import Network
from tests import paths
from tests.commands import invoke
from tests.values import some

GOLDENS = paths.GOLDENS / "compare"
SPECS = sorted(catalogue.known())
SHOWN = {
    "efficientnet.md": (("efficientnet", "resnet:resnet50", "vgg:d"), "markdown", "en"),
    "senet.fr.tex": (("resnet:resnet50_v1", "se_resnet:se_resnet50"), "latex", "fr"),
    "cifar.csv": (("resnet_cifar", "densenet_cifar"), "csv", "en"),
    "mobilenet.json": (("mobilenet_v1", "mobilenet_v2", "lenet5"), "json", "en"),
}
OWN = """\
accuracies: 1
sources:
  - id: mine
    title: our own training
    data: ImageNet
    crop: single
    results:
      vgg:d: {top1: 80}
      mine: {top1_error: 12.5}
"""


@cache
def networks(*written: str) -> tuple[Network, ...]:
    return tuple(catalogue.chosen(written))


def compare(*written: str, **chosen: Any) -> Comparison:
    return comparison.compare(networks(*written), accuracies.published(), **chosen)


def run(*arguments: str, code: int = 0) -> str:
    result = invoke("compare", *arguments)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


# What is published


def test_every_result_is_of_a_known_network() -> None:
    known = set(SPECS)
    for name in SPECS:
        spec, _ = catalogue.read(catalogue.known()[name])
        known |= {f"{name}:{variant}" for variant in spec.variants}
    assert {name for s in accuracies.published() for name in s.results} <= known


def test_accuracies_of_torchvision_are_those_of_its_weights() -> None:
    models = pytest.importorskip("torchvision").models
    given = {s.id: s.results for s in accuracies.published()}
    checked = 0
    for kind, results in (("V1", given["torchvision"]), ("V2", given["torchvision_v2"])):
        for label, result in results.items():
            family, _, variant = label.partition(":")
            name = variant if variant.startswith(family) or not variant else f"{family}_{variant}"
            name = {"alexnet_torchvision": "alexnet", "googlenet_torchvision": "googlenet"}.get(
                name or family, name or family
            )
            name = name.replace("mobilenet_v2_width_100", "mobilenet_v2")
            for letter, depth in zip("abde", (11, 13, 16, 19), strict=True):
                name = {f"vgg_{letter}": f"vgg{depth}", f"vgg_{letter}_bn": f"vgg{depth}_bn"}.get(
                    name, name
                )
            # The new recipe is the first one of this model.
            one = "V1" if name == "resnext101_64x4d" else kind
            weights = models.get_model_weights(name)[f"IMAGENET1K_{one}"]
            printed = weights.meta["_metrics"]["ImageNet-1K"]
            assert (result.top1, result.top5) == (printed["acc@1"], printed["acc@5"]), label
            size = weights.transforms.keywords["crop_size"]
            network = catalogue.network(catalogue.find(label).path, variant or None)
            assert (result.input or network.input[-1]) == size, label
            checked += 1
    assert checked == 43


def test_the_gains_that_the_lecture_prints_beside_senets_errors() -> None:
    pairs = {
        ("resnet:resnet50_v1", "se_resnet:se_resnet50"): (1.51, 0.86),
        ("resnet:resnet101_v1", "se_resnet:se_resnet101"): (0.79, 0.45),
        ("resnet:resnet152_v1", "se_resnet:se_resnet152"): (0.85, 0.61),
        ("resnext:resnext50_32x4d", "se_resnext:se_resnext50_32x4d"): (1.01, 0.41),
        ("resnext:resnext101_32x4d", "se_resnext:se_resnext101_32x4d"): (0.48, 0.56),
        ("vgg:d", "se_vgg:se_vgg16"): (1.80, 1.11),
        ("bn_inception", "se_bn_inception"): (1.15, 0.75),
        ("inception_resnet:v2", "se_inception_resnet:v2"): (0.57, 0.42),
    }
    results = next(s.results for s in accuracies.published() if s.id == "senet")
    for (plain, squeezed), gains in pairs.items():
        metrics: tuple[Metric, ...] = ("top1", "top5")
        for metric, gain in zip(metrics, gains, strict=True):
            more = some(results[squeezed].of(metric)) - some(results[plain].of(metric))
            assert more == pytest.approx(gain, abs=0.011), (squeezed, metric)


# Like with like


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_is_compared(name: str) -> None:
    found = compare(name, "resnet:resnet50")
    assert found.entries
    for entry in found.plotted:
        source = some(entry.found).source
        assert (source.data, source.crop) == (found.data, found.crop)
        assert 0 < some(entry.accuracy("top1")) <= 100
    for format in WRITERS:
        with language("fr"):
            assert write(compared(found, exact=format in ("csv", "json")), format)


def test_what_is_taken_by_default() -> None:
    found = compare("resnet", "resnet_cifar:resnet_cifar56")
    assert (found.data, found.crop) == ("ImageNet", "single")
    assert [entry.network.label for entry in found.missing] == [
        *("resnet:resnet18_v1", "resnet:resnet34_v1", "resnet_cifar:resnet_cifar56")
    ]
    ten = compare("resnet", crop="10-crop")
    assert [entry.accuracy("top1") for entry in ten.plotted] == [77.1, 78.2, 78.6]
    assert {s.id for s in compare("resnet", source="he").sources} == {"he"}
    assert not compare("resnext", source="he").plotted
    # Several networks together beside the cost of one: only where that is asked for.
    assert compare("vgg:d", metric="top5").crop == "single"
    assert compare("vgg:d", crop="ensemble", metric="top5").plotted[0].accuracy("top5") == 92.7


def test_a_family_is_its_variants_and_its_defaults_where_they_are_another_network() -> None:
    assert [network.label for network in networks("googlenet")] == [
        *("googlenet", "googlenet:torchvision", "googlenet:fashion_mnist")
    ]
    assert "resnet" not in [network.label for network in networks("resnet")]
    assert len(networks("vgg:d", "vgg", "vgg:d")) == len(networks("vgg"))


def test_pictures_of_another_size_are_told() -> None:
    text = run("efficientnet:b2")
    assert "accuracy of pictures of another size than the input: 288 × 288" in text
    assert "288" not in run("efficientnet:b3")


def test_order() -> None:
    found = compare("resnet", "lenet5").sorted("top1", reverse=True)
    order = [some(entry.accuracy("top1")) for entry in found.entries if entry.found]
    assert order == sorted(order, reverse=True)
    assert found.entries[-1].found is None
    for key in comparison.KEYS:
        values = [
            comparison.KEYS[key](e, "top1") for e in compare("mobilenet_v1").sorted(key).plotted
        ]
        assert values == sorted(values)


def test_an_edited_copy_has_no_published_accuracy(tmp_path: Path) -> None:
    text = (paths.SPECS / "vgg.yaml").read_text("utf-8")
    path = tmp_path / "vgg.yaml"
    path.write_text(text.replace("4096", "2048"), "utf-8")
    found = archc.compare(f"{path}:d", "vgg:d").found
    assert [entry.found is None for entry in found.entries] == [True, False]
    assert found.entries[0].name == f"vgg:d ({path})"
    mine = tmp_path / "mine.yaml"
    mine.write_text(OWN, "utf-8")
    found = archc.compare(f"{path}:d", "vgg:d", accuracies=mine).found
    assert [entry.accuracy("top1") for entry in found.entries] == [80, 80]
    # One's own comes first, whoever has more networks.
    found = archc.compare("vgg", accuracies=mine).found
    assert [e.accuracy("top1") for e in found.entries if e.network.variant == "d"] == [80]


# A file of one's own


WRONG = {
    "crop: single": ("crop: singel", "wrong-type", "one of `single`"),
    "top1: 80": ("top1: 180", "bad-value", "at most 100"),
    "{top1: 80}": ("{topp1: 80}", "unknown-key", "did you mean `top1`?"),
    "    data: ImageNet\n": ("", "missing-key", "`data` is missing"),
    "vgg:d: {top1: 80}": ("vgg:d: {}", "bad-value", "a result has one of"),
    "top1_error: 12.5": ("top1_error: 12.5, top1: 3", "bad-value", "say the same"),
    "accuracies: 1": ("accuracies: 2", "wrong-type", "`accuracies`"),
    OWN: ("- 1", "wrong-type", "a file of accuracies is a mapping"),
}


@pytest.mark.parametrize("right", WRONG)
def test_what_is_wrong_in_a_file(right: str, tmp_path: Path) -> None:
    wrong, rule, said = WRONG[right]
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(right, wrong), "utf-8")
    told = run("vgg:d", "--accuracies", str(path), code=1)
    assert f"error[{rule}]" in told
    assert said in told


def test_two_sources_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN + OWN.partition("sources:\n")[2], "utf-8")
    assert "error[duplicate-id]" in run("vgg:d", "--accuracies", str(path), code=1)
    assert "error[missing-file]" in run("vgg:d", "--accuracies", "no.yaml", code=1)


# The command


@pytest.mark.parametrize("golden", SHOWN)
def test_tables_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    specs, format, lang = SHOWN[golden]
    text = run(*specs, "--format", format, "--lang", lang)
    path = GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_all_of_them() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--all", "--sort", "macs", "--format", "csv"))))
    macs = [int(row["macs"]) for row in rows]
    assert macs == sorted(macs)
    assert {row["network"].split(":")[0] for row in rows} == set(SPECS)
    row = next(row for row in rows if row["network"] == "resnet:resnet50")
    assert (row["params"], row["top1"], row["source"]) == (
        *("25557032", "76.13"),
        "torchvision 0.29.1, weights IMAGENET1K_V1",
    )


def test_from_python() -> None:
    found = archc.compare("resnet:resnet50", archc.load("vgg").elaborate("d"))
    assert "| vgg:d" in found.table()
    assert found._repr_html_().startswith("<")
    data = json.loads(found.table("json"))
    assert data["rows"][0]["cells"][1]["value"] == 25557032


def test_what_it_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(code=2)
    run("vgg", "--all", code=2)
    run("vgg", "--plot", "x.gif", code=2)
    run("vgg", "--reverse", code=2)
    assert "did you mean `ImageNet`?" in run("vgg", "--data", "Imagenet", code=1)
    for options in (("--crop", "half"), ("--source", "hearsay")):
        assert "error[no-accuracy]" in run("vgg", *options, code=1)
    assert "error[no-accuracy]" in run("lenet5", "--plot", "x.svg", code=1)
    assert "error[unknown-variant]" in run("vgg:z", "resnet", code=1)
    assert list(tmp_path.iterdir()) == []


def test_help_has_examples() -> None:
    assert "$ archc compare efficientnet resnet" in run("--help")


# The chart


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_charts(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    made = []
    for _ in range(2):
        run("googlenet", "resnet", "lenet5", "--plot", f"x.{kind}", "--lang", "fr")
        made.append(Path(f"x.{kind}").read_bytes())
    assert made[0] == made[1]
    if kind == "svg":
        text = made[0].decode()
        for said in (
            "GoogLeNet torchvision",
            "resnet50_v1",
            "Sans exactitude connue",
            "lenet5",
        ):
            assert said in text
        assert "dc:date" not in text


def test_charts_need_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.startswith(("matplotlib", "archc.targets."))]:
        if "matplotlib" in name or "chart" in name or "canvas" in name:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'archc[plot]'" in run("efficientnet", "--plot", "x.svg", code=1)


def test_names_never_meet() -> None:
    """However crowded it is: 40 bubbles, half of them in one place."""
    bubbles = [
        Bubble(100 + 3 * (k % 20), 100 + 40 * (k // 20), 5 + k % 20, 20 + k % 60, 8)
        for k in range(40)
    ]
    spots = place(bubbles, Box(0, 0, 700, 400), [(float(x), 100.0) for x in range(0, 700, 10)])
    boxes = [spot.box(bubble) for spot, bubble in zip(spots, bubbles, strict=True)]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])]
    assert sum(Box(0, 0, 700, 400).holds(box) for box in boxes) == 40


def test_names_of_bubbles() -> None:
    found = compare("efficientnet:b0", "efficientnet:b2", "googlenet", "vgg:d", "resnet:resnet50")
    assert list(names(found.plotted).values()) == [
        *("b0", "b2*", "GoogLeNet", "GoogLeNet torchvision", "VGG d", "resnet50")
    ]
    assert listed(compare("lenet5", "highway", "vgg:c").entries, ()) == (
        "lenet5, lenet5:modern, highway (5), vgg:c"
    )
