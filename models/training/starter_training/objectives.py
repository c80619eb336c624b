"""What training minimises."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F


def contrast(
    logits: torch.Tensor, true: np.ndarray | torch.Tensor, counts: np.ndarray | torch.Tensor
) -> torch.Tensor:
    """Contrastive loss of `[n_images, n_texts]` logits where a row may have several true texts.

    Cross-entropy in both directions against the even distribution over all true pairs; pairs that
    do not count are left out of the sums.
    """
    true, counts = (torch.as_tensor(pairs, device=logits.device) for pairs in (true, counts))
    logits = logits.masked_fill(~counts, -1e4)
    target = (true & counts).float()
    by_image = target / target.sum(1, keepdim=True).clamp(min=1.0)
    by_text = target / target.sum(0, keepdim=True).clamp(min=1.0)
    images = -(by_image * F.log_softmax(logits, dim=1)).sum(1).mean()
    texts = -(by_text * F.log_softmax(logits, dim=0)).sum(0).mean()
    return (images + texts) / 2


def alike(vectors: torch.Tensor, same: torch.Tensor, scale: float = 10.0) -> torch.Tensor:
    """Supervised contrast (Khosla et al., 2020) of unit vectors `[n, c]`.

    `same` (`[n, n]`, symmetric) says which pictures show the same thing; a picture that is alone
    pushes others away but is pulled nowhere.
    """
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    logits = (scale * vectors @ vectors.T).masked_fill(itself, -1e4)
    pulled = (same & ~itself).float()
    count = pulled.sum(1)
    each = -(pulled * F.log_softmax(logits, dim=1)).sum(1) / count.clamp(min=1.0)
    return each.sum() / (count > 0).sum().clamp(min=1)


def foretell(guess: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """One minus the cosine to the teacher's features, over the last axis."""
    return 1.0 - F.cosine_similarity(guess, target, dim=-1).mean()
