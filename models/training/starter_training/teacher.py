"""Features of a teacher network (MobileNet v1, int8, ImageNet) that guide training.

The teacher sees a picture at 224 x 224. Two of its maps are read: the last (7 x 7, 1,024 channels:
what things are) and the one before the last halving (14 x 14, 512 channels: parts and textures).
Training asks the image tower to foretell the first at its last layers and the second half way: 64
targets a picture and depth instead of one label, which is what lets a transformer learn from few
pictures. The teacher is used here only; nothing of it is stored in the pack.

A map is kept as its first principal components.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from .pixels import squash

TEACHER_SIDE = 224


@dataclass(frozen=True)
class MapShape:
    """A square map of the teacher's: its side, its channels, how many components are kept."""

    side: int
    n_channels: int
    n_components: int


LAST = MapShape(7, 1024, 256)
MIDDLE = MapShape(14, 512, 96)
MAPS = {"teacher": LAST, "middle": MIDDLE}
"""The maps by the name of the file that holds them."""


class Teacher:
    """The TFLite network with its maps readable."""

    def __init__(self, path: Path) -> None:
        self._network = Interpreter(
            str(path), num_threads=1, experimental_preserve_all_tensors=True
        )
        self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        self._maps = {name: self._last_of(shape) for name, shape in MAPS.items()}

    def features(self, picture: Image.Image) -> dict[str, np.ndarray]:
        """Each map `[side, side, n_channels]` float32."""
        self._network.set_tensor(self._input, squash(picture, TEACHER_SIDE)[None])
        self._network.invoke()
        read = {}
        for name, details in self._maps.items():
            scale, zero = details["quantization"]
            raw = self._network.get_tensor(details["index"])[0].astype(np.float32)
            read[name] = (raw - zero) * scale
        return read

    def _last_of(self, shape: MapShape) -> dict:
        sought = [1, shape.side, shape.side, shape.n_channels]
        fitting = [t for t in self._network.get_tensor_details() if list(t["shape"]) == sought]
        return max(fitting, key=lambda t: t["index"])


class Basis:
    """Principal components of teacher features, scaled to unit variance over all components."""

    def __init__(self, mean: np.ndarray, components: np.ndarray, scale: float) -> None:
        self.mean, self.components, self.scale = mean, components, scale

    @staticmethod
    def fit(features: np.ndarray, n_components: int) -> "Basis":
        """From a sample `[n, n_channels]`."""
        mean = features.mean(0)
        centred = features - mean
        values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
        order = np.argsort(values)[::-1][:n_components]
        return Basis(mean, vectors[:, order], float(np.sqrt(values[order].mean())))

    def apply(self, features: np.ndarray) -> np.ndarray:
        """`[..., n_channels]` to `[..., n_components]` float16."""
        return ((features - self.mean) @ self.components / self.scale).astype(np.float16)

    def save(self, path: Path) -> None:
        np.savez(path, mean=self.mean, components=self.components, scale=self.scale)

    @staticmethod
    def load(path: Path) -> "Basis":
        with np.load(path) as stored:
            return Basis(stored["mean"], stored["components"], float(stored["scale"]))
