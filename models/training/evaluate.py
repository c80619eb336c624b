"""Measure an exported pack on the held-out tenth of each set: `evaluate.py --help`.

Reads the weights that ship (f16) through transformers. Prints a table; `--json` writes the figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from starter_training.captions import describe
from starter_training.measuring import LoadedPack, nearest_neighbour, precision_at_10, top_1
from starter_training.records import Record, load_records
from starter_training.words import plain, thing

SHOP_QUERIES = {"hiking boots": "Footwear", "blue backpack": "Bags", "snowboard": "Ski/boarding"}


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    parser.add_argument("--pack", type=Path, default=root / "models" / "starter")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    pack = LoadedPack.open(options.pack)
    records = [r for folder in options.pictures for r in load_records(folder / "records.jsonl")]
    held_out = [r for r in records if r.held_out]
    figures: dict[str, float | list[str]] = {}
    for source in sorted({r.source for r in held_out}):
        figures |= measure_set(pack, [r for r in held_out if r.source == source], source)
    if (options.data / "eshop").exists():
        figures |= measure_shop(pack, options.data / "eshop")
    for name, value in figures.items():
        print(f"{name:48} {value if isinstance(value, list) else f'{value:.3f}'}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measure_set(pack: LoadedPack, records: list[Record], source: str) -> dict[str, float]:
    """All figures of one set."""
    images = pack.images([r.path for r in records])
    figures: dict[str, float] = {f"{source}: n held out": float(len(records))}
    labels = [r.label for r in records]
    names = sorted(set(labels))
    by_label = {r.label: thing(r).names[0] for r in records}
    own = prompts(pack, [plain(name) for name in names])
    said = prompts(pack, [by_label[name] for name in names])
    figures[f"{source}: top-1, the set's own word"] = top_1(images, labels, own, names)
    figures[f"{source}: top-1, a merchant's word"] = top_1(images, labels, said, names)
    if source == "grocery":
        coarse = [r.coarse or r.label for r in records]
        wide = sorted(set(coarse))
        texts = prompts(pack, [plain(name) for name in wide])
        figures[f"{source}: top-1, coarse class"] = top_1(images, coarse, texts, wide)
    right = np.array([[label == name for label in labels] for name in names])
    said_plainly = pack.texts([by_label[name] for name in names])
    figures[f"{source}: P@10, words to image"] = precision_at_10(images, right, said_plainly)
    figures[f"{source}: nearest image, same label"] = nearest_neighbour(images, labels)
    if source == "rendered":
        figures |= measure_colours(pack, records, images)
    figures |= measure_captions(pack, records, source)
    return figures


def measure_colours(
    pack: LoadedPack, records: list[Record], images: torch.Tensor
) -> dict[str, float]:
    """Whether colour words find colours, where the renderer states them."""
    colours = sorted({r.colour for r in records if r.colour})
    kinds = [thing(r).names[0] for r in records]
    scores = []
    for kind in sorted(set(kinds)):
        rows = [i for i, k in enumerate(kinds) if k == kind and records[i].colour]
        texts = pack.texts([f"{colour} {kind}" for colour in colours])
        scores += [
            colours[c] == records[i].colour
            for i, c in zip(rows, (images[rows] @ texts.T).argmax(1).tolist(), strict=True)
        ]
    pairs = sorted({(r.colour, k) for r, k in zip(records, kinds, strict=True) if r.colour})
    right = np.array(
        [[r.colour == c and k == kind for r, k in zip(records, kinds)] for c, kind in pairs]
    )
    texts = pack.texts([f"{colour} {kind}" for colour, kind in pairs])
    return {
        "rendered: colour, kind given": float(np.mean(scores)),
        "rendered: P@10, colour and kind": precision_at_10(images, right, texts),
    }


def measure_captions(pack: LoadedPack, records: list[Record], source: str) -> dict[str, float]:
    """Whether captions name the right thing, and on rendered pictures the right colour."""
    captions = pack.captions([r.path for r in records])
    kinds = [
        any(f" {name} " in f" {text} ".replace(",", " ") for name in _spoken(record))
        for record, text in zip(records, captions, strict=True)
    ]
    figures = {f"{source}: caption names the thing": float(np.mean(kinds))}
    coloured = [
        f" {r.colour} " in f" {text} "
        for r, text in zip(records, captions, strict=True)
        if r.colour and f" {r.colour} " in f" {describe(r)} "
    ]
    if coloured:
        figures[f"{source}: caption names the colour"] = float(np.mean(coloured))
    return figures


def measure_shop(pack: LoadedPack, shop: Path) -> dict[str, float | list[str]]:
    """The first answers on a catalog that training never saw, and how many are of the right type."""
    catalog = json.loads((shop / "catalog.json").read_text(encoding="utf-8-sig"))
    products = [p for p in catalog if (shop / "images" / f"{p['Id']}.webp").exists()]
    images = pack.images([str(shop / "images" / f"{p['Id']}.webp") for p in products])
    figures: dict[str, float | list[str]] = {}
    for query, kind in SHOP_QUERIES.items():
        first = (images @ pack.texts([query])[0]).argsort(descending=True)[:5].tolist()
        figures[f"shop: {query}: right type of 5"] = float(
            np.mean([products[i]["Type"] == kind for i in first])
        )
        figures[f"shop: {query}"] = [products[i]["Name"] for i in first]
    return figures


def prompts(pack: LoadedPack, names: list[str]) -> torch.Tensor:
    """One vector a name: the mean of the bare name and of a sentence with it."""
    bare = pack.texts(names)
    sentence = pack.texts([f"a photo of a {name}" for name in names])
    return torch.nn.functional.normalize(bare + sentence, dim=-1)


def _spoken(record: Record) -> list[str]:
    names = thing(record).names
    return [*names, *(f"{name}s" for name in names)]


if __name__ == "__main__":
    main()
