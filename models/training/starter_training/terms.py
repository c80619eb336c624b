"""The word lists that the pack's CLIP knows, in place of the application's longer ones.

A narrow model that is asked which of 4,000 types a photo shows spreads its answer over words that it
never read. These lists hold what it was trained on, in the words that captions use; what the
application's own lists know of a term besides (its group) is taken from there.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from .captions import COLOUR_WORDS, PATTERN_WORDS
from .records import Record
from .words import thing

LEAST = 100
"""Pictures that have to show a colour, pattern or material before it counts as known."""
_HEADER = "# Words that the models of this pack were trained on. Written by models/training/export_pack.py.\n"


def term_lists(records: list[Record], shipped: Path) -> dict[str, str]:
    """The text of each list by its file name; `shipped` is the folder of the application's lists."""
    types = {thing(record).names[0] for record in records}
    # Where the plural is a type ("shoes"), the singular is the same thing.
    types = {name for name in types if f"{name}s" not in types}
    words = {
        "product_types": types,
        "colours": _stated(records, "colour", COLOUR_WORDS),
        # With "plain", or an onion without a pattern would have to have one of the others.
        "patterns": _stated(records, "pattern", PATTERN_WORDS),
        "materials": _stated(records, "material", {}),
    }
    return {
        f"{name}.txt": _HEADER + "".join(f"{line}\n" for line in _lines(shipped / f"{name}.txt", known))
        for name, known in words.items()
    }


def known_values(records: list[Record], attribute: str) -> set[str]:
    """The values of an attribute that enough pictures show."""
    counts = Counter(getattr(record, attribute) for record in records)
    return {value for value, n in counts.items() if value and n >= LEAST}


def _stated(records: list[Record], attribute: str, synonyms: dict[str, list[str]]) -> set[str]:
    values = known_values(records, attribute)
    # One word each: two for one thing would share its probability.
    return {synonyms.get(value, [value])[0] for value in values}


def _lines(shipped: Path, known: set[str]) -> list[str]:
    """Each term, with its group where the application's list names one."""
    groups = {}
    for line in shipped.read_text(encoding="utf-8").splitlines():
        term, _, group = line.partition("\t")
        groups[term] = group
    return [f"{term}\t{groups[term]}" if groups.get(term) else term for term in sorted(known)]
