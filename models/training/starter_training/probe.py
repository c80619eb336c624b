"""What the teacher would call each view: soft labels.

A linear probe on the teacher's averaged map names held-out pictures right far more often than an image
tower that learns from the labels alone. Its answers, asked for each view, say what else the view
might show, and what cannot be seen in a narrow crop.

A probe is sure of the pictures that it was fitted to. So there is one for each fold of the training
pictures, fitted to all others, and a picture is asked of the one that has not seen it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from .attributes import Values
from .dataset import Pictures

N_FOLDS = 4
N_STEPS = 200
DECAY = 1e-4
_CHUNK = 2048


class Probe:
    """Linear maps from averaged teacher features to labels, one a fold."""

    def __init__(self, weights: torch.Tensor, folds: torch.Tensor, spread: torch.Tensor) -> None:
        self._weights, self._folds, self._spread = weights, folds, spread

    @staticmethod
    def fit(pictures: Pictures, values: Values, seed: int) -> "Probe":
        """Fit to the training pictures; a minute on two cores."""
        rows = pictures.rows(held_out=False)
        n = len(pictures.records)
        folds = np.random.default_rng(seed).integers(0, N_FOLDS, n)
        chunks = [rows[i : i + _CHUNK] for i in range(0, len(rows), _CHUNK)]
        features = torch.cat(
            [pictures.map_of("teacher", chunk).float().mean((1, 2)) for chunk in chunks]
        )
        spread = features.std(0).mean()
        labels = values.label_numbers(rows)
        on = torch.from_numpy(folds).to(features.device)
        of_row = on[torch.from_numpy(rows).to(features.device)]
        weights = [
            _regress(
                features[of_row != fold] / spread, labels[of_row != fold], len(values.labels), seed
            )
            for fold in range(N_FOLDS)
        ]
        return Probe(torch.stack(weights), on, spread)

    def ask(self, features: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        """Probabilities `[n, n_labels]` for averaged features `[n, c]` of views of `rows`."""
        mine = self._weights[self._folds[torch.from_numpy(rows).to(features.device)]]
        return torch.einsum("nc,ncl->nl", _with_one(features / self._spread), mine).softmax(1)


def _regress(features: torch.Tensor, labels: torch.Tensor, n_labels: int, seed: int) -> torch.Tensor:
    """Multinomial regression with a constant: `[c + 1, n_labels]`."""
    known = _with_one(features)
    weights = torch.zeros(known.shape[1], n_labels, device=known.device, requires_grad=True)
    adam = torch.optim.Adam([weights], lr=0.05)
    chance = torch.Generator().manual_seed(seed)
    for step in range(N_STEPS):
        some = torch.randint(len(known), (4096,), generator=chance).to(known.device)
        loss = F.cross_entropy(known[some] @ weights, labels[some])
        loss = loss + DECAY * weights.square().sum()
        adam.zero_grad()
        loss.backward()
        for group in adam.param_groups:
            group["lr"] = 0.05 * (1.0 - step / N_STEPS)
        adam.step()
    return weights.detach()


def _with_one(features: torch.Tensor) -> torch.Tensor:
    return F.pad(features, (0, 1), value=1.0)
