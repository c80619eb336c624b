//! Vectors of the merchant's own words of a product, by the model that made them.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Field, FieldName, ModelId, ProductId, Store, fields, to_i64, vectors::to_floats};
use crate::error::CatalogError;

/// Letters of the merchant's own words that a model reads: more than it has room for.
const MAX_OWN_TEXT: usize = 400;

/// Products after ?2 whose own words lack a vector of model ?1, and of which a photo can be seen.
pub(super) const LACKING: &str = "SELECT id, own_text FROM product p
     WHERE own_text <> '' AND n_live > 0 AND id > ?2
     AND NOT EXISTS (SELECT 1 FROM product_vector WHERE model_id = ?1 AND product_id = p.id)
     ORDER BY id LIMIT ?3";

/// The merchant's own words of a product, as one text that a model reads; empty where there are none.
pub(super) fn own_text(said: &[Field]) -> String {
    let named = |name| said.iter().find(|field| field.name == name).map(|field| field.value.trim());
    let order = [FieldName::Title, FieldName::Brand, FieldName::Category, FieldName::Description];
    let parts: Vec<&str> = order.into_iter().filter_map(named).filter(|part| !part.is_empty()).collect();
    parts.join(". ").chars().take(MAX_OWN_TEXT).collect()
}

/// Keeps the merchant's own words as one text.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    product: ProductId,
    said: &[Field],
) -> Result<(), CatalogError> {
    transaction
        .prepare_cached("UPDATE product SET own_text = ?2 WHERE id = ?1 AND own_text IS NOT ?2")?
        .execute(params![product, own_text(said)])?;
    Ok(())
}

impl Store {
    /// Puts the own words together of up to `limit` products that an older program left without; answers how
    /// many there were.
    pub fn settle_own_texts(&self, limit: u64) -> Result<usize, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let open: Vec<ProductId> = transaction
            .prepare_cached("SELECT id FROM product WHERE own_text IS NULL LIMIT ?1")?
            .query_map([to_i64(limit)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for &product in &open {
            let said = fields::counting(&transaction, product)?;
            settle(&transaction, product, &said)?;
        }
        transaction.commit()?;
        Ok(open.len())
    }

    /// Products after `after`, by rising id, whose own words lack a vector of this model; with the words.
    pub fn without_own_vector(
        &self,
        model: ModelId,
        after: ProductId,
        limit: u64,
    ) -> Result<Vec<(ProductId, String)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(LACKING)?;
        let rows = statement
            .query_map(params![model, after, to_i64(limit)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps vectors of own words in one transaction, each with the words that it is of. Where these changed
    /// meanwhile it is not kept.
    pub fn add_own_vectors(
        &self,
        model: ModelId,
        batch: &[(ProductId, String, Vec<f32>)],
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO product_vector (model_id, product_id, numbers)
                 SELECT ?1, id, ?4 FROM product WHERE id = ?2 AND own_text = ?3
                 ON CONFLICT DO UPDATE SET numbers = ?4",
            )?;
            for (id, text, vector) in batch {
                let numbers: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                statement.execute(params![model, id, text, numbers])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The vector of a product's own words.
    pub fn own_vector(&self, model: ModelId, product: ProductId) -> Result<Option<Vec<f32>>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached("SELECT numbers FROM product_vector WHERE model_id = ?1 AND product_id = ?2")?;
        let read = |row: &Row<'_>| Ok(to_floats(row.get_ref(0)?.as_blob()?));
        Ok(statement.query_row(params![model, product], read).optional()?)
    }

    /// What the merchant calls a product.
    pub fn own_title(&self, product: ProductId) -> Result<Option<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT title FROM product WHERE id = ?1")?;
        Ok(statement.query_row([product], |row| row.get(0)).optional()?.flatten())
    }

    /// Whether any own words have a vector of this model.
    pub fn has_own_vectors(&self, model: ModelId) -> Result<bool, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT 1 FROM product_vector WHERE model_id = ?1 LIMIT 1")?;
        Ok(statement.exists([model])?)
    }
}
