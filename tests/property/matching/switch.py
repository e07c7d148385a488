"""How many cases: few in every run; `MATCHING_CASES=2000` for the long form."""

from __future__ import annotations

import os

CASES = int(os.environ.get("MATCHING_CASES", "60"))
ROUTES = max(2000, 5 * CASES)
SMALL = max(20, CASES // 10)
