"""Learning rate, averaged weights, checkpoints: what makes a run steady and resumable."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import nn


def learning_rate(step: int, n_steps: int, peak: float, n_warmup: int) -> float:
    """Linear rise over `n_warmup` steps, then half a cosine down to a hundredth of `peak`."""
    if step < n_warmup:
        return peak * (step + 1) / n_warmup
    done = (step - n_warmup) / max(1, n_steps - n_warmup)
    return peak * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done))))


def optimiser(modules: list[nn.Module], rate: float, decay: float) -> torch.optim.AdamW:
    """AdamW; biases, norms and embeddings do not decay."""
    decayed, plain = [], []
    for module in modules:
        for name, value in module.named_parameters():
            if not value.requires_grad:
                continue
            small = value.ndim < 2 or "embedding" in name
            (plain if small else decayed).append(value)
    groups = [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


class Average:
    """Exponential moving average of a module's weights; young runs average over less."""

    def __init__(self, module: nn.Module, keep: float) -> None:
        self.keep = keep
        self.n_updates = 0
        self.values = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.n_updates += 1
        keep = min(self.keep, (1 + self.n_updates) / (10 + self.n_updates))
        for name, value in module.state_dict().items():
            mine = self.values[name]
            if mine.dtype.is_floating_point:
                mine.lerp_(value, 1.0 - keep)
            else:
                mine.copy_(value)


def save_checkpoint(path: Path, **parts: object) -> None:
    """Written beside and renamed, so that a stop in the middle leaves the last one whole."""
    beside = path.with_suffix(".part")
    torch.save(parts, beside)
    beside.replace(path)


def load_checkpoint(path: Path) -> dict | None:
    """The checkpoint of an earlier run, if there is one."""
    return torch.load(path, weights_only=False) if path.exists() else None
