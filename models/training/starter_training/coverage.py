"""What the pack knows and lacks, told to users in the words of the training material."""

from __future__ import annotations

from .pack import Coverage
from .records import Record
from .terms import known_values
from .words import thing


def covered(records: list[Record]) -> Coverage:
    """From the labels that were trained on; the numbers are counted, not written down."""

    def kinds(source: str, of: set[str] | None = None) -> int:
        mine = [r for r in records if r.source == source]
        if of is not None:
            mine = [r for r in mine if of & set(thing(r).wide)]
        return len({r.label for r in mine})

    animals = kinds("objects", {"animal", "bird", "insect", "sea animal", "dinosaur"})
    colours = len(known_values([r for r in records if r.source == "rendered"], "colour"))
    patterns = len(known_values(records, "pattern") - {"plain"})
    return Coverage(
        knows=[
            f"{kinds('clothing')} kinds of garments, from blazers to undershirts",
            f"{kinds('grocery')} kinds of groceries: fruit, vegetables, milk and juice cartons",
            f"{kinds('rendered')} household goods: furniture, tableware, lamps, bags, toys",
            f"{kinds('objects')} other things, {animals} of them animals",
            f"{colours} colours and {patterns} patterns",
        ],
        lacks=[
            "other kinds of goods: it answers with something that looks alike",
            "brands, text on packages, people, sizes",
            "languages other than English",
        ],
    )
