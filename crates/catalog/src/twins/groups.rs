//! Groups of photos that are alike, and what a person decides of them.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use crate::{
    CatalogError, Library,
    library::Inner,
    store::{Decided, Likeness, PictureId, ProductRow, TwinRow},
};

/// Photos of one group at most: more than a person looks through.
const MAX_PHOTOS: usize = 60;
/// Decisions that can be taken back.
const N_UNDONE: usize = 100;

/// A photo of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct TwinPhoto {
    /// A product that it belongs to, shown by this photo.
    pub row: ProductRow,
    /// Where its files are.
    pub paths: Vec<PathBuf>,
    /// Size of its file in bytes.
    pub size_bytes: u64,
}

/// Photos that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct TwinGroup {
    /// How; where several ways hold, the weakest of them.
    pub likeness: Likeness,
    /// How sure the least sure pair is, from 0 to 1.
    pub confidence: f32,
    /// The largest first.
    pub photos: Vec<TwinPhoto>,
}

/// Groups that wait for a decision.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TwinPage {
    /// Of the wanted likeness, or all.
    pub total: u64,
    /// Of each likeness, in the order of [`Likeness::ALL`].
    pub n_by_likeness: [u32; 5],
    /// Photos that were not compared yet.
    pub n_waiting: u64,
    /// Photos that are set aside.
    pub n_set_aside: u64,
    /// The wanted part.
    pub groups: Vec<TwinGroup>,
}

/// What a person decides of photos that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwinDecision {
    /// They are different things.
    Different,
    /// This one is shown, the others are set aside.
    Keep(PictureId),
    /// They are photos of one product.
    OneProduct,
}

/// Decisions of this run of the program, the last one at the end.
#[derive(Default)]
pub(crate) struct Decisions(Mutex<Vec<Decided>>);

/// A group before its photos are looked up.
struct Group {
    likeness: Likeness,
    confidence: f32,
    pictures: Vec<PictureId>,
}

impl Library {
    /// Groups of photos that are alike and wait for a decision: the surest likeness first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn twins(
        &self,
        likeness: Option<Likeness>,
        offset: u64,
        limit: u64,
    ) -> Result<TwinPage, CatalogError> {
        let inner = self.inner();
        let store = &inner.store;
        let mut groups: Vec<Group> = store
            .copies()?
            .into_iter()
            .map(|picture| Group { likeness: Likeness::Copy, confidence: 1.0, pictures: vec![picture] })
            .collect();
        groups.extend(together(&store.twins()?));
        groups.sort_by_key(|group| (group.likeness, group.pictures.first().copied()));
        let mut page = TwinPage {
            n_waiting: store.n_uncompared()?,
            n_set_aside: store.aside(0, 0)?.0,
            ..TwinPage::default()
        };
        for group in &groups {
            page.n_by_likeness[group.likeness as usize] += 1;
        }
        groups.retain(|group| likeness.is_none_or(|likeness| likeness == group.likeness));
        page.total = groups.len() as u64;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let n = usize::try_from(limit).unwrap_or(usize::MAX);
        for group in groups.into_iter().skip(from).take(n) {
            let mut photos = photos(inner, &group.pictures)?;
            let n_pixels = |photo: &TwinPhoto| {
                let picture = &photo.row.photo.picture;
                (u64::from(picture.width) * u64::from(picture.height), photo.size_bytes)
            };
            photos.sort_by(|a, b| n_pixels(b).cmp(&n_pixels(a)).then(a.row.photo.id.cmp(&b.row.photo.id)));
            let Group { likeness, confidence, .. } = group;
            page.groups.push(TwinGroup { likeness, confidence, photos });
        }
        Ok(page)
    }

    /// Keeps what a person decides of photos that are alike. No file is touched.
    ///
    /// # Errors
    /// [`CatalogError::NothingChosen`], a photo that is gone, a library that cannot be written.
    pub fn decide_twins(&self, pictures: &[PictureId], decision: TwinDecision) -> Result<(), CatalogError> {
        let inner = self.inner();
        let (store, ids) = (&inner.store, inner.model_ids());
        if pictures.is_empty() {
            return Err(CatalogError::NothingChosen);
        }
        let decided = match decision {
            // Copies in several files are one photo already: whatever is said of them, they are right as they are.
            _ if pictures.len() == 1 => store.tell_apart(pictures)?,
            TwinDecision::Different => store.tell_apart(pictures)?,
            TwinDecision::Keep(kept) => store.set_aside(pictures, kept)?,
            TwinDecision::OneProduct => {
                let seen = store.seen_of(pictures)?;
                let product =
                    |picture| seen.iter().find(|(one, _)| *one == picture).map(|(_, product)| *product);
                // The first that a list or a person says something of: its facts are the product's.
                let mut of = None;
                for &picture in pictures {
                    if let Some(product) = product(picture) {
                        let says_more = !store.fields_of(product)?.is_empty();
                        of = of.or(Some(product));
                        if says_more {
                            of = Some(product);
                            break;
                        }
                    }
                }
                store.tie_to(pictures, of.ok_or(CatalogError::NoSuchProduct)?)?
            }
        };
        let mut decisions = inner.decisions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if decisions.len() >= N_UNDONE {
            decisions.remove(0);
        }
        decisions.push(decided);
        drop(decisions);
        // What was moved is found under its new product at once.
        store.refresh_words(ids, pictures.len() as u64 * 4)?;
        inner.events.changed();
        Ok(())
    }

    /// Takes back what was decided last since the library was opened; false where nothing was.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn undo_twin_decision(&self) -> Result<bool, CatalogError> {
        let inner = self.inner();
        let last = inner.decisions.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(last) = last else { return Ok(false) };
        inner.store.undo(&last)?;
        inner.events.changed();
        Ok(true)
    }

    /// Photos that were set aside and whose files are there, with how many there are.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn set_aside(&self, offset: u64, limit: u64) -> Result<(u64, Vec<TwinPhoto>), CatalogError> {
        let (n, pictures) = self.inner().store.aside(offset, limit)?;
        Ok((n, photos(self.inner(), &pictures)?))
    }

    /// Shows a photo again that was set aside.
    ///
    /// # Errors
    /// A photo that is gone, a library that cannot be written.
    pub fn show_again(&self, picture: PictureId) -> Result<(), CatalogError> {
        self.inner().store.show_again(picture)?;
        self.inner().events.changed();
        Ok(())
    }
}

/// Photos as they are shown, those that can be.
fn photos(inner: &Inner, pictures: &[PictureId]) -> Result<Vec<TwinPhoto>, CatalogError> {
    let (store, ids) = (&inner.store, inner.model_ids());
    let products: HashMap<PictureId, _> = store.seen_of(pictures)?.into_iter().collect();
    let mut found = Vec::with_capacity(pictures.len());
    for &picture in pictures {
        let row = match products.get(&picture) {
            Some(&product) => store.products(&[(product, Some(picture))], ids)?.pop(),
            // One that is set aside belongs to no product.
            None => store.picture(picture, ids).ok().map(|photo| ProductRow {
                id: crate::store::ProductId::new(0),
                title: None,
                n_photos: 1,
                photo,
            }),
        };
        let Some(row) = row else { continue };
        let files = store.files_of(picture)?;
        let size_bytes = files.first().map_or(0, |file| file.stamp.size_bytes);
        found.push(TwinPhoto { row, paths: files.into_iter().map(|file| file.path).collect(), size_bytes });
    }
    Ok(found)
}

/// Pairs put together: what are copies of one another are one group; variants are those of which one is a variant of
/// another, in which copies stand once.
fn together(pairs: &[TwinRow]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut copies = Roots::default();
    for pair in pairs.iter().filter(|pair| pair.likeness != Likeness::Variant) {
        copies.join(pair.a, pair.b);
    }
    for is_variant in [false, true] {
        let of_kind = pairs.iter().filter(|pair| (pair.likeness == Likeness::Variant) == is_variant);
        let of_kind: Vec<TwinRow> = of_kind
            .map(|pair| match is_variant {
                true => TwinRow { a: copies.root(pair.a), b: copies.root(pair.b), ..*pair },
                false => *pair,
            })
            .filter(|pair| pair.a != pair.b)
            .collect();
        let mut roots = Roots::default();
        for pair in &of_kind {
            roots.join(pair.a, pair.b);
        }
        let mut by_root: BTreeMap<PictureId, Group> = BTreeMap::new();
        for pair in of_kind {
            let group = by_root.entry(roots.root(pair.a)).or_insert(Group {
                likeness: Likeness::Copy,
                confidence: 1.0,
                pictures: Vec::new(),
            });
            group.likeness = group.likeness.max(pair.likeness);
            group.confidence = group.confidence.min(pair.confidence);
            group.pictures.extend([pair.a, pair.b]);
        }
        let is_worth_it = |group: &Group| group.pictures.len() > 1;
        groups.extend(by_root.into_values().filter(is_worth_it).map(|mut group| {
            group.pictures.sort_unstable();
            group.pictures.dedup();
            group.pictures.truncate(MAX_PHOTOS);
            group
        }));
    }
    groups
}

/// Which photos belong together.
#[derive(Default)]
struct Roots(HashMap<PictureId, PictureId>);

impl Roots {
    fn root(&mut self, of: PictureId) -> PictureId {
        let mut at = of;
        while let Some(&above) = self.0.get(&at) {
            at = above;
        }
        if at != of {
            self.0.insert(of, at);
        }
        at
    }

    fn join(&mut self, a: PictureId, b: PictureId) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_become_groups_and_variants_stay_beside_copies() {
        let pair = |a, b, likeness, confidence| TwinRow {
            a: PictureId::new(a),
            b: PictureId::new(b),
            likeness,
            confidence,
        };
        let groups = together(&[
            pair(5, 7, Likeness::SamePhoto, 0.99),
            pair(1, 2, Likeness::Variant, 0.9),
            pair(7, 9, Likeness::Crop, 0.95),
            pair(2, 5, Likeness::Variant, 0.85),
        ]);
        let told: Vec<(Likeness, f32, Vec<u32>)> = groups
            .into_iter()
            .map(|group| {
                let pictures = group.pictures.iter().map(|picture| picture.get()).collect();
                (group.likeness, group.confidence, pictures)
            })
            .collect();
        assert_eq!(told, [(Likeness::Crop, 0.95, vec![5, 7, 9]), (Likeness::Variant, 0.85, vec![1, 2, 5])]);
    }
}
