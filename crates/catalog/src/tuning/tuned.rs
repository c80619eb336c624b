//! What searches learnt, in use: fused vectors of photos and queries as this shop means them.
//!
//! Nothing of it is stored beside what was learnt: a photo's vector is made of those that the store holds whenever it is
//! asked for, so a new product has one at once. The index holds them all, and follows the log as ever.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use vitrine_models::tuning::{PhotoTokens, ProductTokens, Shape, Tuning};

use super::{
    gathering::Gathered,
    tokens::{self, Values},
};
use crate::{
    CatalogError,
    store::{Learnt, PartLens, PartModels, PictureId, ProductId, Store, TuningId, TuningRow},
};

/// Photos whose vectors are made at once.
const AT_ONCE: usize = 256;

/// What was learnt once, ready to be asked.
pub(crate) struct Tuned {
    id: TuningId,
    /// Names it, also in a file name.
    key: String,
    network: Tuning,
    values: Values,
    /// Words of the shop that the models were never taught.
    words: HashSet<String>,
    shift: f32,
}

/// A query's reading by both models, as this shop means it.
pub(crate) struct TunedReading {
    /// In place of CLIP's vector.
    pub(crate) clip: Vec<f32>,
    /// In place of BLIP's.
    pub(crate) matching: Option<Vec<f32>>,
    /// How much each part counts, 1 as the pack says.
    pub(crate) shares: [f32; 4],
}

impl Tuned {
    /// # Errors
    /// What is damaged, or of another program.
    pub(crate) fn new(row: &TuningRow, learnt: Learnt) -> Result<Self, CatalogError> {
        let [clip, matching] = learnt.lens;
        let named = format!("what was learnt as number {}", row.id);
        let network = Tuning::of_bytes(Shape::new(clip, matching), &learnt.numbers, Path::new(&named))?;
        Ok(Self {
            id: row.id,
            key: format!("{}{}", Self::prefix_of(row.id), &blake3::hash(&learnt.numbers).to_hex()[..12]),
            network,
            values: learnt.values.into_iter().collect(),
            words: learnt.words.into_iter().collect(),
            shift: learnt.shift,
        })
    }

    /// One that is only tried.
    pub(super) fn of_trial(id: TuningId, network: Tuning, gathered: &Gathered) -> Self {
        Self {
            id,
            key: format!("{}trial", Self::prefix_of(id)),
            network,
            values: gathered.values.clone(),
            words: gathered.own_words.clone(),
            shift: 0.0,
        }
    }

    /// With this the names of its files begin; what follows tells it from one of the same id in another copy of the
    /// library.
    pub(super) fn prefix_of(id: TuningId) -> String {
        format!("tuned-{id}-")
    }

    pub(crate) fn id(&self) -> TuningId {
        self.id
    }

    /// Whether a folded word is one of the shop's that were learnt.
    pub(crate) fn knows_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    pub(super) fn network(&self) -> &Tuning {
        &self.network
    }

    /// What is added to every relevance.
    pub(crate) fn shift(&self) -> f32 {
        self.shift
    }

    /// Words, as this shop means them.
    pub(crate) fn words(&self, clip: &[f32], matching: Option<&[f32]>) -> Result<TunedReading, CatalogError> {
        let query = self.network.query(clip, matching)?;
        Ok(TunedReading { clip: query.clip, matching: query.matching, shares: query.shares })
    }

    /// A picture to search with: read as a photo of which nothing else is known, since it is set against photos.
    pub(crate) fn picture(
        &self,
        clip: &[f32],
        matching: Option<&[f32]>,
    ) -> Result<(Vec<f32>, Option<Vec<f32>>), CatalogError> {
        let photo =
            PhotoTokens { look: clip.to_vec(), matching: matching.map(<[f32]>::to_vec), description: None };
        let alone = ProductTokens { photos: vec![photo], ..ProductTokens::default() };
        let fused = self.network.photos(&[(&alone, 0)])?.pop().unwrap_or_default();
        let lens = self.network.shape().lens();
        let unit = |at: usize| {
            let mut part = tokens::part(&fused, lens, at)?;
            let length = part.iter().map(|x| x * x).sum::<f32>().sqrt();
            part.iter_mut().for_each(|x| *x /= length);
            Some(part)
        };
        Ok((unit(0).unwrap_or_else(|| clip.to_vec()), unit(1)))
    }
}

/// Where the fused vectors of photos come from: the store's own, or what was learnt of them.
#[derive(Clone)]
pub(crate) struct FusedSource {
    models: PartModels,
    tuned: Option<std::sync::Arc<Tuned>>,
}

impl FusedSource {
    /// The vectors of these models.
    pub(crate) fn new(models: PartModels, tuned: Option<std::sync::Arc<Tuned>>) -> Self {
        Self { models, tuned }
    }

    /// What searches go by, if they learnt.
    pub(crate) fn tuned(&self) -> Option<&Tuned> {
        self.tuned.as_deref()
    }

    /// Names what was learnt; empty where nothing was.
    pub(crate) fn key(&self) -> &str {
        self.tuned.as_ref().map_or("", |tuned| &tuned.key)
    }

    /// How long the parts are; none where no photo has a vector.
    pub(crate) fn lens(&self, store: &Store) -> Result<Option<PartLens>, CatalogError> {
        let lens = store.part_lens(self.models)?;
        // The network has room for every part, whether a photo has it or not.
        Ok(lens.map(|lens| self.tuned.as_ref().map_or(lens, |tuned| tuned.network.shape().lens())))
    }

    /// Hands the fused vectors of those of `pictures` to `take` that can be seen and have one, in no order.
    pub(crate) fn of(
        &self,
        store: &Store,
        lens: PartLens,
        pictures: impl IntoIterator<Item = PictureId>,
        mut take: impl FnMut(PictureId, &[f32]),
    ) -> Result<(), CatalogError> {
        let Some(tuned) = &self.tuned else { return store.fused_of(self.models, lens, pictures, take) };
        let pictures: Vec<PictureId> = pictures.into_iter().collect();
        for some in pictures.chunks(AT_ONCE) {
            for (picture, vector) in self.learnt_of(store, tuned, some)? {
                take(picture, &vector);
            }
        }
        Ok(())
    }

    /// Hands every fused vector of a picture that can be seen to `take`, by rising id; answers how far the log went
    /// then. What comes meanwhile may be in already: whoever follows the log from there reads it once more.
    pub(crate) fn each(
        &self,
        store: &Store,
        lens: PartLens,
        mut take: impl FnMut(PictureId, &[f32]) -> Result<(), CatalogError>,
    ) -> Result<u64, CatalogError> {
        let Some(tuned) = &self.tuned else { return store.each_fused(self.models, lens, take) };
        let own = store.part_lens(self.models)?.unwrap_or_default();
        let mut waiting: Vec<PictureId> = Vec::with_capacity(AT_ONCE);
        let mut make = |waiting: &mut Vec<PictureId>| -> Result<(), CatalogError> {
            let mut made = self.learnt_of(store, tuned, waiting)?;
            made.sort_by_key(|(picture, _)| *picture);
            waiting.clear();
            made.iter().try_for_each(|(picture, vector)| take(*picture, vector))
        };
        let position = store.each_fused(self.models, own, |picture, _| {
            waiting.push(picture);
            if waiting.len() < AT_ONCE { Ok(()) } else { make(&mut waiting) }
        })?;
        make(&mut waiting)?;
        Ok(position)
    }

    fn learnt_of(
        &self,
        store: &Store,
        tuned: &Tuned,
        pictures: &[PictureId],
    ) -> Result<Vec<(PictureId, Vec<f32>)>, CatalogError> {
        let lens = store.part_lens(self.models)?.unwrap_or_default();
        // A photo of several products is read as the first one's.
        let mut product_of: HashMap<PictureId, ProductId> = HashMap::new();
        for (picture, product) in store.memberships(pictures)? {
            product_of.entry(picture).and_modify(|one| *one = product.min(*one)).or_insert(product);
        }
        let mut products: Vec<ProductId> = product_of.values().copied().collect();
        products.sort_unstable();
        products.dedup();
        let mut shown = tokens::of_products(store, self.models, lens, &products)?;
        for one in &mut shown {
            one.tokens.attributes = tokens::attributes(&store.fields_of(one.id)?, &tuned.values);
        }
        let (mut wanted, mut photos) = (Vec::new(), Vec::new());
        for one in &shown {
            for (at, picture) in one.pictures.iter().enumerate() {
                if product_of.get(picture) == Some(&one.id) {
                    wanted.push(*picture);
                    photos.push((&one.tokens, at));
                }
            }
        }
        Ok(wanted.into_iter().zip(tuned.network.photos(&photos)?).collect())
    }
}
