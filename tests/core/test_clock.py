"""The clock as a value."""

from __future__ import annotations

import pytest

from mockserver.core.clock import Clock, instant, iso
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


def test_ids_depend_on_seed_name_and_number_only() -> None:
    assert Ids(seed=1).uuid("a", 1) == Ids(seed=1).uuid("a", 1)
    assert len({Ids(seed=s).hex(n, k) for s in (1, 2) for n in "ab" for k in (1, 2)}) == 8
    assert 0 <= Ids().fraction("x", 1) < 1
