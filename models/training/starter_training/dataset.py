"""The prepared pictures of one or several cache folders, and how batches are drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .records import Record, load_records


@dataclass
class Pictures:
    """Pictures of all folders one after another; row numbers run through all of them."""

    records: list[Record]
    pixels: list[np.ndarray]
    teacher: list[np.ndarray]
    starts: np.ndarray

    @staticmethod
    def open(folders: list[Path]) -> "Pictures":
        """Open folders that `prepare.py` wrote. Pixels and features stay on the disk."""
        records: list[Record] = []
        pixels, teacher, starts = [], [], [0]
        for folder in folders:
            records += load_records(folder / "records.jsonl")
            pixels.append(np.load(folder / "pixels.npy", mmap_mode="r"))
            teacher.append(np.load(folder / "teacher.npy", mmap_mode="r"))
            starts.append(len(records))
        return Pictures(records, pixels, teacher, np.array(starts))

    def pixels_of(self, rows: np.ndarray) -> np.ndarray:
        """`[n, 160, 160, 3]` uint8."""
        return self._gather(self.pixels, rows)

    def teacher_of(self, rows: np.ndarray) -> np.ndarray:
        """`[n, 7, 7, 256]` float16."""
        return self._gather(self.teacher, rows)

    def rows(self, held_out: bool, source: str | None = None) -> np.ndarray:
        """Row numbers of the training or of the held-out pictures."""
        chosen = [
            i
            for i, r in enumerate(self.records)
            if r.held_out == held_out and (source is None or r.source == source)
        ]
        return np.array(chosen, dtype=np.int64)

    def _gather(self, arrays: list[np.ndarray], rows: np.ndarray) -> np.ndarray:
        out = np.empty((len(rows), *arrays[0].shape[1:]), dtype=arrays[0].dtype)
        for i, array in enumerate(arrays):
            mine = (rows >= self.starts[i]) & (rows < self.starts[i + 1])
            if mine.any():
                out[mine] = array[rows[mine] - self.starts[i]]
        return out


class Sampler:
    """Draws training rows: sources by their share, labels flattened by a square root.

    The square root lets rare labels be seen more often than their count, common ones still most.
    """

    def __init__(self, pictures: Pictures, shares: dict[str, float], seed: int) -> None:
        self._rows = pictures.rows(held_out=False)
        labels = [pictures.records[i].key for i in self._rows]
        counts: dict[str, int] = {}
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
        weight = np.array([counts[label] ** -0.5 for label in labels])
        sources = np.array([pictures.records[i].source for i in self._rows])
        for source in set(sources):
            mine = sources == source
            weight[mine] *= shares[source] / weight[mine].sum()
        self._weight = weight / weight.sum()
        self._seed = seed

    def batch(self, step: int, size: int) -> np.ndarray:
        """Row numbers of batch number `step`: the same for the same seed, whenever it is asked."""
        rng = np.random.default_rng((self._seed, step))
        return rng.choice(self._rows, size, replace=False, p=self._weight)
