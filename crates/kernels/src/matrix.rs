//! A weight matrix as products read it.
//!
//! Columns of the result are computed in panels as wide as a tile: of each panel, the weights of all its columns lie
//! side by side for the first group of inputs, then for the second, and so on.

use crate::{
    Activation, Isa, Precision,
    aligned::{Aligned, Plain},
    multiply,
    product::{Product, compiled_for_product, from_bf16, to_bf16, to_int8},
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
    /// Inputs whose weights lie side by side for each column.
    pub(crate) group: usize,
    /// The input that stands for zero.
    zero: i32,
    /// Bytes of an input as products read it.
    pub(crate) input_size: usize,
}

impl Shape {
    fn of(precision: Precision, isa: Isa) -> Self {
        let mut shape = Self { width: 0, group: 0, zero: 0, input_size: 0 };
        let found = &mut shape;
        unsafe fn look<P: Product>(found: &mut Shape) {
            *found = Shape {
                width: tile::width::<P::S>(),
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
        let shape = Shape::of(precision, isa);
        let n_out = weights.len() / n_in;
        let n_wide = n_out.next_multiple_of(shape.width);
        let n_numbers = n_wide * n_in.next_multiple_of(shape.group);
        let mut matrix = Self {
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
        };
        if let Some(bias) = bias {
            assert_eq!(bias.len(), n_out, "the bias has another length");
            matrix.bias.numbers_mut::<f32>()[..n_out].copy_from_slice(bias);
        }
        let mut whole = vec![0_i8; if precision == Precision::Int8 { n_in } else { 0 }];
        for (output, row) in weights.chunks_exact(n_in).enumerate() {
            match precision {
                Precision::F32 => matrix.arrange(output, row.iter().copied()),
                Precision::Bf16 => matrix.arrange(output, row.iter().map(|weight| to_bf16(*weight))),
                Precision::Int8 => {
                    matrix.scales.numbers_mut::<f32>()[output] = to_int8(row, &mut whole, |x| x as i8);
                    if shape.zero != 0 {
                        let sum: i32 = whole.iter().map(|weight| i32::from(*weight)).sum();
                        matrix.starts.numbers_mut::<i32>()[output] = -shape.zero * sum;
                    }
                    matrix.arrange(output, whole.iter().copied());
                }
            }
        }
        matrix
    }

    /// Puts the weights of an output where products read them.
    fn arrange<T: Plain>(&mut self, output: usize, weights: impl ExactSizeIterator<Item = T>) {
        let Shape { width, group, .. } = self.shape;
        let start = self.shape.start(self.wide_in(), output);
        let mut weights = weights;
        for line in self.panels.numbers_mut::<T>()[start..].chunks_mut(group * width) {
            line.iter_mut().zip(weights.by_ref().take(group)).for_each(|(to, weight)| *to = weight);
            if weights.len() == 0 {
                break;
            }
        }
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

    /// `x`, `[rows, n_in]`, times the transposed weights, plus the bias, then what `then` says, into `out`,
    /// `[rows, n_out]`.
    ///
    /// # Panics
    /// Where the numbers are not as many as the sizes say.
    pub fn multiply(&self, x: &[f32], then: Then<'_>, out: &mut [f32]) {
        multiply::multiply(self, x, then, out);
    }
}

fn fill(row: &mut [f32], numbers: impl Iterator<Item = f32>) {
    row.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
}
