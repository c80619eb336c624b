//! Rules by which what the shop knows and what the models see become a title, a text and an alternative text. Each
//! category of the shop can have rules of its own; `rules.rs` has the language that they are written in.

use std::sync::Arc;

use super::{
    OriginSpan, QueueFilter, ReviewText, TextPart,
    assessing::Assessor,
    rules::{Rule, SlotValues},
    slots::example,
};
use crate::{CatalogError, Library, words};

/// The rules of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The category of the shop; empty for every other product.
    pub category: String,
    /// The title's rule.
    pub title: String,
    /// The text's.
    pub text: String,
    /// The alternative text's.
    pub alt_text: String,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            category: String::new(),
            title: "[if title: {title}][unless title: [{brand} ]{seen.title}]".to_owned(),
            // What a shop has written of a product is more than a model sees of it.
            text: "[if description: {description}][unless description: {seen.sentence}[ By {brand}.]\
                   [ Made of {material}.][ The pattern is {shop.pattern}.][ Size {size}.][ For {gender}.]]"
                .to_owned(),
            alt_text: "[if alt_text: {alt_text}][unless alt_text: {seen.alt}]".to_owned(),
        }
    }
}

impl Template {
    fn rule(&self, part: TextPart) -> &str {
        match part {
            TextPart::Title => &self.title,
            TextPart::Text => &self.text,
            TextPart::AltText => &self.alt_text,
        }
    }

    pub(super) fn rule_mut(&mut self, part: TextPart) -> &mut String {
        match part {
            TextPart::Title => &mut self.title,
            TextPart::Text => &mut self.text,
            TextPart::AltText => &mut self.alt_text,
        }
    }

    /// What keeps its rules from being followed, at most one problem of each.
    pub fn problems(&self) -> Vec<TemplateProblem> {
        let problem = |part| {
            let (at, message) = Rule::parse(self.rule(part)).err()?;
            Some(TemplateProblem { part, at, message })
        };
        TextPart::ALL.into_iter().filter_map(problem).collect()
    }

    /// Follows the rules.
    pub(super) fn fill(&self, slot: &SlotValues<'_>) -> (ReviewText, Vec<OriginSpan>) {
        let mut origins = Vec::new();
        let mut filled = |part: TextPart| {
            // A rule that was checked when it was kept; of one that is damaged the shop's own words are kept.
            let (text, spans) = Rule::parse(self.rule(part)).unwrap_or_default().follow(slot);
            origins.extend(spans.into_iter().map(|(place, origin)| OriginSpan { part, place, origin }));
            text
        };
        let text = ReviewText {
            title: filled(TextPart::Title),
            text: filled(TextPart::Text),
            alt_text: filled(TextPart::AltText),
        };
        (text, origins)
    }
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Character {}: {message}", at + 1)]
pub struct TemplateProblem {
    /// Of which part.
    pub part: TextPart,
    /// At which character, from 0.
    pub at: usize,
    /// What to do about it.
    pub message: String,
}

/// The rules of all categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    all: Vec<Template>,
}

impl Templates {
    /// With these; where none is for every product, the one that ships is.
    pub fn new(mut all: Vec<Template>) -> Self {
        if !all.iter().any(|template| template.category.is_empty()) {
            all.insert(0, Template::default());
        }
        Self { all }
    }

    /// All of them, the one for every product first.
    pub fn all(&self) -> &[Template] {
        &self.all
    }

    /// The rules for a product of this category: of "Clothing > Shoes" those of the whole, else those of its last
    /// part that has some, else those for every product.
    pub fn of(&self, category: Option<&str>) -> &Template {
        let named = |name: &str| {
            let name = words::fold(name);
            self.all.iter().find(|template| !name.is_empty() && words::fold(&template.category) == name)
        };
        let category = category.unwrap_or_default();
        let parts = category.split(['>', '/', '|']).rev().filter_map(named).next();
        let of_all = || self.all.iter().find(|template| template.category.is_empty());
        named(category).or(parts).or_else(of_all).unwrap_or(&self.all[0])
    }
}

/// What rules would make of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateTrial {
    /// What the product is called on which they were tried; none of a made-up one.
    pub of: Option<String>,
    /// The words; nothing by a rule that cannot be followed.
    pub text: ReviewText,
    /// What keeps rules from being followed.
    pub problems: Vec<TemplateProblem>,
}

impl Library {
    /// The rules by which descriptions are put together, the one for every product first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn templates(&self) -> Result<Vec<Template>, CatalogError> {
        Ok(Templates::new(self.inner().store.templates()?).all().to_vec())
    }

    /// What rules would make of a product of their category, the one that needs eyes most; of a made-up one where
    /// the catalog has none. Nothing is kept.
    ///
    /// # Errors
    /// A library that cannot be read, a pack that cannot be used.
    pub fn try_template(&self, template: &Template) -> Result<TemplateTrial, CatalogError> {
        let inner = self.inner();
        let problems = template.problems();
        let mut followed = template.clone();
        for problem in &problems {
            followed.rule_mut(problem.part).clear();
        }
        let category = Some(template.category.trim().to_owned()).filter(|category| !category.is_empty());
        let filter = QueueFilter { category, ..QueueFilter::default() };
        let (_, items) = inner.store.review_queue(&filter, 0, 1)?;
        let Some(item) = items.into_iter().next() else {
            return Ok(TemplateTrial { of: None, text: followed.fill(&example).0, problems });
        };
        followed.category.clear();
        let text = inner.assessor()?.with_template(followed).generated(inner, item.product)?;
        Ok(TemplateTrial { of: Some(item.title), text, problems })
    }

    /// Keeps rules in the place of those of the same category.
    ///
    /// # Errors
    /// [`CatalogError::BadTemplate`], a library that cannot be written.
    pub fn set_template(&self, template: &Template) -> Result<(), CatalogError> {
        if let Some(problem) = template.problems().into_iter().next() {
            return Err(CatalogError::BadTemplate(problem));
        }
        self.lock_for_writing()?;
        let template = Template { category: template.category.trim().to_owned(), ..template.clone() };
        self.inner().store.set_template(&template)?;
        self.after_templates()
    }

    /// Forgets the rules of a category; those of every product become what ships. False where there were none.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn remove_template(&self, category: &str) -> Result<bool, CatalogError> {
        self.lock_for_writing()?;
        let was_there = self.inner().store.remove_template(category.trim())?;
        self.after_templates()?;
        Ok(was_there)
    }

    fn after_templates(&self) -> Result<(), CatalogError> {
        let inner = self.inner();
        inner.review.forget();
        inner.store.all_reviews_are_stale()?;
        inner.events.changed();
        Ok(())
    }
}

impl Assessor {
    /// One that puts every product's words together by these rules.
    fn with_template(&self, template: Template) -> Self {
        Self { templates: Arc::new(Templates::new(vec![template])), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::WordOrigin;

    #[test]
    fn problems_name_their_part() {
        let template = Template { title: "{brnd}".to_owned(), text: "[a".to_owned(), ..Template::default() };
        let found: Vec<(TextPart, usize)> =
            template.problems().into_iter().map(|problem| (problem.part, problem.at)).collect();
        assert_eq!(found, [(TextPart::Title, 0), (TextPart::Text, 0)]);
        assert_eq!(Template::default().problems(), []);
    }

    #[test]
    fn words_keep_their_origin() {
        let template = Template { title: " {brand} mug".to_owned(), ..Template::default() };
        let slot = |name: &str| (name == "brand").then(|| ("éclat".to_owned(), WordOrigin::Shop));
        let (text, origins) = template.fill(&slot);
        let of_title: Vec<(&str, WordOrigin)> = origins
            .iter()
            .filter(|span| span.part == TextPart::Title)
            .map(|span| (&text.title[span.place.clone()], span.origin))
            .collect();
        assert_eq!(of_title, [("Éclat", WordOrigin::Shop), (" mug", WordOrigin::Template)]);
    }

    #[test]
    fn a_category_has_rules_of_its_own() {
        let shoes =
            Template { category: "Shoes".to_owned(), title: "shoe".to_owned(), ..Template::default() };
        let templates = Templates::new(vec![shoes]);
        let check = |category: Option<&str>, expected: &str| {
            assert_eq!(templates.of(category).category, expected, "{category:?}");
        };
        check(Some("shoes"), "Shoes");
        check(Some("Clothing > Shoes"), "Shoes");
        check(Some("Shoes > Boots"), "Shoes");
        check(Some("Hats"), "");
        check(None, "");
    }
}
