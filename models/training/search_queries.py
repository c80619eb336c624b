"""Writes what searches of the photo sets are measured with: photos to index, and queries to ask.

    python search_queries.py SHARED_DATA OUT

OUT/photos/{clothing,grocery,objects} gets the photographs that training never saw, OUT/eshop the web shop's catalog
with a product list, OUT/queries the queries for `vitrine eval`:

    label.jsonl    every kind of thing by its first name
    other.jsonl    by its other names
    free.jsonl     the first name in sentences
    eshop.jsonl    the web shop's names; eshop_types.jsonl its types; eshop_brands.jsonl brand and type
    SHOP_have.jsonl, SHOP_lack.jsonl
                   names of what one kind of shop has, and of what it has not and has nothing like either
    samples_*.jsonl
                   of the sample catalog: every title; types; type and colour, pattern or material; and of these
                   those where other products of the type differ in that one attribute (swapped)
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path

from starter_training import words
from starter_training.records import Record

SHOPS = {"clothing": "label", "grocery": "class", "objects": "label"}

# Names of things that a shop has under another name or as a near kin, so that finding it is right though the label
# does not say so.
KIN = {
    "clothing": {"shoe", "sneaker", "trainer", "boot", "hat", "cap", "shirt", "dress", "coat", "jacket", "skirt"},
    "grocery": {"drink", "fruit", "vegetable"},
    "objects": {
        "hat", "cap", "headgear", "shoe", "sneaker", "trainer", "boot", "hiking", "football", "strawberry",
        "cup", "bottle", "carton", "flower", "plant", "mushroom", "animal", "fish", "bird",
    },
}


def records(data: Path) -> list[Record]:
    """Every photograph that training never saw."""
    found = []
    for shop, column in SHOPS.items():
        with (data / shop / "labels.csv").open(newline="") as rows:
            for row in csv.DictReader(rows):
                path = str(data / shop / row["image"])
                record = Record(shop, path, row[column], coarse=row.get("coarse_class"))
                if record.held_out:
                    found.append(record)
    return found


def write(path: Path, rows: list[tuple[str, list[str]]]) -> None:
    """One query a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"query": query, "relevant": relevant}) for query, relevant in rows]
    path.write_text("".join(line + "\n" for line in lines))


def photo_queries(found: list[Record], out: Path) -> None:
    """Queries over all three sets together, and for each as a shop of its own."""
    of_concept: dict[str, list[Record]] = defaultdict(list)
    names: dict[str, tuple[str, ...]] = {}
    for record in found:
        thing = words.thing(record)
        of_concept[thing.concept].append(record)
        names[thing.concept] = thing.names
    owners = words.name_owners(found)

    def answer(name: str, concept: str) -> list[Record]:
        # A name that several things bear is answered by all of them.
        answering = owners.get(name, {concept})
        return [record for owner in answering for record in of_concept.get(owner, [])] or of_concept[concept]

    def files(wanted: list[Record]) -> list[str]:
        return sorted({Path(record.path).name for record in wanted})

    concepts = sorted(of_concept)
    first = [(names[concept][0], files(answer(names[concept][0], concept))) for concept in concepts]
    write(out / "label.jsonl", first)
    others = [(name, files(answer(name, concept))) for concept in concepts for name in names[concept][1:]]
    write(out / "other.jsonl", others)
    sentences = ("show me %s please", "i am looking for a %s", "do you have any %s")
    write(out / "free.jsonl", [(sentence % name, relevant) for name, relevant in first for sentence in sentences])
    for shop in SHOPS:
        have, lack = [], []
        for concept in concepts:
            for name in names[concept]:
                here = [record for record in answer(name, concept) if record.source == shop]
                if here:
                    have.append((name, files(here)))
                elif not KIN[shop].intersection(word.rstrip("s") for word in name.replace("-", " ").split()):
                    lack.append((name, []))
        write(out / f"{shop}_have.jsonl", have)
        write(out / f"{shop}_lack.jsonl", lack)


def web_shop(data: Path, out: Path) -> None:
    """The web shop's photos with its catalog as a product list, and its own words as queries."""
    products = json.loads((data / "eshop" / "catalog.json").read_text())
    folder = out / "eshop"
    folder.mkdir(parents=True, exist_ok=True)
    by_type, by_brand = defaultdict(list), defaultdict(list)
    with (folder / "list.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["image", "sku", "title", "brand", "category", "price", "description"])
        for product in products:
            image = f"{product['Id']}.webp"
            shutil.copy(data / "eshop" / "images" / image, folder / image)
            table.writerow(
                [image, f"ES-{product['Id']:04}"]
                + [product[key] for key in ("Name", "Brand", "Type", "Price", "Description")]
            )
            by_type[product["Type"]].append(image)
            by_brand[f"{product['Brand']} {product['Type']}"].append(image)
    queries = out / "queries"
    write(queries / "eshop.jsonl", [(product["Name"], [f"{product['Id']}.webp"]) for product in products])
    write(queries / "eshop_types.jsonl", sorted(by_type.items()))
    write(queries / "eshop_brands.jsonl", sorted(by_brand.items()))


COLOURS = {
    "red", "black", "brown", "white", "green", "blue", "yellow", "turquoise", "beige", "navy", "pink", "grey", "orange"
}
PATTERNS = {
    "striped", "polka-dot", "two-tone", "floral", "zigzag", "star-print", "tartan", "checked", "gingham", "speckled"
}
MATERIALS = {
    "cotton", "ceramic", "leather", "canvas", "stoneware", "beech", "knitted", "steel", "glass", "enamel", "woven",
    "velvet", "walnut", "denim", "brass", "rubber", "felt", "wooden", "copper"
}


def sample_queries(samples: Path, out: Path) -> None:
    """Queries over the sample catalog, read from its titles: `Striped cotton t-shirt, navy and white`."""
    facts = []
    with (samples / "catalog.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            name, _, colours = row["title"].lower().partition(", ")
            said = set(name.split())
            facts.append({
                "file": Path(row["image"]).name,
                "title": row["title"].replace(",", ""),
                "type": name.split()[-1],
                # The first colour is the product's own.
                "colour": next((word for word in colours.split() if word in COLOURS), None),
                "pattern": next(iter(sorted(said & PATTERNS)), None),
                "material": next(iter(sorted(said & MATERIALS)), None),
            })
    write(out / "samples_titles.jsonl", [(fact["title"], [fact["file"]]) for fact in facts])
    by_type: dict[str, list[dict]] = defaultdict(list)
    for fact in facts:
        by_type[fact["type"]].append(fact)
    write(out / "samples_types.jsonl", [(kind, [f["file"] for f in of]) for kind, of in sorted(by_type.items())])
    swapped = []
    for attribute in ("colour", "pattern", "material"):
        queries = []
        for kind, of in sorted(by_type.items()):
            values = sorted({fact[attribute] for fact in of if fact[attribute]})
            for value in values:
                query = (f"{value} {kind}", [fact["file"] for fact in of if fact[attribute] == value])
                queries.append(query)
                if len(query[1]) < len(of):
                    swapped.append(query)
        write(out / f"samples_{attribute}s.jsonl", queries)
    write(out / "samples_swapped.jsonl", swapped)


def main() -> None:
    """Writes everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    found = records(arguments.data)
    for record in found:
        folder = arguments.out / "photos" / record.source
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(record.path, folder / Path(record.path).name)
    photo_queries(found, arguments.out / "queries")
    web_shop(arguments.data, arguments.out)
    sample_queries(Path(__file__).parents[2] / "samples", arguments.out / "queries")


if __name__ == "__main__":
    main()
