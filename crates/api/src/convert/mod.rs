//! The engine's types as clients see them.

mod description;
mod photo;

pub(crate) use photo::{photo_options, photo_reading, photo_step};

use vitrine_catalog::{
    ModelsReport, PictureRow, ProductFile, Summary, describe,
    photo::{Skip, SkipCode as EngineSkip},
    run,
    search::{Match, Query},
};

use crate::types::{
    CatalogSummary, FileFacts, ModelInfo, ModelRole, ModelsInfo, Product, ProductDetail, RunProgress,
    RunState, SearchRequest, SkipCode, Skipped, Source, Stage, StageKind, StageProgress,
};

/// Digits of the content's hash that tell one version of a picture from another.
const VERSION_DIGITS: usize = 16;

pub(crate) fn product(found: &Match) -> Product {
    tile(&found.row, found.score, found.relevance)
}

fn tile(row: &PictureRow, score: Option<f32>, relevance: Option<f32>) -> Product {
    let version: String = row
        .picture
        .hash
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .take(VERSION_DIGITS)
        .map(hex_digit)
        .collect();
    Product {
        id: row.id,
        version,
        title: row.listing.title.clone(),
        generated_title: row.title.clone(),
        description: row.text.clone().or_else(|| row.caption.as_deref().map(as_sentence)),
        file_name: row.path.file_name().unwrap_or(row.path.as_os_str()).to_string_lossy().into_owned(),
        width: row.picture.width,
        height: row.picture.height,
        color: format!("#{:06x}", row.picture.color),
        stage: match (row.caption.is_some() || row.text.is_some(), row.is_searchable) {
            (true, _) => Stage::Described,
            (false, true) => Stage::Searchable,
            (false, false) => Stage::Browsable,
        },
        score,
        relevance,
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

/// A caption as people write: with a capital and a full stop, and without gaps.
fn as_sentence(caption: &str) -> String {
    let caption = describe::without_gaps(caption);
    let mut letters = caption.chars();
    let Some(first) = letters.next() else { return String::new() };
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{rest}{stop}", first.to_uppercase())
}

pub(crate) fn detail(
    row: &PictureRow,
    written: Option<describe::Description>,
    files: Vec<ProductFile>,
    pack: Option<&ModelsReport>,
) -> ProductDetail {
    ProductDetail {
        product: tile(row, None, None),
        files: files.into_iter().map(file).collect(),
        format: row.picture.format.clone(),
        price: row.listing.price.clone(),
        category: row.listing.category.clone(),
        described_by: written.as_ref().and(pack).map(|pack| pack.name.clone()),
        written: written.map(|written| description::description(written, row.caption.clone())),
    }
}

fn file(file: ProductFile) -> FileFacts {
    FileFacts {
        path: file.path.display().to_string(),
        folder: file.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default(),
        size_bytes: file.size_bytes,
        modified_ms: file.modified_ns.map(|ns| ns / 1_000_000),
    }
}

pub(crate) fn query(request: &SearchRequest) -> Query {
    Query {
        text: request.text.clone(),
        pictures: request.pictures.clone(),
        like: request.like,
        filters: request.filters.iter().map(description::filter).collect(),
    }
}

pub(crate) fn summary(summary: Summary) -> CatalogSummary {
    CatalogSummary {
        n_photos: summary.counts.n_pictures,
        n_searchable: summary.counts.n_searchable,
        n_described: summary.counts.n_described,
        n_skipped: summary.n_skipped,
        sources: summary
            .sources
            .into_iter()
            .map(|source| Source {
                id: source.id,
                reachable: source.path.exists(),
                path: source.path.display().to_string(),
                n_photos: source.n_files,
                is_sample: source.is_sample,
            })
            .collect(),
    }
}

pub(crate) fn progress(progress: run::RunProgress) -> RunProgress {
    RunProgress {
        state: match progress.state {
            run::RunState::Idle => RunState::Idle,
            run::RunState::Running => RunState::Running,
            run::RunState::Paused => RunState::Paused,
            run::RunState::Cancelled => RunState::Cancelled,
            run::RunState::Finished => RunState::Finished,
            run::RunState::Failed => RunState::Failed,
        },
        stages: progress.stages.into_iter().map(stage).collect(),
        n_skipped: progress.n_skipped,
        current: progress.current,
        message: progress.message,
    }
}

fn stage(stage: run::StageProgress) -> StageProgress {
    StageProgress {
        kind: match stage.stage {
            run::Stage::Scan => StageKind::Scan,
            run::Stage::Read => StageKind::Read,
            run::Stage::Embed => StageKind::Embed,
            run::Stage::Describe => StageKind::Describe,
        },
        done: stage.done,
        total: stage.total,
        per_second: stage.per_second,
        eta_secs: stage.eta.map(|eta| eta.as_secs()),
        busy_secs: stage.busy_secs,
    }
}

pub(crate) fn skipped(path: &std::path::Path, skip: Skip) -> Skipped {
    Skipped {
        path: path.display().to_string(),
        code: match skip.code {
            EngineSkip::Empty => SkipCode::Empty,
            EngineSkip::Damaged => SkipCode::Damaged,
            EngineSkip::Unsupported => SkipCode::Unsupported,
            EngineSkip::TooLarge => SkipCode::TooLarge,
            EngineSkip::Unreadable => SkipCode::Unreadable,
            EngineSkip::Vanished => SkipCode::Vanished,
            EngineSkip::ModelFailed => SkipCode::ModelFailed,
        },
        message: skip.message,
    }
}

pub(crate) fn models(report: &ModelsReport) -> ModelsInfo {
    let clip = report.clip.iter().map(|model| (ModelRole::Search, model));
    let caption = report.caption.iter().map(|model| (ModelRole::Describe, model));
    let matching = report.matching.iter().map(|model| (ModelRole::Match, model));
    ModelsInfo {
        pack: report.name.clone(),
        revision: report.revision.clone(),
        summary: report.summary.clone(),
        is_starter: report.is_starter,
        knows: report.coverage.knows.clone(),
        lacks: report.coverage.lacks.clone(),
        device: report.device.clone(),
        device_note: report.device_note.clone(),
        folder: report.folder.display().to_string(),
        models: clip
            .chain(caption)
            .chain(matching)
            .map(|(role, model)| ModelInfo {
                role,
                architecture: model.architecture.clone(),
                n_parameters: model.n_parameters,
                size_bytes: model.size_bytes,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::as_sentence;

    #[test]
    fn captions_become_sentences() {
        let check = |caption, expected: &str| assert_eq!(as_sentence(caption), expected);
        check("a striped blue mug", "A striped blue mug.");
        check("émaillé pot.", "Émaillé pot.");
        check("a women ' s t - shirt", "A women's t-shirt.");
        check("", "");
    }
}
