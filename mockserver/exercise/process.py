"""The command that is run: started, waited for, ended with all it has started; `signals` tells it of signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from typing import IO

MERCY = 1.0
"""Real seconds between the signal that asks a group of processes to end and the one that ends it."""


class NotStarted(Exception):
    """The command cannot be run; one line that says why and what to do."""


async def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    output: IO[bytes] | None = None,
    own_group: bool = False,
) -> Process:
    """Start a command.

    Args:
        output: a file that takes what it prints, on both of its outputs; None: they are ours.
        own_group: it and all it starts are a group of their own (see `end`), without our standard input.

    Raises:
        NotStarted: there is no such program, or it may not be run.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL if own_group else None,
            stdout=output,
            stderr=None if output is None else asyncio.subprocess.STDOUT,
            start_new_session=own_group,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise NotStarted(f"cannot run {command[0]!r}: {reason}; write the command after --, as a shell would") from None


async def end(process: Process) -> None:
    """End a command that has a group of its own, and all that it has started: first asked, then made to."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        _signal_group(process, number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), MERCY)
            break
    # The command has ended; what it left behind in its group has not.
    _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    await process.wait()


def status_of(returncode: int) -> int:
    """Return an exit status as a shell tells it: 128 and the number of the signal that ended a command."""
    return returncode if returncode >= 0 else 128 - returncode


def _signal_group(process: Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
