"""Writes what verdicts on claims are measured with: what is true of photos that training never saw.

    python claim_labels.py SHARED_DATA OUT --rendered AFRESH

OUT/photos gets the held-out photographs and the pictures of AFRESH (`vitrine-render training` with a seed that
training did not use), OUT/labels.csv what is true of each, for `vitrine eval OUT/labels.csv --claims`. Of
photographs only the kind of thing is known, of rendered pictures colour, pattern and material, too.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

from search_queries import records
from starter_training import words
from starter_training.records import Record, read_rendered


def facts(record: Record) -> list[tuple[str, list[str]]]:
    """Kinds of claims with all words that are true."""
    thing = words.thing(record)
    wide = [name for concept in thing.wide for name in words.wide_names(concept)]
    found = [("type", list(dict.fromkeys([*thing.names, *wide])))]
    if record.source != "rendered":
        return found
    # What a patterned thing's one colour is, people may tell in either way.
    colours = [colour for colour in (record.colour, record.second_colour) if colour]
    if colours:
        found.append(("colour", colours))
    if record.pattern and record.pattern != "plain":
        found.append(("pattern", [record.pattern]))
    if record.material:
        found.append(("material", [record.material]))
    return found


def main() -> None:
    """Writes everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rendered", type=Path, required=True)
    arguments = parser.parse_args()
    photos = arguments.out / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    with (arguments.out / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["photo", "kind", "value"])
        for record in records(arguments.data) + read_rendered(arguments.rendered):
            name = f"{record.source}_{Path(record.path).name}"
            shutil.copy(record.path, photos / name)
            table.writerows([name, kind, "|".join(values)] for kind, values in facts(record))


if __name__ == "__main__":
    main()
