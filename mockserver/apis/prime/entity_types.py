"""The seeded entity types below `data`: which rows of the site each shows, how, and which fields can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from mockserver.apis.prime import inventory
from mockserver.apis.prime.filters import FieldType
from mockserver.apis.prime.model import EntityHead
from mockserver.apis.prime.moments import stamp
from mockserver.apis.prime.serialization import VALUE, slots
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import Site
from mockserver.core.clock import instant

Row = Mapping[str, Any]
"""A device or a template in the fixture's form."""

JOB_SUMMARY = "JobSummary"

_MOMENTS = frozenset({"collection_time", "creation_time", "created_on", "last_deploy_time"})
_ALARMS = (
    "cleared_alarms", "critical_alarms", "information_alarms", "major_alarms", "minor_alarms", "warning_alarms",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """One type.

    Attributes:
        name: as in the path.
        dto: name of the element with its fields.
        rows: what of the site it shows.
        shown: a row as a whole entity, in a version (1 to 4).
        filters: wire name of each field that filters and sorting may name -> what it is compared as.
        names: wire name -> name in the fixture.
    """

    name: str
    dto: str
    rows: Callable[[Site], tuple[Row, ...]]
    shown: Callable[[EntityType, Row, int, str, PrimeSettings], EntityHead]
    filters: Mapping[str, FieldType]
    names: Mapping[str, str]

    def value(self, row: Row, field: str) -> Any:
        """Return a row's value of a field as filters compare it; moments are epoch seconds, None is no value."""
        name = self.names[field]
        found = row.get(name)
        if found is None:
            found = row["id"] if name in ("device_id", "template_id") else 0 if name in _ALARMS else None
        if found is None:
            return None
        field_type = self.filters[field]
        if field_type is FieldType.MOMENT:
            return instant(found)
        return int(found) if field_type is FieldType.NUMBER else str(found)


def _entity_type(
    name: str,
    model: type,
    rows: Callable[[Site], tuple[Row, ...]],
    shown: Callable[[EntityType, Row, int, str, PrimeSettings], EntityHead],
    only: frozenset[str] | None = None,
) -> EntityType:
    found = [slot for slot in slots(model) if slot.role is VALUE and (only is None or slot.name in only)]
    return EntityType(
        name=name,
        dto=f"{name[0].lower()}{name[1:]}DTO",
        rows=rows,
        shown=shown,
        filters=MappingProxyType({slot.wire: _compared_as(slot.name, slot.kind) for slot in found}),
        names=MappingProxyType({slot.wire: slot.name for slot in found}),
    )


def _compared_as(name: str, kind: type) -> FieldType:
    if name in _MOMENTS:
        return FieldType.MOMENT
    return FieldType.NUMBER if kind is int else FieldType.TEXT


def _values(row: Row, model: type, settings: PrimeSettings) -> dict[str, Any]:
    """Return what a row has of a model's fields, moments as texts in the server's zone."""
    found = {one.name: row[one.name] for one in fields(model) if row.get(one.name) is not None}
    for name in _MOMENTS & found.keys():
        found[name] = stamp(instant(found[name]), settings.server_zone)
    return found


def _head(entity_type: EntityType, row: Row, root_url: str) -> dict[str, Any]:
    url = f"{root_url}/{entity_type.name}/{row['id']}"
    return {"dto_type": entity_type.dto, "type": entity_type.name, "url": url}


def _named(row: Row, **numbers: int) -> dict[str, Any]:
    # In whole entities the display name is the id (real replies of 2016, 2018 and 2020).
    return {"display_name": row["id"], "id": int(row["id"]), **numbers}


def _device(entity_type: EntityType, row: Row, version: int, root_url: str, settings: PrimeSettings) -> EntityHead:
    found = {**dict.fromkeys(_ALARMS, 0), **_values(row, inventory.Device, settings)}
    for name in _ALARMS if version >= 3 else ("collection_status",):
        found.pop(name, None)
    own = found | _named(row, device_id=int(row.get("device_id", row["id"])))
    return inventory.DeviceEntity(device=inventory.Device(**own), **_head(entity_type, row, root_url))


def _template(entity_type: EntityType, row: Row, version: int, root_url: str, settings: PrimeSettings) -> EntityHead:
    own = _values(row, inventory.CliTemplate, settings) | _named(row, template_id=int(row["id"]))
    own["variables"] = tuple(
        inventory.Variable(**{"required": False, "type": "String", **one}) for one in row.get("variables", ())
    )
    return inventory.CliTemplateEntity(template=inventory.CliTemplate(**own), **_head(entity_type, row, root_url))


def _inventory(entity_type: EntityType, row: Row, version: int, root_url: str, settings: PrimeSettings) -> EntityHead:
    lists: Row = row.get("inventory", {})
    ip_interface = _ip_interface_v4 if version >= 4 else inventory.IpInterface
    summary = _values(row, inventory.Summary, settings) | {"device_id": int(row.get("device_id", row["id"]))}
    own = inventory.InventoryDetails(
        **_named(row),
        chassis=tuple(inventory.Chassis(**one) for one in lists.get("chassis", ())) or None,
        ethernet_interfaces=tuple(inventory.EthernetInterface(**one) for one in lists.get("ethernet_interfaces", ()))
        or None,
        ip_interfaces=tuple(ip_interface(**one) for one in lists.get("ip_interfaces", ())) or None,
        modules=tuple(inventory.Module(**one) for one in lists.get("modules", ())) or None,
        summary=inventory.Summary(**summary),
    )
    return inventory.InventoryEntity(inventory=own, **_head(entity_type, row, root_url))


def _ip_interface_v4(ip_address: str, **rest: Any) -> inventory.IpInterfaceV4:
    address, _, length = ip_address.partition("/")
    return inventory.IpInterfaceV4(
        ip_address=inventory.Address(address=address), prefix_length=int(length or 32), **rest
    )


DEVICES = _entity_type("Devices", inventory.Device, lambda site: site.devices, _device)
CLI_TEMPLATES = _entity_type("CliTemplate", inventory.CliTemplate, lambda site: site.cli_templates, _template)
INVENTORIES = _entity_type(
    "InventoryDetails", inventory.Summary, lambda site: site.devices, _inventory, frozenset({"device_id"})
)
"""The reference lists no attribute but deviceId outside of the nested ones."""

NAMES = (CLI_TEMPLATES.name, DEVICES.name, INVENTORIES.name, JOB_SUMMARY)
"""All types that the directory `data` lists."""
