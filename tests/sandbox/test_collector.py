"""The garbage collector is left alone in a process that is somebody else's."""

from __future__ import annotations

import gc

from mockserver.sandbox import collector


def test_it_rests_and_then_spares_what_has_come_in_a_process_of_the_servers_own() -> None:
    collector.spare()
    with collector.spared():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000


def test_elsewhere_it_goes_on() -> None:
    with collector.spared():
        assert gc.isenabled()
    assert gc.get_freeze_count() < 1000
