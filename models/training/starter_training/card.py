"""The page of figures that stands beside the pack."""

from __future__ import annotations

from pathlib import Path

from .figures import AFRESH, Figures
from .words import plain

TITLES = {
    "clothing": "Clothing",
    "grocery": "Groceries",
    "objects": "Objects",
    "rendered": "Rendered products in combinations that no training picture shows",
    AFRESH: "Rendered products, drawn as those of the training",
}


def write_card(figures: Figures, path: Path) -> None:
    """Markdown; written anew by `evaluate.py --card`."""
    lines = [
        "# Figures of the starter pack",
        "",
        "Written by `models/training/evaluate.py --card`, on pictures that training never saw. A class",
        "of five pictures moves by 20 points with one of them.",
        "",
        "| figure | value |",
        "|---|---|",
    ]
    for name, value in figures.numbers.items():
        told = f"{value:.0f}" if value > 1.0 else f"{value:.3f}"
        lines.append(f"| {name} | {told} |")
    if figures.shop:
        lines += ["", "A catalog of outdoor goods, no picture of which was trained on:", ""]
        lines += ["| query | first answers |", "|---|---|"]
        lines += [f"| {query} | {', '.join(names)} |" for query, names in figures.shop.items()]
    for source, classes in figures.classes.items():
        lines += ["", f"## {TITLES[source]}", ""]
        lines += [
            "| class | pictures | top-1 | P@10 | caption names it | most often taken for |",
            "|---|---|---|---|---|---|",
        ]
        for name, f in classes.items():
            lines.append(
                f"| {plain(name)} | {f.n} | {f.top_1:.0%} | {f.p_at_10:.0%} | {f.captioned:.0%} "
                f"| {plain(f.taken_for)} |"
            )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
