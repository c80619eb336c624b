//! Asking, and what is done with an answer.

use std::path::{Path, PathBuf};

use vitrine_catalog as catalog;

use crate::{
    Api,
    api::MAX_LIMIT,
    convert,
    types::{
        ApiError, Completion, ErrorCode, Facets, HeatMap, PictureId, ProductId, QueryPicture, Reasons,
        SavedSearch, SearchPage, SearchRequest,
    },
};

impl Api {
    /// A page of the answer to a request.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage, ApiError> {
        let limit = u64::from(request.limit.min(MAX_LIMIT));
        let query = convert::query(request);
        let page = self.library.search(&query, request.offset, limit)?;
        let mut page = convert::page(request, page);
        if request.with_details {
            let ids: Vec<catalog::ProductId> = page.items.iter().map(|item| item.id.into()).collect();
            let whys = self.library.reasons(&query, &ids)?;
            for (item, why) in page.items.iter_mut().zip(whys) {
                // One that went away meanwhile is shown as it was found.
                if let Ok(detail) = self.library.product(item.id.into()) {
                    item.listed = Some(convert::listed(detail, item.picture, why.map(convert::why)));
                }
            }
        }
        Ok(page)
    }

    /// Looks more closely at the first ranks of an answer that was given before; true when the same request is
    /// answered in another order from then on.
    pub fn improve_search(&self, request: &SearchRequest) -> Result<bool, ApiError> {
        Ok(self.library.improve(&convert::query(request))?)
    }

    /// What an answer can be narrowed to, with counts.
    pub fn facets(&self, request: &SearchRequest) -> Result<Facets, ApiError> {
        Ok(convert::facets(self.library.facets(&convert::query(request))?))
    }

    /// How a text may go on at `caret`, in UTF-16 units.
    pub fn complete(&self, text: &str, caret: u32) -> Result<Vec<Completion>, ApiError> {
        let mut before = 0;
        let at = text.char_indices().find(|(_, c)| {
            let is_here = before >= caret;
            before += c.len_utf16() as u32;
            is_here
        });
        let caret = at.map_or(text.len(), |(at, _)| at);
        Ok(convert::completions(text, self.library.complete(text, caret)?))
    }

    /// Why a product stands where it stands in an answer, or why it does not.
    pub fn explain(&self, request: &SearchRequest, id: ProductId) -> Result<Reasons, ApiError> {
        Ok(convert::reasons(self.library.explain(&convert::query(request), id.into())?))
    }

    /// Where in a photo is what the words of a request say; none where there are no words that a model reads.
    pub fn heat_map(&self, request: &SearchRequest, picture: PictureId) -> Result<Option<HeatMap>, ApiError> {
        let heat = self.library.heat_map(&convert::query(request), picture.into())?;
        Ok(heat.map(convert::heat_map))
    }

    /// Keeps a request under a name, in the place of one of the same name.
    pub fn save_search(&self, name: &str, request: &SearchRequest) -> Result<(), ApiError> {
        let asked = SearchRequest { offset: 0, limit: 0, with_details: false, ..request.clone() };
        let asked = serde_json::to_string(&asked).map_err(|error| ApiError {
            code: ErrorCode::BadRequest,
            message: "This search cannot be kept.".to_owned(),
            detail: Some(error.to_string()),
        })?;
        let pictures: Vec<String> = request.pictures.iter().map(|term| term.token.clone()).collect();
        Ok(self.library.save_search(name, &asked, &pictures)?)
    }

    /// Forgets a kept request; false where there is none of this name.
    pub fn remove_saved_search(&self, name: &str) -> Result<bool, ApiError> {
        Ok(self.library.remove_saved_search(name)?)
    }

    /// The kept requests, by the alphabet. One that an older Vitrine kept and this one does not understand is left
    /// out; it stays kept.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, ApiError> {
        let saved = self.library.saved_searches()?.into_iter();
        Ok(saved
            .filter_map(|saved| {
                let request = serde_json::from_str(&saved.asked).ok()?;
                let pictures = saved.pictures.into_iter();
                let pictures =
                    pictures.map(|picture| QueryPicture { token: picture.token, name: picture.name });
                Some(SavedSearch { name: saved.name, request, pictures: pictures.collect() })
            })
            .collect())
    }

    /// Titles and texts of products, for the clipboard.
    pub fn product_texts(&self, ids: &[ProductId]) -> Result<String, ApiError> {
        Ok(self.library.product_texts(&engine_ids(ids))?)
    }

    /// The files of products' photos that are there.
    pub fn product_files(&self, ids: &[ProductId]) -> Result<Vec<PathBuf>, ApiError> {
        Ok(self.library.product_files(&engine_ids(ids))?)
    }

    /// Writes products as a table (CSV) in the place of whatever `file` held.
    pub fn export_list(&self, ids: &[ProductId], file: &Path) -> Result<(), ApiError> {
        Ok(self.library.export_list(&engine_ids(ids), file)?)
    }
}

fn engine_ids(ids: &[ProductId]) -> Vec<catalog::ProductId> {
    ids.iter().map(|&id| id.into()).collect()
}
