"""Writes the small `torch.save` files that `crates/models/tests` reads: good ones, and ones that must be refused.

    .venv/bin/python models/parity/make_torch_files.py crates/models/tests/torch_files

The folder given is emptied first. Nothing here runs what the refused files hold; opening them with
`torch.load(path, weights_only=False)` would.
"""

import argparse
import collections
import os
import pathlib
import shutil
import zipfile

import torch
from safetensors.torch import load_file

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "crates/models/tests/goldens"


class Command:
    """Runs a command when Python loads it."""

    def __reduce__(self):
        return (os.system, ("echo this must never run",))


class Settings:
    """An object of a program, as training scripts leave them in their checkpoints."""

    def __init__(self):
        self.rate = 0.1


def weights() -> dict[str, torch.Tensor]:
    return {
        "f32": torch.arange(6, dtype=torch.float32).reshape(2, 3),
        "f16": torch.tensor([0.5, -2.0], dtype=torch.float16),
        "bf16": torch.tensor([[1.5], [3.0]], dtype=torch.bfloat16),
        "f64": torch.tensor([0.25], dtype=torch.float64),
        "ids": torch.arange(3),
        "flags": torch.tensor([True, False]),
    }


def good(folder: pathlib.Path) -> None:
    torch.save(weights(), folder / "dict.bin")

    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(weights()["f32"])
        layer.bias.copy_(torch.tensor([7.0, 8.0]))
    # An ordered dictionary with `_metadata`, as `save_pretrained` of older versions left it.
    torch.save(layer.state_dict(), folder / "state_dict.bin")
    torch.save({"weight": layer.weight, "bias": layer.bias}, folder / "parameters.bin")

    # A whole model.
    torch.save(load_file(GOLDENS / "clip_quick_gelu/model.safetensors"), folder / "clip_quick_gelu.bin")

    # A row of a larger storage, and one storage under two names.
    whole = torch.arange(12, dtype=torch.float32).reshape(4, 3)
    torch.save({"whole": whole, "row": whole[2], "tied": whole}, folder / "shared.bin")


def refused(folder: pathlib.Path) -> None:
    torch.save(weights(), folder / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"f32": weights()["f32"].t()}, folder / "transposed.bin")
    torch.save({**weights(), "extra": Command()}, folder / "command.bin")
    torch.save({**weights(), "extra": Settings()}, folder / "object.bin")
    torch.save({"epoch": 3, "state_dict": weights()}, folder / "training.bin")
    torch.save(weights()["f32"], folder / "tensor.bin")
    torch.save(torch.nn.Linear(3, 2), folder / "module.bin")
    torch.save(collections.OrderedDict(f32=[1.0, 2.0]), folder / "list.bin")
    torch.save(weights(), folder / "protocol4.bin", pickle_protocol=4)

    # The same archive, compressed: 8 MB of zeros in some kilobytes.
    plain = folder / "plain.bin"
    torch.save({"f32": torch.zeros(2 << 20)}, plain)
    with zipfile.ZipFile(plain) as source:
        with zipfile.ZipFile(folder / "compressed.bin", "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(name, source.read(name))
    plain.unlink()

    # A list of tensors that speaks of more numbers than there are.
    torch.save({"f32": weights()["f32"]}, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(folder / "short_storage.bin", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[:8] if name.endswith("data/0") else data)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(folder / "no_storage.bin", "w") as target:
        for name in source.namelist():
            if not name.endswith("data/0"):
                target.writestr(name, source.read(name))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(folder / "big_endian.bin", "w") as target:
        for name in source.namelist():
            target.writestr(name, b"big" if name.endswith("byteorder") else source.read(name))
    plain.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    output: pathlib.Path = parser.parse_args().output
    if output.exists():
        shutil.rmtree(output)
    output.mkdir(parents=True)
    good(output)
    refused(output)


if __name__ == "__main__":
    main()
