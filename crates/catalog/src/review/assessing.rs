//! Everything that a person needs to judge a product's description: the words, who is behind them, what they claim.

use std::{collections::HashMap, sync::Arc};

use super::{
    Calibrations, ClaimKey, ClaimKind, Finder, OriginSpan, ReviewState, ReviewText, Templates, TextPart,
    Verdict, WordOrigin, WordsBy,
    conflicts::Conflict,
    ground::ground,
    judging::{Evidence, Judge, Judged, Look},
};
use crate::{
    CatalogError,
    describe::AttributeKind,
    engine::Engine,
    library::Inner,
    store::{Composition, Field, FieldName, PictureId, ProductId, ProductPhotoRow, ProductRow},
    words,
};

/// A claim of a description, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedClaim {
    /// What is claimed.
    pub claim: ClaimKey,
    /// Where it is said.
    pub places: Vec<(TextPart, std::ops::Range<usize>)>,
    /// Who said it.
    pub origin: WordOrigin,
    /// What becomes of it.
    pub verdict: Verdict,
    /// How likely it is right; none where nothing can tell.
    pub probability: Option<f32>,
    /// What the photo rather shows.
    pub rather: Option<String>,
    /// The photo that shows it, or should.
    pub picture: Option<PictureId>,
    /// What a person said of it.
    pub person_says: Option<bool>,
    pub(crate) evidence: Option<Evidence>,
}

/// A product's description with all that is known of it.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The product.
    pub row: ProductRow,
    /// Its photos, in order.
    pub photos: Vec<ProductPhotoRow>,
    /// How far it has come.
    pub state: ReviewState,
    /// What was noted last.
    pub note: String,
    /// The words that count: a person's, or those that a person approved, else the generated ones.
    pub text: ReviewText,
    /// Whose those are.
    pub words_by: WordsBy,
    /// The generated words.
    pub generated: ReviewText,
    /// Who is behind which of the words that count.
    pub origins: Vec<OriginSpan>,
    /// What they claim.
    pub claims: Vec<JudgedClaim>,
    /// Where shop and photos disagree.
    pub conflicts: Vec<Conflict>,
    /// What the shop and people say of it.
    pub fields: Vec<Field>,
    /// For which category its template is; empty of the one for all.
    pub template: String,
    /// Whether the models wrote something.
    pub is_described: bool,
    /// Claims that the matching model should read and has not read yet.
    pub(crate) n_unasked: u32,
}

impl Assessment {
    /// Claims that may be wrong.
    pub fn n_doubtful(&self) -> u32 {
        let doubtful = |claim: &&JudgedClaim| {
            claim.person_says.is_none() && (claim.verdict == Verdict::Doubtful || claim.is_unbacked())
        };
        self.claims.iter().filter(doubtful).count() as u32
    }

    /// Claims that a photo speaks against, and conflicts with the shop's data.
    pub fn n_contradicted(&self) -> u32 {
        self.claims.iter().filter(|claim| claim.is_denied()).count() as u32 + self.conflicts.len() as u32
    }

    /// How much it needs a person's eyes: what may do harm first.
    pub fn need(&self) -> f32 {
        let of_claim = |claim: &JudgedClaim| match (claim.person_says, claim.verdict) {
            (Some(true), _) => 0.0,
            (Some(false), _) => 3.0,
            (None, Verdict::Contradicted) => 3.0 - claim.probability.unwrap_or(0.0),
            (None, Verdict::Doubtful) => 1.0 + 0.8 - claim.probability.unwrap_or(0.5),
            (None, Verdict::NotVisible) if claim.is_unbacked() => 1.0,
            (None, _) => 0.0,
        };
        let of_nothing = if self.text.is_empty() { 2.0 } else { 0.0 };
        self.claims.iter().map(of_claim).sum::<f32>() + 3.0 * self.conflicts.len() as f32 + of_nothing
    }
}

impl JudgedClaim {
    /// Nobody who could know said it: a model claims what no photo shows.
    fn is_unbacked(&self) -> bool {
        self.verdict == Verdict::NotVisible
            && matches!(self.origin, WordOrigin::Models | WordOrigin::Template)
    }

    fn is_denied(&self) -> bool {
        match self.person_says {
            Some(is_right) => !is_right,
            None => self.verdict == Verdict::Contradicted,
        }
    }
}

/// What every assessment needs, for one pack.
#[derive(Clone)]
pub(crate) struct Assessor {
    pub(super) engine: Arc<Engine>,
    pub(super) finder: Arc<Finder>,
    pub(super) templates: Arc<Templates>,
    pub(super) calibrations: Calibrations,
    /// What the calibrations were taught by.
    pub(super) decided: Vec<(AttributeKind, Evidence, bool)>,
}

/// What claims of a product are judged by.
pub(super) struct Known {
    pub(super) text: ReviewText,
    pub(super) looks: Vec<Look>,
    row: ProductRow,
    photos: Vec<ProductPhotoRow>,
    fields: Vec<Field>,
    state: ReviewState,
    note: String,
    words_by: WordsBy,
    generated: ReviewText,
    origins: Vec<OriginSpan>,
    judged: HashMap<ClaimKey, bool>,
    template: String,
    is_described: bool,
}

impl Assessor {
    /// Everything that claims of a product are judged by.
    pub(super) fn known(&self, inner: &Inner, product: ProductId) -> Result<Known, CatalogError> {
        let (store, ids) = (&inner.store, self.engine.models.ids());
        let row = store.product(product, ids)?;
        let photos = store.photos_of(product, ids)?;
        let fields = store.fields_of(product)?;
        let review = store.review_of(product)?;
        let written: Vec<Option<Composition>> =
            photos.iter().map(|found| store.composition(found.photo.id, ids)).collect::<Result<_, _>>()?;
        // The photo that stands for the product is the first that shows it whole.
        let main = photos.iter().position(|found| !matches!(found.role.as_str(), "detail" | "back"));
        let composition =
            main.and_then(|at| written[at].as_ref()).or_else(|| written.iter().flatten().next());
        let category = fields.iter().find(|field| field.name == FieldName::Category);
        let template = self.templates.of(category.map(|field| field.value.as_str()));
        let description = composition.map(|written| &written.description);
        let (generated, generated_origins) = ground(template, &fields, description, &self.finder);
        let (text, words_by) = match review.words {
            Some((text, by)) => (text, by),
            None => (generated.clone(), WordsBy::Models),
        };
        Ok(Known {
            origins: origins_of(&text, &generated, &generated_origins),
            looks: self.looks(inner, &photos, &written)?,
            judged: judged_by_people(inner, product)?,
            is_described: composition.is_some(),
            template: template.category.clone(),
            state: review.state,
            note: review.note,
            row,
            photos,
            fields,
            text,
            words_by,
            generated,
        })
    }

    /// A product's words as its rules put them together.
    pub(super) fn generated(&self, inner: &Inner, product: ProductId) -> Result<ReviewText, CatalogError> {
        Ok(self.known(inner, product)?.generated)
    }

    /// What is known of a product's description.
    pub(crate) fn assess(&self, inner: &Inner, product: ProductId) -> Result<Assessment, CatalogError> {
        let known = self.known(inner, product)?;
        let claims = self.claims_of(&known)?;
        let variants = inner.store.variants_of(product)?;
        let mut conflicts = self.conflicts(inner, &known.fields, &variants, &known.looks, &known.photos)?;
        conflicts.extend(self.of_other_products(inner, product, &known.looks)?);
        let n_unasked = claims.iter().filter(|claim| self.is_to_be_asked(claim)).count() as u32;
        Ok(Assessment {
            n_unasked,
            row: known.row,
            photos: known.photos,
            state: known.state,
            note: known.note,
            text: known.text,
            words_by: known.words_by,
            generated: known.generated,
            origins: known.origins,
            claims,
            conflicts,
            fields: known.fields,
            template: known.template,
            is_described: known.is_described,
        })
    }

    /// What a text that is being typed claims, and who is behind its words.
    pub(crate) fn check(
        &self,
        inner: &Inner,
        product: ProductId,
        text: &ReviewText,
    ) -> Result<(Vec<JudgedClaim>, Vec<OriginSpan>), CatalogError> {
        let known = self.known(inner, product)?;
        let origins = origins_of(text, &known.text, &known.origins);
        Ok((self.claims(text, &origins, &known.looks, &known.judged)?, origins))
    }

    /// What the words that count claim.
    pub(super) fn claims_of(&self, known: &Known) -> Result<Vec<JudgedClaim>, CatalogError> {
        self.claims(&known.text, &known.origins, &known.looks, &known.judged)
    }

    /// What is known of the photos.
    pub(super) fn looks(
        &self,
        inner: &Inner,
        photos: &[ProductPhotoRow],
        written: &[Option<Composition>],
    ) -> Result<Vec<Look>, CatalogError> {
        let (store, ids) = (&inner.store, self.engine.models.ids());
        let mut looks = Vec::with_capacity(photos.len());
        for (found, written) in photos.iter().zip(written) {
            let caption = found.photo.caption.as_deref().map(|caption| self.finder.find(caption));
            looks.push(Look {
                picture: found.photo.id,
                vector: store.vector(ids.clip, found.photo.id)?,
                colours: written
                    .as_ref()
                    .map(|written| written.description.colours.clone())
                    .unwrap_or_default(),
                caption: caption.unwrap_or_default().into_iter().map(|found| found.claim).collect(),
                scores: store.match_scores(found.photo.id, ids.matching)?,
                role: found.role.clone(),
                is_unrecognisable: found.photo.picture.doubts.unrecognisable().is_some(),
            });
        }
        Ok(looks)
    }

    fn claims(
        &self,
        text: &ReviewText,
        origins: &[OriginSpan],
        looks: &[Look],
        judged: &HashMap<ClaimKey, bool>,
    ) -> Result<Vec<JudgedClaim>, CatalogError> {
        let mut claims: Vec<JudgedClaim> = Vec::new();
        for part in TextPart::ALL {
            for found in self.finder.find(text.part(part)) {
                if let Some(same) = claims.iter_mut().find(|other| other.claim == found.claim) {
                    same.places.push((part, found.place));
                    continue;
                }
                let at_place =
                    |span: &&OriginSpan| span.part == part && span.place.contains(&found.place.start);
                let origin = origins.iter().find(at_place).map_or(WordOrigin::Template, |span| span.origin);
                claims.push(JudgedClaim {
                    person_says: judged.get(&found.claim).copied(),
                    claim: found.claim,
                    places: vec![(part, found.place)],
                    origin,
                    verdict: Verdict::Doubtful,
                    probability: None,
                    rather: None,
                    picture: None,
                    evidence: None,
                });
            }
        }
        let product_type = product_type(&claims);
        let vocabulary = self.vocabulary()?;
        let judge = Judge { vocabulary, calibrations: &self.calibrations };
        for claim in &mut claims {
            let Judged { verdict, probability, rather, picture, evidence } =
                judge.judge(looks, &claim.claim, &product_type)?;
            claim.verdict = verdict;
            claim.probability = probability;
            claim.rather = rather;
            claim.picture = picture;
            claim.evidence = evidence;
        }
        Ok(claims)
    }

    /// The word lists' vectors, which are there once an assessor is.
    pub(super) fn vocabulary(&self) -> Result<&crate::describe::Vocabulary, CatalogError> {
        self.engine.ready_vocabulary().ok_or(CatalogError::Cancelled)
    }
}

/// What the product is called in sentences for the matching model: the first type that is claimed.
pub(super) fn product_type(claims: &[JudgedClaim]) -> String {
    let is_type = |claim: &&JudgedClaim| claim.claim.kind == ClaimKind::Attribute(AttributeKind::Type);
    claims.iter().find(is_type).map(|claim| claim.claim.value.clone()).unwrap_or_default()
}

/// What people said last of each claim.
fn judged_by_people(inner: &Inner, product: ProductId) -> Result<HashMap<ClaimKey, bool>, CatalogError> {
    let events = inner.store.events_of(product)?;
    Ok(events.into_iter().filter(|event| !event.is_undone).filter_map(|event| event.judged).collect())
}

/// Who is behind the words of `text`: those that stand in `known` too keep their origin, others are a person's.
fn origins_of(text: &ReviewText, known: &ReviewText, origins: &[OriginSpan]) -> Vec<OriginSpan> {
    if text == known {
        return origins.to_vec();
    }
    let mut of_word: HashMap<String, WordOrigin> = HashMap::new();
    for span in origins {
        for word in words::split(&known.part(span.part)[span.place.clone()]) {
            // A word of the shop that the models saw too is the shop's.
            let kept = of_word.entry(word.folded).or_insert(span.origin);
            if span.origin == WordOrigin::Shop {
                *kept = WordOrigin::Shop;
            }
        }
    }
    let mut all: Vec<OriginSpan> = Vec::new();
    for part in TextPart::ALL {
        for word in words::split(text.part(part)) {
            let origin = of_word.get(&word.folded).copied().unwrap_or(WordOrigin::Person);
            match all.last_mut() {
                Some(last) if last.part == part && last.origin == origin => last.place.end = word.end,
                _ => all.push(OriginSpan { part, place: word.start..word.end, origin }),
            }
        }
    }
    all
}
