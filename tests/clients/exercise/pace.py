"""How the scripts beside this wait where their library leaves it to its user: a look a second, fifteen at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

PAUSE = 1.0
LOOKS = 15


def until(look: Callable[[], Any], good: Any, *waiting: Any) -> NoReturn:
    """Look until the state is none of those of waiting; end the script with 0 when it is the good one, else with 1."""
    for _ in range(LOOKS):
        state = look()
        if state not in waiting:
            print(f"ended: {state}")
            sys.exit(0 if state == good else 1)
        time.sleep(PAUSE)
    sys.exit("gave up")
