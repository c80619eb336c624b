"""Random views of stored pictures, made on whole batches.

One affine map a picture does crop, flip, stretch and small turns in a single resampling, and the
same map finds the teacher's features for the view. Light and saturation vary a little; hue does
not, because captions name colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from .pixels import GRID, MODEL_SIDE, PATCH

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """`[n, 3, h, w]`, 0 to 1, to what the models take."""
    return (pixels - MEAN.to(pixels.device)) / STD.to(pixels.device)


def random_maps(n: int, strength: float, generator: torch.Generator) -> torch.Tensor:
    """`[n, 2, 3]` affine maps from view to picture; `strength` 0 is the whole picture, 1 the usual."""

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    zoom = uniform(1.0 - 0.42 * strength, 1.0 + 0.06 * strength)
    stretch = torch.exp(uniform(-0.18, 0.18) * strength)
    width, height = zoom * stretch.sqrt(), zoom / stretch.sqrt()
    angle = uniform(-1.0, 1.0) ** 3 * (0.35 * strength)
    flip = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    shift_x = uniform(-1.0, 1.0) * (1.0 - width).clamp(min=0.05)
    shift_y = uniform(-1.0, 1.0) * (1.0 - height).clamp(min=0.05)
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = [cos * width * flip, -sin * height, shift_x, sin * width * flip, cos * height, shift_y]
    return torch.stack(rows, dim=1).view(n, 2, 3)


def look(
    pixels: torch.Tensor,
    maps: torch.Tensor,
    kept: torch.Tensor | None,
    strength: float,
    generator: torch.Generator,
) -> torch.Tensor:
    """Normalised views of `pixels` `[n, 160, 160, 3]` uint8, as patches `[n, k, 3, 16, 16]`.

    Only the patches in `kept` (`[n, k]`; `None` for all) are resampled: the rest is never looked at.
    Chance is drawn on the CPU, so that a run sees the same views on every device.
    """
    n, device = len(pixels), pixels.device
    picture = pixels.permute(0, 3, 1, 2).float() / 255.0
    grid = F.affine_grid(maps, [n, 3, MODEL_SIDE, MODEL_SIDE], align_corners=False)
    grid = grid.view(n, GRID, PATCH, GRID, PATCH, 2).transpose(2, 3).reshape(n, -1, PATCH, PATCH, 2)
    if kept is not None:
        grid = grid[torch.arange(n, device=device)[:, None], kept]
    k = grid.shape[1]
    grid = grid.reshape(n, k * PATCH, PATCH, 2)
    view = F.grid_sample(picture, grid, padding_mode="border", align_corners=False)

    def around_one(spread: float) -> torch.Tensor:
        draw = torch.rand(n, 1, 1, 1, generator=generator) * 2.0 - 1.0
        return (1.0 + spread * strength * draw).to(device)

    tint = torch.rand(n, 3, 1, 1, generator=generator) * 2.0 - 1.0
    gains = (1.0 + 0.05 * strength * tint).to(device)
    view = view * (gains * around_one(0.22))
    grey = view.mean(1, keepdim=True)
    view = torch.lerp(grey, view, around_one(0.25))
    middle = grey.mean((2, 3), keepdim=True)
    view = torch.lerp(middle, view, around_one(0.22))
    view = normalise(view.clamp_(0.0, 1.0))
    return view.view(n, 3, k, PATCH, PATCH).transpose(1, 2)


def teacher_at_patches(features: torch.Tensor, maps: torch.Tensor, grid_side: int) -> torch.Tensor:
    """A map of the teacher's `[n, s, s, c]` read at the view's patches: `[n, grid_side**2, c]`."""
    n, _, _, c = features.shape
    grid = F.affine_grid(maps, [n, c, grid_side, grid_side], align_corners=False)
    read = F.grid_sample(
        features.permute(0, 3, 1, 2).float(), grid, padding_mode="border", align_corners=False
    )
    return read.flatten(2).transpose(1, 2)


@dataclass(frozen=True)
class Mixture:
    """Each picture with a part of another in it, patch for patch ("CutMix": Yun et al., 2019)."""

    partner: torch.Tensor
    """`[n]`: whose part it is."""
    own: torch.Tensor
    """`[n, k]`: which of the patches stay its own."""

    def to(self, device: torch.device) -> "Mixture":
        """The same on `device`."""
        return Mixture(self.partner.to(device), self.own.to(device))

    def patches(self, values: torch.Tensor) -> torch.Tensor:
        """`[n, k, ...]` values at patches, those of the partner where its part is."""
        own = self.own.view(*self.own.shape, *[1] * (values.ndim - 2))
        return torch.where(own, values, values[self.partner])

    def whole(self, values: torch.Tensor) -> torch.Tensor:
        """`[n, c]` values of whole pictures, weighed by their share of the patches."""
        share = self.own.float().mean(1, keepdim=True)
        return share * values + (1.0 - share) * values[self.partner]


def mixture(
    n: int, kept: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, Mixture]:
    """What to keep, `[n, k]`, and how to mix `n` pictures (an even number).

    Partners keep the same patches. Each gives the patches beyond a straight line at a random place.
    """
    half = n // 2
    first = torch.arange(half)
    partner = torch.cat([half + (first + 1) % half, (first - 1) % half])
    kept = _for_both(kept[:half])
    angle = _for_both(2.0 * math.pi * torch.rand(half, 1, generator=generator))
    side = torch.cos(angle) * (kept % GRID) + torch.sin(angle) * (kept // GRID)
    share = _for_both(0.3 + 0.4 * torch.rand(half, 1, generator=generator))
    rank = side.argsort(1).argsort(1).float() / kept.shape[1]
    return kept, Mixture(partner, rank < share)


def _for_both(values: torch.Tensor) -> torch.Tensor:
    return torch.cat([values, values.roll(1, 0)])


def patches_kept(n: int, n_patches: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """`[n, k]` sorted numbers of the patches that a picture keeps, a random `share` of them."""
    k = max(1, math.ceil(n_patches * share))
    order = torch.rand(n, n_patches, generator=generator).argsort(1)[:, :k]
    return order.sort(1).values
