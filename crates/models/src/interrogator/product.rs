//! What a product is: its type, colour, material and so on, each as ranked terms with probabilities.
//!
//! In: a picture's CLIP vector and, for each attribute, a list with vectors of its terms in a sentence
//! ([`TermTable::product_template`]). Out: [`ProductTerms`]. A probability is the softmax over one list of
//! cosines times the model's learned scale, as CLIP classifies (Radford et al. 2021, 3.1); it says which
//! term of this list fits best, not whether any does. Two names for one thing would share its probability:
//! synonyms are added up and told under the preferred name. So are groups of near-synonyms, beside the terms.
//!
//! One product costs one product of a matrix and a vector, so a whole catalog can be done from its stored
//! vectors. For a single product the best terms can be compared again in a sentence with the type found
//! ("a red mug" tells more than "a red product"), which runs the text tower.

use std::collections::HashMap;

use rayon::prelude::*;

use super::built_in::{fill_with_type, names, product_prompt};
use super::ranking::{dot, first, highest, misfit};
use super::{TermTable, TermVectors};
use crate::{Clip, ModelError};

/// A term with its probability among the terms of its list.
#[derive(Debug, Clone, PartialEq)]
pub struct TermProbability {
    /// The term.
    pub term: String,
    /// The term's group, where the list names one.
    pub group: Option<String>,
    /// Cosine of the sentence with this term and the picture; of synonyms the highest.
    pub similarity: f32,
    /// 0 to 1; that of its synonyms is added.
    pub probability: f32,
}

/// The probability of any term of a group: near-synonyms share theirs, and this is their sum.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupProbability {
    /// The group; a term without one is its own.
    pub group: String,
    /// 0 to 1.
    pub probability: f32,
}

/// What one list says about a product.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeTerms {
    /// Name of the list, such as `colours`.
    pub table: String,
    /// The best terms, best first.
    pub terms: Vec<TermProbability>,
    /// The best groups, best first; empty where the list names none.
    pub groups: Vec<GroupProbability>,
}

/// A term against those of its list that cannot be true beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct TermOdds {
    /// Logarithm of its probability over that of all of them together.
    pub log_odds: f32,
    /// The likeliest of them, best first.
    pub rivals: Vec<String>,
}

/// Rivals that are told.
const N_RIVALS: usize = 3;

/// What all lists say about a product, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProductTerms {
    /// One entry per list that is not empty.
    pub attributes: Vec<AttributeTerms>,
}

impl ProductTerms {
    /// What the list of this name says.
    #[must_use]
    pub fn get(&self, table: &str) -> Option<&AttributeTerms> {
        self.attributes.iter().find(|attribute| attribute.table == table)
    }

    /// The best term of the list of this name.
    #[must_use]
    pub fn best(&self, table: &str) -> Option<&TermProbability> {
        self.get(table)?.terms.first()
    }

    /// The best type of product.
    #[must_use]
    pub fn product_type(&self) -> Option<&TermProbability> {
        self.best(names::TYPES)
    }
}

/// The lists that describe products, ready to be compared with pictures.
#[derive(Debug, Clone)]
pub struct ProductVocabulary {
    lists: Vec<(TermTable, TermVectors)>,
    logit_scale: f32,
}

impl ProductVocabulary {
    /// Lists with their vectors, and the model's [`Clip::logit_scale`]. Lists that do not describe
    /// products ([`TermTable::describes_products`]) are left out.
    ///
    /// # Errors
    /// Vectors that are not those of their list.
    pub fn new(lists: Vec<(TermTable, TermVectors)>, logit_scale: f32) -> Result<Self, ModelError> {
        if let Some((table, _)) = lists.iter().find(|(table, vectors)| table.terms().len() != vectors.len()) {
            return Err(misfit(table.name(), "they belong to another list"));
        }
        let lists = lists.into_iter().filter(|(table, _)| table.describes_products()).collect();
        Ok(Self { lists, logit_scale })
    }

    /// The `n_terms` best terms and groups of every list, from a picture's vector of length 1. No model
    /// runs.
    ///
    /// # Errors
    /// A vector of another model than the lists'.
    pub fn terms(&self, image_vector: &[f32], n_terms: usize) -> Result<ProductTerms, ModelError> {
        let mut attributes = Vec::with_capacity(self.lists.len());
        for (table, vectors) in self.lists.iter().filter(|(table, _)| !table.terms().is_empty()) {
            vectors.check(table, image_vector)?;
            let alone = vectors.similarities(image_vector);
            let probabilities = softmax(&alone, self.logit_scale);
            let (similarities, sums) = told(table, &alone, &probabilities);
            let term = |i: usize| TermProbability {
                term: table.terms()[i].clone(),
                group: table.group(i).map(str::to_owned),
                similarity: similarities[i],
                probability: sums[i],
            };
            // Far terms are all of probability 0: among them similarity decides.
            let is_told = |i: &usize| similarities[*i] > f32::NEG_INFINITY;
            let order = first((0..sums.len()).filter(is_told).collect(), n_terms, |&a, &b| {
                sums[b].total_cmp(&sums[a]).then(similarities[b].total_cmp(&similarities[a])).then(a.cmp(&b))
            });
            attributes.push(AttributeTerms {
                table: table.name().to_owned(),
                terms: order.into_iter().map(term).collect(),
                groups: group_sums(table, &probabilities, n_terms),
            });
        }
        Ok(ProductTerms { attributes })
    }

    /// How a term stands against others of its list, from a picture's vector of length 1: `is_foil` says which of
    /// them cannot be true beside it. None where there is no such list or term, or nothing to compare with. No model
    /// runs.
    ///
    /// # Errors
    /// A vector of another model than the lists'.
    pub fn odds(
        &self,
        image_vector: &[f32],
        table: &str,
        term: &str,
        is_foil: &dyn Fn(&str) -> bool,
    ) -> Result<Option<TermOdds>, ModelError> {
        let Some((table, vectors)) = self.lists.iter().find(|(list, _)| list.name() == table) else {
            return Ok(None);
        };
        vectors.check(table, image_vector)?;
        let similarities = vectors.similarities(image_vector);
        let told = |i: usize| table.terms()[table.told_as(i)].as_str();
        let mut own = Vec::new();
        let mut foils: Vec<(&str, f32)> = Vec::new();
        // Stoneware is a ceramic, whose name is that of its group: one does not speak against the other.
        let own_group = (0..table.terms().len()).find(|&i| told(i) == term).and_then(|i| table.group(i));
        let is_kin = |i: usize| own_group == Some(told(i)) || table.group(i) == Some(term);
        for (i, similarity) in similarities.iter().enumerate() {
            if told(i) == term {
                own.push(*similarity);
            } else if !is_kin(i) && is_foil(told(i)) && is_foil(&table.terms()[i]) {
                foils.push((told(i), *similarity));
            }
        }
        foils.sort_by(|a, b| b.1.total_cmp(&a.1));
        if own.is_empty() || foils.is_empty() {
            return Ok(None);
        }
        let of_foils: Vec<f32> = foils.iter().map(|(_, similarity)| *similarity).collect();
        let mut rivals: Vec<String> = Vec::new();
        for (name, _) in foils {
            if rivals.len() < N_RIVALS && !rivals.iter().any(|other| other == name) {
                rivals.push(name.to_owned());
            }
        }
        let log_odds = log_sum(&own, self.logit_scale) - log_sum(&of_foils, self.logit_scale);
        Ok(Some(TermOdds { log_odds, rivals }))
    }

    /// [`ProductVocabulary::terms`] of many pictures, on all threads, in the order given.
    ///
    /// # Errors
    /// A vector of another model than the lists'.
    pub fn terms_of_all(
        &self,
        image_vectors: &[Vec<f32>],
        n_terms: usize,
    ) -> Result<Vec<ProductTerms>, ModelError> {
        image_vectors.par_iter().map(|image_vector| self.terms(image_vector, n_terms)).collect()
    }

    /// Ranks the terms found once more, each in a sentence with the product's type. The terms of a list
    /// keep the probability that they have together and share it anew; groups stay as they are. Runs the
    /// text tower once for each term.
    ///
    /// # Errors
    /// Arithmetic that failed.
    pub fn refine(
        &self,
        clip: &Clip,
        image_vector: &[f32],
        mut found: ProductTerms,
    ) -> Result<ProductTerms, ModelError> {
        let Some(product_type) = found.product_type().map(|found| found.term.clone()) else {
            return Ok(found);
        };
        for attribute in &mut found.attributes {
            let Some(template) = product_prompt(&attribute.table).and_then(|prompt| prompt.with_type) else {
                continue;
            };
            let sentence = |found: &TermProbability| fill_with_type(template, &found.term, &product_type);
            let sentences: Vec<String> = attribute.terms.iter().map(sentence).collect();
            let vectors = clip.embed_texts(&sentences.iter().map(String::as_str).collect::<Vec<_>>())?;
            let similarities: Vec<f32> = vectors.iter().map(|vector| dot(vector, image_vector)).collect();
            let together: f32 = attribute.terms.iter().map(|term| term.probability).sum();
            let shares = softmax(&similarities, self.logit_scale);
            for ((term, similarity), share) in attribute.terms.iter_mut().zip(&similarities).zip(shares) {
                term.similarity = *similarity;
                term.probability = share * together;
            }
            attribute.terms.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        }
        Ok(found)
    }
}

/// Similarity and probability of each term as it is told: a synonym gives both to its preferred name and
/// keeps neither.
fn told(table: &TermTable, similarities: &[f32], probabilities: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let mut best = vec![f32::NEG_INFINITY; similarities.len()];
    let mut sums = vec![0.0_f32; similarities.len()];
    for (i, (similarity, probability)) in similarities.iter().zip(probabilities).enumerate() {
        let name = table.told_as(i);
        best[name] = best[name].max(*similarity);
        sums[name] += probability;
    }
    (best, sums)
}

/// Logarithm of the sum of `exp(scale * x)`.
fn log_sum(values: &[f32], scale: f32) -> f32 {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scale * top + values.iter().map(|value| (scale * (value - top)).exp()).sum::<f32>().ln()
}

/// `exp(scale * x)`, divided by its sum.
fn softmax(values: &[f32], scale: f32) -> Vec<f32> {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = values.iter().map(|value| (scale * (value - top)).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

fn group_sums(table: &TermTable, probabilities: &[f32], n: usize) -> Vec<GroupProbability> {
    if !table.has_groups() {
        return Vec::new();
    }
    let mut names: Vec<&str> = Vec::new();
    let mut sums: Vec<f32> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (i, (term, probability)) in table.terms().iter().zip(probabilities).enumerate() {
        let name = table.group(i).unwrap_or(term);
        let at = *index.entry(name).or_insert_with(|| {
            names.push(name);
            sums.push(0.0);
            sums.len() - 1
        });
        sums[at] += probability;
    }
    let group = |i: usize| GroupProbability { group: names[i].to_owned(), probability: sums[i] };
    highest(&sums, n).into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_at_any_scale() {
        for scale in [0.0, 1.0, 100.0, 1e6] {
            let found = softmax(&[0.31, 0.29, -0.2], scale);
            assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{found:?}");
        }
        // e^2 / (e^2 + 1)
        assert!((softmax(&[0.31, 0.29], 100.0)[0] - 0.880_797).abs() < 1e-4);
    }

    #[test]
    fn synonyms_are_one_term() {
        let table = TermTable::parse("product_types", "bath\nlamp\nbathtub").unwrap();
        let (similarities, sums) =
            told(&table.with_synonyms("bath\tbathtub"), &[0.2, 0.25, 0.24], &[0.2, 0.41, 0.39]);
        assert_eq!(similarities, [0.24, 0.25, f32::NEG_INFINITY]);
        assert_eq!(sums, [0.2 + 0.39, 0.41, 0.0]);
    }

    #[test]
    fn a_group_has_what_its_terms_have_together() {
        let table = TermTable::parse("product_types", "mug\tcup\nlamp\nteacup\tcup\nshoe\tshoes").unwrap();
        let sums = group_sums(&table, &[0.3, 0.35, 0.25, 0.1], 3);
        let found: Vec<_> = sums.iter().map(|sum| (sum.group.as_str(), sum.probability)).collect();
        assert_eq!(found, [("cup", 0.55), ("lamp", 0.35), ("shoes", 0.1)]);
        assert!(group_sums(&TermTable::parse("colours", "red").unwrap(), &[1.0], 3).is_empty());
    }
}
