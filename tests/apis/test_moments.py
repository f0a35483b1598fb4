"""One moment as each API writes it: the same rounding, another format."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.arcgis.messages import date_text
from mockserver.apis.casjobs.documents import clr_time
from mockserver.apis.ges.moments import iam_moment, management_moment
from mockserver.apis.prime.moments import name_stamp, read_stamp, stamp
from mockserver.core.clock import EARLIEST, LATEST, instant, milliseconds

DAY = 86400.0
MOMENTS = st.floats(EARLIEST + DAY, LATEST - DAY)
"""Epoch seconds that each zone can write."""


class Texts(NamedTuple):
    """A moment in each format."""

    casjobs: str
    iam: str
    management: str
    arcgis: str
    prime: str
    east: str
    west: str
    name: str


TEXTS = {
    -62135510400.0: Texts(
        "0001-01-02T00:00:00",
        "0001-01-02T00:00:00.000000Z",
        "0001-01-02T00:00:00",
        "Tuesday, January 2, 1 12:00:00 AM",
        "0001-01-02T00:00:00.000Z",
        "0001-01-02T10:30:00.000+10:30",
        "0001-01-01T19:00:00.000-05:00",
        "12_00_00_000_AM_01_02_0001",
    ),
    -30610224000.4: Texts(
        "0999-12-31T23:59:59.6",
        "0999-12-31T23:59:59.600000Z",
        "0999-12-31T23:59:59",
        "Tuesday, December 31, 999 11:59:59 PM",
        "0999-12-31T23:59:59.600Z",
        "1000-01-01T10:29:59.600+10:30",
        "0999-12-31T18:59:59.600-05:00",
        "11_59_59_600_PM_12_31_0999",
    ),
    -59011459200.9994: Texts(
        "0099-12-31T23:59:59.001",
        "0099-12-31T23:59:59.001000Z",
        "0099-12-31T23:59:59",
        "Thursday, December 31, 99 11:59:59 PM",
        "0099-12-31T23:59:59.001Z",
        "0100-01-01T10:29:59.001+10:30",
        "0099-12-31T18:59:59.001-05:00",
        "11_59_59_001_PM_12_31_0099",
    ),
    -12345678901.234: Texts(
        "1578-10-13T04:44:58.766",
        "1578-10-13T04:44:58.766000Z",
        "1578-10-13T04:44:58",
        "Friday, October 13, 1578 4:44:58 AM",
        "1578-10-13T04:44:58.766Z",
        "1578-10-13T15:14:58.766+10:30",
        "1578-10-12T23:44:58.766-05:00",
        "04_44_58_766_AM_10_13_1578",
    ),
    -0.001: Texts(
        "1969-12-31T23:59:59.999",
        "1969-12-31T23:59:59.999000Z",
        "1969-12-31T23:59:59",
        "Wednesday, December 31, 1969 11:59:59 PM",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T10:29:59.999+10:30",
        "1969-12-31T18:59:59.999-05:00",
        "11_59_59_999_PM_12_31_1969",
    ),
    0.0: Texts(
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00",
        "Thursday, January 1, 1970 12:00:00 AM",
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T10:30:00.000+10:30",
        "1969-12-31T19:00:00.000-05:00",
        "12_00_00_000_AM_01_01_1970",
    ),
    1.0005: Texts(
        "1970-01-01T00:00:01",
        "1970-01-01T00:00:01.000000Z",
        "1970-01-01T00:00:01",
        "Thursday, January 1, 1970 12:00:01 AM",
        "1970-01-01T00:00:01.000Z",
        "1970-01-01T10:30:01.000+10:30",
        "1969-12-31T19:00:01.000-05:00",
        "12_00_01_000_AM_01_01_1970",
    ),
    1.0015: Texts(
        "1970-01-01T00:00:01.002",
        "1970-01-01T00:00:01.002000Z",
        "1970-01-01T00:00:01",
        "Thursday, January 1, 1970 12:00:01 AM",
        "1970-01-01T00:00:01.002Z",
        "1970-01-01T10:30:01.002+10:30",
        "1969-12-31T19:00:01.002-05:00",
        "12_00_01_002_AM_01_01_1970",
    ),
    59.9994: Texts(
        "1970-01-01T00:00:59.999",
        "1970-01-01T00:00:59.999000Z",
        "1970-01-01T00:00:59",
        "Thursday, January 1, 1970 12:00:59 AM",
        "1970-01-01T00:00:59.999Z",
        "1970-01-01T10:30:59.999+10:30",
        "1969-12-31T19:00:59.999-05:00",
        "12_00_59_999_AM_01_01_1970",
    ),
    59.9996: Texts(
        "1970-01-01T00:01:00",
        "1970-01-01T00:01:00.000000Z",
        "1970-01-01T00:00:59",
        "Thursday, January 1, 1970 12:00:59 AM",
        "1970-01-01T00:01:00.000Z",
        "1970-01-01T10:31:00.000+10:30",
        "1969-12-31T19:01:00.000-05:00",
        "12_01_00_000_AM_01_01_1970",
    ),
    946684799.9996: Texts(
        "2000-01-01T00:00:00",
        "2000-01-01T00:00:00.000000Z",
        "1999-12-31T23:59:59",
        "Friday, December 31, 1999 11:59:59 PM",
        "2000-01-01T00:00:00.000Z",
        "2000-01-01T10:30:00.000+10:30",
        "1999-12-31T19:00:00.000-05:00",
        "12_00_00_000_AM_01_01_2000",
    ),
    946684799.9999998: Texts(
        "2000-01-01T00:00:00",
        "2000-01-01T00:00:00.000000Z",
        "2000-01-01T00:00:00",
        "Saturday, January 1, 2000 12:00:00 AM",
        "2000-01-01T00:00:00.000Z",
        "2000-01-01T10:30:00.000+10:30",
        "1999-12-31T19:00:00.000-05:00",
        "12_00_00_000_AM_01_01_2000",
    ),
    1763755200.125: Texts(
        "2025-11-21T20:00:00.125",
        "2025-11-21T20:00:00.125000Z",
        "2025-11-21T20:00:00",
        "Friday, November 21, 2025 8:00:00 PM",
        "2025-11-21T20:00:00.125Z",
        "2025-11-22T06:30:00.125+10:30",
        "2025-11-21T15:00:00.125-05:00",
        "08_00_00_125_PM_11_21_2025",
    ),
    253402214399.0: Texts(
        "9999-12-30T23:59:59",
        "9999-12-30T23:59:59.000000Z",
        "9999-12-30T23:59:59",
        "Thursday, December 30, 9999 11:59:59 PM",
        "9999-12-30T23:59:59.000Z",
        "9999-12-31T10:29:59.000+10:30",
        "9999-12-30T18:59:59.000-05:00",
        "11_59_59_000_PM_12_30_9999",
    ),
    1898282714.7542: Texts(
        "2030-02-25T20:45:14.754",
        "2030-02-25T20:45:14.754000Z",
        "2030-02-25T20:45:14",
        "Monday, February 25, 2030 8:45:14 PM",
        "2030-02-25T20:45:14.754Z",
        "2030-02-26T07:15:14.754+10:30",
        "2030-02-25T15:45:14.754-05:00",
        "08_45_14_754_PM_02_25_2030",
    ),
    570401411.7: Texts(
        "1988-01-28T20:50:11.7",
        "1988-01-28T20:50:11.700000Z",
        "1988-01-28T20:50:11",
        "Thursday, January 28, 1988 8:50:11 PM",
        "1988-01-28T20:50:11.700Z",
        "1988-01-29T07:20:11.700+10:30",
        "1988-01-28T15:50:11.700-05:00",
        "08_50_11_700_PM_01_28_1988",
    ),
    3986488919.697836: Texts(
        "2096-04-28T22:01:59.698",
        "2096-04-28T22:01:59.698000Z",
        "2096-04-28T22:01:59",
        "Saturday, April 28, 2096 10:01:59 PM",
        "2096-04-28T22:01:59.698Z",
        "2096-04-29T08:31:59.698+10:30",
        "2096-04-28T17:01:59.698-05:00",
        "10_01_59_698_PM_04_28_2096",
    ),
    1096192557.913326: Texts(
        "2004-09-26T09:55:57.913",
        "2004-09-26T09:55:57.913000Z",
        "2004-09-26T09:55:57",
        "Sunday, September 26, 2004 9:55:57 AM",
        "2004-09-26T09:55:57.913Z",
        "2004-09-26T20:25:57.913+10:30",
        "2004-09-26T04:55:57.913-05:00",
        "09_55_57_913_AM_09_26_2004",
    ),
}
"""Epoch seconds -> texts. Halves of a millisecond go to the even one; formats without a fraction cut it off."""


@pytest.mark.parametrize("at", TEXTS)
def test_a_moment_in_each_format(at: float) -> None:
    assert TEXTS[at] == Texts(
        clr_time(at, ""),
        iam_moment(at),
        management_moment(at),
        date_text(at),
        stamp(at, "Z"),
        stamp(at, "+10:30"),
        stamp(at, "-05:00"),
        name_stamp(at, "Z"),
    )


@given(MOMENTS)
def test_formats_with_a_fraction_say_the_same_millisecond(at: float) -> None:
    whole = milliseconds(at)
    texts = (clr_time(at, ""), iam_moment(at), stamp(at, "Z"), stamp(at, "+10:30"), stamp(at, "-05:00"))
    assert [milliseconds(instant(text)) for text in texts] == [whole] * len(texts)
    assert name_stamp(at, "Z")[9:12] == f"{whole % 1000:03d}"


@given(MOMENTS, st.sampled_from(("Z", "+00:00", "-00:00", "+10:30", "-05:00")))
def test_a_stamp_is_read_back(at: float, zone: str) -> None:
    text = stamp(at, zone)
    assert milliseconds(read_stamp(text, zone)) == milliseconds(at)
    assert text.endswith("Z" if zone in ("Z", "+00:00", "-00:00") else zone)


@pytest.mark.parametrize(("at", "zone"), [(EARLIEST, "-01:00"), (LATEST, "+01:00")])
def test_a_zone_in_which_the_year_is_none_is_refused(at: float, zone: str) -> None:
    with pytest.raises(OverflowError):
        stamp(at, zone)
