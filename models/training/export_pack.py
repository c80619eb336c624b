"""Write the pack from a run's averaged weights: `export_pack.py RUN OUT --revision R PICTURES...`."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from transformers import BertTokenizer, BlipForConditionalGeneration, CLIPModel, CLIPTokenizer

from starter_training import caption_model, clip_model
from starter_training.calibration import calibrate
from starter_training.measuring import LoadedPack
from starter_training.pack import swap, write_caption, write_clip, write_manifest
from starter_training.records import load_records


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    parser.add_argument("--out", type=Path, default=root / "models" / "starter")
    parser.add_argument("--revision", required=True, help="a new one for every change")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    new = options.out.with_name(options.out.name + ".new")
    if new.exists():
        shutil.rmtree(new)
    clip_tokenizer = CLIPTokenizer.from_pretrained(options.run / "clip_tokenizer")
    clip = CLIPModel(clip_model.configuration(clip_tokenizer))
    clip.load_state_dict(_averaged(options.run / "clip.pt"))
    write_clip(clip, clip_tokenizer, new / "clip")
    caption_tokenizer = BertTokenizer.from_pretrained(options.run / "caption_tokenizer")
    captioner = BlipForConditionalGeneration(caption_model.configuration(caption_tokenizer))
    captioner.load_state_dict(_averaged(options.run / "caption.pt"))
    write_caption(captioner, caption_tokenizer, new / "caption")

    records = [r for folder in options.pictures for r in load_records(folder / "records.jsonl")]
    text, image = calibrate(LoadedPack.open(new), [r for r in records if r.held_out])
    write_manifest(new, options.revision, text, image)
    swap(new, options.out)
    print(f"text {text}\nimage {image}\nwrote {options.out}")


def _averaged(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=False)["average"]


if __name__ == "__main__":
    main()
