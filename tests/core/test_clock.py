"""The clock as a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import floor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.clock import (
    CLOCK_ENDS,
    CLOCK_STARTS,
    EARLIEST,
    LATEST,
    Clock,
    clock_moment,
    instant,
    iso,
    milliseconds,
    utc,
    utc_second,
)
from mockserver.core.ids import Ids


def test_a_frozen_clock_stands_and_goes_on_from_where_it_stood() -> None:
    frozen = Clock().freeze(100.0)
    assert frozen.now(500.0) == 100.0
    resumed = frozen.resume(500.0)
    assert (resumed.now(500.0), resumed.now(507.0)) == (100.0, 107.0)


def test_a_clock_that_is_set_keeps_running_or_standing_as_it_was() -> None:
    assert Clock().set(1000.0, 10.0).now(12.0) == 1002.0
    assert Clock(frozen_at=5.0).set(1000.0, 10.0).now(12.0) == 1000.0


@pytest.mark.parametrize(
    ("clock", "stands"),
    [
        (Clock(offset=CLOCK_ENDS - 1.0), CLOCK_ENDS),
        (Clock(offset=-CLOCK_ENDS), CLOCK_STARTS),
        (Clock(frozen_at=LATEST), CLOCK_ENDS),
        (Clock(frozen_at=EARLIEST), CLOCK_STARTS),
        (Clock().set(LATEST, 1.0), CLOCK_ENDS),
    ],
)
def test_a_clock_goes_no_further_than_its_bounds_and_stands_there(clock: Clock, stands: float) -> None:
    assert (clock.now(2.0), clock.now(1e9)) == (stands, stands)
    assert clock.freeze(2.0).now(0.0) == stands


@pytest.mark.parametrize("value", ["1969-12-31T23:59:59Z", "8000-01-01T00:00:01Z", LATEST, EARLIEST])
def test_a_clock_is_not_put_beyond_its_bounds(value: float | str) -> None:
    with pytest.raises(ValueError, match="a clock stands between the beginnings of the years 1970 and 8000"):
        clock_moment(value)
    assert (clock_moment("1970-01-01"), clock_moment("8000-01-01")) == (CLOCK_STARTS, CLOCK_ENDS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1970-01-01T00:00:10Z", 10.0),
        ("1970-01-01T01:00:10+01:00", 10.0),
        ("1970-01-01T00:00:10", 10.0),
        ("1970-01-01", 0.0),
        (10, 10.0),
    ],
)
def test_moments_are_read(value: float | str, expected: float) -> None:
    assert instant(value) == expected


@pytest.mark.parametrize("value", ["yesterday", True, None, 1e18, "0000-01-01", float("nan")])
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="moment"):
        instant(value)  # type: ignore[arg-type]


def test_moments_are_written_with_milliseconds() -> None:
    assert iso(0.0) == "1970-01-01T00:00:00.000Z"
    assert iso(1.0006) == "1970-01-01T00:00:01.001Z"
    assert iso(-0.001) == "1969-12-31T23:59:59.999Z"
    assert instant(iso(1763755200.125)) == 1763755200.125


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (EARLIEST, "0001-01-01T00:00:00.000Z"),
        (-59011459200.9994, "0099-12-31T23:59:59.001Z"),
        (-30610224000.4, "0999-12-31T23:59:59.600Z"),
        (1.0005, "1970-01-01T00:00:01.000Z"),
        (1.0015, "1970-01-01T00:00:01.002Z"),
        (59.9994, "1970-01-01T00:00:59.999Z"),
        (59.9996, "1970-01-01T00:01:00.000Z"),
        (946684799.9996, "2000-01-01T00:00:00.000Z"),
        (LATEST, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_early_years_and_the_edges_of_rounding(at: float, text: str) -> None:
    assert iso(at) == text


@given(st.floats(EARLIEST, LATEST))
def test_a_moment_in_utc_is_the_nearest_millisecond(at: float) -> None:
    moment = utc(at)
    assert moment.tzinfo is UTC
    assert (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1) == milliseconds(at)
    assert milliseconds(instant(iso(at))) == milliseconds(at)


@pytest.mark.parametrize("at", [-0.25, 0.0, 59.9996, 946684799.9996])
def test_a_second_is_cut_off_not_rounded(at: float) -> None:
    assert utc_second(at).timestamp() == floor(at)


@pytest.mark.parametrize("at", [EARLIEST - 1, LATEST + 1, LATEST + 0.9996])
def test_other_years_cannot_be_written(at: float) -> None:
    with pytest.raises(ValueError, match="year"):
        utc(at)


def test_a_second_is_told_in_utc_and_without_its_fraction() -> None:
    assert utc_second(1767355200.75) == datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
    assert utc_second(0).tzinfo is UTC


def test_a_running_clock_goes_on_as_it_is() -> None:
    running = Clock(offset=5.0)
    assert running.resume(100.0) is running


def test_uuids_are_of_version_4_and_in_their_usual_spelling() -> None:
    made = {Ids(seed=seed).uuid(name, n) for seed in (1, 2) for name in "ab" for n in (1, 2)}
    assert len(made) == 8
    assert all(str(UUID(one)) == one and UUID(one).version == 4 for one in made)


def test_fractions_are_spread_over_the_whole_of_0_to_1() -> None:
    ids = Ids(seed=3)
    found = [ids.fraction("chance", n) for n in range(1000)]
    assert min(found) < 0.01
    assert 0.99 < max(found) < 1
    assert sum(found) / len(found) == pytest.approx(0.5, abs=0.05)
    assert found[:5] != [ids.fraction("other", n) for n in range(5)]


def test_hexadecimal_ids_are_as_long_as_is_asked() -> None:
    assert len(Ids().hex("a", 1)) == 32
    assert len(Ids().hex("a", 1, 64)) == 64
    assert Ids().hex("a", 1, 64).startswith(Ids().hex("a", 1, 8))


def test_ids_depend_on_seed_name_and_number_only() -> None:
    assert Ids(seed=1).uuid("a", 1) == Ids(seed=1).uuid("a", 1)
    assert len({Ids(seed=s).hex(n, k) for s in (1, 2) for n in "ab" for k in (1, 2)}) == 8
    assert 0 <= Ids().fraction("x", 1) < 1
