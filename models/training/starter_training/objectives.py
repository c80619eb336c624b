"""What training minimises."""

from __future__ import annotations

import torch
from torch.nn import functional as F


def contrast(
    logits: torch.Tensor, true: torch.Tensor, counts: torch.Tensor
) -> torch.Tensor:
    """Contrastive loss of `[n, n]` image-text logits where a row may have several true texts.

    Cross-entropy in both directions against the even distribution over all true pairs; pairs that
    do not count are left out of the sums.
    """
    logits = logits.masked_fill(~counts, -1e4)
    target = (true & counts).float()
    by_image = target / target.sum(1, keepdim=True).clamp(min=1.0)
    by_text = target / target.sum(0, keepdim=True).clamp(min=1.0)
    images = -(by_image * F.log_softmax(logits, dim=1)).sum(1).mean()
    texts = -(by_text * F.log_softmax(logits, dim=0)).sum(0).mean()
    return (images + texts) / 2


def foretell(guess: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """One minus the cosine to the teacher's features, over the last axis."""
    return 1.0 - F.cosine_similarity(guess, target, dim=-1).mean()
