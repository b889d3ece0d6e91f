"""Worked figures: the lectures' numbers, and every formula held against the analysis."""

import ast
import shutil
import subprocess
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archc
from archc import catalogue
from archc.analyses import analyze
from archc.analyses import receptive_field_trace as seen
from archc.analyses.cost import operation_cost
from archc.analyses.symbols import symbolic
from archc.document.formats import Format, write
from archc.document.translation import language
from archc.expr import evaluate
from archc.expr.formula import value
from archc.expr.grammar import parse
from archc.lectures.derivations import derive, explain
from archc.lectures.derivations.unfold import Unfolder
from archc.network import Network, Operation
from archc.ops import OPS, BadShape
from tests import paths
from tests.commands import invoke
from tests.ops import op_cases

GOLDENS = paths.GOLDENS / "explain"
SPECS = sorted(catalogue.known())
SHOWN = {
    "googlenet_conv1.txt": ("googlenet", "conv1", "text", "en"),
    "googlenet_3a.tex": ("googlenet", "inception_3a", "latex", "fr"),
    "inception_bottleneck.md": ("inception_block:bottleneck", "inception", "markdown", "en"),
    "mobilenet_v1_conv8.md": ("mobilenet_v1", "conv8.0", "markdown", "fr"),
    "resnet50.txt": ("resnet:resnet50", "", "text", "fr"),
    "lenet5_c3.tex": ("lenet5", "c3", "latex", "en"),
}


def network(written: str) -> Network:
    target = catalogue.find(written)
    return catalogue.network(target.path, target.variant)


@pytest.mark.parametrize("golden", SHOWN)
def test_pages_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    spec, node, form, lang = SHOWN[golden]
    with language(lang):
        text = write(explain(derive(network(spec), node)), cast(Format, form))
    path = GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "H' = W' = floor((H + 2*p - k)/s) + 1 = floor((224 + 2*3 - 7)/2) + 1 = 112",
        "k*k*C*N + N = 7*7*3*64 + 64 = 9,472",
        "H'*W'*N*k*k*C = 112*112*64*7*7*3 = 118,013,952",
        "1 + (7 - 1)*1 = 7",
        "2.7K",
        "disputed",
    ],
)
def test_the_first_layer_of_googlenet(line: str) -> None:
    assert line in write(explain(derive(network("googlenet"), "conv1")))


def test_the_sums_of_the_slides() -> None:
    naive = derive(network("inception_block:naive"), "inception")
    products = [ast.unparse(term.macs).replace(" ", "") for term in naive.terms]
    assert products == ["28*28*128*1*1*256", "28*28*192*3*3*256", "28*28*96*5*5*256"]
    assert naive.part.cost.macs == 854_196_224
    text = invoke(
        "explain", "inception_block:bottleneck", "inception",
        "--against", "inception_block:naive",
    ).stdout  # fmt: skip
    assert "271,351,808" in text
    assert "854,196,224  3.1479" in text
    assert "358M" in text
    assert "counts the 3x3 convolution's 86.7M twice" in text


def test_the_separable_convolution_of_the_slides() -> None:
    (pair,) = derive(network("mobilenet_v1"), "conv8.0").separable
    assert pair.parts.result == 52_283_392
    assert pair.standard.result == 462_422_016
    assert pair.ratio.result == Fraction(1, 512) + Fraction(1, 9)
    assert Fraction(pair.parts.result, pair.standard.result) == pair.ratio.result


@pytest.mark.parametrize("spec", SPECS)
def test_formulas_are_what_the_analysis_counts(spec: str) -> None:
    """Every node of every variant: equations that do not come out are not made."""
    known = set()
    for net in catalogue.networks(*catalogue.read(catalogue.known()[spec]), variants(spec)):
        for body in net.bodies():
            for item in body.flow():
                if not isinstance(item, Operation):
                    continue
                if (key := (item.op, item.input_shapes)) not in known:
                    known.add(key)
                    of = symbolic(item.op, item.input_shapes, item.output_shape)
                    one = operation_cost(item)
                    of.size(), of.params(one.params), of.cost(one.macs)


def variants(spec: str) -> tuple[str | None, ...]:
    read, _ = catalogue.read(catalogue.known()[spec])
    return catalogue.every(read)


@pytest.mark.parametrize("spec", SPECS)
def test_every_step_of_a_network_is_worked_out(spec: str) -> None:
    net = network(spec)
    for part in (analyze(net).at(""), *analyze(net).rows(1)):
        found = derive(net, part.id)
        shown: tuple[tuple[Format, str], ...] = (
            ("text", "en"),
            ("markdown", "en"),
            ("latex", "fr"),
        )
        for form, lang in shown:
            with language(lang):
                assert write(explain(found), form)


@pytest.mark.parametrize("spec", ["googlenet", "resnet", "nasnet", "inception_v3", "lenet5"])
def test_receptive_fields_step_by_step(spec: str) -> None:
    """Each step's formula gives the field after it, and the last one the analysis's."""
    net = network(spec)
    nodes = analyze(net).nodes
    for node in nodes[:: max(1, len(nodes) // 40)]:
        steps = seen.steps(seen.sights(net), node.id)
        for step in steps:
            assert tuple(map(value, step.size)) == step.field.size
            assert tuple(map(value, step.jump)) == step.field.stride
        if steps:
            assert steps[-1].field == node.receptive_field


@pytest.mark.parametrize("name", OPS)
def test_every_op_has_formulas(name: str) -> None:
    @op_cases.examples(25)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op, inputs = data.draw(op_cases.ops(name)), tuple(data.draw(op_cases.shapes(name)))
        try:
            output = op.shape(*inputs)
        except BadShape:
            return
        of = symbolic(op, inputs, output)
        of.size()
        of.params(sum(map(prod, op.weights(*inputs).values())))
        of.cost(op.macs(*inputs) if op.weighted else 0)
        of.legend()

    check()


def test_an_expression_step_by_step() -> None:
    scope = {"depth_mult": 1.4, "layers": [1, 2, 3]}
    tree = parse("ceil(layers[2] * depth_mult) + (1 if depth_mult > 1 else 0)")
    sides = [ast.unparse(side) for side in Unfolder(scope).unfold(tree)]
    assert sides[1:] == ["ceil(3 * 1.4) + 1", f"ceil({3 * 1.4}) + 1", "5 + 1", "6"]
    assert evaluate(tree, scope) == 6


def test_ranges_of_tables_name_their_first() -> None:
    assert derive(network("resnet"), "conv2_x.1-2").part.id == "conv2_x.1"


def test_one_argument_is_a_rule_or_a_spec() -> None:
    assert "4,089,184,256" in invoke("explain", "resnet").stdout
    assert invoke("explain", "bad-shape").stdout.startswith("# ")
    wrong = invoke("explain", "resnt")
    assert wrong.exit_code == 1
    assert "did you mean `resnet`?" in wrong.stderr
    lost = invoke("explain", "googlenet", "inception_3x")
    assert lost.exit_code == 1
    assert "error[unknown-id]" in lost.stderr
    assert "did you mean `inception_3a`?" in lost.stderr


def test_settings_change_what_is_worked_out() -> None:
    text = invoke("explain", "mobilenet_v1", "conv1.conv", "--set", "resolution=160").stdout
    assert "floor((160 + 2*1 - 3)/2) + 1 = 80" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX")
def test_latex_compiles(tmp_path: Path) -> None:
    with language("fr"):
        body = "".join(
            write(explain(derive(network(spec), node)), "latex")
            for spec, node in (("googlenet", "conv1"), ("mobilenet_v1", "conv8.0"), ("resnet", ""))
        )
    text = (
        "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}"
        "\\usepackage[landscape]{geometry}"
        "\\usepackage{amsmath, booktabs, graphicx}\\begin{document}\n"
        f"{body}\\end{{document}}\n"
    )
    (tmp_path / "x.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


def test_nothing_is_lost_in_french() -> None:
    text = archc.load("googlenet").elaborate().explain("conv1", lang="fr")
    for word in ("Taille de sortie", "Paramètres", "Champ récepteur", "Chiffres publiés"):
        assert word in text
    assert "9\N{NARROW NO-BREAK SPACE}472" in text
