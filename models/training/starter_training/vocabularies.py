"""The two tokenizers, trained on this project's own texts.

CLIP's is a byte-level BPE as in CLIP: lower case, `</w>` ends a word, the end token has the highest
id. BLIP's is a WordPiece as in BERT with `[DEC]` added at the end. Both are small, because the
texts are; any word can still be written with their pieces.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, CLIPTokenizer

from .captions import compose, describe
from .records import Record
from .words import every_word

CLIP_VOCABULARY = 3072
CLIP_CONTEXT = 64
CAPTION_VOCABULARY = 1536
CAPTION_CONTEXT = 40
START, END = "<|startoftext|>", "<|endoftext|>"
DECODE = "[DEC]"
_SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


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


def train_clip_tokenizer(texts: list[str]) -> CLIPTokenizer:
    """Learn merges; ids are the bytes, the bytes that end a word, the merges, start, end."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    n_base = 2 * len(alphabet)
    learner.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=CLIP_VOCABULARY - 2,
            initial_alphabet=alphabet,
            end_of_word_suffix="</w>",
            min_frequency=2,
            show_progress=False,
        ),
    )
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    merges = merges[: CLIP_VOCABULARY - 2 - n_base]
    tokens = [*alphabet, *(c + "</w>" for c in alphabet), *("".join(pair) for pair in merges)]
    tokens = list(dict.fromkeys(tokens)) + [START, END]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=CLIP_CONTEXT)


def train_caption_tokenizer(records: list[Record]) -> BertTokenizer:
    """WordPiece over the captions that the captioner learns, and over the words of all names."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [describe(record) for record in records]
    texts += [name for name in every_word() for _ in range(5)]
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    learner.decoder = decoders.WordPiece()
    learner.train_from_iterator(
        texts,
        trainers.WordPieceTrainer(
            vocab_size=CAPTION_VOCABULARY - 1,
            special_tokens=specials,
            initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789-'.,&%"),
            min_frequency=2,
            show_progress=False,
        ),
    )
    vocabulary = dict(sorted(learner.get_vocab().items(), key=lambda item: item[1]))
    tokenizer = BertTokenizer(vocab=vocabulary, model_max_length=CAPTION_CONTEXT)
    tokenizer.add_special_tokens({"bos_token": DECODE})
    return tokenizer

