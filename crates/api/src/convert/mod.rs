//! The engine's types as clients see them.

mod description;
mod health;
mod lists;
mod photo;
mod review;
mod search;
mod tuning;
mod twins;

pub(crate) use description::engine_kind;
pub(crate) use health::{health, unphotographed};
pub(crate) use lists::{export_choices, export_preview, exported, file_target, list_preview};
pub(crate) use photo::{photo_options, photo_reading, photo_step};
pub(crate) use review::{
    bulk_preview, checked, claim_finding, engine_claim, engine_decision, engine_filter, engine_template,
    engine_text, review_event, review_item, review_queue, review_text, rule_help, stepped, template,
    template_trial,
};
pub(crate) use search::{completions, facets, filter_names, heat_map, page, query, reasons, why};
pub(crate) use tuning::{search_log, tuning_job, tuning_point, tuning_report, tuning_state};
pub(crate) use twins::{engine_likeness, twin_page, twin_photo};

use vitrine_catalog::{
    self as catalog, ModelsReport, PictureRow, Precision, ProductFile, Summary, describe,
    jobs::{self, JobSnapshot, JobState},
    photo::{Skip, SkipCode as EngineSkip},
    search::Match,
};

use crate::types::{
    Away, CatalogSummary, FieldName, FieldOrigin, FileFacts, GroupBy, GroupedBy, GroupingExample,
    GroupingPreview, Listed, ModelInfo, ModelPrecision, ModelRole, ModelsInfo, Photo, PictureId, Product,
    ProductDetail, ProductField, RunProgress, RunState, SkipCode, Skipped, Source, SourceList, Stage,
    StageKind, StageProgress, Variant, Why,
};

pub(crate) fn precision(precision: Precision) -> ModelPrecision {
    match precision {
        Precision::Auto => ModelPrecision::Auto,
        Precision::F32 => ModelPrecision::F32,
        Precision::F16 => ModelPrecision::F16,
        Precision::Bf16 => ModelPrecision::Bf16,
        Precision::Int8 => ModelPrecision::Int8,
    }
}

pub(crate) fn asked_precision(precision: ModelPrecision) -> Precision {
    match precision {
        ModelPrecision::Auto => Precision::Auto,
        ModelPrecision::F32 => Precision::F32,
        ModelPrecision::F16 => Precision::F16,
        ModelPrecision::Bf16 => Precision::Bf16,
        ModelPrecision::Int8 => Precision::Int8,
    }
}

/// Digits of the content's hash that tell one version of a picture from another.
const VERSION_DIGITS: usize = 16;

pub(crate) fn product(found: &Match) -> Product {
    tile(&found.row, found.score, found.relevance)
}

/// What a list shows of a product, by the photo that is shown.
pub(crate) fn listed(detail: catalog::ProductDetail, picture: PictureId, why: Option<Why>) -> Listed {
    let shown = detail.photos.into_iter().find(|found| found.photo.id == picture.into());
    let written = shown.and_then(|found| {
        let caption = found.photo.caption.clone();
        found.written.map(|written| description::description(written.description, caption))
    });
    Listed { fields: detail.fields.into_iter().map(field).collect(), written, why }
}

fn tile(row: &catalog::ProductRow, score: Option<f32>, relevance: Option<f32>) -> Product {
    let photo = &row.photo;
    Product {
        id: row.id.into(),
        picture: photo.id.into(),
        n_photos: row.n_photos,
        version: version(&photo.picture.hash, photo.picture.reading),
        title: row.title.clone(),
        generated_title: photo.title.clone(),
        description: description_of(photo),
        file_name: file_name(&photo.path),
        width: photo.picture.width,
        height: photo.picture.height,
        color: color(photo),
        stage: stage_of(photo),
        score,
        relevance,
        listed: None,
    }
}

/// What tells in an address one content from another, and what older rules made of it from what newer ones do.
pub(crate) fn version(hash: &[u8; 32], reading: u32) -> String {
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(VERSION_DIGITS).map(hex_digit);
    format!("{}-{reading}", digits.collect::<String>())
}

fn description_of(photo: &PictureRow) -> Option<String> {
    photo.text.clone().or_else(|| photo.caption.as_deref().map(as_sentence))
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn color(photo: &PictureRow) -> String {
    format!("#{:06x}", photo.picture.color)
}

fn stage_of(photo: &PictureRow) -> Stage {
    match (photo.caption.is_some() || photo.text.is_some(), photo.is_searchable) {
        (true, _) => Stage::Described,
        (false, true) => Stage::Searchable,
        (false, false) => Stage::Browsable,
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

pub(crate) fn detail(detail: catalog::ProductDetail) -> ProductDetail {
    ProductDetail {
        product: tile(&detail.row, None, None),
        grouped_by: match detail.grouping {
            catalog::Grouping::Photo => GroupedBy::Photo,
            catalog::Grouping::Folder => GroupedBy::Folder,
            catalog::Grouping::Name => GroupedBy::Names,
            catalog::Grouping::List => GroupedBy::List,
            catalog::Grouping::Person => GroupedBy::Person,
        },
        photos: detail.photos.into_iter().map(photo_of_product).collect(),
        fields: detail.fields.into_iter().map(field).collect(),
        variants: detail
            .variants
            .into_iter()
            .map(|variant| Variant { sku: variant.sku, name: variant.name, price: variant.price })
            .collect(),
    }
}

fn photo_of_product(found: catalog::ProductPhoto) -> Photo {
    let photo = found.photo;
    let doubts = photo.picture.doubts.sentences().into_iter();
    let problems = found.problems.into_iter().map(|problem| health::advice(problem).to_owned());
    let (written, by) = found.written.map(|written| (written.description, written.pack)).unzip();
    Photo {
        picture: photo.id.into(),
        version: version(&photo.picture.hash, photo.picture.reading),
        role: Some(found.role).filter(|role| !role.is_empty()),
        file_name: file_name(&photo.path),
        width: photo.picture.width,
        height: photo.picture.height,
        color: color(&photo),
        stage: stage_of(&photo),
        format: photo.picture.format.clone(),
        notes: doubts.chain(problems).collect(),
        files: found.files.into_iter().map(file).collect(),
        description: description_of(&photo),
        written: written.map(|written| description::description(written, photo.caption.clone())),
        described_by: by.filter(|pack| !pack.is_empty()),
    }
}

fn field(field: catalog::Field) -> ProductField {
    ProductField {
        name: shown_field_name(field.name),
        value: field.value,
        origin: match field.origin {
            catalog::Origin::Model => FieldOrigin::Model,
            catalog::Origin::List => FieldOrigin::List,
            catalog::Origin::Person => FieldOrigin::Person,
        },
    }
}

impl FieldName {
    /// The field of a name, such as `alt_text`.
    pub fn from_name(name: &str) -> Option<Self> {
        catalog::FieldName::from_name(name).map(shown_field_name)
    }

    /// Its name, such as `alt_text`.
    pub fn name(self) -> &'static str {
        field_name(self).name()
    }

    /// The names of all fields.
    pub fn names() -> impl Iterator<Item = &'static str> {
        catalog::FieldName::ALL.into_iter().map(catalog::FieldName::name)
    }
}

pub(crate) fn shown_field_name(name: catalog::FieldName) -> FieldName {
    match name {
        catalog::FieldName::Title => FieldName::Title,
        catalog::FieldName::Sku => FieldName::Sku,
        catalog::FieldName::Price => FieldName::Price,
        catalog::FieldName::Category => FieldName::Category,
        catalog::FieldName::Brand => FieldName::Brand,
        catalog::FieldName::Description => FieldName::Description,
        catalog::FieldName::Barcode => FieldName::Barcode,
        catalog::FieldName::Colour => FieldName::Colour,
        catalog::FieldName::Material => FieldName::Material,
        catalog::FieldName::Pattern => FieldName::Pattern,
        catalog::FieldName::Size => FieldName::Size,
        catalog::FieldName::Gender => FieldName::Gender,
        catalog::FieldName::AgeGroup => FieldName::AgeGroup,
        catalog::FieldName::Tags => FieldName::Tags,
        catalog::FieldName::AltText => FieldName::AltText,
    }
}

pub(crate) fn field_name(name: FieldName) -> catalog::FieldName {
    match name {
        FieldName::Title => catalog::FieldName::Title,
        FieldName::Sku => catalog::FieldName::Sku,
        FieldName::Price => catalog::FieldName::Price,
        FieldName::Category => catalog::FieldName::Category,
        FieldName::Brand => catalog::FieldName::Brand,
        FieldName::Description => catalog::FieldName::Description,
        FieldName::Barcode => catalog::FieldName::Barcode,
        FieldName::Colour => catalog::FieldName::Colour,
        FieldName::Material => catalog::FieldName::Material,
        FieldName::Pattern => catalog::FieldName::Pattern,
        FieldName::Size => catalog::FieldName::Size,
        FieldName::Gender => catalog::FieldName::Gender,
        FieldName::AgeGroup => catalog::FieldName::AgeGroup,
        FieldName::Tags => catalog::FieldName::Tags,
        FieldName::AltText => catalog::FieldName::AltText,
    }
}

pub(crate) fn group_by(by: GroupBy) -> catalog::GroupBy {
    match by {
        GroupBy::Nothing => catalog::GroupBy::Nothing,
        GroupBy::Names => catalog::GroupBy::Names,
        GroupBy::Folders => catalog::GroupBy::Folders,
    }
}

pub(crate) fn grouping_preview(preview: catalog::run::GroupingPreview) -> GroupingPreview {
    GroupingPreview {
        n_products: preview.n_products,
        n_photos: preview.n_photos,
        examples: preview
            .examples
            .into_iter()
            .map(|group| GroupingExample {
                name: group.name,
                files: group.files.iter().map(|path| file_name(path)).collect(),
            })
            .collect(),
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

pub(crate) fn summary(summary: Summary) -> CatalogSummary {
    CatalogSummary {
        n_products: summary.counts.n_products,
        n_without_photo: summary.n_without_photo,
        n_photos: summary.counts.n_pictures,
        n_searchable: summary.counts.n_searchable,
        n_described: summary.counts.n_described,
        n_skipped: summary.n_skipped,
        n_gone: summary.counts.n_hidden,
        is_read_only: summary.is_read_only,
        sources: summary.sources.into_iter().map(source).collect(),
    }
}

fn source(source: catalog::SourceRow) -> Source {
    // A drive can be pulled out between two scans.
    let away = source.away.or_else(|| (!source.path.exists()).then_some(catalog::Away::Missing));
    Source {
        id: source.id.into(),
        away: away.map(|away| match away {
            catalog::Away::Missing => Away::Missing,
            catalog::Away::Empty => Away::Empty,
            catalog::Away::Unreadable => Away::Unreadable,
        }),
        group_by: match source.group_by {
            catalog::GroupBy::Nothing => GroupBy::Nothing,
            catalog::GroupBy::Names => GroupBy::Names,
            catalog::GroupBy::Folders => GroupBy::Folders,
        },
        path: source.path.display().to_string(),
        list: source.list.map(|(n_products, n_tied)| SourceList { n_products, n_tied }),
        n_photos: source.n_files,
        is_sample: source.is_sample,
    }
}

/// The run as clients see it; none is one that has nothing to do.
pub(crate) fn progress(run: Option<JobSnapshot>) -> RunProgress {
    let Some(run) = run else {
        return RunProgress {
            state: RunState::Idle,
            stages: Vec::new(),
            n_skipped: 0,
            current: None,
            message: None,
        };
    };
    RunProgress {
        state: run_state(run.state),
        stages: run.progress.stages.into_iter().filter_map(stage).collect(),
        n_skipped: run.progress.n_skipped,
        current: run.progress.current.filter(|_| !run.state.is_over()),
        message: run.message,
    }
}

fn run_state(state: JobState) -> RunState {
    match state {
        JobState::Running => RunState::Running,
        JobState::Paused => RunState::Paused,
        JobState::Cancelled => RunState::Cancelled,
        JobState::Finished => RunState::Finished,
        JobState::Failed => RunState::Failed,
    }
}

/// A stage of an index run.
fn stage(stage: jobs::StageProgress) -> Option<StageProgress> {
    Some(StageProgress {
        kind: match stage.stage {
            jobs::Stage::Scan => StageKind::Scan,
            jobs::Stage::Read => StageKind::Read,
            jobs::Stage::Embed => StageKind::Embed,
            jobs::Stage::Describe => StageKind::Describe,
            jobs::Stage::Refine => StageKind::Refine,
            _ => return None,
        },
        done: stage.done,
        total: stage.total,
        per_second: stage.per_second as f32,
        eta_secs: stage.eta.map(|eta| eta.as_secs()),
        busy_secs: stage.busy_secs as f32,
    })
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
            EngineSkip::BadList => SkipCode::BadList,
            EngineSkip::Doubtful => SkipCode::Doubtful,
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
        precision: precision(report.precision),
        precisions: report.precisions.iter().map(|it| precision(*it)).collect(),
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
