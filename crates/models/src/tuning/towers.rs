//! The query tower and the product tower.

use std::{collections::HashMap, path::Path};

use candle_core::{Device, Result, Tensor, Var};

use super::{
    N_PARTS,
    examples::{PhotoBatch, ProductTokens, QueryBatch, Tokens},
    layers::{Adapter, Attention, Linear, normalized},
    parameters::{Parameters, Start},
};
use crate::ModelError;

/// Shares and gates stay between exp(-2) and exp(2).
const MAX_LOG: f64 = 2.0;
/// Photos that go through the product tower at once.
const AT_ONCE: usize = 256;
/// Names a file of ours.
const FORMAT: &str = "vitrine-tuning-1";

/// What the product tower makes of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Attention over all that is known of a product, then gates and corrections of the parts.
    Fusion,
    /// Gates alone, each part's from the parts themselves: to compare with.
    Gates,
    /// All parts one after the other through a plain network, into a space of its own: to compare with.
    Plain,
}

/// Sizes of the towers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Numbers of CLIP's vectors.
    pub clip: usize,
    /// Numbers of BLIP's; 0 of a pack without it.
    pub matching: usize,
    /// Inner width of the adapters.
    pub rank: usize,
    /// Width of the tokens in the fusion network.
    pub width: usize,
    /// Heads of its attention.
    pub n_heads: usize,
    /// What the product tower is.
    pub design: Design,
    /// Whether everything begins as the identity.
    pub is_residual: bool,
}

impl Shape {
    /// That of a pack's vectors, as the product uses it.
    pub fn new(clip: usize, matching: usize) -> Self {
        Self { clip, matching, rank: 64, width: 64, n_heads: 4, design: Design::Fusion, is_residual: true }
    }

    /// How long the parts are.
    pub fn lens(&self) -> [usize; N_PARTS] {
        [self.clip, self.matching, self.clip, self.clip]
    }
}

/// How cosines of the parts add up, as the pack's calibration says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartSlopes {
    /// What a cosine of 1 adds.
    pub slopes: [f32; N_PARTS],
    /// The cosine of a part that is missing.
    pub usual: [f32; N_PARTS],
}

/// A query as the tower reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedQuery {
    /// In place of CLIP's vector, of length 1.
    pub clip: Vec<f32>,
    /// In place of BLIP's.
    pub matching: Option<Vec<f32>>,
    /// How much each part counts for this query, 1 as the pack says.
    pub shares: [f32; N_PARTS],
}

/// Both towers with what they learnt.
#[derive(Debug, Clone)]
pub struct Tuning {
    shape: Shape,
    parameters: Parameters,
    query_clip: Adapter,
    query_matching: Option<Adapter>,
    shares: Shares,
    parts: Vec<Option<Adapter>>,
    fusion: Option<Fusion>,
    plain: Option<Plain>,
    /// Log scales of the three losses.
    pub(super) log_scales: [Var; 3],
}

/// How much each part counts for a query.
#[derive(Debug, Clone)]
struct Shares {
    inner: Linear,
    outer: Linear,
}

/// Gates and corrections of the parts.
#[derive(Debug, Clone)]
struct Fusion {
    tokens: Vec<Option<Linear>>,
    context: Linear,
    kinds: Linear,
    attention: Option<Attention>,
    inner: Linear,
    gates: Linear,
    corrections: Vec<Option<Linear>>,
}

/// Two layers of each tower, to compare with.
#[derive(Debug, Clone)]
struct Plain {
    query: [Linear; 2],
    product: [Linear; 2],
}

impl Tuning {
    /// One that has learnt nothing and, where it is residual, scores as the fixed fusion does.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where memory runs out.
    pub fn new(shape: Shape, seed: u64) -> std::result::Result<Self, ModelError> {
        let mut parameters = Parameters::new(seed);
        let p = &mut parameters;
        let Shape { clip, matching, rank, width, is_residual, .. } = shape;
        let has_matching = matching > 0;
        let adapter =
            |p: &mut Parameters, name: &str, len: usize| Adapter::new(p, name, len, rank, is_residual);
        let query_clip = adapter(p, "query.clip", clip)?;
        let query_matching = has_matching.then(|| adapter(p, "query.matching", matching)).transpose()?;
        let outer = if is_residual { Start::Zero } else { Start::Drawn };
        let shares = Shares {
            inner: Linear::new(p, "query.shares.inner", (clip + matching, width), Start::Drawn, true)?,
            outer: Linear::new(p, "query.shares.outer", (width, N_PARTS), outer, true)?,
        };
        let mut parts = Vec::with_capacity(N_PARTS);
        for (at, len) in shape.lens().into_iter().enumerate() {
            parts.push((len > 0).then(|| adapter(p, &format!("product.{at}"), len)).transpose()?);
        }
        let fusion = match shape.design {
            Design::Plain => None,
            design => Some(Fusion::new(p, &shape, design == Design::Fusion, outer)?),
        };
        let plain = match shape.design {
            Design::Plain => Some(Plain::new(p, &shape)?),
            _ => None,
        };
        // Cosines are told apart at a scale of 10, relevance at one of 4: both begin soft and are learnt.
        let log_scales = [
            p.add("scale.text", &[1], Start::Constant(10.0_f64.ln()))?,
            p.add("scale.image", &[1], Start::Constant(10.0_f64.ln()))?,
            p.add("scale.fused", &[1], Start::Constant(4.0_f64.ln()))?,
        ];
        Ok(Self { shape, parameters, query_clip, query_matching, shares, parts, fusion, plain, log_scales })
    }

    /// Its sizes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many numbers are learnt.
    pub fn n_numbers(&self) -> usize {
        self.parameters.n_numbers()
    }

    pub(super) fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// A query as this shop means it.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where the vectors have other lengths than the pack's.
    pub fn query(
        &self,
        clip: &[f32],
        matching: Option<&[f32]>,
    ) -> std::result::Result<TunedQuery, ModelError> {
        let batch = QueryBatch::of(&[(clip, matching)], &self.shape)?;
        let read = self.read_queries(&batch)?;
        let row = |tensor: &Tensor| -> Result<Vec<f32>> { tensor.get(0)?.to_vec1() };
        let shares = row(&read.shares)?;
        Ok(TunedQuery {
            clip: row(&read.clip)?,
            matching: match (&read.matching, matching) {
                (Some(read), Some(_)) => Some(row(read)?),
                _ => None,
            },
            shares: std::array::from_fn(|part| shares[part]),
        })
    }

    /// The fused vectors of products' photos: for each product, for each photo, its parts one after the other, each
    /// times its gate; a part that is missing is all zero.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where vectors have other lengths than the pack's.
    pub fn photos(&self, products: &[ProductTokens]) -> std::result::Result<Vec<Vec<Vec<f32>>>, ModelError> {
        let places: Vec<(usize, usize)> = products
            .iter()
            .enumerate()
            .flat_map(|(product, tokens)| (0..tokens.photos.len()).map(move |photo| (product, photo)))
            .collect();
        let mut fused: Vec<Vec<Vec<f32>>> = products.iter().map(|_| Vec::new()).collect();
        for places in places.chunks(AT_ONCE) {
            let tokens = places.iter().map(|&(product, photo)| Tokens::of(&products[product], photo, None));
            let batch = PhotoBatch::of(&tokens.collect::<Vec<_>>(), &self.shape)?;
            let parts: Vec<Tensor> = self.read_photos(&batch)?.parts.into_iter().flatten().collect();
            let rows = Tensor::cat(&parts, 1)?.to_vec2::<f32>()?;
            for ((product, _), row) in places.iter().zip(rows) {
                fused[*product].push(row);
            }
        }
        Ok(fused)
    }

    /// What was learnt, as the bytes of a file.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where memory runs out.
    pub fn to_bytes(&self) -> std::result::Result<Vec<u8>, ModelError> {
        to_bytes(&self.parameters.tensors("tuning."))
    }

    /// Reads what was learnt from the bytes of a file; `file` names it in errors.
    ///
    /// # Errors
    /// [`ModelError::Weights`] for what is damaged, of other sizes, or no tuning.
    pub fn of_bytes(shape: Shape, bytes: &[u8], file: &Path) -> std::result::Result<Self, ModelError> {
        let tuning = Self::new(shape, 0)?;
        tuning.parameters.take("tuning.", &of_bytes(bytes, file)?, file)?;
        Ok(tuning)
    }

    pub(super) fn read_queries(&self, batch: &QueryBatch) -> Result<QueriesRead> {
        let mut both = vec![batch.clip.clone()];
        both.extend(batch.matching.clone());
        let inner = self.shares.inner.forward(&Tensor::cat(&both, 1)?)?.gelu()?;
        let shares = bounded_exp(&self.shares.outer.forward(&inner)?)?;
        let matching = match (&self.query_matching, &batch.matching) {
            (Some(adapter), Some(matching)) => {
                let read = normalized(&adapter.forward(matching)?)?;
                // What was not there stays so.
                Some(read.broadcast_mul(&batch.has_matching)?)
            }
            _ => None,
        };
        Ok(QueriesRead { clip: normalized(&self.query_clip.forward(&batch.clip)?)?, matching, shares })
    }

    /// The parts after their adapters, before the fusion network.
    pub(super) fn read_parts(&self, batch: &PhotoBatch) -> Result<Vec<Option<Tensor>>> {
        let adapted = self.parts.iter().zip(&batch.parts).enumerate().map(|(at, (adapter, part))| {
            let (Some(adapter), Some(part)) = (adapter, part) else { return Ok(None) };
            let there = batch.is_there.narrow(1, at, 1)?;
            Ok(Some(adapter.forward(part)?.broadcast_mul(&there)?))
        });
        adapted.collect()
    }

    pub(super) fn read_photos(&self, batch: &PhotoBatch) -> Result<PhotosRead> {
        let adapted = self.read_parts(batch)?;
        let parts = match &self.fusion {
            Some(fusion) => fusion.forward(&adapted, batch)?,
            None => {
                adapted.iter().map(|part| part.as_ref().map(normalized).transpose()).collect::<Result<_>>()?
            }
        };
        Ok(PhotosRead { parts, is_there: batch.is_there.clone() })
    }

    /// `[queries, photos]`: how relevant each photo is to each query.
    pub(super) fn scores(
        &self,
        queries: &QueryBatch,
        photos: &PhotoBatch,
        slopes: &PartSlopes,
    ) -> Result<Tensor> {
        if let Some(plain) = &self.plain {
            return plain.scores(queries, photos);
        }
        let (query, photo) = (self.read_queries(queries)?, self.read_photos(photos)?);
        let lacking = photo.is_there.affine(-1.0, 1.0)?;
        let mut total: Option<Tensor> = None;
        for (at, part) in photo.parts.iter().enumerate() {
            let (Some(part), Some(own)) = (part, query.part(at)) else { continue };
            let shares = query.shares.narrow(1, at, 1)?;
            let cosines = own.matmul(&part.t()?)?;
            let missing = (lacking.narrow(1, at, 1)?.t()? * f64::from(slopes.usual[at]))?;
            let mut of_part = cosines.broadcast_add(&missing)?.broadcast_mul(&shares)?;
            if at == 1 {
                // Words that BLIP has not read say nothing of this part.
                of_part = of_part.broadcast_mul(&queries.has_matching)?;
            }
            let of_part = (of_part * f64::from(slopes.slopes[at]))?;
            total = Some(match total {
                Some(total) => (total + of_part)?,
                None => of_part,
            });
        }
        total.ok_or_else(|| candle_core::Error::Msg("nothing to compare".to_owned()))
    }

    pub(super) fn has_parts(&self) -> bool {
        self.plain.is_none()
    }
}

/// Queries, read.
pub(super) struct QueriesRead {
    /// `[n, clip]`
    pub(super) clip: Tensor,
    /// `[n, matching]`
    pub(super) matching: Option<Tensor>,
    /// `[n, parts]`
    pub(super) shares: Tensor,
}

impl QueriesRead {
    /// What is set against a part.
    pub(super) fn part(&self, at: usize) -> Option<&Tensor> {
        if at == 1 { self.matching.as_ref() } else { Some(&self.clip) }
    }
}

/// Photos, read.
pub(super) struct PhotosRead {
    /// `[n, len]` of each part that the pack has.
    pub(super) parts: Vec<Option<Tensor>>,
    /// `[n, parts]`
    is_there: Tensor,
}

impl Fusion {
    fn new(
        p: &mut Parameters,
        shape: &Shape,
        has_attention: bool,
        outer: Start,
    ) -> std::result::Result<Self, ModelError> {
        let width = shape.width;
        let (mut tokens, mut corrections) = (Vec::new(), Vec::new());
        for (at, len) in shape.lens().into_iter().enumerate() {
            if len == 0 {
                tokens.push(None);
                corrections.push(None);
                continue;
            }
            tokens.push(Some(Linear::new(
                p,
                &format!("fusion.token.{at}"),
                (len, width),
                Start::Drawn,
                true,
            )?));
            let name = format!("fusion.correction.{at}");
            // Gates alone correct nothing.
            let correction = has_attention.then(|| Linear::new(p, &name, (width, len), outer, false));
            corrections.push(correction.transpose()?);
        }
        Ok(Self {
            tokens,
            context: Linear::new(p, "fusion.context", (shape.clip, width), Start::Drawn, true)?,
            kinds: Linear::new(p, "fusion.kinds", (super::examples::N_KINDS, width), Start::Drawn, false)?,
            attention: has_attention
                .then(|| Attention::new(p, "fusion.attention", width, shape.n_heads))
                .transpose()?,
            inner: Linear::new(p, "fusion.inner", (2 * width, width), Start::Drawn, true)?,
            gates: Linear::new(p, "fusion.gates", (width, 1), outer, false)?,
            corrections,
        })
    }

    fn forward(&self, adapted: &[Option<Tensor>], batch: &PhotoBatch) -> Result<Vec<Option<Tensor>>> {
        let n = batch.is_there.dim(0)?;
        let mut own = Vec::with_capacity(N_PARTS);
        for (token, part) in self.tokens.iter().zip(adapted) {
            own.push(match (token, part) {
                (Some(token), Some(part)) => token.forward(part)?,
                _ => Tensor::zeros((n, self.context_width()?), candle_core::DType::F32, &Device::Cpu)?,
            });
        }
        // [n, parts, width]
        let own = Tensor::stack(&own, 1)?;
        let seen = match &self.attention {
            Some(attention) => {
                let kinds = self.kinds.forward(&batch.kinds)?;
                let context = (self.context.forward(&batch.context)? + kinds)?;
                let tokens = Tensor::cat(&[&own, &context], 1)?;
                let is_there = Tensor::cat(&[&batch.is_there, &batch.has_context], 1)?;
                attention.forward(&own, &tokens, &is_there)?
            }
            // Without attention each part sees the mean of all.
            None => {
                let there = batch.is_there.unsqueeze(2)?;
                let sum = own.broadcast_mul(&there)?.sum_keepdim(1)?;
                sum.broadcast_div(&there.sum_keepdim(1)?)?.broadcast_as(own.dims())?.contiguous()?
            }
        };
        let inner = self.inner.forward(&Tensor::cat(&[&own, &seen], 2)?)?.gelu()?;
        let gates = bounded_exp(&self.gates.forward(&inner)?)?;
        let parts = adapted.iter().zip(&self.corrections).enumerate().map(|(at, (part, correction))| {
            let Some(part) = part else { return Ok(None) };
            let corrected = match correction {
                Some(correction) => (part + correction.forward(&inner.narrow(1, at, 1)?.squeeze(1)?)?)?,
                None => part.clone(),
            };
            let gate = (gates.narrow(1, at, 1)?.squeeze(1)? * batch.is_there.narrow(1, at, 1)?)?;
            Ok(Some(normalized(&corrected)?.broadcast_mul(&gate)?))
        });
        parts.collect()
    }

    fn context_width(&self) -> Result<usize> {
        self.context.n_out()
    }
}

impl Plain {
    fn new(p: &mut Parameters, shape: &Shape) -> std::result::Result<Self, ModelError> {
        let (n_query, n_product) = (shape.clip + shape.matching, shape.lens().iter().sum());
        let width = 4 * shape.width;
        let mut two = |name: &str, n_in: usize| -> std::result::Result<[Linear; 2], ModelError> {
            Ok([
                Linear::new(p, &format!("plain.{name}.inner"), (n_in, width), Start::Drawn, true)?,
                Linear::new(p, &format!("plain.{name}.outer"), (width, width), Start::Drawn, true)?,
            ])
        };
        Ok(Self { query: two("query", n_query)?, product: two("product", n_product)? })
    }

    fn scores(&self, queries: &QueryBatch, photos: &PhotoBatch) -> Result<Tensor> {
        let through = |[inner, outer]: &[Linear; 2], x: &[Tensor]| {
            normalized(&outer.forward(&inner.forward(&Tensor::cat(x, 1)?)?.gelu()?)?)
        };
        let mut query = vec![queries.clip.clone()];
        query.extend(queries.matching.clone());
        let parts: Vec<Tensor> = photos.parts.iter().flatten().cloned().collect();
        through(&self.query, &query)?.matmul(&through(&self.product, &parts)?.t()?)
    }
}

/// `exp(x)` for small `x`, between `exp(-MAX_LOG)` and `exp(MAX_LOG)`.
fn bounded_exp(x: &Tensor) -> Result<Tensor> {
    ((x / MAX_LOG)?.tanh()? * MAX_LOG)?.exp()
}

pub(super) fn to_bytes(tensors: &[(String, Tensor)]) -> std::result::Result<Vec<u8>, ModelError> {
    let described: HashMap<String, String> = [("format".to_owned(), FORMAT.to_owned())].into();
    let tensors = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    safetensors::serialize(tensors, Some(described))
        .map_err(|error| ModelError::Compute { reason: error.to_string() })
}

pub(super) fn of_bytes(
    bytes: &[u8],
    file: &Path,
) -> std::result::Result<HashMap<String, Tensor>, ModelError> {
    let wrong = |error: &dyn std::fmt::Display| ModelError::Weights {
        path: file.to_owned(),
        reason: error.to_string(),
    };
    let (_, header) = safetensors::SafeTensors::read_metadata(bytes).map_err(|error| wrong(&error))?;
    let format = header.metadata().as_ref().and_then(|metadata| metadata.get("format"));
    if format.map(String::as_str) != Some(FORMAT) {
        return Err(wrong(&"it was written by another program, or by another version of this one"));
    }
    candle_core::safetensors::load_buffer(bytes, &Device::Cpu).map_err(|error| wrong(&error))
}
