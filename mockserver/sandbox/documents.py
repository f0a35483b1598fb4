"""Small documents that an API keeps in a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.store.base import Document, Store
from mockserver.store.rows import Replaced, Row


class Documents:
    """What one API keeps in a sandbox (tokens, uploads …), by collection and key: values JSON can say."""

    def __init__(self, store: Store, sandbox: str, api: str) -> None:
        self._store = store
        self._sandbox = sandbox
        self._api = api

    async def get(self, collection: str, key: str) -> Any:
        """Return a document, or None."""
        return await self._store.read(self._sandbox, f"{self._api}.{collection}", key)

    async def put(self, collection: str, key: str, value: Document) -> None:
        """Write a document; it is never changed in place afterwards."""
        await self._store.write(self._sandbox, f"{self._api}.{collection}", key, value)

    async def replace(self, collection: str, key: str, old: Document | None, new: Document | None) -> bool:
        """Compare and swap a document (None: absent)."""
        return await self._store.replace(self._sandbox, f"{self._api}.{collection}", key, old, new)

    def replacing(self, collection: str, key: str, old: Document | None, new: Document | None) -> Row:
        """Return a compare and swap of a document, to be made in one step with the change of a job."""
        return Replaced(f"{self._api}.{collection}", key, old, new)

    async def change(
        self, collection: str, key: str, pure: Callable[[Document | None], Document | None]
    ) -> Document | None:
        """Apply a pure function to a document (None: absent), again when somebody else was quicker.

        Returns:
            What it became.
        """
        while True:
            old = await self.get(collection, key)
            new = pure(old)
            if new == old or await self.replace(collection, key, old, new):
                return new

    async def all(self, collection: str) -> Mapping[str, Document]:
        """Return a collection in order of arrival."""
        return await self._store.collection(self._sandbox, f"{self._api}.{collection}")
