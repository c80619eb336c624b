//! AdamW (Loshchilov and Hutter 2019, <https://arxiv.org/abs/1711.05101>) as PyTorch has it.
//!
//! candle-nn has one, too, whose moments cannot be kept: a training that was killed could not go on as it would have.

use std::{collections::HashMap, path::Path};

use candle_core::{Tensor, backprop::GradStore};

use super::parameters::{Parameters, Start};
use crate::ModelError;

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The moments of every parameter.
pub(super) struct AdamW {
    first: Parameters,
    second: Parameters,
    decay: f64,
}

impl AdamW {
    pub(super) fn new(parameters: &Parameters, decay: f64) -> Result<Self, ModelError> {
        let (mut first, mut second) = (Parameters::new(0), Parameters::new(0));
        for (name, var) in parameters.iter() {
            first.add(name, var.dims(), Start::Zero)?;
            second.add(name, var.dims(), Start::Zero)?;
        }
        Ok(Self { first, second, decay })
    }

    /// The `step`th step, from 1.
    pub(super) fn step(
        &self,
        parameters: &Parameters,
        gradients: &GradStore,
        step: u32,
        rate: f64,
    ) -> Result<(), ModelError> {
        let power = |beta: f64| 1.0 - beta.powi(i32::try_from(step).unwrap_or(i32::MAX));
        let moments = self.first.iter().zip(self.second.iter());
        for ((_, var), ((_, first), (_, second))) in parameters.iter().zip(moments) {
            let Some(gradient) = gradients.get(var) else { continue };
            let next_first = ((first.as_tensor() * BETA_1)? + (gradient * (1.0 - BETA_1))?)?;
            let next_second = ((second.as_tensor() * BETA_2)? + (gradient.sqr()? * (1.0 - BETA_2))?)?;
            let size = ((&next_second / power(BETA_2))?.sqrt()? + EPSILON)?;
            let change = ((&next_first / power(BETA_1))? / size)?;
            // Matrices decay; what shifts or scales does not.
            let decay = if var.dims().len() > 1 { self.decay } else { 0.0 };
            let next = ((var.as_tensor() * (1.0 - rate * decay))? - (change * rate)?)?;
            var.set(&next)?;
            first.set(&next_first)?;
            second.set(&next_second)?;
        }
        Ok(())
    }

    pub(super) fn tensors(&self) -> Vec<(String, Tensor)> {
        [self.first.tensors("first."), self.second.tensors("second.")].concat()
    }

    pub(super) fn take(&self, from: &HashMap<String, Tensor>, file: &Path) -> Result<(), ModelError> {
        self.first.take("first.", from, file)?;
        self.second.take("second.", from, file)
    }
}
