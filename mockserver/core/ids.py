"""Ids and chances from one seed: the n-th of a name is always the same, in any process."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

_ODD = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""2 to the 128th over the golden ratio, odd: multiplying by it mixes, and loses nothing."""
_MASK = (1 << 128) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """A seeded source without state: the caller brings the counter, which lives in the store."""

    seed: int = 0

    def digest(self, name: str, n: int) -> bytes:
        """Return 32 bytes that depend on the seed, the name and the number only."""
        return hashlib.sha256(f"{self.seed}/{name}/{n}".encode()).digest()

    def hex(self, name: str, n: int, length: int = 32) -> str:
        """Return up to 64 lower-case hexadecimal digits."""
        return self.digest(name, n).hex()[:length]

    def mark(self, n: int) -> str:
        """Return 32 hexadecimal digits that no other number has: cheaper than `hex`, for what each answer carries."""
        return ((n + self.seed + 1) * _ODD & _MASK).to_bytes(16).hex()

    def uuid(self, name: str, n: int) -> str:
        """Return a version 4 UUID in its usual spelling."""
        return str(uuid.UUID(bytes=self.digest(name, n)[:16], version=4))

    def fraction(self, name: str, n: int) -> float:
        """Return a number in [0, 1)."""
        return int.from_bytes(self.digest(name, n)[:7]) / (1 << 56)
