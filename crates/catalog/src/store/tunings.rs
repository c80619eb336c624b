//! What searches learnt from this shop: each time with its figures, at most one of a pack's models in use.

use rusqlite::{OptionalExtension, Row, params};

use super::{FieldName, ModelId, Store, TuningId, to_i64, to_u64, vectors::to_floats};
use crate::error::CatalogError;

/// A time that searches learnt from the shop.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningRow {
    /// Names it.
    pub id: TuningId,
    /// When, in milliseconds since 1970.
    pub made_ms: i64,
    /// The day, as `2026-01-31`.
    pub made_on: String,
    /// Where every draw began.
    pub seed: u64,
    /// By whose vectors: those of CLIP and of the matching model.
    pub models: [ModelId; 2],
    /// Products that were learnt from and searched among.
    pub n_products: u64,
    /// Queries that were learnt from.
    pub n_examples: u64,
    /// Queries that were measured.
    pub n_held_out: u64,
    /// Seconds that it took.
    pub seconds: f64,
    /// What came of it, in a sentence.
    pub verdict: String,
    /// Whether it can be used: what is of no use is not kept, only told.
    pub is_usable: bool,
    /// Whether searches go by it.
    pub is_used: bool,
}

/// Before and after, of queries of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningFigure {
    /// What the queries have in common; `all` of all.
    pub kind: String,
    /// How many.
    pub n: u64,
    /// The measure's name.
    pub measure: String,
    /// Its mean as the search was.
    pub before: f64,
    /// Its mean with what was learnt.
    pub after: f64,
    /// The 95 % interval of the difference.
    pub difference: [f64; 2],
}

/// A moment of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TuningPoint {
    /// Steps that were done.
    pub step: u32,
    /// The stage: 0 text, 1 image, 2 fused.
    pub stage: u8,
    /// The mean loss since the moment before.
    pub loss: f64,
    /// nDCG@10 of queries that are not learnt from.
    pub held_out: f64,
}

/// What was learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// The network, as safetensors.
    pub numbers: Vec<u8>,
    /// How long the vectors of both models are.
    pub lens: [usize; 2],
    /// What is added to every relevance.
    pub shift: f32,
    /// Values of attributes with their vectors.
    pub values: Vec<(String, Vec<f32>)>,
    /// Words of the shop, folded, that the models were never taught.
    pub words: Vec<String>,
}

/// Where a training that is under way stands.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    /// Of everything that it learns from.
    pub fingerprint: String,
    /// The network and its moments, as safetensors.
    pub trainer: Vec<u8>,
    /// The best network on the way.
    pub best: Option<Vec<u8>>,
    /// How well it does.
    pub best_value: f64,
    /// Looks since then that found nothing better.
    pub n_vain: u32,
}

/// One that was begun and not finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// Names it.
    pub id: TuningId,
    /// Where every draw began.
    pub seed: u64,
    /// Whether it is only to be told what it brings.
    pub is_trial: bool,
    /// Where it stands.
    pub state: TrainingState,
}

const COLUMNS: &str = "id, made_ms, seed, clip_id, matching_id, n_products, n_examples, n_held_out, seconds,
     verdict, numbers IS NOT NULL, is_used, date(made_ms / 1000, 'unixepoch', 'localtime')";
fn row_of(row: &Row<'_>) -> rusqlite::Result<TuningRow> {
    Ok(TuningRow {
        id: row.get(0)?,
        made_ms: row.get(1)?,
        seed: to_u64(row.get(2)?),
        models: [row.get(3)?, row.get(4)?],
        n_products: to_u64(row.get(5)?),
        n_examples: to_u64(row.get(6)?),
        n_held_out: to_u64(row.get(7)?),
        seconds: row.get(8)?,
        verdict: row.get(9)?,
        is_usable: row.get(10)?,
        is_used: row.get(11)?,
        made_on: row.get(12)?,
    })
}

impl Store {
    /// All of them, the newest first.
    pub fn tunings(&self) -> Result<Vec<TuningRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached(&format!("SELECT {COLUMNS} FROM tuning WHERE verdict <> '' ORDER BY id DESC"))?;
        let rows = statement.query_map([], row_of)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchTuning`].
    pub fn tuning(&self, id: TuningId) -> Result<TuningRow, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached(&format!("SELECT {COLUMNS} FROM tuning WHERE id = ?1 AND verdict <> ''"))?;
        statement.query_row([id], row_of).optional()?.ok_or(CatalogError::NoSuchTuning)
    }

    /// The one that searches by these models go by.
    pub fn used_tuning(&self, models: [ModelId; 2]) -> Result<Option<TuningRow>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM tuning WHERE clip_id = ?1 AND matching_id = ?2 AND is_used = 1"
        ))?;
        Ok(statement.query_row(models, row_of).optional()?)
    }

    /// What was learnt; none of what is of no use.
    pub fn learnt(&self, id: TuningId) -> Result<Option<Learnt>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT numbers, clip_len, matching_len, shift FROM tuning WHERE id = ?1 AND numbers IS NOT NULL",
        )?;
        let len = |row: &Row<'_>, at| Ok::<_, rusqlite::Error>(to_u64(row.get(at)?) as usize);
        let found = statement.query_row([id], |row| {
            let lens = [len(row, 1)?, len(row, 2)?];
            Ok(Learnt {
                numbers: row.get(0)?,
                lens,
                shift: row.get(3)?,
                values: Vec::new(),
                words: Vec::new(),
            })
        });
        let Some(mut learnt) = found.optional()? else { return Ok(None) };
        let mut statement =
            reader.prepare_cached("SELECT value, numbers FROM tuning_value WHERE tuning_id = ?1")?;
        let rows =
            statement.query_map([id], |row| Ok((row.get(0)?, to_floats(row.get_ref(1)?.as_blob()?))))?;
        learnt.values = rows.collect::<Result<_, _>>()?;
        let mut statement = reader.prepare_cached("SELECT word FROM tuning_word WHERE tuning_id = ?1")?;
        learnt.words = statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(Some(learnt))
    }

    /// Begins one; of a trial it is only told what it brings.
    pub fn begin_tuning(
        &self,
        models: [ModelId; 2],
        seed: u64,
        is_trial: bool,
    ) -> Result<TuningId, CatalogError> {
        Ok(self.writer()?.query_row(
            "INSERT INTO tuning (clip_id, matching_id, clip_len, matching_len, made_ms, seed, is_trial, shift,
                 n_products, n_examples, n_held_out, seconds, verdict, last_field)
             VALUES (?1, ?2, 0, 0, CAST(unixepoch('subsec') * 1000 AS INTEGER), ?3, ?4, 0, 0, 0, 0, 0, '',
                 (SELECT coalesce(max(id), 0) FROM field)) RETURNING id",
            params![models[0], models[1], to_i64(seed), is_trial],
            |row| row.get(0),
        )?)
    }

    /// Whether one that goes on is a trial.
    pub fn set_trial(&self, id: TuningId, is_trial: bool) -> Result<(), CatalogError> {
        self.writer()?.execute("UPDATE tuning SET is_trial = ?2 WHERE id = ?1", params![id, is_trial])?;
        Ok(())
    }

    /// Keeps a moment of one that is under way.
    pub fn add_tuning_point(&self, id: TuningId, point: &TuningPoint) -> Result<(), CatalogError> {
        self.writer()?
            .prepare_cached(
                "INSERT OR REPLACE INTO tuning_step (tuning_id, step, stage, loss, held_out)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![id, point.step, point.stage, point.loss, point.held_out])?;
        Ok(())
    }

    /// Keeps where one that is under way stands.
    pub fn keep_training(&self, id: TuningId, state: &TrainingState) -> Result<(), CatalogError> {
        let TrainingState { fingerprint, trainer, best, best_value, n_vain } = state;
        self.writer()?
            .prepare_cached("INSERT OR REPLACE INTO training VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![id, fingerprint, trainer, best, best_value, n_vain])?;
        Ok(())
    }

    /// The one that was begun and not finished.
    pub fn unfinished_tuning(&self) -> Result<Option<Unfinished>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT t.id, t.seed, t.is_trial, s.fingerprint, s.trainer, s.best, s.best_value, s.n_vain
             FROM training s JOIN tuning t ON t.id = s.tuning_id ORDER BY t.id DESC LIMIT 1",
        )?;
        let found = statement.query_row([], |row| {
            let state = TrainingState {
                fingerprint: row.get(3)?,
                trainer: row.get(4)?,
                best: row.get(5)?,
                best_value: row.get(6)?,
                n_vain: row.get(7)?,
            };
            Ok(Unfinished { id: row.get(0)?, seed: to_u64(row.get(1)?), is_trial: row.get(2)?, state })
        });
        Ok(found.optional()?)
    }

    /// Whether one was begun and not finished, and can go on; without reading where it stands.
    pub fn has_unfinished_tuning(&self) -> Result<bool, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT 1 FROM training LIMIT 1")?;
        Ok(statement.exists([])?)
    }

    /// The one that was begun and of which nothing came yet.
    pub fn begun_tuning(&self) -> Result<Option<TuningId>, CatalogError> {
        let reader = self.reader()?;
        let mut statement =
            reader.prepare_cached("SELECT id FROM tuning WHERE verdict = '' ORDER BY id DESC LIMIT 1")?;
        Ok(statement.query_row([], |row| row.get(0)).optional()?)
    }

    /// Of how many products that can be seen each of these is said.
    pub fn n_with_fields(&self, names: &[FieldName]) -> Result<Vec<(FieldName, u64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT name, count(DISTINCT product_id) FROM field f
             JOIN product p ON p.id = f.product_id AND p.n_live > 0
             WHERE value IS NOT NULL GROUP BY name",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, to_u64(row.get(1)?))))?;
        let found: Vec<(String, u64)> = rows.collect::<Result<_, _>>()?;
        let n_of = |name: FieldName| found.iter().find(|(one, _)| one == name.name()).map_or(0, |(_, n)| *n);
        Ok(names.iter().map(|name| (*name, n_of(*name))).collect())
    }

    /// Forgets the moments of one after a step: it goes on from there.
    pub fn forget_points_after(&self, id: TuningId, step: u32) -> Result<(), CatalogError> {
        self.writer()?
            .execute("DELETE FROM tuning_step WHERE tuning_id = ?1 AND step > ?2", params![id, step])?;
        Ok(())
    }

    /// Forgets whatever was begun and not finished, but for this one.
    pub fn forget_unfinished_tunings(&self, but: Option<TuningId>) -> Result<(), CatalogError> {
        self.writer()?.execute("DELETE FROM tuning WHERE verdict = '' AND id IS NOT ?1", [but])?;
        Ok(())
    }

    /// Keeps what came of one, in one transaction. `row` tells of the figures alone.
    pub fn finish_tuning(
        &self,
        row: &TuningRow,
        learnt: Option<&Learnt>,
        figures: &[TuningFigure],
    ) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let lens = learnt.map_or([0; 2], |learnt| learnt.lens.map(|len| to_i64(len as u64)));
        transaction.execute(
            "UPDATE tuning SET clip_len = ?2, matching_len = ?3, numbers = ?4, shift = ?5, n_products = ?6,
                 n_examples = ?7, n_held_out = ?8, seconds = ?9, verdict = ?10,
                 made_ms = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = ?1",
            params![
                row.id,
                lens[0],
                lens[1],
                learnt.map(|learnt| &learnt.numbers),
                learnt.map_or(0.0, |learnt| learnt.shift),
                to_i64(row.n_products),
                to_i64(row.n_examples),
                to_i64(row.n_held_out),
                row.seconds,
                row.verdict,
            ],
        )?;
        {
            let mut add = transaction
                .prepare_cached("INSERT INTO tuning_value (tuning_id, value, numbers) VALUES (?1, ?2, ?3)")?;
            for (value, vector) in learnt.iter().flat_map(|learnt| &learnt.values) {
                let numbers: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                add.execute(params![row.id, value, numbers])?;
            }
            let mut add =
                transaction.prepare_cached("INSERT INTO tuning_word (tuning_id, word) VALUES (?1, ?2)")?;
            for word in learnt.iter().flat_map(|learnt| &learnt.words) {
                add.execute(params![row.id, word])?;
            }
            let mut add = transaction.prepare_cached(
                "INSERT INTO tuning_figure (tuning_id, kind, n, measure, before, after, low, high)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for one in figures {
                let [low, high] = one.difference;
                let n = to_i64(one.n);
                add.execute(params![row.id, one.kind, n, one.measure, one.before, one.after, low, high])?;
            }
        }
        transaction.execute("DELETE FROM training WHERE tuning_id = ?1", [row.id])?;
        transaction.commit()?;
        Ok(())
    }

    /// Lets searches by these models go by this one from now on, or by none.
    pub fn set_used_tuning(&self, models: [ModelId; 2], id: Option<TuningId>) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        transaction.execute(
            "UPDATE tuning SET is_used = 0 WHERE clip_id = ?1 AND matching_id = ?2 AND is_used = 1",
            models,
        )?;
        if let Some(id) = id {
            transaction
                .execute("UPDATE tuning SET is_used = 1 WHERE id = ?1 AND numbers IS NOT NULL", [id])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Forgets one that is not in use; false where there is none.
    pub fn remove_tuning(&self, id: TuningId) -> Result<bool, CatalogError> {
        Ok(self.writer()?.execute("DELETE FROM tuning WHERE id = ?1 AND is_used = 0", [id])? > 0)
    }

    /// What one was measured to bring.
    pub fn tuning_figures(&self, id: TuningId) -> Result<Vec<TuningFigure>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT kind, n, measure, before, after, low, high FROM tuning_figure WHERE tuning_id = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([id], |row| {
            Ok(TuningFigure {
                kind: row.get(0)?,
                n: to_u64(row.get(1)?),
                measure: row.get(2)?,
                before: row.get(3)?,
                after: row.get(4)?,
                difference: [row.get(5)?, row.get(6)?],
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How the training of one went.
    pub fn tuning_points(&self, id: TuningId) -> Result<Vec<TuningPoint>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT step, stage, loss, held_out FROM tuning_step WHERE tuning_id = ?1 ORDER BY step",
        )?;
        let rows = statement.query_map([id], |row| {
            Ok(TuningPoint {
                step: row.get(0)?,
                stage: row.get(1)?,
                loss: row.get(2)?,
                held_out: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Products of which something was said since one was made, new ones among them; up to `limit`.
    pub fn changed_since_tuning(&self, id: TuningId, limit: u64) -> Result<u64, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(
            "SELECT count(*) FROM (SELECT DISTINCT product_id FROM field
                 WHERE id > (SELECT last_field FROM tuning WHERE id = ?1) LIMIT ?2)",
        )?;
        Ok(to_u64(statement.query_row(params![id, to_i64(limit)], |row| row.get(0))?))
    }
}
