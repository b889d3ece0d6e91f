"""The house rules, each by the tool that keeps it."""

from __future__ import annotations

import re
