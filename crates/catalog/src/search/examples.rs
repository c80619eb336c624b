//! Searches to try, in the words of the catalog's own descriptions.

use std::collections::HashSet;

use crate::{CatalogError, Library};

const N_EXAMPLES: usize = 4;
/// Captions looked at: enough that different goods come up.
const N_CAPTIONS: u64 = 60;
/// What follows one of these is about the setting, not the product.
const SETTING_WORDS: &[&str] =
    &["on", "in", "with", "at", "against", "near", "under", "over", "and", "that", "is"];

impl Library {
    /// A few short searches that this catalog answers; none as long as nothing is described.
    pub fn examples(&self) -> Result<Vec<String>, CatalogError> {
        let inner = self.inner();
        let captions = inner.store.sample_captions(inner.model_ids().caption, N_CAPTIONS)?;
        let mut last_words = HashSet::new();
        let mut examples = Vec::new();
        for example in captions.iter().filter_map(|caption| shorten(caption)) {
            // One example a kind of product: kinds stand at the end ("a striped blue mug").
            let kind = example.rsplit(' ').next().unwrap_or_default().to_owned();
            if examples.len() < N_EXAMPLES && last_words.insert(kind) {
                examples.push(example);
            }
        }
        Ok(examples)
    }
}

/// The product in a caption: its first words up to the setting, without the article.
fn shorten(caption: &str) -> Option<String> {
    let words: Vec<&str> = caption
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-'))
        .filter(|word| !word.is_empty())
        .skip_while(|word| matches!(*word, "a" | "an" | "the" | "of" | "pair" | "photo" | "picture"))
        .take_while(|word| !SETTING_WORDS.contains(word))
        .collect();
    (2..=4).contains(&words.len()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::shorten;

    fn check(caption: &str, expected: Option<&str>) {
        assert_eq!(shorten(caption).as_deref(), expected, "{caption}");
    }

    #[test]
    fn captions_are_cut_to_the_product() {
        check("a striped blue mug on a white table", Some("striped blue mug"));
        check("a pair of black leather boots.", Some("black leather boots"));
        check("a red t-shirt with a logo", Some("red t-shirt"));
        check("a mug", None);
        check("", None);
        check("an arrangement of many small things from all over the world", None);
    }
}
