"""Train the small CLIP on prepared pictures: `train_clip.py --help`.

Resumes from RUN/clip.pt when it exists. Writes RUN/clip.pt (everything), RUN/clip_level.pt (the same
before the learning rate falls) and RUN/tokenizer.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import BertTokenizer, CLIPModel

from starter_training.agreement import Agreement
from starter_training.attributes import ATTRIBUTES, Values
from starter_training.captions import compose
from starter_training.changes import change
from starter_training.clip_model import Heads, configuration, see, start_values
from starter_training.dataset import Pictures, Sampler
from starter_training.objectives import alike, contrast, foretell
from starter_training.pixels import GRID, PATCH
from starter_training.probe import Probe
from starter_training.progress import (
    FALL_FROM,
    Average,
    Clock,
    Optimiser,
    Report,
    Stop,
    best_device,
    learning_rate,
    load_checkpoint,
    save_checkpoint,
)
from starter_training.views import (
    look,
    mixture,
    normalise,
    patches_kept,
    random_maps,
    teacher_at_patches,
)
from starter_training.vocabularies import corpus, train_tokenizer

SHARES = {"clothing": 0.26, "grocery": 0.10, "objects": 0.26, "rendered": 0.38}
WEIGHTS = {
    "contrast": 1.0,
    "alike": 0.5,
    "label": 0.8,
    "attributes": 0.6,
    "patch": 1.5,
    "whole": 2.0,
    "hint": 0.7,
}
KEEP = [(0.0, 0.36), (0.45, 0.5), (0.88, 1.0)]
"""Share of the patches seen, from this share of the run on."""
STRENGTH = 1.25
"""How much views vary in place and size; light and colour, which texts speak of, vary by 1."""
MIXED = 0.4
"""Share of the batches in which pictures are mixed."""
SOFT = 0.6
"""Share of the teacher's answer in what a view is to be called; the rest is its label."""
LEVEL = "clip_level.pt"
"""The checkpoint before the learning rate falls: copied to clip.pt, a run may be made longer."""
CONTRAST_FROM, HARD_FROM = 0.12, 0.4
"""From these shares of the run on, texts are learnt, and texts with one changed fact with them."""


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float, help="end after this time, wherever the run stands")
    parser.add_argument("--done", type=float, help="go on as if this share of the run were done")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", type=torch.device, default=best_device())
    parser.add_argument("--adamw", action="store_true", help="AdamW for everything")
    parser.add_argument("--plain", action="store_true", help="plain start values")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    train(options)


def train(options: argparse.Namespace) -> None:
    """The whole run, from the checkpoint on."""
    device = options.device
    pictures = Pictures.open(options.pictures, device)
    tokenizer = tokenizer_of(options.run / "tokenizer", pictures, options.data)
    values = Values(pictures.records, device)
    agreement = Agreement(pictures.records)
    sampler = Sampler(pictures, SHARES, options.seed)
    probe = Probe.fit(pictures, values, options.seed)

    torch.manual_seed(options.seed)
    model = CLIPModel(configuration(tokenizer))
    start_values(model, some_patches(pictures), plain=options.plain)
    heads = Heads(len(values.labels), {name: len(values.words[name]) for name in ATTRIBUTES})
    model.to(device)
    heads.to(device)
    optimiser = Optimiser([model, heads], options.rate, decay=0.05, muon=not options.adamw)
    average = Average(model, keep=0.998)
    first, done = 0, 0.0
    stored = load_checkpoint(options.run / "clip.pt")
    if stored:
        model.load_state_dict(stored["model"])
        heads.load_state_dict(stored["heads"])
        optimiser.load_state_dict(stored["optimiser"])
        average.values = {k: v.to(device) for k, v in stored["average"].items()}
        average.n_updates = stored["step"]
        first, done = stored["step"], stored["done"] if options.done is None else options.done

    def save(step: int, done: float, name: str = "clip.pt") -> None:
        save_checkpoint(
            options.run / name,
            step=step,
            done=done,
            model=model.state_dict(),
            average=average.values,
            heads=heads.state_dict(),
            optimiser=optimiser.state_dict(),
        )

    clock, stop = Clock(done, first, options.steps, options.minutes), Stop()
    report, step = Report(first, options.batch), first
    while (done := clock.done(step)) < 1.0 and not stop.asked:
        if done >= FALL_FROM and not (options.run / LEVEL).exists():
            save(step, done, LEVEL)
        rows = sampler.batch(step, options.batch, in_pairs=done >= CONTRAST_FROM)
        losses = forward(
            model, heads, pictures, agreement, values, probe, tokenizer, rows,
            options.seed * 1_000_003 + step, done,
        )
        sum(WEIGHTS[name] * loss for name, loss in losses.items()).backward()
        torch.nn.utils.clip_grad_norm_([*model.parameters(), *heads.parameters()], 2.0)
        optimiser.step(learning_rate(done, step, options.rate, n_warmup=60))
        with torch.no_grad():
            model.logit_scale.clamp_(max=np.log(60.0))
        average.update(model)
        step += 1
        report.add(step, done, losses)
        if step % 500 == 0:
            print(f"step {step} held out: {held_out_labels(model, heads, pictures, values)}", flush=True)
        if step % 200 == 0:
            save(step, done)
    print(f"step {step} held out: {held_out_labels(model, heads, pictures, values)}", flush=True)
    save(step, done)


def forward(
    model: CLIPModel,
    heads: Heads,
    pictures: Pictures,
    agreement: Agreement,
    values: Values,
    probe: Probe,
    tokenizer: BertTokenizer,
    rows: np.ndarray,
    seed: int,
    done: float,
) -> dict[str, torch.Tensor]:
    """The losses of one batch by name."""
    generator = torch.Generator().manual_seed(seed)
    device = pictures.device
    maps = random_maps(len(rows), STRENGTH, generator).to(device)
    keep = [share for start, share in KEEP if done >= start][-1]
    kept = mixed = None
    if keep < 1.0:
        kept = patches_kept(len(rows), GRID * GRID, keep, generator)
        if torch.rand((), generator=generator) < MIXED:
            kept, mixed = mixture(len(rows), kept, generator)
            mixed = mixed.to(device)
        kept = kept.to(device)
    views = look(pictures.pixels_of(rows), maps, kept, 1.0, generator)
    if mixed:
        views = mixed.patches(views)
    seen = see(model, views, kept)

    def taught(name: str) -> torch.Tensor:
        return teacher_at_patches(pictures.map_of(name, rows), maps, GRID)

    def at_kept(features: torch.Tensor) -> torch.Tensor:
        if kept is None:
            return features
        read = torch.gather(features, 1, kept[:, :, None].expand(-1, -1, features.shape[2]))
        return mixed.patches(read) if mixed else read

    last = taught("teacher")
    whole = last.mean(1)
    called = F.one_hot(values.label_numbers(rows), len(values.labels)).float()
    called = torch.lerp(called, probe.ask(whole, rows), SOFT)
    if mixed:
        whole, called = mixed.whole(whole), mixed.whole(called)
    losses = {
        "label": F.cross_entropy(heads.label(seen.whole), called),
        "patch": foretell(heads.patch(heads.patch_norm(seen.patches)), at_kept(last)),
        "whole": foretell(heads.whole(seen.whole), whole),
        "hint": foretell(heads.hint(heads.hint_norm(seen.hint)), at_kept(taught("middle"))),
    }
    if mixed:
        # Of two pictures in one no text is true.
        return losses
    losses["attributes"] = (
        sum(
            F.cross_entropy(head(seen.whole), numbers)
            for head, numbers in (
                (heads.attributes[name], values.numbers(name, rows)) for name in ATTRIBUTES
            )
            if (numbers >= 0).any()
        )
        / len(ATTRIBUTES)
    )
    if done >= CONTRAST_FROM:
        images = F.normalize(model.visual_projection(seen.whole), dim=-1)
        labels = values.concept_numbers(rows)
        losses["alike"] = alike(images, labels[:, None] == labels[None])
        rng = random.Random(seed)
        losses["contrast"] = text_contrast(
            model, pictures, agreement, values, tokenizer, rows, images, rng, done >= HARD_FROM
        )
    return losses


def text_contrast(
    model: CLIPModel,
    pictures: Pictures,
    agreement: Agreement,
    values: Values,
    tokenizer: BertTokenizer,
    rows: np.ndarray,
    images: torch.Tensor,
    rng: random.Random,
    hard: bool,
) -> torch.Tensor:
    """Contrast with one text a picture and, if `hard`, for half of them one more that is false."""
    texts, false = [], []
    for i in rows:
        record, seed = pictures.records[i], rng.getrandbits(60)
        texts.append(compose(record, random.Random(seed)))
        if hard and rng.random() < 0.5:
            other = change(record, values, rng)
            false.append(compose(replace(record, **other), random.Random(seed)))
    texts += [text for text in false if text.text not in {t.text for t in texts}]
    true, counts = agreement.compare(rows, texts)
    tokens = tokenizer([t.text for t in texts], padding=True, truncation=True, return_tensors="pt")
    state = model.text_model(input_ids=tokens["input_ids"].to(images.device)).pooler_output
    written = F.normalize(model.text_projection(state), dim=-1)
    logits = model.logit_scale.exp() * images @ written.T
    return contrast(logits, true, counts)


@torch.no_grad()
def held_out_labels(
    model: CLIPModel, heads: Heads, pictures: Pictures, values: Values, n: int = 250
) -> str:
    """How often the label head is right on held-out pictures, by set: to watch a run by."""
    report = []
    for source in SHARES:
        rows = pictures.rows(held_out=True, source=source)
        rows = np.sort(np.random.default_rng(3).permutation(rows)[:n])
        if len(rows) == 0:
            continue
        whole = torch.eye(2, 3, device=pictures.device).expand(len(rows), 2, 3)
        views = look(pictures.pixels_of(rows), whole, None, 0.0, torch.Generator())
        guess = heads.label(see(model, views, None).whole).argmax(1)
        report.append(f"{source} {(guess == values.label_numbers(rows)).float().mean():.1%}")
    return ", ".join(report)


def tokenizer_of(folder: Path, pictures: Pictures, data: Path) -> BertTokenizer:
    """The run's tokenizer; trained when the run is new."""
    if not folder.exists():
        train_tokenizer(corpus(pictures.records, data)).save_pretrained(folder)
    return BertTokenizer.from_pretrained(folder)


def some_patches(pictures: Pictures, n_pictures: int = 2000) -> torch.Tensor:
    """Patches of training pictures, `[n, 3 * 16 * 16]`, for the patch embedding's start values."""
    rows = np.random.default_rng(5).choice(pictures.rows(held_out=False), n_pictures, replace=False)
    pixels = pictures.pixels_of(np.sort(rows)).cpu().permute(0, 3, 1, 2).float() / 255.0
    pixels = normalise(F.interpolate(pixels, size=GRID * PATCH, mode="bilinear", antialias=True))
    cut = pixels.unfold(2, PATCH, PATCH).unfold(3, PATCH, PATCH)
    return cut.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3 * PATCH * PATCH)


if __name__ == "__main__":
    main()
