//! Which products wait for a person's eyes.
//!
//! `review_item` and `review_claim` are computed (src/review); `stale_review` says of which products anew. A product
//! whose words were not written yet waits for those.

use rusqlite::{params, params_from_iter, types::Value};

use super::{ProductId, Store, to_i64, to_u64};
use crate::{
    error::CatalogError,
    review::{Assessment, ClaimKind, QueueFilter, ReviewState, Verdict},
};

/// A product in the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueItem {
    /// The product.
    pub product: ProductId,
    /// How far it has come.
    pub state: ReviewState,
    /// The title that counts.
    pub title: String,
    /// How much it needs a person's eyes.
    pub need: f32,
    /// Claims that may be wrong.
    pub n_doubtful: u32,
    /// Claims that a photo speaks against, and conflicts.
    pub n_contradicted: u32,
}

pub(super) const STALE: &str = "SELECT product_id FROM stale_review s
     WHERE NOT EXISTS (SELECT 1 FROM stale_words WHERE product_id = s.product_id)
     ORDER BY product_id LIMIT ?1";
/// The queue as a whole, what needs eyes most first.
pub(super) const QUEUE: &str =
    "SELECT i.product_id, coalesce(r.state, 0), i.title, i.need, i.n_doubtful, i.n_contradicted
     FROM review_item i JOIN product p ON p.id = i.product_id AND p.n_live > 0
     LEFT JOIN review r ON r.product_id = i.product_id";

/// What the shop's own data say that a photo contradicts, among what is claimed.
const CONFLICT: &str = "shop";

/// Products with claims that the matching model has not read, those that need eyes most first.
pub(super) const UNASKED: &str =
    "SELECT product_id FROM review_item WHERE n_unasked > 0 ORDER BY need DESC, product_id LIMIT ?1";

impl Store {
    /// Products with claims that the matching model has not read, those that need eyes most first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn unasked(&self, limit: u64) -> Result<Vec<ProductId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(UNASKED)?;
        let rows = statement.query_map([to_i64(limit)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Looks at up to `limit` products anew that changed; answers how many there were. `assess` says what is to be
    /// kept of one, none where there is nothing to review.
    ///
    /// # Errors
    /// What `assess` answers, a library that cannot be written.
    pub fn refresh_reviews(
        &self,
        limit: u64,
        assess: &dyn Fn(ProductId) -> Result<Option<Assessment>, CatalogError>,
    ) -> Result<u64, CatalogError> {
        let is_current = {
            let reader = self.reader()?;
            !reader.prepare_cached(STALE)?.exists([1])?
        };
        if is_current || self.is_read_only() {
            return Ok(0);
        }
        // What is assessed must not change before it is written, so the writer is held.
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let stale: Vec<ProductId> = transaction
            .prepare_cached(STALE)?
            .query_map([to_i64(limit)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for &product in &stale {
            let found = assess(product)?;
            transaction
                .prepare_cached("DELETE FROM review_item WHERE product_id = ?1")?
                .execute([product])?;
            transaction
                .prepare_cached("DELETE FROM review_claim WHERE product_id = ?1")?
                .execute([product])?;
            if let Some(found) = found {
                transaction
                    .prepare_cached(
                        "INSERT INTO review_item
                             (product_id, title, need, n_doubtful, n_contradicted, n_unasked)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        product,
                        found.text.title,
                        found.need(),
                        found.n_doubtful(),
                        found.n_contradicted(),
                        found.n_unasked
                    ])?;
                for claim in &found.claims {
                    transaction
                        .prepare_cached(
                            "INSERT OR IGNORE INTO review_claim (product_id, kind, verdict) VALUES (?1, ?2, ?3)",
                        )?
                        .execute(params![product, claim.claim.kind.name(), claim.verdict.rank()])?;
                }
                if !found.conflicts.is_empty() {
                    transaction
                        .prepare_cached(
                            "INSERT INTO review_claim (product_id, kind, verdict) VALUES (?1, ?2, ?3)",
                        )?
                        .execute(params![product, CONFLICT, Verdict::Contradicted.rank()])?;
                }
            }
            transaction
                .prepare_cached("DELETE FROM stale_review WHERE product_id = ?1")?
                .execute([product])?;
        }
        transaction.commit()?;
        Ok(stale.len() as u64)
    }

    /// Notes that every product has to be looked at anew.
    ///
    /// # Errors
    /// A library that cannot be written.
    pub fn all_reviews_are_stale(&self) -> Result<(), CatalogError> {
        self.writer()?.execute("INSERT OR IGNORE INTO stale_review SELECT id FROM product", [])?;
        Ok(())
    }

    /// A part of the queue, what needs eyes most first, and how many pass the filter.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn review_queue(
        &self,
        filter: &QueueFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(u64, Vec<QueueItem>), CatalogError> {
        let reader = self.reader()?;
        let (condition, values) = narrowed(filter);
        let sql = format!("{QUEUE} WHERE {condition} ORDER BY i.need DESC, i.product_id LIMIT ? OFFSET ?");
        let mut statement = reader.prepare_cached(&sql)?;
        let paged = values.iter().cloned().chain([to_i64(limit).into(), to_i64(offset).into()]);
        let rows = statement.query_map(params_from_iter(paged), |row| {
            Ok(QueueItem {
                product: row.get(0)?,
                state: ReviewState::from_rank(row.get(1)?),
                title: row.get(2)?,
                need: row.get(3)?,
                n_doubtful: row.get(4)?,
                n_contradicted: row.get(5)?,
            })
        })?;
        let rows = rows.collect::<Result<_, _>>()?;
        let sql = format!("SELECT count(*) FROM ({QUEUE} WHERE {condition})");
        let n: i64 = reader.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
        Ok((to_u64(n), rows))
    }

    /// How many products there are of each state, in the order of [`ReviewState::ALL`].
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn n_by_review_state(&self) -> Result<[u32; 5], CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT coalesce(r.state, 0), count(*) FROM review_item i
             JOIN product p ON p.id = i.product_id AND p.n_live > 0
             LEFT JOIN review r ON r.product_id = i.product_id GROUP BY 1",
        )?;
        let mut n = [0; 5];
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let at = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
            if let Some(n) = n.get_mut(at) {
                *n = row.get(1)?;
            }
        }
        Ok(n)
    }

    /// What facts of a name say of products that can be reviewed, with how many there are: the most first.
    ///
    /// # Errors
    /// A library that cannot be read.
    pub fn review_facts(&self, name: &str, limit: u64) -> Result<Vec<(String, u64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT min(f.shown), count(*) FROM fact f JOIN review_item i ON i.product_id = f.product_id
             WHERE f.name = ?1 GROUP BY f.value ORDER BY count(*) DESC, f.value LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![name, to_i64(limit)], |row| Ok((row.get(0)?, to_u64(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A filter as a condition, and its values.
fn narrowed(filter: &QueueFilter) -> (String, Vec<Value>) {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    if let Some(state) = filter.state {
        conditions.push("coalesce(r.state, 0) = ?".to_owned());
        values.push(state.rank().into());
    }
    if filter.claim.is_some() || filter.verdict.is_some() {
        let mut of_claim =
            "EXISTS (SELECT 1 FROM review_claim c WHERE c.product_id = i.product_id".to_owned();
        if let Some(kind) = filter.claim.as_ref().map(ClaimKind::name) {
            of_claim.push_str(" AND c.kind = ?");
            values.push(kind.to_owned().into());
        }
        if let Some(verdict) = filter.verdict {
            of_claim.push_str(" AND c.verdict = ?");
            values.push(verdict.rank().into());
        }
        conditions.push(of_claim + ")");
    }
    for (name, wanted) in [("folder", &filter.folder), ("category", &filter.category)] {
        if let Some(wanted) = wanted {
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM fact f WHERE f.product_id = i.product_id AND f.name = '{name}' AND f.value = ?)"
            ));
            values.push(crate::words::fold(wanted).into());
        }
    }
    (conditions.join(" AND "), values)
}
