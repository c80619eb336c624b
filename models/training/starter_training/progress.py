"""Learning rate, averaged weights, checkpoints: what makes a run steady and resumable."""

from __future__ import annotations

import math
import signal
import time
from pathlib import Path

import torch
from torch import nn

FALL_FROM = 0.7
"""From this share of a run on, the learning rate falls."""


class Clock:
    """How much of a run is done, 0 to 1, by steps or by minutes.

    With `minutes`, what is left of the run is spread over that time from now on: a run on a shared
    machine ends when it has to, however many steps it came to.
    """

    def __init__(self, done: float, step: int, steps: int | None, minutes: float | None) -> None:
        self._first, self._first_step = done, step
        self._steps, self._seconds = steps, minutes * 60.0 if minutes else None
        self._start = time.monotonic()

    def done(self, step: int) -> float:
        if self._seconds:
            share = (time.monotonic() - self._start) / self._seconds
        else:
            share = (step - self._first_step) / max(1, (self._steps or 0) - self._first_step)
        return min(1.0, self._first + (1.0 - self._first) * share)


class Report:
    """Prints the mean losses and the speed of a run, every `EVERY` steps."""

    EVERY = 50

    def __init__(self, step: int, batch: int) -> None:
        self._first, self._batch = step, batch
        self._start = time.monotonic()
        self._sums: dict[str, list[float]] = {}

    def add(self, step: int, done: float, losses: dict[str, torch.Tensor]) -> None:
        """The losses of the batch that brought the run to `step`."""
        for name, loss in losses.items():
            self._sums.setdefault(name, []).append(float(loss.detach()))
        if step % self.EVERY == 0:
            rate = (step - self._first) * self._batch / (time.monotonic() - self._start)
            means = " ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in self._sums.items())
            print(f"step {step} {done:.1%} {means} {rate:.0f} pictures/s", flush=True)
            self._sums.clear()


class Stop:
    """Set by SIGTERM or Ctrl+C, so that a run ends after its step, with a checkpoint."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def learning_rate(done: float, step: int, peak: float, n_warmup: int) -> float:
    """Linear rise over `n_warmup` steps, level until `FALL_FROM`, then a straight fall to nothing.

    Before the fall a run may be given more time and goes on as if it had had it from the start.
    """
    rise = min(1.0, (step + 1) / n_warmup)
    fall = min(1.0, (1.0 - done) / (1.0 - FALL_FROM))
    return peak * rise * max(0.005, fall)


class Optimiser:
    """Muon for the matrices of the transformer layers, AdamW for everything else.

    Muon (Jordan et al., 2024) takes an orthogonal step; it needs fewer steps than AdamW where
    layers are matrices, and is not meant for embeddings, norms and output heads.
    """

    def __init__(self, modules: list[nn.Module], rate: float, decay: float, muon: bool = True) -> None:
        matrices, decayed, plain = [], [], []
        for module in modules:
            for name, value in module.named_parameters():
                if not value.requires_grad:
                    continue
                if value.ndim == 2 and "encoder.layer" in name and muon:
                    matrices.append(value)
                elif value.ndim < 2 or "embedding" in name:
                    plain.append(value)
                else:
                    decayed.append(value)
        groups = [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
        self._parts: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6, fused=True)
        ]
        if matrices:
            self._parts.append(
                torch.optim.Muon(
                    matrices,
                    lr=rate,
                    weight_decay=decay,
                    momentum=0.95,
                    ns_steps=4,
                    adjust_lr_fn="match_rms_adamw",
                )
            )

    def step(self, rate: float) -> None:
        """One step at this learning rate, and the gradients cleared."""
        for part in self._parts:
            for group in part.param_groups:
                group["lr"] = rate
            part.step()
            part.zero_grad()

    def state_dict(self) -> list[dict]:
        return [part.state_dict() for part in self._parts]

    def load_state_dict(self, stored: list[dict]) -> None:
        for part, state in zip(self._parts, stored, strict=True):
            part.load_state_dict(state)


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
    return torch.load(path, map_location="cpu", weights_only=False) if path.exists() else None


def best_device() -> str:
    """`cuda` where there is one, else `cpu`."""
    return "cuda" if torch.cuda.is_available() else "cpu"
