"""Train the small captioner on prepared pictures: `train_caption.py --help`.

Starts from the averaged CLIP weights of RUN/clip.pt. The decoder learns first, then the image tower
with it. Resumes from RUN/caption.pt. Writes RUN/caption.pt and RUN/caption_tokenizer.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import BertTokenizer, BlipForConditionalGeneration, CLIPModel, CLIPTokenizer

from starter_training import clip_model
from starter_training.caption_model import configuration, start_from_clip
from starter_training.captions import describe
from starter_training.dataset import Pictures, Sampler
from starter_training.progress import (
    Average,
    Clock,
    Stop,
    learning_rate,
    load_checkpoint,
    optimiser,
    save_checkpoint,
)
from starter_training.views import look, random_maps
from starter_training.vocabularies import DECODE, train_caption_tokenizer

SHARES = {"clothing": 0.25, "grocery": 0.15, "objects": 0.20, "rendered": 0.40}
STRENGTH = 0.6
"""How much views vary; less than for CLIP, because captions speak of the whole picture."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float, help="end after this time, wherever the run stands")
    parser.add_argument("--tower-from", type=float, default=0.5, help="share with a fixed tower")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--tower-rate", type=float, default=0.2, help="of --rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options)


def train(options: argparse.Namespace) -> None:
    """The whole run, from the checkpoint on."""
    pictures = Pictures.open(options.pictures)
    tokenizer = tokenizer_of(options.run / "caption_tokenizer", pictures)
    sampler = Sampler(pictures, SHARES, options.seed + 77)
    torch.manual_seed(options.seed)
    model = BlipForConditionalGeneration(configuration(tokenizer))
    stored = load_checkpoint(options.run / "caption.pt")
    if stored is None:
        start_from_clip(model, trained_clip(options.run), some_views(pictures, sampler))
    decoder = optimiser([model.text_decoder], options.rate, decay=0.05)
    tower = optimiser([model.vision_model], options.rate, decay=0.05)
    average = Average(model, keep=0.995)
    first, done = 0, 0.0
    if stored:
        model.load_state_dict(stored["model"])
        decoder.load_state_dict(stored["decoder"])
        tower.load_state_dict(stored["tower"])
        first, done = stored["step"], stored["done"]
        average.values, average.n_updates = stored["average"], first

    def save(step: int, done: float) -> None:
        save_checkpoint(
            options.run / "caption.pt",
            step=step,
            done=done,
            model=model.state_dict(),
            average=average.values,
            decoder=decoder.state_dict(),
            tower=tower.state_dict(),
        )

    clock, stop = Clock(done, first, options.steps, options.minutes), Stop()
    start, total, n_total, step = time.monotonic(), 0.0, 0, first
    while (done := clock.done(step)) < 1.0 and not stop.asked:
        fixed = done < options.tower_from
        rate = learning_rate(done, step, options.rate, n_warmup=100)
        for group in decoder.param_groups:
            group["lr"] = rate
        for group in tower.param_groups:
            group["lr"] = rate * options.tower_rate
        rows, seed = sampler.batch(step, options.batch), options.seed * 1_000_003 + step
        loss = caption_loss(model, tokenizer, pictures, rows, seed, fixed)
        decoder.zero_grad()
        tower.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        decoder.step()
        if not fixed:
            tower.step()
        average.update(model)
        step, total, n_total = step + 1, total + float(loss.detach()), n_total + 1
        if step % 50 == 0:
            speed = (step - first) * options.batch / (time.monotonic() - start)
            print(
                f"step {step} {done:.1%} loss {total / n_total:.3f} {speed:.0f} pictures/s",
                flush=True,
            )
            total, n_total = 0.0, 0
        if step % 250 == 0:
            save(step, done)
    save(step, done)


def caption_loss(
    model: BlipForConditionalGeneration,
    tokenizer: BertTokenizer,
    pictures: Pictures,
    rows: np.ndarray,
    seed: int,
    fixed_tower: bool,
) -> torch.Tensor:
    """Mean cross-entropy of the next word piece."""
    generator = torch.Generator().manual_seed(seed)
    maps = random_maps(len(rows), STRENGTH, generator)
    views = look(torch.from_numpy(pictures.pixels_of(rows)), maps, STRENGTH, generator)
    with torch.set_grad_enabled(not fixed_tower):
        seen = model.vision_model(pixel_values=views).last_hidden_state
    ids, mask = encode(tokenizer, [describe(pictures.records[i]) for i in rows])
    logits = model.text_decoder(
        input_ids=ids[:, :-1], attention_mask=mask[:, :-1], encoder_hidden_states=seen
    ).logits
    target = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=-100)


def encode(tokenizer: BertTokenizer, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """`[DEC] words [SEP]` and its mask."""
    tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    ids = tokens["input_ids"]
    ids[:, 0] = tokenizer.convert_tokens_to_ids(DECODE)
    return ids, tokens["attention_mask"]


def tokenizer_of(folder: Path, pictures: Pictures) -> BertTokenizer:
    """The run's tokenizer; trained when the run is new."""
    if not folder.exists():
        train_caption_tokenizer(pictures.records).save_pretrained(folder)
    return BertTokenizer.from_pretrained(folder)


def trained_clip(run: Path) -> CLIPModel:
    """The averaged CLIP of this run."""
    tokenizer = CLIPTokenizer.from_pretrained(run / "clip_tokenizer")
    model = CLIPModel(clip_model.configuration(tokenizer))
    model.load_state_dict(torch.load(run / "clip.pt", weights_only=False)["average"])
    return model


def some_views(pictures: Pictures, sampler: Sampler) -> torch.Tensor:
    """A batch to measure scales on."""
    generator = torch.Generator().manual_seed(9)
    rows = sampler.batch(1_000_000, 128)
    maps = random_maps(len(rows), STRENGTH, generator)
    return look(torch.from_numpy(pictures.pixels_of(rows)), maps, STRENGTH, generator)


if __name__ == "__main__":
    main()
