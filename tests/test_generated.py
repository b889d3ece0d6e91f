"""The committed files of `generated/` are those that the product's own command writes now."""

from __future__ import annotations

import subprocess
import sys

from tests.paths import ROOT


def test_generated_is_what_the_specs_give() -> None:
    command = [sys.executable, "-m", "archc", "compile", "--all", "--check"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
