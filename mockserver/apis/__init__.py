"""The faked APIs. Adding one is a folder here and one line."""

from __future__ import annotations

from mockserver.api import Api
from mockserver.apis.ges import GES
from mockserver.apis.prime import PRIME

APIS: tuple[Api, ...] = (GES, PRIME)
