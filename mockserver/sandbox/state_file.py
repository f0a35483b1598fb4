"""All sandboxes in one file, so that they outlive the process: `--state FILE`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from mockserver.sandbox import snapshot
from mockserver.sandbox.registry import Sandboxes
from mockserver.sandbox.sandbox import DEFAULT


class BadStateFile(Exception):
    """The file cannot be used; the message is one line that names it and says what to do."""


class StateFile:
    """Loads and saves the sandboxes of one server."""

    def __init__(self, file: Path, sandboxes: Sandboxes) -> None:
        self._file = file
        self._sandboxes = sandboxes

    async def load(self) -> bool:
        """Make the sandboxes what the file says; False when there is no file yet.

        Raises:
            BadStateFile: it cannot be read, is none of ours, or could never be written.
        """
        file = self._file
        try:
            text = await asyncio.to_thread(file.read_text, "utf-8")
        except FileNotFoundError:
            if not file.parent.is_dir():
                # Now, since at the end it would be too late to save anything.
                message = f"{file}: there is no folder {file.parent}; make it, or name another --state"
                raise BadStateFile(message) from None
            return False
        except (OSError, UnicodeDecodeError) as error:
            raise BadStateFile(f"{file}: cannot be read ({error}); name another --state file") from None
        try:
            for name, document in json.loads(text)["sandboxes"].items():
                if name != DEFAULT:
                    await self._sandboxes.create(name)
                await snapshot.restore(self._sandboxes.get(name), document)
        except (ValueError, KeyError, TypeError, AttributeError, snapshot.BadSnapshot) as error:
            message = f"{file}: no state of ours ({error}); name another file, or delete this one"
            raise BadStateFile(message) from None
        return True

    async def save(self) -> None:
        """Write all sandboxes to the file.

        Raises:
            OSError: it cannot be written; the old state is still there.
        """
        documents = {sandbox.name: await snapshot.take(sandbox) for sandbox in self._sandboxes.all()}
        await asyncio.to_thread(self._write, documents)

    def _write(self, documents: dict[str, dict[str, object]]) -> None:
        # Written beside and moved over, so that a crash in between leaves the old state.
        part = self._file.with_name(self._file.name + ".part")
        part.touch(mode=0o600)
        part.write_text(json.dumps({"sandboxes": documents}, indent=1), "utf-8")
        part.replace(self._file)
