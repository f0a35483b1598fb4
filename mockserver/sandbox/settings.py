"""The settings of each API in one sandbox: what fixtures say, with the changes that the store holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.definition import Api
from mockserver.api.settings import change
from mockserver.sandbox.fixtures.merge import Fixtures
from mockserver.store.base import SETTINGS, Document, Store


def settings_of(api: Api, fixtures: Fixtures, changes: Mapping[str, Any]) -> Any:
    """Return an API's settings as fixtures set them, with the changes made since.

    Raises:
        InvalidSetting: an unknown name or a bad value.
    """
    settings = fixtures.settings(api)
    return change(settings, changes) if changes else settings


class SandboxSettings:
    """The settings of one sandbox, for as long as it has these fixtures."""

    def __init__(self, store: Store, sandbox: str, apis: Mapping[str, Api], fixtures: Fixtures) -> None:
        self._store = store
        self._sandbox = sandbox
        self._apis = apis
        self._fixtures = fixtures
        self._known: dict[str, tuple[Document | None, Any]] = {}

    async def of(self, api: str) -> Any:
        """Return an API's settings as they stand."""
        return self.with_changes(api, await self.changes(api))

    async def changes(self, api: str) -> Document | None:
        """Return what was changed of an API's settings since the fixtures set them."""
        return await self._store.read(self._sandbox, SETTINGS, api)

    def with_changes(self, api: str, changes: Document | None) -> Any:
        """Return an API's settings with the changes that the store holds (see `RequestStart`)."""
        known = self._known.get(api)
        # A store never changes a document in place, so that the same one means the same settings.
        if known is not None and known[0] is changes:
            return known[1]
        settings = settings_of(self._apis[api], self._fixtures, changes or {})
        self._known[api] = (changes, settings)
        return settings

    async def change(self, api: str, values: Mapping[str, Any]) -> Any:
        """Set some of an API's settings; return all of them.

        Raises:
            InvalidSetting: an unknown name or a bad value; nothing has changed.
        """
        while True:
            changes = await self.changes(api)
            changed = {**(changes or {}), **values}
            settings_of(self._apis[api], self._fixtures, changed)
            if await self._store.replace(self._sandbox, SETTINGS, api, changes, changed):
                return self.with_changes(api, changed)
