"""Makes the golden of the tuning network: PyTorch's losses, gradients and one step of AdamW.

    python models/parity/tuning.py crates/models/tests/goldens/tuning

Numbers are drawn here, not taken from a training: what is compared is the arithmetic of `crates/models/src/tuning`.
The folder given is emptied first.
"""

import argparse
import math
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

CLIP, MATCHING, RANK, WIDTH, HEADS = 8, 6, 4, 8, 2
LENS = [CLIP, MATCHING, CLIP, CLIP]
N_QUERIES, N_PHOTOS, N_CONTEXT, N_KINDS = 5, 7, 8, 2
SLOPES, USUAL = [3.0, 2.0, 1.0, 1.5], [0.2, 0.1, 0.3, 0.25]
RATE, DECAY, AUXILIARY, KEPT = 1e-3, 0.05, 0.3, 0.5


def parameters() -> dict[str, torch.Tensor]:
    shapes: dict[str, list[int]] = {}

    def linear(name: str, n_in: int, n_out: int, has_bias: bool) -> None:
        shapes[f"{name}.weight"] = [n_out, n_in]
        if has_bias:
            shapes[f"{name}.bias"] = [n_out]

    def adapter(name: str, length: int) -> None:
        linear(f"{name}.down", length, RANK, True)
        linear(f"{name}.up", RANK, length, False)

    adapter("query.clip", CLIP)
    adapter("query.matching", MATCHING)
    linear("query.shares.inner", CLIP + MATCHING, WIDTH, True)
    linear("query.shares.outer", WIDTH, 4, True)
    for at, length in enumerate(LENS):
        adapter(f"product.{at}", length)
        linear(f"fusion.token.{at}", length, WIDTH, True)
        linear(f"fusion.correction.{at}", WIDTH, length, False)
    linear("fusion.context", CLIP, WIDTH, True)
    linear("fusion.kinds", N_KINDS, WIDTH, False)
    for what in ["query", "key", "value"]:
        linear(f"fusion.attention.{what}", WIDTH, WIDTH, False)
    linear("fusion.inner", 2 * WIDTH, WIDTH, True)
    linear("fusion.gates", WIDTH, 1, False)
    for scale in ["text", "image", "fused"]:
        shapes[f"scale.{scale}"] = [1]
    drawn = {name: torch.randn(shape) * 0.4 for name, shape in sorted(shapes.items())}
    for scale in ["text", "image", "fused"]:
        drawn[f"scale.{scale}"] = torch.tensor([math.log(4.0)])
    return {name: value.requires_grad_() for name, value in drawn.items()}


def unit(*shape: int) -> torch.Tensor:
    return F.normalize(torch.randn(*shape), dim=-1)


def batch() -> dict[str, torch.Tensor]:
    there = (torch.rand(N_PHOTOS, 4) > 0.25).float()
    there[:, 0] = 1.0
    has_context = (torch.rand(N_PHOTOS, N_CONTEXT) > 0.5).float()
    kinds = F.one_hot(torch.randint(0, N_KINDS, (N_PHOTOS, N_CONTEXT)), N_KINDS).float()
    has_matching = torch.tensor([[1.0], [1.0], [0.0], [1.0], [1.0]])
    grades = torch.zeros(N_QUERIES, N_PHOTOS)
    for query in range(N_QUERIES):
        grades[query, query] = 0.75
        grades[query, query + 1] = 0.25
    left_out = torch.zeros(N_QUERIES, N_PHOTOS)
    left_out[0, 4] = left_out[3, 6] = 1.0
    found = {f"part.{at}": unit(N_PHOTOS, length) * there[:, at : at + 1] for at, length in enumerate(LENS)}
    return found | {
        "clip": unit(N_QUERIES, CLIP),
        "matching": unit(N_QUERIES, MATCHING) * has_matching,
        "has_matching": has_matching,
        "is_there": there,
        "context": unit(N_PHOTOS, N_CONTEXT, CLIP) * has_context[..., None],
        "kinds": kinds * has_context[..., None],
        "has_context": has_context,
        "grades": grades,
        "is_left_out": left_out,
        "weights": torch.tensor([1.0, 2.0, 1.0, 0.5, 1.0]),
    }


class Network:
    def __init__(self, p: dict[str, torch.Tensor], b: dict[str, torch.Tensor]):
        self.p, self.b = p, b

    def linear(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.p[f"{name}.weight"], self.p.get(f"{name}.bias"))

    def adapter(self, name: str, x: torch.Tensor) -> torch.Tensor:
        inner = F.gelu(self.linear(f"{name}.down", x), approximate="tanh")
        return x + self.linear(f"{name}.up", inner)

    @staticmethod
    def normalized(x: torch.Tensor) -> torch.Tensor:
        return x / (x.square().sum(-1, keepdim=True) + 1e-12).sqrt()

    @staticmethod
    def bounded_exp(x: torch.Tensor) -> torch.Tensor:
        return (2.0 * torch.tanh(x / 2.0)).exp()

    def queries(self) -> tuple[list[torch.Tensor], torch.Tensor]:
        b = self.b
        inner = F.gelu(
            self.linear("query.shares.inner", torch.cat([b["clip"], b["matching"]], 1)), approximate="tanh"
        )
        shares = self.bounded_exp(self.linear("query.shares.outer", inner))
        clip = self.normalized(self.adapter("query.clip", b["clip"]))
        matching = self.normalized(self.adapter("query.matching", b["matching"])) * b["has_matching"]
        return [clip, matching, clip, clip], shares

    def parts(self) -> list[torch.Tensor]:
        there = self.b["is_there"]
        return [self.adapter(f"product.{at}", self.b[f"part.{at}"]) * there[:, at : at + 1] for at in range(4)]

    def photos(self) -> list[torch.Tensor]:
        b, adapted = self.b, self.parts()
        own = torch.stack([self.linear(f"fusion.token.{at}", adapted[at]) for at in range(4)], 1)
        context = self.linear("fusion.context", b["context"]) + self.linear("fusion.kinds", b["kinds"])
        tokens = torch.cat([own, context], 1)
        there = torch.cat([b["is_there"], b["has_context"]], 1)

        def heads(name: str, x: torch.Tensor) -> torch.Tensor:
            y = self.linear(f"fusion.attention.{name}", x)
            return y.view(N_PHOTOS, -1, HEADS, WIDTH // HEADS).transpose(1, 2)

        mask = there[:, None, None, :] > 0
        seen = F.scaled_dot_product_attention(
            heads("query", own), heads("key", tokens), heads("value", tokens), attn_mask=mask
        )
        seen = seen.transpose(1, 2).reshape(N_PHOTOS, 4, WIDTH)
        inner = F.gelu(self.linear("fusion.inner", torch.cat([own, seen], 2)), approximate="tanh")
        gates = self.bounded_exp(self.linear("fusion.gates", inner))
        own_there = b["is_there"][:, :, None]
        together = (gates.square() * own_there).sum(1, keepdim=True)
        gates = gates * ((own_there.sum(1, keepdim=True) + 1e-6) / (together + 1e-6)).sqrt()
        found = []
        for at in range(4):
            corrected = adapted[at] + self.linear(f"fusion.correction.{at}", inner[:, at])
            gate = gates[:, at] * b["is_there"][:, at : at + 1]
            found.append(self.normalized(corrected) * gate)
        return found

    def contrastive(self, scores: torch.Tensor, scale: str) -> torch.Tensor:
        b = self.b
        logits = (scores * self.p[f"scale.{scale}"].exp()).masked_fill(b["is_left_out"] > 0, -1e9)
        of_query = F.cross_entropy(logits, b["grades"], reduction="none")
        return (of_query * b["weights"]).sum() / b["weights"].sum()

    def missing(self, at: int) -> torch.Tensor:
        return (1.0 - self.b["is_there"][:, at])[None, :] * USUAL[at]

    def aligned(self, which: list[int], scale: str) -> torch.Tensor:
        queries, _ = self.queries()
        adapted, total = self.parts(), torch.zeros(N_QUERIES, N_PHOTOS)
        for at in which:
            of_part = queries[at] @ self.normalized(adapted[at]).T + self.missing(at)
            total = total + (of_part * self.b["has_matching"] if at == 1 else of_part)
        return self.contrastive(total, scale)

    def scores(self, which: list[int], queries: list, shares: torch.Tensor, photos: list) -> torch.Tensor:
        total = torch.zeros(N_QUERIES, N_PHOTOS)
        for at in which:
            of_part = (queries[at] @ photos[at].T + self.missing(at)) * shares[:, at : at + 1]
            of_part = of_part * self.b["has_matching"] if at == 1 else of_part
            total = total + of_part * SLOPES[at]
        return total

    def fused(self) -> torch.Tensor:
        return self.contrastive(self.scores([0, 1, 2, 3], *self.queries(), self.photos()), "fused")

    def drift(self, photos: list[torch.Tensor]) -> torch.Tensor:
        b = self.b
        alone = [b["clip"], b["matching"], b["clip"], b["clip"]]
        raw = [b[f"part.{at}"] for at in range(4)]
        known = self.scores([0, 1], alone, torch.ones(N_QUERIES, 4), raw)
        learnt = self.scores([0, 1], *self.queries(), photos)
        known, learnt = F.log_softmax(4.0 * known, -1).detach(), F.log_softmax(4.0 * learnt, -1)
        return KEPT * F.kl_div(learnt, known, log_target=True, reduction="batchmean")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    folder = arguments.parse_args().folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.manual_seed(14)
    p, b = parameters(), batch()
    network = Network(p, b)
    text, image = network.aligned([2, 3], "text"), network.aligned([0, 1], "image")
    whole = network.fused() + AUXILIARY * (text + image) + network.drift(network.photos())
    image = image + network.drift([network.normalized(part) for part in network.parts()])
    golden = {f"tuning.{name}": value.detach().clone() for name, value in p.items()}
    golden |= {f"batch.{name}": value for name, value in b.items()}
    golden |= {"loss.text": text.detach(), "loss.image": image.detach(), "loss.fused": whole.detach()}
    matrices = [value for value in p.values() if value.dim() > 1]
    others = [value for value in p.values() if value.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}], lr=RATE, eps=1e-8
    )
    whole.backward()
    golden |= {f"gradient.{name}": value.grad.clone() for name, value in p.items()}
    optimizer.step()
    golden |= {f"after.{name}": value.detach().clone() for name, value in p.items()}
    golden = {name: value.contiguous() for name, value in golden.items()}
    save_file(golden, folder / "step.safetensors", metadata={"format": "vitrine-tuning-1"})


main()
