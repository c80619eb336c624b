"""Write the pack from a run's averaged weights: `export_pack.py RUN PICTURES... --revision R`."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from transformers import BertTokenizer

from starter_training.blip_model import Blip
from starter_training.calibration import calibrate
from starter_training.coverage import covered
from starter_training.measuring import LoadedPack
from starter_training.pack import TERMS, swap, write_blip, write_clip, write_manifest
from starter_training.records import load_records
from starter_training.terms import term_lists
from train_blip import trained_clip


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
    tokenizer = BertTokenizer.from_pretrained(options.run / "tokenizer")
    write_clip(trained_clip(options.run, tokenizer), tokenizer, new / "clip")
    blip = trained_blip(options.run, tokenizer)
    write_blip(blip.captioner, tokenizer, new / "caption")
    write_blip(blip.matcher, tokenizer, new / "match")

    records = [r for folder in options.pictures for r in load_records(folder / "records.jsonl")]
    text, image, line = calibrate(LoadedPack.open(new), [r for r in records if r.held_out])
    (new / TERMS).mkdir()
    for name, lines in term_lists(records, root / "crates" / "models" / "terms").items():
        (new / TERMS / name).write_text(lines, encoding="utf-8")
    write_manifest(new, options.revision, text, image, covered(records))
    swap(new, options.out)
    print(f"text {text}\nimage {image}\n{line}\nwrote {options.out}")


def trained_blip(run: Path, tokenizer: BertTokenizer) -> Blip:
    """The averaged BLIP of this run."""
    blip = Blip.new(tokenizer)
    averaged = torch.load(run / "blip.pt", weights_only=False)["average"]
    blip.parts().load_state_dict(averaged)
    return blip


if __name__ == "__main__":
    main()
