"""Features of a teacher network (MobileNet v1, int8, ImageNet) that guide training.

The teacher sees a picture at 224 x 224 and gives a 7 x 7 map of 1,024 channels. Training asks the
image tower to foretell that map at its own patches: 64 targets a picture instead of one label,
which is what lets a transformer learn from few pictures. The teacher is used here only; nothing of
it is stored in the pack.

The map is kept as its first `N_COMPONENTS` principal components.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from .pixels import squash

TEACHER_SIDE = 224
MAP_SIDE = 7
N_CHANNELS = 1024
N_COMPONENTS = 256


class Teacher:
    """The TFLite network with its last feature map readable."""

    def __init__(self, path: Path) -> None:
        self._network = Interpreter(
            str(path), num_threads=1, experimental_preserve_all_tensors=True
        )
        self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        maps = [
            t
            for t in self._network.get_tensor_details()
            if list(t["shape"]) == [1, MAP_SIDE, MAP_SIDE, N_CHANNELS]
        ]
        last = max(maps, key=lambda t: t["index"])
        self._map = last["index"]
        self._scale, self._zero = last["quantization"]

    def features(self, picture: Image.Image) -> np.ndarray:
        """`[7, 7, 1024]` float32."""
        self._network.set_tensor(self._input, squash(picture, TEACHER_SIDE)[None])
        self._network.invoke()
        raw = self._network.get_tensor(self._map)[0].astype(np.float32)
        return (raw - self._zero) * self._scale


class Basis:
    """Principal components of teacher features, scaled to unit variance over all components."""

    def __init__(self, mean: np.ndarray, components: np.ndarray, scale: float) -> None:
        self.mean, self.components, self.scale = mean, components, scale

    @staticmethod
    def fit(features: np.ndarray) -> "Basis":
        """From a sample `[n, 1024]`."""
        mean = features.mean(0)
        centred = features - mean
        values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
        order = np.argsort(values)[::-1][:N_COMPONENTS]
        return Basis(mean, vectors[:, order], float(np.sqrt(values[order].mean())))

    def apply(self, features: np.ndarray) -> np.ndarray:
        """`[..., 1024]` to `[..., N_COMPONENTS]` float16."""
        return ((features - self.mean) @ self.components / self.scale).astype(np.float16)

    def save(self, path: Path) -> None:
        np.savez(path, mean=self.mean, components=self.components, scale=self.scale)

    @staticmethod
    def load(path: Path) -> "Basis":
        with np.load(path) as stored:
            return Basis(stored["mean"], stored["components"], float(stored["scale"]))
