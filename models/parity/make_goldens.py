"""Makes the goldens that `crates/models/tests` compares with: transformers is the reference.

    python -m venv .venv && .venv/bin/pip install -r models/parity/requirements.txt
    .venv/bin/python models/parity/make_goldens.py crates/models/tests/goldens

Everything is seeded: the same versions on the same kind of processor give the same files, up to the last
digits of floating point arithmetic. The folder given is emptied first; `families.py`, `interrogator.py` and `tuning.py`
fill in theirs afterwards.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

import checkpoints
from pictures import draw_pictures
from vocabularies import bert_tokenizer, clip_tokenizer

Pictures = dict[str, Image.Image]

TEXTS = [
    "",
    "a red mug",
    "A  RED\tMug ",
    "two pairs of boots, it's 2024!",
    "blau-weiße Tasse ☕ für 3 €",
    "a large round wooden table with four legs and a small striped rug on a plain white background",
    "<|endoftext|> shirt",
]

CAPTIONS = [
    {"name": "greedy", "num_beams": 1, "min_length": 5, "max_length": 20},
    {"name": "beam", "num_beams": 3, "min_length": 5, "max_length": 20},
    {"name": "beam_prompt", "num_beams": 3, "min_length": 0, "max_length": 14, "prompt": "a picture of"},
    {"name": "greedy_prompt", "num_beams": 1, "min_length": 8, "max_length": 30, "prompt": "a red mug"},
    {"name": "beam_wide", "num_beams": 5, "min_length": 3, "max_length": 30, "length_penalty": 2.0},
]


MATCHED = [
    "",
    "a red mug",
    "a picture of a blue striped shirt with a white handle",
    "blau-weiße Tasse ☕ für 3 €",
    "a large round wooden table with four legs and a small striped rug on a plain white background, and two "
    "pairs of brown leather boots with a zip, three glass bottles and an old clock for the wall",
    "A RED  mug!",
]

NUCLEUS = [
    {"prompt": None, "top_p": 0.9, "top_k": 50, "repetition_penalty": 1.1, "temperature": 1.0},
    {"prompt": "a picture of", "top_p": 0.6, "top_k": 0, "repetition_penalty": 1.5, "temperature": 0.8},
    {"prompt": None, "top_p": 1.0, "top_k": 7, "repetition_penalty": 1.0, "temperature": 1.7},
]


def prepare(processor, pictures: Pictures) -> torch.Tensor:
    """`[pictures, 3, side, side]`"""
    return torch.cat([processor(picture, return_tensors="pt")["pixel_values"] for picture in pictures.values()])


def save_prepared(folder: Path, processor, pictures: Pictures) -> None:
    """The pictures as the model sees them, before normalising: preparing them again changes nothing, so
    what a test finds different then lies in the model."""
    (folder / "prepared").mkdir()
    for name, picture in pictures.items():
        pixels = processor(picture, do_rescale=False, do_normalize=False)["pixel_values"][0]
        Image.fromarray(np.asarray(pixels).astype(np.uint8).transpose(1, 2, 0)).save(
            folder / "prepared" / f"{name}.png", optimize=True
        )


def write(folder: Path, expected: dict, tensors: dict[str, torch.Tensor]) -> None:
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    # Lists of ids on one line each.
    text = re.sub(r"\[[\d,\s]+\]", lambda ids: "[" + " ".join(ids.group()[1:-1].split()) + "]", text)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    save_file({name: tensor.float().contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors")


def pixel_goldens(folder: Path, pictures: Pictures) -> None:
    """Pixels at the sizes of real checkpoints, as pictures, before normalising."""
    kinds = {
        "clip224": (CLIPImageProcessorPil, checkpoints.clip_preprocessor(224, {"shortest_edge": 224})),
        "blip384": (BlipImageProcessorPil, checkpoints.blip_preprocessor(384)),
    }
    for kind, (processor_class, config) in kinds.items():
        (folder / kind).mkdir(parents=True)
        processor = processor_class(**{**config, "do_rescale": False, "do_normalize": False})
        for name in ("landscape", "checks", "thin", "flat", "dot"):
            pixels = np.asarray(processor(pictures[name])["pixel_values"][0]).astype(np.uint8)
            Image.fromarray(pixels.transpose(1, 2, 0)).save(folder / kind / f"{name}.png", optimize=True)


def clip_goldens(
    folder: Path, make_model, end_is_highest: bool, as_json: bool, pictures: Pictures, prepared: bool = False
) -> None:
    folder.mkdir(parents=True)
    tokenizer = clip_tokenizer(folder, end_is_highest, as_json)
    model = make_model(folder, len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id)
    processor = CLIPImageProcessorPil.from_pretrained(folder)
    if prepared:
        save_prepared(folder, processor, pictures)
    pixels = prepare(processor, pictures)
    max_length = model.config.text_config.max_position_embeddings
    ids = [tokenizer(text, truncation=True, max_length=max_length)["input_ids"] for text in TEXTS]
    with torch.no_grad():
        image = model.get_image_features(pixel_values=pixels)
        text = torch.cat([model.get_text_features(input_ids=torch.tensor([row])).pooler_output for row in ids])
    write(
        folder,
        {"pictures": list(pictures), "texts": [{"text": text, "ids": row} for text, row in zip(TEXTS, ids)]},
        {
            "pixels": pixels[:3],
            "image_hidden": image.last_hidden_state[:3],
            "image_vectors": torch.nn.functional.normalize(image.pooler_output),
            "text_vectors": torch.nn.functional.normalize(text),
        },
    )


def blip_goldens(folder: Path, make_model, as_json: bool, pictures: Pictures, runs: list[dict] = CAPTIONS):
    """Returns the model."""
    folder.mkdir(parents=True)
    tokenizer = bert_tokenizer(folder, as_json)
    model = make_model(folder, len(tokenizer))
    processor = BlipImageProcessorPil.from_pretrained(folder)
    save_prepared(folder, processor, pictures)
    pixels = prepare(processor, pictures)
    text = model.config.text_config
    scored = [text.bos_token_id] + tokenizer("a blue striped mug", add_special_tokens=False)["input_ids"]
    captions = []
    with torch.no_grad():
        image = model.vision_model(pixel_values=pixels).last_hidden_state
        logits = model.text_decoder(
            input_ids=torch.tensor([scored] * len(pixels)), encoder_hidden_states=image
        ).logits
        for options in runs:
            options = dict(options)
            name, prompt = options.pop("name"), options.pop("prompt", None)
            ids = tokenizer([prompt] * len(pixels), return_tensors="pt")["input_ids"] if prompt else None
            rows = model.generate(pixel_values=pixels, input_ids=ids, do_sample=False, **options)
            expected = []
            for row in rows.tolist():
                end = row.index(text.sep_token_id) + 1 if text.sep_token_id in row else len(row)
                expected.append({"ids": row[:end], "text": tokenizer.decode(row[:end], skip_special_tokens=True)})
            captions.append({"name": name, "prompt": prompt, **options, "captions": expected})
            lengths = [len(caption["ids"]) for caption in expected]
            print(f"{folder.name} {name}: lengths {lengths}, {len({str(c['ids']) for c in expected})} different")
    write(
        folder,
        {"pictures": list(pictures), "scored_ids": scored, "captions": captions},
        {"pixels": pixels[:3], "image_tokens": image[:3], "logits": logits[:3]},
    )
    return model


def match_goldens(folder: Path, make_model, as_json: bool, pictures: Pictures) -> None:
    folder.mkdir(parents=True)
    tokenizer = bert_tokenizer(folder, as_json)
    model = make_model(folder, len(tokenizer))
    processor = BlipImageProcessorPil.from_pretrained(folder)
    save_prepared(folder, processor, pictures)
    pixels = prepare(processor, pictures)
    ids = [tokenizer(text)["input_ids"] for text in MATCHED]
    encoder_start = tokenizer.convert_tokens_to_ids("[ENC]")

    with torch.no_grad():
        image = model.vision_model(pixel_values=pixels).last_hidden_state
        image_mask = torch.ones(image.shape[:2], dtype=torch.long)

        def logits(row: list[int]) -> torch.Tensor:
            """`[pictures, 2]`, as `forward` makes them, without reading the pictures again."""
            text = model.text_encoder(
                input_ids=torch.tensor([row] * len(pixels)),
                encoder_hidden_states=image, encoder_attention_mask=image_mask,
            )
            return model.itm_head(text.last_hidden_state[:, 0])

        cls = torch.stack([logits(row) for row in ids], dim=1)
        enc = torch.stack([logits([encoder_start] + row[1:]) for row in ids], dim=1)
        image_vectors = torch.nn.functional.normalize(model.vision_proj(image[:, 0]))
        texts = [model.text_encoder(input_ids=torch.tensor([row])).last_hidden_state[:, 0] for row in ids]
        text_vectors = torch.nn.functional.normalize(model.text_proj(torch.cat(texts)))
        # That this is what the class does, on one text in both ways.
        row = torch.tensor([ids[1]] * len(pixels))
        whole = model(input_ids=row, pixel_values=pixels).itm_score
        torch.testing.assert_close(whole, cls[:, 1])
        whole = model(input_ids=row, pixel_values=pixels, use_itm_head=False).itm_score[:, 0]
        torch.testing.assert_close(whole, image_vectors @ text_vectors[1])
    probabilities = cls.softmax(-1)[..., 1]
    print(f"{folder.name}: match probabilities from {probabilities.min():.3f} to {probabilities.max():.3f}")
    write(
        folder,
        {
            "pictures": list(pictures),
            "texts": [{"text": text, "ids": row} for text, row in zip(MATCHED, ids)],
            "encoder_start": encoder_start,
        },
        {
            "pixels": pixels[:3], "image_tokens": image[:3],
            "image_vectors": image_vectors, "text_vectors": text_vectors,
            "logits_cls": cls, "logits_enc": enc,
        },
    )


def nucleus_goldens(folder: Path, checkpoint: Path, model, pictures: Pictures) -> None:
    """What `generate` with `do_sample` chooses from at each step, for sequences that it has sampled."""
    folder.mkdir(parents=True)
    tokenizer = bert_tokenizer(folder, True)
    (folder / "tokenizer.json").unlink()
    pixels = prepare(BlipImageProcessorPil.from_pretrained(checkpoint), pictures)[:3]
    runs, rows = [], []
    for seed, options in enumerate(NUCLEUS):
        torch.manual_seed(seed)
        options = dict(options)
        prompt = options.pop("prompt")
        ids = tokenizer([prompt] * len(pixels), return_tensors="pt")["input_ids"] if prompt else None
        with torch.no_grad():
            out = model.generate(
                pixel_values=pixels, input_ids=ids, do_sample=True, min_length=5, max_length=16,
                output_scores=True, return_dict_in_generate=True, **options,
            )
        n_prompt = out.sequences.shape[1] - len(out.scores)
        steps = []
        for picture, sequence in enumerate(out.sequences.tolist()):
            for step, scores in enumerate(out.scores):
                before = sequence[: n_prompt + step]
                if model.config.text_config.sep_token_id in before:
                    break
                steps.append({"picture": list(pictures)[picture], "ids": before})
                rows.append(scores[picture].softmax(-1))
        sizes = [int((row > 0).sum()) for row in rows[-len(steps):]]
        print(f"{folder.name}: {len(steps)} steps, {min(sizes)} to {max(sizes)} choices")
        runs.append({**options, "min_length": 5, "max_length": 16, "steps": steps})
    write(folder, {"checkpoint": checkpoint.name, "runs": runs}, {"probabilities": torch.stack(rows)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder to fill; emptied first")
    output: Path = parser.parse_args().output
    # One thread adds in one order.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    shutil.rmtree(output, ignore_errors=True)
    pictures = draw_pictures(output / "pictures")
    pixel_goldens(output / "pixels", pictures)
    clip_goldens(output / "clip_quick_gelu", checkpoints.clip_quick_gelu, True, True, pictures)
    clip_goldens(output / "clip_gelu", checkpoints.clip_gelu, False, False, pictures)
    captioner = blip_goldens(output / "blip_base", checkpoints.blip_base, True, pictures)
    blip_goldens(output / "blip_large", checkpoints.blip_large, False, pictures)
    with_its_tower = lambda folder, n_ids: checkpoints.blip_match_base(folder, n_ids, captioner)  # noqa: E731
    match_goldens(output / "blip_match_base", with_its_tower, True, pictures)
    match_goldens(output / "blip_match_wide", checkpoints.blip_match_wide, False, pictures)
    nucleus_goldens(output / "blip_nucleus", output / "blip_base", captioner, pictures)
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"{size / 1024:.0f} KiB in {output}")


if __name__ == "__main__":
    main()
