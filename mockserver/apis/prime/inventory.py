"""Devices, CLI templates and inventories: what job clients look up before they deploy. Seeded, never changed.

Field order is the order of the XML elements (alphabetical). Names and types: Devices, CliTemplate and InventoryDetails
in the references 1.2 to 3.8; a real v1 template of 2016 (aradford123's templateDTO.py); a real v3 inventory of 2018
(pi3q's README).
"""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.apis.prime.model import EntityHead
from mockserver.apis.prime.serialization import attribute, part, value, wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """devicesDTO. Versions 3 and later have no alarm counts, for they were slow, and have collectionStatus."""

    display_name: str = attribute(str)
    id: int = attribute(int)
    admin_status: str | None = value(str, optional=True)
    cleared_alarms: int | None = value(int, optional=True)
    collection_detail: str | None = value(str, optional=True)
    collection_status: str | None = value(str, optional=True)
    collection_time: str | None = value(str, optional=True)
    creation_time: str | None = value(str, optional=True)
    critical_alarms: int | None = value(int, optional=True)
    device_id: int = value(int)
    device_name: str | None = value(str, optional=True)
    device_type: str | None = value(str, optional=True)
    information_alarms: int | None = value(int, optional=True)
    ip_address: str = value(str)
    location: str | None = value(str, optional=True)
    major_alarms: int | None = value(int, optional=True)
    management_status: str | None = value(str, optional=True)
    minor_alarms: int | None = value(int, optional=True)
    product_family: str | None = value(str, optional=True)
    reachability: str | None = value(str, optional=True)
    software_type: str | None = value(str, optional=True)
    software_version: str | None = value(str, optional=True)
    warning_alarms: int | None = value(int, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntity(EntityHead):
    """A device in a list of whole entities."""

    device: Device = part(Device, "devicesDTO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of a CLI template."""

    default_value: str | None = value(str, optional=True)
    description: str | None = value(str, optional=True)
    display_label: str | None = value(str, optional=True)
    name: str = value(str)
    required: bool = value(bool)
    type: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class CliTemplate:
    """cliTemplateDTO. One variable alone is an object in v1, as every list of one."""

    display_name: str = attribute(str)
    id: int = attribute(int)
    author: str | None = value(str, optional=True)
    content: str | None = value(str, optional=True)
    created_on: str | None = value(str, optional=True)
    deploy_count: int | None = value(int, optional=True)
    description: str | None = value(str, optional=True)
    device_type: str | None = value(str, optional=True)
    last_deploy_time: str | None = value(str, optional=True)
    name: str = value(str)
    path: str | None = value(str, optional=True)
    template_id: int = value(int)
    variables: tuple[Variable, ...] | None = wrapped(Variable, "variables", "variable", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CliTemplateEntity(EntityHead):
    """A CLI template in a list of whole entities."""

    template: CliTemplate = part(CliTemplate, "cliTemplateDTO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chassis:
    """A chassis of a device. `entPhysicalIndex` is a text."""

    description: str | None = value(str, optional=True)
    ent_physical_index: str | None = value(str, optional=True)
    model_nr: str | None = value(str, optional=True)
    name: str | None = value(str, optional=True)
    product_id: str | None = value(str, optional=True)
    serial_nr: str | None = value(str, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EthernetInterface:
    """An ethernet interface. `speed` is in bits per second."""

    admin_status: str | None = value(str, optional=True)
    description: str | None = value(str, optional=True)
    duplex_mode: str | None = value(str, optional=True)
    mac_address: str | None = value(str, optional=True)
    mtu: int | None = value(int, optional=True)
    name: str = value(str)
    operational_status: str | None = value(str, optional=True)
    speed: int | None = value(int, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address of v4, without the length of its prefix."""

    address: str = value(str)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpInterface:
    """An interface with an address: a text up to v3 (`192.0.2.1/24`, pi3q), two fields in v4 (CollectIP)."""

    admin_status: str | None = value(str, optional=True)
    ip_address: str = value(str)
    name: str = value(str)
    operational_status: str | None = value(str, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpInterfaceV4:
    """The same in v4."""

    admin_status: str | None = value(str, optional=True)
    ip_address: Address = part(Address, "ipAddress")
    name: str = value(str)
    operational_status: str | None = value(str, optional=True)
    prefix_length: int = value(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module of a device, as a v4 client reads it (EPNM_API)."""

    description: str | None = value(str, optional=True)
    equipment_type: str | None = value(str, optional=True)
    product_id: str | None = value(str, optional=True)
    product_name: str | None = value(str, optional=True)
    serial_nr: str | None = value(str, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an inventory says of its device."""

    device_id: int = value(int)
    device_name: str | None = value(str, optional=True)
    device_type: str | None = value(str, optional=True)
    ip_address: str = value(str)
    location: str | None = value(str, optional=True)
    product_family: str | None = value(str, optional=True)
    reachability: str | None = value(str, optional=True)
    software_type: str | None = value(str, optional=True)
    software_version: str | None = value(str, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryDetails:
    """inventoryDetailsDTO; lists without anything in them are absent."""

    display_name: str = attribute(str)
    id: int = attribute(int)
    chassis: tuple[Chassis, ...] | None = wrapped(Chassis, "chassis", "chassis", optional=True)
    ethernet_interfaces: tuple[EthernetInterface, ...] | None = wrapped(
        EthernetInterface, "ethernetInterfaces", "ethernetInterface", optional=True
    )
    ip_interfaces: tuple[IpInterface | IpInterfaceV4, ...] | None = wrapped(
        IpInterface, "ipInterfaces", "ipInterface", optional=True
    )
    modules: tuple[Module, ...] | None = wrapped(Module, "modules", "module", optional=True)
    summary: Summary = part(Summary, "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryEntity(EntityHead):
    """An inventory in a list of whole entities."""

    inventory: InventoryDetails = part(InventoryDetails, "inventoryDetailsDTO")
