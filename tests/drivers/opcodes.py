"""Steps of the interpreter, counted: the same in each run of one Python, however busy the machine is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def counting(counts: Callable[[FrameType], bool]) -> Iterator[list[int]]:
    """Count the steps of this thread in functions that are called meanwhile; yield a list of that one number.

    Args:
        counts: tells of a function's frame whether its steps count.
    """
    steps = [0]

    def step(_: FrameType, event: str, __: Any) -> Any:
        steps[0] += event == "opcode"
        return step

    def enter(frame: FrameType, _: str, __: Any) -> Any:
        if not counts(frame):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return step

    before = sys.gettrace()
    # Python 3.12 counts for no frame unless it was told so before it begins.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(enter)
    try:
        yield steps
    finally:
        sys.settrace(before)
