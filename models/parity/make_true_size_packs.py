"""Writes random checkpoints of the true sizes of all models that the packs in models/packs name.

    .venv/bin/python models/parity/make_true_size_packs.py FOLDER

makes FOLDER/organisation/name for each, in f32 as the hub has them: 15 GB in all. The tokenizers are the small
ones of the goldens. For the test of packs at true size, crates/cli/tests/true_size.rs.
"""

import argparse
import json
from pathlib import Path

import open_clip
import torch
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    CLIPConfig,
    CLIPModel,
    PreTrainedModel,
    SiglipConfig,
    SiglipModel,
)

from checkpoints import blip_preprocessor, clip_preprocessor
from families import gemma_tokenizer, siglip_preprocessor
from vocabularies import bert_tokenizer, clip_tokenizer

# The end token of the small tokenizer is found as the highest id of a text.
CLIP_B32 = CLIPConfig(text_config={"eos_token_id": 2})
CLIP_L14 = CLIPConfig(
    text_config=dict(
        eos_token_id=2, hidden_size=768, intermediate_size=3072, num_attention_heads=12, projection_dim=768
    ),
    vision_config=dict(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
        patch_size=14, projection_dim=768,
    ),
    projection_dim=768,
)
# TinyCLIP ViT-40M/32: narrower towers, and half the layers for texts.
TINY_CLIP = CLIPConfig(
    text_config={"eos_token_id": 2, "num_hidden_layers": 6},
    vision_config=dict(hidden_size=512, intermediate_size=2048, num_attention_heads=8),
)
# The released configurations have 12 heads; the class's default is 8.
BLIP_BASE = BlipConfig(text_config={"num_attention_heads": 12})
BLIP_LARGE = BlipConfig(
    text_config={"num_attention_heads": 12},
    vision_config=dict(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16
    ),
)

SIGLIP2_B16 = SiglipConfig(text_config={"vocab_size": 256_000})

# OpenCLIP's names of what Marqo's models were trained from.
OPEN_CLIP = {
    "Marqo/marqo-ecommerce-embeddings-B": "ViT-B-16-SigLIP",
    "Marqo/marqo-ecommerce-embeddings-L": "ViT-L-16-SigLIP-256",
}

MODELS = {
    "google/siglip2-base-patch16-224": (SiglipModel, SIGLIP2_B16),
    "laion/CLIP-ViT-B-32-laion2B-s34B-b79K": (CLIPModel, CLIP_B32),
    "patrickjohncyh/fashion-clip": (CLIPModel, CLIP_B32),
    "wkcn/TinyCLIP-ViT-40M-32-Text-19M-LAION400M": (CLIPModel, TINY_CLIP),
    "openai/clip-vit-large-patch14": (CLIPModel, CLIP_L14),
    "Salesforce/blip-image-captioning-base": (BlipForConditionalGeneration, BLIP_BASE),
    "Salesforce/blip-image-captioning-large": (BlipForConditionalGeneration, BLIP_LARGE),
    "Salesforce/blip-itm-base-coco": (BlipForImageTextRetrieval, BLIP_BASE),
}


def write(folder: Path, kind: type[PreTrainedModel], config: object) -> None:
    folder.mkdir(parents=True)
    if kind is CLIPModel:
        clip_tokenizer(folder, end_is_highest=True, as_json=True)
        preprocessor = clip_preprocessor(224, {"shortest_edge": 224})
    elif kind is SiglipModel:
        gemma_tokenizer(folder)
        preprocessor = siglip_preprocessor(224, 2)
    else:
        bert_tokenizer(folder, as_json=True)
        preprocessor = blip_preprocessor(384)
    kind(config).save_pretrained(folder, max_shard_size="100GB")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")


def write_open_clip(folder: Path, name: str) -> None:
    """OpenCLIP's own files of a model with random weights."""
    folder.mkdir(parents=True)
    gemma_tokenizer(folder)
    config = open_clip.get_model_config(name)
    preparation = dict(mean=[0.5] * 3, std=[0.5] * 3, interpolation="bicubic", resize_mode="squash")
    described = dict(model_cfg=config, preprocess_cfg=preparation)
    (folder / "open_clip_config.json").write_text(json.dumps(described, indent=2) + "\n")
    model = open_clip.create_model(name, pretrained=None)
    torch.save(model.state_dict(), folder / "open_clip_pytorch_model.bin")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    torch.manual_seed(0)
    for name, (kind, config) in MODELS.items():
        write(output / name, kind, config)
    for name, architecture in OPEN_CLIP.items():
        write_open_clip(output / name, architecture)


if __name__ == "__main__":
    main()
