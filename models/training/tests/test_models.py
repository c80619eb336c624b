"""The models: what training computes is what transformers computes from the exported files."""

import hashlib
import json
import tempfile
import tomllib
import unittest
from pathlib import Path

import torch
from transformers import BlipForConditionalGeneration, CLIPModel

from starter_training import caption_model, clip_model
from starter_training.objectives import contrast
from starter_training.pack import Range, write_caption, write_clip, write_manifest
from starter_training.records import Record
from starter_training.views import look, normalise, random_maps, teacher_at_patches
from starter_training.vocabularies import train_caption_tokenizer, train_clip_tokenizer

TEXTS = ["a blue striped mug", "a pair of black shoes", "a photo of a red lamp"] * 50
RECORDS = [Record("rendered", "m.jpg", "mug", colour="blue", pattern="striped")]


class Tokenizers(unittest.TestCase):
    def test_clip(self) -> None:
        tokenizer = train_clip_tokenizer(TEXTS)
        ids = tokenizer("A Blue  mug, Ünîcode 水 🙂")["input_ids"]
        self.assertEqual(ids[0], tokenizer.bos_token_id)
        self.assertEqual(ids[-1], max(ids))
        self.assertEqual(ids[-1], len(tokenizer) - 1)
        self.assertEqual(ids.count(tokenizer.unk_token_id), 1)

    def test_caption(self) -> None:
        tokenizer = train_caption_tokenizer(RECORDS)
        ids = tokenizer("a blue striped mug")["input_ids"]
        self.assertNotIn(tokenizer.unk_token_id, ids)
        self.assertEqual(tokenizer.decode(ids, skip_special_tokens=True), "a blue striped mug")
        self.assertEqual(tokenizer.convert_tokens_to_ids("[DEC]"), len(tokenizer) - 1)


class Models(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        self.tokenizer = train_clip_tokenizer(TEXTS)
        self.clip = CLIPModel(clip_model.configuration(self.tokenizer)).eval()
        clip_model.start_values(self.clip, torch.randn(2000, 768))
        self.pixels = torch.randn(3, 3, 128, 128)

    def test_all_patches_give_what_the_model_gives(self) -> None:
        with torch.no_grad():
            ours, _ = clip_model.image_features(self.clip, self.pixels, None)
            every = torch.arange(64).expand(3, 64)
            kept, _ = clip_model.image_features(self.clip, self.pixels, every)
            theirs = self.clip.vision_model(pixel_values=self.pixels).pooler_output
        torch.testing.assert_close(ours, theirs)
        torch.testing.assert_close(kept, theirs)

    def test_the_captioner_starts_with_clips_layers(self) -> None:
        captioner = BlipForConditionalGeneration(
            caption_model.configuration(train_caption_tokenizer(RECORDS))
        ).eval()
        caption_model.start_from_clip(captioner, self.clip, self.pixels)
        hidden = torch.randn(2, 65, 256)
        with torch.no_grad():
            for mine, theirs in zip(
                captioner.vision_model.encoder.layers, self.clip.vision_model.encoder.layers
            ):
                torch.testing.assert_close(mine(hidden), theirs(hidden, None), atol=2e-4, rtol=1e-3)

    def test_the_pack_holds_every_file_with_its_sum(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            captions = train_caption_tokenizer(RECORDS)
            captioner = BlipForConditionalGeneration(caption_model.configuration(captions))
            write_clip(self.clip, self.tokenizer, folder / "clip")
            write_caption(captioner, captions, folder / "caption")
            write_manifest(folder, "test.1", Range(0.1, 0.3), Range(0.2, 0.9))
            manifest = tomllib.loads((folder / "pack.toml").read_text())
            for name in ("config.json", "model.safetensors", "tokenizer.json"):
                self.assertIn(f"clip/{name}", manifest["files"])
                self.assertIn(f"caption/{name}", manifest["files"])
            for name, stated in manifest["files"].items():
                content = (folder / name).read_bytes()
                self.assertEqual(hashlib.sha256(content).hexdigest(), stated["sha256"])
                self.assertEqual(len(content), stated["size_bytes"])
            config = json.loads((folder / "clip" / "config.json").read_text())
            self.assertEqual(config["text_config"]["eos_token_id"], len(self.tokenizer) - 1)


class Views(unittest.TestCase):
    def test_no_strength_is_the_whole_picture(self) -> None:
        generator = torch.Generator().manual_seed(1)
        maps = random_maps(4, 0.0, generator)
        maps[:, 0, 0] = maps[:, 0, 0].abs()
        ramp = torch.arange(160, dtype=torch.uint8).view(1, 1, 160, 1).expand(4, 160, 160, 3)
        view = look(ramp.contiguous(), maps, 0.0, generator)
        expected = torch.linspace(0, 159, 128)
        got = ramp.float().mean() * 0 + view
        low = normalise(torch.zeros(1, 3, 1, 1))
        high = normalise(torch.ones(1, 3, 1, 1))
        level = (got - low) / (high - low) * 255.0
        self.assertLess((level[0, 0, 64] - expected).abs().max().item(), 1.5)

    def test_the_teacher_follows_the_view(self) -> None:
        maps = torch.tensor([[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        features = torch.arange(7.0).view(1, 1, 7, 1).expand(1, 7, 7, 1)
        read = teacher_at_patches(features, maps, 8).view(8, 8)
        self.assertGreater(read[0, 0].item(), read[0, 7].item())


class Contrast(unittest.TestCase):
    def test_a_second_true_text_is_not_punished(self) -> None:
        true = torch.tensor([[True, True], [True, True]])
        counts = torch.ones(2, 2, dtype=torch.bool)
        even = contrast(torch.zeros(2, 2), true, counts)
        uneven = contrast(torch.tensor([[5.0, 0.0], [0.0, 5.0]]), true, counts)
        self.assertLess(even.item(), uneven.item())

    def test_a_pair_that_does_not_count_changes_nothing(self) -> None:
        true = torch.eye(2, dtype=torch.bool)
        counts = torch.tensor([[True, False], [True, True]])
        low = contrast(torch.tensor([[1.0, -9.0], [0.0, 1.0]]), true, counts)
        high = contrast(torch.tensor([[1.0, 9.0], [0.0, 1.0]]), true, counts)
        torch.testing.assert_close(low, high)


if __name__ == "__main__":
    unittest.main()
