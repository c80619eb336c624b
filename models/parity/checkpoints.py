"""Small random checkpoints of every variant that the project must run, in the layout of the Hugging Face hub."""

import json
from pathlib import Path

import torch
from transformers import BlipConfig, BlipForConditionalGeneration, BlipForImageTextRetrieval, CLIPConfig, CLIPModel

CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
CLIP_STD = [0.26862954, 0.26130258, 0.27577711]


def shake(model: torch.nn.Module, seed: int, spread: float) -> None:
    """Random weights large enough that every part of the model matters to its output."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * noise)
            elif parameter.dim() > 1:
                fan_in = parameter[0].numel() if "embedding" not in name else 1
                parameter.copy_(noise * spread / fan_in**0.5)
            elif parameter.dim() == 1:
                parameter.copy_(noise * 0.1)


def save(model: torch.nn.Module, folder: Path, dtype: torch.dtype, preprocessor: dict) -> torch.nn.Module:
    """Writes the folder and returns the model as it reads back, in f32."""
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")
    return type(model).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def clip_preprocessor(side: int, size: object) -> dict:
    """`size` in any of the forms that files in the wild have."""
    return {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True, "size": size, "resample": 3,
        "do_center_crop": True, "crop_size": side if isinstance(size, int) else {"height": side, "width": side},
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
    }


def blip_preprocessor(side: int) -> dict:
    return {
        "image_processor_type": "BlipImageProcessor",
        "do_resize": True, "size": {"height": side, "width": side}, "resample": 3,
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
    }


def clip_quick_gelu(folder: Path, n_ids: int, start: int, end: int) -> CLIPModel:
    """As OpenAI's: quick_gelu, the legacy end id 2 (the end is the highest id), `size` as a number."""
    del start, end
    config = CLIPConfig(
        text_config=dict(
            vocab_size=n_ids, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=16, hidden_act="quick_gelu", layer_norm_eps=1e-5,
            bos_token_id=0, eos_token_id=2, pad_token_id=1,
        ),
        vision_config=dict(
            hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=3,
            image_size=32, patch_size=8, hidden_act="quick_gelu", layer_norm_eps=1e-5,
        ),
        projection_dim=32,
    )
    model = CLIPModel(config)
    shake(model, 11, 1.0)
    return save(model, folder, torch.float32, clip_preprocessor(32, 32))


def clip_gelu(folder: Path, n_ids: int, start: int, end: int) -> CLIPModel:
    """As LAION's: gelu, the end id in the config, another epsilon, patches that leave a rest, f16."""
    config = CLIPConfig(
        text_config=dict(
            vocab_size=n_ids, hidden_size=40, intermediate_size=80, num_hidden_layers=3, num_attention_heads=5,
            max_position_embeddings=20, hidden_act="gelu", layer_norm_eps=1e-6,
            bos_token_id=start, eos_token_id=end, pad_token_id=end,
        ),
        vision_config=dict(
            hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2,
            image_size=46, patch_size=14, hidden_act="gelu", layer_norm_eps=1e-6,
        ),
        projection_dim=24,
    )
    model = CLIPModel(config)
    shake(model, 12, 1.0)
    return save(model, folder, torch.float16, clip_preprocessor(46, {"shortest_edge": 52}))


def _blip(folder: Path, n_ids: int, vision: dict, text: dict, seed: int, dtype: torch.dtype, side: int):
    config = BlipConfig(
        text_config=dict(
            vocab_size=n_ids, max_position_embeddings=40, hidden_act="gelu", layer_norm_eps=1e-12,
            bos_token_id=n_ids - 2, eos_token_id=2, pad_token_id=0, sep_token_id=3, **text,
        ),
        vision_config=dict(image_size=side, hidden_act="gelu", **vision),
    )
    model = BlipForConditionalGeneration(config)
    shake(model, seed, 1.0)
    with torch.no_grad():
        # Captions that end at different lengths show more than captions that never end.
        model.text_decoder.cls.predictions.bias[3] += 6.0
        model.text_decoder.bert.embeddings.word_embeddings.weight.mul_(0.6)
    return save(model, folder, dtype, blip_preprocessor(side))


def blip_base(folder: Path, n_ids: int) -> BlipForConditionalGeneration:
    """As the base checkpoint: both towers equally wide."""
    vision = dict(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        patch_size=8, layer_norm_eps=1e-5,
    )
    text = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4)
    return _blip(folder, n_ids, vision, text, 21, torch.float32, 32)


def blip_large(folder: Path, n_ids: int) -> BlipForConditionalGeneration:
    """As the large checkpoint: the image tower is wider and deeper than the text decoder; f16."""
    vision = dict(
        hidden_size=48, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
        patch_size=12, layer_norm_eps=1e-6,
    )
    text = dict(hidden_size=32, intermediate_size=96, num_hidden_layers=3, num_attention_heads=2)
    return _blip(folder, n_ids, vision, text, 22, torch.float16, 48)


def blip_match_base(folder: Path, n_ids: int, captioner: BlipForConditionalGeneration) -> BlipForImageTextRetrieval:
    """As the base checkpoint, with the image tower of `blip_base`: what shares image tokens with it."""
    config = BlipConfig(
        text_config=dict(
            vocab_size=n_ids, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            max_position_embeddings=64, hidden_act="gelu", layer_norm_eps=1e-12,
            bos_token_id=n_ids - 2, eos_token_id=2, pad_token_id=0, sep_token_id=3,
        ),
        vision_config=captioner.config.vision_config.to_dict(),
        image_text_hidden_size=24,
    )
    model = BlipForImageTextRetrieval(config)
    shake(model, 31, 1.0)
    model.vision_model.load_state_dict(captioner.vision_model.state_dict())
    return save(model, folder, torch.float32, blip_preprocessor(captioner.config.vision_config.image_size))


def blip_match_wide(folder: Path, n_ids: int) -> BlipForImageTextRetrieval:
    """Other sizes everywhere: a wider image tower, heads of another size, quick_gelu, other epsilons, f16."""
    config = BlipConfig(
        text_config=dict(
            vocab_size=n_ids, hidden_size=40, intermediate_size=96, num_hidden_layers=3, num_attention_heads=5,
            max_position_embeddings=64, hidden_act="quick_gelu", layer_norm_eps=1e-5,
            bos_token_id=n_ids - 2, eos_token_id=2, pad_token_id=0, sep_token_id=3,
        ),
        vision_config=dict(
            hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=3,
            image_size=40, patch_size=10, hidden_act="quick_gelu", layer_norm_eps=1e-6,
        ),
        image_text_hidden_size=16,
    )
    model = BlipForImageTextRetrieval(config)
    shake(model, 32, 1.0)
    with torch.no_grad():
        # Patches as large as positions: no layer drowns in them.
        model.vision_model.embeddings.patch_embedding.weight.mul_(300**-0.5)
    return save(model, folder, torch.float16, blip_preprocessor(40))
