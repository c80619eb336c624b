//! Between candle's tensors and `vitrine-kernels`: the numbers of tensors that lie in a processor's memory, in f32.

use candle_core::{DType, Device, Layout, Storage, Tensor, WithDType};
use half::bf16;
use half::slice::HalfFloatSliceExt;
use half::vec::HalfBitsVecExt;
use vitrine_kernels::{ChannelKernels, Heads, Isa, KeysValues, Mask, Matrix, Planes, Precision, Sizes, Then};

use crate::{ModelError, activation::Activation};

/// Whether this crate's own arithmetic does what is done with this tensor.
pub(crate) fn takes(x: &Tensor) -> bool {
    !cfg!(feature = "candle-only") && x.device().is_cpu() && x.dtype() == DType::F32
}

/// Looks at the numbers of a contiguous tensor.
pub(crate) fn numbers<R>(x: &Tensor, look: impl FnOnce(&[f32]) -> R) -> Result<R, ModelError> {
    with_storage(x, |all, layout| {
        let (start, end) = layout.contiguous_offsets().ok_or_else(|| unfit("it is not contiguous"))?;
        Ok(look(&all[start..end]))
    })
}

fn with_storage<T: WithDType, R>(
    x: &Tensor,
    look: impl FnOnce(&[T], &Layout) -> Result<R, ModelError>,
) -> Result<R, ModelError> {
    let (storage, layout) = x.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => look(storage.as_slice::<T>()?, layout),
        _ => Err(unfit("it lies on another device")),
    }
}

fn unfit(reason: &str) -> ModelError {
    ModelError::Compute { reason: format!("a tensor cannot be computed with: {reason}") }
}

/// `x` of `[.., n_in]` times a matrix: `[.., n_out]`.
pub(crate) fn product(matrix: &Matrix, x: &Tensor, then: Then<'_>) -> Result<Tensor, ModelError> {
    let mut dims = x.dims().to_vec();
    if dims.last() != Some(&matrix.n_in()) {
        return Err(unfit(&format!("rows of {} numbers are due, not {dims:?}", matrix.n_in())));
    }
    let out = numbers(&x.contiguous()?, |x| matrix.multiply(x, then))?;
    if let Some(last) = dims.last_mut() {
        *last = matrix.n_out();
    }
    Ok(Tensor::from_vec(out, dims, &Device::Cpu)?)
}

/// `softmax(q k^T + mask) v`, `[batch, heads, tokens, head]` each, which may lie anywhere; the heads side by side:
/// `[batch, queries, hidden]`. Keys and values may be in bf16. `precision` is that of the layer that made the queries.
pub(crate) fn attend(
    precision: Precision,
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    mask: Option<&Tensor>,
) -> Result<Tensor, ModelError> {
    let (batch, heads, queries, head) = q.dims4()?;
    let keys = k.dim(2)?;
    if k.dims() != [batch, heads, keys, head] || v.dims() != k.dims() || v.dtype() != k.dtype() {
        return Err(unfit("queries, keys and values are of different sizes"));
    }
    let mask = mask.map(|mask| mask.broadcast_as((batch, heads, queries, keys))).transpose()?;
    let sizes = Sizes { batch, heads, queries, keys, head };
    let run = |keys_values: KeysValues<'_>| {
        strided(q, |q: Heads<'_>| match &mask {
            None => Ok(vitrine_kernels::attend(Isa::best(), precision, sizes, q, keys_values, None)),
            Some(mask) => with_storage(mask, |all, layout| {
                let [batch, head, query, key] = strides(layout)?;
                if key != 1 && keys != 1 {
                    return Err(unfit("a mask's keys do not lie side by side"));
                }
                let mask = Mask { numbers: &all[layout.start_offset()..], batch, head, query };
                Ok(vitrine_kernels::attend(Isa::best(), precision, sizes, q, keys_values, Some(mask)))
            }),
        })
    };
    let out = match k.dtype() {
        DType::BF16 => strided(k, |k| strided(v, |v| run(KeysValues::Bf16([bits(k), bits(v)])))),
        _ => strided(k, |k| strided(v, |v| run(KeysValues::F32([k, v])))),
    }?;
    Ok(Tensor::from_vec(out, (batch, queries, heads * head), &Device::Cpu)?)
}

fn bits(of: Heads<'_, bf16>) -> Heads<'_, u16> {
    let Heads { numbers, batch, head, token } = of;
    Heads { numbers: numbers.reinterpret_cast(), batch, head, token }
}

/// `x`, `[batch, tokens, parts, heads, head]`, to `[parts, batch, heads, tokens, head]`; in bf16 where `precision`, that of
/// the layer that made it, has fewer bits than f32.
pub(crate) fn heads_together(precision: Precision, x: &Tensor) -> Result<Tensor, ModelError> {
    let (batch, tokens, parts, heads, head) = x.dims5()?;
    let sizes = [batch, tokens, parts, heads, head];
    let shape = (parts, batch, heads, tokens, head);
    let x = x.contiguous()?;
    Ok(match precision {
        Precision::F32 => {
            let together = numbers(&x, |x| vitrine_kernels::heads_together(x, sizes))?;
            Tensor::from_vec(together, shape, &Device::Cpu)?
        }
        Precision::Bf16 | Precision::Int8 => {
            let together = numbers(&x, |x| vitrine_kernels::heads_together_in_bf16(Isa::best(), x, sizes))?;
            Tensor::from_vec(together.reinterpret_into::<bf16>(), shape, &Device::Cpu)?
        }
    })
}

/// Each channel of `x`, `[batch, height, width, channels]`, with its own kernel; `weights` are `[side * side, channels]`.
pub(crate) fn convolve_channels(
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    side: usize,
    stride: usize,
    activation: Option<Activation>,
) -> Result<Tensor, ModelError> {
    let (batch, height, width, channels) = x.dims4()?;
    let planes = Planes { batch, height, width, channels };
    let activation = activation.map(Activation::kernel);
    let (out, dims) = numbers(&x.contiguous()?, |x| {
        numbers(weights, |weights| {
            numbers(bias, |bias| {
                let kernels = ChannelKernels { weights, bias, side, stride };
                let dims = (batch, kernels.n_out(height), kernels.n_out(width), channels);
                (vitrine_kernels::convolve_channels(Isa::best(), planes, x, kernels, activation), dims)
            })
        })
    })???;
    Ok(Tensor::from_vec(out, dims, &Device::Cpu)?)
}

fn strided<T: WithDType, R>(
    x: &Tensor,
    look: impl FnOnce(Heads<'_, T>) -> Result<R, ModelError>,
) -> Result<R, ModelError> {
    with_storage(x, |all, layout| {
        let [batch, head, token, number] = strides(layout)?;
        if number != 1 {
            return Err(unfit("the numbers of a head do not lie side by side"));
        }
        look(Heads { numbers: &all[layout.start_offset()..], batch, head, token })
    })
}

fn strides(layout: &Layout) -> Result<[usize; 4], ModelError> {
    <[usize; 4]>::try_from(layout.stride()).map_err(|_| unfit("it has not four dimensions"))
}

/// Whether two tensors have the same numbers, bit by bit. Half-precision numbers become f32 first, which keeps them
/// apart.
pub(crate) fn are_same(a: &Tensor, b: &Tensor) -> Result<bool, ModelError> {
    if a.shape() != b.shape() || a.dtype() != b.dtype() {
        return Ok(false);
    }
    let flat = |t: &Tensor| t.flatten_all()?.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.contiguous();
    let (a, b) = (flat(a)?, flat(b)?);
    numbers(&a, |a| numbers(&b, |b| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())))?
}
