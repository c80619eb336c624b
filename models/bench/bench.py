"""Times and peak memory of this project's models beside candle, PyTorch, ONNX Runtime and OpenVINO, in one run.

    cargo xtask bench                     # makes all that this needs, then calls it
    python bench.py WEIGHTS OUT [--rounds 7] [--only TASK ...] [--ours NAME=PROGRAM ...]

All get the same weights and two threads, each engine in a process of its own that loads its model once. They take
turns, one call each, so that whatever else the machine does meets all of them, with a rest between them in which
threads that spin fall asleep. Pictures are prepared before the clock starts; captions have exactly 20 tokens, and
nobody stops early. Out: `OUT/bench.md`, a table of medians and of ratios to PyTorch's f32, `OUT/bench.json`, every
single time, and `OUT/TASK.svg`.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from engines import THREADS

HERE = Path(__file__).resolve().parent
REST_SECONDS = 0.25

# What they are called, what they are, and how many things one call does.
TASKS = {
    "image1": ("CLIP ViT-B/32, 1 picture", 1),
    "image8": ("CLIP ViT-B/32, 8 pictures", 8),
    "large1": ("CLIP ViT-L/14, 1 picture", 1),
    "large8": ("CLIP ViT-L/14, 8 pictures", 8),
    "siglip1": ("SigLIP 2 ViT-B/16, 1 picture", 1),
    "siglip8": ("SigLIP 2 ViT-B/16, 8 pictures", 8),
    "text": ("CLIP ViT-B/32, a text of 8 tokens", 1),
    "greedy": ("BLIP base, caption of 20 tokens, greedy", 1),
    "greedy8": ("BLIP base, 8 captions of 20 tokens, greedy", 8),
    "beam": ("BLIP base, caption of 20 tokens, beam 3", 1),
    "match": ("BLIP ITM base, a picture and 20 texts of 12 tokens", 1),
}
THEIRS = [
    ("pytorch", "f32"),
    ("pytorch", "bf16"),
    ("onnxruntime", "f32"),
    ("onnxruntime", "int8"),
    ("openvino", "f32"),
    ("openvino", "bf16"),
    ("openvino", "int8"),
]
BASE = "pytorch f32"


class Worker:
    """A process that does one piece of work whenever it is asked to."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        environment = {**os.environ, "RAYON_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        first = self.process.stdout.readline().strip()
        self.lacks = None if first == "ready" else first.removeprefix("lacking: ") or "it did not start"
        self.seconds: list[float] = []

    def call(self) -> None:
        """One that ended meanwhile, for want of memory, is told in the table and asked no more."""
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
            self.seconds.append(float(self.process.stdout.readline()))
        except (BrokenPipeError, ValueError):
            self.lacks = "it ended before its turn"

    def end(self) -> int:
        """The peak of its memory, in bytes."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        peak = self.process.stdout.readline().strip()
        self.process.wait()
        return int(peak) if peak else 0


def run(task: str, weights: Path, ours: list[tuple[str, str]], rounds: int) -> list[dict]:
    commands = [(f"vitrine {p}", [program, task, str(weights), p]) for p, program in ours if p != "candle"]
    commands += [("candle f32", [program, task, str(weights), "f32"]) for p, program in ours if p == "candle"]
    engines = [sys.executable, str(HERE / "engines.py")]
    commands += [(f"{e} {p}", [*engines, e, p, task, str(weights)]) for e, p in THEIRS]
    # Where it fails, engines that miss what it would have made are told in the table.
    subprocess.run([*engines, "convert", task, str(weights)], check=False, stdout=subprocess.DEVNULL)
    workers = []
    for name, command in commands:
        print(f"  {name}", file=sys.stderr)
        workers.append(Worker(name, command))
    able = [worker for worker in workers if worker.lacks is None]
    for _ in range(rounds):
        for worker in [worker for worker in able if worker.lacks is None]:
            time.sleep(REST_SECONDS)
            worker.call()
    rows = []
    for worker in workers:
        rows.append(dict(engine=worker.name, lacks=worker.lacks, seconds=worker.seconds, peak=worker.end()))
    return rows


def table(task: str, rows: list[dict]) -> str:
    title, n = TASKS[task]
    base = next((statistics.median(row["seconds"]) for row in rows if row["engine"] == BASE), None)
    lines = [f"### {title}", "", "| engine | ms | a second | to PyTorch f32 | least, greatest ms | peak MiB |"]
    lines.append("|---|---|---|---|---|---|")
    for row in rows:
        if row["lacks"]:
            lines.append(f"| {row['engine']} | {row['lacks']} | | | | |")
            continue
        median = statistics.median(row["seconds"])
        ratio = f"{base / median:.2f}" if base else ""
        ends = f"{min(row['seconds']) * 1e3:.1f}, {max(row['seconds']) * 1e3:.1f}"
        lines.append(
            f"| {row['engine']} | {median * 1e3:.1f} | {n / median:.1f} | {ratio} | {ends} | {row['peak'] >> 20} |"
        )
    return "\n".join(lines) + "\n"


def plot(task: str, rows: list[dict], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    title, n = TASKS[task]
    rows = [row for row in rows if not row["lacks"]]
    rates = [n / statistics.median(row["seconds"]) for row in rows]
    figure, axes = pyplot.subplots(figsize=(7, 0.35 * len(rows) + 1))
    colours = ["tab:blue" if row["engine"].startswith("vitrine") else "tab:gray" for row in rows]
    axes.barh([row["engine"] for row in rows], rates, color=colours)
    axes.invert_yaxis()
    axes.set_xlabel("a second")
    axes.set_title(title)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--ours", nargs="+", default=[], metavar="NAME=PROGRAM")
    arguments = parser.parse_args()
    ours = [tuple(one.split("=", 1)) for one in arguments.ours]
    arguments.out.mkdir(parents=True, exist_ok=True)
    page = arguments.out / "bench.md"
    head = f"{processor()}, {THREADS} threads, medians of {arguments.rounds} calls that took turns"
    page.write_text(f"# Times beside others\n\n{head}; load before: {os.getloadavg()[0]:.1f}.\n")
    every = {}
    for task in arguments.only:
        print(TASKS[task][0], file=sys.stderr)
        rows = run(task, arguments.weights, ours, arguments.rounds)
        every[task] = rows
        with page.open("a") as out:
            out.write("\n" + table(task, rows))
        (arguments.out / "bench.json").write_text(json.dumps(every, indent=1))
        plot(task, rows, arguments.out / f"{task}.svg")
    print(page.read_text())


if __name__ == "__main__":
    main()
