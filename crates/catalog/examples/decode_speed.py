"""Photos a second and peak memory, beside Pillow and libvips, in one run.

    cargo build --release -p vitrine-catalog --example decode_speed
    python -m venv venv && venv/bin/pip install numpy pillow pyvips pyvips-binary
    venv/bin/python crates/catalog/examples/decode_speed.py PHOTO target/release/examples/decode_speed [OTHER...]

PHOTO is any large photo: it is scaled to 1, 12 and 50 megapixels and written in each format. Every program that is
named takes `N FILE` and prints milliseconds and megabytes; each measurement is a process of its own, one thread.
"""

import os
import subprocess
import sys
import tempfile
import time

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
SIZES = {1: (1156, 867), 12: (4000, 3000), 50: (8160, 6120)}
FORMATS = {
    "jpeg": dict(quality=90),
    "png": dict(compress_level=6),
    "webp": dict(quality=85, method=2),
    "avif": dict(quality=75, speed=9),
}


def pillow(path):
    with Image.open(path) as image:
        image.draft("RGB", (1024, 1024))
        small = image.convert("RGB")
    small.thumbnail((320, 320), Image.Resampling.BICUBIC)


def vips(path):
    import pyvips

    # Else it remembers the answer.
    pyvips.cache_set_max(0)
    pyvips.Image.thumbnail(path, 320).write_to_memory()


def measure(name, n, path):
    """In a child: best milliseconds, peak megabytes."""
    if name not in ("pillow", "vips"):
        return [float(v) for v in subprocess.check_output([name, str(n), path]).split()]
    return [float(v) for v in subprocess.check_output([sys.executable, __file__, "--child", name, str(n), path]).split()]


def child(name, n, path):
    run = {"pillow": pillow, "vips": vips}[name]
    best = 1e9
    for _ in range(n):
        start = time.perf_counter()
        run(path)
        best = min(best, time.perf_counter() - start)
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
    print(best * 1000, peak)


def main(photo, programs):
    names = [*programs, "pillow", "vips"]
    print("| | " + " | ".join(os.path.basename(os.path.dirname(n)) + "/" + os.path.basename(n) for n in names) + " |")
    with tempfile.TemporaryDirectory() as folder, Image.open(photo) as source:
        source = source.convert("RGB")
        for megapixels, size in SIZES.items():
            image = source.resize(size, Image.Resampling.BICUBIC)
            for format, options in FORMATS.items():
                path = os.path.join(folder, f"{megapixels}.{format}")
                image.save(path, format.upper(), **options)
                n = {1: 9, 12: 5, 50: 2}[megapixels]
                cells = []
                for name in names:
                    try:
                        ms, peak = measure(name, n, path)
                        cells.append(f"{1000 / ms:.1f} /s, {peak:.0f} MB")
                    except subprocess.CalledProcessError:
                        cells.append("-")
                print(f"| {format} {megapixels} MP | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        os.environ["VIPS_CONCURRENCY"] = "1"
        child(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        main(sys.argv[1], sys.argv[2:])
