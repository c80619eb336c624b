//! Photos that are alike, and what a person decided of them.
//!
//! What is computed (`fingerprint`, `twin`) belongs to pictures and goes with them; what was decided (`told_apart`,
//! `set_aside`, `person_tie`) belongs to contents, and stays.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{PictureId, ProductId, Store, array, ties, to_i64, to_u64};
use crate::error::CatalogError;

/// A content's BLAKE3 hash.
pub type Hash = [u8; 32];

/// How two photos are alike; the surer goes before the less sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// The same file in several places.
    Copy,
    /// The same photo in another size or compression.
    SamePhoto,
    /// The same photo, mirrored.
    Mirrored,
    /// A part of the same photo.
    Crop,
    /// Different photos of what seems to be one product, or of its variants.
    Variant,
}

impl Likeness {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Copy, Self::SamePhoto, Self::Mirrored, Self::Crop, Self::Variant];

    fn from_rank(rank: i64) -> Self {
        usize::try_from(rank).ok().and_then(|rank| Self::ALL.get(rank).copied()).unwrap_or(Self::Variant)
    }
}

/// How a photo looks in a few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// The photo.
    pub picture: PictureId,
    /// Its bits.
    pub hash: u64,
    /// Those of its mirror image.
    pub mirrored: u64,
}

/// Two photos that are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwinRow {
    /// The one.
    pub a: PictureId,
    /// The other.
    pub b: PictureId,
    /// How.
    pub likeness: Likeness,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
}

/// Where a photo belonged before a person decided: what takes a decision back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// Pairs that were told apart.
    ToldApart(Vec<(Hash, Hash)>),
    /// Photos that were set aside.
    SetAside(Vec<Hash>),
    /// Photos that were tied, each with the tie of a person's that it had before.
    Tied(Vec<(Hash, Option<(ProductId, i64)>)>),
}

/// Products other than ?2 of the picture ?1, and of those that show the same.
pub(super) const SAME_PHOTO: &str = "
    WITH same (id) AS (
        SELECT ?1
        UNION SELECT b FROM twin WHERE a = ?1 AND likeness <= 3
        UNION SELECT a FROM twin WHERE b = ?1 AND likeness <= 3)
    SELECT DISTINCT pp.product_id FROM same s
    JOIN picture q ON q.id = s.id AND q.n_files > 0
    JOIN picture p ON p.id = ?1
    JOIN product_picture pp ON pp.picture_id = q.id AND pp.product_id <> ?2
    WHERE NOT EXISTS (SELECT 1 FROM told_apart WHERE a = min(p.hash, q.hash) AND b = max(p.hash, q.hash))";

impl Store {
    /// Pictures after `after` that can be seen and have no fingerprint.
    pub fn without_fingerprint(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT p.id FROM picture p WHERE p.id > ?1 AND p.n_files > 0
             AND NOT EXISTS (SELECT 1 FROM fingerprint WHERE picture_id = p.id) ORDER BY p.id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![after, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps fingerprints; one of a picture that went away meanwhile is passed over.
    pub fn add_fingerprints(&self, batch: &[Fingerprint]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO fingerprint (picture_id, hash, mirrored) SELECT id, ?2, ?3 FROM picture WHERE id = ?1
                 ON CONFLICT DO UPDATE SET hash = ?2, mirrored = ?3, is_compared = 0",
            )?;
            let mut forget = transaction.prepare_cached("DELETE FROM twin WHERE a = ?1 OR b = ?1")?;
            for one in batch {
                // What looked otherwise before was compared as that.
                forget.execute([one.picture])?;
                // The same 64 bits, with a sign.
                statement.execute(params![one.picture, one.hash as i64, one.mirrored as i64])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Fingerprints of all pictures that can be seen, by rising id.
    pub fn fingerprints(&self) -> Result<Vec<Fingerprint>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT f.picture_id, f.hash, f.mirrored FROM fingerprint f
             JOIN picture p ON p.id = f.picture_id AND p.n_files > 0 ORDER BY f.picture_id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Fingerprint {
                picture: row.get(0)?,
                hash: row.get::<_, i64>(1)? as u64,
                mirrored: row.get::<_, i64>(2)? as u64,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures after `after` that can be seen and were not compared with others.
    pub fn uncompared(&self, after: PictureId, limit: u64) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT f.picture_id FROM fingerprint f JOIN picture p ON p.id = f.picture_id AND p.n_files > 0
             WHERE f.is_compared = 0 AND f.picture_id > ?1 ORDER BY f.picture_id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![after, to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many pictures that can be seen were not compared yet.
    pub fn n_uncompared(&self) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FROM picture p WHERE p.n_files > 0
             AND NOT EXISTS (SELECT 1 FROM fingerprint WHERE picture_id = p.id AND is_compared = 1)",
        )?;
        Ok(to_u64(statement.query_row([], |row| row.get(0))?))
    }

    /// Keeps pairs that are alike, and that `compared` were compared.
    pub fn add_twins(&self, pairs: &[TwinRow], compared: &[PictureId]) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for pair in pairs {
            let (a, b) = (pair.a.min(pair.b), pair.a.max(pair.b));
            transaction
                .prepare_cached(
                    "INSERT INTO twin (a, b, likeness, confidence)
                     SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM picture WHERE id = ?1)
                         AND EXISTS (SELECT 1 FROM picture WHERE id = ?2)
                     ON CONFLICT DO UPDATE SET likeness = ?3, confidence = ?4",
                )?
                .execute(params![a, b, pair.likeness as i64, pair.confidence])?;
        }
        for picture in compared {
            transaction
                .prepare_cached("UPDATE fingerprint SET is_compared = 1 WHERE picture_id = ?1")?
                .execute([picture])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Pairs that are alike and wait for a decision: both can be seen, neither is set aside, nobody told them apart,
    /// and they are not photos of one product already.
    pub fn twins(&self) -> Result<Vec<TwinRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT t.a, t.b, t.likeness, t.confidence FROM twin t
             JOIN picture p ON p.id = t.a AND p.n_files > 0
             JOIN picture q ON q.id = t.b AND q.n_files > 0
             WHERE EXISTS (SELECT 1 FROM product_picture WHERE picture_id = t.a)
               AND EXISTS (SELECT 1 FROM product_picture WHERE picture_id = t.b)
               AND NOT EXISTS (SELECT 1 FROM told_apart WHERE a = min(p.hash, q.hash) AND b = max(p.hash, q.hash))
               AND NOT EXISTS (SELECT 1 FROM person_tie x JOIN person_tie y ON y.product_id = x.product_id
                               WHERE x.hash = p.hash AND y.hash = q.hash)
               AND NOT (t.likeness = 4 AND EXISTS (
                   SELECT 1 FROM product_picture x JOIN product_picture y ON y.product_id = x.product_id
                   WHERE x.picture_id = t.a AND y.picture_id = t.b))
             ORDER BY t.a, t.b",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(TwinRow {
                a: row.get(0)?,
                b: row.get(1)?,
                likeness: Likeness::from_rank(row.get(2)?),
                confidence: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Other products that a photo belongs to, or the same one in another size, mirrored or cut; without photos that a
    /// person told apart.
    pub fn products_with_the_same_photo(
        &self,
        picture: PictureId,
        product: ProductId,
    ) -> Result<Vec<ProductId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(SAME_PHOTO)?;
        let rows = statement.query_map(params![picture, product], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures that several files hold, of which nobody said that this is right.
    pub fn copies(&self) -> Result<Vec<PictureId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT p.id FROM picture p WHERE p.n_files > 1
             AND EXISTS (SELECT 1 FROM product_picture WHERE picture_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM told_apart WHERE a = p.hash AND b = p.hash) ORDER BY p.id",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that photos are different things: each with each; of one alone, that its copies are right.
    pub fn tell_apart(&self, pictures: &[PictureId]) -> Result<Decided, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let hashes = hashes(&transaction, pictures)?;
        let mut pairs = Vec::new();
        for (at, one) in hashes.iter().enumerate() {
            let others = if hashes.len() == 1 { &hashes[..] } else { &hashes[at + 1..] };
            for other in others {
                let (a, b) = (*one.min(other), *one.max(other));
                let n = transaction.execute(
                    "INSERT INTO told_apart (a, b) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![a, b],
                )?;
                if n > 0 {
                    pairs.push((a, b));
                }
            }
        }
        transaction.commit()?;
        Ok(Decided::ToldApart(pairs))
    }

    /// Shows one of these photos in the place of all others.
    pub fn set_aside(&self, pictures: &[PictureId], kept: PictureId) -> Result<Decided, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let keeper = hashes(&transaction, &[kept])?[0];
        let others: Vec<PictureId> = pictures.iter().copied().filter(|one| *one != kept).collect();
        let hashes = hashes(&transaction, &others)?;
        for (picture, hash) in others.iter().zip(&hashes) {
            transaction.execute(
                "INSERT INTO set_aside (hash, kept) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET kept = ?2",
                params![hash, keeper],
            )?;
            ties::regroup(&transaction, *picture)?;
        }
        // What was kept is shown, whatever was decided before.
        transaction.execute("DELETE FROM set_aside WHERE hash = ?1", params![keeper])?;
        ties::regroup(&transaction, kept)?;
        transaction.commit()?;
        Ok(Decided::SetAside(hashes))
    }

    /// Makes these photos those of a product, in this order.
    pub fn tie_to(&self, pictures: &[PictureId], product: ProductId) -> Result<Decided, CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let hashes = hashes(&transaction, pictures)?;
        let mut before = Vec::new();
        for ((position, picture), hash) in (0_i64..).zip(pictures).zip(&hashes) {
            let had: Option<(ProductId, i64)> = transaction
                .prepare_cached("SELECT product_id, position FROM person_tie WHERE hash = ?1")?
                .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            before.push((*hash, had));
            transaction.execute(
                "INSERT INTO person_tie (hash, product_id, position) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET product_id = ?2, position = ?3",
                params![hash, product, position],
            )?;
            ties::regroup(&transaction, *picture)?;
        }
        transaction.commit()?;
        Ok(Decided::Tied(before))
    }

    /// Takes a decision back.
    pub fn undo(&self, decided: &Decided) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        match decided {
            Decided::ToldApart(pairs) => {
                for (a, b) in pairs {
                    transaction.execute("DELETE FROM told_apart WHERE a = ?1 AND b = ?2", params![a, b])?;
                }
            }
            Decided::SetAside(hashes) => {
                for hash in hashes {
                    transaction.execute("DELETE FROM set_aside WHERE hash = ?1", [hash])?;
                    regroup_content(&transaction, hash)?;
                }
            }
            Decided::Tied(before) => {
                for (hash, had) in before {
                    match had {
                        Some((product, position)) => transaction.execute(
                            "UPDATE person_tie SET product_id = ?2, position = ?3 WHERE hash = ?1",
                            params![hash, product, position],
                        )?,
                        None => transaction.execute("DELETE FROM person_tie WHERE hash = ?1", [hash])?,
                    };
                    regroup_content(&transaction, hash)?;
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Shows a photo again that was set aside.
    pub fn show_again(&self, picture: PictureId) -> Result<(), CatalogError> {
        let hash = {
            let (hash, _) = self.version_of(picture)?;
            hash
        };
        self.undo(&Decided::SetAside(vec![hash]))
    }

    /// Photos that are set aside and whose files are there, and how many there are.
    pub fn aside(&self, offset: u64, limit: u64) -> Result<(u64, Vec<PictureId>), CatalogError> {
        let reader = self.reader()?;
        let n = reader
            .prepare_cached(
                "SELECT count(*) FROM set_aside s JOIN picture p ON p.hash = s.hash AND p.n_files > 0",
            )?
            .query_row([], |row| row.get(0))?;
        let mut statement = reader.prepare_cached(
            "SELECT p.id FROM set_aside s JOIN picture p ON p.hash = s.hash AND p.n_files > 0
             ORDER BY p.id LIMIT ?1 OFFSET ?2",
        )?;
        let rows = statement.query_map([to_i64(limit), to_i64(offset)], |row| row.get(0))?;
        Ok((to_u64(n), rows.collect::<Result<_, _>>()?))
    }

    /// Shows photos that were set aside for one that is gone, and hides them when it is back.
    pub fn settle_aside(&self) -> Result<(), CatalogError> {
        let unsettled: Vec<PictureId> = {
            let reader = self.reader()?;
            let mut statement = reader.prepare_cached(
                "SELECT p.id FROM set_aside s JOIN picture p ON p.hash = s.hash AND p.n_files > 0
                 WHERE EXISTS (SELECT 1 FROM product_picture WHERE picture_id = p.id)
                     = EXISTS (SELECT 1 FROM picture k WHERE k.hash = s.kept AND k.n_files > 0)",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        if unsettled.is_empty() || self.is_read_only() {
            return Ok(());
        }
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        for picture in unsettled {
            ties::regroup(&transaction, picture)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Of these pictures those that can be seen, with their product, size in pixels and files' size.
    pub fn seen_of(&self, pictures: &[PictureId]) -> Result<Vec<(PictureId, ProductId)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT w.value, (SELECT min(product_id) FROM product_picture WHERE picture_id = w.value)
             FROM rarray(?1) w JOIN picture p ON p.id = w.value AND p.n_files > 0
             WHERE EXISTS (SELECT 1 FROM product_picture WHERE picture_id = w.value)",
        )?;
        let rows =
            statement.query_map([array(pictures.iter().copied())], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Whether a content is set aside for another that can be seen.
pub(super) fn is_aside(transaction: &Transaction<'_>, hash: &Hash) -> Result<bool, CatalogError> {
    let mut statement = transaction.prepare_cached(
        "SELECT 1 FROM set_aside s JOIN picture k ON k.hash = s.kept AND k.n_files > 0 WHERE s.hash = ?1",
    )?;
    Ok(statement.exists([hash])?)
}

/// The product that a person gave a content, and its place among the photos.
pub(super) fn person_tie(
    transaction: &Transaction<'_>,
    hash: &Hash,
) -> Result<Option<(ProductId, i64)>, CatalogError> {
    Ok(transaction
        .prepare_cached("SELECT product_id, position FROM person_tie WHERE hash = ?1")?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn hashes(transaction: &Transaction<'_>, pictures: &[PictureId]) -> Result<Vec<Hash>, CatalogError> {
    let mut statement = transaction.prepare_cached("SELECT hash FROM picture WHERE id = ?1")?;
    let hash = |picture: &PictureId| {
        statement.query_row([picture], |row| row.get(0)).optional()?.ok_or(CatalogError::NoSuchProduct)
    };
    pictures.iter().map(hash).collect()
}

fn regroup_content(transaction: &Transaction<'_>, hash: &Hash) -> Result<(), CatalogError> {
    let picture: Option<PictureId> = transaction
        .prepare_cached("SELECT id FROM picture WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    match picture {
        Some(picture) => ties::regroup(transaction, picture),
        None => Ok(()),
    }
}
