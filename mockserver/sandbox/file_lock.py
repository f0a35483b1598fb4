"""A file that one process has at a time: an advisory lock of the operating system, gone with its process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt


class Locked(Exception):
    """Somebody else has it."""


class FileLock:
    """A lock that stands for a file of its own, which is made and removed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock, without waiting.

        Raises:
            Locked: somebody has it. OSError: its file cannot be made.
        """
        while True:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(handle)
            except OSError:
                os.close(handle)
                raise Locked from None
            # Who had it may have removed the file between our opening and our locking it.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), self._file.stat()):
                    self._handle = handle
                    return
            os.close(handle)

    def release(self) -> None:
        """Let others have it; nothing when it was not taken."""
        if self._handle is None:
            return
        with contextlib.suppress(OSError):
            self._file.unlink()
        os.close(self._handle)
        self._handle = None


def _lock(handle: int) -> None:
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
