"""What a fault may match and do, for people and for completion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.api.definition import Api
from mockserver.faults.effects import EFFECTS, Delay
from mockserver.journal.matching import MATCHED, OF_ANSWERS


def catalogue(apis: Iterable[Api]) -> dict[str, Any]:
    """Return `match` (fields), `effects` (name -> what may stand there) and `named` (API -> its failures)."""
    return {
        "match": [name for name in MATCHED if name not in OF_ANSWERS],
        "effects": {
            **{name: words if isinstance(words, str) else list(words) for name, words in _effects().items()},
            "before": "answer (the default) or work: where a delay waits",
            "handled": "true: the request is carried out all the same, only its answer is lost",
        },
        "named": {
            api.name: [
                {
                    "name": fault.name,
                    "title": fault.title,
                    "confidence": str(fault.confidence),
                    "source": fault.source,
                }
                for fault in api.faults
            ]
            for api in apis
        },
    }


def _effects() -> dict[str, str | tuple[str, ...]]:
    return {Delay.name: Delay.words, **{effect.name: effect.words for effect in EFFECTS}}
