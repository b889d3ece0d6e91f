"""The commands memory, roofline, paths, channels and field: every spec, language and format."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from archc import catalogue
from archc.analyses import analyze
from archc.document.formats import write
from archc.document.translation import Lang, language
from archc.lectures import studies
from tests import paths
from tests.commands import invoke

GOLDENS = paths.GOLDENS / "studies"
SPECS = sorted(catalogue.known())
COMMANDS = ("memory", "roofline", "paths", "channels", "field")
SHOWN = {
    "memory_resnet50.txt": ("memory", "resnet:resnet50", "--batch", "32"),
    "memory_googlenet.tex": ("memory", "googlenet", "--dtype", "float16", "--lang", "fr"),
    "memory_densenet.md": ("memory", "densenet"),
    "roofline_resnet50.md": ("roofline", "resnet:resnet50", "--batch", "32", "--dtype", "float16"),
    "roofline_mobilenet_v1.txt": ("roofline", "mobilenet_v1", "--device", "l4", "--lang", "fr"),
    "roofline_vgg.tex": ("roofline", "vgg", "--device", "h100"),
    "paths_resnet_cifar.txt": ("paths", "resnet_cifar", "--without", "conv3_x.4"),
    "paths_resnet_cifar1202.tex": ("paths", "resnet_cifar:resnet_cifar1202", "--lang", "fr"),
    "paths_googlenet.md": ("paths", "googlenet"),
    "channels_densenet.txt": ("channels", "densenet"),
    "channels_googlenet.tex": ("channels", "googlenet", "--lang", "fr"),
    "channels_resnet50.md": ("channels", "resnet:resnet50"),
    "field_vgg.txt": ("field", "vgg"),
    "field_googlenet.md": ("field", "googlenet", "--lang", "fr"),
    "field_alexnet.tex": ("field", "alexnet"),
    "convention_resnet50.txt": ("analyze", "resnet:resnet50", "--convention", "fvcore"),
    "convention_googlenet.md": ("analyze", "googlenet", "--convention", "paper", "--lang", "fr"),
    "convention_mobilenet_v2.txt": ("analyze", "mobilenet_v2", "--convention", "ptflops"),
}
FORMATS = {".txt": "text", ".md": "markdown", ".tex": "latex"}


def shown(golden: str) -> str:
    command = SHOWN[golden]
    form = FORMATS[Path(golden).suffix]
    form = "table" if (command[0], form) == ("analyze", "text") else form
    result = invoke(*command, "--format", form)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("golden", SHOWN)
def test_pages_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    path, text = GOLDENS / golden, shown(golden)
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_has_every_page(name: str) -> None:
    network = catalogue.network(catalogue.find(name).path, None)
    found = analyze(network)
    parts = [part for part in found.rows(2) if not part.training_only]
    for lang in Lang:
        with language(lang):
            pages = [
                studies.memory.page(found.memory(8, "float16")),
                studies.roofline.page(found.roofline("a100", 8), parts),
                studies.paths.page(network, found.paths),
                studies.channels.page(network, found.channels(2)),
                studies.field.page(network, parts),
                *(studies.conventions.page(found.counted(t)) for t in ("paper", "thop")),
            ]
            for page in pages:
                for form in ("text", "markdown", "latex", "html"):
                    text = write(page, form)
                    assert network.label.replace("_", r"\_" if form == "latex" else "_") in text


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_work_from_the_command_line(command: str) -> None:
    text = invoke(command, "lenet5", "--lang", "fr")
    assert text.exit_code == 0
    assert "LeNet-5" in text.stdout
    told = json.loads(invoke(command, "lenet5", "--format", "json").stdout)
    assert told
    wrong = invoke(command, "lenet6")
    assert wrong.exit_code == 1
    assert "lenet5" in wrong.stderr
    helped = invoke(command, "--help").stdout
    assert f"$ archc {command}" in helped


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "steps",
    ["[{relu: , when: 1 > 2}]", "[{flatten: }]",
     "[{conv: {out_channels: 3, kernel_size: 1}}, idle, relu, {idle: {}, repeat: 3, id: r}]"],
)  # fmt: skip
def test_a_network_that_does_next_to_nothing_has_its_pages(
    command: str, steps: str, tmp_path: Path
) -> None:
    spec = tmp_path / "little.yaml"
    spec.write_text(
        "archc: 1\nname: little\ninput: [3, 8, 8]\nblocks:\n"
        f"  idle: {{body: [{{relu: , when: 1 > 2}}]}}\nnetwork: {steps}\n"
    )
    for form in ("text", "markdown", "latex", "json"):
        assert invoke(command, str(spec), "--format", form).exit_code == 0


def test_wrong_usage_says_what_there_is() -> None:
    result = invoke("roofline", "vgg", "--device", "a1000")
    assert result.exit_code == 2
    assert "a100" in result.stderr
    assert invoke("memory", "vgg", "--batch", "0").exit_code == 2
    assert invoke("memory", "vgg", "--dtype", "float8").exit_code == 2
    assert invoke("analyze", "vgg", "--convention", "keras").exit_code == 2
    assert invoke("analyze", "vgg", "--convention", "thop", "--format", "csv").exit_code == 2


def test_the_json_is_what_python_has() -> None:
    found = analyze(catalogue.network(catalogue.find("googlenet").path, None))
    given = ("googlenet", "--batch", "4", "--format", "json")
    assert json.loads(invoke("memory", *given).stdout) == found.memory(4).to_dict()
    told = json.loads(invoke("roofline", *given).stdout)
    assert told["total"] == found.roofline("a100", 4).total.to_dict()
    assert (
        json.loads(invoke("paths", "googlenet", "--format", "json").stdout) == found.paths.to_dict()
    )
    told = json.loads(
        invoke("analyze", "googlenet", "--convention", "thop", "--format", "json").stdout
    )
    assert told == found.counted("thop").to_dict()


def test_an_analysis_in_french() -> None:
    text = invoke("analyze", "resnet", "--lang", "fr").stdout
    assert "champ récepteur" in text
    assert "multiplications-additions" in text
    assert "25\N{NARROW NO-BREAK SPACE}557\N{NARROW NO-BREAK SPACE}032" in text
    assert not re.search(r"\b(params|receptive|depth|buffers)\b", text)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX")
def test_pages_compile(tmp_path: Path) -> None:
    pages = [text for name in SHOWN if name.endswith(".tex") for text in [shown(name)]]
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{amsmath,booktabs}"
    head += r"\usepackage[landscape,margin=1cm]{geometry}\begin{document}"
    (tmp_path / "pages.tex").write_text("\n".join([head, *pages, r"\end{document}"]), "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "pages.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
