"""The devices of the roofline model, read from `devices.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

WARP = 32
SCHEDULERS = 4
"""Warps that a multiprocessor may issue in a cycle."""

WIDTHS: Mapping[str, int] = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8}
"""Bytes of an element, by PyTorch's name of its type."""


@dataclass(frozen=True)
class Device:
    """A GPU by its data sheet."""

    title: str
    bandwidth: float
    matrix_flops: float
    matrix_flops_32: float
    sms: int
    clock: float
    launch: float
    target: tuple[str, int | str, int]
    """What triton calls it."""
    source: str

    @property
    def issue(self) -> float:
        """Thread instructions a second."""
        return self.sms * SCHEDULERS * WARP * self.clock


@cache
def devices() -> Mapping[str, Device]:
    """Every device by its short name."""
    text = resources.files("archc.analyses").joinpath("devices.yaml").read_text("utf-8")
    return {
        name: Device(**{**row, "target": tuple(row["target"])})
        for name, row in yaml.safe_load(text).items()
    }
