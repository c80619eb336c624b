"""Goldens of the search models that are no `CLIPModel`: SigLIP in transformers, with both of its tokenizers, OpenCLIP's
own layout, and timm's FastViT by itself, since none of those that OpenCLIP names is small.

    python models/parity/families.py crates/models/tests/goldens

Writes its own folders below the one given, beside those of `make_goldens.py`, whose pictures it reads.
"""

import argparse
import json
import shutil
from functools import partial
from pathlib import Path

import open_clip
import sentencepiece
import torch
from PIL import Image
from safetensors.torch import save_file
from timm.models.fastvit import FastVit, RepConditionalPosEnc
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import ChineseCLIPConfig, ChineseCLIPModel, SiglipConfig, SiglipModel, SiglipTokenizer
from transformers.models.chinese_clip.image_processing_pil_chinese_clip import ChineseCLIPImageProcessorPil
from transformers.models.siglip2.tokenization_siglip2 import Siglip2Tokenizer
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

import checkpoints
from make_goldens import TEXTS, prepare, save_prepared, write
from vocabularies import WORDS, bert_tokenizer, clip_tokenizer

Pictures = dict[str, Image.Image]


def read_pictures(folder: Path) -> Pictures:
    names = json.loads((folder / "clip_gelu" / "expected.json").read_text())["pictures"]
    return {name: Image.open(folder / "pictures" / f"{name}.png").convert("RGB") for name in names}


def sentences(n: int) -> list[str]:
    """Word after word, in orders that differ."""
    return [" ".join(WORDS[(i * 7 + j * j) % len(WORDS)] for j in range(9)) for i in range(n)]


def siglip_preprocessor(side: int, resample: int) -> dict:
    return {
        "image_processor_type": "SiglipImageProcessor",
        "do_resize": True, "size": {"height": side, "width": side}, "resample": resample,
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    }


def spiece_tokenizer(folder: Path) -> SiglipTokenizer:
    """Writes `spiece.model` as SigLIP's: pad, end and unknown first, unigrams, NFKC."""
    (folder / "words.txt").write_text("\n".join(sentences(400)))
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "words.txt"), model_prefix=str(folder / "spiece"), vocab_size=100, model_type="unigram",
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, normalization_rule_name="nmt_nfkc", character_coverage=1.0,
    )
    (folder / "words.txt").unlink()
    (folder / "spiece.vocab").unlink()
    tokenizer = SiglipTokenizer(vocab_file=str(folder / "spiece.model"))
    config = {"tokenizer_class": "SiglipTokenizer", "pad_token": "</s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return tokenizer


def gemma_tokenizer(folder: Path) -> Siglip2Tokenizer:
    """Writes `tokenizer.json` as SigLIP 2's: byte-pair merges over words with their spaces, `<pad>` first."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False, min_frequency=1,
    )
    tokenizer.train_from_iterator(sentences(400), trainer)
    state = json.loads(tokenizer.to_str())
    vocabulary = dict(state["model"]["vocab"])
    # What the trainer leaves out is spelt in bytes.
    merges = [tuple(merge) for merge in state["model"]["merges"]]
    made = Siglip2Tokenizer(vocab=vocabulary, merges=merges, padding_side="right")
    made.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", vocabulary["<eos>"])]
    )
    made.backend_tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "GemmaTokenizer", "pad_token": {"content": "<pad>"}, "eos_token": "<eos>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return made


def siglip_model(n_ids: int, side: int, patch: int, seed: int) -> SiglipModel:
    config = SiglipConfig(
        text_config=dict(
            vocab_size=n_ids, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=16, projection_size=48,
        ),
        vision_config=dict(
            hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=3,
            image_size=side, patch_size=patch,
        ),
    )
    model = SiglipModel(config)
    checkpoints.shake(model, seed, 1.0)
    return model


def siglip_goldens(
    folder: Path, make_tokenizer, side: int, patch: int, resample: int, pictures: Pictures, model=None
) -> None:
    """`model` where it is not a small one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = make_tokenizer(folder)
    model = model or siglip_model(len(tokenizer), side, patch, 41 + side)
    dtype = torch.float32 if resample == 3 else torch.float16
    n = model.config.text_config.max_position_embeddings
    model = checkpoints.save(model, folder, dtype, siglip_preprocessor(side, resample))
    processor = SiglipImageProcessorPil.from_pretrained(folder)
    save_prepared(folder, processor, pictures)
    pixels = prepare(processor, pictures)
    ids = [tokenizer(text, padding="max_length", truncation=True, max_length=n)["input_ids"] for text in TEXTS]
    with torch.no_grad():
        image = model.vision_model(pixel_values=pixels)
        text = model.text_model(input_ids=torch.tensor(ids))
        hidden = model.vision_model(pixel_values=pixels, output_hidden_states=True).hidden_states[-1]
    write(
        folder,
        {"pictures": list(pictures), "texts": [{"text": text, "ids": row} for text, row in zip(TEXTS, ids)]},
        {
            "pixels": pixels[:3],
            "image_hidden": hidden[:3],
            "image_vectors": torch.nn.functional.normalize(image.pooler_output),
            "text_vectors": torch.nn.functional.normalize(text.pooler_output),
        },
    )


def chinese_clip_goldens(folder: Path, pictures: Pictures) -> None:
    """Squashed pictures, as the released checkpoints have them; texts of different lengths."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = bert_tokenizer(folder, False)
    config = ChineseCLIPConfig(
        text_config=dict(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=24,
        ),
        vision_config=dict(
            hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=3,
            image_size=32, patch_size=8,
        ),
        projection_dim=28,
    )
    model = ChineseCLIPModel(config)
    checkpoints.shake(model, 61, 1.0)
    preparation = {
        **checkpoints.clip_preprocessor(32, {"height": 32, "width": 32}),
        "image_processor_type": "ChineseCLIPImageProcessor", "do_center_crop": False,
    }
    model = checkpoints.save(model, folder, torch.float32, preparation)
    pixels = prepare(ChineseCLIPImageProcessorPil.from_pretrained(folder), pictures)
    ids = [tokenizer(text, truncation=True, max_length=24)["input_ids"] for text in TEXTS]
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


def zero_padded(tokenizer, n: int) -> list[list[int]]:
    """As OpenCLIP's own tokenizer gives texts: `n` ids each, zeros behind the end."""
    rows = [tokenizer(text, truncation=True, max_length=n)["input_ids"] for text in TEXTS]
    return [row + [0] * (n - len(row)) for row in rows]


def open_clip_goldens(folder: Path, pictures: Pictures) -> None:
    """OpenCLIP's own vision transformer, with `quick_gelu`, f16 and a picture side that leaves a rest."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = clip_tokenizer(folder, True, True)
    config = dict(
        embed_dim=24, quick_gelu=True,
        vision_cfg=dict(image_size=44, layers=2, width=32, patch_size=10, head_width=16),
        text_cfg=dict(context_length=16, vocab_size=len(tokenizer), width=40, heads=5, layers=2),
    )
    preparation = dict(mean=checkpoints.CLIP_MEAN, std=checkpoints.CLIP_STD, interpolation="bicubic",
                       resize_mode="shortest")
    model = open_clip.CLIP(**config, output_dict=True)
    checkpoints.shake(model, 51, 1.0)
    with torch.no_grad():
        model.positional_embedding.mul_(0.3)
    ids = [tokenizer(text, truncation=True, max_length=16)["input_ids"] for text in TEXTS]
    padded = torch.tensor(zero_padded(tokenizer, 16))
    write_open_clip(folder, model.half(), dict(model_cfg=config, preprocess_cfg=preparation), ids, padded, pictures)


def open_clip_both_ways(folder: Path, pictures: Pictures) -> None:
    """A text tower as MobileCLIP's: no mask, filled up with zeros that are read, the vector at the end token."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = clip_tokenizer(folder, True, True)
    config = dict(
        embed_dim=24,
        vision_cfg=dict(image_size=32, layers=2, width=32, patch_size=8, head_width=16),
        text_cfg=dict(
            context_length=16, vocab_size=len(tokenizer), width=40, heads=5, layers=2, no_causal_mask=True,
        ),
        custom_text=True,
    )
    preparation = dict(mean=[0.0] * 3, std=[1.0] * 3, interpolation="bilinear", resize_mode="shortest")
    towers = {name: config[name] for name in ("embed_dim", "vision_cfg", "text_cfg")}
    model = open_clip.CustomTextCLIP(**towers, output_dict=True)
    checkpoints.shake(model, 53, 1.0)
    with torch.no_grad():
        model.text.positional_embedding.mul_(0.3)
    ids = zero_padded(tokenizer, 16)
    described = dict(model_cfg=config, preprocess_cfg=preparation)
    write_open_clip(folder, model, described, ids, torch.tensor(ids), pictures)


def shake_norms(model: torch.nn.Module, seed: int) -> None:
    """What batch norms have seen of pictures, and layer scales that let through what they scale."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, buffer in sorted(model.named_buffers()):
            if name.endswith("running_mean"):
                buffer.copy_(0.2 * torch.randn(buffer.shape, generator=generator))
            elif name.endswith("running_var"):
                buffer.copy_(0.5 + torch.rand(buffer.shape, generator=generator))
        for name, parameter in sorted(model.named_parameters()):
            if name.endswith("gamma"):
                parameter.copy_(0.3 + 0.2 * torch.randn(parameter.shape, generator=generator))
            elif name.endswith("bn.weight"):
                parameter.copy_(1 + 0.2 * torch.randn(parameter.shape, generator=generator))


def fast_vit_goldens(folder: Path) -> None:
    """timm's FastViT as MobileCLIP has it, but narrow; its picture is a pattern that the test draws as well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model = FastVit(
        layers=(1, 1, 2, 2), embed_dims=(32, 32, 32, 64), mlp_ratios=(3, 3, 3, 3),
        se_downsamples=(False, False, True, True), token_mixers=("repmixer", "repmixer", "repmixer", "attention"),
        pos_embs=(None, None, None, partial(RepConditionalPosEnc, spatial_shape=(7, 7))),
        lkc_use_act=True, num_classes=24,
    )
    checkpoints.shake(model, 71, 1.0)
    shake_norms(model, 72)
    model = model.half().float().eval()
    weights = {f"visual.trunk.{name}": tensor.half() for name, tensor in model.state_dict().items()}
    save_file({name: tensor for name, tensor in weights.items() if tensor.dim() > 0}, folder / "fast_vit.safetensors")
    side = 96
    number = torch.arange(side * side * 3)
    pixels = ((number * 37 + number // 7 * 11) % 256).reshape(1, side, side, 3).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        features = model.forward_features(pixels)
        expected = {"image_hidden": features.flatten(2).transpose(1, 2), "image_vectors": model(pixels)}
    save_file({name: tensor.contiguous() for name, tensor in expected.items()}, folder / "expected.safetensors")


def mobile_clip(folder: Path, name: str, pictures: Pictures) -> None:
    """A MobileCLIP of OpenCLIP's list, of its true size, with random weights and the small tokenizer."""
    folder.mkdir(parents=True)
    tokenizer = clip_tokenizer(folder, True, True)
    config = open_clip.get_model_config(name)
    preparation = dict(mean=[0.0] * 3, std=[1.0] * 3, interpolation="bilinear", resize_mode="shortest")
    model = open_clip.create_model(name, pretrained=None)
    checkpoints.shake(model, 54, 1.0)
    shake_norms(model, 55)
    ids = zero_padded(tokenizer, 77)
    described = dict(model_cfg=config, preprocess_cfg=preparation)
    write_open_clip(folder, model, described, ids, torch.tensor(ids), pictures)


def open_clip_siglip(folder: Path, name: str, pictures: Pictures) -> None:
    """A model of OpenCLIP's list whose image tower is timm's SigLIP, of its true size, with random weights."""
    folder.mkdir(parents=True)
    tokenizer = gemma_tokenizer(folder)
    config = open_clip.get_model_config(name)
    config["text_cfg"] = {**config["text_cfg"], "tokenizer_kwargs": {"clean": "lower"}}
    preparation = dict(mean=[0.5] * 3, std=[0.5] * 3, interpolation="bicubic", resize_mode="squash")
    model = open_clip.create_model(name, pretrained=None)
    checkpoints.shake(model, 52, 1.0)
    n = config["text_cfg"]["context_length"]
    clean = open_clip.tokenizer.get_clean_fn("lower")
    ids = [
        tokenizer(clean(text), padding="max_length", truncation=True, max_length=n)["input_ids"] for text in TEXTS
    ]
    described = dict(model_cfg=config, preprocess_cfg=preparation)
    write_open_clip(folder, model, described, ids, torch.tensor(ids), pictures)


def write_open_clip(folder: Path, model, config: dict, ids: list, padded: torch.Tensor, pictures: Pictures) -> None:
    torch.save(model.state_dict(), folder / "open_clip_pytorch_model.bin")
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    model = model.float().eval()
    preparation = config["preprocess_cfg"]
    transform = open_clip.image_transform(
        config["model_cfg"]["vision_cfg"]["image_size"], False, mean=preparation["mean"], std=preparation["std"],
        resize_mode=preparation["resize_mode"], interpolation=preparation["interpolation"],
    )
    pixels = torch.stack([transform(picture) for picture in pictures.values()])
    with torch.no_grad():
        image, text = model.encode_image(pixels, normalize=True), model.encode_text(padded, normalize=True)
    write(
        folder,
        {"pictures": list(pictures), "texts": [{"text": text, "ids": row} for text, row in zip(TEXTS, ids)]},
        {"pixels": pixels[:3], "image_vectors": image, "text_vectors": text},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    pictures = read_pictures(output)
    siglip_goldens(output / "siglip", spiece_tokenizer, 40, 8, 3, pictures)
    siglip_goldens(output / "siglip_gemma", gemma_tokenizer, 46, 14, 2, pictures)
    chinese_clip_goldens(output / "chinese_clip", pictures)
    open_clip_goldens(output / "open_clip", pictures)
    open_clip_both_ways(output / "open_clip_both_ways", pictures)
    fast_vit_goldens(output / "fast_vit")


if __name__ == "__main__":
    main()
