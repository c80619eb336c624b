"""Writes random checkpoints of the true sizes of all models that the packs in models/packs name.

    .venv/bin/python models/parity/make_true_size_packs.py FOLDER

makes FOLDER/organisation/name for each, in f32 as the hub has them: 8 GB in all. The tokenizers are the small
ones of the goldens. For the test of downloads at true size, crates/packs/tests/packs/true_size.rs.
"""

import argparse
import json
from pathlib import Path

import torch
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    CLIPConfig,
    CLIPModel,
    PreTrainedModel,
)

from checkpoints import blip_preprocessor, clip_preprocessor
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
# The released configurations have 12 heads; the class's default is 8.
BLIP_BASE = BlipConfig(text_config={"num_attention_heads": 12})
BLIP_LARGE = BlipConfig(
    text_config={"num_attention_heads": 12},
    vision_config=dict(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16
    ),
)

MODELS = {
    "laion/CLIP-ViT-B-32-laion2B-s34B-b79K": (CLIPModel, CLIP_B32),
    "patrickjohncyh/fashion-clip": (CLIPModel, CLIP_B32),
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
    else:
        bert_tokenizer(folder, as_json=True)
        preprocessor = blip_preprocessor(384)
    kind(config).save_pretrained(folder, max_shard_size="100GB")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    torch.manual_seed(0)
    for name, (kind, config) in MODELS.items():
        write(output / name, kind, config)


if __name__ == "__main__":
    main()
