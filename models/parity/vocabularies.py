"""Small tokenizers of both kinds, made from this word list: byte-level BPE as CLIP has, WordPiece as BERT has."""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertTokenizer, CLIPTokenizer

WORDS = """a an the of with and on in for to picture photo product red blue green yellow black white brown grey
orange purple pink striped dotted plain checked wooden leather cotton ceramic glass metal wool mug cup shirt
lamp chair bag vase shoe boot backpack jacket hat table bottle bowl pillow rug clock watch ring background
small large tall round square old new two three four pair set handle strap button zip hood""".split()

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"


def _merges(n_merges: int) -> list[tuple[str, str]]:
    """Byte-pair merges learned from the word list (ties are broken by the trainer, always alike)."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=100_000, min_frequency=1, end_of_word_suffix=WORD_END, show_progress=False
    )
    # More frequent words first in the list: their merges are learned first.
    tokenizer.train_from_iterator([" ".join([word] * (200 - i)) for i, word in enumerate(WORDS)], trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(merge) for merge in merges][:n_merges]


def clip_vocabulary(end_is_highest: bool, n_merges: int = 160) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """All bytes alone and at a word's end, the merges, start and end.

    With `end_is_highest` the two stand last, as in OpenAI's vocabulary; else before the merges, so that
    taking the highest id for the end would be wrong.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = _merges(n_merges)
    tokens = alphabet + [byte + WORD_END for byte in alphabet]
    merged = [left + right for left, right in merges]
    specials = [START, END]
    tokens += merged + specials if end_is_highest else specials + merged
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}, merges


def clip_tokenizer(folder: Path, end_is_highest: bool, as_json: bool) -> CLIPTokenizer:
    """Writes `tokenizer.json`, or `vocab.json` and `merges.txt`, and returns the tokenizer."""
    vocabulary, merges = clip_vocabulary(end_is_highest)
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=merges)
    if as_json:
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    else:
        (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
        lines = ["#version: 0.2"] + [f"{left} {right}" for left, right in merges]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tokenizer


def bert_vocabulary() -> dict[str, int]:
    """BERT's specials, letters, the words, and BLIP's two specials at the end."""
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)] + list("0123456789.,!?'-")
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters + ["##" + letter for letter in letters]
    tokens += [word for word in WORDS if len(word) > 1] + ["##s", "##ed", "[DEC]", "[ENC]"]
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}


def bert_tokenizer(folder: Path, as_json: bool) -> BertTokenizer:
    """Writes `tokenizer.json`, or `vocab.txt`, and returns the tokenizer."""
    vocabulary = bert_vocabulary()
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=True)
    tokenizer.add_special_tokens({"additional_special_tokens": ["[ENC]"], "bos_token": "[DEC]"})
    if as_json:
        tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    else:
        (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    return tokenizer
