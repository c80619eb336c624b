//! Texts that begin alike, each computed from where it parts from the others.
//!
//! The text tower is causal: what it computes for a token depends on the tokens before it alone. So the
//! keys and values of a beginning that all texts share are computed once ([`TextPrefix`]). What follows
//! the beginning forms a tree, in which texts share a token as long as they have gone the same way; the
//! tree's tokens lie side by side in one row, and the attention's mask lets each see the beginning, its
//! own ancestors and itself. Its end tokens carry the vectors.
//!
//! In: token ids of whole texts. Out: the vectors that [`Clip::embed_texts`] gives, up to the rounding of
//! sums. A text that does not begin with the prefix, or ends within it, goes the ordinary way, so the
//! prefix may be any guess; and so do all texts of a tower that reads in both directions.

use candle_core::{Device, Tensor};

use super::{Clip, normalised, text::TransformerText};
use crate::ModelError;
use crate::encoder::KeyValues;

/// Tokens of a tree that go through the tower together. The attention's cost grows with its square, the
/// products with weights need enough rows to be fast.
const TREE_TOKENS: usize = 192;

/// A beginning of texts with what the tower's layers keep of it.
#[derive(Debug, Clone)]
pub(crate) struct TextPrefix {
    ids: Vec<u32>,
    kept: Option<KeyValues>,
}

impl TextPrefix {
    /// The beginning of no token.
    pub(crate) fn empty() -> Self {
        Self { ids: Vec::new(), kept: None }
    }
}

impl Clip {
    /// The prefix of the text `beginning` without the end token. What `earlier` shares with it is not
    /// computed again.
    ///
    /// # Errors
    /// Arithmetic or a tokenizer that failed.
    pub(crate) fn prefix(&self, earlier: &TextPrefix, beginning: &str) -> Result<TextPrefix, ModelError> {
        let Some(text) = self.text.causal() else { return Ok(TextPrefix::empty()) };
        let mut ids = self.text.token_ids(beginning)?;
        ids.truncate(text.end_of(&ids) as usize);
        let n_shared = ids.iter().zip(&earlier.ids).take_while(|(a, b)| a == b).count();
        let kept = match &earlier.kept {
            Some(kept) if n_shared > 0 => Some(kept.first(n_shared)?),
            _ => None,
        };
        let added = &ids[n_shared..];
        if added.is_empty() {
            return Ok(TextPrefix { ids, kept });
        }
        let positions: Vec<u32> = (n_shared as u32..).take(added.len()).collect();
        let parents: Vec<Option<usize>> = (0..added.len()).map(|i| i.checked_sub(1)).collect();
        let mask = tree_mask(&parents, n_shared, &text.device)?;
        let x = text.embed(added, &positions)?;
        let kept = text.encoder.extend(x, kept.as_ref(), &mask)?;
        Ok(TextPrefix { ids, kept: Some(kept) })
    }

    /// One vector of length 1 for each text, in the order given; `texts` are ids as [`Clip::token_ids`]
    /// gives them.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub(crate) fn embed_after(
        &self,
        prefix: &TextPrefix,
        texts: &[Vec<u32>],
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = vec![Vec::new(); texts.len()];
        let end_of = |ids: &Vec<u32>| self.text.causal().map_or(0, |text| text.end_of(ids) as usize);
        let ends: Vec<usize> = texts.iter().map(end_of).collect();
        let follows = |i: &usize| ends[*i] >= prefix.ids.len() && texts[*i].starts_with(&prefix.ids);
        let (mut branches, others): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(follows);
        if let (Some(kept), Some(text)) = (&prefix.kept, self.text.causal()) {
            let tail = |i: usize| &texts[i][prefix.ids.len()..=ends[i]];
            branches.sort_by_key(|&i| tail(i));
            let mut rest = branches.as_slice();
            while !rest.is_empty() {
                let (tree, n_taken) = TokenTree::grow(rest.iter().map(|&i| tail(i)));
                let found = normalised(&text.forward_tree(kept, prefix.ids.len(), &tree)?)?;
                let (taken, left) = rest.split_at(n_taken);
                for (&i, &leaf) in taken.iter().zip(&tree.leaf_of_text) {
                    vectors[i].clone_from(&found[leaf]);
                }
                rest = left;
            }
        }
        let plain = if prefix.kept.is_some() { others } else { (0..texts.len()).collect() };
        let found = self.text_batch.run(&plain, |batch| {
            let ids: Vec<Vec<u32>> = batch.iter().map(|&i| texts[i].clone()).collect();
            normalised(&self.text.forward(&ids)?)
        })?;
        for (i, vector) in plain.into_iter().zip(found) {
            vectors[i] = vector;
        }
        Ok(vectors)
    }
}

impl TransformerText {
    /// `[1, tokens, hidden]`
    fn embed(&self, ids: &[u32], positions: &[u32]) -> Result<Tensor, ModelError> {
        let tokens = self.tokens.rows(ids)?;
        let positions = Tensor::from_slice(positions, positions.len(), &self.device)?;
        let positions = self.positions.index_select(&positions, 0)?;
        Ok((tokens + positions)?.unsqueeze(0)?)
    }

    /// `[leaves, projection]`, not normalised, of a tree that grows behind `n_before` tokens.
    fn forward_tree(
        &self,
        kept: &KeyValues,
        n_before: usize,
        tree: &TokenTree,
    ) -> Result<Tensor, ModelError> {
        let positions: Vec<u32> = tree.depths.iter().map(|&depth| (n_before + depth) as u32).collect();
        let x = self.embed(&tree.ids, &positions)?;
        let mask = tree_mask(&tree.parents, n_before, &self.device)?;
        let leaves: Vec<u32> = tree.leaves.iter().map(|&node| node as u32).collect();
        let leaves = Tensor::from_vec(leaves, tree.leaves.len(), &self.device)?;
        self.project(&self.encoder.forward_after(x, kept, &mask, &leaves)?)
    }
}

/// Sorted continuations as a tree; a node is one token.
#[derive(Debug, Default, PartialEq, Eq)]
struct TokenTree {
    ids: Vec<u32>,
    /// The node before, or none for a node that follows the prefix.
    parents: Vec<Option<usize>>,
    /// Nodes before it in its text.
    depths: Vec<usize>,
    /// Nodes at which a text ends.
    leaves: Vec<usize>,
    /// For each text, which of `leaves` is its.
    leaf_of_text: Vec<usize>,
}

impl TokenTree {
    /// A tree of the first of `tails`, as many as [`TREE_TOKENS`] hold and at least one; and how many.
    /// `tails` are sorted, and none is empty.
    fn grow<'a>(tails: impl Iterator<Item = &'a [u32]>) -> (Self, usize) {
        let mut tree = Self::default();
        // Nodes of the text before, from the first token on.
        let mut path: Vec<usize> = Vec::new();
        let mut n_taken = 0;
        for tail in tails {
            let n_shared = path.iter().zip(tail).take_while(|&(&node, &id)| tree.ids[node] == id).count();
            let n_new = tail.len() - n_shared;
            if n_taken > 0 && tree.ids.len() + n_new > TREE_TOKENS {
                break;
            }
            path.truncate(n_shared);
            for &id in &tail[n_shared..] {
                let node = tree.ids.len();
                tree.ids.push(id);
                tree.parents.push(path.last().copied());
                tree.depths.push(path.len());
                path.push(node);
            }
            // Sorted tails: one that adds nothing equals the one before.
            if n_new > 0 {
                tree.leaves.extend(path.last());
            }
            tree.leaf_of_text.push(tree.leaves.len().saturating_sub(1));
            n_taken += 1;
        }
        (tree, n_taken)
    }
}

/// `[nodes, before + nodes]` to add to scores: a node sees all that stands before the tree, its ancestors
/// and itself.
fn tree_mask(parents: &[Option<usize>], n_before: usize, device: &Device) -> Result<Tensor, ModelError> {
    let width = n_before + parents.len();
    let mut cells = vec![f32::NEG_INFINITY; parents.len() * width];
    for (i, row) in cells.chunks_mut(width).enumerate() {
        row[..n_before].fill(0.0);
        let mut node = Some(i);
        while let Some(ancestor) = node {
            row[n_before + ancestor] = 0.0;
            node = parents[ancestor];
        }
    }
    Ok(Tensor::from_vec(cells, (parents.len(), width), device)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_share_tokens_until_they_part() {
        let tails: [&[u32]; 4] = [&[5, 7, 9], &[5, 8, 9], &[5, 9], &[5, 9]];
        let (tree, n_taken) = TokenTree::grow(tails.into_iter());
        assert_eq!(n_taken, 4);
        assert_eq!(tree.ids, [5, 7, 9, 8, 9, 9]);
        assert_eq!(tree.parents, [None, Some(0), Some(1), Some(0), Some(3), Some(0)]);
        assert_eq!(tree.depths, [0, 1, 2, 1, 2, 1]);
        assert_eq!(tree.leaves, [2, 4, 5]);
        assert_eq!(tree.leaf_of_text, [0, 1, 2, 2]);
    }

    #[test]
    fn a_full_tree_leaves_the_rest_for_the_next() {
        let tails: Vec<[u32; 2]> = (0..TREE_TOKENS as u32).map(|id| [id, 9999]).collect();
        let (tree, n_taken) = TokenTree::grow(tails.iter().map(<[u32; 2]>::as_slice));
        assert_eq!((tree.ids.len(), n_taken), (TREE_TOKENS, TREE_TOKENS / 2));
        let long = vec![1; TREE_TOKENS + 5];
        assert_eq!(TokenTree::grow([long.as_slice()].into_iter()).1, 1);
    }

    #[test]
    fn the_mask_shows_ancestors_alone() {
        let mask = tree_mask(&[None, Some(0), None], 1, &Device::Cpu).unwrap();
        let seen: Vec<Vec<bool>> = mask
            .to_vec2::<f32>()
            .unwrap()
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell == 0.0).collect())
            .collect();
        let (y, n) = (true, false);
        assert_eq!(seen, [[y, y, n, n], [y, y, y, n], [y, n, n, y]]);
    }
}
