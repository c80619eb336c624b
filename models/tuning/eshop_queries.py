"""Searches of a real shop's catalog, with the products that they mean, for `vitrine eval` and `tuning_designs`.

    python models/tuning/eshop_queries.py CATALOG.json OUT

The catalog is a list of products with Id, Type, Brand, Name and Description, whose photos are called `ID.webp`. OUT gets
`name.jsonl`: words of a product's name without its brand, which mean every product that has them in its name;
`brand.jsonl`: a brand and a type; `described.jsonl`: words of a description that no name has, which mean that product.
The same words on every run.
"""

import json
import random
import re
import sys
from pathlib import Path

COMMON = set(
    "a an and are as at be by for from in is it its of on or so that the these this to up with you your will can has "
    "have made make makes designed perfect features any all their them not no more out during while into".split()
)


def words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2 and word not in COMMON]


def main() -> None:
    catalog, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    names = {product["Id"]: set(words(product["Name"])) for product in catalog}
    all_names = set().union(*names.values())
    draw = random.Random(1)
    by_kind: dict[str, list[tuple[str, list[int]]]] = {"name": [], "brand": [], "described": []}
    for product in catalog:
        own = [word for word in words(product["Name"]) if word not in words(product["Brand"])]
        if len(own) >= 2:
            asked = draw.sample(own, 2)
            by_kind["name"].append((" ".join(asked), [id for id, name in names.items() if name.issuperset(asked)]))
        rest = sorted(set(words(product["Description"])) - all_names)
        if len(rest) >= 4:
            by_kind["described"].append((" ".join(draw.sample(rest, 4)), [product["Id"]]))
    for brand, kind in sorted({(product["Brand"], product["Type"]) for product in catalog}):
        meant = [one["Id"] for one in catalog if (one["Brand"], one["Type"]) == (brand, kind)]
        by_kind["brand"].append((f"{brand} {kind}".lower(), meant))
    for kind, queries in by_kind.items():
        lines = [json.dumps({"query": text, "relevant": [f"{id}.webp" for id in ids]}) for text, ids in queries]
        (out / f"{kind}.jsonl").write_text("\n".join(lines) + "\n")


main()
