"""Times and peak memory of this project's models and of transformers on PyTorch, side by side.

    cargo build --release -p vitrine-models --example times
    .venv/bin/python models/parity/make_true_size.py FOLDER --only clip caption match
    .venv/bin/python models/parity/times.py FOLDER [--rounds 5] [--only TASK ...]

Both get the same weights in f32 and two threads, each in a process of its own that loads its model once. They
take turns, one call each, so that whatever else the machine does meets both. Printed are medians, the ratio of
the medians, and the least and greatest ratio of neighbouring calls. Pictures are prepared before the clock
starts; captions have exactly 20 tokens, and neither side stops early.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THREADS = 2

# What the example `times` calls them, and what they are.
TASKS = {
    "image1": "CLIP ViT-B/32: vector of 1 picture",
    "image8": "CLIP ViT-B/32: vectors of 8 pictures",
    "text": "CLIP ViT-B/32: vector of a text of 8 tokens",
    "greedy": "BLIP base: caption, greedy, 20 tokens",
    "beam": "BLIP base: caption, beam 3, 20 tokens",
    "match": "BLIP ITM base: 1 picture x 20 texts of 12 tokens",
}


def peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell the peak memory of a process")


def torch_task(task: str, folder: Path):
    """The same work as `run` of the example `times`."""
    import torch
    import transformers

    torch.set_num_threads(THREADS)

    def load(kind, name):
        return getattr(transformers, kind).from_pretrained(folder / name, dtype=torch.float32).eval()

    if task in ("image1", "image8", "text"):
        model = load("CLIPModel", "clip")
        pixels = torch.randn(8 if task == "image8" else 1, 3, 224, 224)
        # Start, six words, end: the highest id.
        ids = torch.tensor([[600, 1, 2, 3, 4, 5, 6, 601]])
        if task == "text":
            return lambda: model.get_text_features(input_ids=ids)
        return lambda: model.get_image_features(pixel_values=pixels)
    pixels = torch.randn(1, 3, 384, 384)
    if task == "match":
        model = load("BlipForImageTextRetrieval", "match")
        ids = torch.arange(20 * 12).reshape(20, 12) % 150 + 5

        def match():
            # `forward` would read the picture once for every text; this is the kinder way to use the class.
            image = model.vision_model(pixel_values=pixels).last_hidden_state.expand(20, -1, -1)
            first = model.text_encoder(input_ids=ids, encoder_hidden_states=image).last_hidden_state[:, 0]
            return model.itm_head(first).softmax(-1)

        return match
    model = load("BlipForConditionalGeneration", "caption")
    beams = {"greedy": 1, "beam": 3}[task]
    length = dict(min_length=20, max_length=20)
    return lambda: model.generate(pixel_values=pixels, do_sample=False, num_beams=beams, **length)


def torch_worker(task: str, folder: Path) -> None:
    """Answers each line with the seconds of one call, and the end of input with the peak memory."""
    import torch

    with torch.inference_mode():
        call = torch_task(task, folder)
        call()
        print("ready", flush=True)
        for _ in sys.stdin:
            start = time.perf_counter()
            call()
            print(time.perf_counter() - start, flush=True)
    print(peak_bytes(), flush=True)


class Worker:
    def __init__(self, command: list[str]) -> None:
        environment = {**os.environ, "RAYON_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        self._expect_ready()

    def _expect_ready(self) -> None:
        if self._line() != "ready":
            raise RuntimeError("the worker did not start")

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the worker ended")
        return line.strip()

    def seconds(self) -> float:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self._line())

    def peak_bytes(self) -> int:
        self.process.stdin.close()
        peak = int(self._line())
        self.process.wait()
        return peak


def compare(task: str, folder: Path, rounds: int) -> str:
    example = ROOT / "target/release/examples/times"
    ours = Worker([str(example), task, str(folder)])
    theirs = Worker([sys.executable, __file__, str(folder), "--worker", task])
    pairs = [(ours.seconds(), theirs.seconds()) for _ in range(rounds)]
    our_median, their_median = (statistics.median(side) for side in zip(*pairs))
    ratios = sorted(b / a for a, b in pairs)
    mib = 1 << 20
    return (
        f"| {TASKS[task]} | {our_median * 1000:.0f} ms | {their_median * 1000:.0f} ms "
        f"| {their_median / our_median:.2f} | {ratios[0]:.2f} to {ratios[-1]:.2f} "
        f"| {ours.peak_bytes() // mib} MiB | {theirs.peak_bytes() // mib} MiB |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--worker", choices=TASKS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return torch_worker(arguments.worker, arguments.folder)
    print(f"load before: {os.getloadavg()[0]:.1f}, threads: {THREADS}, rounds: {arguments.rounds}\n")
    print("| task | here | PyTorch | ratio | of single calls | peak here | peak PyTorch |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for task in arguments.only:
        print(compare(task, arguments.folder, arguments.rounds), flush=True)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
