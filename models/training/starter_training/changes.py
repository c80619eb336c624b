"""One fact of a picture exchanged for another: what a hard negative says."""

from __future__ import annotations

import random

from .attributes import Values
from .records import Record


def change(record: Record, values: Values, rng: random.Random) -> dict[str, str | None]:
    """One fact of `record` with another value: its kind, or an attribute that it states."""
    facts = [
        name
        for name in ("colour", "pattern", "material")
        if getattr(record, name) is not None
    ]
    # Photographs are mostly told by what they show, rendered pictures by all their facts.
    kind_weight = 1 if record.source == "rendered" else 2
    name = rng.choice([*facts, *["kind"] * kind_weight])
    if name == "kind":
        others = [key for key in values.labels if key.startswith(record.source) and key != record.key]
        key = rng.choice(others or [record.key])
        return {"label": key.split(":", 1)[1], "coarse": values.coarse[key]}
    return {name: rng.choice([v for v in values.words[name] if v != getattr(record, name)])}
