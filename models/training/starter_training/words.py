"""The words for each label, and the concepts that labels share.

Reads `words.toml`. A *concept* is something a search can ask for: the thing itself ("t-shirt") or
something wider ("clothing"). Two data sets that show the same thing share its concept by sharing
the first name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .records import Record

_TABLE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Thing:
    """How one label is spoken of."""

    names: list[str]
    wide: list[str] = field(default_factory=list)
    form: str = "a"
    unit: str | None = None
    second: str | None = None
    colourful: bool = True

    @property
    def concept(self) -> str:
        return self.names[0]


@cache
def _table() -> dict[str, dict]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def thing_of(key: str, coarse: str | None) -> Thing:
    """The words for `source:label`; an unlisted label is called by its own word."""
    source, label = key.split(":", 1)
    if source == "grocery":
        return _grocery(label, coarse or label)
    entry = dict(_table()["labels"].get(key, {}))
    entry.setdefault("names", [plain(label)])
    return Thing(**entry)


def thing(record: Record) -> Thing:
    """The words for what `record` shows."""
    return thing_of(record.key, record.coarse)


def wide_names(concept: str) -> list[str]:
    """Words for a wide concept of `words.toml`."""
    return _table()["wide"][concept]


def every_word() -> list[str]:
    """All names, wide names and listed words, whether or not a picture carries them."""
    table = _table()
    names = [n for entry in table["labels"].values() for n in entry.get("names", [])]
    wide = [n for words in table["wide"].values() for n in words]
    grocery = [n for words in table["grocery_names"].values() for n in words]
    return [*names, *wide, *grocery, *table["vocabulary"]["words"]]


def plain(label: str) -> str:
    """A data set's label as words: `Golden-Delicious` becomes `golden delicious`."""
    return label.replace("-", " ").replace("_", " ").lower()


def name_owners(records: list[Record]) -> dict[str, set[str]]:
    """For each name in use, the concepts that it may mean.

    "lamp" names table lamps and floor lamps: a picture of either is a right answer to it.
    """
    owners: dict[str, set[str]] = {}
    for key, coarse in sorted({(r.key, r.coarse or "") for r in records}):
        known = thing_of(key, coarse or None)
        for name in known.names:
            owners.setdefault(name, set()).add(known.concept)
        for wide in known.wide:
            for name in wide_names(wide):
                owners.setdefault(name, set()).add(wide)
    return owners


def _grocery(fine: str, coarse: str) -> Thing:
    entry = dict(_table()["grocery"].get(coarse, {"wide": ["food"]}))
    join = entry.pop("join", "own")
    words = plain(fine)
    names = list(_table()["grocery_names"].get(fine, []))
    if not names:
        noun = plain(coarse)
        if join == "own" or words.endswith(noun) or words == "watermelon":
            names = [words]
        else:
            names = [f"{words} {noun}", words]
    package = entry.get("unit") is not None
    return Thing(names=names, colourful=not package, **entry)
