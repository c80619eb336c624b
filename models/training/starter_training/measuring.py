"""Running an exported pack through transformers, and the figures that are taken from it.

Everything here starts from the picture files and the pack's own preprocessing and weights, so that
a figure is one of what ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import (
    BatchEncoding,
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipImageProcessorPil,
    CLIPImageProcessorPil,
    CLIPModel,
)

from .pack import MODELS, SEARCH, Range, read_text_range
from .pixels import open_flat
from .vocabularies import CAPTION_CONTEXT

BATCH = 64


@dataclass(frozen=True)
class Caption:
    """What the captioner says of a picture."""

    text: str
    probability: float
    """The geometric mean of its tokens'."""


@dataclass
class LoadedPack:
    """The models of a pack folder, weights widened to f32, and its tokenizer."""

    tokenizer: BertTokenizer
    clip: CLIPModel
    clip_pixels: CLIPImageProcessorPil
    captioner: BlipForConditionalGeneration
    matcher: BlipForImageTextRetrieval
    blip_pixels: BlipImageProcessorPil
    text_range: Range | None
    """The pack's own; none while it is being made."""

    @staticmethod
    def open(folder: Path) -> "LoadedPack":
        clip, caption, match = (folder / name for name in MODELS)
        return LoadedPack(
            BertTokenizer.from_pretrained(clip),
            CLIPModel.from_pretrained(clip, dtype=torch.float32).eval(),
            CLIPImageProcessorPil.from_pretrained(clip),
            BlipForConditionalGeneration.from_pretrained(caption, dtype=torch.float32).eval(),
            BlipForImageTextRetrieval.from_pretrained(match, dtype=torch.float32).eval(),
            BlipImageProcessorPil.from_pretrained(caption),
            read_text_range(folder),
        )

    @torch.no_grad()
    def images(self, paths: list[str]) -> torch.Tensor:
        """Unit vectors `[n, 256]` of picture files."""
        vectors = []
        for start in range(0, len(paths), BATCH):
            pictures = [open_flat(path) for path in paths[start : start + BATCH]]
            pixels = self.clip_pixels(pictures, return_tensors="pt")["pixel_values"]
            state = self.clip.vision_model(pixel_values=pixels).pooler_output
            vectors.append(F.normalize(self.clip.visual_projection(state), dim=-1))
        return torch.cat(vectors)

    @torch.no_grad()
    def texts(self, texts: list[str]) -> torch.Tensor:
        """Unit vectors `[n, 256]` of texts."""
        vectors = []
        for start in range(0, len(texts), BATCH):
            tokens = self._encode(texts[start : start + BATCH])
            state = self.clip.text_model(input_ids=tokens["input_ids"]).pooler_output
            vectors.append(F.normalize(self.clip.text_projection(state), dim=-1))
        return torch.cat(vectors)

    @torch.no_grad()
    def captions(self, paths: list[str]) -> list[Caption]:
        """Captions of picture files, searched for and shown as the application does."""
        stated = self.captioner.generation_config
        search = {name: getattr(stated, name) for name in SEARCH}
        written: list[Caption] = []
        for start in range(0, len(paths), BATCH):
            pictures = [open_flat(path) for path in paths[start : start + BATCH]]
            pixels = self.blip_pixels(pictures, return_tensors="pt")["pixel_values"]
            found = self.captioner.generate(
                pixel_values=pixels,
                **search,
                output_scores=True,
                return_dict_in_generate=True,
            )
            said = self.tokenizer.batch_decode(found.sequences, skip_special_tokens=True)
            # Of the generated tokens, the end among them; the first is given.
            lengths = (found.sequences != self.tokenizer.pad_token_id).sum(1) - 1
            score = found.sequences_scores * lengths**stated.length_penalty
            sure = (score / lengths).exp().tolist()
            written += [Caption(without_gaps(t), p) for t, p in zip(said, sure, strict=True)]
        return written

    @torch.no_grad()
    def match(self, paths: list[str], texts: list[str]) -> np.ndarray:
        """ITM: the probability that each text belongs to its picture, `[n]`."""
        found = []
        for start in range(0, len(paths), BATCH):
            pictures = [open_flat(path) for path in paths[start : start + BATCH]]
            pixels = self.blip_pixels(pictures, return_tensors="pt")["pixel_values"]
            tokens = self._encode(texts[start : start + BATCH])
            logits = self.matcher(
                input_ids=tokens["input_ids"],
                attention_mask=tokens["attention_mask"],
                pixel_values=pixels,
                use_itm_head=True,
            ).itm_score
            found.append(logits.softmax(1)[:, 1])
        return torch.cat(found).numpy()

    def _encode(self, texts: list[str]) -> BatchEncoding:
        return self.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=CAPTION_CONTEXT,
            return_tensors="pt",
        )


def top_1(images: torch.Tensor, labels: list[str], texts: torch.Tensor, names: list[str]) -> float:
    """Share of images whose nearest text is their own label's."""
    nearest = (images @ texts.T).argmax(1)
    return float(np.mean([names[i] == label for i, label in zip(nearest.tolist(), labels)]))


def precision_at_10(images: torch.Tensor, right: np.ndarray, texts: torch.Tensor) -> float:
    """Mean over texts of the share of right images among the first ten.

    `right` is `[n_texts, n_images]`. Where fewer than ten images are right, only as many places as
    there are right ones count, so that a perfect ranking scores 1. Texts with none are left out.
    """
    scores = (texts @ images.T).numpy()
    found = []
    for score, truth in zip(scores, right, strict=True):
        places = min(10, int(truth.sum()))
        if places:
            found.append(truth[np.argsort(-score)[:places]].mean())
    return float(np.mean(found))


def without_gaps(caption: str) -> str:
    """A caption without the gaps that word pieces leave: "t - shirt", "women ' s"."""
    return caption.replace(" - ", "-").replace(" ' ", "'")


def like_precision_at_10(images: torch.Tensor, labels: list[str]) -> float:
    """Mean over images of the share of the same label among the ten most alike others.

    As many places as there are others of the label, where these are fewer; lone labels are left out.
    """
    likeness = images @ images.T
    likeness.fill_diagonal_(-2.0)
    order = likeness.argsort(dim=1, descending=True).numpy()
    names = np.array(labels)
    found = []
    for row, name in enumerate(names):
        places = min(10, int((names == name).sum()) - 1)
        if places:
            found.append((names[order[row, :places]] == name).mean())
    return float(np.mean(found))
