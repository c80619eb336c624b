"""Decode pictures once and store what training reads: `prepare.py --help`.

Writes to CACHE/NAME: `pixels.npy` `[n, 160, 160, 3]` uint8, `teacher.npy` `[n, 7, 7, 256]` float16,
`records.jsonl`. The photographs come first (`--data`), because the basis of the teacher's features
is fitted to them; rendered pictures (`--rendered`) then use the same basis.
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
from starter_training.teacher import MAP_SIDE, N_CHANNELS, N_COMPONENTS, Basis, Teacher

BASIS_SAMPLE = 1500


_teacher: Teacher
_basis: Basis


def prepare(records: list[Record], teacher_file: Path, basis_path: Path, out: Path) -> None:
    """Fill `out` from `records`; a picture that cannot be read is named and left out."""
    out.mkdir(parents=True, exist_ok=True)
    if not basis_path.exists():
        fit_basis(records, Teacher(teacher_file)).save(basis_path)
    n = len(records)
    pixels = np.zeros((n, STORED_SIDE, STORED_SIDE, 3), dtype=np.uint8)
    features = np.zeros((n, MAP_SIDE, MAP_SIDE, N_COMPONENTS), dtype=np.float16)
    kept: list[Record] = []
    start = time.monotonic()
    with Pool(os.cpu_count(), _open_worker, (teacher_file, basis_path)) as pool:
        for done in pool.imap(_prepare_one, records, chunksize=16):
            if done is None:
                continue
            record, pixels[len(kept)], features[len(kept)] = done
            kept.append(record)
            if len(kept) % 1000 == 0:
                rate = len(kept) / (time.monotonic() - start)
                print(f"{len(kept)} of {n}, {rate:.0f}/s", flush=True)
    np.save(out / "pixels.npy", pixels[: len(kept)])
    np.save(out / "teacher.npy", features[: len(kept)])
    write_records(kept, out / "records.jsonl")


def fit_basis(records: list[Record], teacher: Teacher) -> Basis:
    """The basis of a seeded sample of the training pictures."""
    chosen = np.random.default_rng(7).permutation(len(records))
    sample = [records[i] for i in chosen if not records[i].held_out][:BASIS_SAMPLE]
    maps = [teacher.features(open_flat(record.path)) for record in sample]
    return Basis.fit(np.stack(maps).reshape(-1, N_CHANNELS))


def _open_worker(teacher_file: Path, basis_path: Path) -> None:
    global _teacher, _basis
    _teacher, _basis = Teacher(teacher_file), Basis.load(basis_path)


def _prepare_one(record: Record) -> tuple[Record, np.ndarray, np.ndarray] | None:
    try:
        picture = open_flat(record.path)
    except OSError as error:
        print(f"left out {record.path}: {error}", file=sys.stderr)
        return None
    pixels = squash(picture, STORED_SIDE)
    if record.source != "rendered":
        colour, background = measure(pixels)
        record = dataclasses.replace(record, colour=colour, background=background)
    return record, pixels, _basis.apply(_teacher.features(picture))


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
        options.cache / "teacher_basis.npz",
        options.cache / (options.name or name),
    )


if __name__ == "__main__":
    main()
