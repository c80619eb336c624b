//! A weight matrix as products read it.
//!
//! Columns of the result are computed in panels as wide as a tile: of each panel, the weights of all its columns lie
//! side by side for the first group of inputs, then for the second, and so on.

use rayon::prelude::*;

use crate::{
    Activation, Isa, Precision,
    aligned::{Aligned, Plain},
    multiply,
    product::{Product, compiled_for_product, from_bf16, to_bf16, to_int8},
    simd::Simd,
    tile,
};

/// What a product becomes.
#[derive(Debug, Clone, Copy)]
pub enum Then<'a> {
    /// What it is, with the bias.
    Nothing,
    /// This of it.
    Activate(Activation),
    /// The sum with these numbers, `[rows, n_out]`.
    Add(&'a [f32]),
}

/// Weights `[n_out, n_in]` and a bias `[n_out]`, arranged for one kind of processor in one precision.
pub struct Matrix {
    pub(crate) panels: Aligned,
    /// As wide as the panels, as all that follow.
    pub(crate) bias: Aligned,
    /// Of each output, where the precision has scales.
    pub(crate) scales: Aligned,
    /// What sums begin with.
    pub(crate) starts: Aligned,
    pub(crate) shape: Shape,
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) isa: Isa,
    pub(crate) precision: Precision,
}

/// How panels are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Columns of a panel.
    pub(crate) width: usize,
    /// Rows of a tile at most.
    pub(crate) rows: usize,
    /// Inputs whose weights lie side by side for each column.
    pub(crate) group: usize,
    /// The input that stands for zero.
    zero: i32,
    /// Bytes of an input as products read it.
    pub(crate) input_size: usize,
}

impl Shape {
    fn of(precision: Precision, isa: Isa) -> Self {
        let mut shape = Self { width: 0, rows: 0, group: 0, zero: 0, input_size: 0 };
        let found = &mut shape;
        unsafe fn look<P: Product>(found: &mut Shape) {
            *found = Shape {
                width: tile::width::<P::S>(),
                rows: P::S::ROWS,
                group: P::GROUP,
                zero: P::ZERO,
                input_size: size_of::<P::Input>(),
            };
        }
        assert!(isa.is_available(), "this processor has no {}", isa.name());
        // SAFETY: the processor has the instructions.
        unsafe { compiled_for_product!(precision, isa, look(found: &mut Shape)) };
        shape
    }

    /// Where the weights of an output begin, `n_in` being whole groups.
    fn start(self, n_in: usize, output: usize) -> usize {
        output / self.width * self.width * n_in + output % self.width * self.group
    }
}

impl Matrix {
    /// Arranges `weights`, `[n_out, n_in]`, for this processor.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say.
    #[must_use]
    pub fn pack(precision: Precision, weights: &[f32], bias: Option<&[f32]>, n_in: usize) -> Self {
        Self::pack_for(Isa::best(), precision, weights, bias, n_in)
    }

    /// As [`Matrix::pack`], for other instructions than the best of this processor.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say, or this processor lacks the instructions.
    #[must_use]
    pub fn pack_for(
        isa: Isa,
        precision: Precision,
        weights: &[f32],
        bias: Option<&[f32]>,
        n_in: usize,
    ) -> Self {
        assert!(n_in > 0 && weights.len().is_multiple_of(n_in), "{} weights, {n_in} inputs", weights.len());
        let n_out = weights.len() / n_in;
        let mut matrix = Self::zeros(isa, precision, n_in, n_out);
        if let Some(bias) = bias {
            assert_eq!(bias.len(), n_out, "the bias has another length");
            matrix.bias.numbers_mut::<f32>()[..n_out].copy_from_slice(bias);
        }
        match precision {
            Precision::F32 => {
                matrix.arrange(weights, |row, out: &mut [f32]| out.copy_from_slice(row));
            }
            Precision::Bf16 => {
                matrix.arrange(weights, |row, out| {
                    out.iter_mut().zip(row).for_each(|(out, weight)| *out = to_bf16(*weight));
                });
            }
            Precision::Int8 => {
                let zero = matrix.shape.zero;
                let rounded = matrix.arrange(weights, |row, out: &mut [i8]| {
                    let scale = to_int8(row, out, |x| x as i8);
                    (scale, -zero * out.iter().map(|weight| i32::from(*weight)).sum::<i32>())
                });
                for (output, (scale, start)) in rounded.into_iter().enumerate() {
                    matrix.scales.numbers_mut::<f32>()[output] = scale;
                    if zero != 0 {
                        matrix.starts.numbers_mut::<i32>()[output] = start;
                    }
                }
            }
        }
        matrix
    }

    /// Of these sizes, with zeros.
    fn zeros(isa: Isa, precision: Precision, n_in: usize, n_out: usize) -> Self {
        let shape = Shape::of(precision, isa);
        let n_wide = n_out.next_multiple_of(shape.width);
        let n_numbers = n_wide * n_in.next_multiple_of(shape.group);
        Self {
            panels: match precision {
                Precision::F32 => Aligned::zeros::<f32>(n_numbers),
                Precision::Bf16 => Aligned::zeros::<u16>(n_numbers),
                Precision::Int8 => Aligned::zeros::<i8>(n_numbers),
            },
            bias: Aligned::zeros::<f32>(n_wide),
            scales: Aligned::zeros::<f32>(if precision == Precision::Int8 { n_wide } else { 0 }),
            starts: Aligned::zeros::<i32>(if shape.zero == 0 { 0 } else { n_wide }),
            shape,
            n_in,
            n_out,
            isa,
            precision,
        }
    }

    /// Puts what `round` makes of the weights of each output where products read it; what it says of each. Threads
    /// share the panels.
    fn arrange<T: Plain, R: Send>(
        &mut self,
        weights: &[f32],
        round: impl Fn(&[f32], &mut [T]) -> R + Sync,
    ) -> Vec<R> {
        let (n_in, Shape { width, group, .. }) = (self.n_in, self.shape);
        let n_panel = width * self.wide_in();
        let panels = self.panels.numbers_mut::<T>().par_chunks_exact_mut(n_panel);
        let of_panels: Vec<Vec<R>> = panels
            .zip(weights.par_chunks(width * n_in))
            .map(|(panel, weights)| {
                // Any numbers, which are written over.
                let mut row = panel[..n_in].to_vec();
                let column = |(column, weights): (usize, &[f32])| {
                    let said = round(weights, &mut row);
                    match group {
                        1 => spread::<T, 1>(&row, width, column, panel),
                        2 => spread::<T, 2>(&row, width, column, panel),
                        4 => spread::<T, 4>(&row, width, column, panel),
                        8 => spread::<T, 8>(&row, width, column, panel),
                        other => unreachable!("groups of {other}"),
                    }
                    said
                };
                weights.chunks_exact(n_in).enumerate().map(column).collect()
            })
            .collect();
        of_panels.into_iter().flatten().collect()
    }

    /// The numbers as they are kept, for [`Matrix::of_parts`].
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 4] {
        [&self.panels, &self.bias, &self.scales, &self.starts].map(Aligned::numbers)
    }

    /// A matrix of these sizes as [`Matrix::parts`] gave its numbers on a processor of this kind. `fill` is asked to
    /// fill each part, in order; any bytes are numbers.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn of_parts<E>(
        precision: Precision,
        n_in: usize,
        n_out: usize,
        mut fill: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut matrix = Self::zeros(Isa::best(), precision, n_in, n_out);
        for part in [&mut matrix.panels, &mut matrix.bias, &mut matrix.scales, &mut matrix.starts] {
            fill(part.numbers_mut())?;
        }
        Ok(matrix)
    }

    /// The weights of an output as they are kept, in order.
    fn arranged<T: Plain>(&self, output: usize) -> impl Iterator<Item = T> {
        let Shape { width, group, .. } = self.shape;
        let start = self.shape.start(self.wide_in(), output);
        let lines = self.panels.numbers::<T>()[start..].chunks(group * width);
        lines.flat_map(move |line| line.iter().copied().take(group)).take(self.n_in)
    }

    /// Inputs in whole groups.
    pub(crate) fn wide_in(&self) -> usize {
        self.n_in.next_multiple_of(self.shape.group)
    }

    /// What the weights are kept in.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Numbers of a row that goes in.
    #[must_use]
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Numbers of a row that comes out.
    #[must_use]
    pub fn n_out(&self) -> usize {
        self.n_out
    }

    /// The weights, `[n_out, n_in]`, as near to those that came as the precision leaves them.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.n_out * self.n_in];
        for (output, row) in weights.chunks_exact_mut(self.n_in).enumerate() {
            self.weights_of(output, row);
        }
        weights
    }

    /// The weights of one output, `[n_in]`, into `row`.
    ///
    /// # Panics
    /// Where there is no such output, or `row` is of another length.
    pub fn weights_of(&self, output: usize, row: &mut [f32]) {
        assert!(output < self.n_out && row.len() == self.n_in, "output {output} of {}", self.n_out);
        match self.precision {
            Precision::F32 => fill(row, self.arranged::<f32>(output)),
            Precision::Bf16 => fill(row, self.arranged::<u16>(output).map(from_bf16)),
            Precision::Int8 => {
                let scale = self.scales.numbers::<f32>()[output];
                fill(row, self.arranged::<i8>(output).map(|weight| f32::from(weight) * scale));
            }
        }
    }

    /// The bias, `[n_out]`; zeros where there was none.
    #[must_use]
    pub fn bias(&self) -> &[f32] {
        &self.bias.numbers()[..self.n_out]
    }

    /// Whether both have the same numbers, bit by bit, in the same arrangement.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let arrangement = |matrix: &Self| (matrix.n_in, matrix.n_out, matrix.isa, matrix.precision);
        let are_same = |one: &Aligned, other: &Aligned| one.numbers::<u8>() == other.numbers::<u8>();
        arrangement(self) == arrangement(other)
            && are_same(&self.panels, &other.panels)
            && are_same(&self.bias, &other.bias)
            && are_same(&self.scales, &other.scales)
    }

    /// `x`, `[rows, n_in]`, times the transposed weights, plus the bias, then what `then` says: `[rows, n_out]`.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say.
    #[must_use]
    pub fn multiply(&self, x: &[f32], then: Then<'_>) -> Vec<f32> {
        multiply::multiply(self, x, then)
    }
}

/// Puts the weights of an output into its column of a panel, `G` inputs side by side.
fn spread<T: Plain, const G: usize>(row: &[T], width: usize, column: usize, panel: &mut [T]) {
    let (groups, rest) = row.as_chunks::<G>();
    let mut lines = panel.chunks_exact_mut(G * width);
    for (group, line) in groups.iter().zip(lines.by_ref()) {
        line[column * G..(column + 1) * G].copy_from_slice(group);
    }
    if let Some(line) = lines.next() {
        line[column * G..][..rest.len()].copy_from_slice(rest);
    }
}

fn fill(row: &mut [f32], numbers: impl Iterator<Item = f32>) {
    row.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
}
