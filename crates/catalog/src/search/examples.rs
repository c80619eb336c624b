//! Searches to try, in the words of the catalog's own descriptions.

use std::collections::HashSet;

use crate::{CatalogError, Library, describe};

const N_EXAMPLES: usize = 4;
/// Captions looked at: enough that different goods come up.
const N_CAPTIONS: u64 = 60;
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

/// The product in a caption, where a few words name it.
fn shorten(caption: &str) -> Option<String> {
    let product = describe::product_phrase(&describe::publishable(caption));
    (2..=4).contains(&product.split(' ').count()).then_some(product)
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
