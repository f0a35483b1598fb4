"""What time it is by the clock of Redis, which says when a step is given up.

Between two looks at it time passes here, by a clock that nobody sets: that of this machine may be put right at any
time. That of Redis may be, too, so it is looked at again now and then, and whenever a step was late by it that was not
late here.
"""

from __future__ import annotations

from collections.abc import Sequence

AGAIN = 10.0
"""Real seconds after which it is looked at again, by the way: so long a step may be done later than it should be, if
Redis' clock was put back."""


class RedisClock:
    """Tells the time by the clock of Redis.

    Attributes:
        looked: when somebody last looked at it, by the loop's clock.
    """

    def __init__(self) -> None:
        self.looked = 0.0
        self._ahead = 0.0

    def at(self, moment: float) -> float:
        """Return the time (epoch seconds) at a moment of the loop's clock."""
        return moment + self._ahead

    def begin(self, asked: float, came: float, said: Sequence[bytes]) -> None:
        """Take it from what a Redis says to which there was no connection before.

        Args:
            asked, came: when that was asked and when it came, by the loop's clock.
            said: its answer to `TIME`.
        """
        self.looked = asked
        self._ahead = _seconds(said) - (asked + came) / 2

    def correct(self, asked: float, came: float, said: Sequence[bytes]) -> None:
        """Correct it by what Redis says, as little as that asks for: how long the answer took is not known to be of it.

        Args:
            As for `begin`.
        """
        now = _seconds(said)
        self._ahead = min(max(self._ahead, now - came), now - asked)


def _seconds(said: Sequence[bytes]) -> float:
    seconds, micros = said
    return float(seconds) + float(micros) / 1e6
