"""Every figure that is told of a pack, from held-out pictures.

"P@10" counts as many places as there are right pictures, where these are fewer than ten, so that a
perfect ranking scores 1.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from .agreement import Agreement
from .attributes import Values
from .calibration import GOOD, best_scores, searches
from .captions import describe, plural, stated
from .changes import change
from .measuring import LoadedPack, like_precision_at_10, precision_at_10
from .records import Record
from .words import plain, thing

PHOTOGRAPHS = ("clothing", "grocery", "objects")
N_COMBINATIONS = 100
AFRESH = "rendered afresh"
SHOP_QUERIES = ["hiking boots", "blue backpack", "snowboard"]


@dataclass(frozen=True)
class ClassFigure:
    """What is known of one class."""

    n: int
    top_1: float
    p_at_10: float
    captioned: float
    taken_for: str
    """What it is most often taken for, where that is something else."""


@dataclass
class Figures:
    """Numbers by name, classes by set and label, and a shop's first answers by query."""

    numbers: dict[str, float] = field(default_factory=dict)
    classes: dict[str, dict[str, ClassFigure]] = field(default_factory=dict)
    shop: dict[str, list[str]] = field(default_factory=dict)


def measure(
    pack: LoadedPack, held_out: list[Record], afresh: list[Record], shop: Path
) -> Figures:
    """All figures, on records that training never saw.

    Of rendered things `held_out` are combinations that it never saw in any picture, and `afresh`
    pictures drawn as its own were.
    """
    figures = Figures()
    by_source = {s: [r for r in held_out if r.source == s] for s in (*PHOTOGRAPHS, "rendered")}
    images = {s: pack.images([r.path for r in records]) for s, records in by_source.items()}
    for source, records in by_source.items():
        figures.numbers[f"{source}: n held out"] = float(len(records))
        _measure_set(pack, figures, source, records, images[source])
    if afresh:
        figures.numbers[f"{AFRESH}: n"] = float(len(afresh))
        _measure_set(pack, figures, AFRESH, afresh, pack.images([r.path for r in afresh]))
    photographs = [r for s in PHOTOGRAPHS for r in by_source[s]]
    _measure_library(pack, figures, photographs, torch.cat([images[s] for s in PHOTOGRAPHS]))
    figures.numbers["clothing: image to image, P@10"] = like_precision_at_10(
        images["clothing"], [r.label for r in by_source["clothing"]]
    )
    _measure_combinations(pack, figures, by_source["rendered"])
    _measure_matching(pack, figures, by_source)
    if shop.exists():
        _measure_shop(pack, figures, shop)
    return figures


def prompts(pack: LoadedPack, names: list[str]) -> torch.Tensor:
    """One vector a name: the mean of the bare name and of a sentence with it."""
    bare = pack.texts(names)
    sentence = pack.texts([f"a photo of a {name}" for name in names])
    return torch.nn.functional.normalize(bare + sentence, dim=-1)


def _measure_set(
    pack: LoadedPack, figures: Figures, source: str, records: list[Record], images: torch.Tensor
) -> None:
    labels = [r.label for r in records]
    names = sorted(set(labels))
    texts = prompts(pack, [plain(name) for name in names])
    guesses = [names[i] for i in (images @ texts.T).argmax(1).tolist()]
    right = np.array([guess == label for guess, label in zip(guesses, labels, strict=True)])
    figures.numbers[f"{source}: zero-shot top-1"] = float(right.mean())
    if source == "grocery":
        coarse = [r.coarse or r.label for r in records]
        wide = sorted(set(coarse))
        found = (images @ prompts(pack, [plain(name) for name in wide]).T).argmax(1).tolist()
        figures.numbers["grocery: zero-shot top-1, coarse class"] = float(
            np.mean([wide[i] == c for i, c in zip(found, coarse, strict=True)])
        )
    captions = pack.captions([r.path for r in records])
    figures.numbers[f"{source}: mean probability of a caption's tokens"] = float(
        np.mean([caption.probability for caption in captions])
    )
    said = [caption.text for caption in captions]
    named = np.array([names_it(r, text) for r, text in zip(records, said, strict=True)])
    figures.numbers[f"{source}: caption names the type"] = float(named.mean())
    coloured = [
        f" {r.colour} " in f" {text} "
        for r, text in zip(records, said, strict=True)
        if stated(r).colour
    ]
    figures.numbers[f"{source}: caption names the colour"] = float(np.mean(coloured))
    plainly = pack.texts([plain(name) for name in names])
    figures.classes[source] = {
        name: _class_figure(name, labels, guesses, named, images, plainly[at])
        for at, name in enumerate(names)
    }


def _class_figure(
    name: str,
    labels: list[str],
    guesses: list[str],
    named: np.ndarray,
    images: torch.Tensor,
    text: torch.Tensor,
) -> ClassFigure:
    rows = [i for i, label in enumerate(labels) if label == name]
    wrong = [guesses[i] for i in rows if guesses[i] != name]
    truth = np.array([label == name for label in labels])
    return ClassFigure(
        n=len(rows),
        top_1=1.0 - len(wrong) / len(rows),
        p_at_10=precision_at_10(images, truth[None], text[None]),
        captioned=float(named[rows].mean()),
        taken_for=max(sorted(set(wrong)), key=wrong.count) if wrong else "",
    )


def _measure_library(
    pack: LoadedPack, figures: Figures, records: list[Record], images: torch.Tensor
) -> None:
    """The three sets of photographs as one library."""
    keys = sorted({r.key for r in records})
    right = np.array([[r.key == key for r in records] for key in keys])
    own = pack.texts([plain(key.split(":", 1)[1]) for key in keys])
    figures.numbers["one library: words to image, P@10"] = precision_at_10(images, right, own)
    names, true = searches(records)
    texts = pack.texts(names)
    figures.numbers["one library: a merchant's words to image, P@10"] = precision_at_10(
        images, true, texts
    )
    sources = [r.source for r in records]
    present, absent, kin = best_scores((texts @ images.T).numpy(), true, sources)
    line = pack.text_range.unrelated + GOOD * (pack.text_range.sure - pack.text_range.unrelated)
    figures.numbers["no-match line: searches with an answer kept"] = float((present >= line).mean())
    figures.numbers["no-match line: searches refused in another kind of shop"] = float(
        (absent < line).mean()
    )
    figures.numbers["no-match line: searches refused where only near kin are"] = float(
        (kin < line).mean()
    )


def _measure_combinations(pack: LoadedPack, figures: Figures, records: list[Record]) -> None:
    """Pattern, colour and type together: 100 combinations never trained on, a picture of each."""
    first: dict[tuple[str, str | None, str | None], Record] = {}
    for record in records:
        first.setdefault((record.label, record.colour, record.pattern), record)
    shuffled = sorted(first.items(), key=lambda item: str(item[0]))
    random.Random(5).shuffle(shuffled)
    # Patterned ones before plain ones, which are easier and many.
    shuffled.sort(key=lambda item: item[0][2] == "plain")
    chosen = [record for _, record in shuffled[:N_COMBINATIONS]]
    texts = []
    for record in chosen:
        words = [record.pattern if record.pattern != "plain" else None, record.colour]
        texts.append(" ".join(w for w in [*words, thing(record).names[0]] if w))
    images = pack.images([r.path for r in chosen])
    best = (pack.texts(texts) @ images.T).argmax(1).numpy()
    figures.numbers["rendered: unseen combinations"] = float(len(chosen))
    figures.numbers["rendered: of these patterned"] = float(
        sum(r.pattern != "plain" for r in chosen)
    )
    figures.numbers["rendered: pattern, colour and type, R@1"] = float(
        np.mean(best == np.arange(len(chosen)))
    )


def _measure_matching(
    pack: LoadedPack, figures: Figures, by_source: dict[str, list[Record]]
) -> None:
    """ITM: how often the true caption scores higher than one with a changed fact.

    Of rendered pictures any stated fact changes, of photographs the label, which alone is known.
    """
    every = [r for records in by_source.values() for r in records]
    values, agreement, rng = Values(every, torch.device("cpu")), Agreement(every), random.Random(13)
    for name, records in (
        ("rendered", by_source["rendered"]),
        ("photographs", [r for s in PHOTOGRAPHS for r in by_source[s]]),
    ):
        mine = {r.path for r in records}
        rows, true, false, facts = [], [], [], []
        for row, record in enumerate(every):
            if record.path not in mine:
                continue
            changed = change(record, values, rng)
            if record.source != "rendered":
                while "label" not in changed:
                    changed = change(record, values, rng)
            other = stated(replace(record, **changed))
            is_true, counts = agreement.compare(np.array([row]), [other])
            if other.text == describe(record) or is_true[0, 0] or not counts[0, 0]:
                continue
            rows.append(record.path)
            true.append(describe(record))
            false.append(other.text)
            facts.append("type" if "label" in changed else next(iter(changed)))
        told = pack.match(rows, true) > pack.match(rows, false)
        figures.numbers[f"ITM: {name}"] = float(told.mean())
        for fact in sorted(set(facts)):
            if name == "rendered":
                of_fact = [t for t, f in zip(told, facts, strict=True) if f == fact]
                figures.numbers[f"ITM: {name}, {fact} changed"] = float(np.mean(of_fact))


def _measure_shop(pack: LoadedPack, figures: Figures, shop: Path) -> None:
    """The first answers on a catalog that training never saw."""
    catalog = json.loads((shop / "catalog.json").read_text(encoding="utf-8-sig"))
    products = [p for p in catalog if (shop / "images" / f"{p['Id']}.webp").exists()]
    images = pack.images([str(shop / "images" / f"{p['Id']}.webp") for p in products])
    for query in SHOP_QUERIES:
        best = (images @ pack.texts([query])[0]).argsort(descending=True)[:5].tolist()
        figures.shop[query] = [f"{products[i]['Name']} ({products[i]['Type']})" for i in best]


def names_it(record: Record, text: str) -> bool:
    """Whether a caption has one of the names of what `record` shows, alone or as several."""
    words = f" {text} ".replace(",", " ")
    names = thing(record).names
    return any(f" {name} " in words for name in [*names, *map(plural, names)])
