"""The small BLIP: captioner and matcher over one image tower, which starts from CLIP's."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipTextConfig,
    BlipVisionConfig,
    CLIPModel,
)

from .clip_model import VISION
from .pixels import MODEL_SIDE, PATCH
from .vocabularies import CAPTION_CONTEXT, DECODE

TEXT = {
    "hidden_size": 256,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 768,
}
ITC_WIDTH = 256


def configuration(tokenizer: BertTokenizer) -> BlipConfig:
    """transformers' configuration with this tokenizer's special ids."""
    text = BlipTextConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=CAPTION_CONTEXT,
        encoder_hidden_size=VISION["hidden_size"],
        bos_token_id=tokenizer.convert_tokens_to_ids(DECODE),
        eos_token_id=tokenizer.sep_token_id,
        sep_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **TEXT,
    )
    vision = BlipVisionConfig(
        image_size=MODEL_SIDE,
        patch_size=PATCH,
        intermediate_size=4 * VISION["hidden_size"],
        initializer_range=0.02,
        **VISION,
    )
    return BlipConfig(
        text_config=text.to_dict(),
        vision_config=vision.to_dict(),
        image_text_hidden_size=ITC_WIDTH,
    )


@dataclass(frozen=True)
class Blip:
    """Both models. They share one image tower, so that a program may run it once for both."""

    captioner: BlipForConditionalGeneration
    matcher: BlipForImageTextRetrieval

    @staticmethod
    def new(tokenizer: BertTokenizer) -> "Blip":
        stated = configuration(tokenizer)
        captioner, matcher = BlipForConditionalGeneration(stated), BlipForImageTextRetrieval(stated)
        matcher.vision_model = captioner.vision_model
        return Blip(captioner, matcher)

    def text_parts(self) -> nn.ModuleList:
        """Everything but the image tower."""
        matcher = self.matcher
        return nn.ModuleList(
            [
                self.captioner.text_decoder,
                matcher.text_encoder,
                matcher.vision_proj,
                matcher.text_proj,
                matcher.itm_head,
            ]
        )

    def parts(self) -> nn.ModuleDict:
        """Everything that is trained, under the names of the checkpoint."""
        return nn.ModuleDict({"tower": self.captioner.vision_model, "texts": self.text_parts()})

    def see(self, patches: torch.Tensor, kept: torch.Tensor | None) -> torch.Tensor:
        """The image tokens of `patches` `[n, k, 3, 16, 16]`: `[n, 1 + k, width]`, as BLIP has them.

        `kept` as in `clip_model.see`.
        """
        vision = self.captioner.vision_model
        convolution = vision.embeddings.patch_embedding
        embedded = F.linear(patches.flatten(2), convolution.weight.flatten(1), convolution.bias)
        positions = vision.embeddings.position_embedding[0]
        placed = positions[1:] if kept is None else positions[1:][kept]
        start = (vision.embeddings.class_embedding[0, 0] + positions[0]).expand(len(patches), 1, -1)
        hidden = torch.cat([start, embedded + placed], dim=1)
        for layer in vision.encoder.layers:
            hidden = layer(hidden)
        return vision.post_layernorm(hidden)


@torch.no_grad()
def start_from_clip(ours: nn.Module, clip: CLIPModel, pixels: torch.Tensor) -> None:
    """Copy CLIP's image tower.

    BLIP has no norm before its first layer. Its first layer norms its own input, so only the scale
    of what is passed on differs: CLIP's norm becomes a fixed scale, the mean over `pixels`
    (`[n, 3, 128, 128]`). `ours` is BLIP's image tower.
    """
    theirs = clip.vision_model
    hidden = theirs.embeddings(pixels)
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
