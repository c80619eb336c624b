"""Times the search index beside faiss and hnswlib, on the same vectors, in one run.

    pip install faiss-cpu hnswlib numpy
    cargo build --release -p vitrine-index --features synthetic --example beside
    python index_times.py ../../target/release/examples/beside [N] [PARTS]

Vectors are clustered as a shop's photos are (kinds of goods that differ in few directions), in parts of unit length as
three models make them: 512,256,512 is CLIP ViT-B/32, BLIP base, CLIP of the description. Queries are the parts times
weights. All of them use one thread. faiss and hnswlib get the smallest `efSearch` at which their recall@10 reaches that
of Vitrine's index; memory is what the process grew by while the index was built.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

K = 10
N_QUERIES = 500
N_CLUSTERS = 400
RANK = 24
WEIGHTS = (1.0, 1.0, 0.25)
EF = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)
# Links of a node and breadth while building; those of Vitrine's graph.
LINKS, BREADTH = 16, 128


def vectors(n: int, parts: list[int], seed: int) -> np.ndarray:
    """`[n, sum(parts)]`: each part of unit length, clustered alike in all of them."""
    numbers = np.random.default_rng(seed)
    kind = numbers.integers(0, N_CLUSTERS, n)
    whole = []
    for part, size in enumerate(parts):
        shape = np.random.default_rng(1000 + part)
        centres = shape.uniform(-0.5, 0.5, (N_CLUSTERS, size)).astype(np.float32)
        directions = shape.uniform(-0.5, 0.5, (RANK, size)).astype(np.float32)
        rows = centres[kind] + (numbers.uniform(-0.4, 0.4, (n, RANK)).astype(np.float32) @ directions)
        rows += numbers.uniform(-0.075, 0.075, (n, size)).astype(np.float32)
        whole.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return np.concatenate(whole, axis=1)


def memory_mb() -> float:
    """What this process holds."""
    with open("/proc/self/status") as status:
        return next(float(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def recall(found: np.ndarray, due: np.ndarray) -> float:
    """Share of the true neighbours that were found."""
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(found.tolist(), due.tolist())]))


def timed(ask, queries: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Each query alone: its neighbours, and microseconds in rising order."""
    found, times = [], []
    for query in queries:
        begun = time.perf_counter()
        found.append(ask(query[None])[0])
        times.append((time.perf_counter() - begun) * 1e6)
    return np.array(found), sorted(times)


def other(name: str, folder: str, width: int, wanted: float, answer) -> None:
    """Builds one of the others in a process of its own and answers its figures."""
    base = np.memmap(Path(folder) / "base.f32", np.float32, "r").reshape(-1, width)
    queries = np.fromfile(Path(folder) / "queries.f32", np.float32).reshape(-1, width)
    due = np.load(Path(folder) / "due.npy")
    if name == "hnswlib":
        import hnswlib

        before, begun = memory_mb(), time.perf_counter()
        index = hnswlib.Index("ip", width)
        index.init_index(len(base), M=LINKS, ef_construction=BREADTH)
        index.set_num_threads(1)
        for first in range(0, len(base), 4096):
            index.add_items(base[first : first + 4096], np.arange(first, min(first + 4096, len(base))), num_threads=1)
        set_ef, ask = index.set_ef, lambda query: index.knn_query(query, k=K, num_threads=1)[0]
    else:
        import faiss

        faiss.omp_set_num_threads(1)
        before, begun = memory_mb(), time.perf_counter()
        if name == "faiss HNSW, 8 bits":
            index = faiss.IndexHNSWSQ(
                width, faiss.ScalarQuantizer.QT_8bit, LINKS, faiss.METRIC_INNER_PRODUCT
            )
            index.train(np.array(base[:20000]))
        else:
            index = faiss.IndexHNSWFlat(width, LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = BREADTH
        for first in range(0, len(base), 4096):
            index.add(np.array(base[first : first + 4096]))

        def set_ef(ef: int) -> None:
            index.hnsw.efSearch = ef

        def ask(query: np.ndarray) -> np.ndarray:
            return index.search(query, K)[1]

    figures = {"build_s": round(time.perf_counter() - begun, 1), "memory_mb": round(memory_mb() - before)}
    for ef in EF:
        set_ef(max(ef, K))
        found, times = timed(ask, queries)
        figures |= {
            "ef": ef,
            "recall": recall(found, due),
            "p50_us": round(times[len(times) // 2]),
            "p99_us": round(times[len(times) * 99 // 100]),
        }
        if figures["recall"] >= wanted:
            break
    answer.put(figures)


def main() -> None:
    """One table."""
    program, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    parts = [int(part) for part in (sys.argv[3] if len(sys.argv) > 3 else "512,256,512").split(",")]
    width = sum(parts)
    with tempfile.TemporaryDirectory() as folder:
        base = vectors(n, parts, 1)
        # Words lie between two photos.
        one, two = vectors(N_QUERIES, parts, 2), vectors(N_QUERIES, parts, 3)
        queries = np.concatenate(
            [
                (WEIGHTS[part % 3] * (a + 0.5 * b) / np.linalg.norm(a + 0.5 * b, axis=1, keepdims=True))
                for part, (a, b) in enumerate(
                    zip(np.split(one, np.cumsum(parts)[:-1], 1), np.split(two, np.cumsum(parts)[:-1], 1))
                )
            ],
            axis=1,
        ).astype(np.float32)
        base.tofile(Path(folder) / "base.f32")
        queries.tofile(Path(folder) / "queries.f32")
        due = np.argsort(-(queries @ base.T), axis=1, kind="stable")[:, :K]
        np.save(Path(folder) / "due.npy", due)
        del base
        environment = os.environ | {"RAYON_NUM_THREADS": "1"}
        command = [program, folder, ",".join(map(str, parts))]
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        own = json.loads(told)
        own["recall"] = recall(np.fromfile(Path(folder) / "found.u32", np.uint32).reshape(-1, K), due)
        rows = {"vitrine": own}
        for name in ("faiss HNSW", "faiss HNSW, 8 bits", "hnswlib"):
            # A process of its own each, so that memory is told apart.
            answer = multiprocessing.get_context("spawn").Queue()
            work = multiprocessing.get_context("spawn").Process(
                target=other, args=(name, folder, width, own["recall"], answer)
            )
            work.start()
            rows[name] = answer.get()
            work.join()
        print(f"{n} vectors of {width} numbers, one thread, {N_QUERIES} queries, k = {K}")
        print(f"{'':<20} {'recall@10':>9} {'p50 us':>8} {'p99 us':>8} {'build s':>8} {'memory MB':>10}")
        for name, row in rows.items():
            print(
                f"{name:<20} {row['recall']:>9.4f} {row['p50_us']:>8} {row['p99_us']:>8} {row['build_s']:>8} "
                f"{row['memory_mb']:>10}"
            )


if __name__ == "__main__":
    main()
