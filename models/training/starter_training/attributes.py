"""Labels and attributes of pictures as numbers, for heads and for changes of one fact."""

from __future__ import annotations

import numpy as np
import torch

from .records import Record
from .words import thing

ATTRIBUTES = ("colour", "second_colour", "pattern", "material", "count", "background")


class Values:
    """Which labels and attribute values there are, and those of every picture."""

    def __init__(self, records: list[Record], device: torch.device) -> None:
        self.labels = sorted({r.key for r in records})
        self.coarse = {r.key: r.coarse for r in records}
        of_label = {key: i for i, key in enumerate(self.labels)}
        self._labels = torch.tensor([of_label[r.key] for r in records], device=device)
        # What two sets call differently may be one thing to a person.
        concepts = {r.key: thing(r).concept for r in records}
        of_concept = {name: i for i, name in enumerate(sorted(set(concepts.values())))}
        self._concepts = torch.tensor([of_concept[concepts[r.key]] for r in records], device=device)
        self.words: dict[str, list] = {}
        self._numbers: dict[str, torch.Tensor] = {}
        for name in ATTRIBUTES:
            stated = [getattr(r, name) for r in records]
            words = sorted({value for value in stated if value is not None})
            number = {value: i for i, value in enumerate(words)}
            self.words[name] = words
            self._numbers[name] = torch.tensor(
                [number.get(value, -100) for value in stated], device=device
            )

    def label_numbers(self, rows: np.ndarray) -> torch.Tensor:
        """Numbers into `labels`."""
        return self._labels[_on(self._labels, rows)]

    def concept_numbers(self, rows: np.ndarray) -> torch.Tensor:
        """Equal where two pictures show the same thing."""
        return self._concepts[_on(self._concepts, rows)]

    def numbers(self, name: str, rows: np.ndarray) -> torch.Tensor:
        """Numbers into `words[name]`, -100 (what cross-entropy leaves out) where nothing is known."""
        return self._numbers[name][_on(self._labels, rows)]


def _on(values: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rows).to(values.device)
