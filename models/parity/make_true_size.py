"""Writes random checkpoints of the reference models' true sizes with what transformers makes of them.

    .venv/bin/python models/parity/make_true_size.py FOLDER [--only clip caption match ...]

FOLDER/clip           as openai/clip-vit-base-patch32, f32
FOLDER/clip_large     as openai/clip-vit-large-patch14, f16
FOLDER/caption        as Salesforce/blip-image-captioning-base, f32
FOLDER/caption_large  as Salesforce/blip-image-captioning-large, f16
FOLDER/match          as Salesforce/blip-itm-base-coco, f32
FOLDER/siglip         as google/siglip2-base-patch16-224, f16
FOLDER/ecommerce      as Marqo/marqo-ecommerce-embeddings-B, f32: OpenCLIP's ViT-B-16-SigLIP
FOLDER/mobile         as apple/MobileCLIP-S1-OpenCLIP, f32

Each holds `expected.json` and `expected.safetensors` as the goldens do, so the example `parity` compares both
alike. The tokenizers are the small ones of the goldens; everything else has its true size. About 6 GB.
"""

import argparse
from pathlib import Path

import torch
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    CLIPConfig,
    CLIPModel,
    SiglipConfig,
    SiglipModel,
)

import families
import make_goldens
from checkpoints import blip_preprocessor, clip_preprocessor, save, shake
from pictures import draw_pictures

LARGE_VISION = dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16)


def rescale(parameter: torch.Tensor, factor: float) -> None:
    with torch.no_grad():
        parameter.mul_(factor)


def clip(folder: Path, n_ids: int, start: int, end: int) -> CLIPModel:
    del n_ids, start, end
    # The end token of the small tokenizer is found as the highest id of a text.
    model = CLIPModel(CLIPConfig(text_config={"eos_token_id": 2}))
    shake(model, 41, 1.0)
    return save(model, folder, torch.float32, clip_preprocessor(224, {"shortest_edge": 224}))


def clip_large(folder: Path, n_ids: int, start: int, end: int) -> CLIPModel:
    del n_ids, start, end
    text = dict(
        eos_token_id=2, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
        projection_dim=768,
    )
    vision = dict(LARGE_VISION, patch_size=14, projection_dim=768)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=768))
    shake(model, 42, 1.0)
    return save(model, folder, torch.float16, clip_preprocessor(224, {"shortest_edge": 224}))


def blip_config(n_ids: int, vision: dict) -> BlipConfig:
    # The released configurations have 12 heads; the class's default is 8.
    text = dict(num_attention_heads=12, bos_token_id=n_ids - 2, sep_token_id=3, eos_token_id=2, pad_token_id=0)
    return BlipConfig(text_config=text, vision_config=vision)


def balance_patches(model: torch.nn.Module) -> None:
    """Patches as large as positions: no layer drowns in them."""
    kernel = model.vision_model.embeddings.patch_embedding.weight
    rescale(kernel, kernel[0].numel() ** -0.5)


def captioner(folder: Path, n_ids: int, vision: dict, seed: int, dtype: torch.dtype):
    model = BlipForConditionalGeneration(blip_config(n_ids, vision))
    shake(model, seed, 1.0)
    balance_patches(model)
    # Logits that neither all tokens share nor one token takes, and captions that end at different lengths.
    embeddings = model.text_decoder.bert.embeddings
    rescale(embeddings.word_embeddings.weight, 0.15)
    rescale(embeddings.position_embeddings.weight, 0.05)
    with torch.no_grad():
        model.text_decoder.cls.predictions.bias[3] += 14.0
    return save(model, folder, dtype, blip_preprocessor(384))


def caption(folder: Path, n_ids: int) -> BlipForConditionalGeneration:
    return captioner(folder, n_ids, {}, 43, torch.float32)


def caption_large(folder: Path, n_ids: int) -> BlipForConditionalGeneration:
    return captioner(folder, n_ids, LARGE_VISION, 44, torch.float16)


def match(folder: Path, n_ids: int) -> BlipForImageTextRetrieval:
    model = BlipForImageTextRetrieval(blip_config(n_ids, {}))
    shake(model, 45, 1.0)
    balance_patches(model)
    return save(model, folder, torch.float32, blip_preprocessor(384))


def siglip(folder: Path, pictures: families.Pictures) -> None:
    model = SiglipModel(SiglipConfig(text_config={"vocab_size": 256_000}))
    shake(model, 46, 1.0)
    families.siglip_goldens(folder, families.gemma_tokenizer, 224, 16, 2, pictures, model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    names = ["clip", "clip_large", "caption", "caption_large", "match", "siglip", "ecommerce", "mobile"]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    arguments = parser.parse_args()
    output: Path = arguments.output
    pictures = draw_pictures(output / "pictures")
    pictures = {name: pictures[name] for name in ("landscape", "portrait", "checks")}
    # One greedy, one beam, one with a prompt.
    runs = make_goldens.CAPTIONS[:3]
    makers = {
        "clip": lambda f: make_goldens.clip_goldens(f, clip, True, True, pictures, prepared=True),
        "clip_large": lambda f: make_goldens.clip_goldens(f, clip_large, True, True, pictures, prepared=True),
        "caption": lambda f: make_goldens.blip_goldens(f, caption, True, pictures, runs),
        "caption_large": lambda f: make_goldens.blip_goldens(f, caption_large, True, pictures, runs),
        "match": lambda f: make_goldens.match_goldens(f, match, True, pictures),
        "siglip": lambda f: siglip(f, pictures),
        "ecommerce": lambda f: families.open_clip_siglip(f, "ViT-B-16-SigLIP", pictures),
        "mobile": lambda f: families.mobile_clip(f, "MobileCLIP-S1", pictures),
    }
    for name in arguments.only:
        makers[name](output / name)
        print(name, flush=True)


if __name__ == "__main__":
    main()
