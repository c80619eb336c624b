"""Decode pictures once and store what training reads: `prepare.py --help`.

Writes to CACHE/NAME: `pixels.npy` `[n, 160, 160, 3]` uint8, the teacher's maps `teacher.npy` `[n, 7, 7,
256]` and `middle.npy` `[n, 14, 14, 96]` float16, `records.jsonl`. The photographs come first
(`--data`), because the bases of the maps are fitted to them; rendered pictures (`--rendered`) then
use the same bases.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import time
from multiprocessing import Pool
from pathlib import Path

# One thread a process: the work is spread over processes, and idle threads would only spin.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from starter_training.colours import measure
from starter_training.pixels import STORED_SIDE, open_flat, squash
from starter_training.records import Record, read_photographs, read_rendered, write_records
from starter_training.teacher import MAPS, Basis, Teacher

BASIS_SAMPLE = 1500


_teacher: Teacher
_bases: dict[str, Basis]


def prepare(records: list[Record], teacher_file: Path, cache: Path, out: Path) -> None:
    """Fill `out` from `records`; a picture that cannot be read is named and left out."""
    out.mkdir(parents=True, exist_ok=True)
    if not all(basis_file(cache, name).exists() for name in MAPS):
        fit_bases(records, Teacher(teacher_file), cache)
    n = len(records)
    pixels = np.zeros((n, STORED_SIDE, STORED_SIDE, 3), dtype=np.uint8)
    maps = {
        name: np.zeros((n, shape.side, shape.side, shape.n_components), dtype=np.float16)
        for name, shape in MAPS.items()
    }
    kept: list[Record] = []
    start = time.monotonic()
    with Pool(os.cpu_count(), _open_worker, (teacher_file, cache)) as pool:
        for done in pool.imap(_prepare_one, records, chunksize=16):
            if done is None:
                continue
            record, pixels[len(kept)], features = done
            for name, values in features.items():
                maps[name][len(kept)] = values
            kept.append(record)
            if len(kept) % 1000 == 0:
                rate = len(kept) / (time.monotonic() - start)
                print(f"{len(kept)} of {n}, {rate:.0f}/s", flush=True)
    np.save(out / "pixels.npy", pixels[: len(kept)])
    for name, values in maps.items():
        np.save(out / f"{name}.npy", values[: len(kept)])
    write_records(kept, out / "records.jsonl")


def fit_bases(records: list[Record], teacher: Teacher, cache: Path) -> None:
    """Write the bases of a seeded sample of the training pictures."""
    chosen = np.random.default_rng(7).permutation(len(records))
    sample = [records[i] for i in chosen if not records[i].held_out][:BASIS_SAMPLE]
    read = [teacher.features(open_flat(record.path)) for record in sample]
    for name, shape in MAPS.items():
        features = np.stack([maps[name] for maps in read]).reshape(-1, shape.n_channels)
        Basis.fit(features, shape.n_components).save(basis_file(cache, name))


def basis_file(cache: Path, name: str) -> Path:
    """Where the basis of one of the teacher's maps is kept."""
    return cache / f"{name}_basis.npz"


def _open_worker(teacher_file: Path, cache: Path) -> None:
    global _teacher, _bases
    _teacher = Teacher(teacher_file)
    _bases = {name: Basis.load(basis_file(cache, name)) for name in MAPS}


def _prepare_one(record: Record) -> tuple[Record, np.ndarray, dict[str, np.ndarray]] | None:
    try:
        picture = open_flat(record.path)
    except OSError as error:
        print(f"left out {record.path}: {error}", file=sys.stderr)
        return None
    pixels = squash(picture, STORED_SIDE)
    if record.source != "rendered":
        colour, background = measure(pixels)
        record = dataclasses.replace(record, colour=colour, background=background)
    read = _teacher.features(picture)
    return record, pixels, {name: _bases[name].apply(values) for name, values in read.items()}


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--rendered", type=Path, help="a folder that vitrine-render wrote")
    parser.add_argument("--name", help="folder below CACHE (default: photographs, or RENDERED's name)")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    teacher_file = options.data / "teacher" / "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
    if options.rendered:
        records, name = read_rendered(options.rendered), options.rendered.name
    else:
        records, name = read_photographs(options.data), "photographs"
    prepare(
        records,
        teacher_file,
        options.cache,
        options.cache / (options.name or name),
    )


if __name__ == "__main__":
    main()
