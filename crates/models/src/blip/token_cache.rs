//! Pictures that were read last, so that the next question about them need not read them again.

use super::image::ImageTokens;

/// Bytes that are kept: of the base model some 70 pictures at 1.8 MB each, of the starter pack thousands.
const MOST_BYTES: usize = 128 << 20;

/// Tokens by a key of the caller's; those that were asked for least recently go first.
#[derive(Default)]
pub(super) struct TokenCache {
    /// The last used at the end.
    entries: Vec<(u64, ImageTokens, usize)>,
    n_bytes: usize,
}

impl TokenCache {
    pub(super) fn has(&self, key: u64) -> bool {
        self.entries.iter().any(|(known, ..)| *known == key)
    }

    pub(super) fn get(&mut self, key: u64) -> Option<ImageTokens> {
        let at = self.entries.iter().position(|(known, ..)| *known == key)?;
        let entry = self.entries.remove(at);
        let tokens = entry.1.clone();
        self.entries.push(entry);
        Some(tokens)
    }

    pub(super) fn put(&mut self, key: u64, tokens: ImageTokens) {
        self.remove(key);
        let size = tokens.size_bytes();
        self.n_bytes += size;
        self.entries.push((key, tokens, size));
        while self.n_bytes > MOST_BYTES && self.entries.len() > 1 {
            let oldest = self.entries[0].0;
            self.remove(oldest);
        }
    }

    fn remove(&mut self, key: u64) {
        if let Some(at) = self.entries.iter().position(|(known, ..)| *known == key) {
            let (.., size) = self.entries.remove(at);
            self.n_bytes -= size;
        }
    }
}
