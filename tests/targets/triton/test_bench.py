"""`archc bench` where there is no GPU: it says so, and gives no number."""

import sys
from collections import Counter
from pathlib import Path
from typing import cast

import pytest
import torch
from click.testing import CliRunner
from torch._subclasses.fake_tensor import FakeTensorMode

from archc import catalogue
from archc.cli import app
from archc.profiling import bench
from tests.targets.triton.launches import kernels_in

KERNELS = ("depthwise_pointwise", "depthwise", "pointwise")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize(("options", "code"), [(["--if-available"], 0), ([], 1)])
def test_no_gpu(options: list[str], code: int) -> None:
    done = CliRunner().invoke(app, ["bench", "mobilenet_v2", "--kernels", "triton", *options])
    assert done.exit_code == code
    assert done.stdout.strip() == "mobilenet_v2: no GPU was found, so nothing was measured"


def test_the_share_of_the_bound_is_known_for_known_devices_only() -> None:
    network = catalogue.network(catalogue.find("mobilenet_v2").path)
    milliseconds = bench.bound(network, 128, "NVIDIA H100 80GB HBM3")
    assert milliseconds is not None
    assert 1 < milliseconds < 2
    assert bench.bound(network, 128, "Another GPU") is None


def test_on_cuda_every_way_runs_up_to_its_launches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With tensors that do not exist; what compiles for a GPU needs one, and stays uncompiled."""
    network = catalogue.network(catalogue.find("mobilenet_v2").path)
    monkeypatch.setattr(torch, "compile", lambda model, **options: model)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device("cuda"), torch.no_grad():
        fused, plain = bench.modules(network, tmp_path)
        x = torch.empty(2, *network.input)
        found = {}
        for name, run in bench.ways(fused, plain):
            found[name] = Counter(kernels_in(cast(torch.nn.Module, run), x))
    both, one, product = (f"{name}_kernel" for name in KERNELS)
    kernels = {both: 6, one: 17 - 6, product: 17 - 6 + 16 + 1}
    assert found == {
        "kernels": kernels,
        "kernels, torch.compile": kernels,
        "eager, channels last": {},
        "eager, cuDNN autotuned": {},
        "torch.compile, max-autotune": {},
    }


def test_the_report_needs_triton(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "triton", None)
    done = CliRunner().invoke(app, ["kernels", "report", "-o", str(tmp_path)])
    assert done.exit_code == 1
    assert "error[needs-extra]: this command runs triton, which is not installed" in done.stderr
    assert not list(tmp_path.iterdir())
