//! Of which pictures something is claimed, for filters that were asked for.

use roaring::RoaringBitmap;

use crate::{
    describe::AttributeKind,
    store::{ModelId, PictureId},
};

/// Filters that are kept: more than a person switches between.
const N_KEPT: usize = 128;

struct Claim {
    kind: AttributeKind,
    value: String,
    writer: ModelId,
    pictures: RoaringBitmap,
}

/// Bitmaps of pictures, the last one that was read at the end.
#[derive(Default)]
pub(super) struct Claims(Vec<Claim>);

impl Claims {
    pub(super) fn get(&self, kind: &AttributeKind, value: &str, writer: ModelId) -> Option<&RoaringBitmap> {
        let is_it = |claim: &&Claim| claim.writer == writer && claim.value == value && &claim.kind == kind;
        self.0.iter().find(is_it).map(|claim| &claim.pictures)
    }

    pub(super) fn keep(
        &mut self,
        kind: &AttributeKind,
        value: &str,
        writer: ModelId,
        pictures: RoaringBitmap,
    ) {
        if self.0.len() >= N_KEPT {
            self.0.remove(0);
        }
        self.0.push(Claim { kind: kind.clone(), value: value.to_owned(), writer, pictures });
    }

    /// The writers whose claims are kept.
    pub(super) fn writers(&self) -> Vec<ModelId> {
        let mut writers: Vec<ModelId> = self.0.iter().map(|claim| claim.writer).collect();
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
        for claim in self.0.iter_mut().filter(|claim| claim.writer == writer) {
            for picture in pictures {
                claim.pictures.remove(picture.get());
            }
            let found = now.iter().filter(|(_, kind, value)| *value == claim.value && *kind == claim.kind);
            for (picture, ..) in found {
                claim.pictures.insert(picture.get());
            }
        }
    }
}
