"""The small CLIP: its configuration, its start values, and a forward pass that may skip patches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from transformers import BertTokenizer, CLIPConfig, CLIPModel, CLIPTextConfig, CLIPVisionConfig

from .pixels import GRID, MODEL_SIDE, PATCH
from .teacher import LAST, MIDDLE
from .vocabularies import CLIP_CONTEXT

VISION = {"hidden_size": 256, "num_hidden_layers": 8, "num_attention_heads": 4}
TEXT = {"hidden_size": 192, "num_hidden_layers": 3, "num_attention_heads": 3}
PROJECTION = 256
WHITEN = 0.25
HINT_AFTER = 4
"""Layers of the image tower whose patch states foretell the teacher's middle map."""


def configuration(tokenizer: BertTokenizer) -> CLIPConfig:
    """transformers' configuration; `gelu`, as LAION's checkpoints have it."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=CLIP_CONTEXT,
        intermediate_size=4 * TEXT["hidden_size"],
        projection_dim=PROJECTION,
        hidden_act="gelu",
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **TEXT,
    )
    vision = CLIPVisionConfig(
        image_size=MODEL_SIDE,
        patch_size=PATCH,
        intermediate_size=4 * VISION["hidden_size"],
        projection_dim=PROJECTION,
        hidden_act="gelu",
        **VISION,
    )
    return CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=PROJECTION
    )


def start_values(model: CLIPModel, patches: torch.Tensor, plain: bool = False) -> None:
    """Start values that save a small training set the first epochs.

    Patch embedding: principal components of real patches (`[n, 3 * 16 * 16]`), whitened. Positions:
    sines. Vision attention: as trained transformers look, queries and keys near a multiple of the
    identity, values and projection near a negative one (Trockman and Kolter, "Mimetic
    initialization of self-attention layers", 2023).
    """
    if plain:
        nn.init.normal_(model.vision_model.embeddings.position_embedding.weight, std=0.02)
        model.logit_scale.data.fill_(math.log(1 / 0.07))
        return
    with torch.no_grad():
        vision = model.vision_model
        width = VISION["hidden_size"]
        centred = patches - patches.mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
        values, vectors = values.flip(0)[:width], vectors.flip(1)[:, :width]
        filters = vectors / (values + 0.02 * values.mean()) ** WHITEN
        # Rotated, so that no channel is a single component.
        filters = filters @ torch.linalg.qr(torch.randn(width, width)).Q
        weight = vision.embeddings.patch_embedding.weight
        weight.copy_(filters.T.reshape(weight.shape) * 0.6)
        positions = vision.embeddings.position_embedding.weight
        positions.zero_()
        positions[1:] = _sines_2d(GRID, width) * 0.8
        nn.init.normal_(vision.embeddings.class_embedding, std=0.5)
        for layer in vision.encoder.layers:
            _mimetic(layer.self_attn, width, VISION["num_attention_heads"])
        text = model.text_model.embeddings
        text.position_embedding.weight.copy_(_sines(CLIP_CONTEXT, TEXT["hidden_size"]) * 0.02)
        model.logit_scale.fill_(math.log(1 / 0.07))


class Heads(nn.Module):
    """What is used in training only: foretelling the teacher's maps, labels and attributes."""

    def __init__(self, n_labels: int, n_values: dict[str, int]) -> None:
        super().__init__()
        width = VISION["hidden_size"]
        self.hint_norm = nn.LayerNorm(width)
        self.hint = nn.Linear(width, MIDDLE.n_components)
        self.patch_norm = nn.LayerNorm(width)
        self.patch = nn.Linear(width, LAST.n_components)
        self.whole = nn.Linear(width, LAST.n_components)
        self.label = nn.Linear(width, n_labels)
        self.attributes = nn.ModuleDict({k: nn.Linear(width, n) for k, n in n_values.items()})


@dataclass(frozen=True)
class Seen:
    """What the image tower says of a batch."""

    whole: torch.Tensor
    """Class state after the last norm, `[n, width]`: what `CLIPModel` projects."""
    patches: torch.Tensor
    """Patch states before the last layer, `[n, k, width]`."""
    tokens: torch.Tensor
    """Class and patch states after the last norm, `[n, 1 + k, width]`: what BLIP would have."""
    hint: torch.Tensor
    """Patch states after `HINT_AFTER` layers, `[n, k, width]`."""


def see(model: CLIPModel, patches: torch.Tensor, kept: torch.Tensor | None) -> Seen:
    """Run the image tower on `patches` `[n, k, 3, 16, 16]`.

    With `kept` (`[n, k]`), these are the numbers of the patches given ("patch dropout": Li et al.,
    "Scaling language-image pre-training via masking", 2022). Without, all of them are there, and
    this computes what `CLIPModel` does.
    """
    vision = model.vision_model
    weight = vision.embeddings.patch_embedding.weight
    embedded = nn.functional.linear(patches.flatten(2), weight.flatten(1))
    positions = vision.embeddings.position_embedding.weight
    placed = positions[1:] if kept is None else positions[1:][kept]
    start = (vision.embeddings.class_embedding + positions[0]).expand(len(patches), 1, -1)
    hidden = vision.pre_layrnorm(torch.cat([start, embedded + placed], dim=1))
    states = [hidden]
    for layer in vision.encoder.layers:
        states.append(layer(states[-1], None))
    tokens = vision.post_layernorm(states[-1])
    return Seen(tokens[:, 0], states[-2][:, 1:], tokens, states[HINT_AFTER][:, 1:])


def _mimetic(attention: nn.Module, width: int, n_heads: int) -> None:
    size = width // n_heads
    for head in range(n_heads):
        part = slice(head * size, (head + 1) * size)
        target = 0.7 * torch.randn(width, width) / math.sqrt(width) + 0.7 * torch.eye(width)
        u, s, v = torch.linalg.svd(target)
        attention.q_proj.weight[part] = (u[:, :size] * s[:size].sqrt()).T
        attention.k_proj.weight[part] = v[:size] * s[:size].sqrt()[:, None]
    target = 0.4 * torch.randn(width, width) / math.sqrt(width) - 0.4 * torch.eye(width)
    u, s, v = torch.linalg.svd(target)
    attention.v_proj.weight.copy_((u * s.sqrt()).T)
    attention.out_proj.weight.copy_((s.sqrt()[:, None] * v).T)


def _sines(n: int, width: int) -> torch.Tensor:
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angle = torch.arange(n)[:, None] * rate[None]
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def _sines_2d(side: int, width: int) -> torch.Tensor:
    rate = torch.exp(torch.arange(width // 4) * (-math.log(100.0) / (width // 4)))
    angle = torch.arange(side)[:, None] * rate[None] * 1.5
    line = torch.cat([angle.sin(), angle.cos()], dim=1)
    rows = line[:, None].expand(side, side, -1)
    columns = line[None].expand(side, side, -1)
    return torch.cat([rows, columns], dim=2).reshape(side * side, width)
