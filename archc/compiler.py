"""Spec file -> every file made of it, in memory; many specs on all cores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archc import catalogue, passes
from archc.analyses import Analysis, analyze
from archc.diagnostics import Diagnostic, SpecError
from archc.document import svg
from archc.lectures import figures as diagram
from archc.lectures import report
from archc.network import Network
from archc.targets import torch, triton

TARGETS = {"torch": ".py", "dot": ".dot", "svg": ".svg", "md": ".md"}
"""What can be made, and the suffix of its file."""
NAMED = ("torch", "svg", "md")
"""The targets of a network that is asked for by name: code, figure and page."""
OTHER_VARIANTS = ("torch",)
"""The targets of the variants that `--all` adds: their figures differ in numbers alone."""
MANY = 4
"""Jobs from which on it pays to start other processes."""


@dataclass(frozen=True)
class Job:
    """One network to make files of; plain data, so that another process can do it."""

    path: str
    variant: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[str, ...] = NAMED
    text: str | None = None
    """What was read at `path`, where that can be read once only."""
    kernels: bool = False
    """Whether the PyTorch code calls kernels, in a file beside it."""


@dataclass(frozen=True)
class Made:
    """The files made of one network, and its figures."""

    label: str
    stem: str
    files: Mapping[str, bytes]
    """By name, without a folder."""
    params: int
    """With what is there in training only."""
    inference_params: int
    macs: int
    depth: int
    hints: tuple[str, ...] = ()
    """Why something that was asked for is not among the files."""
    explained: str = ""
    """What the passes did, and why; empty where none ran."""

    def __str__(self) -> str:
        beside = ""
        if self.inference_params != self.params:
            beside = f" ({self.inference_params:,} at inference)"
        return (
            f"{self.label}: {self.params:,} parameters{beside}, "
            f"{giga(self.macs)} multiply-adds, depth {self.depth}"
        )


def stem(network: Network) -> str:
    """The stem of its files' names: `googlenet`, `resnet50`, `googlenet_torchvision`."""
    name, variant = network.spec.name, network.variant
    if variant is None:
        return name
    return variant if variant.startswith(name) else f"{name}_{variant}"


def make(network: Network, targets: Iterable[str] = NAMED, kernels: bool = False) -> Made:
    """Everything that is asked for, in memory; raises `SpecError` for what a backend has not."""
    analysis = analyze(network)
    wanted, name = set(targets), stem(network)
    texts: dict[str, str] = {}
    hints: list[str] = []
    program = passes.run(network) if kernels else None
    if "torch" in wanted:
        texts["torch"] = torch.emit(network, analysis, program)
    if "md" in wanted:
        texts["md"] = report.emit(network, analysis)
    if wanted & {"dot", "svg"}:
        figure = diagram.trace(network)
        if "svg" in wanted:
            try:
                texts["svg"] = svg.write(diagram.draw(figure))
            except diagram.NoEngine as error:
                hints.append(f"{name}.svg is not drawn: {error}")
                wanted.add("dot")
        if "dot" in wanted:
            texts["dot"] = diagram.write(figure)
    made = {target: text.encode() for target, text in texts.items()}
    files = {name + suffix: made[key] for key, suffix in TARGETS.items() if key in made}
    if program is not None and "torch" in wanted:
        if beside := triton.emit(program):
            files[f"{name}_kernels.py"] = beside.encode()
        else:
            hints.append(f"{name}.py calls no kernels: none does anything of this network")
    explained = passes.explain(program) if program is not None else ""
    return Made(network.label, name, files, *_figures(analysis), tuple(hints), explained)


def run(job: Job) -> Made | tuple[Diagnostic, ...]:
    """Do a job; what is wrong with the spec is the answer, as exceptions travel badly."""
    try:
        network = catalogue.network(job.path, job.variant, job.settings, job.text)
        return make(network, job.targets, job.kernels)
    except SpecError as error:
        return error.diagnostics


def run_all(
    jobs: Sequence[Job], workers: int | None = None
) -> Iterator[Made | tuple[Diagnostic, ...]]:
    """Do jobs on all cores, results in the order of the jobs."""
    if workers is None:
        workers = _cores() if len(jobs) >= MANY else 1
    workers = min(workers, len(jobs))
    if workers < 2:
        yield from map(run, jobs)
        return
    import multiprocessing  # 15 ms that one network does not need
    from concurrent.futures import ProcessPoolExecutor

    # A fresh interpreter for each worker: a fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(run, jobs)


def giga(number: int) -> str:
    """`1582671872` as `1.58 G`."""
    for power, unit in ((12, "T"), (9, "G"), (6, "M"), (3, "K")):
        if number >= 10**power:
            value = number / 10**power
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"
    return str(number)


def _figures(analysis: Analysis) -> tuple[int, int, int, int]:
    inference = analysis.inference
    return analysis.totals.params, inference.params, inference.macs, inference.depth


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
