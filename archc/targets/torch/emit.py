"""The layout of a generated file: docstring, imports, classes, the network's class, functions."""

from __future__ import annotations

import re
import textwrap
from importlib import resources

from archc.analyses import Analysis
from archc.diagnostics import Diagnostic, SpecError
from archc.network import Network
from archc.network.support import require
from archc.passes import Program
from archc.targets.torch.classes import plan_classes
from archc.targets.torch.constructor import block_constructor, network_constructor
from archc.targets.torch.forward import block_forward, network_forward
from archc.targets.torch.initialise import initialise
from archc.targets.torch.kernels import with_kernels
from archc.targets.torch.lowering import LOWERINGS
from archc.targets.torch.plan import ClassPlan, UnnamedClass
from archc.targets.torch.scaling_rules import scaling_rules
from archc.targets.torch.source import WIDTH, Symbols, docstring, escaped


def emit(network: Network, analysis: Analysis, program: Program | None = None) -> str:
    """The network as a Python file that imports torch alone.

    With a program, its fusions become calls of the functions of the kernels file beside it.

    Raises:
        SpecError: `no-backend`, for a step that PyTorch code cannot express.
    """
    require(network, LOWERINGS)
    try:
        plans, free = plan_classes(network)
    except UnnamedClass as error:
        raise SpecError(
            [
                Diagnostic(
                    "no-backend",
                    "a repeated sequence becomes a class, and a class needs a name",
                    network.spec.span(error.step.at),
                    help="make these steps a block, and repeat the block",
                )
            ]
        ) from None
    if program is not None:
        for plan in plans:
            plan.fused = with_kernels(plan, program.taken)
    *blocks, whole = plans
    symbols = Symbols()
    classes = [_block_class(plan, symbols, free) for plan in blocks]
    first_weights = initialise(network)
    network_class = _network_class(whole, symbols, network, tuple(first_weights))
    functions = [*first_weights.values(), *scaling_rules(network, symbols)]
    pieces = [_piece(name) for name in sorted(symbols.pieces)]
    imports = _imports(network, symbols, [line for head, _ in pieces for line in head])
    head = ['"""' + "\n".join(escaped(line) for line in about(network, analysis)) + '\n"""']
    sections = [
        _outputs_record(network, whole.name),
        *(body for _, body in pieces),
        *classes,
        network_class,
        *functions,
    ]
    text = "\n\n".join([*head, *("\n".join(part) for part in imports)])
    return "\n\n\n".join([text, *("\n".join(part) for part in sections if part)]) + "\n"


# Classes


def _block_class(plan: ClassPlan, symbols: Symbols, free: frozenset[str]) -> list[str]:
    """The class of a block."""
    single, base = len(plan.outputs) == 1, "nn.Module"
    if plan.repeats_one_module:
        base = "nn.Sequential" if single else "nn.ModuleList"
    constructor = block_constructor(plan, symbols, free)
    methods = [] if base == "nn.Sequential" else [block_forward(plan, symbols)]
    return _class(plan.name, base, _doc(plan), constructor, methods)


def _network_class(
    plan: ClassPlan, symbols: Symbols, network: Network, last: tuple[str, ...]
) -> list[str]:
    """The class of the network; `last` are statements at the end of its constructor."""
    doc = network.spec.header.doc.strip() or f"{network.spec.title}."
    constructor = network_constructor(plan, symbols, network, last)
    return _class(plan.name, "nn.Module", doc, constructor, network_forward(plan, symbols, network))


def _class(
    name: str, base: str, doc: str, constructor: list[str], methods: list[list[str]]
) -> list[str]:
    found = [f"class {name}({base}):", *docstring(doc), "", *constructor]
    for method in methods:
        found += ["", *method]
    return found


def _doc(plan: ClassPlan) -> str:
    """The block's `doc`, or the names of its steps."""
    if plan.block.doc:
        return plan.block.doc
    names = [step.name.split(".")[-1].replace("_", " ") for step in plan.steps]
    return f"{', '.join(names or ['nothing at all']).capitalize()}."


def _outputs_record(network: Network, name: str) -> list[str]:
    """The NamedTuple of a network's outputs; empty where it has one."""
    if len(network.outputs) == 1:
        return []
    asides = network.outputs[1:]
    weights = {o.step.weight for o in asides if o.step and o.step.weight is not None}
    only = all(output.training_only for output in asides)
    doc = "What the network gives while training" if only else "What the network gives"
    if len(weights) == 1:
        doc += f": the loss weighs each auxiliary output by {weights.pop()}"
    main = "output" if any(output.name == "logits" for output in asides) else "logits"
    fields = [f"    {main}: Tensor"]
    for output in asides:
        left_out = " | None" if output.training_only and not only else ""
        fields.append(f"    {output.name}: Tensor{left_out}")
    return [f"class {name}Outputs(NamedTuple):", f'    """{doc}."""', "", *fields]


def _piece(name: str) -> tuple[list[str], list[str]]:
    """The imports and the class of a module in `pieces/`."""
    folder = resources.files("archc.targets.torch").joinpath("pieces")
    text = folder.joinpath(f"{name}.py").read_text("utf-8")
    head, mark, body = text.partition("\nclass ")
    imports = [line for line in head.splitlines() if line.startswith(("import ", "from "))]
    kept = [line for line in imports if "__future__" not in line]
    return kept, (mark.strip() + " " + body).rstrip().splitlines()


# Docstring and imports


def about(network: Network, analysis: Analysis) -> list[str]:
    """The file's docstring: paper, numbers, variant, the spec it comes from."""
    spec = network.spec
    title = heading(network)
    lead = [f"{title}: {spec.header.paper}." if spec.header.paper else f"{title}."]
    if len(lead[0]) + 3 > WIDTH:
        lead = [f"{title}.", "", *_wrap(f"{spec.header.paper}.")]
    sizes = " x ".join(str(size) for size in network.input)
    totals, inference = analysis.totals, analysis.inference
    counted = f"{totals.params:,} parameters"
    if inference.params != totals.params:
        counted += f" ({inference.params:,} without what is only for training)"
    layers = "1 layer" if inference.depth == 1 else f"{inference.depth} layers"
    numbers = f"Input {sizes}.  {counted}, {_giga(inference.macs)} multiply-adds, {layers} deep."
    found = [*lead, "", *_wrap(numbers)]
    variant = spec.variants[network.variant] if network.variant else None
    if variant and variant.doc:
        found += _wrap(variant.doc)
    chosen = f", variant {network.variant}" if network.variant else ""
    if network.settings:
        chosen += "".join(f", {name}={value}" for name, value in network.settings.items())
    made = f"Generated by archc from {_origin(network)}{chosen}.  "
    made += "Edit the spec, then run `archc\xa0compile`."
    return [*found, "", *_wrap(made)]


def _giga(macs: int) -> str:
    """Multiply-adds in three digits: `1.58 G`, `28.8 M`; small numbers as they are."""
    if macs >= 1e8:
        return f"{macs / 1e9:.3g} G"
    return f"{macs / 1e6:.3g} M" if macs >= 1e5 else f"{macs:,}"


def heading(network: Network) -> str:
    """`ResNet-50`, `ResNeXt-50 32x4d`, `EfficientNet, variant b0`."""
    title, variant = network.spec.title, network.variant
    if variant is None:
        return title
    rest = variant.removeprefix(network.spec.name)
    if rest != variant and rest[:1].isdigit():
        return f"{title}-{rest.replace('_', ' ')}"
    return f"{title}, variant {variant}"


def _origin(network: Network) -> str:
    """The spec's file as a project names it: `specs/googlenet.yaml`."""
    parts = re.split(r"[/\\]", network.spec.tree.source.name)
    return "/".join(parts[-2:]) if parts[-2:-1] == ["specs"] else parts[-1]


def _wrap(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH - 4, fix_sentence_endings=True)
    return [line.replace("\xa0", " ") for line in wrapped]


def _imports(network: Network, symbols: Symbols, of_pieces: list[str]) -> list[list[str]]:
    """Import lines in isort's order: the standard library, torch, the kernels file."""
    standard = ["import math"] if symbols.math else []
    if len(network.outputs) > 1:
        standard.append("from typing import NamedTuple")
    others = {line for line in of_pieces if line.startswith(("import torch", "from torch"))}
    standard += sorted({line for line in of_pieces if line and line not in others} - set(standard))
    plain = {line for line in others if line.startswith("import ")}
    if symbols.torch:
        plain.add("import torch")
    kernels = []
    if symbols.kernels:
        kernels = [f"from {network.stem}_kernels import {', '.join(sorted(symbols.kernels))}"]
    parts = (standard, [*sorted(plain), "from torch import Tensor, nn"], kernels)
    return [part for part in parts if part]
