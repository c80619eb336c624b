//! Vectors, by the model that made them.

use rusqlite::{Connection, OptionalExtension, params};

use super::{ModelId, PictureId, Store, tally::Tally, to_i64};
use crate::error::CatalogError;

/// Pictures that can be seen, after an id, that lack something of a model, of which a file lies in a
/// source that can be read now: what is on a drive that is away waits for it.
pub(super) fn lacking(table: &str) -> String {
    format!(
        "SELECT id FROM picture p WHERE n_files > 0 AND id > ?2
         AND NOT EXISTS (SELECT 1 FROM {table} WHERE model_id = ?1 AND picture_id = p.id)
         AND EXISTS (SELECT 1 FROM file f JOIN source s ON s.id = f.source_id
                     WHERE f.picture_id = p.id AND s.away IS NULL)
         ORDER BY id LIMIT ?3"
    )
}

pub(super) const OF_PICTURE: &str = "SELECT numbers FROM vector WHERE model_id = ?1 AND picture_id = ?2";

impl Store {
    /// The id of a model's key, made when it is new; `pack` is what people call its pack. Vectors of two
    /// keys never meet. A row that an older program made under `legacy` goes on under the new key.
    pub fn model_id(&self, key: &str, pack: &str, legacy: &str) -> Result<ModelId, CatalogError> {
        let find = |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM model WHERE key = ?1 AND pack = ?2")?;
            statement.query_row([key, pack], |row| row.get(0)).optional()
        };
        if let Some(id) = find(&*self.reader()?)? {
            return Ok(id);
        }
        if self.is_read_only() {
            // Nothing of it can be there, and nothing can be added.
            return Ok(ModelId::NONE);
        }
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute(
            "UPDATE model SET key = ?1 WHERE key = ?2 AND NOT EXISTS (SELECT 1 FROM model WHERE key = ?1)",
            [key, legacy],
        )?;
        transaction.execute(
            "INSERT INTO model (key, pack) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET pack = ?2",
            [key, pack],
        )?;
        let id = transaction.query_row("SELECT id FROM model WHERE key = ?1", [key], |row| row.get(0))?;
        transaction.commit()?;
        Ok(id)
    }

    /// How many pictures of the catalog have a vector of the model of this key, and whether any picture has one, such
    /// as those of a folder that is away.
    pub fn n_vectors(&self, key: &str) -> Result<(u64, bool), CatalogError> {
        let reader = self.reader()?;
        let mut find = reader.prepare_cached("SELECT id FROM model WHERE key = ?1")?;
        let Some(id) = find.query_row([key], |row| row.get(0)).optional()? else { return Ok((0, false)) };
        let mut any = reader.prepare_cached("SELECT EXISTS (SELECT 1 FROM vector WHERE model_id = ?1)")?;
        Ok((Tally::Vectors(id).read(&reader)?, any.query_row([id], |row| row.get(0))?))
    }

    /// Keeps a batch of vectors in one transaction. A picture that went away meanwhile is passed over.
    pub fn add_vectors(&self, model: ModelId, batch: &[(PictureId, Vec<f32>)]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO vector (model_id, picture_id, numbers)
                 SELECT ?1, id, ?3 FROM picture WHERE id = ?2
                 ON CONFLICT DO UPDATE SET numbers = ?3",
            )?;
            for (id, vector) in batch {
                let numbers: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                statement.execute(params![model, id, numbers])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// How many numbers a model's vectors have; none where there is no vector.
    pub fn vector_len(&self, model: ModelId) -> Result<Option<usize>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT length(numbers) FROM vector WHERE model_id = ?1 LIMIT 1")?;
        let n_bytes: Option<i64> = statement.query_row([model], |row| row.get(0)).optional()?;
        Ok(n_bytes.and_then(|n| usize::try_from(n).ok()).map(|n| n / 4))
    }

    /// Whether a picture has a vector.
    pub fn has_vector(&self, model: ModelId, picture: PictureId) -> Result<bool, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT 1 FROM vector WHERE model_id = ?1 AND picture_id = ?2")?;
        Ok(statement.exists(params![model, picture])?)
    }

    /// A picture's vector.
    pub fn vector(&self, model: ModelId, picture: PictureId) -> Result<Option<Vec<f32>>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(OF_PICTURE)?;
        let found =
            statement.query_row(params![model, picture], |row| Ok(to_floats(row.get_ref(0)?.as_blob()?)));
        Ok(found.optional()?)
    }

    /// Whether pictures that can be seen lack a vector of this model and lie in a source that is away.
    pub fn lacks_away(&self, model: ModelId) -> Result<bool, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT 1 FROM source s JOIN file f ON f.source_id = s.id
             WHERE s.away IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM vector WHERE model_id = ?1 AND picture_id = f.picture_id) LIMIT 1",
        )?;
        Ok(statement.exists([model])?)
    }

    /// Pictures after `after`, by rising id, that lack a vector of this model and could get one.
    pub fn without_vector(
        &self,
        model: ModelId,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        self.lacking("vector", model, after, limit)
    }

    /// Pictures after `after`, by rising id, that lack a caption by this model and could get one.
    pub fn without_description(
        &self,
        model: ModelId,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        self.lacking("description", model, after, limit)
    }

    fn lacking(
        &self,
        table: &str,
        model: ModelId,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&lacking(table))?;
        let rows = statement.query_map(params![model, after, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn to_floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}
