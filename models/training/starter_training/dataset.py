"""The prepared pictures of one or several cache folders, and how batches are drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .records import Record, load_records
from .teacher import MAPS


@dataclass
class Pictures:
    """Pictures of all folders one after another; row numbers run through all of them."""

    records: list[Record]
    pixels: list[np.ndarray]
    maps: dict[str, list[np.ndarray]]
    starts: np.ndarray
    device: torch.device

    @staticmethod
    def open(folders: list[Path], device: torch.device) -> "Pictures":
        """Open folders that `prepare.py` wrote. Pixels and features stay on the disk."""
        records: list[Record] = []
        pixels, starts = [], [0]
        maps: dict[str, list[np.ndarray]] = {name: [] for name in MAPS}
        for folder in folders:
            records += load_records(folder / "records.jsonl")
            pixels.append(np.load(folder / "pixels.npy", mmap_mode="r"))
            for name, arrays in maps.items():
                arrays.append(np.load(folder / f"{name}.npy", mmap_mode="r"))
            starts.append(len(records))
        return Pictures(records, pixels, maps, np.array(starts), device)

    def pixels_of(self, rows: np.ndarray) -> torch.Tensor:
        """`[n, 160, 160, 3]` uint8, on `device`."""
        return self._gather(self.pixels, rows)

    def map_of(self, name: str, rows: np.ndarray) -> torch.Tensor:
        """One of the teacher's maps, `[n, side, side, n_components]` float16, on `device`."""
        return self._gather(self.maps[name], rows)

    def rows(self, held_out: bool, source: str | None = None) -> np.ndarray:
        """Row numbers of the training or of the held-out pictures."""
        chosen = [
            i
            for i, r in enumerate(self.records)
            if r.held_out == held_out and (source is None or r.source == source)
        ]
        return np.array(chosen, dtype=np.int64)

    def _gather(self, arrays: list[np.ndarray], rows: np.ndarray) -> torch.Tensor:
        out = np.empty((len(rows), *arrays[0].shape[1:]), dtype=arrays[0].dtype)
        for i, array in enumerate(arrays):
            mine = (rows >= self.starts[i]) & (rows < self.starts[i + 1])
            if mine.any():
                out[mine] = array[rows[mine] - self.starts[i]]
        return torch.from_numpy(out).to(self.device)


class Sampler:
    """Draws training rows: sources by their share, labels flattened by a square root.

    The square root lets rare labels be seen more often than their count, common ones still most.
    Patterned things count twice: most are plain, and a search for a pattern is what plain ones miss.
    """

    def __init__(self, pictures: Pictures, shares: dict[str, float], seed: int) -> None:
        self._rows = pictures.rows(held_out=False)
        labels = [pictures.records[i].key for i in self._rows]
        counts: dict[str, int] = {}
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
        weight = np.array([counts[label] ** -0.5 for label in labels])
        patterned = [pictures.records[i].pattern not in (None, "plain") for i in self._rows]
        weight[np.array(patterned)] *= 2.0
        sources = np.array([pictures.records[i].source for i in self._rows])
        for source in set(sources):
            mine = sources == source
            weight[mine] *= shares[source] / weight[mine].sum()
        self._weight = weight / weight.sum()
        self._labels = {row: label for row, label in zip(self._rows.tolist(), labels, strict=True)}
        self._of_label: dict[str, list[int]] = {}
        for row, label in self._labels.items():
            self._of_label.setdefault(label, []).append(row)
        self._seed = seed

    def batch(self, step: int, size: int, in_pairs: bool = False) -> np.ndarray:
        """Row numbers of batch number `step`: the same for the same seed, whenever it is asked.

        `in_pairs`: the second half shows what the first half shows, in other pictures where there are.
        """
        rng = np.random.default_rng((self._seed, step))
        if not in_pairs:
            return rng.choice(self._rows, size, replace=False, p=self._weight)
        first = rng.choice(self._rows, size // 2, replace=False, p=self._weight)
        second = [rng.choice(self._of_label[self._labels[row]]) for row in first]
        return np.concatenate([first, second])
