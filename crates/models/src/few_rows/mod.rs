//! A product of few rows with a large matrix: what one token of a caption costs in every layer.
//!
//! candle hands such a product to a routine that runs on one thread for one row, and for a few rows
//! rearranges the whole matrix first. Reading the weights is all the work there is, so here every weight
//! is read once, by all threads. For processors and f32; [`product`] declines the rest.

#[cfg(target_arch = "x86_64")]
mod avx2;

use candle_core::{CpuStorage, CustomOp2, DType, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// From here on rearranging the matrix pays.
const MAX_ROWS: usize = 24;
/// Sums side by side, so that they become vector arithmetic.
const LANES: usize = 16;
/// Numbers of the matrix that outweigh handing a task to another thread.
const TASK: usize = 1 << 15;

/// `[rows, n_in]` times the transpose of `[n_out, n_in]`: `[rows, n_out]`; `None` where candle's product is
/// the one to use.
pub(crate) fn product(x: &Tensor, matrix: &Tensor) -> Result<Option<Tensor>> {
    let rows = x.dim(0)?;
    let suits = (1..=MAX_ROWS).contains(&rows)
        && x.device().is_cpu()
        && (x.dtype(), matrix.dtype()) == (DType::F32, DType::F32)
        && x.is_contiguous()
        && matrix.is_contiguous();
    if suits { x.apply_op2_no_bwd(matrix, &FewRows).map(Some) } else { Ok(None) }
}

struct FewRows;

impl CustomOp2 for FewRows {
    fn name(&self) -> &'static str {
        "few-rows-product"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        matrix: &CpuStorage,
        lm: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, n_in) = lx.shape().dims2()?;
        let (n_out, same) = lm.shape().dims2()?;
        let (Some((x_start, x_end)), Some((m_start, m_end))) =
            (lx.contiguous_offsets(), lm.contiguous_offsets())
        else {
            return Err(Error::Msg("few-rows-product: not contiguous".to_owned()));
        };
        if same != n_in {
            return Err(Error::Msg("few-rows-product: the shapes do not fit".to_owned()));
        }
        let x = &x.as_slice::<f32>()?[x_start..x_end];
        let matrix = &matrix.as_slice::<f32>()?[m_start..m_end];
        Ok((CpuStorage::F32(multiply(x, rows, matrix, n_in, n_out)), (rows, n_out).into()))
    }
}

fn multiply(x: &[f32], rows: usize, matrix: &[f32], n_in: usize, n_out: usize) -> Vec<f32> {
    // Column by column: each task writes what it owns. Turned round at the end, when it is small.
    let mut columns = vec![0.0_f32; n_out * rows];
    if n_in == 0 || n_out == 0 {
        return columns;
    }
    let per_task = (TASK / n_in).max(1);
    columns
        .par_chunks_mut(per_task * rows)
        .zip(matrix.par_chunks(per_task * n_in))
        .for_each(|(columns, matrix)| dispatch(x, matrix, n_in, rows, columns));
    if rows == 1 {
        return columns;
    }
    let mut out = Vec::with_capacity(columns.len());
    for row in 0..rows {
        out.extend(columns.iter().skip(row).step_by(rows));
    }
    out
}

fn dispatch(x: &[f32], matrix: &[f32], n_in: usize, rows: usize, columns: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has what `avx2::columns` was compiled for.
        return unsafe { avx2::columns(x, matrix, n_in, rows, columns) };
    }
    columns_of(x, matrix, n_in, rows, columns);
}

/// One column of the result for each row of `matrix`.
fn columns_of(x: &[f32], matrix: &[f32], n_in: usize, rows: usize, columns: &mut [f32]) {
    for (weights, column) in matrix.chunks_exact(n_in).zip(columns.chunks_exact_mut(rows)) {
        for (x, sum) in x.chunks_exact(n_in).zip(column) {
            *sum = dot(x, weights);
        }
    }
}

fn dot(x: &[f32], weights: &[f32]) -> f32 {
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (weights, weights_rest) = weights.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (x, w) in x.iter().zip(weights) {
        for ((sum, x), w) in sums.iter_mut().zip(x).zip(w) {
            *sum += x * w;
        }
    }
    let rest: f32 = x_rest.iter().zip(weights_rest).map(|(x, w)| x * w).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_is_the_product_for_every_number_of_rows() {
        for n_in in [1, 15, 16, 100, 768] {
            let matrix = Tensor::randn(0.0_f32, 1.0, (301, n_in), &Device::Cpu).unwrap();
            for rows in 1..=9 {
                let x = Tensor::randn(0.0_f32, 1.0, (rows, n_in), &Device::Cpu).unwrap();
                let found = product(&x, &matrix).unwrap().unwrap();
                assert_eq!(found.dims(), [rows, 301]);
                let expected = x.matmul(&matrix.t().unwrap()).unwrap();
                let apart = (found - expected).unwrap().abs().unwrap().max_all().unwrap();
                assert!(apart.to_scalar::<f32>().unwrap() < 1e-3, "{rows} rows of {n_in}");
            }
        }
    }

    #[test]
    fn processors_without_avx2_get_the_same() {
        let (n_in, n_out) = (37, 11);
        let number = |i: usize| (i * 7 % 13) as f32 / 13.0 - 0.5;
        let matrix: Vec<f32> = (0..n_in * n_out).map(number).collect();
        for rows in 1..=5 {
            let x: Vec<f32> = (0..n_in * rows).map(|i| number(i + 3)).collect();
            let mut columns = vec![0.0; n_out * rows];
            columns_of(&x, &matrix, n_in, rows, &mut columns);
            let found = multiply(&x, rows, &matrix, n_in, n_out);
            for (i, found) in found.iter().enumerate() {
                let (row, column) = (i / n_out, i % n_out);
                assert!((found - columns[column * rows + row]).abs() < 1e-5, "{rows} rows: {row}, {column}");
            }
        }
    }

    #[test]
    fn what_it_does_not_suit_is_left_to_candle() {
        let matrix = Tensor::zeros((5, 4), DType::F32, &Device::Cpu).unwrap();
        let declined = |x: Tensor| product(&x, &matrix).unwrap().is_none();
        assert!(declined(Tensor::zeros((MAX_ROWS + 1, 4), DType::F32, &Device::Cpu).unwrap()));
        assert!(declined(Tensor::zeros((2, 4), DType::F16, &Device::Cpu).unwrap()));
        assert!(declined(Tensor::zeros((4, 2), DType::F32, &Device::Cpu).unwrap().t().unwrap()));
    }
}
