"""The lock of an access key, as a value."""

from __future__ import annotations

from mockserver.apis.ges.access_keys import KeyLock


def test_the_fifth_bad_signature_in_a_row_locks_the_key() -> None:
    lock = KeyLock()
    for _ in range(4):
        lock = lock.after_bad(1000.0)
    assert lock == KeyLock(failures=4)
    assert lock.after_good() == KeyLock()
    assert lock.after_bad(1000.0) == KeyLock(until=1300.0)


def test_a_bad_signature_that_was_checked_before_the_lock_does_not_open_it() -> None:
    locked = KeyLock(until=1300.0)
    assert locked.after_bad(1000.0) is locked
    assert locked.after_good() is locked
    assert locked.after_bad(1300.0) == KeyLock(failures=1)
