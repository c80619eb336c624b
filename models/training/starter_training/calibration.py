"""Score ranges: which cosines mean "unrelated" and which mean "sure".

Taken from held-out pictures. Vitrine says "nothing matches well" where no answer's relevance reaches
`GOOD`. That line is laid where it best parts two kinds of searches, one a label: over all held-out
pictures, and over those of the sets that do not have such things, as in another kind of shop. Where only
near kin are there, pears for an apple, showing them is no mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .measuring import LoadedPack
from .pack import Range
from .records import Record
from .words import name_owners, thing

GOOD = 0.5
"""The relevance from which Vitrine calls an answer good: `crates/catalog/src/search`."""


@dataclass(frozen=True)
class Line:
    """The cosine that parts searches that have an answer from those that have none."""

    cosine: float
    kept: float
    """Share of searches with an answer whose best score is above."""
    refused: float
    """Share of searches without one whose best score is below."""


def calibrate(pack: LoadedPack, records: list[Record]) -> tuple[Range, Range, Line]:
    """Ranges for text against image and for image against image, and the line of the first."""
    images = pack.images([r.path for r in records])
    names, right = searches(records)
    scores = (pack.texts(names) @ images.T).numpy()
    present, absent, _ = best_scores(scores, right, [r.source for r in records])
    line = part(present, absent)
    sure = max(float(np.quantile(scores[right], 0.75)), line.cosine + 0.05)
    text = Range((line.cosine - GOOD * sure) / (1.0 - GOOD), sure)

    labels = np.array([r.key for r in records])
    same = labels[:, None] == labels[None]
    other = ~torch.eye(len(records), dtype=torch.bool).numpy()
    likeness = (images @ images.T).numpy()
    image = Range(
        float(np.quantile(likeness[~same], 0.75)), float(np.quantile(likeness[same & other], 0.75))
    )
    return text, image, line


def searches(records: list[Record]) -> tuple[list[str], np.ndarray]:
    """What people call the labels, and `[n_names, n_records]`: which pictures are right answers."""
    owners = name_owners(records)
    names = sorted({thing(r).names[0] for r in records})
    concepts = [{thing(r).concept, *thing(r).wide} for r in records]
    right = np.array([[bool(owners[name] & shown) for shown in concepts] for name in names])
    return names, right


def best_scores(
    scores: np.ndarray, right: np.ndarray, sources: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of searches with `scores` `[n_names, n_records]`, the best scores.

    First with the right pictures there; then over the sets that have none, where there are such; then
    over all but the right ones, near kin among them.
    """
    of = np.array(sources)
    strange = [~np.isin(of, of[truth]) for truth in right]
    return (
        np.array([row[truth].max() for row, truth in zip(scores, right, strict=True)]),
        np.array([row[s].max() for row, s in zip(scores, strange, strict=True) if s.any()]),
        np.array([row[~truth].max() for row, truth in zip(scores, right, strict=True)]),
    )


def part(present: np.ndarray, absent: np.ndarray) -> Line:
    """The cosine with the best mean of the two shares."""
    candidates = np.unique(np.concatenate([present, absent]))
    kept = (present[None] >= candidates[:, None]).mean(1)
    refused = (absent[None] < candidates[:, None]).mean(1)
    best = int(np.argmax(kept + refused))
    return Line(float(candidates[best]), float(kept[best]), float(refused[best]))
