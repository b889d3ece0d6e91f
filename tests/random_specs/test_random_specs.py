"""Valid specs at random: nothing fails after "no mistakes", and the code means what the spec means.

`ARCHC_LONG=1 python -m pytest -m long tests/random_specs` holds 2,000 of them. A spec that fails
is written, made small, to `.hypothesis/random_spec_<seed>.yaml`, and
`python -m tests.random_specs.hold FILE` holds it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archc.ops import OPS
from tests import paths
from tests.random_specs import interpret
from tests.random_specs.generate import KNOWN, spec
from tests.random_specs.hold import hold
from tests.random_specs.reduce import smallest

FAILED = paths.ROOT / ".hypothesis"
EVERY = 4
"""One spec in so many has its figures and tables written, too, in the short run."""
seeds = st.integers(0, 2**48 - 1)


def examples(count: int) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    # The smallest failing spec is found by `reduce`; a smaller seed is no smaller spec.
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def held(seed: int, documents: bool) -> None:
    written = spec(seed)
    try:
        hold(written, documents=documents)
    except Exception:
        FAILED.mkdir(exist_ok=True)
        path = FAILED / f"random_spec_{seed}.yaml"
        path.write_text(smallest(written))
        print(f"seed {seed}, made small in {path}:\n{path.read_text()}")
        raise


def test_every_op_is_interpreted() -> None:
    assert set(interpret.EVALUATE) == set(OPS)


@examples(200)
@given(seeds)
def test_valid_specs(seed: int) -> None:
    held(seed, documents=seed % EVERY == 0)


@pytest.mark.long
@pytest.mark.skipif("ARCHC_LONG" not in os.environ, reason="a long run, on demand")
@examples(2000)
@given(seeds)
def test_many_valid_specs(seed: int) -> None:
    held(seed, documents=True)


def test_known_failures_have_reasons() -> None:
    assert all(KNOWN.values())
