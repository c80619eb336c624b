"""Which texts are true of which pictures.

In a batch, many pictures show the same thing: a text about one may be true of another, and then
that pair must not be pushed apart. Where a text states something that nobody knows about a picture
(the material in a photograph), the pair is left out of the loss.
"""

from __future__ import annotations

import numpy as np

from .captions import Composed
from .colours import ALSO
from .records import Record
from .words import name_owners, thing

_ATTRIBUTES = ("colour", "pattern", "material", "background", "count")


class Agreement:
    """Facts of all pictures as arrays, compared with the facts of texts."""

    def __init__(self, records: list[Record]) -> None:
        owners = name_owners(records)
        concepts = sorted({c for owned in owners.values() for c in owned})
        self._concept = {c: i for i, c in enumerate(concepts)}
        self._owners = {
            name: [self._concept[c] for c in owned] for name, owned in owners.items()
        }
        self._shows = np.zeros((len(records), len(concepts)), dtype=bool)
        for row, record in enumerate(records):
            known = thing(record)
            for concept in [known.concept, *known.wide]:
                self._shows[row, self._concept[concept]] = True
        self._values: dict[str, dict[str, int]] = {}
        self._holds: dict[str, np.ndarray] = {}
        self._known: dict[str, np.ndarray] = {}
        for attribute in _ATTRIBUTES:
            self._index(attribute, records)

    def compare(self, rows: np.ndarray, texts: list[Composed]) -> tuple[np.ndarray, np.ndarray]:
        """`[len(rows), len(texts)]` twice: the text is true of the picture; the pair counts."""
        asked = np.zeros((len(texts), self._shows.shape[1]), dtype=np.float32)
        for column, text in enumerate(texts):
            asked[column, self._owners[text.name]] = 1.0
        true = (self._shows[rows].astype(np.float32) @ asked.T) > 0
        counts = np.ones_like(true)
        for attribute in _ATTRIBUTES:
            stated = [getattr(text, attribute) for text in texts]
            columns = np.array([i for i, value in enumerate(stated) if value is not None], dtype=int)
            if len(columns) == 0:
                continue
            values = [self._values[attribute][stated[i]] for i in columns]
            holds = self._holds[attribute][rows][:, values]
            unknown = ~self._known[attribute][rows][:, None]
            counts[:, columns] &= ~(unknown & true[:, columns])
            true[:, columns] &= holds
        return true, counts

    def _index(self, attribute: str, records: list[Record]) -> None:
        stated = [getattr(record, attribute) for record in records]
        wider = ALSO if attribute == "colour" else {}
        every = {v for v in stated if v} | {w for v in stated if v for w in wider.get(v, [])}
        self._values[attribute] = {value: i for i, value in enumerate(sorted(every))}
        holds = np.zeros((len(records), max(1, len(every))), dtype=bool)
        for row, value in enumerate(stated):
            for true in [value, *wider.get(value, [])] if value else []:
                holds[row, self._values[attribute][true]] = True
        self._holds[attribute] = holds
        self._known[attribute] = np.array([value is not None for value in stated])
