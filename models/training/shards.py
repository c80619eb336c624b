"""Pack folders of pictures into shards for another machine, and unpack them: `shards.py --help`.

    shards.py pack SHARDS data/clothing data/grocery data/objects data/teacher rendered
    shards.py unpack SHARDS data

A shard is a tar file of at most 60 MB, so that it fits through narrow doors. `shards.json` lists all
of them with their checksums: what was carried over so far is unpacked, and what is missing is named.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tarfile
from pathlib import Path

LIMIT_BYTES = 60_000_000
_LIST = "shards.json"
_BLOCK = 512


def pack(folders: list[Path], out: Path, limit_bytes: int = LIMIT_BYTES) -> list[Path]:
    """Write the shards; files keep their folder's name in front of their path."""
    out.mkdir(parents=True, exist_ok=True)
    shards: list[Path] = []
    shard: tarfile.TarFile | None = None
    # A tar ends with up to one record of zeros.
    room = limit_bytes - tarfile.RECORDSIZE
    used = room
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            size = _in_tar(path)
            if size > room:
                raise ValueError(f"{path} is larger than a shard of {limit_bytes} bytes")
            if used + size > room:
                if shard:
                    shard.close()
                shards.append(out / f"shard-{len(shards):03}.tar")
                shard, used = tarfile.open(shards[-1], "w", format=tarfile.GNU_FORMAT), 0
            shard.add(path, (Path(folder.name) / path.relative_to(folder)).as_posix())
            used += size
    if shard:
        shard.close()
    sums = {path.name: _sum(path) for path in shards}
    (out / _LIST).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    return shards


def unpack(folder: Path, out: Path) -> list[str]:
    """Unpack the shards that are in `folder`; answers with the names of those that are not."""
    missing = []
    for name, expected in json.loads((folder / _LIST).read_text(encoding="utf-8")).items():
        path = folder / name
        if not path.exists():
            missing.append(name)
            continue
        if _sum(path) != expected:
            raise ValueError(f"{path} is damaged; carry it over again")
        with tarfile.open(path) as shard:
            shard.extractall(out, filter="data")
    return missing


def _in_tar(path: Path) -> int:
    """Bytes that a file takes at most: a header, twice more for a long name, whole blocks."""
    return 4 * _BLOCK + -(-path.stat().st_size // _BLOCK) * _BLOCK


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    packing = what.add_parser("pack")
    packing.add_argument("shards", type=Path)
    packing.add_argument("folders", type=Path, nargs="+")
    unpacking = what.add_parser("unpack")
    unpacking.add_argument("shards", type=Path)
    unpacking.add_argument("out", type=Path)
    options = parser.parse_args()
    if options.what == "pack":
        for path in pack(options.folders, options.shards):
            print(f"{path} {path.stat().st_size / 1e6:.1f} MB")
        return
    missing = unpack(options.shards, options.out)
    if missing:
        sys.exit(f"unpacked, but these shards are not here: {', '.join(missing)}")


if __name__ == "__main__":
    main()
