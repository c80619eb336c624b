//! The catalog's health, and the report of it.

use std::path::Path;

use crate::{
    Api, convert, report,
    types::{ApiError, Health, Unphotographed},
};

/// Products in one reply.
const MAX_LIMIT: u32 = 1_000;

impl Api {
    /// The catalog's health in numbers.
    pub fn health(&self) -> Result<Health, ApiError> {
        Ok(convert::health(self.library.health()?))
    }

    /// A part of the products of lists of which there is no photo, by list and in its order.
    pub fn unphotographed(&self, offset: u64, limit: u32) -> Result<Vec<Unphotographed>, ApiError> {
        let products = self.library.unphotographed(offset, u64::from(limit.min(MAX_LIMIT)))?;
        Ok(products.into_iter().map(convert::unphotographed).collect())
    }

    /// Writes the catalog's health as a page of HTML that stands alone, in the place of whatever `file` held.
    pub fn write_report(&self, file: &Path) -> Result<(), ApiError> {
        let page = report::page(self)?;
        Ok(self.library.write_file(file, page.as_bytes())?)
    }
}
