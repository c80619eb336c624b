"""Writing a model pack: model folders as the Hugging Face hub has them, and `pack.toml`.

The pack is written beside its place and swapped in by a rename: whoever has the old files open
keeps them whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import (
    BertTokenizer,
    BlipForConditionalGeneration,
    BlipImageProcessorPil,
    CLIPImageProcessorPil,
    CLIPModel,
    PreTrainedModel,
)
from transformers.image_processing_base import ImageProcessingMixin

from .pixels import MODEL_SIDE

MODELS = ("clip", "caption", "match")
TERMS = "terms"
"""The folder of the pack's own word lists."""
SUMMARY = (
    "The starter pack: small models that ship with Vitrine and work at once, without a download. "
    "They know common garments, groceries and household goods; for anything else, add a full pack."
)


@dataclass(frozen=True)
class Range:
    """Cosines that mean "unrelated" and "sure"."""

    unrelated: float
    sure: float


@dataclass(frozen=True)
class Coverage:
    """What the models know and lack, a line each, for users."""

    knows: list[str]
    lacks: list[str]


def write_clip(model: CLIPModel, tokenizer: BertTokenizer, folder: Path) -> None:
    """The CLIP folder of a pack, weights in f16."""
    _write_model(model, folder)
    tokenizer.save_pretrained(folder)
    size = {"height": MODEL_SIDE, "width": MODEL_SIDE}
    pixels = CLIPImageProcessorPil(size=size, crop_size=size, do_center_crop=False)
    _write_preprocessing(pixels, "CLIPImageProcessor", folder)


SEARCH = {"num_beams": 3, "length_penalty": 0.0, "min_length": 1, "max_length": 20}
"""How captions are searched for: the likeliest sentence. Usually its log probability is divided by its
length; here that preferred long names, and cost every seventh grocery its right one."""


def write_blip(model: PreTrainedModel, tokenizer: BertTokenizer, folder: Path) -> None:
    """The captioner's or the matcher's folder of a pack, weights in f16."""
    if isinstance(model, BlipForConditionalGeneration):
        model.generation_config.update(**SEARCH)
    _write_model(model, folder)
    tokenizer.save_pretrained(folder)
    pixels = BlipImageProcessorPil(size={"height": MODEL_SIDE, "width": MODEL_SIDE})
    _write_preprocessing(pixels, "BlipImageProcessor", folder)


def write_manifest(
    folder: Path, revision: str, text: Range, image: Range, coverage: Coverage
) -> None:
    """`pack.toml` over every file of the model folders."""
    lines = [
        "format = 1",
        'name = "starter"',
        f'revision = "{revision}"',
        f"summary = {_quoted(SUMMARY)}",
        'licence = "MIT OR Apache-2.0"',
        "starter = true",
        "# The words that it was trained on are types, colours, materials and patterns.",
        'lists = ["product_types", "colours", "materials", "patterns"]',
        "",
        "[coverage]",
    ]
    for name, told in (("knows", coverage.knows), ("lacks", coverage.lacks)):
        lines += [f"{name} = [", *(f"  {_quoted(line)}," for line in told), "]"]
    for model in MODELS:
        lines += ["", f"[{model}]", f'folder = "{model}"']
    for name, measured in (("text", text), ("image", image)):
        lines += ["", f"[calibration.{name}]"]
        lines += [f"unrelated = {measured.unrelated:.3f}", f"sure = {measured.sure:.3f}"]
    lines += _kept_calibration(folder / "pack.toml")
    files = sorted(p for m in (*MODELS, TERMS) for p in (folder / m).rglob("*") if p.is_file())
    for path in files:
        content = path.read_bytes()
        lines += ["", f'[files."{path.relative_to(folder).as_posix()}"]']
        lines += [f'sha256 = "{hashlib.sha256(content).hexdigest()}"', f"size_bytes = {len(content)}"]
    (folder / "pack.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _kept_calibration(path: Path) -> list[str]:
    """Of a pack that is written, the calibration that is measured elsewhere: `match_image` and `fused`."""
    if not path.exists():
        return []
    known = tomllib.loads(path.read_text(encoding="utf-8")).get("calibration", {})
    lines: list[str] = []
    for name in ("match_image", "fused"):
        if name not in known:
            continue
        lines += ["", f"[calibration.{name}]"]
        for key, value in known[name].items():
            if isinstance(value, dict):
                inner = ", ".join(f"{part} = {number}" for part, number in value.items())
                lines.append(f"{key} = {{ {inner} }}")
            else:
                lines.append(f"{key} = {value}")
    return lines


def read_text_range(folder: Path) -> Range | None:
    """The text range of a pack that is written; none of one without a manifest yet."""
    path = folder / "pack.toml"
    if not path.exists():
        return None
    return Range(**tomllib.loads(path.read_text(encoding="utf-8"))["calibration"]["text"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def swap(new: Path, place: Path) -> None:
    """Put `new` at `place`; files there that are not the pack's (a README) move along."""
    old = place.with_name(place.name + ".old")
    if old.exists():
        shutil.rmtree(old)
    if place.exists():
        for kept in place.glob("*.md"):
            if not (new / kept.name).exists():
                shutil.copy2(kept, new / kept.name)
        place.rename(old)
    new.rename(place)
    if old.exists():
        shutil.rmtree(old)


def _write_model(model: PreTrainedModel, folder: Path) -> None:
    model = model.to(torch.float16).eval()
    model.config.dtype = torch.float16
    model.save_pretrained(folder)
    # Written for the owner alone otherwise, and the pack is installed for everybody.
    (folder / "model.safetensors").chmod(0o644)


def _write_preprocessing(pixels: ImageProcessingMixin, public_name: str, folder: Path) -> None:
    """Under the name that the hub's files use, not that of the Pillow variant."""
    stated = json.loads(pixels.to_json_string()) | {"image_processor_type": public_name}
    text = json.dumps(stated, indent=2) + "\n"
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")
