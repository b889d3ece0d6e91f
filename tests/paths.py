"""Where the tests find things."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
GENERATED = ROOT / "generated"
GOLDENS = ROOT / "tests" / "goldens"
