//! Photos that are alike, and what a person decides of them.

use vitrine_catalog as catalog;

use crate::{
    Api,
    api::MAX_LIMIT,
    convert,
    types::{ApiError, Likeness, PictureId, TwinDecision, TwinPage, TwinPhoto},
};

/// Groups in one reply: each holds photos with their paths.
const MAX_GROUPS: u32 = 200;

impl Api {
    /// Groups of photos that are alike and wait for a decision, all or of one likeness.
    pub fn twins(&self, likeness: Option<Likeness>, offset: u64, limit: u32) -> Result<TwinPage, ApiError> {
        let likeness = likeness.map(convert::engine_likeness);
        let page = self.library.twins(likeness, offset, u64::from(limit.min(MAX_GROUPS)))?;
        Ok(convert::twin_page(page))
    }

    /// Keeps what a person decides of photos that are alike. No file is touched.
    pub fn decide_twins(&self, pictures: &[PictureId], decision: TwinDecision) -> Result<(), ApiError> {
        let pictures: Vec<catalog::PictureId> = pictures.iter().map(|&id| id.into()).collect();
        let decision = match decision {
            TwinDecision::Different => catalog::twins::TwinDecision::Different,
            TwinDecision::Keep { picture } => catalog::twins::TwinDecision::Keep(picture.into()),
            TwinDecision::OneProduct => catalog::twins::TwinDecision::OneProduct,
        };
        Ok(self.library.decide_twins(&pictures, decision)?)
    }

    /// Takes back what was decided last; false where nothing was since the library was opened.
    pub fn undo_twin_decision(&self) -> Result<bool, ApiError> {
        Ok(self.library.undo_twin_decision()?)
    }

    /// A part of the photos that were set aside.
    pub fn set_aside(&self, offset: u64, limit: u32) -> Result<Vec<TwinPhoto>, ApiError> {
        let (_, photos) = self.library.set_aside(offset, u64::from(limit.min(MAX_LIMIT)))?;
        Ok(photos.into_iter().map(|photo| convert::twin_photo(photo, false)).collect())
    }

    /// Shows a photo again that was set aside.
    pub fn show_again(&self, picture: PictureId) -> Result<(), ApiError> {
        Ok(self.library.show_again(picture.into())?)
    }
}
