"""`archc bench` where there is no GPU: it says so, and gives no number."""

import pytest
import torch
from typer.testing import CliRunner

from archc import catalogue
from archc.cli import app
from archc.kernels import bench


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
