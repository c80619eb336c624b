//! Descriptions in parts: composed texts, attributes, and the colours that were measured.

use rusqlite::{OptionalExtension, params};

use super::{ModelId, PictureId, Store, array, to_i64};
use crate::{
    colour::{BasicColour, ProductColour},
    describe::{Attribute, AttributeKind, Description, Evidence},
    error::CatalogError,
    models::ModelIds,
    photo::{Doubts, Unrecognisable},
};

/// A description, and who wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition {
    /// The description.
    pub description: Description,
    /// The name of the pack that wrote it; empty where that was not kept.
    pub pack: String,
}

/// What a description is composed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// The picture.
    pub picture: PictureId,
    /// Its CLIP vector.
    pub vector: Vec<f32>,
    /// Its caption, with the mean log probability of the caption's tokens.
    pub caption: Option<(String, f32)>,
    /// Why nothing can be recognised on it; none where there may be a product.
    pub unrecognisable: Option<Unrecognisable>,
}

impl Store {
    /// Keeps a batch of descriptions in one transaction. A picture that went away meanwhile is passed over.
    pub fn add_compositions(
        &self,
        by: ModelId,
        batch: &[(PictureId, Description)],
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut composition = transaction.prepare_cached(
                "INSERT INTO composition (writer_id, picture_id, title, text, alt_text)
                 SELECT ?1, id, ?3, ?4, ?5 FROM picture WHERE id = ?2
                 ON CONFLICT DO UPDATE SET title = ?3, text = ?4, alt_text = ?5",
            )?;
            let mut no_attributes = transaction
                .prepare_cached("DELETE FROM attribute WHERE writer_id = ?1 AND picture_id = ?2")?;
            let mut attribute = transaction.prepare_cached(
                "INSERT INTO attribute (writer_id, picture_id, position, kind, list, value, confidence, evidence)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut no_colours = transaction.prepare_cached("DELETE FROM colour WHERE picture_id = ?1")?;
            let mut colour = transaction.prepare_cached(
                "INSERT INTO colour (picture_id, position, name, basic, rgb, share) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (id, new) in batch {
                if composition.execute(params![by, id, new.title, new.text, new.alt_text])? == 0 {
                    continue;
                }
                no_attributes.execute(params![by, id])?;
                for (position, claim) in (0_i64..).zip(&new.attributes) {
                    let (kind, list) = (claim.kind.name(), claim.kind.list().unwrap_or_default());
                    let evidence = claim.evidence.name();
                    attribute.execute(params![
                        by,
                        id,
                        position,
                        kind,
                        list,
                        claim.value,
                        claim.confidence,
                        evidence
                    ])?;
                }
                no_colours.execute([id])?;
                for (position, found) in (0_i64..).zip(&new.colours) {
                    let rgb = found.rgb.iter().fold(0_u32, |rgb, channel| rgb << 8 | u32::from(*channel));
                    colour.execute(params![
                        id,
                        position,
                        found.name,
                        found.basic.name(),
                        rgb,
                        found.share
                    ])?;
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// A picture's description: by the writer in use, else the newest by another, so that nothing
    /// disappears while new ones are written.
    pub fn composition(
        &self,
        picture: PictureId,
        models: ModelIds,
    ) -> Result<Option<Composition>, CatalogError> {
        let reader = self.reader()?;
        let found: Option<(ModelId, String, String, String, String)> = reader
            .prepare_cached(
                "SELECT c.writer_id, c.title, c.text, c.alt_text, m.pack FROM composition c
                 JOIN model m ON m.id = c.writer_id WHERE c.picture_id = ?1
                 ORDER BY c.writer_id = ?2 DESC, c.writer_id DESC LIMIT 1",
            )?
            .query_row(params![picture, models.writer], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((writer, title, text, alt_text, pack)) = found else { return Ok(None) };
        let attributes = reader
            .prepare_cached(
                "SELECT kind, list, value, confidence, evidence FROM attribute
                 WHERE writer_id = ?1 AND picture_id = ?2 ORDER BY position",
            )?
            .query_map(params![writer, picture], |row| {
                let (kind, list, evidence): (String, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(4)?);
                Ok(Attribute {
                    kind: AttributeKind::from_name(&kind, &list),
                    value: row.get(2)?,
                    confidence: row.get(3)?,
                    evidence: Evidence::from_name(&evidence),
                })
            })?
            .collect::<Result<_, _>>()?;
        let colours = reader
            .prepare_cached(
                "SELECT name, basic, rgb, share FROM colour WHERE picture_id = ?1 ORDER BY position",
            )?
            .query_map([picture], |row| {
                let (basic, rgb): (String, u32) = (row.get(1)?, row.get(2)?);
                let [_, r, g, b] = rgb.to_be_bytes();
                Ok(ProductColour {
                    name: row.get(0)?,
                    basic: BasicColour::from_name(&basic),
                    rgb: [r, g, b],
                    share: row.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        let description = Description { title, text, alt_text, attributes, colours };
        Ok(Some(Composition { description, pack }))
    }

    /// Pictures that can be seen after `after`, by rising id, that could be described without a model and
    /// are not by the writer in use: with a vector, and with a caption where `needs_caption` is set.
    pub fn without_composition(
        &self,
        models: ModelIds,
        needs_caption: bool,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(LACKING)?;
        let rows = statement.query_map(
            params![models.clip, models.caption, models.writer, needs_caption, after, to_i64(limit)],
            |row| row.get(0),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures that can be seen after `after`, by rising id, that this writer described and whose description
    /// has no vector by the model `described`.
    pub fn without_read_description(
        &self,
        writer: ModelId,
        described: ModelId,
        after: PictureId,
        limit: u64,
    ) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNREAD)?;
        let rows = statement.query_map(params![writer, described, after, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What this writer says that pictures show; none of one on which nothing was recognised.
    pub fn texts_of(
        &self,
        writer: ModelId,
        pictures: Vec<PictureId>,
    ) -> Result<Vec<(PictureId, Option<String>)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT c.picture_id, CASE WHEN p.doubts = '' OR EXISTS (
                 SELECT 1 FROM attribute WHERE picture_id = c.picture_id AND writer_id = ?1) THEN c.alt_text END
             FROM rarray(?2) w
             CROSS JOIN composition c ON c.picture_id = w.value AND c.writer_id = ?1
             JOIN picture p ON p.id = c.picture_id",
        )?;
        let rows =
            statement.query_map(params![writer, array(pictures)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a picture's description is composed from; none as long as it has no vector.
    pub fn material(&self, picture: PictureId, models: ModelIds) -> Result<Option<Material>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT v.numbers, d.caption, d.mean_log_prob, p.doubts FROM vector v
             JOIN picture p ON p.id = v.picture_id
             LEFT JOIN description d ON d.model_id = ?2 AND d.picture_id = v.picture_id
             WHERE v.model_id = ?1 AND v.picture_id = ?3",
        )?;
        let found = statement.query_row(params![models.clip, models.caption, picture], |row| {
            let caption: Option<String> = row.get(1)?;
            let mean_log_prob: Option<f32> = row.get(2)?;
            let vector = super::vectors::to_floats(row.get_ref(0)?.as_blob()?);
            let unrecognisable = Doubts::from_stored(row.get(3)?).unrecognisable();
            Ok(Material { picture, vector, caption: caption.zip(mean_log_prob), unrecognisable })
        });
        Ok(found.optional()?)
    }
}

/// Keys alone are read.
pub(super) const UNREAD: &str = "
    SELECT c.picture_id FROM composition c JOIN picture p ON p.id = c.picture_id AND p.n_files > 0
    WHERE c.writer_id = ?1 AND c.picture_id > ?3
    AND NOT EXISTS (SELECT 1 FROM vector WHERE model_id = ?2 AND picture_id = c.picture_id)
    ORDER BY c.picture_id LIMIT ?4";

/// Keys alone are read: of pictures, vectors, captions and compositions.
pub(super) const LACKING: &str = "
    SELECT p.id FROM picture p
    WHERE p.n_files > 0 AND p.id > ?5
    AND NOT EXISTS (SELECT 1 FROM composition WHERE picture_id = p.id AND writer_id = ?3)
    AND EXISTS (SELECT 1 FROM vector WHERE model_id = ?1 AND picture_id = p.id)
    AND (NOT ?4 OR EXISTS (SELECT 1 FROM description WHERE model_id = ?2 AND picture_id = p.id))
    ORDER BY p.id LIMIT ?6";
