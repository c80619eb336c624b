//! The vectors of a photo's parts, put one after the other.
//!
//! In this order: CLIP's vector of the photo, BLIP's (ITC), CLIP's vector of its description, CLIP's vector of
//! what the merchant says of the product. Every one but the first may be missing.
//!
//! A part that is not there is all zero. A photo has the own words of its product; of several products the
//! mean of theirs.

use rusqlite::params;

use super::{ModelId, PictureId, Store, array, changes::LAST, to_u64, vectors::to_floats};
use crate::error::CatalogError;

/// By whom the parts' vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartModels {
    /// Of the photo, and of the merchant's words.
    pub clip: ModelId,
    /// Of the photo, by the matching model.
    pub matching: ModelId,
    /// Of the description.
    pub described: ModelId,
}

/// Lengths of the parts; 0 of one of which no photo has a vector.
pub type PartLens = [usize; 4];

/// A row of each vector of ?1 of a picture that can be seen, with its other parts.
const FUSED: &str = "SELECT v.picture_id, v.numbers, m.numbers, d.numbers FROM vector v
     CROSS JOIN picture p ON p.id = v.picture_id AND p.n_files > 0
     LEFT JOIN vector m ON m.model_id = ?2 AND m.picture_id = v.picture_id
     LEFT JOIN vector d ON d.model_id = ?3 AND d.picture_id = v.picture_id
     WHERE v.model_id = ?1 ORDER BY v.picture_id";
pub(super) const FUSED_OF: &str = "SELECT v.picture_id, v.numbers, m.numbers, d.numbers FROM rarray(?4) w
     CROSS JOIN vector v ON v.model_id = ?1 AND v.picture_id = w.value
     CROSS JOIN picture p ON p.id = v.picture_id AND p.n_files > 0
     LEFT JOIN vector m ON m.model_id = ?2 AND m.picture_id = v.picture_id
     LEFT JOIN vector d ON d.model_id = ?3 AND d.picture_id = v.picture_id";
pub(super) const OWN_OF: &str = "SELECT v.numbers FROM product_picture pp
     CROSS JOIN product_vector v ON v.model_id = ?1 AND v.product_id = pp.product_id
     WHERE pp.picture_id = ?2";

impl Store {
    /// How long the parts are; none where no photo has a vector.
    pub fn part_lens(&self, models: PartModels) -> Result<Option<PartLens>, CatalogError> {
        let Some(look) = self.vector_len(models.clip)? else { return Ok(None) };
        let own = if self.has_own_vectors(models.clip)? { look } else { 0 };
        let matching = self.vector_len(models.matching)?.unwrap_or(0);
        let described = self.vector_len(models.described)?.unwrap_or(0);
        Ok(Some([look, matching, described, own]))
    }

    /// Hands the fused vectors of those of `pictures` to `take` that can be seen and have one, in no order.
    pub fn fused_of(
        &self,
        models: PartModels,
        lens: PartLens,
        pictures: impl IntoIterator<Item = PictureId>,
        mut take: impl FnMut(PictureId, &[f32]),
    ) -> Result<(), CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(FUSED_OF)?;
        let ids = array(pictures);
        let mut rows = statement.query(params![models.clip, models.matching, models.described, ids])?;
        let mut own = Own { statement: reader.prepare_cached(OWN_OF)?, model: models.clip };
        let mut fused = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if fuse(row, id, lens, &mut own, &mut fused)? {
                take(id, &fused);
            }
        }
        Ok(())
    }

    /// Hands every fused vector of a picture that can be seen to `take`, by rising id; answers how far the log
    /// went then.
    pub fn each_fused<E: From<CatalogError>>(
        &self,
        models: PartModels,
        lens: PartLens,
        mut take: impl FnMut(PictureId, &[f32]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let database = |error: rusqlite::Error| E::from(CatalogError::from(error));
        let mut reader = self.reader()?;
        // One transaction: the log's end and the rows are of one moment.
        let transaction = reader.transaction().map_err(database)?;
        let last: i64 = transaction.query_row(LAST, [], |row| row.get(0)).map_err(database)?;
        {
            let mut statement = transaction.prepare_cached(FUSED).map_err(database)?;
            let mut rows =
                statement.query(params![models.clip, models.matching, models.described]).map_err(database)?;
            let own = transaction.prepare_cached(OWN_OF).map_err(database)?;
            let mut own = Own { statement: own, model: models.clip };
            let mut fused = Vec::new();
            while let Some(row) = rows.next().map_err(database)? {
                let id = row.get(0).map_err(database)?;
                if fuse(row, id, lens, &mut own, &mut fused)? {
                    take(id, &fused)?;
                }
            }
        }
        Ok(to_u64(last))
    }
}

/// Looks own words up.
struct Own<'a> {
    statement: rusqlite::CachedStatement<'a>,
    model: ModelId,
}

/// Puts a row's parts one after the other; false where the first has another length.
fn fuse(
    row: &rusqlite::Row<'_>,
    id: PictureId,
    lens: PartLens,
    own: &mut Own<'_>,
    fused: &mut Vec<f32>,
) -> Result<bool, CatalogError> {
    fused.clear();
    let [look, matching, described, own_len] = lens;
    for (column, len) in [(1, look), (2, matching), (3, described)] {
        let end = fused.len() + len;
        if let Some(bytes) = row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?
            && bytes.len() == len * 4
        {
            fused.extend(to_floats(bytes));
        } else if column == 1 {
            return Ok(false);
        }
        fused.resize(end, 0.0);
    }
    if own_len > 0 {
        let start = fused.len();
        fused.resize(start + own_len, 0.0);
        let mut rows = own.statement.query(params![own.model, id])?;
        while let Some(row) = rows.next()? {
            let numbers = to_floats(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
            if numbers.len() == own_len {
                fused[start..].iter_mut().zip(numbers).for_each(|(sum, x)| *sum += x);
            }
        }
        let length = fused[start..].iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > f32::EPSILON {
            fused[start..].iter_mut().for_each(|x| *x /= length);
        }
    }
    Ok(true)
}
