"""The models: what training computes is what transformers computes from the exported files."""

import hashlib
import json
import tempfile
import tomllib
import unittest
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import BlipForConditionalGeneration, BlipForImageTextRetrieval, CLIPModel

from starter_training import blip_model, clip_model
from starter_training.calibration import best_scores, part
from starter_training.measuring import without_gaps
from starter_training.objectives import alike, contrast
from starter_training.pack import (
    MODELS,
    SEARCH,
    Coverage,
    Range,
    write_blip,
    write_clip,
    write_manifest,
)
from starter_training.pixels import GRID, PATCH
from starter_training.progress import Optimiser, learning_rate
from starter_training.views import (
    look,
    mixture,
    normalise,
    patches_kept,
    random_maps,
    teacher_at_patches,
)
from starter_training.vocabularies import train_tokenizer
from starter_training.words import every_word

TEXTS = ["a blue striped mug", "a pair of black shoes", "a photo of a red lamp"] * 50


def cut(pixels: torch.Tensor) -> torch.Tensor:
    """`[n, 3, 128, 128]` as patches `[n, 64, 3, 16, 16]`."""
    columns = F.unfold(pixels, PATCH, stride=PATCH).transpose(1, 2)
    return columns.view(len(pixels), GRID * GRID, 3, PATCH, PATCH)


class Tokenizer(unittest.TestCase):
    def test_one_for_all_models(self) -> None:
        tokenizer = train_tokenizer(TEXTS)
        ids = tokenizer("A Blue  mug, Ünîcode 水 🙂")["input_ids"]
        self.assertEqual((ids[0], ids[-1]), (tokenizer.cls_token_id, tokenizer.sep_token_id))
        # CLIP takes its vector at the first of these, and 2 would mean "the highest id".
        self.assertNotEqual(tokenizer.sep_token_id, 2)
        ids = tokenizer("a blue striped mug")["input_ids"]
        self.assertNotIn(tokenizer.unk_token_id, ids)
        self.assertEqual(tokenizer.decode(ids, skip_special_tokens=True), "a blue striped mug")
        self.assertEqual(tokenizer.convert_tokens_to_ids("[DEC]"), len(tokenizer) - 2)
        self.assertEqual(tokenizer.convert_tokens_to_ids("[ENC]"), len(tokenizer) - 1)


class Captions(unittest.TestCase):
    def test_decoded_names_are_as_they_were(self) -> None:
        tokenizer = train_tokenizer(every_word())
        for name in every_word():
            said = tokenizer.decode(tokenizer(name)["input_ids"], skip_special_tokens=True)
            self.assertEqual(without_gaps(said), name.lower())


class Models(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        self.tokenizer = train_tokenizer(TEXTS)
        self.clip = CLIPModel(clip_model.configuration(self.tokenizer)).eval()
        clip_model.start_values(self.clip, torch.randn(2000, 768))
        self.pixels = torch.randn(3, 3, 128, 128)

    def test_all_patches_give_what_clip_gives(self) -> None:
        with torch.no_grad():
            ours = clip_model.see(self.clip, cut(self.pixels), None)
            every = torch.arange(64).expand(3, 64)
            kept = clip_model.see(self.clip, cut(self.pixels), every)
            theirs = self.clip.vision_model(pixel_values=self.pixels).pooler_output
        torch.testing.assert_close(ours.whole, theirs)
        torch.testing.assert_close(kept.whole, theirs)

    def test_all_patches_give_what_blip_gives(self) -> None:
        blip = blip_model.Blip.new(self.tokenizer)
        blip_model.start_from_clip(blip.captioner.vision_model, self.clip, self.pixels)
        blip.captioner.eval()
        with torch.no_grad():
            ours = blip.see(cut(self.pixels), None)
            theirs = blip.captioner.vision_model(pixel_values=self.pixels).last_hidden_state
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)

    def test_blip_starts_with_clips_layers(self) -> None:
        tower = blip_model.Blip.new(self.tokenizer).captioner.eval().vision_model
        blip_model.start_from_clip(tower, self.clip, self.pixels)
        hidden = torch.randn(2, 65, 256)
        with torch.no_grad():
            for mine, theirs in zip(tower.encoder.layers, self.clip.vision_model.encoder.layers):
                torch.testing.assert_close(mine(hidden), theirs(hidden, None), atol=2e-4, rtol=1e-3)

    def test_the_pack_holds_every_file_with_its_sum(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            blip = blip_model.Blip.new(self.tokenizer)
            write_clip(self.clip, self.tokenizer, folder / "clip")
            write_blip(blip.captioner, self.tokenizer, folder / "caption")
            write_blip(blip.matcher, self.tokenizer, folder / "match")
            coverage = Coverage(['17 "kinds" – of garments'], ["brands"])
            write_manifest(folder, "test.1", Range(0.1, 0.3), Range(0.2, 0.9), coverage)
            manifest = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
            self.assertEqual(manifest["coverage"]["knows"], coverage.knows)
            for model in MODELS:
                for name in ("config.json", "model.safetensors", "tokenizer.json"):
                    self.assertIn(f"{model}/{name}", manifest["files"])
            for name, told in manifest["files"].items():
                content = (folder / name).read_bytes()
                self.assertEqual(hashlib.sha256(content).hexdigest(), told["sha256"])
                self.assertEqual(len(content), told["size_bytes"])
            self.assertLess(sum(f["size_bytes"] for f in manifest["files"].values()), 60e6)
            config = json.loads((folder / "clip" / "config.json").read_text())
            self.assertEqual(config["text_config"]["eos_token_id"], self.tokenizer.sep_token_id)
            captioner = BlipForConditionalGeneration.from_pretrained(folder / "caption")
            matcher = BlipForImageTextRetrieval.from_pretrained(folder / "match")
            search = json.loads((folder / "caption" / "generation_config.json").read_text())
            self.assertEqual(search | SEARCH, search)
            theirs = matcher.vision_model.state_dict()
            for name, value in captioner.vision_model.state_dict().items():
                self.assertTrue(torch.equal(value, theirs[name]), name)


class Steps(unittest.TestCase):
    def test_every_weight_has_one_optimiser(self) -> None:
        torch.manual_seed(0)
        clip = CLIPModel(clip_model.configuration(train_tokenizer(TEXTS)))
        before = {name: value.clone() for name, value in clip.state_dict().items()}
        optimiser = Optimiser([clip], 1e-3, decay=0.05)
        for value in clip.parameters():
            value.grad = torch.randn_like(value)
        optimiser.step(1e-3)
        for name, value in clip.named_parameters():
            self.assertFalse(torch.equal(value, before[name]), name)
            self.assertLess((value - before[name]).abs().max().item(), 0.05, name)

    def test_the_rate_rises_stays_and_falls(self) -> None:
        rates = [learning_rate(done, 10_000, 1.0, 60) for done in (0.1, 0.5, 0.7, 0.85, 1.0)]
        self.assertEqual(rates[:3], [1.0, 1.0, 1.0])
        self.assertTrue(0.4 < rates[3] < 0.6 and rates[4] < 0.01)
        self.assertLess(learning_rate(0.0, 0, 1.0, 60), 0.02)


class NoMatch(unittest.TestCase):
    def test_the_line_parts_searches(self) -> None:
        line = part(np.array([0.5, 0.6, 0.7, 0.3]), np.array([0.1, 0.2, 0.4, 0.35]))
        self.assertEqual((line.cosine, line.kept, line.refused), (0.5, 0.75, 1.0))


    def test_kin_are_not_another_shop(self) -> None:
        scores = np.array([[0.9, 0.6, 0.1], [0.2, 0.3, 0.8]])
        right = np.array([[True, False, False], [False, False, True]])
        present, absent, kin = best_scores(scores, right, ["fruit", "fruit", "shoes"])
        self.assertEqual(present.tolist(), [0.9, 0.8])
        self.assertEqual(absent.tolist(), [0.1, 0.3])
        self.assertEqual(kin.tolist(), [0.6, 0.3])


class Views(unittest.TestCase):
    def test_no_strength_is_the_whole_picture(self) -> None:
        generator = torch.Generator().manual_seed(1)
        maps = random_maps(4, 0.0, generator)
        maps[:, 0, 0] = maps[:, 0, 0].abs()
        ramp = torch.arange(160, dtype=torch.uint8).view(1, 1, 160, 1).expand(4, 160, 160, 3)
        patches = look(ramp.contiguous(), maps, None, 0.0, generator)
        self.assertEqual(patches.shape, (4, 64, 3, 16, 16))
        low = normalise(torch.zeros(1, 3, 1, 1))
        high = normalise(torch.ones(1, 3, 1, 1))
        level = (patches[0] - low) / (high - low) * 255.0
        row = torch.cat([level[32 + at, 0, 5] for at in range(8)])
        self.assertLess((row - torch.linspace(0, 159, 128)).abs().max().item(), 1.5)

    def test_kept_patches_are_those_of_the_whole_view(self) -> None:
        generator = torch.Generator().manual_seed(3)
        pictures = torch.randint(0, 255, (2, 160, 160, 3), dtype=torch.uint8, generator=generator)
        maps = random_maps(2, 1.0, generator)
        kept = torch.tensor([[0, 9, 63], [5, 6, 40]])
        whole = look(pictures, maps, None, 0.0, generator)
        some = look(pictures, maps, kept, 0.0, generator)
        torch.testing.assert_close(some, whole[torch.arange(2)[:, None], kept])

    def test_the_teacher_follows_the_view(self) -> None:
        maps = torch.tensor([[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        features = torch.arange(7.0).view(1, 1, 7, 1).expand(1, 7, 7, 1)
        read = teacher_at_patches(features, maps, 8).view(8, 8)
        self.assertGreater(read[0, 0].item(), read[0, 7].item())


class Mixing(unittest.TestCase):
    def test_partners_exchange_patches_of_the_same_places(self) -> None:
        generator = torch.Generator().manual_seed(2)
        kept, mixed = mixture(8, patches_kept(8, 64, 0.5, generator), generator)
        torch.testing.assert_close(kept, kept[mixed.partner])
        self.assertEqual(mixed.partner[mixed.partner].tolist(), list(range(8)))
        names = torch.arange(8.0)[:, None]
        patches = mixed.patches(names[:, :, None].expand(8, 32, 1))[:, :, 0]
        self.assertTrue(((patches == names) | (patches == names[mixed.partner])).all())
        share = (patches == names).float().mean(1)
        self.assertTrue(((share > 0.2) & (share < 0.8)).all(), share)
        torch.testing.assert_close(mixed.whole(names), patches.mean(1, keepdim=True))


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


class Alike(unittest.TestCase):
    def test_the_same_thing_is_pulled_together(self) -> None:
        same = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=torch.bool)
        near = F.normalize(torch.tensor([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]]), dim=1)
        far = F.normalize(torch.tensor([[1.0, 0.1], [0.0, 1.0], [1.0, 0.0]]), dim=1)
        self.assertLess(alike(near, same).item(), alike(far, same).item())
        self.assertEqual(alike(near, torch.eye(3, dtype=torch.bool)).item(), 0.0)


if __name__ == "__main__":
    unittest.main()
