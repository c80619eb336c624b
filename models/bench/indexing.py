"""Times a whole `vitrine index` of photos as cameras and shops have them, with models of true size.

    python models/parity/make_true_size_packs.py PACKS
    cargo build --release -p vitrine
    python models/bench/indexing.py target/release/vitrine PACKS [PHOTOS [PRECISION ...]]

The models are those of the pack `fast`, with random weights. Photos are pictures of the sample catalog, made larger and
with a sensor's noise, as JPEG of 12 and of 1 megapixels. Each precision begins with an empty library. Rates are the
program's own of each stage; memory is the peak of the process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLES = Path(__file__).parents[2] / "samples" / "images"
SIZES = {"12 MP": (4000, 3000), "1 MP": (1200, 900)}
MODELS = {
    "clip": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    "caption": "Salesforce/blip-image-captioning-base",
    "match": "Salesforce/blip-itm-base-coco",
}
STAGES = ["Reading", "Learning", "Describing", "Refining"]


def write_photos(folder: Path, size: tuple[int, int], n: int) -> None:
    folder.mkdir()
    noise = np.random.default_rng(1)
    for sample in sorted(SAMPLES.glob("*.jpg"))[:n]:
        photo = np.asarray(Image.open(sample).convert("RGB").resize(size, Image.Resampling.BICUBIC), np.int16)
        grain = noise.integers(-6, 7, photo.shape[:2], np.int16)[..., None]
        Image.fromarray((photo + grain).clip(0, 255).astype(np.uint8)).save(folder / sample.name, quality=88)


def run(command: list[str], environment: dict[str, str]) -> tuple[str, float]:
    """What a program said, and the most memory that it had, in MiB."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{command} ended with {process.returncode}")
        said.seek(0)
        return said.read(), usage.ru_maxrss / 1024


def rate(said: str, stage: str) -> str:
    """Photos a second of a stage that took long enough for one to be told."""
    found = re.search(rf"^\s+{stage}\s.*?([\d.]+) photos/s", said, re.MULTILINE)
    return found[1] if found else "-"


def main() -> None:
    program, packs, *rest = sys.argv[1:]
    n = int(rest[0]) if rest else 40
    precisions = rest[1:] or ["f32", "bf16", "int8"]
    with tempfile.TemporaryDirectory(dir=packs) as name:
        folder = Path(name)
        environment = os.environ | {"VITRINE_PACKS": str(folder / "packs")}
        for role, repo in MODELS.items():
            (folder / "models" / role).mkdir(parents=True)
            for file in (Path(packs) / repo).iterdir():
                os.link(file, folder / "models" / role / file.name)
        vitrine = [str(Path(program).resolve()), "--library", str(folder / "empty")]
        run([*vitrine, "models", "import", str(folder / "models"), "--name", "sized"], environment)
        print("| photos | arithmetic | " + " | ".join(stage.lower() for stage in STAGES) + " | peak MiB |")
        print("|---" * (len(STAGES) + 3) + "|")
        for label, size in SIZES.items():
            photos = folder / label.replace(" ", "-")
            write_photos(photos, size, n)
            for precision in precisions:
                vitrine[2] = str(folder / f"library-{size[0]}-{precision}")
                run([*vitrine, "models", "use", "sized"], environment)
                run([*vitrine, "models", "precision", precision], environment)
                said, peak = run([*vitrine, "index", str(photos)], environment)
                rates = [rate(said, stage) for stage in STAGES]
                print(f"| {label} | {precision} | " + " | ".join(rates) + f" | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
