//! Every kind of processor that this one can be, against the definitions in f64, over odd sizes.
#![allow(clippy::unwrap_used, reason = "a test reports by panicking")]

use vitrine_kernels::{
    Activation, ChannelKernels, Heads, Isa, KeysValues, Mask, Matrix, Planes, Precision, Sizes, Then, attend,
    convolve_channels, heads_together, heads_together_in_bf16, log_softmax, normalize,
};

/// Miri is a thousand times slower, and so is an emulator of a processor that is not at hand: there, small sizes reach
/// every line too.
fn is_small() -> bool {
    cfg!(miri) || std::env::var_os("VITRINE_SMALL_SIZES").is_some()
}

/// The same numbers on every run, from -0.5 to 0.5.
fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let draw = |i: usize| {
        let x = (i as u32).wrapping_add(seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
        ((x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d) >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..n).map(draw).collect()
}

fn assert_near(what: &str, found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let apart = (f64::from(*found) - expected).abs();
        assert!(apart <= tolerance * expected.abs().max(1.0), "{what}, {at}: {found} for {expected}");
    }
}

/// Summed up, since there is none in the standard library.
fn erf(x: f64) -> f64 {
    let n = if is_small() { 200 } else { 2_000 };
    let step = x / f64::from(n);
    let f = |i: i32| (-(f64::from(i) * step).powi(2)).exp();
    let sum: f64 = (1..n).map(|i| f(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (f(0) + sum + f(n)) * step / 3.0 * 2.0 / std::f64::consts::PI.sqrt()
}

/// Bits of a number beyond those that bf16 has, rounded away.
fn as_bf16(x: f32) -> f64 {
    let bits = x.to_bits();
    let half = 0x7fff + ((bits >> 16) & 1);
    f64::from(f32::from_bits((bits + half) & 0xffff_0000))
}

/// What products read of rows of `n` numbers.
fn as_read(precision: Precision, numbers: &[f32], n: usize) -> Vec<f64> {
    let row = |row: &[f32]| -> Vec<f64> {
        let largest = row.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        let as_int8 =
            |x: &f32| f64::from((x * (127.0 / largest)).round_ties_even()) * f64::from(largest / 127.0);
        match precision {
            Precision::F32 => row.iter().map(|x| f64::from(*x)).collect(),
            Precision::Bf16 => row.iter().map(|x| as_bf16(*x)).collect(),
            Precision::Int8 => row.iter().map(as_int8).collect(),
        }
    };
    numbers.chunks(n).flat_map(row).collect()
}

fn product(isa: Isa, precision: Precision, [rows, n_in, n_out]: [usize; 3]) {
    let (x, weights, bias) = (numbers(rows * n_in, 1), numbers(n_out * n_in, 2), numbers(n_out, 3));
    let other = numbers(rows * n_out, 4);
    let (read_x, read_weights) = (as_read(precision, &x, n_in), as_read(precision, &weights, n_in));
    let sums: Vec<f64> = (0..rows * n_out)
        .map(|at| {
            let (row, column) = (at / n_out, at % n_out);
            let pairs = read_x[row * n_in..][..n_in].iter().zip(&read_weights[column * n_in..][..n_in]);
            pairs.map(|(a, b)| a * b).sum::<f64>() + f64::from(bias[column])
        })
        .collect();
    let matrix = Matrix::pack_for(isa, precision, &weights, Some(&bias), n_in);
    let what = format!("{} {precision:?} {rows} x {n_in} x {n_out}", isa.name());
    assert_near(&what, &matrix.weights(), &read_weights, 1e-7);
    assert_eq!(matrix.bias(), bias, "{what}");
    let check = |then: Then<'_>, expected: &dyn Fn(usize, f64) -> f64| {
        let out = matrix.multiply(&x, then);
        let expected: Vec<f64> = sums.iter().enumerate().map(|(at, sum)| expected(at, *sum)).collect();
        assert_near(&format!("{what}, {then:.20?}"), &out, &expected, 2e-5);
    };
    check(Then::Nothing, &|_, sum| sum);
    check(Then::Add(&other), &|at, sum| sum + f64::from(other[at]));
    check(Then::Activate(Activation::QuickGelu), &|_, x| x / (1.0 + (-1.702 * x).exp()));
    check(Then::Activate(Activation::GeluTanh), &|_, x| {
        x / 2.0 * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh())
    });
    if rows * n_out < 2_000 {
        check(Then::Activate(Activation::Gelu), &|_, x| x / 2.0 * (1.0 + erf(x / 2.0_f64.sqrt())));
    }
}

const PRECISIONS: [Precision; 3] = [Precision::F32, Precision::Bf16, Precision::Int8];

#[test]
fn products_are_what_they_are_by_definition() {
    for (isa, precision) in Isa::available().into_iter().flat_map(|isa| PRECISIONS.map(|p| (isa, p))) {
        if is_small() {
            for sizes in [[1, 3, 7], [2, 5, 33], [7, 9, 20], [17, 3, 40], [8, 1_024, 1]] {
                product(isa, precision, sizes);
            }
            continue;
        }
        for rows in (1..=15).chain([28, 50, 257]) {
            for [n_in, n_out] in [[1, 1], [3, 7], [48, 33], [64, 16], [129, 70]] {
                product(isa, precision, [rows, n_in, n_out]);
            }
        }
        product(isa, precision, [30, 768, 200]);
        product(isa, precision, [9, 3_072, 65]);
        // Rows that would drive each other out of a first cache, in every precision.
        product(isa, precision, [9, 4_096, 65]);
        // Longer than what is added up at once, in every precision.
        product(isa, precision, [3, 9_001, 17]);
    }
}

#[test]
fn whole_numbers_are_the_same_on_every_processor() {
    let (x, weights) = (numbers(7 * 99, 1), numbers(70 * 99, 2));
    let products = Isa::available()
        .into_iter()
        .map(|isa| Matrix::pack_for(isa, Precision::Int8, &weights, None, 99).multiply(&x, Then::Nothing));
    let products: Vec<Vec<f32>> = products.collect();
    assert!(products.iter().all(|product| *product == products[0]));
}

#[test]
fn what_is_no_number_is_not_hidden() {
    let weights = numbers(20 * 6, 2);
    let mut x = numbers(4 * 6, 1);
    (x[3], x[6 + 5], x[3 * 6]) = (f32::NAN, f32::INFINITY, 0.0);
    x[2 * 6..3 * 6].fill(0.0);
    let mut broken = weights.clone();
    broken[6 * 19] = f32::NAN;
    for (isa, precision) in Isa::available().into_iter().flat_map(|isa| PRECISIONS.map(|p| (isa, p))) {
        let multiply =
            |weights: &[f32]| Matrix::pack_for(isa, precision, weights, None, 6).multiply(&x, Then::Nothing);
        let (out, of_broken) = (multiply(&weights), multiply(&broken));
        let what = format!("{} {precision:?}", isa.name());
        assert!(out[..40].iter().all(|x| !x.is_finite()), "{what}");
        assert!(out[40..60].iter().all(|x| *x == 0.0) && out[60..].iter().all(|x| x.is_finite()), "{what}");
        assert!(
            of_broken[60 + 19].is_nan() && of_broken[60..60 + 19].iter().all(|x| x.is_finite()),
            "{what}"
        );
    }
}

#[test]
fn nothing_of_no_rows_is_nothing() {
    let matrix = Matrix::pack(Precision::F32, &[1.0; 12], None, 4);
    assert!(matrix.multiply(&[], Then::Nothing).is_empty());
    assert_eq!((matrix.n_in(), matrix.n_out()), (4, 3));
}

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    let (rows, n_in, n_out) = if is_small() { (3, 4, 40) } else { (301, 600, 300) };
    let (x, weights) = (numbers(rows * n_in, 1), numbers(n_out * n_in, 2));
    let on = |precision: Precision, n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| Matrix::pack(precision, &weights, None, n_in).multiply(&x, Then::Nothing))
    };
    for precision in PRECISIONS {
        let one = on(precision, 1);
        assert!((2..=5).all(|n| on(precision, n) == one), "{precision:?}");
    }
}

#[test]
fn rows_are_normalized() {
    for isa in Isa::available() {
        for n in [1, 2, 7, 8, 15, 16, 17, 100, 768].into_iter().filter(|n| !is_small() || *n < 20) {
            let (mut x, weight, bias) = (numbers(5 * n, 1), numbers(n, 2), numbers(n, 3));
            // What is small beside the mean is not lost.
            x[..n].iter_mut().for_each(|x| *x += 1_000.0);
            let out = normalize(isa, &x, &weight, &bias, 1e-5);
            let mut expected = Vec::new();
            for row in x.chunks(n) {
                let row: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
                let mean = row.iter().sum::<f64>() / n as f64;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
                let scaled = row.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt());
                expected.extend(
                    scaled.zip(&weight).zip(&bias).map(|((x, w), b)| x * f64::from(*w) + f64::from(*b)),
                );
            }
            // A thousand leaves f32 four digits behind the point.
            assert_near(&format!("{} {n}, large", isa.name()), &out[..n], &expected[..n], 2e-3);
            assert_near(&format!("{} {n}", isa.name()), &out[n..], &expected[n..], 1e-5);
        }
    }
}

/// Sides of a picture, channels, the kernel's side and stride.
fn convolution(isa: Isa, [height, width, channels, side, stride]: [usize; 5]) {
    let planes = Planes { batch: 2, height, width, channels };
    let x = numbers(2 * height * width * channels, 1);
    let (weights, bias) = (numbers(side * side * channels, 2), numbers(channels, 3));
    let kernels = ChannelKernels { weights: &weights, bias: &bias, side, stride };
    let (out_height, out_width) = (height.div_ceil(stride), width.div_ceil(stride));
    let sum = |at: usize| {
        let (channel, place) = (at % channels, at / channels);
        let (column, row, picture) =
            (place % out_width, place / out_width % out_height, place / out_width / out_height);
        let tap = |tap: usize| {
            let y = (row * stride + tap / side).checked_sub(side / 2).filter(|y| *y < height)?;
            let x_at = (column * stride + tap % side).checked_sub(side / 2).filter(|x| *x < width)?;
            let number = x[((picture * height + y) * width + x_at) * channels + channel];
            Some(f64::from(number) * f64::from(weights[tap * channels + channel]))
        };
        (0..side * side).filter_map(tap).sum::<f64>() + f64::from(bias[channel])
    };
    let sums: Vec<f64> = (0..2 * out_height * out_width * channels).map(sum).collect();
    let what = format!("{} {height} x {width} x {channels} by {side}, {stride}", isa.name());
    let out = convolve_channels(isa, planes, &x, kernels, None);
    assert_near(&what, &out, &sums, 1e-5);
    let out = convolve_channels(isa, planes, &x, kernels, Some(Activation::QuickGelu));
    let activated: Vec<f64> = sums.iter().map(|x| x / (1.0 + (-1.702 * x).exp())).collect();
    assert_near(&what, &out, &activated, 1e-5);
}

#[test]
fn convolutions_are_what_they_are_by_definition() {
    for isa in Isa::available() {
        let all = [
            [1, 1, 1, 1, 1],
            [1, 1, 3, 7, 2],
            [5, 4, 17, 3, 1],
            [3, 6, 9, 3, 2],
            [7, 7, 33, 7, 1],
            [8, 8, 64, 7, 2],
            [16, 16, 80, 3, 1],
        ];
        for sizes in all.into_iter().filter(|sizes| !is_small() || sizes[2] < 20) {
            convolution(isa, sizes);
        }
    }
}

/// Queries, keys and values as a fused layer gives them: `[batch, tokens, 3, heads, head]`. Where keys and values are
/// `rounded`, they are in bf16.
fn attention(
    isa: Isa,
    precision: Precision,
    [batch, heads, tokens, n_queries, head]: [usize; 5],
    is_causal: bool,
    is_rounded: bool,
) {
    let all = numbers(batch * tokens * 3 * heads * head, 7);
    let part = |part: usize| Heads {
        numbers: &all[part * heads * head..],
        batch: tokens * 3 * heads * head,
        head,
        token: 3 * heads * head,
    };
    let cells: Vec<f32> = (0..n_queries * tokens)
        .map(|i| if is_causal && i % tokens > i / tokens { f32::NEG_INFINITY } else { 0.0 })
        .collect();
    let mask = Mask { numbers: &cells, batch: 0, head: 0, query: tokens };
    let sizes = Sizes { batch, heads, queries: n_queries, keys: tokens, head };
    let rounded = heads_together_in_bf16(isa, &all, [batch, tokens, 3, heads, head]);
    let of_rounded = |part: usize| {
        let numbers = &rounded[part * rounded.len() / 3..];
        Heads { numbers, batch: heads * tokens * head, head: tokens * head, token: head }
    };
    let keys_values = match is_rounded {
        true => KeysValues::Bf16([of_rounded(1), of_rounded(2)]),
        false => KeysValues::F32([part(1), part(2)]),
    };
    let out = attend(isa, precision, sizes, part(0), keys_values, is_causal.then_some(mask));
    let vector = |which: usize, b: usize, h: usize, t: usize| {
        let start = ((b * tokens + t) * 3 + which) * heads * head + h * head;
        let as_read = |x: &f32| if is_rounded && which > 0 { as_bf16(*x) } else { f64::from(*x) };
        all[start..start + head].iter().map(as_read).collect::<Vec<_>>()
    };
    let mut expected = Vec::new();
    for (b, q, h) in
        (0..batch * n_queries * heads).map(|i| (i / heads / n_queries, i / heads % n_queries, i % heads))
    {
        let asked = vector(0, b, h, q);
        let shares: Vec<f64> = (0..if is_causal { q + 1 } else { tokens })
            .map(|t| asked.iter().zip(vector(1, b, h, t)).map(|(a, b)| a * b).sum::<f64>().exp())
            .collect();
        let sum: f64 = shares.iter().sum();
        for at in 0..head {
            expected
                .push(shares.iter().enumerate().map(|(t, share)| share / sum * vector(2, b, h, t)[at]).sum());
        }
    }
    let what = format!(
        "{} {precision:?} of {batch} x {heads} x {tokens}, {n_queries}, {head}, rounded {is_rounded}",
        isa.name()
    );
    // Of values up to a half, of which bf16 keeps eight binary digits.
    assert_near(&what, &out, &expected, if precision == Precision::F32 { 1e-5 } else { 2e-3 });
}

#[test]
fn attention_is_what_it_is_by_definition() {
    for (isa, precision) in Isa::available().into_iter().flat_map(|isa| PRECISIONS.map(|p| (isa, p))) {
        for (is_causal, is_rounded) in [(false, false), (false, true), (true, false), (true, true)] {
            for sizes in [
                [1, 1, 1, 1, 1],
                [2, 3, 5, 5, 16],
                [1, 2, 17, 17, 24],
                [2, 4, 50, 50, 64],
                [1, 2, 33, 3, 32],
                [3, 2, 65, 1, 20],
                [1, 12, 77, 77, 64],
            ] {
                let n_products = sizes.iter().product::<usize>();
                if !is_small() || n_products < 2_000 {
                    attention(isa, precision, sizes, is_causal, is_rounded);
                }
            }
        }
        if !is_small() {
            attention(isa, precision, [1, 2, 577, 577, 64], false, false);
        }
    }
}

#[test]
fn heads_come_together() {
    let check = |[batch, tokens, parts, heads, head]: [usize; 5]| {
        let x: Vec<f32> = (0..batch * tokens * parts * heads * head).map(|i| i as f32).collect();
        let mut expected = Vec::new();
        for (part, row, which) in
            (0..parts * batch * heads).map(|i| (i / heads / batch, i / heads % batch, i % heads))
        {
            for token in 0..tokens {
                let start = (((row * tokens + token) * parts + part) * heads + which) * head;
                expected.extend_from_slice(&x[start..start + head]);
            }
        }
        let sizes = [batch, tokens, parts, heads, head];
        assert_eq!(heads_together(&x, sizes), expected);
        for isa in Isa::available() {
            let found: Vec<f64> = heads_together_in_bf16(isa, &x, sizes)
                .into_iter()
                .map(|bits| f64::from(f32::from_bits(u32::from(bits) << 16)))
                .collect();
            let expected: Vec<f64> = expected.iter().map(|x| as_bf16(*x)).collect();
            assert_eq!(found, expected, "{}", isa.name());
        }
    };
    check([0, 3, 2, 2, 5]);
    check([1, 1, 1, 1, 1]);
    check([2, 3, 2, 4, 5]);
    check([1, 70, 2, 12, 64]);
}

#[test]
fn scores_that_are_far_apart_are_no_trouble() {
    fn one(numbers: &[f32]) -> Heads<'_> {
        Heads { numbers, batch: 0, head: 0, token: 1 }
    }
    for isa in Isa::available() {
        let (queries, keys, values) = ([1.0; 6], [1_000.0, -1_000.0, f32::NEG_INFINITY], [1.0, 2.0, 4.0]);
        let sizes = Sizes { batch: 1, heads: 1, queries: 6, keys: 3, head: 1 };
        for precision in PRECISIONS {
            let keys_values = KeysValues::F32([one(&keys), one(&values)]);
            let out = attend(isa, precision, sizes, one(&queries), keys_values, None);
            // Sums of bf16 on ARM are rounded to the odd number.
            assert_near(&format!("{} {precision:?}", isa.name()), &out, &[1.0; 6], 1e-6);
        }
    }
}

#[test]
fn activations_hold_far_below_and_far_above() {
    let n = if is_small() { 40 } else { 4_000 };
    let x: Vec<f32> = (-n..=n).map(|i| 20.0 * i as f32 / n as f32).collect();
    let check = |activation: Activation, expected: &dyn Fn(f64) -> f64| {
        let expected: Vec<f64> = x.iter().map(|x| expected(f64::from(*x))).collect();
        for isa in Isa::available() {
            let as_it_is = Matrix::pack_for(isa, Precision::F32, &[1.0], None, 1);
            let out = as_it_is.multiply(&x, Then::Activate(activation));
            // Of what goes in, to which the numbers around it in a row are added.
            for ((x, found), expected) in x.iter().zip(out).zip(&expected) {
                let apart = (f64::from(found) - expected).abs() / f64::from(x.abs()).max(1.0);
                assert!(apart < 3e-7, "{} {activation:?} of {x}: {found} for {expected}", isa.name());
            }
        }
    };
    check(Activation::QuickGelu, &|x| x / (1.0 + (-1.702 * x).exp()));
    check(Activation::Gelu, &|x| x / 2.0 * (1.0 + erf(x / 2.0_f64.sqrt())));
    check(Activation::GeluTanh, &|x| {
        let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
        x / 2.0 * (1.0 + inner.tanh())
    });
}

#[test]
fn logarithms_of_shares_are_what_they_are_by_definition() {
    let check = |x: &[f32]| {
        let largest = x.iter().fold(f64::MIN, |a, b| a.max(f64::from(*b)));
        let sum: f64 = x.iter().map(|x| (f64::from(*x) - largest).exp()).sum();
        let expected: Vec<f64> = x.iter().map(|x| f64::from(*x) - largest - sum.ln()).collect();
        for isa in Isa::available() {
            assert_near(isa.name(), &log_softmax(isa, x), &expected, 2e-6);
        }
    };
    check(&[]);
    check(&[3.0]);
    check(&[1_000.0, 1_000.0, -1_000.0]);
    check(&numbers(if is_small() { 100 } else { 30_523 }, 5));
    for isa in Isa::available() {
        let found = log_softmax(isa, &[0.0, f32::NEG_INFINITY, 0.0]);
        assert!(found[1] == f32::NEG_INFINITY && (found[0] - 0.5_f32.ln()).abs() < 1e-6, "{found:?}");
    }
}
