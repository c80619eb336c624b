//! The query tower and the product tower.

use std::path::Path;

use candle_core::{DType, Device, Result, Tensor, Var};

use super::{
    N_PARTS,
    examples::{PhotoBatch, ProductTokens, QueryBatch, Tokens},
    fusion::Fusion,
    layers::{Adapter, Linear, bounded_exp, normalized},
    parameters::{Parameters, Start, of_bytes, to_bytes},
};
use crate::ModelError;

/// The part that is set against BLIP's reading of the words.
const MATCHING: usize = 1;
/// Photos that go through the product tower at once.
const AT_ONCE: usize = 256;

/// How the towers are made. The product uses [`Design::Fusion`]; the others are what it was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Design {
    /// Residual adapters and the fusion network, beginning as the fixed fusion.
    #[default]
    Fusion,
    /// Residual adapters, and of each part a gate that looks at this part alone.
    Gates,
    /// As the first, beginning at random.
    Abrupt,
    /// All parts one after the other through a plain network of two layers, and so the query; beginning at random.
    Plain,
}

impl Design {
    /// How layers begin that would change nothing at first.
    pub(super) fn start(self) -> Start {
        match self {
            Self::Fusion | Self::Gates => Start::Zero,
            Self::Abrupt | Self::Plain => Start::Drawn,
        }
    }
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
    /// How it is made.
    pub design: Design,
}

impl Shape {
    /// That of a pack's vectors, as the product uses it.
    pub fn new(clip: usize, matching: usize) -> Self {
        Self { clip, matching, rank: 64, width: 64, n_heads: 4, design: Design::Fusion }
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
    fusion: Fusion,
    /// Log scales of the three losses.
    pub(super) log_scales: [Var; 3],
}

/// How much each part counts for a query.
#[derive(Debug, Clone)]
struct Shares {
    inner: Linear,
    outer: Linear,
}

impl Tuning {
    /// One that has learnt nothing and scores as the fixed fusion does.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where memory runs out.
    pub fn new(shape: Shape, seed: u64) -> std::result::Result<Self, ModelError> {
        let mut parameters = Parameters::new(seed);
        let p = &mut parameters;
        let Shape { clip, matching, rank, width, design, .. } = shape;
        let query_clip = Adapter::new(p, "query.clip", clip, rank, design)?;
        let query_matching = match matching {
            0 => None,
            len => Some(Adapter::new(p, "query.matching", len, rank, design)?),
        };
        let shares = Shares {
            inner: Linear::new(p, "query.shares.inner", (clip + matching, width), Start::Drawn, true)?,
            outer: Linear::new(p, "query.shares.outer", (width, N_PARTS), design.start(), true)?,
        };
        let mut parts = Vec::with_capacity(N_PARTS);
        for (at, len) in shape.lens().into_iter().enumerate() {
            parts.push(match len {
                0 => None,
                // What is learnt of all parts together begins with each as it is.
                _ if design == Design::Plain => None,
                len => Some(Adapter::new(p, &format!("product.{at}"), len, rank, design)?),
            });
        }
        let fusion = Fusion::new(p, &shape)?;
        // Cosines are told apart at a scale of 10, relevance at one of 4: both begin soft and are learnt.
        let log_scales = [
            p.add("scale.text", &[1], Start::Constant(10.0_f64.ln()))?,
            p.add("scale.image", &[1], Start::Constant(10.0_f64.ln()))?,
            p.add("scale.fused", &[1], Start::Constant(4.0_f64.ln()))?,
        ];
        Ok(Self { shape, parameters, query_clip, query_matching, shares, parts, fusion, log_scales })
    }

    /// Its sizes.
    pub fn shape(&self) -> Shape {
        self.shape
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

    /// The fused vectors of photos, each told by its product and its place there: the parts one after the other, each
    /// times its gate; a part that is missing is all zero.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where vectors have other lengths than the pack's.
    pub fn photos(
        &self,
        photos: &[(&ProductTokens, usize)],
    ) -> std::result::Result<Vec<Vec<f32>>, ModelError> {
        let mut fused = Vec::with_capacity(photos.len());
        for some in photos.chunks(AT_ONCE) {
            let (parts, _) = self.read_photos(some)?;
            let parts: Vec<Tensor> = parts.into_iter().flatten().collect();
            fused.extend(Tensor::cat(&parts, 1)?.to_vec2::<f32>()?);
        }
        Ok(fused)
    }

    /// `[queries][products]`: how relevant each product's best photo is.
    ///
    /// # Errors
    /// [`ModelError::Compute`] where vectors have other lengths than the pack's.
    pub fn relevance(
        &self,
        queries: &[(&[f32], Option<&[f32]>)],
        products: &[ProductTokens],
        slopes: &PartSlopes,
    ) -> std::result::Result<Vec<Vec<f32>>, ModelError> {
        let asked = QueryBatch::of(queries, &self.shape)?;
        let read = self.read_queries(&asked)?;
        let mut all: Vec<(usize, (&ProductTokens, usize))> = Vec::new();
        for (at, product) in products.iter().enumerate() {
            all.extend((0..product.photos.len()).map(|photo| (at, (product, photo))));
        }
        let mut best = vec![vec![f32::NEG_INFINITY; products.len()]; queries.len()];
        for some in all.chunks(AT_ONCE) {
            let shown: Vec<(&ProductTokens, usize)> = some.iter().map(|(_, photo)| *photo).collect();
            let (fused, is_there) = self.read_photos(&shown)?;
            let scores = read.scores(&fused, &is_there, slopes)?.to_vec2::<f32>()?;
            for (best, scores) in best.iter_mut().zip(scores) {
                for (&(product, _), score) in some.iter().zip(scores) {
                    best[product] = best[product].max(score);
                }
            }
        }
        Ok(best)
    }

    /// The parts of photos as both towers see them, with which of them are there.
    fn read_photos(
        &self,
        photos: &[(&ProductTokens, usize)],
    ) -> std::result::Result<(Vec<Option<Tensor>>, Tensor), ModelError> {
        let tokens: Vec<Tokens<'_>> =
            photos.iter().map(|&(product, photo)| Tokens::of(product, photo)).collect();
        let batch = PhotoBatch::of(&tokens, &self.shape)?;
        let fused = self.fuse(&self.read_parts(&batch)?, &batch)?;
        Ok((fused, batch.is_there))
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
        Ok(QueriesRead {
            clip: normalized(&self.query_clip.forward(&batch.clip)?)?,
            matching,
            shares,
            has_matching: batch.has_matching.clone(),
        })
    }

    /// The parts after their adapters, before the fusion network.
    pub(super) fn read_parts(&self, batch: &PhotoBatch) -> Result<Vec<Option<Tensor>>> {
        let adapted = self.parts.iter().zip(&batch.parts).enumerate().map(|(at, (adapter, part))| {
            let Some(part) = part else { return Ok(None) };
            let there = batch.is_there.narrow(1, at, 1)?;
            let adapted = adapter.as_ref().map_or_else(|| Ok(part.clone()), |one| one.forward(part))?;
            Ok(Some(adapted.broadcast_mul(&there)?))
        });
        adapted.collect()
    }

    /// The parts after the fusion network.
    pub(super) fn fuse(&self, adapted: &[Option<Tensor>], batch: &PhotoBatch) -> Result<Vec<Option<Tensor>>> {
        self.fusion.forward(adapted, batch)
    }
}

/// Queries, read.
pub(super) struct QueriesRead {
    /// `[n, clip]`
    clip: Tensor,
    /// `[n, matching]`
    matching: Option<Tensor>,
    /// `[n, parts]`
    shares: Tensor,
    /// `[n, 1]`
    has_matching: Tensor,
}

impl QueriesRead {
    /// As the encoders alone read them.
    pub(super) fn untuned(batch: &QueryBatch) -> Result<Self> {
        let n = batch.clip.dim(0)?;
        Ok(Self {
            clip: batch.clip.clone(),
            matching: batch.matching.clone(),
            shares: Tensor::ones((n, N_PARTS), DType::F32, &Device::Cpu)?,
            has_matching: batch.has_matching.clone(),
        })
    }

    /// `[queries, photos]`: how relevant each photo is to each query; `fused` are the photos' parts.
    pub(super) fn scores(
        &self,
        fused: &[Option<Tensor>],
        is_there: &Tensor,
        slopes: &PartSlopes,
    ) -> Result<Tensor> {
        let n_photos = is_there.dim(0)?;
        let mut total = Tensor::zeros((self.clip.dim(0)?, n_photos), DType::F32, &Device::Cpu)?;
        for (at, part) in fused.iter().enumerate() {
            let Some(cosines) = self.cosines(at, part.as_ref(), is_there, slopes)? else { continue };
            let share = (self.shares.narrow(1, at, 1)? * f64::from(slopes.slopes[at]))?;
            total = (total + cosines.broadcast_mul(&share)?)?;
        }
        Ok(total)
    }

    /// `[queries, photos]`: the cosines of a part, the usual one where a photo lacks it, none where a query does.
    pub(super) fn cosines(
        &self,
        at: usize,
        part: Option<&Tensor>,
        is_there: &Tensor,
        slopes: &PartSlopes,
    ) -> Result<Option<Tensor>> {
        let (Some(own), Some(part)) = (self.part(at), part) else { return Ok(None) };
        let missing = (is_there.narrow(1, at, 1)?.t()?.affine(-1.0, 1.0)? * f64::from(slopes.usual[at]))?;
        let cosines = own.matmul(&part.t()?)?.broadcast_add(&missing)?;
        // Words that BLIP has not read say nothing of this part.
        Ok(Some(if at == MATCHING { cosines.broadcast_mul(&self.has_matching)? } else { cosines }))
    }

    /// What is set against a part.
    fn part(&self, at: usize) -> Option<&Tensor> {
        if at == MATCHING { self.matching.as_ref() } else { Some(&self.clip) }
    }
}
