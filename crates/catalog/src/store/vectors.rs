//! Vectors, by the model that made them.

use rusqlite::{OptionalExtension, params};

use super::{Store, to_i64, to_u64};
use crate::error::CatalogError;

impl Store {
    /// The id of a model's key, made when it is new. Vectors of two keys never meet.
    pub fn model_id(&self, key: &str) -> Result<u64, CatalogError> {
        let writer = self.writer();
        writer.execute("INSERT OR IGNORE INTO model (key) VALUES (?1)", [key])?;
        Ok(to_u64(writer.query_row("SELECT id FROM model WHERE key = ?1", [key], |row| row.get(0))?))
    }

    /// Keeps a batch of vectors in one transaction. A picture that went away meanwhile is passed over.
    pub fn add_vectors(&self, model_id: u64, batch: &[(u64, Vec<f32>)]) -> Result<(), CatalogError> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO vector (model_id, picture_id, numbers)
                 SELECT ?1, id, ?3 FROM picture WHERE id = ?2",
            )?;
            for (id, vector) in batch {
                let numbers: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                statement.execute(params![to_i64(model_id), to_i64(*id), numbers])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Whether a picture has a vector.
    pub fn has_vector(&self, model_id: u64, picture_id: u64) -> Result<bool, CatalogError> {
        Ok(self.vector(model_id, picture_id)?.is_some())
    }

    /// A picture's vector.
    pub fn vector(&self, model_id: u64, picture_id: u64) -> Result<Option<Vec<f32>>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT numbers FROM vector WHERE model_id = ?1 AND picture_id = ?2")?;
        let numbers: Option<Vec<u8>> =
            statement.query_row([to_i64(model_id), to_i64(picture_id)], |row| row.get(0)).optional()?;
        Ok(numbers.map(|bytes| to_floats(&bytes)))
    }

    /// Hands every vector of a live picture to `take`, by rising id.
    pub fn each_vector<E: From<CatalogError>>(
        &self,
        model_id: u64,
        mut take: impl FnMut(u64, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached(
                "SELECT v.picture_id, v.numbers FROM vector v JOIN picture p ON p.id = v.picture_id
                 WHERE v.model_id = ?1 AND p.n_files > 0 ORDER BY v.picture_id",
            )
            .map_err(CatalogError::from)?;
        let mut rows = statement.query([to_i64(model_id)]).map_err(CatalogError::from)?;
        while let Some(row) = rows.next().map_err(CatalogError::from)? {
            let id = to_u64(row.get(0).map_err(CatalogError::from)?);
            let numbers =
                row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(CatalogError::from)?;
            take(id, &to_floats(numbers))?;
        }
        Ok(())
    }

    /// Live pictures after `after`, by rising id, that lack a vector of this model.
    pub fn without_vector(&self, model_id: u64, after: u64, limit: u64) -> Result<Vec<u64>, CatalogError> {
        self.lacking("vector", model_id, after, limit)
    }

    /// Live pictures after `after`, by rising id, that lack a description by this model.
    pub fn without_description(
        &self,
        model_id: u64,
        after: u64,
        limit: u64,
    ) -> Result<Vec<u64>, CatalogError> {
        self.lacking("description", model_id, after, limit)
    }

    fn lacking(&self, table: &str, model_id: u64, after: u64, limit: u64) -> Result<Vec<u64>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "SELECT id FROM picture p WHERE n_files > 0 AND id > ?2
             AND NOT EXISTS (SELECT 1 FROM {table} WHERE model_id = ?1 AND picture_id = p.id)
             ORDER BY id LIMIT ?3"
        ))?;
        let rows = statement
            .query_map([to_i64(model_id), to_i64(after), to_i64(limit)], |row| Ok(to_u64(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn to_floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}
