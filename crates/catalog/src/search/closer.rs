//! The first ranks, looked at once more.
//!
//! BLIP's matcher reads photo and words together (ITM), which tells more than two vectors and takes a hundred times
//! as long. So it is asked after the answer, about the first ranks alone, within a time that a person waits for. What
//! it says orders these; what is a good match and what is none stays so. It gives up as soon as something else is asked.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use vitrine_models::HeatMap as ModelHeat;

use super::{
    Query,
    query::{Question, sentence},
    ranking::{self, Ranking},
    reasons::Part,
};
use crate::{
    CatalogError, Library,
    engine::Engine,
    library::{Inner, file_name},
    photo,
    store::{PictureId, ProductId},
};

/// Ranks that are looked at: what fits on a screen.
const N_RANKS: usize = 24;
/// Photos between two looks at the clock.
const STEP: usize = 4;
/// What a closer look at the first ranks may take.
const BUDGET: Duration = Duration::from_millis(3_000);
/// The most that a closer look adds or takes away, in spreads of what it says.
const MOST: f32 = 2.5;

/// Where in a photo is what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// Cells from left to right, over the whole upright photo.
    pub columns: u32,
    /// Cells from top to bottom.
    pub rows: u32,
    /// From 0 to 1, row by row.
    pub values: Vec<f32>,
    /// Which model looked.
    pub by: Part,
    /// The words that it looked for.
    pub words: String,
}

/// What was asked last, and how often that changed: a closer look hears so that nobody waits for it any more.
#[derive(Default)]
pub(crate) struct Looks {
    asked: Mutex<Query>,
    n_changes: AtomicU64,
}

impl Looks {
    /// Notes that this is asked now.
    pub(super) fn asked(&self, query: &Query) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.asks_the_same(query) {
            *asked = query.clone();
            self.n_changes.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn n_changes(&self) -> u64 {
        self.n_changes.load(Ordering::Relaxed)
    }
}

/// Whether a closer look may put the first ranks into a better order.
pub(super) fn can_improve(engine: &Engine, ranking: &Ranking) -> bool {
    let is_worth_it = engine.models.matches() && engine.models.calibration().fused.closer.weight > 0.0;
    is_worth_it && !ranking.is_closer && !ranking.texts.is_empty() && ranking.hits.len() > 1
}

impl Library {
    /// Looks more closely at the first ranks of an answer that was given before. True when they are in another order
    /// then; the same question is answered in that order from then on. Answers false as soon as another question
    /// comes in between.
    ///
    /// # Errors
    /// As [`Library::search`].
    pub fn improve(&self, query: &Query) -> Result<bool, CatalogError> {
        let inner = self.inner();
        let looks = &inner.search.looks;
        looks.asked(query);
        let this = looks.n_changes();
        let question = Question::of(inner, query)?;
        if !question.ranks {
            return Ok(false);
        }
        let engine = inner.engine()?;
        let mut ranking = ranking::rank(inner, &engine, query, &question, 0, 1)?;
        if !can_improve(&engine, &ranking) {
            return Ok(false);
        }
        let before: Vec<ProductId> = ranking.hits.iter().take(N_RANKS).map(|hit| hit.product).collect();
        let is_wanted = || looks.n_changes() == this;
        let Some(gave) = look(inner, &engine, &ranking, &is_wanted)? else { return Ok(false) };
        ranking.look_closer(&gave);
        let after: Vec<ProductId> = ranking.hits.iter().take(N_RANKS).map(|hit| hit.product).collect();
        inner.search.rankings.keep(ranking);
        Ok(before != after)
    }

    /// Where in a photo is what the words of a question say; none of a question without words that a model reads.
    ///
    /// # Errors
    /// As [`Library::search`]; a photo that cannot be read.
    pub fn heat_map(&self, query: &Query, picture: PictureId) -> Result<Option<HeatMap>, CatalogError> {
        let inner = self.inner();
        let question = Question::of(inner, query)?;
        let engine = inner.engine()?;
        let Some(words) = sentence(&|word| engine.models.knows_word(word), &question.typed) else {
            return Ok(None);
        };
        heat_of(inner, &engine, picture, words).map(Some)
    }
}

/// Where in a photo a model sees what these words say.
pub(crate) fn heat_of(
    inner: &Inner,
    engine: &Engine,
    picture: PictureId,
    words: String,
) -> Result<HeatMap, CatalogError> {
    let models = &engine.models;
    let (path, bytes) = inner.content(picture)?;
    let bad = |skip| CatalogError::BadPicture { name: file_name(&path), skip };
    let photo = photo::decode(&bytes, photo::FOR_MODELS).map_err(bad)?;
    let (width, height) = photo.pixels.dimensions();
    let (by, window, heat) = if models.matches() {
        let preprocess = models.host().match_preprocess()?;
        let input = preprocess.apply(&photo.pixels);
        let heat = models.host().match_heat(picture, input, words.clone())?;
        (Part::CloserLook, preprocess.window(width, height), heat)
    } else {
        let preprocess = models.search_preprocess()?;
        let input = preprocess.apply(&photo.pixels);
        let heat = models.host().search_heat(input, words.clone())?;
        (Part::Look, preprocess.window(width, height), heat)
    };
    let (columns, rows, values) = over_photo(&heat, window);
    Ok(HeatMap { columns, rows, values, by, words })
}

/// What a closer look gives to each product; none when it is not wanted any more.
fn look(
    inner: &Inner,
    engine: &Engine,
    ranking: &Ranking,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Option<HashMap<ProductId, f32>>, CatalogError> {
    let Some(text) = ranking.texts.first() else { return Ok(None) };
    let calibration = engine.models.calibration().fused;
    let (host, closer) = (engine.models.host(), calibration.closer);
    let preprocess = host.match_preprocess()?;
    let start = Instant::now();
    let hits: Vec<(ProductId, PictureId)> =
        ranking.hits.iter().take(N_RANKS).filter_map(|hit| Some((hit.product, hit.picture?))).collect();
    let mut gave = HashMap::new();
    for step in hits.chunks(STEP) {
        if !is_wanted() {
            return Ok(None);
        }
        if start.elapsed() > BUDGET {
            break;
        }
        let known = host.remembers(step.iter().map(|(_, picture)| *picture).collect());
        let mut pictures = Vec::with_capacity(step.len());
        for ((_, picture), is_known) in step.iter().zip(known) {
            // A photo that cannot be read now keeps its place.
            let pixels = if is_known { None } else { thumbnail_pixels(inner, *picture).ok() };
            pictures.push((*picture, pixels.map(|pixels| preprocess.apply(&pixels))));
        }
        let odds = host.match_log_odds(pictures, text.clone())?;
        for ((product, _), odds) in step.iter().zip(odds) {
            if let Some(odds) = odds {
                let spreads = ((odds - closer.mean) / closer.spread).clamp(-MOST, MOST);
                gave.insert(*product, closer.weight * spreads / (2.0 * calibration.width));
            }
        }
    }
    Ok(Some(gave))
}

/// A photo's pixels: its thumbnail is as large as what most models look at, and much faster to read.
pub(crate) fn thumbnail_pixels(inner: &Inner, picture: PictureId) -> Result<image::RgbImage, CatalogError> {
    let file = inner.thumbnail(picture)?;
    let bad = |skip| CatalogError::BadPicture { name: "its thumbnail".to_owned(), skip };
    Ok(photo::decode(&file, photo::FOR_MODELS).map_err(bad)?.pixels)
}

/// The cells of the square that a model looked at, laid over the whole photo; what it did not see is 0.
fn over_photo(heat: &ModelHeat, [left, top, width, height]: [f32; 4]) -> (u32, u32, Vec<f32>) {
    let side = heat.side as f32;
    // As fine as the model's own cells.
    let n_cells = |part: f32| ((side / part).round().clamp(1.0, 512.0)) as u32;
    let (columns, rows) = (n_cells(width), n_cells(height));
    let mut values = Vec::with_capacity((columns * rows) as usize);
    for row in 0..rows {
        for column in 0..columns {
            let at = |cell: u32, n: u32, from: f32, part: f32| {
                ((cell as f32 + 0.5) / n as f32 - from) / part * side
            };
            let (x, y) = (at(column, columns, left, width), at(row, rows, top, height));
            let is_seen = (0.0..side).contains(&x) && (0.0..side).contains(&y);
            let cell = || heat.cells[y as usize * heat.side + x as usize];
            values.push(if is_seen { cell() } else { 0.0 });
        }
    }
    (columns, rows, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_lies_over_the_part_of_the_photo_that_was_seen() {
        let heat = ModelHeat { side: 2, cells: vec![0.1, 0.2, 0.3, 0.4] };
        let check = |window: [f32; 4], expected: (u32, u32, &[f32])| {
            let (columns, rows, values) = over_photo(&heat, window);
            assert_eq!((columns, rows, values.as_slice()), expected, "{window:?}");
        };
        check([0.0, 0.0, 1.0, 1.0], (2, 2, &[0.1, 0.2, 0.3, 0.4]));
        // The middle of a photo twice as wide as high.
        check([0.25, 0.0, 0.5, 1.0], (4, 2, &[0.0, 0.1, 0.2, 0.0, 0.0, 0.3, 0.4, 0.0]));
        // A photo smaller than the square, which lies in its middle.
        check([-0.5, -0.5, 2.0, 2.0], (1, 1, &[0.4]));
    }
}
