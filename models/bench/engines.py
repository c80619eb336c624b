"""One engine at one piece of work: answers each line with the seconds that one call took, and the end of input with
the peak memory of the process in bytes.

    python engines.py convert TASK FOLDER
    python engines.py ENGINE PRECISION TASK FOLDER

Weights come from FOLDER, as `models/parity/make_true_size.py` writes them; what engines read instead is made of them
first, alone, and kept in FOLDER/converted: it takes several times the memory that the engine takes afterwards. An engine
that has no such precision or task ends with a line that says so.
"""

import ctypes
import gc
import os
import sys
import time
from pathlib import Path

THREADS = 2
# Folder of the weights, pictures or texts at once.
IMAGES = {
    "image1": ("clip", 1), "image8": ("clip", 8), "large1": ("clip_large", 1), "large8": ("clip_large", 8),
    "siglip1": ("siglip", 1), "siglip8": ("siglip", 8),
}
# Start, six words, end: the highest id.
TEXT = [[600, 1, 2, 3, 4, 5, 6, 601]]


class Lacking(Exception):
    """What this engine cannot do."""


def peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell the peak memory of a process")


def give_back_memory() -> None:
    """What loading left: of twelve engines side by side it would fill the machine. The peak tells it all the same."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def torch_model(kind: str, folder: Path, precision: str):
    import torch
    import transformers

    dtypes = {"f32": torch.float32, "bf16": torch.bfloat16}
    if precision not in dtypes:
        raise Lacking(f"no {precision}")
    torch.set_num_threads(THREADS)
    return getattr(transformers, kind).from_pretrained(folder, dtype=dtypes[precision]).eval()


def given(task: str):
    """What goes into the tower that a task asks, in f32."""
    import torch

    if task == "text":
        return torch.tensor(TEXT)
    return torch.randn(IMAGES[task][1], 3, 224, 224)


def clip_part(task: str, folder: Path, precision: str):
    """The tower that a task asks, and what goes into it."""
    import torch

    name, _ = IMAGES.get(task, ("clip", 1))
    is_siglip = name == "siglip"
    model = torch_model("SiglipModel" if is_siglip else "CLIPModel", folder / name, precision)

    class Tower(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, x):
            if task == "text":
                tokens = self.model.text_model(input_ids=x)
                return self.model.text_projection(tokens.pooler_output)
            tokens = self.model.vision_model(pixel_values=x)
            if is_siglip:
                return tokens.pooler_output
            return self.model.visual_projection(tokens.pooler_output)

    x = given(task)
    return Tower().eval(), x.to(model.dtype) if x.is_floating_point() else x


def pytorch(task: str, folder: Path, precision: str):
    import torch

    if is_tower(task):
        tower, x = clip_part(task, folder, precision)
        return lambda: tower(x)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    pixels = torch.randn(8 if task == "greedy8" else 1, 3, 384, 384, dtype=dtype)
    if task == "match":
        model = torch_model("BlipForImageTextRetrieval", folder / "match", precision)
        ids = torch.arange(20 * 12).reshape(20, 12) % 150 + 5

        def match():
            # `forward` would read the picture once for every text; this is the kinder way to use the class.
            image = model.vision_model(pixel_values=pixels).last_hidden_state.expand(20, -1, -1)
            first = model.text_encoder(input_ids=ids, encoder_hidden_states=image).last_hidden_state[:, 0]
            return model.itm_head(first).softmax(-1)

        return match
    model = torch_model("BlipForConditionalGeneration", folder / "caption", precision)
    beams = 3 if task == "beam" else 1
    length = dict(min_length=20, max_length=20)
    return lambda: model.generate(pixel_values=pixels, do_sample=False, num_beams=beams, **length)


def converted(task: str, folder: Path, ending: str) -> Path:
    return folder / "converted" / f"{task}{ending}"


def convert(task: str, folder: Path) -> None:
    """Towers as ONNX, and as each engine rounds them; what is there already stays."""
    if not is_tower(task):
        return
    full = converted(task, folder, ".onnx")
    full.parent.mkdir(exist_ok=True)
    if not full.exists():
        import torch

        tower, x = clip_part(task, folder, "f32")
        torch.onnx.export(tower, (x,), full, dynamo=True, external_data=False, verbose=False)
        del tower
    if not converted(task, folder, ".int8.onnx").exists():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(full, converted(task, folder, ".int8.onnx"), weight_type=QuantType.QInt8)
    rounded = converted(task, folder, ".int8.xml")
    if not rounded.exists():
        import nncf
        import openvino as ov

        model = ov.Core().read_model(full)
        data = nncf.Dataset([given(task).numpy()])
        kind = nncf.ModelType.TRANSFORMER
        ov.save_model(nncf.quantize(model, data, model_type=kind, subset_size=1), rounded, compress_to_fp16=False)


def is_tower(task: str) -> bool:
    return task in IMAGES or task == "text"


def towers_only(task: str) -> None:
    if not is_tower(task):
        raise Lacking("towers of CLIP alone are compared with this engine")


def onnxruntime(task: str, folder: Path, precision: str):
    import onnxruntime as ort

    towers_only(task)
    if precision == "bf16":
        raise Lacking("no bf16 on processors")
    path = converted(task, folder, ".int8.onnx" if precision == "int8" else ".onnx")
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: given(task).numpy()}
    return lambda: session.run(None, inputs)


def openvino(task: str, folder: Path, precision: str):
    import openvino as ov

    towers_only(task)
    core = ov.Core()
    path = converted(task, folder, ".int8.xml" if precision == "int8" else ".onnx")
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise Lacking("no bf16 on this processor")
    hint = "bf16" if precision == "bf16" else "f32"
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": THREADS,
        "INFERENCE_PRECISION_HINT": hint,
    }
    request = core.compile_model(core.read_model(path), "CPU", settings).create_infer_request()
    inputs = {0: given(task).numpy()}
    return lambda: request.infer(inputs)


ENGINES = {"pytorch": pytorch, "onnxruntime": onnxruntime, "openvino": openvino}


def main() -> None:
    if sys.argv[1] == "convert":
        convert(sys.argv[2], Path(sys.argv[3]))
        return
    engine, precision, task, folder = sys.argv[1:]
    # What libraries print while they load is not an answer.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import torch

    with torch.inference_mode():
        try:
            call = ENGINES[engine](task, Path(folder), precision)
            call()
        except Lacking as lacking:
            print(f"lacking: {lacking}", file=answers)
            return
        give_back_memory()
        print("ready", file=answers)
        for _ in sys.stdin:
            start = time.perf_counter()
            call()
            print(time.perf_counter() - start, file=answers)
    print(peak_bytes(), file=answers)


if __name__ == "__main__":
    main()
