//! Products, norms and attention of the sizes that CLIP and BLIP have, beside the most that this processor can do.
//!
//! ```text
//! cargo bench -p vitrine-kernels -- avx2
//! RAYON_NUM_THREADS=1 cargo bench -p vitrine-kernels -- "50 x 768"
//! ```
//!
//! The name of each group tells the peak of all threads together; criterion tells the rate of each product in billions
//! of floating-point operations a second, so their ratio is the share of the peak.

use std::{hint::black_box, time::Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vitrine_kernels::{
    Activation, Heads, Isa, KeysValues, Matrix, Precision, Sizes, Then, attend, heads_together,
    heads_together_in_bf16, normalize, peak,
};

/// Rows, inputs, outputs: a token, a few, a small picture, one of CLIP ViT-B/32, one of ViT-L/14, one of BLIP.
const PRODUCTS: [(usize, usize, usize); 8] = [
    (1, 768, 768),
    (3, 768, 3_072),
    (65, 192, 768),
    (50, 768, 768),
    (50, 768, 3_072),
    (50, 3_072, 768),
    (257, 1_024, 4_096),
    (577, 3_072, 768),
];
/// Bytes of weights that no cache holds.
const FROM_MEMORY: usize = 192 << 20;
/// Operations of each thread that the peak is measured by.
const ROUNDS: u64 = 50_000_000;

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i % 251) as f32 / 251.0 - 0.5).collect()
}

/// Keys and values as [`heads_together`] lays them.
fn halves<T>(numbers: &[T], sizes: Sizes) -> [Heads<'_, T>; 2] {
    let Sizes { keys, head, .. } = sizes;
    [0, numbers.len() / 2].map(|from| Heads {
        numbers: &numbers[from..],
        batch: 0,
        head: keys * head,
        token: head,
    })
}

/// Operations a second of all threads together.
fn measured_peak(isa: Isa) -> f64 {
    let begun = Instant::now();
    let n: u64 = rayon::broadcast(|_| peak::multiply_adds(isa, ROUNDS)).into_iter().sum();
    n as f64 / begun.elapsed().as_secs_f64()
}

fn kernels(criterion: &mut Criterion) {
    for isa in Isa::available() {
        let n_threads = rayon::current_num_threads();
        let peak = measured_peak(isa) / 1e9;
        let mut group =
            criterion.benchmark_group(format!("{}, {n_threads} threads, peak {peak:.0} G/s", isa.name()));
        for (rows, n_in, n_out) in PRODUCTS {
            for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
                let matrix = Matrix::pack_for(isa, precision, &numbers(n_out * n_in), None, n_in);
                let x = numbers(rows * n_in);
                group.throughput(Throughput::Elements(2 * (rows * n_in * n_out) as u64));
                let name = format!("{rows} x {n_in} x {n_out}, {precision:?}, gelu");
                group.bench_function(name, |bencher| {
                    bencher.iter(|| matrix.multiply(black_box(&x), Then::Activate(Activation::Gelu)));
                });
            }
        }
        // As in a model, whose weights are each read once: a word, a few, a picture of CLIP ViT-B/32.
        for rows in [1, 8, 50] {
            let (n_in, n_out) = (768, 3_072);
            for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
                let matrix = || Matrix::pack_for(isa, precision, &numbers(n_out * n_in), None, n_in);
                let size = n_in * n_out * [4, 2, 1][precision as usize];
                let matrices: Vec<Matrix> = (0..FROM_MEMORY.div_ceil(size)).map(|_| matrix()).collect();
                let x = numbers(rows * n_in);
                let mut next = matrices.iter().cycle();
                group.throughput(Throughput::Bytes(size as u64));
                group.bench_function(
                    format!("{rows} x {n_in} x {n_out} from memory, {precision:?}"),
                    |bencher| {
                        bencher
                            .iter(|| next.next().map(|matrix| matrix.multiply(black_box(&x), Then::Nothing)));
                    },
                );
            }
        }
        for tokens in [50, 577] {
            let (heads, head) = (12, 64);
            let all = numbers(tokens * 3 * heads * head);
            let part = |part: usize| Heads {
                numbers: &all[part * heads * head..],
                batch: 0,
                head,
                token: 3 * heads * head,
            };
            let sizes = Sizes { batch: 1, heads, queries: tokens, keys: tokens, head };
            group.throughput(Throughput::Elements(4 * (tokens * tokens * heads * head) as u64));
            for precision in [Precision::F32, Precision::Bf16] {
                group.bench_function(format!("attention of {tokens} tokens, {precision:?}"), |bencher| {
                    let keys_values = KeysValues::F32([part(1), part(2)]);
                    bencher.iter(|| attend(isa, precision, sizes, black_box(part(0)), keys_values, None));
                });
            }
        }
        // What a caption asks for each word: keys and values of a picture, which come from memory.
        for queries in [1, 3] {
            let (heads, tokens, head) = (12, 577, 64);
            let sizes = Sizes { batch: 1, heads, queries, keys: tokens, head };
            let asked = numbers(queries * heads * head);
            let asked = Heads { numbers: &asked, batch: 0, head, token: heads * head };
            let n = heads * tokens * head;
            let n_layers = FROM_MEMORY.div_ceil(2 * n * size_of::<f32>());
            let layer = numbers(2 * n);
            let wide: Vec<_> =
                (0..n_layers).map(|_| heads_together(&layer, [1, tokens, 2, heads, head])).collect();
            let rounded: Vec<_> = (0..n_layers)
                .map(|_| heads_together_in_bf16(isa, &layer, [1, tokens, 2, heads, head]))
                .collect();
            let (mut next_wide, mut next_rounded) = (wide.iter().cycle(), rounded.iter().cycle());
            let name = |kept: &str| format!("attention of {queries} to {tokens} from memory, {kept}");
            group.throughput(Throughput::Bytes((2 * n * size_of::<f32>()) as u64));
            group.bench_function(name("F32"), |bencher| {
                bencher.iter(|| {
                    let numbers = next_wide.next().map_or(&[][..], Vec::as_slice);
                    attend(isa, Precision::F32, sizes, asked, KeysValues::F32(halves(numbers, sizes)), None)
                });
            });
            group.throughput(Throughput::Bytes((2 * n * size_of::<u16>()) as u64));
            group.bench_function(name("Bf16"), |bencher| {
                bencher.iter(|| {
                    let numbers = next_rounded.next().map_or(&[][..], Vec::as_slice);
                    attend(isa, Precision::Bf16, sizes, asked, KeysValues::Bf16(halves(numbers, sizes)), None)
                });
            });
        }
        let (x, weight, bias) = (numbers(577 * 768), numbers(768), numbers(768));
        group.throughput(Throughput::Elements(x.len() as u64));
        group.bench_function("layer norm of 577 x 768, numbers", |bencher| {
            bencher.iter(|| normalize(isa, black_box(&x), &weight, &bias, 1e-5));
        });
        group.finish();
    }
}

criterion_group!(all, kernels);
criterion_main!(all);
