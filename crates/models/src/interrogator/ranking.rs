//! The vectors of a list of terms, and the terms ranked by their likeness to a picture.
//!
//! In: a [`TermTable`], a CLIP, and the sentence in which a term is put. Out: [`TermVectors`], which a
//! caller keeps on disk as bytes; and ranked terms. This crate writes no file itself.
//!
//! Vectors belong to labels, template and model: their key is the hash of all three, and bytes with
//! another key, or damaged ones, are refused.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use super::TermTable;
use super::built_in::fill;
use crate::clip::TextPrefix;
use crate::{Clip, ModelError};

const MAGIC: &[u8; 8] = b"VTERMS\0\x01";
const HASH_BYTES: usize = 32;
/// Tokens of the terms that [`TermEmbedding::advance`] computes: a second or two for the largest models. Where every text
/// is filled up to 64 tokens these are few terms, and a search waits no longer than elsewhere.
const TOKENS_AT_ONCE: usize = 1_024;

/// The vectors of a list's terms for one model.
#[derive(Debug, Clone, PartialEq)]
pub struct TermVectors {
    /// Hash of labels, template and model.
    key: [u8; HASH_BYTES],
    dim: usize,
    /// `[terms, dim]`
    values: Vec<f32>,
}

/// A term and how like a picture it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedTerm {
    /// Name of its list.
    pub table: String,
    /// The term.
    pub term: String,
    /// Cosine of the term's vector and the picture's, -1 to 1.
    pub similarity: f32,
}

impl TermVectors {
    /// Computes the vectors of all terms. `template` holds `{}` for the term, such as
    /// `a photo of a {}`, or is `{}` alone; `clip_key` names model, revision and preprocessing.
    /// [`TermEmbedding`] does the same in parts.
    ///
    /// # Errors
    /// A template without `{}`, or arithmetic that failed.
    pub fn embed(clip: &Clip, table: &TermTable, template: &str, clip_key: &str) -> Result<Self, ModelError> {
        let mut embedding = TermEmbedding::new(table, template, clip_key)?;
        while embedding.advance(clip)? {}
        embedding.finish(clip)
    }

    /// What vectors of this list, template and model are kept under: 64 hexadecimal digits.
    #[must_use]
    pub fn key(table: &TermTable, template: &str, clip_key: &str) -> String {
        hash(table, template, clip_key).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The number of terms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Length of one vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The vector of term `i`, of length 1.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<&[f32]> {
        self.values.chunks_exact(self.dim.max(1)).nth(i)
    }

    /// Everything as bytes, to be read again by [`TermVectors::from_bytes`]: a mark, the key, sizes, the
    /// values (f32, little endian), and the SHA-256 of all that.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(&self.key, self.dim, &self.values)
    }

    /// The vectors of this list, template and model from the bytes of [`TermVectors::to_bytes`].
    ///
    /// # Errors
    /// Damaged bytes, or those of another list, template or model. The way out is to compute them again.
    pub fn from_bytes(
        bytes: &[u8],
        table: &TermTable,
        template: &str,
        clip_key: &str,
    ) -> Result<Self, ModelError> {
        let key = hash(table, template, clip_key);
        match read(bytes, &key).map_err(|reason| misfit(table.name(), reason))? {
            (dim, n_terms, values) if n_terms == table.terms().len() => Ok(Self { key, dim, values }),
            _ => Err(misfit(table.name(), OTHERS)),
        }
    }

    /// Cosines of every term with a picture's vector of length 1.
    pub(super) fn similarities(&self, image_vector: &[f32]) -> Vec<f32> {
        self.values.chunks_exact(self.dim.max(1)).map(|row| dot(row, image_vector)).collect()
    }

    /// These are the vectors of that table, and of the picture's length.
    pub(super) fn check(&self, table: &TermTable, image_vector: &[f32]) -> Result<(), ModelError> {
        if self.len() != table.terms().len() {
            return Err(misfit(table.name(), "they belong to another list"));
        }
        if self.dim != image_vector.len() {
            return Err(misfit(table.name(), "they are of another model than the photo's vector"));
        }
        Ok(())
    }
}

/// The vectors of a list, computed in parts, so that a model's thread can serve others in between.
#[derive(Debug)]
pub struct TermEmbedding {
    /// The list's name.
    list: String,
    key: [u8; HASH_BYTES],
    texts: Vec<String>,
    /// The words before the first term's place, all but the last, which may be an article.
    beginning: String,
    values: Vec<f32>,
    n_done: usize,
}

/// Bytes that tell the vectors of a key's terms, or of the first of them.
fn written(key: &[u8; HASH_BYTES], dim: usize, values: &[f32]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(key);
    bytes.extend((dim as u64).to_le_bytes());
    bytes.extend((values.len() as u64).checked_div(dim as u64).unwrap_or(0).to_le_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum);
    bytes
}

const DAMAGED: &str = "they are damaged; compute them again";
const OTHERS: &str = "they belong to another list or model; compute them again";

/// What [`written`] wrote of this key: the length of a vector, how many there are, their values; else what is wrong.
fn read(bytes: &[u8], key: &[u8; HASH_BYTES]) -> Result<(usize, usize, Vec<f32>), &'static str> {
    let (body, sum) = bytes.split_last_chunk::<HASH_BYTES>().ok_or(DAMAGED)?;
    if Sha256::digest(body).as_slice() != sum {
        return Err(DAMAGED);
    }
    let (magic, rest) = body.split_first_chunk::<8>().ok_or(DAMAGED)?;
    let (of, rest) = rest.split_first_chunk::<HASH_BYTES>().ok_or(DAMAGED)?;
    let (dim, rest) = rest.split_first_chunk::<8>().ok_or(DAMAGED)?;
    let (n_terms, rest) = rest.split_first_chunk::<8>().ok_or(DAMAGED)?;
    if magic != MAGIC || of != key {
        return Err(OTHERS);
    }
    let (dim, n_terms) = (u64::from_le_bytes(*dim), u64::from_le_bytes(*n_terms));
    if dim.checked_mul(n_terms).and_then(|n| n.checked_mul(4)) != Some(rest.len() as u64) {
        return Err(DAMAGED);
    }
    let values = rest.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let size = |n| usize::try_from(n).map_err(|_| DAMAGED);
    Ok((size(dim)?, size(n_terms)?, values))
}

impl TermEmbedding {
    /// As [`TermVectors::embed`], nothing computed yet.
    ///
    /// # Errors
    /// A template without `{}`.
    pub fn new(table: &TermTable, template: &str, clip_key: &str) -> Result<Self, ModelError> {
        let Some((before, _)) = template.split_once("{}") else {
            return Err(misfit(
                table.name(),
                &format!("the sentence \"{template}\" has no {{}} for the term"),
            ));
        };
        Ok(Self {
            list: table.name().to_owned(),
            key: hash(table, template, clip_key),
            texts: table.terms().iter().map(|term| fill(template, term)).collect(),
            beginning: before
                .trim_end()
                .rsplit_once(' ')
                .map_or(String::new(), |(words, _)| words.to_owned()),
            values: Vec::new(),
            n_done: 0,
        })
    }

    /// Goes on from the bytes of [`TermEmbedding::to_bytes`], of the same list, template and model.
    ///
    /// # Errors
    /// Damaged bytes, or those of something else; then nothing is computed yet, as before.
    pub fn resume(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        let wrong = |reason: &str| misfit(&self.list, reason);
        let (_, n_done, values) = read(bytes, &self.key).map_err(wrong)?;
        if n_done > self.texts.len() {
            return Err(wrong(OTHERS));
        }
        (self.n_done, self.values) = (n_done, values);
        Ok(())
    }

    /// What is done, to go on from another time.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(&self.key, self.values.len().checked_div(self.n_done).unwrap_or(0), &self.values)
    }

    /// Computes some more; whether some are left.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn advance(&mut self, clip: &Clip) -> Result<bool, ModelError> {
        // What was gone on from is of another model that has this key: an error would come again with every start.
        if self.values.len() != self.n_done * clip.dim() {
            (self.n_done, self.values) = (0, Vec::new());
        }
        let (mut ids, mut n_tokens) = (Vec::new(), 0);
        for text in &self.texts[self.n_done..] {
            let of_text = clip.token_ids(text)?;
            n_tokens += of_text.len();
            ids.push(of_text);
            if n_tokens >= TOKENS_AT_ONCE {
                break;
            }
        }
        if !ids.is_empty() {
            let prefix = clip.prefix(&TextPrefix::empty(), &self.beginning)?;
            self.values.extend(clip.embed_after(&prefix, &ids)?.into_iter().flatten());
            self.n_done += ids.len();
        }
        Ok(self.n_done < self.texts.len())
    }

    /// Terms done and all terms.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.n_done, self.texts.len())
    }

    /// The vectors; what is left is computed first.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn finish(mut self, clip: &Clip) -> Result<TermVectors, ModelError> {
        while self.advance(clip)? {}
        Ok(TermVectors { key: self.key, dim: clip.dim(), values: self.values })
    }
}

/// The `n` terms most like a picture, best first. Of equals the earlier in the list goes first.
///
/// # Errors
/// Vectors of another list, or of another model than the picture's.
pub fn rank_terms(
    image_vector: &[f32],
    table: &TermTable,
    vectors: &TermVectors,
    n: usize,
) -> Result<Vec<RankedTerm>, ModelError> {
    vectors.check(table, image_vector)?;
    let similarities = vectors.similarities(image_vector);
    let ranked = |i: usize| RankedTerm {
        table: table.name().to_owned(),
        term: table.terms()[i].clone(),
        similarity: similarities[i],
    };
    Ok(highest(&similarities, n).into_iter().map(ranked).collect())
}

/// Indices of the `n` highest, highest first; of equals the earlier first.
pub(super) fn highest(values: &[f32], n: usize) -> Vec<usize> {
    first((0..values.len()).collect(), n, |&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)))
}

/// The `n` items that come first in an order, sorted.
pub(super) fn first(
    mut items: Vec<usize>,
    n: usize,
    order: impl Fn(&usize, &usize) -> Ordering,
) -> Vec<usize> {
    if n == 0 {
        return Vec::new();
    }
    if n < items.len() {
        items.select_nth_unstable_by(n - 1, &order);
        items.truncate(n);
    }
    items.sort_unstable_by(order);
    items
}

/// Inner product. Sixteen sums side by side, which compilers turn into vector instructions.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_parts.remainder().iter().zip(b_parts.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a_parts.zip(b_parts) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn hash(table: &TermTable, template: &str, clip_key: &str) -> [u8; HASH_BYTES] {
    let mut hasher = Sha256::new();
    // Each part with its length, so that no two lists read alike.
    for part in [clip_key, template].into_iter().chain(table.terms().iter().map(String::as_str)) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Vectors that are not those of the list of this name.
pub(super) fn misfit(list: &str, reason: &str) -> ModelError {
    ModelError::TermVectors { table: list.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_come_first_and_equals_keep_their_order() {
        let values = [0.1, 0.7, 0.3, 0.7, -0.2];
        assert_eq!(highest(&values, 3), [1, 3, 2]);
        assert_eq!(highest(&values, 9), [1, 3, 2, 0, 4]);
        assert_eq!(highest(&values, 0), [0_usize; 0]);
        assert_eq!(highest(&[], 2), [0_usize; 0]);
    }

    #[test]
    fn the_inner_product_takes_every_number() {
        for n in [1, 15, 16, 17, 40] {
            let a: Vec<f32> = (0..n).map(|i| i as f32 * 0.5 - 3.0).collect();
            let b: Vec<f32> = (0..n).map(|i| 2.0 - i as f32 * 0.25).collect();
            let expected: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
            assert!((dot(&a, &b) - expected).abs() <= expected.abs() * 1e-5, "{n}");
        }
    }
}
