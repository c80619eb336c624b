//! Where words stand, kept for the next question.
//!
//! Whoever types asks for the first words again with every letter of the last one, and to read a word that every
//! product holds takes some 30 ms among 100,000 of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use roaring::RoaringBitmap;

/// Bytes of the answers that are kept. One word that all of a million products hold takes 130 kB, most a few hundred
/// bytes.
const MAX_BYTES: usize = 8 << 20;
/// An answer costs as much, however few products are in it.
const OVERHEAD_BYTES: usize = 200;

/// The answers to what was asked last.
#[derive(Default)]
pub(super) struct Postings(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Of which moment they are.
    version: u64,
    /// What was asked, and the products; the one that was asked for last at the end.
    answers: Vec<(String, RoaringBitmap)>,
    n_bytes: usize,
}

fn n_bytes((asked, products): &(String, RoaringBitmap)) -> usize {
    OVERHEAD_BYTES + asked.len() + products.serialized_size()
}

impl Postings {
    /// What was answered to this, if the words are still those of `version`.
    pub(super) fn find(&self, version: u64, asked: &str) -> Option<RoaringBitmap> {
        let mut kept = self.kept(version);
        let at = kept.answers.iter().position(|(one, _)| one == asked)?;
        let answer = kept.answers.remove(at);
        let products = answer.1.clone();
        kept.answers.push(answer);
        Some(products)
    }

    /// Keeps an answer. `version` was read before the answer was: what was written in between makes it newer, and
    /// it is forgotten with the next question.
    pub(super) fn keep(&self, version: u64, asked: String, products: RoaringBitmap) {
        let mut kept = self.kept(version);
        let answer = (asked, products);
        kept.n_bytes += n_bytes(&answer);
        kept.answers.push(answer);
        let n_old = kept.answers.len() - 1;
        let mut n_gone = 0;
        while kept.n_bytes > MAX_BYTES && n_gone < n_old {
            kept.n_bytes -= n_bytes(&kept.answers[n_gone]);
            n_gone += 1;
        }
        kept.answers.drain(..n_gone);
    }

    fn kept(&self, version: u64) -> MutexGuard<'_, Kept> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version != version {
            *kept = Kept { version, ..Kept::default() };
        }
        kept
    }
}
