"""Networks compiled with kernels, and without, as imported modules."""

from collections.abc import Iterator

import pytest
import torch

from tests.targets.triton import networks
from tests.targets.triton.networks import SPECS, Pair


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of small convolutions wait for each other far longer than they work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session", params=list(SPECS))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    name = request.param
    return networks.pair(networks.network(name), tmp_path_factory.mktemp(name))
