//! Of which pictures something is claimed, for filters that were asked for.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;

use crate::{
    describe::AttributeKind,
    store::{ModelId, PictureId},
};

/// Values that are kept: all of a catalog, whose facets count each. In a catalog of a million products they take
/// some 30 MB.
const N_KEPT: usize = 2_048;

/// A value of a kind, by a writer.
type Key = (AttributeKind, String, ModelId);

/// Bitmaps of pictures.
#[derive(Default)]
pub(super) struct Claims(HashMap<Key, Arc<RoaringBitmap>>);

impl Claims {
    pub(super) fn get(
        &self,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
    ) -> Option<Arc<RoaringBitmap>> {
        self.0.get(&(kind.clone(), value.to_owned(), writer)).cloned()
    }

    pub(super) fn keep(
        &mut self,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
        pictures: Arc<RoaringBitmap>,
    ) {
        // What is asked for again is read again, which takes some milliseconds each.
        if self.0.len() >= N_KEPT {
            self.0.clear();
        }
        self.0.insert((kind.clone(), value.to_owned(), writer), pictures);
    }

    /// The writers whose claims are kept.
    pub(super) fn writers(&self) -> Vec<ModelId> {
        let mut writers: Vec<ModelId> = self.0.keys().map(|(.., writer)| *writer).collect();
        writers.sort_unstable();
        writers.dedup();
        writers
    }

    /// Puts what is claimed of `pictures` now in the place of what was.
    pub(super) fn replace(
        &mut self,
        writer: ModelId,
        pictures: &[PictureId],
        now: Vec<(PictureId, AttributeKind, String)>,
    ) {
        let changed: RoaringBitmap = pictures.iter().map(|picture| picture.get()).collect();
        for (_, held) in self.0.iter_mut().filter(|((.., by), _)| *by == writer) {
            if !held.is_disjoint(&changed) {
                *Arc::make_mut(held) -= &changed;
            }
        }
        for (picture, kind, value) in now {
            if let Some(held) = self.0.get_mut(&(kind, value, writer)) {
                Arc::make_mut(held).insert(picture.get());
            }
        }
    }
}
