"""Train the small CLIP on prepared pictures: `train_clip.py --help`.

Resumes from RUN/clip.pt when it exists. Writes RUN/clip.pt (everything), and RUN/clip_tokenizer.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import CLIPModel, CLIPTokenizer

from starter_training.agreement import Agreement
from starter_training.captions import compose
from starter_training.clip_model import GRID, PATCH, Heads, configuration, image_features, start_values
from starter_training.dataset import Pictures, Sampler
from starter_training.objectives import contrast, foretell
from starter_training.progress import (
    Average,
    Clock,
    Stop,
    learning_rate,
    load_checkpoint,
    optimiser,
    save_checkpoint,
)
from starter_training.teacher import N_COMPONENTS
from starter_training.views import look, normalise, patches_kept, random_maps, teacher_at_patches
from starter_training.vocabularies import corpus, train_clip_tokenizer

SHARES = {"clothing": 0.30, "grocery": 0.20, "objects": 0.25, "rendered": 0.25}
WEIGHTS = (1.0, 0.5, 2.5, 1.0)
"""Of the losses that `forward` gives."""
WHOLE_FROM = 0.92
"""From this share of the run on, all patches are seen."""


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float, help="end after this time, wherever the run stands")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--keep", type=float, default=0.4, help="share of patches seen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    train(options)


def train(options: argparse.Namespace) -> None:
    """The whole run, from the checkpoint on."""
    pictures = Pictures.open(options.pictures)
    tokenizer = tokenizer_of(options.run / "clip_tokenizer", pictures, options.data)
    labels = sorted({r.key for r in pictures.records})
    label_of = np.array([labels.index(r.key) for r in pictures.records])
    agreement = Agreement(pictures.records)
    sampler = Sampler(pictures, SHARES, options.seed)

    torch.manual_seed(options.seed)
    model = CLIPModel(configuration(tokenizer))
    start_values(model, some_patches(pictures))
    heads = Heads(N_COMPONENTS, len(labels))
    adam = optimiser([model, heads], options.rate, decay=0.05)
    average = Average(model, keep=0.998)
    first, done = 0, 0.0
    stored = load_checkpoint(options.run / "clip.pt")
    if stored:
        model.load_state_dict(stored["model"])
        average.values, average.n_updates = stored["average"], stored["step"]
        first, done = stored["step"], stored["done"]
        if stored["labels"] == labels:
            heads.load_state_dict(stored["heads"])
            adam.load_state_dict(stored["adam"])

    def save(step: int, done: float) -> None:
        save_checkpoint(
            options.run / "clip.pt",
            step=step,
            done=done,
            labels=labels,
            model=model.state_dict(),
            average=average.values,
            heads=heads.state_dict(),
            adam=adam.state_dict(),
        )

    clock, stop, sums = Clock(done, first, options.steps, options.minutes), Stop(), np.zeros(5)
    start, step = time.monotonic(), first
    while (done := clock.done(step)) < 1.0 and not stop.asked:
        for group in adam.param_groups:
            group["lr"] = learning_rate(done, step, options.rate, n_warmup=200)
        rows = sampler.batch(step, options.batch)
        losses = forward(
            model, heads, pictures, agreement, tokenizer, label_of, rows,
            options.seed * 1_000_003 + step, 1.0 if done >= WHOLE_FROM else options.keep,
        )
        total = sum(w * loss for w, loss in zip(WEIGHTS, losses, strict=True))
        adam.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_([*model.parameters(), *heads.parameters()], 1.0)
        adam.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=np.log(60.0))
        average.update(model)
        step += 1
        sums += [*(float(loss.detach()) for loss in losses), 1.0]
        if step % 50 == 0:
            rate = (step - first) * options.batch / (time.monotonic() - start)
            contrast_, label, patch, whole = sums[:4] / sums[4]
            print(
                f"step {step} {done:.1%} contrast {contrast_:.3f} label {label:.3f} patch {patch:.3f} "
                f"whole {whole:.3f} scale {model.logit_scale.exp():.1f} {rate:.0f} pictures/s",
                flush=True,
            )
            sums[:] = 0
        if step % 250 == 0:
            save(step, done)
    save(step, done)


def forward(
    model: CLIPModel,
    heads: Heads,
    pictures: Pictures,
    agreement: Agreement,
    tokenizer: CLIPTokenizer,
    label_of: np.ndarray,
    rows: np.ndarray,
    seed: int,
    keep: float,
) -> list[torch.Tensor]:
    """Losses of one batch: contrast, label, teacher at patches, teacher of the whole view."""
    generator = torch.Generator().manual_seed(seed)
    rng = random.Random(seed)
    maps = random_maps(len(rows), 1.0, generator)
    views = look(torch.from_numpy(pictures.pixels_of(rows)), maps, 1.0, generator)
    kept = patches_kept(len(rows), GRID * GRID, keep, generator) if keep < 1.0 else None
    state, patch_states = image_features(model, views, kept)

    taught = teacher_at_patches(torch.from_numpy(pictures.teacher_of(rows)), maps, GRID)
    whole = taught.mean(1)
    if kept is not None:
        taught = torch.gather(taught, 1, kept[:, :, None].expand(-1, -1, taught.shape[2]))

    texts = [compose(pictures.records[i], rng) for i in rows]
    true, counts = agreement.compare(rows, texts)
    tokens = tokenizer(
        [t.text for t in texts], padding=True, truncation=True, return_tensors="pt"
    )
    text_state = model.text_model(input_ids=tokens["input_ids"]).pooler_output
    images = F.normalize(model.visual_projection(state), dim=-1)
    written = F.normalize(model.text_projection(text_state), dim=-1)
    logits = model.logit_scale.exp() * images @ written.T
    return [
        contrast(logits, torch.from_numpy(true), torch.from_numpy(counts)),
        F.cross_entropy(heads.label(state), torch.from_numpy(label_of[rows]), label_smoothing=0.1),
        foretell(heads.patch(heads.patch_norm(patch_states)), taught),
        foretell(heads.whole(state), whole),
    ]


def tokenizer_of(folder: Path, pictures: Pictures, data: Path) -> CLIPTokenizer:
    """The run's tokenizer; trained when the run is new."""
    if not folder.exists():
        train_clip_tokenizer(corpus(pictures.records, data)).save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def some_patches(pictures: Pictures, n_pictures: int = 2000) -> torch.Tensor:
    """Patches of training pictures, `[n, 3 * 16 * 16]`, for the patch embedding's start values."""
    rows = np.random.default_rng(5).choice(pictures.rows(held_out=False), n_pictures, replace=False)
    pixels = torch.from_numpy(pictures.pixels_of(np.sort(rows))).permute(0, 3, 1, 2).float() / 255.0
    pixels = normalise(F.interpolate(pixels, size=128, mode="bilinear", antialias=True))
    cut = pixels.unfold(2, PATCH, PATCH).unfold(3, PATCH, PATCH)
    return cut.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3 * PATCH * PATCH)


if __name__ == "__main__":
    main()
