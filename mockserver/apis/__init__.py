"""The faked APIs. Adding one is a folder here and one line."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.arcgis import ARCGIS
from mockserver.apis.casjobs import CASJOBS
from mockserver.apis.ges import GES
from mockserver.apis.prime import PRIME

APIS: tuple[Api, ...] = (ARCGIS, CASJOBS, GES, PRIME)
