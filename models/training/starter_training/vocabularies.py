"""The tokenizer of all three models, trained on this project's own texts.

A WordPiece as in BERT, with `[DEC]` and `[ENC]` added at the end as BLIP has them. CLIP reads the
same pieces and takes its vector at `[SEP]`. It is small, because the texts are; any word can still be
written with its pieces.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer

from .captions import compose, describe
from .records import Record
from .words import every_word

VOCABULARY = 3072
CLIP_CONTEXT = 64
CAPTION_CONTEXT = 48
DECODE, ENCODE = "[DEC]", "[ENC]"


def corpus(records: list[Record], data: Path, seed: int = 3) -> list[str]:
    """Texts to learn word pieces from.

    The outdoor catalog and the grocery descriptions give words only: no picture of the catalog is
    ever trained on.
    """
    rng = random.Random(seed)
    texts = [compose(record, rng).text for record in records for _ in range(2)]
    texts += [describe(record) for record in records]
    texts += [word for word in every_word() for _ in range(20)]
    catalog = data / "eshop" / "catalog.json"
    for product in json.loads(catalog.read_text(encoding="utf-8-sig")):
        texts += [product["Name"], product["Type"], product["Description"]] * 3
    texts += (data / "grocery" / "classes.csv").read_text(encoding="utf-8").splitlines()
    return texts


def train_tokenizer(texts: list[str]) -> BertTokenizer:
    """Learn the pieces; ids are the special tokens, the pieces, `[DEC]`, `[ENC]`."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    learner.decoder = decoders.WordPiece()
    learner.train_from_iterator(
        texts,
        trainers.WordPieceTrainer(
            vocab_size=VOCABULARY - 2,
            special_tokens=specials,
            initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789-'.,&%"),
            min_frequency=2,
            show_progress=False,
        ),
    )
    vocabulary = dict(sorted(learner.get_vocab().items(), key=lambda item: item[1]))
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=CLIP_CONTEXT)
    tokenizer.add_special_tokens(
        {"bos_token": DECODE, "additional_special_tokens": [ENCODE]}
    )
    return tokenizer
