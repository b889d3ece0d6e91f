"""Converts another library's checkpoint: entries renamed for the generated module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.network import Network
from archc.ops.base import size
from archc.spec.header import WeightMap
from archc.spec.kinds import shown
from archc.targets.torch.runtime import checkpoints
from archc.targets.torch.runtime.checkpoints import mismatch
from archc.targets.torch.runtime.instantiate import instantiate

if TYPE_CHECKING:
    from torch import Tensor

COUNTERS = "num_batches_tracked"
"""Batch norm's count of steps: older files have none, and nothing is lost without it."""


def rename(names: Iterable[str], weight_map: WeightMap, ours: Iterable[str] = ()) -> dict[str, str]:
    """Our name for each of their state_dict's names, those to ignore left out.

    `ours` are the module's names, which a map that goes by order needs.
    """
    ignored = [re.compile(pattern) for pattern in weight_map.ignore]
    rules = [(re.compile(pattern), replacement) for pattern, replacement in weight_map.rename]
    names = list(names)
    counted = any(name.endswith(COUNTERS) for name in names)
    places = (name for name in ours if counted or not name.endswith(COUNTERS))
    in_order = places if weight_map.in_order else iter(())
    found = {}
    for theirs in names:
        if any(pattern.search(theirs) for pattern in ignored):
            continue
        name = next(in_order, theirs)
        for pattern, replacement in rules:
            name = pattern.sub(replacement, name)
        found[theirs] = name
    return found


@dataclass
class Move:
    """The outcome of a conversion: every entry moved, ignored, left over or missing."""

    label: str
    renamed: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    """The library's entries that the spec says have no counterpart."""
    fresh: list[str] = field(default_factory=list)
    """Our keys of another size, newly drawn: a head for another number of classes."""
    faults: list[str] = field(default_factory=list)
    """Keys that should have matched, and why they do not."""

    def __str__(self) -> str:
        same = sum(theirs == ours for theirs, ours in self.renamed.items())
        found = [
            f"{self.label}: {len(self.renamed)} entries moved, "
            f"{len(self.renamed) - same} of them under another name"
        ]
        found += [f"  left out: {name}: it has no counterpart here" for name in self.ignored]
        found += [f"  newly drawn: {text}" for text in self.fresh]
        return "\n".join(found)


def move(network: Network, library: str, model: str, in_path: Path, out_path: Path) -> Move:
    """Write another library's checkpoint under the names of the generated module.

    An entry whose size depends on `num_classes` is newly drawn where the numbers differ.

    Args:
        network: whose module the checkpoint is for.
        library: `torchvision`, `timm` or `keras`, as in the spec's `weights`.
        model: that library's name of the model.
        in_path: a file of `torch.save`, `.safetensors`, or Keras's `.h5` and `.keras`.
        out_path: the same, to write.

    Raises:
        SpecError: `weights-mismatch`, with every key that does not fit; nothing is written.
        ModuleNotFoundError: torch is not installed.
    """
    weight_map = _find(network, library, model)
    theirs = checkpoints.read(in_path, library, model)
    ours = instantiate(network).state_dict()
    moved, report = match(theirs, ours, weight_map, f"{library}:{model} -> {network.label}")
    if report.faults:
        message = f"{len(report.faults)} entries of `{in_path.name}` do not fit `{network.label}`"
        raise SpecError([Diagnostic("weights-mismatch", message, notes=tuple(report.faults))])
    _write(moved, out_path)
    return report


def match(
    theirs: Mapping[str, Tensor], ours: Mapping[str, Tensor], weight_map: WeightMap, label: str
) -> tuple[dict[str, Tensor], Move]:
    """Their tensors under our names, and the outcome for every key."""
    report = Move(label, renamed=rename(theirs, weight_map, ours))
    report.ignored = [name for name in theirs if name not in report.renamed]
    moved: dict[str, Tensor] = {}
    for name, new in report.renamed.items():
        given = theirs[name]
        if new in ours and ours[new].ndim == 2 and given.shape[2:] == (1, 1):
            given = given.flatten(1)  # on a map of 1 x 1, a 1x1 convolution is a linear layer
        if new not in ours:
            report.faults.append(f"{name} would be {new}, which the module does not have")
        elif given.shape == ours[new].shape:
            moved[new] = given
        elif given.shape[1:] == ours[new].shape[1:] and _is_head(new, ours):
            moved[new] = ours[new]
            report.fresh.append(f"{new}: {given.shape[0]} classes there, {len(ours[new])} here")
        else:
            shapes = f"{size(tuple(given.shape))} there, {size(tuple(ours[new].shape))} here"
            report.faults.append(f"{name} ({new}): {shapes}")
    for name in ours.keys() - moved.keys() - set(report.renamed.values()):
        if name.endswith(COUNTERS):
            moved[name] = ours[name]
        else:
            report.faults.append(f"{name}: nothing in the file becomes it")
    report.faults.sort()
    return {name: moved[name] for name in ours if name in moved}, report


def _is_head(name: str, ours: Mapping[str, Tensor]) -> bool:
    """Whether an entry belongs to the last module, or to the end of an auxiliary head."""
    module = name.rpartition(".")[0]
    width = len(ours[name])
    last = list(ours)[-1].rpartition(".")[0]
    return module == last or width == len(ours[list(ours)[-1]])


def _find(network: Network, library: str, model: str) -> WeightMap:
    """The spec's map for a library's model."""
    spec = network.spec
    maps = spec.header.weights
    if library not in maps:
        raise mismatch(
            f"`{spec.name}` has no names of the library `{library}`",
            suggest(library, maps, "libraries"),
        )
    models = maps[library].models
    variants = [variant for variant, name in models.items() if name == model]
    if not variants:
        raise mismatch(
            f"`{spec.name}` does not know {library}'s `{model}`",
            suggest(model, models.values(), "models"),
        )
    if (network.variant or "default") not in variants:
        other = "" if variants[0] == "default" else f":{variants[0]}"
        raise mismatch(
            f"{library}'s `{model}` is not `{network.label}`",
            f"it is `{spec.name}{other}`",
        )
    unset = {k: v for k, v in maps[library].set.items() if network.params[k] != v}
    if unset:
        raise mismatch(
            f"{library}'s `{model}` would fit `{network.label}` and not give the same outputs",
            " ".join(f"--set {name}={shown(value)}" for name, value in unset.items()),
        )
    return maps[library]


def _write(tensors: dict[str, Tensor], path: Path) -> None:
    """Write a checkpoint, whole or not at all."""
    import io

    import torch

    from archc.document import files

    if path.suffix == ".safetensors":
        from safetensors.torch import save

        files.write({path: save({name: t.contiguous() for name, t in tensors.items()})})
        return
    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    files.write({path: buffer.getvalue()})
