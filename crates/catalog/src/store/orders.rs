//! By what products can be put in order.

use rusqlite::params;

use super::{ProductId, Store, path_bytes};
use crate::{describe::Evidence, error::CatalogError, models::ModelIds};

/// What each product is called, as a tile shows it: its own title, else what was written of its first photo, else the
/// name of a file.
pub(super) const NAMES: &str = "SELECT pr.id, coalesce(pr.title,
         (SELECT c.title FROM product_picture pp JOIN composition c ON c.picture_id = pp.picture_id
          WHERE pp.product_id = pr.id
          ORDER BY pp.position, pp.picture_id, c.writer_id = ?1 DESC, c.writer_id DESC LIMIT 1)),
         (SELECT f.path FROM product_picture pp JOIN file f ON f.picture_id = pp.picture_id
          WHERE pp.product_id = pr.id ORDER BY pp.position, pp.picture_id, f.path LIMIT 1)
     FROM product pr WHERE pr.n_live > 0";

/// What is claimed first of each kind of a product's photos, which is the surest.
const SURENESS: &str = "SELECT pp.product_id, a.confidence, a.evidence
     FROM product_picture pp CROSS JOIN attribute a ON a.picture_id = pp.picture_id AND a.writer_id = ?1
     JOIN product pr ON pr.id = pp.product_id AND pr.n_live > 0
     WHERE a.list = '' AND a.kind IN ('type', 'colour', 'material', 'pattern')
       AND NOT EXISTS (SELECT 1 FROM attribute b WHERE b.picture_id = a.picture_id AND b.writer_id = a.writer_id
                       AND b.kind = a.kind AND b.list = '' AND b.position < a.position)";

/// A claim with which the pixels disagree is worth this part of its confidence.
const DISPUTED: f64 = 0.5;

impl Store {
    /// Hands each product that can be seen with its name to `take`.
    pub fn each_name(
        &self,
        models: ModelIds,
        mut take: impl FnMut(ProductId, &str),
    ) -> Result<(), CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(NAMES)?;
        let mut rows = statement.query(params![models.writer])?;
        while let Some(row) = rows.next()? {
            let name: Option<String> = row.get(1)?;
            let name = match (name, row.get::<_, Option<Vec<u8>>>(2)?) {
                (Some(name), _) if !name.is_empty() => name,
                (_, Some(path)) => {
                    let path = path_bytes::from_bytes(path);
                    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                }
                _ => String::new(),
            };
            take(row.get(0)?, &name);
        }
        Ok(())
    }

    /// The price of every product that has one, in whatever currency.
    pub fn prices(&self) -> Result<Vec<(ProductId, f64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT product_id, number FROM fact WHERE name = 'price' AND number IS NOT NULL",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How sure the description of every described product is: as sure as the least sure of what is said first
    /// of its type, colour, material and pattern.
    pub fn sureness(&self, models: ModelIds) -> Result<Vec<(ProductId, f64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(SURENESS)?;
        let mut least = std::collections::HashMap::new();
        let mut rows = statement.query(params![models.writer])?;
        while let Some(row) = rows.next()? {
            let confidence: f64 = row.get(1)?;
            let is_disputed = Evidence::from_name(&row.get::<_, String>(2)?) == Evidence::Disputed;
            let sure = if is_disputed { confidence * DISPUTED } else { confidence };
            let known = least.entry(row.get(0)?).or_insert(sure);
            *known = sure.min(*known);
        }
        Ok(least.into_iter().collect())
    }
}
