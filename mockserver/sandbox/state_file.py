"""All sandboxes in one file, so that they outlive the process: `--state FILE`.

Rules a maintainer must keep:

1. Requests do not wait for a save: it works on frozen values, in a thread, a little at a time.
2. The file is whole at every moment: a new one is written beside it and moved over it.
3. One server has a file: others are refused by a lock beside it, which the system lets go of with its process.
4. A sandbox that cannot be saved keeps no other from it: what the file had of it stays there, and the error names it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mockserver.core.errors import DomainError
from mockserver.sandbox import snapshot
from mockserver.sandbox.file_lock import FileLock, Locked
from mockserver.sandbox.registry import Sandboxes
from mockserver.sandbox.sandbox import DEFAULT, Sandbox
from mockserver.wire.json import DEPTH
from mockserver.wire.json_document import nests_too_deep

log = logging.getLogger("mockserver")

BREATH = 0.0005
"""Real seconds that a save stands back after each piece, so that the requests' thread need not ask for its turn."""

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL

_COPY = 1 << 20
"""Bytes of an unchanged sandbox that are copied at once."""

OpenPorts = Callable[[str, Mapping[str, int]], Awaitable[dict[str, int]]]
"""Opens a sandbox's own ports again, those of before if they are free; returns them by scheme."""


class BadStateFile(Exception):
    """The file cannot be used; the message is one line that names it and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """Where a sandbox stands in the file, and what it was when it was written there."""

    revision: object
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What one save writes.

    Attributes:
        names: the sandboxes, in order.
        frozen: those that have changed; `extra` is what only the server knows of them.
        saved: where the old file has them.
        failed: those that cannot be saved, and why; more are added when it turns out so.
    """

    names: Sequence[str]
    frozen: Mapping[str, snapshot.Frozen]
    extra: Mapping[str, Any]
    saved: Mapping[str, _Saved]
    failed: dict[str, str]


class StateFile:
    """Loads and saves the sandboxes of one server."""

    def __init__(self, file: Path, sandboxes: Sandboxes) -> None:
        self._file = file
        # A link stays one: what it points to is replaced.
        self._target = Path(os.path.realpath(file))
        self._lock = FileLock(self._target.with_name(self._target.name + ".lock"))
        self._sandboxes = sandboxes
        self._saving = asyncio.Lock()
        self._hurry = False
        self._saved: dict[str, _Saved] = {}
        self._stamp: object = None

    async def load(self, open_ports: OpenPorts) -> bool:
        """Take the file, and make the sandboxes what it says; False when there is none yet.

        Raises:
            BadStateFile: it cannot be read or written, is none of ours, or another server has it.
        """
        file = self._file
        if not self._target.parent.is_dir():
            raise BadStateFile(f"{file}: there is no folder {self._target.parent}; make it, or name another --state")
        if self._target.exists() and not self._target.is_file():  # a device without end, a pipe that nobody writes to
            raise BadStateFile(f"{file}: no file; name another --state")
        try:
            self._lock.take()
        except Locked:
            raise BadStateFile(f"{file}: another server uses it; stop that one, or name another --state") from None
        except OSError as error:
            raise BadStateFile(self._unwritable(error)) from None
        try:
            found = await asyncio.to_thread(self._read)
            if found is not None:
                await self._restore(found, open_ports)
        except BaseException:
            self.close()
            raise
        return found is not None

    def close(self) -> None:
        """Let others have the file."""
        self._lock.release()

    async def check(self) -> None:
        """Write the file as it will be written later, so that whoever starts the server hears if it cannot be.

        Raises:
            BadStateFile: it cannot.
        """
        try:
            await self.save()
        except OSError as error:
            raise BadStateFile(error.strerror or str(error)) from None

    async def save(self, *, hurry: bool = False) -> None:
        """Write all sandboxes to the file, unless nothing has changed.

        Args:
            hurry: do not stand back for requests, from now on.

        Raises:
            OSError: it cannot be written, and the old state is still there; or a sandbox cannot be, and the others are.
                The message names the file, and the sandbox.
        """
        self._hurry = self._hurry or hurry
        async with self._saving:
            await self._save()

    # --- reading ----------------------------------------------------------------------------------

    def _read(self) -> Any:
        """Return what is in the file, None when there is none.

        Raises:
            BadStateFile: it cannot be read.
        """
        try:
            raw = self._target.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadStateFile(f"{self._file}: cannot be read ({error.strerror}); name another --state file") from None
        try:
            found = json.loads(raw.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            reason = "nested too deep" if isinstance(error, RecursionError) else error
            raise self._foreign(reason) from None
        if nests_too_deep(found):
            raise self._foreign(f"nested more than {DEPTH} deep")
        sandboxes = found.get("sandboxes") if isinstance(found, dict) else None
        if not isinstance(sandboxes, dict) or DEFAULT not in sandboxes:
            raise self._foreign("it has no sandbox 'default'")
        return sandboxes

    async def _restore(self, found: Mapping[str, Any], open_ports: OpenPorts) -> None:
        for name, document in found.items():
            try:
                sandbox = self._sandboxes.get(DEFAULT) if name == DEFAULT else await self._sandboxes.create(name)
                await snapshot.restore(sandbox, document, given=False)
                ttl, ports = document.get("ttl"), document.get("ports", {})
                if ttl is not None:
                    sandbox.ttl = float(ttl)
                ports = {str(scheme): int(port) for scheme, port in ports.items()}
                if not all(0 < port < 1 << 16 for port in ports.values()):
                    raise ValueError(f"{ports} are no ports")
                sandbox.submits = {str(api): dict(fields) for api, fields in document.get("submits", {}).items()}
            except (DomainError, ValueError, TypeError, AttributeError, OverflowError) as error:
                raise self._foreign(f"sandbox {name!r}: {error}") from None
            if ports:
                sandbox.ports = await open_ports(name, ports)

    def _foreign(self, reason: object) -> BadStateFile:
        text = " ".join(str(reason).split())
        return BadStateFile(f"{self._file}: no state of ours ({text[:500]}); name another file, or delete this one")

    # --- writing ----------------------------------------------------------------------------------

    async def _save(self) -> None:
        same = self._stamp is not None and self._stamp == await asyncio.to_thread(_stamp, self._target)
        sandboxes = self._sandboxes.all()
        revisions = {one.name: await _revision(one) for one in sandboxes}
        saved = self._saved if same else {}
        changed = [one for one in sandboxes if one.name not in saved or saved[one.name].revision != revisions[one.name]]
        if same and not changed and saved.keys() == revisions.keys():
            return
        frozen: dict[str, snapshot.Frozen] = {}
        failed: dict[str, str] = {}
        given_up: asyncio.CancelledError | None = None
        try:
            for one in changed:
                # Who asks the store for one that has ended meanwhile begins it anew.
                if not one.ended:
                    try:
                        frozen[one.name] = await snapshot.freeze(one)
                    except Exception as error:  # whatever it is: the others are to be saved
                        failed[one.name] = _line(error)
                    await asyncio.sleep(0)
            names = [one.name for one in sandboxes if not one.ended]
            extra = {one.name: {"ttl": one.ttl, "ports": dict(one.ports), "submits": one.submits} for one in changed}
            content = _Content(names=names, frozen=frozen, extra=extra, saved=saved, failed=failed)
            writing = asyncio.get_running_loop().run_in_executor(None, self._write, content)
            given_up = await self._end_of(writing)
            places, self._stamp = writing.result()
            self._saved = {
                # What is there of one that failed is as old as it was, and it is tried again.
                name: _Saved(revision=None if name in failed else revisions[name], start=start, length=length)
                for name, (start, length) in places.items()
            }
        except OSError as error:
            raise given_up or OSError(error.errno, self._unwritable(error)) from None
        finally:
            for held in frozen.values():
                await held.discard()
        if given_up is not None:
            raise given_up
        if failed:
            reasons = "; ".join(f"sandbox {name!r} cannot be saved ({reason})" for name, reason in failed.items())
            raise OSError(None, f"{self._file}: {reasons}; reset or delete it, the others are saved")

    async def _end_of(self, writing: asyncio.Future[Any]) -> asyncio.CancelledError | None:
        """Return once a thread has ended that writes; who gives up the save meanwhile waits too, and is returned.

        The thread cannot be stopped: what it writes from has to stay, and nobody may copy from a file that it replaces.
        """
        given_up: asyncio.CancelledError | None = None
        while not writing.done():
            try:
                await asyncio.wait([writing])
            except asyncio.CancelledError as error:
                self._hurry, given_up = True, error
        return given_up

    def _write(self, content: _Content) -> tuple[dict[str, tuple[int, int]], object]:
        """Write the file; return start and length of each sandbox in it, and its stamp."""
        part = self._target.with_name(self._target.name + ".part")
        places: dict[str, tuple[int, int]] = {}
        try:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
            with contextlib.ExitStack() as stack:
                out = stack.enter_context(os.fdopen(os.open(part, _NEW, 0o600), "wb"))
                old = stack.enter_context(self._target.open("rb")) if content.saved else None
                out.write(b'{"sandboxes":{')
                for name in content.names:
                    before = out.tell()
                    out.write((b",\n" if places else b"\n") + json.dumps(name).encode() + b":")
                    start = out.tell()
                    if self._put(out, old, name, content):
                        places[name] = (start, out.tell() - start)
                    else:
                        _cut(out, before)
                if DEFAULT not in places:
                    raise OSError(None, f"sandbox {DEFAULT!r} cannot be saved: {content.failed.get(DEFAULT)}")
                out.write(b"}}\n")
                out.flush()
                os.fsync(out.fileno())
            part.replace(self._target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        return places, _stamp(self._target)

    def _put(self, out: BinaryIO, old: BinaryIO | None, name: str, content: _Content) -> bool:
        """Write one sandbox, or what the old file has of it; False when there is nothing to write."""
        start = out.tell()
        if name in content.frozen:
            try:
                for piece in _with(content.frozen[name], content.extra[name]):
                    out.write(piece)
                    if not self._hurry:
                        time.sleep(BREATH)
            except OSError:
                raise
            except Exception as error:  # whatever it is: the others are to be saved
                content.failed[name] = _line(error)
                _cut(out, start)
            else:
                return True
        if old is None or name not in content.saved:
            return False
        _copy(old, out, content.saved[name])
        return True

    def _unwritable(self, error: OSError) -> str:
        return f"{self._file}: the state cannot be written there ({error.strerror}); mend that, or name another --state"


def _with(frozen: snapshot.Frozen, extra: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a sandbox's document as it stands in the file: with what only the server knows of it."""
    pieces = frozen.pieces()
    yield json.dumps(extra).encode()[:-1] + b"," + next(pieces)[1:]
    yield from pieces


def _copy(old: BinaryIO, out: BinaryIO, saved: _Saved) -> None:
    old.seek(saved.start)
    left = saved.length
    while left:
        chunk = old.read(min(left, _COPY))
        if not chunk:
            raise OSError(None, "the file has changed while it was read")
        out.write(chunk)
        left -= len(chunk)


def _cut(out: BinaryIO, at: int) -> None:
    out.seek(at)
    out.truncate()


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


async def _revision(sandbox: Sandbox) -> object:
    return await sandbox.store.revision(sandbox.key), sandbox.ttl, dict(sandbox.ports), sandbox.submits


def _stamp(file: Path) -> object:
    """Return what tells a file from one that somebody else has put there; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
