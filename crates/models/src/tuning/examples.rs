//! What is learnt from, and how it becomes batches.

use std::{collections::HashSet, sync::Arc};

use candle_core::{Device, Result, Tensor};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use super::{N_PARTS, Shape};
use crate::ModelError;

/// Tokens beside the four parts of a photo that the fusion network looks at, at most.
const N_CONTEXT: usize = 8;
/// Other photos among them, at most.
const N_OTHER_PHOTOS: usize = 4;
/// Kinds of such tokens: another photo, an attribute.
pub(super) const N_KINDS: usize = 2;
const OTHER_PHOTO: usize = 0;
const ATTRIBUTE: usize = 1;
/// The place of the shop's own words among the parts.
const OWN: usize = 3;

/// The vectors of a photo. All have the length 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PhotoTokens {
    /// CLIP's of the photo.
    pub look: Vec<f32>,
    /// BLIP's of the photo.
    pub matching: Option<Vec<f32>>,
    /// CLIP's of its description.
    pub description: Option<Vec<f32>>,
}

/// The vectors of a product.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductTokens {
    /// Of its photos, in order.
    pub photos: Vec<PhotoTokens>,
    /// CLIP's of what the shop says of it.
    pub own: Option<Vec<f32>>,
    /// CLIP's of its attributes, one each: category, brand, colour ...
    pub attributes: Vec<Vec<f32>>,
}

/// A query and the products that it means.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Example {
    /// CLIP's vector of the words.
    pub clip: Vec<f32>,
    /// BLIP's.
    pub matching: Option<Vec<f32>>,
    /// All products that are meant, by rising places, each with a grade above 0.
    pub relevant: Arc<[(u32, f32)]>,
    /// Products of which nobody knows whether they are meant, by rising places: they are no negatives.
    pub unknown: Arc<[u32]>,
    /// Products that look like it and are not meant.
    pub hard: Vec<u32>,
    /// What its words by themselves add to the scores of products, by rising places; of others nothing. What words
    /// find need not be learnt.
    pub words: Arc<[(u32, f32)]>,
    /// How much it counts, 1 as usual: a query that is asked often counts more.
    pub weight: f32,
}

/// Everything that is learnt from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrainingSet {
    /// The products.
    pub products: Vec<ProductTokens>,
    /// Of each product a number that those share which nobody could tell apart: they are no negatives of each other.
    pub same: Vec<u32>,
    /// The queries.
    pub examples: Vec<Example>,
}

/// Queries as tensors.
pub(super) struct QueryBatch {
    /// `[n, clip]`
    pub(super) clip: Tensor,
    /// `[n, matching]`, 0 where there is none.
    pub(super) matching: Option<Tensor>,
    /// `[n, 1]`
    pub(super) has_matching: Tensor,
}

/// Photos with their products' tokens as tensors.
pub(super) struct PhotoBatch {
    /// `[n, len]` of each part that the pack has, 0 where it is missing.
    pub(super) parts: Vec<Option<Tensor>>,
    /// `[n, parts]`
    pub(super) is_there: Tensor,
    /// `[n, tokens, clip]`
    pub(super) context: Tensor,
    /// `[n, tokens, kinds]`
    pub(super) kinds: Tensor,
    /// `[n, tokens]`
    pub(super) has_context: Tensor,
}

/// One photo's parts and its product's other tokens.
pub(super) struct Tokens<'a> {
    parts: [Option<&'a [f32]>; N_PARTS],
    context: Vec<(usize, &'a [f32])>,
}

impl<'a> Tokens<'a> {
    /// Those of a photo.
    pub(super) fn of(product: &'a ProductTokens, photo: usize) -> Self {
        let shown = &product.photos[photo];
        let parts = [
            Some(shown.look.as_slice()),
            shown.matching.as_deref(),
            shown.description.as_deref(),
            product.own.as_deref(),
        ];
        let others = product.photos.iter().enumerate().filter(|(at, _)| *at != photo).take(N_OTHER_PHOTOS);
        let mut context: Vec<(usize, &[f32])> =
            others.map(|(_, other)| (OTHER_PHOTO, other.look.as_slice())).collect();
        let room = N_CONTEXT - context.len();
        context
            .extend(product.attributes.iter().take(room).map(|attribute| (ATTRIBUTE, attribute.as_slice())));
        Self { parts, context }
    }

    /// As of a product of which the shop says nothing.
    fn unnamed(mut self) -> Self {
        self.parts[OWN] = None;
        self.context.retain(|(kind, _)| *kind != ATTRIBUTE);
        self
    }

    /// Without some parts and tokens, each left out with this probability: as of products of which less is known.
    fn dropped(mut self, probability: f32, rng: &mut ChaCha8Rng) -> Self {
        for part in &mut self.parts[1..] {
            if rng.random::<f32>() < probability {
                *part = None;
            }
        }
        // Sometimes the words alone: the look goes where something else is left.
        if rng.random::<f32>() < probability && self.parts[OWN].is_some() {
            self.parts[0] = None;
        }
        self.context.retain(|_| rng.random::<f32>() >= probability);
        self
    }
}

impl QueryBatch {
    pub(super) fn of(
        queries: &[(&[f32], Option<&[f32]>)],
        shape: &Shape,
    ) -> std::result::Result<Self, ModelError> {
        let n = queries.len();
        let clip = rows(queries.iter().map(|(clip, _)| Some(*clip)), n, shape.clip)?;
        let matching = match shape.matching {
            0 => None,
            len => Some(rows(queries.iter().map(|(_, matching)| *matching), n, len)?),
        };
        let has = queries.iter().map(|(_, matching)| f32::from(u8::from(matching.is_some()))).collect();
        Ok(Self { clip, matching, has_matching: Tensor::from_vec(has, (n, 1), &Device::Cpu)? })
    }
}

impl PhotoBatch {
    pub(super) fn of(photos: &[Tokens<'_>], shape: &Shape) -> std::result::Result<Self, ModelError> {
        let n = photos.len();
        let mut parts = Vec::with_capacity(N_PARTS);
        for (at, len) in shape.lens().into_iter().enumerate() {
            let part = (len > 0).then(|| rows(photos.iter().map(|photo| photo.parts[at]), n, len));
            parts.push(part.transpose()?);
        }
        let lens = shape.lens();
        let is_there: Vec<f32> = photos
            .iter()
            .flat_map(|photo| (0..N_PARTS).map(|at| u8::from(photo.parts[at].is_some() && lens[at] > 0)))
            .map(f32::from)
            .collect();
        let token = |photo: usize, at: usize| photos[photo].context.get(at).copied();
        let places = || (0..n).flat_map(|photo| (0..N_CONTEXT).map(move |at| (photo, at)));
        let context = rows(
            places().map(|(photo, at)| token(photo, at).map(|(_, vector)| vector)),
            n * N_CONTEXT,
            shape.clip,
        )?;
        let mut kinds = vec![0.0_f32; n * N_CONTEXT * N_KINDS];
        let mut has_context = vec![0.0_f32; n * N_CONTEXT];
        for (place, (photo, at)) in places().enumerate() {
            if let Some((kind, _)) = token(photo, at) {
                kinds[place * N_KINDS + kind] = 1.0;
                has_context[place] = 1.0;
            }
        }
        let cpu = &Device::Cpu;
        Ok(Self {
            parts,
            is_there: Tensor::from_vec(is_there, (n, N_PARTS), cpu)?,
            context: context.reshape((n, N_CONTEXT, shape.clip))?,
            kinds: Tensor::from_vec(kinds, (n, N_CONTEXT, N_KINDS), cpu)?,
            has_context: Tensor::from_vec(has_context, (n, N_CONTEXT), cpu)?,
        })
    }
}

/// `[n, len]`, 0 where there is no vector.
fn rows<'a>(
    vectors: impl Iterator<Item = Option<&'a [f32]>>,
    n: usize,
    len: usize,
) -> std::result::Result<Tensor, ModelError> {
    let mut numbers = vec![0.0; n * len];
    for (row, vector) in numbers.chunks_mut(len.max(1)).zip(vectors) {
        let Some(vector) = vector else { continue };
        if vector.len() != len {
            let reason = format!("a vector of {} numbers came where {len} are needed", vector.len());
            return Err(ModelError::Compute { reason });
        }
        row.copy_from_slice(vector);
    }
    Ok(Tensor::from_vec(numbers, (n, len), &Device::Cpu)?)
}

/// What is left out of products, so that those of which less is known are learnt as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    /// How often a part or a token is.
    pub parts: f32,
    /// How often everything is that the shop says of a batch, and what words by themselves find with it.
    pub names: f32,
}

/// A batch of examples with everything that they are compared with.
pub(super) struct Batch {
    pub(super) queries: QueryBatch,
    pub(super) photos: PhotoBatch,
    /// `[queries, photos]`: what is meant, adding up to 1 for each query.
    pub(super) grades: Tensor,
    /// `[queries, photos]`: 1 of what is no negative.
    pub(super) is_left_out: Tensor,
    /// `[queries, photos]`: what words by themselves add to the scores.
    pub(super) words: Tensor,
    /// `[queries]`
    pub(super) weights: Tensor,
}

/// What stands beside a product in a list by rising places.
fn of_product(list: &[(u32, f32)], product: u32) -> Option<f32> {
    let at = list.binary_search_by_key(&product, |(other, _)| *other).ok()?;
    Some(list[at].1)
}

impl TrainingSet {
    /// A batch of these examples: of each a product that it means, and others that look like it, each by a photo and
    /// with what is known of it as `rng` draws.
    pub(super) fn batch(
        &self,
        examples: &[u32],
        n_hard: usize,
        left_out: LeftOut,
        rng: &mut ChaCha8Rng,
        shape: &Shape,
    ) -> std::result::Result<Batch, ModelError> {
        let mut candidates: Vec<u32> = Vec::new();
        let add = |product: u32, candidates: &mut Vec<u32>| {
            let has_photo = self.products.get(product as usize).is_some_and(|one| !one.photos.is_empty());
            if has_photo && !candidates.contains(&product) {
                candidates.push(product);
            }
        };
        for &example in examples {
            let example = &self.examples[example as usize];
            if let Some((product, _)) = example.relevant.choose(rng) {
                add(*product, &mut candidates);
            }
            for _ in 0..n_hard {
                if let Some(product) = example.hard.choose(rng) {
                    add(*product, &mut candidates);
                }
            }
        }
        // All of a batch or none: beside products of which more is known, those of which nothing is said would learn to
        // stand out.
        let is_unnamed = rng.random::<f32>() < left_out.names;
        let mut tokens: Vec<Tokens<'_>> = Vec::with_capacity(candidates.len());
        for &product in &candidates {
            let product = &self.products[product as usize];
            let shown = Tokens::of(product, rng.random_range(..product.photos.len()));
            let shown = if is_unnamed { shown.unnamed() } else { shown };
            tokens.push(shown.dropped(left_out.parts, rng));
        }
        let (n, n_candidates) = (examples.len(), candidates.len());
        let (mut grades, mut left_out) = (vec![0.0; n * n_candidates], vec![0.0; n * n_candidates]);
        let mut words = vec![0.0; n * n_candidates];
        let mut weights = Vec::with_capacity(n);
        let mut queries = Vec::with_capacity(n);
        for (row, &example) in examples.iter().enumerate() {
            let example = &self.examples[example as usize];
            let row_of = row * n_candidates..(row + 1) * n_candidates;
            for (added, product) in words[row_of.clone()].iter_mut().zip(&candidates).filter(|_| !is_unnamed)
            {
                *added = of_product(&example.words, *product).unwrap_or(0.0);
            }
            self.judge(example, &candidates, &mut grades[row_of.clone()], &mut left_out[row_of]);
            weights.push(example.weight);
            queries.push((example.clip.as_slice(), example.matching.as_deref()));
        }
        let cpu = &Device::Cpu;
        let square =
            |numbers: Vec<f32>| -> Result<Tensor> { Tensor::from_vec(numbers, (n, n_candidates), cpu) };
        Ok(Batch {
            queries: QueryBatch::of(&queries, shape)?,
            photos: PhotoBatch::of(&tokens, shape)?,
            grades: square(grades)?,
            is_left_out: square(left_out)?,
            words: square(words)?,
            weights: Tensor::from_vec(weights, n, cpu)?,
        })
    }

    /// What a query means of the candidates, and what of the others is none of its negatives.
    fn judge(&self, example: &Example, candidates: &[u32], grades: &mut [f32], left_out: &mut [f32]) {
        let same = |product: u32| self.same.get(product as usize).copied().unwrap_or(product);
        let meant: HashSet<u32> = example.relevant.iter().map(|(relevant, _)| same(*relevant)).collect();
        for (at, &product) in candidates.iter().enumerate() {
            match of_product(&example.relevant, product) {
                Some(grade) => grades[at] = grade.max(0.0),
                None => {
                    let is_none =
                        meant.contains(&same(product)) || example.unknown.binary_search(&product).is_ok();
                    left_out[at] = f32::from(u8::from(is_none));
                }
            }
        }
        let all: f32 = grades.iter().sum();
        if all > 0.0 {
            grades.iter_mut().for_each(|grade| *grade /= all);
        }
    }
}
