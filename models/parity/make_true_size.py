"""Writes random checkpoints of the reference models' true sizes, to measure speed and memory without a download.

    .venv/bin/python models/parity/make_true_size.py FOLDER

makes FOLDER/clip (ViT-B/32, as openai/clip-vit-base-patch32) and FOLDER/caption (as
Salesforce/blip-image-captioning-base), in f16. The tokenizers are the small ones of the goldens.
"""

import argparse
from pathlib import Path

import torch
from transformers import BlipConfig, BlipForConditionalGeneration, CLIPConfig, CLIPModel

from checkpoints import blip_preprocessor, clip_preprocessor, save
from vocabularies import bert_tokenizer, clip_tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    torch.manual_seed(0)

    folder = output / "clip"
    folder.mkdir(parents=True)
    clip_tokenizer(folder, end_is_highest=True, as_json=True)
    # The end token of the small tokenizer is found as the highest id of a text.
    clip = CLIPModel(CLIPConfig(text_config={"eos_token_id": 2}))
    save(clip, folder, torch.float16, clip_preprocessor(224, {"shortest_edge": 224}))

    folder = output / "caption"
    folder.mkdir(parents=True)
    bert_tokenizer(folder, as_json=True)
    # The released configuration has 12 heads; the class's default is 8.
    blip = BlipForConditionalGeneration(BlipConfig(text_config={"num_attention_heads": 12}))
    save(blip, folder, torch.float16, blip_preprocessor(384))


if __name__ == "__main__":
    main()
