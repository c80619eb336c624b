"""The small BLIP captioner: its configuration, and its start from the trained CLIP image tower."""

from __future__ import annotations

import torch
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipTextConfig,
    BlipVisionConfig,
    CLIPModel,
)

from .clip_model import PATCH, VISION
from .pixels import MODEL_SIDE
from .vocabularies import CAPTION_CONTEXT, DECODE

DECODER = {"hidden_size": 256, "num_hidden_layers": 3, "num_attention_heads": 4}


def configuration(tokenizer: BertTokenizer) -> BlipConfig:
    """transformers' configuration with this tokenizer's special ids."""
    text = BlipTextConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=CAPTION_CONTEXT,
        intermediate_size=4 * DECODER["hidden_size"],
        encoder_hidden_size=VISION["hidden_size"],
        bos_token_id=tokenizer.convert_tokens_to_ids(DECODE),
        eos_token_id=tokenizer.sep_token_id,
        sep_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **DECODER,
    )
    vision = BlipVisionConfig(
        image_size=MODEL_SIDE,
        patch_size=PATCH,
        intermediate_size=4 * VISION["hidden_size"],
        initializer_range=0.02,
        **VISION,
    )
    return BlipConfig(text_config=text.to_dict(), vision_config=vision.to_dict())


@torch.no_grad()
def start_from_clip(model: BlipForConditionalGeneration, clip: CLIPModel, views: torch.Tensor) -> None:
    """Copy CLIP's image tower.

    BLIP has no norm before its first layer. Its first layer norms its own input, so only the scale
    of what is passed on differs: CLIP's norm becomes a fixed scale, the mean over `views`.
    """
    theirs, ours = clip.vision_model, model.vision_model
    hidden = theirs.embeddings(views)
    spread = hidden.std(dim=-1, correction=0).mean()
    gain, offset = theirs.pre_layrnorm.weight, theirs.pre_layrnorm.bias

    def scaled(value: torch.Tensor) -> torch.Tensor:
        return (value - value.mean(-1, keepdim=True)) / spread * gain

    patch = theirs.embeddings.patch_embedding.weight
    centred = (patch - patch.mean(0, keepdim=True)) / spread * gain[:, None, None, None]
    ours.embeddings.patch_embedding.weight.copy_(centred)
    ours.embeddings.patch_embedding.bias.zero_()
    ours.embeddings.class_embedding.copy_(scaled(theirs.embeddings.class_embedding)[None, None])
    positions = scaled(theirs.embeddings.position_embedding.weight) + offset
    ours.embeddings.position_embedding.copy_(positions[None])
    for mine, other in zip(ours.encoder.layers, theirs.encoder.layers, strict=True):
        attention = other.self_attn
        parts = [attention.q_proj, attention.k_proj, attention.v_proj]
        mine.self_attn.qkv.weight.copy_(torch.cat([p.weight for p in parts]))
        mine.self_attn.qkv.bias.copy_(torch.cat([p.bias for p in parts]))
        mine.self_attn.projection.load_state_dict(attention.out_proj.state_dict())
        mine.layer_norm1.load_state_dict(other.layer_norm1.state_dict())
        mine.layer_norm2.load_state_dict(other.layer_norm2.state_dict())
        mine.mlp.load_state_dict(other.mlp.state_dict())
    ours.post_layernorm.load_state_dict(theirs.post_layernorm.state_dict())
