"""A plain CLIP Interrogator on transformers' CLIPModel, to compare the project's own with.

    .venv/bin/python models/parity/interrogator.py crates/models/tests/goldens/interrogator
    .venv/bin/python models/parity/interrogator.py --true-size FOLDER

Every text goes through the whole model, every phrase is tried in every step: slow and simple. The algorithm is
that of pharmapsychotic/clip-interrogator with its faults mended (the sign in `negative`, the separator forgotten
when a text is fitted). The folder given is emptied first; it then holds a small random CLIP, small lists of
terms, and the answers. Seeded: the same versions on the same kind of processor give the same files.

The second form writes a random CLIP with the text tower of ViT-L/14 at its true size, to measure the time of the
chain without a download. Its image tower has one layer, since the chain starts from a vector; its tokenizer is the
starter pack's, which cuts words into about as many tokens as the released one.
"""

import argparse
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from checkpoints import clip_preprocessor, save, shake
from pictures import draw_pictures
from vocabularies import clip_tokenizer

SHAPES = "mug cup shirt lamp chair bag vase shoe jacket hat table bottle bowl pillow rug clock watch ring".split()
COLOURS = "red blue green yellow black white brown grey orange purple pink".split()
MATERIALS = "leather cotton ceramic glass metal wool".split()

TABLES = {
    "product_types": [f"{shape}\t{shape}s" for shape in SHAPES]
    + ["tea cup\tcups", "ceramic mug\tmugs", "table lamp\tlamps", "hand bag\tbags", "armchair", "ice bucket"],
    "colours": COLOURS + ["rosé gold ☕", "blau-weiß"],
    "materials": MATERIALS + ["wood"],
    "styles": ["old", "new", "round and small", "tall", "plain"],
    "mediums": ["a photo", "a picture", "an oil painting"],
    "artists": ["by a potter", "by the old chair maker"],
    "presentation": ["white background", "on a table", "close up"],
    "movements": ["bauhaus", "art deco", "pop"],
    "flavours": [f"{colour} {material}" for colour in COLOURS for material in MATERIALS]
    + [f"{material} {shape}" for material in MATERIALS[:3] for shape in SHAPES]
    + ["large", "small", "set of four", "pair", "with a strap", "it's new!", "2 handles", "red", "~ zip ~"],
    "negative": ["broken", "blurred picture", "red cotton"],
}

# Sentences for product terms, alone and with the type.
SENTENCES = {
    "product_types": ("a photo of a {}", None),
    "colours": ("a {} product", "a {} {type}"),
    "materials": ("a product made of {}", "a {type} made of {}"),
    "styles": ("a {} product", "a {} {type}"),
}

CAPTIONS = {
    "landscape": "a red mug on a white table",
    "checks": "a picture of two striped rugs, a lamp",
    "dot": "a photo with " + ", ".join(f"a {colour} {material} bag" for colour in COLOURS for material in MATERIALS[:3]),
    "small": "what a mug!",
    "words": "a red mug on a white table",
    "words_long": "a chair",
}

# Not pictures but texts: a chain that climbs towards a text is longer than one towards a random vector.
LIKE = {
    "words": "a white table with a red mug, old, metal lamp, blue wool, close up, set of four",
    "words_long": "a chair, plain, wool bag, green leather, bauhaus, pop, large, 2 handles, pair, on a table, blue, tall, cup",
}


def an(template: str, word: str, slot: str = "{}") -> str:
    """`a` before a vowel is `an`."""
    before, _, after = template.partition(slot)
    if (before == "a " or before.endswith(" a ")) and word[0].lower() in "aeiou":
        before = before[:-1] + "n "
    return before + word + after


@dataclass
class Reference:
    model: CLIPModel
    tokenizer: CLIPTokenizer
    tables: dict[str, list[str]]
    groups: dict[str, list[str | None]]
    # The smallest lead of a chosen phrase over the next: below rounding, another machine may choose otherwise.
    narrowest: float = field(default=1.0)

    @property
    def limit(self) -> int:
        return self.model.config.text_config.max_position_embeddings

    def vectors(self, texts: list[str]) -> torch.Tensor:
        """`[texts, dim]`, rows of length 1."""
        tokens = self.tokenizer(texts, truncation=True, max_length=self.limit, padding=True, return_tensors="pt")
        with torch.no_grad():
            found = self.model.get_text_features(input_ids=tokens["input_ids"]).pooler_output
        return torch.nn.functional.normalize(found)

    def similarities(self, image: torch.Tensor, texts: list[str]) -> torch.Tensor:
        parts = [self.vectors(texts[i : i + 100]) @ image for i in range(0, len(texts), 100)]
        return torch.cat(parts) if parts else torch.empty(0)

    def full(self, text: str) -> bool:
        return len(self.tokenizer(text)["input_ids"]) >= self.limit

    def rank(self, image: torch.Tensor, labels: list[str], n: int, sign: int = 1) -> list[str]:
        labels = list(dict.fromkeys(labels))
        heights = sign * self.similarities(image, labels)
        order = sorted(range(len(labels)), key=lambda i: -heights[i].item())
        for a, b in zip(order, order[1 : n + 1]):
            self.note(heights[a].item() - heights[b].item())
        return [labels[i] for i in order[:n]]

    def note(self, lead: float) -> None:
        self.narrowest = min(self.narrowest, lead)

    def merged(self) -> list[str]:
        return [label for labels in self.tables.values() for label in labels]

    def fit(self, parts: list[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            if self.full(f"{text}, {part}"):
                break
            text = f"{text}, {part}"
        return text

    def fast(self, image: torch.Tensor, caption: str, max_phrases: int = 32) -> str:
        return self.fit(caption.split(", ") + self.rank(image, self.merged(), max_phrases))

    def classic(self, image: torch.Tensor, caption: str, n_flavours: int = 3) -> str:
        best = {name: self.rank(image, self.tables[name], 1) for name in self.tables}
        medium, artist = best["mediums"][0], best.get("artists")
        parts = caption.split(", ")
        if not caption.startswith(medium):
            parts.append(medium)
        if artist:
            parts[-1] += " " + artist[0]
        parts += best["presentation"] + best["movements"]
        parts += self.rank(image, self.tables["flavours"], n_flavours)
        return self.fit(parts)

    def chain(
        self, image: torch.Tensor, phrases: list[str], start: str | None, sign: int, least: int, most: int
    ) -> tuple[str, dict]:
        """The best text; its phrases and the similarity after each; where the chain ended, past its best."""

        def height(text: str) -> float:
            return sign * self.similarities(image, [text])[0].item()

        phrases = list(phrases)
        chosen: list[str] = []
        heights: list[float] = []
        if start is None:
            start = self.rank(image, phrases, 1, sign)[0]
            phrases.remove(start)
            chosen.append(start)
            heights.append(height(start))
        text, now = start, height(start)
        best, best_height, n_best = text, now, len(chosen)
        for step in range(most):
            if not phrases:
                break
            candidates = [f"{text}, {phrase}" for phrase in phrases]
            found = sign * self.similarities(image, candidates)
            top = found.topk(min(2, len(phrases)))
            i = int(top.indices[0])
            new = found[i].item()
            if new <= now and step >= least:
                break
            # Candidates cut to the same tokens are equal in truth, not by chance.
            if len(phrases) > 1 and len(set(self.cut(text) for text in candidates)) > 1:
                self.note((top.values[0] - top.values[1]).item())
                self.note(abs(new - now))
            text, now = candidates[i], new
            chosen.append(phrases.pop(i))
            heights.append(now)
            if now > best_height:
                best, best_height, n_best = text, now, len(chosen)
            if self.full(text):
                break
        similarities = [sign * h for h in heights[:n_best]]
        return best, {"chain": chosen[:n_best], "chain_similarities": similarities, "chain_end": text}

    def cut(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, truncation=True, max_length=self.limit)["input_ids"])

    def best(self, image: torch.Tensor, caption: str, least: int, most: int) -> dict:
        phrases = self.rank(image, self.merged(), 2048)
        chain, way = self.chain(image, phrases, caption, 1, least, most)
        sources = ["caption", "classic", "fast", "chain"]
        texts = [caption, self.classic(image, caption, 32), self.fast(image, caption, 32), chain]
        found = self.similarities(image, texts)
        winner = int(found.argmax())
        answer = {"text": texts[winner], "similarity": found[winner].item(), "source": sources[winner]}
        return answer | way

    def negative(self, image: torch.Tensor, least: int, most: int) -> dict:
        phrases = self.rank(image, self.tables["flavours"], 2048, -1)
        phrases += [phrase for phrase in self.tables["negative"] if phrase not in phrases]
        text, way = self.chain(image, phrases, None, -1, least, most)
        return {"text": text, "similarity": self.similarities(image, [text])[0].item()} | way

    def product(self, image: torch.Tensor) -> dict:
        scale = self.model.logit_scale.exp().item()
        attributes = {}
        for name, (alone, _) in SENTENCES.items():
            labels = self.tables[name]
            found = self.similarities(image, [an(alone, label) for label in labels])
            shares = (found * scale).softmax(0)
            top = shares.topk(5).indices.tolist()
            groups: dict[str, float] = {}
            if any(self.groups[name]):
                for label, group, share in zip(labels, self.groups[name], shares.tolist()):
                    groups[group or label] = groups.get(group or label, 0.0) + share
            attributes[name] = {
                "terms": [[labels[i], shares[i].item()] for i in top],
                "groups": sorted(([g, p] for g, p in groups.items()), key=lambda pair: -pair[1])[:5],
            }
        kind = attributes["product_types"]["terms"][0][0]
        for name, (_, typed) in SENTENCES.items():
            if typed is None:
                continue
            labels = [label for label, _ in attributes[name]["terms"]]
            together = sum(share for _, share in attributes[name]["terms"])
            if typed.startswith("a {}"):
                texts = [an(typed, label).replace("{type}", kind) for label in labels]
            else:
                texts = [an(typed, kind, "{type}").replace("{}", label) for label in labels]
            shares = (self.similarities(image, texts) * scale).softmax(0) * together
            order = shares.argsort(descending=True).tolist()
            attributes[name]["refined"] = [[labels[i], shares[i].item()] for i in order]
        return attributes


def make_clip(folder: Path) -> tuple[CLIPModel, CLIPTokenizer]:
    folder.mkdir(parents=True)
    tokenizer = clip_tokenizer(folder, end_is_highest=True, as_json=True)
    text = dict(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        max_position_embeddings=77, hidden_act="quick_gelu", layer_norm_eps=1e-5,
        bos_token_id=0, eos_token_id=2, pad_token_id=1,
    )
    vision = dict(
        hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        image_size=32, patch_size=16, hidden_act="quick_gelu", layer_norm_eps=1e-5,
    )
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=24))
    shake(model, 31, 1.0)
    with torch.no_grad():
        model.logit_scale.fill_(3.0)
    return save(model, folder, torch.float16, clip_preprocessor(32, 32)), tokenizer


def make_true_size(folder: Path) -> None:
    folder.mkdir(parents=True)
    starter = Path(__file__).parent.parent / "starter" / "clip"
    end = json.loads((starter / "config.json").read_text())["text_config"]["eos_token_id"]
    text = dict(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, eos_token_id=end
    )
    vision = dict(hidden_size=1024, num_attention_heads=16, num_hidden_layers=1, patch_size=14)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=768))
    shake(model, 32, 1.0)
    save(model, folder, torch.float16, clip_preprocessor(224, {"shortest_edge": 224}))
    shutil.copy(starter / "tokenizer.json", folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder to fill; emptied first")
    parser.add_argument("--true-size", action="store_true", help="write a large random CLIP instead of goldens")
    arguments = parser.parse_args()
    output: Path = arguments.output
    if arguments.true_size:
        make_true_size(output)
        return
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    shutil.rmtree(output, ignore_errors=True)
    print("a lead below 1e-6 is within rounding: other processors may choose otherwise")
    model, tokenizer = make_clip(output / "clip")
    (output / "lists").mkdir()
    for name, lines in TABLES.items():
        (output / "lists" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tables = {name: [line.split("\t")[0] for line in lines] for name, lines in TABLES.items()}
    groups = {name: [(line.split("\t") + [None])[1] for line in lines] for name, lines in TABLES.items()}

    pictures = draw_pictures(output / "pictures")
    shutil.rmtree(output / "pictures")
    processor = CLIPImageProcessorPil.from_pretrained(output / "clip")
    cases, images = [], {}
    for name, caption in CAPTIONS.items():
        if name in LIKE:
            image = Reference(model, tokenizer, tables, groups).vectors([LIKE[name]])[0]
        else:
            pixels = processor(pictures[name], return_tensors="pt")["pixel_values"]
            with torch.no_grad():
                image = torch.nn.functional.normalize(model.get_image_features(pixel_values=pixels).pooler_output)[0]
        images[name] = image
        for with_artists in (True, False):
            kept = {k: v for k, v in tables.items() if with_artists or k != "artists"}
            reference = Reference(model, tokenizer, kept, groups)
            fast, classic = reference.fast(image, caption), reference.classic(image, caption)
            cases.append({
                "picture": name, "caption": caption, "artists": with_artists,
                "fast": {"text": fast, "similarity": reference.similarities(image, [fast])[0].item()},
                "classic": {"text": classic, "similarity": reference.similarities(image, [classic])[0].item()},
                "best": reference.best(image, caption, 8, 32),
                "best_short": reference.best(image, caption, 0, 5),
                "negative": reference.negative(image, 2, 6),
                "negative_long": reference.negative(image, 8, 32),
                "product": reference.product(image),
            })
            case = cases[-1]
            ends = [case[mode]["chain_end"].count(", ") for mode in ("best", "best_short", "negative", "negative_long")]
            print(f"{name}: chains of {ends}, {case['best']['source']}, narrowest lead {reference.narrowest:.1e}")
    (output / "expected.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    save_file(images, output / "expected.safetensors")


if __name__ == "__main__":
    main()
