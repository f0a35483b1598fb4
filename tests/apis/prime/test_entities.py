"""data/Devices, data/CliTemplate, data/InventoryDetails: what job clients look up before they deploy."""

from __future__ import annotations

from typing import Any

import pytest

ALARMS = {"clearedAlarms", "criticalAlarms", "informationAlarms", "majorAlarms", "minorAlarms", "warningAlarms"}


async def query(prime: Any, path: str) -> dict[str, Any]:
    answer = await prime.get(path)
    assert answer.status == 200, answer.text
    root: dict[str, Any] = answer.data["queryResponse"]
    return root


async def shown_ids(prime: Any, path: str) -> list[str]:
    return [one["$"] for one in (await query(prime, path)).get("entityId", [])]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Devices", ["700001", "700002", "700003", "700004"]),
        ("Devices?ipAddress=192.0.2.3", ["700003"]),
        ("Devices?ipAddress=%22192.0.2.3%22", ["700003"]),
        ("Devices?deviceName=startsWith(%22edge%22)", ["700001", "700002"]),
        ("Devices?deviceType=contains(%22ASR%22)&reachability=UNREACHABLE", ["700003"]),
        ("Devices?deviceType=contains(%22ASR%22)&reachability=REACHABLE", []),
        (".or_filter", ["700001", "700003"]),
        ("Devices?deviceId=in(700002,700004)", ["700002", "700004"]),
        ("Devices?minorAlarms=ne(0)", ["700001"]),
        ("Devices?collectionTime=between(%222026-01-02T09:04:00%22,%222026-01-02T09:06:00%22)", ["700002"]),
        ("Devices?.sort=-deviceName", ["700002", "700001", "700003", "700004"]),
        ("Devices?.sort=-collectionTime", ["700004", "700002", "700001", "700003"]),
        ("Devices?.firstResult=1&.maxResults=2", ["700002", "700003"]),
        ("Devices?.firstResult=9", []),
        ("CliTemplate", ["541001", "541002", "541003"]),
        ("CliTemplate?path=contains(%22User%20Defined%22)", ["541001", "541003"]),
        ("CliTemplate?name=%22Access%20Port%22", ["541001"]),
        ("CliTemplate?.sort=name", ["541001", "541003", "541002"]),
        ("InventoryDetails", ["700001", "700002", "700003", "700004"]),
        ("InventoryDetails?deviceId=700003", ["700003"]),
    ],
)
async def test_pages_filters_and_order(prime: Any, path: str, expected: list[str]) -> None:
    if path == ".or_filter":
        path = "Devices?.or_filter=true&ipAddress=192.0.2.1&softwareType=IOS%20XR"
    name, _, asked = path.partition("?")
    assert await shown_ids(prime, f"/v3/data/{name}.json?{asked}") == expected


async def test_counts_are_of_the_whole_list(prime: Any) -> None:
    page = await query(prime, "/v4/data/Devices.json?.firstResult=1&.maxResults=2")
    assert (page["@first"], page["@last"], page["@count"], page["@type"]) == (1, 2, 4, "Devices")
    page = await query(prime, "/v1/data/Devices.json?ipAddress=192.0.2.9")
    assert (page["@count"], "entityId" in page) == ("0", False)


async def test_the_range_header_pages_too(prime: Any) -> None:
    answer = await prime.get("/v4/data/Devices.json", headers={"Range": "instances=1-2"})
    assert answer.headers["Content-Range"] == "instances 1-2/4"
    assert [one["$"] for one in answer.data["queryResponse"]["entityId"]] == ["700002", "700003"]


@pytest.mark.parametrize(("version", "alarms", "collection"), [(1, True, False), (2, True, False), (3, False, True),
                                                               (4, False, True)])  # fmt: skip
async def test_what_versions_say_of_a_device(prime: Any, version: int, alarms: bool, collection: bool) -> None:
    root = await query(prime, f"/v{version}/data/Devices/700001.json?.full=true")
    device = root["entity"][0]["devicesDTO"]
    assert (root["@responseType"], "@count" in root) == ("getEntity", False)
    assert (set(device) >= ALARMS, "collectionStatus" in device) == (alarms, collection)
    assert device["@id"] == ("700001" if version == 1 else 700001)
    assert device["@displayName"] == "700001"
    assert device["deviceId"] == 700001
    assert device["creationTime"] == "2025-06-01T08:00:00.000Z"


async def test_v1_makes_one_variable_an_object_and_none_an_empty_text(prime: Any) -> None:
    one = (await query(prime, "/v1/data/CliTemplate/541002.json"))["entity"][0]["cliTemplateDTO"]
    assert one["variables"]["variable"]["name"] == "Server"
    none = (await query(prime, "/v1/data/CliTemplate/541003.json"))["entity"][0]["cliTemplateDTO"]
    assert none["variables"] == ""
    later = (await query(prime, "/v2/data/CliTemplate/541002.json"))["entity"][0]["cliTemplateDTO"]
    assert [type(one["required"]) for one in later["variables"]["variable"]] == [bool]


async def test_addresses_of_interfaces_changed_in_v4(prime: Any) -> None:
    found = []
    for version in (3, 4):
        root = await query(prime, f"/v{version}/data/InventoryDetails/700001.json")
        found.append(root["entity"][0]["inventoryDetailsDTO"]["ipInterfaces"]["ipInterface"][0])
    assert found[0]["ipAddress"] == "192.0.2.1/24"
    assert (found[1]["ipAddress"], found[1]["prefixLength"]) == ({"address": "192.0.2.1"}, 24)


async def test_an_inventory_has_no_empty_lists(prime: Any) -> None:
    bare = (await query(prime, "/v3/data/InventoryDetails/700003.json"))["entity"][0]["inventoryDetailsDTO"]
    assert [name for name in bare if name[0] != "@"] == ["summary"]
    assert bare["summary"]["softwareVersion"] == "6.1.2"


async def test_xml_has_elements_in_order(prime: Any) -> None:
    root = (await prime.get("/v4/data/InventoryDetails/700001")).xml
    dto = root.find("entity/inventoryDetailsDTO")
    assert [one.tag for one in dto] == ["chassis", "ethernetInterfaces", "ipInterfaces", "modules", "summary"]
    assert dto.find("chassis/chassis/serialNr").text == "FAKE0000001"
    fields = [one.tag for one in (await prime.get("/v1/data/Devices/700001")).xml.find("entity/devicesDTO")]
    assert fields == sorted(fields)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/v4/data/Devices/1460170872.json", 404, "No such entity as DevicesV4 / 1,460,170,872.-PRS-101"),
        ("/v3/data/CliTemplate/9.json", 404, "No such entity as CliTemplate / 9.-PRS-101"),
        ("/v3/data/Devices.json?serial=1", 400, "Unknown attribute serial.-PRS-100"),
        ("/v3/data/Devices.json?.sort=serial", 400, "Unknown attribute serial in .sort.-PRS-100"),
        ("/v3/data/Devices.json?deviceId=x", 400, "Invalid value x for deviceId.-PRS-100"),
        ("/v3/data/Devices.json?.maxResults=5000", 503, "NBI page size limit exceeded (More than 1000)"),
        ("/v3/data/Nope.json", 404, "No such entity type as Nope.-PRS-102"),
    ],
)
async def test_refusals(prime: Any, path: str, status: int, message: str) -> None:
    answer = await prime.get(path)
    assert (answer.status, answer.data["errorDocument"]["message"]) == (status, message)


async def test_a_template_is_deployed_as_its_content_says(prime: Any) -> None:
    device = {
        "targetDeviceID": "700001",
        "variableValues": {"variableValue": [{"name": "InterfaceName", "value": "Gi1/0/2"},
                                             {"name": "VlanId", "value": "8"}]},
    }  # fmt: skip
    name = await prime.submit(templateName="Access Port", targetDevices={"targetDevice": device})
    await prime.advance(7)
    job = (await prime.get(f"/v4/op/jobService/runhistory.json?jobName={name}")).data["mgmtResponse"]["job"][0]
    said = {one["property"]: one["value"] for one in job["runInstances"]["runInstance"][0]["results"]["result"]}
    expected = "configlet:\ninterface Gi1/0/2\n description $Description\n switchport access vlan 8\n response:\n"
    assert said["700001"].startswith(expected)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "data/ConfigVersions"), ("PUT", "op/devices/deleteDevices"), ("POST", "op/devices/removalJob"),
        ("POST", "op/devices/syncDevices"), ("POST", "op/cliTemplateConfiguration/upload"),
        ("DELETE", "op/cliTemplateConfiguration/deleteTemplate"), ("PUT", "op/cliTemplateConfiguration/deploy"),
        ("PUT", "op/wlanProvisioning/deployTemplate"), ("GET", "op/info/version"), ("GET", "op/info/uptime"),
        ("GET", "op/configArchiveService/extractSanitizedFile"), ("GET", "data/AccessPoints"),
    ],
)  # fmt: skip
async def test_what_public_clients_call_besides_names_itself(prime: Any, method: str, path: str) -> None:
    answer = await prime.ask(method, f"/webacs/api/v3/{path}.json")
    assert (answer.status, answer.data["error"]["code"]) == (501, "not-faked")


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"devices": [{"id": "1", "ip_address": "192.0.2.1"}, {"id": "1", "ip_address": "192.0.2.2"}]}, "second time"),
        ({"devices": [{"id": "x", "ip_address": "192.0.2.1"}]}, "does not match"),
        ({"devices": [{"id": "1"}]}, "ip_address"),
        ({"cli_templates": [{"id": "1", "name": "A"}, {"id": "2", "name": "A"}]}, "second time"),
        ({"cli_templates": [{"id": "1", "name": "A", "created_on": "soon"}]}, "soon"),
    ],
)
async def test_bad_seeds_are_said_in_a_line(tmp_path: Any, bare: Any, section: Any, says: str) -> None:
    from mockserver.sandbox.fixtures.merge import BadFixture

    with pytest.raises(BadFixture, match=says):
        await bare(tmp_path, section)
