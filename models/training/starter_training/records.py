"""What is known about each training picture, and where it is.

A `Record` is one picture with the facts that its data set states (or, for rendered pictures,
that the renderer states). Colours of photographs are not stated anywhere; `prepare.py` measures
them and fills `colour` and `background`.

Which pictures are held out for measuring depends only on the data set's name, the picture's file
name (of a rendered one: what it shows) and `HELD_OUT_SEED`, so that the split is the same on every
machine and in every order.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

HELD_OUT_SEED = 20261120
HELD_OUT_ONE_IN = 10


@dataclass(frozen=True)
class Record:
    """One picture. `label` is the data set's own word for what it shows."""

    source: str
    """`clothing`, `grocery`, `objects` or `rendered`."""
    path: str
    """Absolute path of the picture file."""
    label: str
    coarse: str | None = None
    """The wider class, where the data set has one (grocery)."""
    colour: str | None = None
    second_colour: str | None = None
    material: str | None = None
    pattern: str | None = None
    count: int | None = None
    background: str | None = None

    @property
    def key(self) -> str:
        """`source:label`, the name under which `words.toml` speaks of it."""
        return f"{self.source}:{self.label}"

    @property
    def held_out(self) -> bool:
        """True for the tenth that training never sees.

        A tenth of the photographs; of the rendered pictures, all that show one of a tenth of the
        combinations of kind, colour and pattern, so that what is measured was never seen at all.
        """
        name = Path(self.path).name
        if self.source == "rendered":
            name = f"{self.label}|{self.colour}|{self.pattern}"
        text = f"{HELD_OUT_SEED}:{self.source}:{name}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % HELD_OUT_ONE_IN == 0


def read_photographs(data: Path) -> list[Record]:
    """The three labelled sets of photographs under `data`, in the order of their label files."""
    records: list[Record] = []
    for row in _rows(data / "clothing" / "labels.csv"):
        records.append(Record("clothing", str(data / "clothing" / row["image"]), row["label"]))
    for row in _rows(data / "grocery" / "labels.csv"):
        path = str(data / "grocery" / row["image"])
        records.append(Record("grocery", path, row["class"], coarse=row["coarse_class"]))
    for row in _rows(data / "objects" / "labels.csv"):
        records.append(Record("objects", str(data / "objects" / row["image"]), row["label"]))
    return records


def read_rendered(folder: Path) -> list[Record]:
    """Pictures of `vitrine-render training`, described by `labels.jsonl` in `folder`."""
    records: list[Record] = []
    with (folder / "labels.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            records.append(
                Record(
                    "rendered",
                    str(folder / row["image"]),
                    row["kind"],
                    colour=row.get("colour"),
                    second_colour=row.get("second_colour"),
                    material=row.get("material"),
                    pattern=row.get("pattern"),
                    count=row.get("count"),
                    background=row.get("background"),
                )
            )
    return records


def write_records(records: list[Record], path: Path) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as out:
        for record in records:
            out.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def load_records(path: Path) -> list[Record]:
    """The inverse of `write_records`."""
    with path.open(encoding="utf-8") as lines:
        return [Record(**json.loads(line)) for line in lines]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
