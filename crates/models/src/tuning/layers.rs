//! The layers of both towers, in operations that candle can differentiate.

use candle_core::{D, Result, Tensor, Var};

use super::{
    Design,
    parameters::{Parameters, Start},
};
use crate::ModelError;

/// What is added to a place that attention must not look at.
const NEVER: f64 = -1e9;
/// Shares and gates stay between exp(-2) and exp(2).
const MAX_LOG: f64 = 2.0;
/// Below this length a vector has no direction.
const TINY: f64 = 1e-12;

/// `x W^T + b` for `x` of `[.., in]`.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    weight: Var,
    bias: Option<Var>,
}

impl Linear {
    pub(super) fn new(
        parameters: &mut Parameters,
        name: &str,
        (n_in, n_out): (usize, usize),
        start: Start,
        has_bias: bool,
    ) -> std::result::Result<Self, ModelError> {
        let weight = parameters.add(&format!("{name}.weight"), &[n_out, n_in], start)?;
        let bias = if has_bias {
            Some(parameters.add(&format!("{name}.bias"), &[n_out], Start::Zero)?)
        } else {
            None
        };
        Ok(Self { weight, bias })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut dims = x.dims().to_vec();
        let n_in = dims.pop().unwrap_or(0);
        let rows = x.reshape(((), n_in))?.matmul(&self.weight.t()?)?;
        dims.push(self.weight.dim(0)?);
        let y = rows.reshape(dims)?;
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}

/// `x + U gelu(D x)`, the identity while `U` is 0; of a plain design `U gelu(D x)`.
#[derive(Debug, Clone)]
pub(super) struct Adapter {
    down: Linear,
    up: Linear,
    is_residual: bool,
}

impl Adapter {
    pub(super) fn new(
        parameters: &mut Parameters,
        name: &str,
        len: usize,
        rank: usize,
        design: Design,
    ) -> std::result::Result<Self, ModelError> {
        Ok(Self {
            down: Linear::new(parameters, &format!("{name}.down"), (len, rank), Start::Drawn, true)?,
            up: Linear::new(parameters, &format!("{name}.up"), (rank, len), design.start(), false)?,
            is_residual: design != Design::Plain,
        })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.up.forward(&self.down.forward(x)?.gelu()?)?;
        if self.is_residual { x + y } else { Ok(y) }
    }
}

/// Attention of some tokens to others, with several heads.
#[derive(Debug, Clone)]
pub(super) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    n_heads: usize,
}

impl Attention {
    pub(super) fn new(
        parameters: &mut Parameters,
        name: &str,
        width: usize,
        n_heads: usize,
    ) -> std::result::Result<Self, ModelError> {
        let mut linear = |what: &str| {
            Linear::new(parameters, &format!("{name}.{what}"), (width, width), Start::Drawn, false)
        };
        Ok(Self { query: linear("query")?, key: linear("key")?, value: linear("value")?, n_heads })
    }

    /// `[n, queries, width]` of `tokens`, `[n, keys, width]`; `is_there`, `[n, keys]`, is 0 where there is none.
    pub(super) fn forward(&self, asking: &Tensor, tokens: &Tensor, is_there: &Tensor) -> Result<Tensor> {
        let (n, n_queries, width) = asking.dims3()?;
        let len = width / self.n_heads;
        let heads = |x: Tensor| -> Result<Tensor> {
            let (n, n_tokens, _) = x.dims3()?;
            x.reshape((n, n_tokens, self.n_heads, len))?.transpose(1, 2)?.contiguous()
        };
        let query = heads(self.query.forward(asking)?)?;
        let key = heads(self.key.forward(tokens)?)?;
        let value = heads(self.value.forward(tokens)?)?;
        let scores = (query.matmul(&key.transpose(2, 3)?.contiguous()?)? / (len as f64).sqrt())?;
        // 0 where a token is there, never where it is not.
        let never = is_there.affine(-NEVER, NEVER)?.unsqueeze(1)?.unsqueeze(1)?;
        let shares = candle_nn::ops::softmax(&scores.broadcast_add(&never)?, D::Minus1)?;
        shares.matmul(&value)?.transpose(1, 2)?.reshape((n, n_queries, width))
    }
}

/// Vectors of length 1 along the last dimension; what has no length stays so.
pub(super) fn normalized(x: &Tensor) -> Result<Tensor> {
    let length = (x.sqr()?.sum_keepdim(D::Minus1)? + TINY)?.sqrt()?;
    x.broadcast_div(&length)
}

/// `exp(x)` for small `x`, between `exp(-MAX_LOG)` and `exp(MAX_LOG)`.
pub(super) fn bounded_exp(x: &Tensor) -> Result<Tensor> {
    ((x / MAX_LOG)?.tanh()? * MAX_LOG)?.exp()
}
