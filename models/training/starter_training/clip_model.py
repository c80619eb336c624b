"""The small CLIP: its configuration, its start values, and a forward pass that may skip patches."""

from __future__ import annotations

import math

import torch
from torch import nn
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

from .pixels import MODEL_SIDE
from .vocabularies import CLIP_CONTEXT

PATCH = 16
VISION = {"hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4}
TEXT = {"hidden_size": 192, "num_hidden_layers": 3, "num_attention_heads": 3}
PROJECTION = 256
GRID = MODEL_SIDE // PATCH


def configuration(tokenizer: CLIPTokenizer) -> CLIPConfig:
    """transformers' configuration; `gelu`, as LAION's checkpoints have it."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=CLIP_CONTEXT,
        intermediate_size=4 * TEXT["hidden_size"],
        projection_dim=PROJECTION,
        hidden_act="gelu",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
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


def start_values(model: CLIPModel, patches: torch.Tensor) -> None:
    """Start values that save a small training set the first epochs.

    Patch embedding: principal components of real patches (`[n, 3 * 16 * 16]`), whitened. Positions:
    sines. Vision attention: as trained transformers look, queries and keys near a multiple of the
    identity, values and projection near a negative one (Trockman and Kolter, "Mimetic
    initialization of self-attention layers", 2023).
    """
    with torch.no_grad():
        vision = model.vision_model
        width = VISION["hidden_size"]
        centred = patches - patches.mean(0)
        values, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
        values, vectors = values.flip(0)[:width], vectors.flip(1)[:, :width]
        filters = vectors / (values + 0.02 * values.mean()).sqrt()
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
    """What is used in training only: foretelling the teacher's features, and labels."""

    def __init__(self, n_teacher: int, n_labels: int) -> None:
        super().__init__()
        width = VISION["hidden_size"]
        self.patch_norm = nn.LayerNorm(width)
        self.patch = nn.Linear(width, n_teacher)
        self.whole = nn.Linear(width, n_teacher)
        self.label = nn.Linear(width, n_labels)


def image_features(
    model: CLIPModel, pixels: torch.Tensor, kept: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Class state after the last norm `[n, width]`, and patch states of the layer before the last.

    With `kept` (`[n, k]`), only these patches are seen ("patch dropout": Li et al., "Scaling
    language-image pre-training via masking", 2022). Without, this computes what `CLIPModel` does.
    """
    vision = model.vision_model
    hidden = vision.embeddings(pixels)
    if kept is not None:
        rows = torch.arange(len(hidden))[:, None]
        hidden = torch.cat([hidden[:, :1], hidden[rows, kept + 1]], dim=1)
    hidden = vision.pre_layrnorm(hidden)
    layers = vision.encoder.layers
    before_last = hidden
    for i, layer in enumerate(layers):
        if i == len(layers) - 1:
            before_last = hidden
        hidden = layer(hidden, None)
    return vision.post_layernorm(hidden[:, 0]), before_last[:, 1:]


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
