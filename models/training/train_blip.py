"""Train the small BLIP, captioner and matcher, on prepared pictures: `train_blip.py --help`.

Starts from the averaged CLIP weights of RUN/clip.pt. The image tower is fixed at first and learns
with the texts later; both models share it. Resumes from RUN/blip.pt, and writes it.
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

from starter_training import clip_model
from starter_training.agreement import Agreement
from starter_training.attributes import Values
from starter_training.blip_model import Blip, start_from_clip
from starter_training.captions import compose, describe, stated
from starter_training.changes import change
from starter_training.dataset import Pictures, Sampler
from starter_training.objectives import contrast, foretell
from starter_training.pixels import GRID, PATCH
from starter_training.progress import (
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
from starter_training.records import Record
from starter_training.views import look, patches_kept, random_maps
from starter_training.vocabularies import CAPTION_CONTEXT, DECODE

SHARES = {"clothing": 0.23, "grocery": 0.12, "objects": 0.20, "rendered": 0.45}
STRENGTH, LIGHT = 1.0, 0.5
"""How much views vary in place and size, and in light and colour, which captions name."""
TOWER_FROM = 0.15
"""From this share of the run on, the image tower learns as well."""
ITM_SHARE = 0.5
"""Share of a batch that ITM is asked about: with two texts each, it costs the most and learns well."""
KEEP = [(0.0, 0.5), (0.85, 1.0)]
"""Share of the patches seen, from this share of the run on."""
N_ALIGN, ALIGN_RATE = 200, 6e-4
ITC_SCALE = 20.0
"""Inverse temperature of the ITC loss; BLIP's ITC itself is a plain cosine."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+", help="folders that prepare.py wrote")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float, help="end after this time, wherever the run stands")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--tower-rate", type=float, default=0.2, help="of --rate")
    parser.add_argument(
        "--texts-from", type=Path, help="blip.pt of an earlier run with the same tokenizer, to start from"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", type=torch.device, default=best_device())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options)


def train(options: argparse.Namespace) -> None:
    """The whole run, from the checkpoint on."""
    device = options.device
    pictures = Pictures.open(options.pictures, device)
    tokenizer = BertTokenizer.from_pretrained(options.run / "tokenizer")
    lessons = Lessons(pictures, tokenizer)
    sampler = Sampler(pictures, SHARES, options.seed + 77)
    torch.manual_seed(options.seed)
    blip = Blip.new(tokenizer)
    blip.parts().to(device)
    tower, texts = blip.captioner.vision_model, blip.text_parts()
    stored = load_checkpoint(options.run / "blip.pt")
    if stored is None:
        clip = trained_clip(options.run, tokenizer).to(device)
        start_from_clip(tower, clip, some_views(pictures, sampler))
        align(blip, clip, pictures, sampler, options.batch)
        if options.texts_from:
            texts.load_state_dict(averaged_texts(options.texts_from))
    both = blip.parts()
    of_texts = Optimiser([texts], options.rate, decay=0.05)
    of_tower = Optimiser([tower], options.rate, decay=0.05)
    average = Average(both, keep=0.997)
    first, done = 0, 0.0
    if stored:
        both.load_state_dict(stored["model"])
        of_texts.load_state_dict(stored["texts"])
        of_tower.load_state_dict(stored["tower"])
        first, done = stored["step"], stored["done"]
        average.values = {k: v.to(device) for k, v in stored["average"].items()}
        average.n_updates = first

    def save(step: int, done: float) -> None:
        save_checkpoint(
            options.run / "blip.pt",
            step=step,
            done=done,
            model=both.state_dict(),
            average=average.values,
            texts=of_texts.state_dict(),
            tower=of_tower.state_dict(),
        )

    clock, stop = Clock(done, first, options.steps, options.minutes), Stop()
    report, step = Report(first, options.batch), first
    while (done := clock.done(step)) < 1.0 and not stop.asked:
        fixed = done < TOWER_FROM
        rows, seed = sampler.batch(step, options.batch), options.seed * 1_000_003 + step
        losses = lessons.losses(blip, rows, seed, done, fixed)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(both.parameters(), 2.0)
        rate = learning_rate(done, step, options.rate, n_warmup=60)
        of_texts.step(rate)
        if not fixed:
            of_tower.step(rate * options.tower_rate)
        average.update(both)
        step += 1
        report.add(step, done, losses)
        if step % 250 == 0:
            save(step, done)
    save(step, done)


class Lessons:
    """What the two models are asked about a batch."""

    def __init__(self, pictures: Pictures, tokenizer: BertTokenizer) -> None:
        self._pictures, self._tokenizer = pictures, tokenizer
        self._values = Values(pictures.records, pictures.device)
        self._agreement = Agreement(pictures.records)

    def losses(
        self, blip: Blip, rows: np.ndarray, seed: int, done: float, fixed_tower: bool
    ) -> dict[str, torch.Tensor]:
        """By name: captioning, ITC, ITM."""
        generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
        keep = [share for start, share in KEEP if done >= start][-1]
        views, kept = views_of(self._pictures, rows, keep, generator)
        with torch.set_grad_enabled(not fixed_tower):
            seen = blip.see(views, kept)
        records = [self._pictures.records[i] for i in rows]
        n = round(ITM_SHARE * len(rows))
        return {
            "caption": self._caption(blip, seen, records),
            "itc": self._itc(blip, seen, rows, records, rng),
            "itm": self._itm(blip, seen[:n], rows[:n], records[:n], rng),
        }

    def _caption(self, blip: Blip, seen: torch.Tensor, records: list[Record]) -> torch.Tensor:
        """Mean cross-entropy of the next word piece."""
        ids, mask = self._encode([describe(record) for record in records])
        ids[:, 0] = self._tokenizer.convert_tokens_to_ids(DECODE)
        logits = blip.captioner.text_decoder(
            input_ids=ids[:, :-1], attention_mask=mask[:, :-1], encoder_hidden_states=seen
        ).logits
        target = ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100)
        return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=-100)

    def _itc(
        self,
        blip: Blip,
        seen: torch.Tensor,
        rows: np.ndarray,
        records: list[Record],
        rng: random.Random,
    ) -> torch.Tensor:
        texts = [compose(record, rng) for record in records]
        true, counts = self._agreement.compare(rows, texts)
        ids, mask = self._encode([text.text for text in texts])
        matcher = blip.matcher
        states = matcher.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        written = F.normalize(matcher.text_proj(states[:, 0]), dim=-1)
        images = F.normalize(matcher.vision_proj(seen[:, 0]), dim=-1)
        logits = ITC_SCALE * images @ written.T
        return contrast(logits, true, counts)

    def _itm(
        self,
        blip: Blip,
        seen: torch.Tensor,
        rows: np.ndarray,
        records: list[Record],
        rng: random.Random,
    ) -> torch.Tensor:
        """True texts, and the same with one fact changed."""
        of_row: list[int] = []
        texts: list[str] = []
        true: list[int] = []
        for at, record in enumerate(records):
            for text, is_true in self._pair(record, rows[at], rng):
                of_row.append(at)
                texts.append(text)
                true.append(is_true)
        ids, mask = self._encode(texts)
        matcher = blip.matcher
        states = matcher.text_encoder(
            input_ids=ids, attention_mask=mask, encoder_hidden_states=seen[of_row]
        ).last_hidden_state
        return F.cross_entropy(matcher.itm_head(states[:, 0]), torch.tensor(true, device=seen.device))

    def _pair(self, record: Record, row: int, rng: random.Random) -> list[tuple[str, int]]:
        """A true text, and a false one where the change can be told."""
        other = replace(record, **change(record, self._values, rng))
        if rng.random() < 0.55:
            said = [stated(record), stated(other)]
        else:
            seed = rng.getrandbits(60)
            said = [compose(r, random.Random(seed)) for r in (record, other)]
        true, counts = self._agreement.compare(np.array([row]), said[1:])
        told = bool(counts[0, 0] and not true[0, 0]) and said[0].text != said[1].text
        return [(said[0].text, 1), (said[1].text, 0)] if told else [(said[0].text, 1)]

    def _encode(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self._tokenizer(
            texts, padding=True, truncation=True, max_length=CAPTION_CONTEXT, return_tensors="pt"
        )
        device = self._pictures.device
        return tokens["input_ids"].to(device), tokens["attention_mask"].to(device)


def trained_clip(run: Path, tokenizer: BertTokenizer) -> CLIPModel:
    """The averaged CLIP of this run."""
    model = CLIPModel(clip_model.configuration(tokenizer))
    model.load_state_dict(torch.load(run / "clip.pt", weights_only=False)["average"])
    return model


def averaged_texts(checkpoint: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of an earlier run's text parts."""
    average = torch.load(checkpoint, map_location="cpu", weights_only=False)["average"]
    start = "texts."
    return {name.removeprefix(start): v for name, v in average.items() if name.startswith(start)}


def align(
    blip: Blip, clip: CLIPModel, pictures: Pictures, sampler: Sampler, batch: int
) -> None:
    """Teach BLIP's image tower to say what CLIP's says, which its copied layers nearly do."""
    optimiser = Optimiser([blip.captioner.vision_model], ALIGN_RATE, decay=0.0)
    for step in range(N_ALIGN):
        rows = sampler.batch(2_000_000 + step, batch)
        generator = torch.Generator().manual_seed(step)
        views, kept = views_of(pictures, rows, KEEP[0][1], generator)
        with torch.no_grad():
            hidden = clip_model.see(clip, views, kept).tokens
        loss = foretell(blip.see(views, kept), hidden)
        loss.backward()
        optimiser.step(ALIGN_RATE * min(1.0, (N_ALIGN - step) / (0.5 * N_ALIGN)))
        if step % 50 == 0 or step + 1 == N_ALIGN:
            print(f"align {step} one minus cosine {float(loss.detach()):.3f}", flush=True)


def views_of(
    pictures: Pictures, rows: np.ndarray, keep: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Views of pictures as patches, and the numbers of those kept (`None`: all)."""
    maps = random_maps(len(rows), STRENGTH, generator).to(pictures.device)
    kept = None
    if keep < 1.0:
        kept = patches_kept(len(rows), GRID * GRID, keep, generator).to(pictures.device)
    return look(pictures.pixels_of(rows), maps, kept, LIGHT, generator), kept


def some_views(pictures: Pictures, sampler: Sampler) -> torch.Tensor:
    """Pictures `[128, 3, 128, 128]` to measure scales on."""
    generator = torch.Generator().manual_seed(9)
    rows = sampler.batch(1_000_000, 128)
    patches, _ = views_of(pictures, rows, 1.0, generator)
    return F.fold(patches.flatten(2).transpose(1, 2), GRID * PATCH, PATCH, stride=PATCH)


if __name__ == "__main__":
    main()
