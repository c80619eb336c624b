"""Measure an exported pack on what training never saw: `evaluate.py --help`.

Reads the weights that ship (f16) through transformers. Prints the figures; `--card` writes them, with
those of every class, as the page that stands beside the pack.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from starter_training.card import write_card
from starter_training.figures import measure
from starter_training.measuring import LoadedPack
from starter_training.records import load_records


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    parser.add_argument(
        "--afresh", type=Path, help="folder that prepare.py wrote of pictures rendered with another seed"
    )
    parser.add_argument("--pack", type=Path, default=root / "models" / "starter")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--card", type=Path, help="the page to write")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    records = [r for folder in options.pictures for r in load_records(folder / "records.jsonl")]
    figures = measure(
        LoadedPack.open(options.pack),
        [r for r in records if r.held_out],
        load_records(options.afresh / "records.jsonl") if options.afresh else [],
        options.data / "eshop",
    )
    for name, value in figures.numbers.items():
        print(f"{name:56} {value:.3f}")
    for query, names in figures.shop.items():
        print(f"shop: {query:50} {', '.join(names)}")
    if options.card:
        write_card(figures, options.card)


if __name__ == "__main__":
    main()
