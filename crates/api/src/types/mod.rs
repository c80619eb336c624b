//! The shapes that cross to a client. Each derives its TypeScript twin
//! (`cargo xtask bindings` writes them to `ui/src/lib/bindings`).
//!
//! Numbers that JavaScript reads stay below 2^53, so `u64` becomes `number`.

mod catalog;
mod description;
mod error;
mod export;
mod facets;
mod health;
mod ids;
mod lists;
mod packs;
mod photo;
mod progress;
mod reasons;
mod review;
mod search;
mod state;
mod tuning;
mod twins;

pub use catalog::{
    FieldName, FieldOrigin, FileFacts, GroupedBy, Listed, Photo, Product, ProductDetail, ProductField,
    SkipCode, Skipped, SkippedPage, Stage, Variant,
};
pub use description::{Attribute, AttributeKind, Description, Evidence, Swatch};
pub use error::{ApiError, ErrorCode};
pub use export::{ExportChange, ExportChoices, ExportList, ExportPreview, ExportTarget, Exported};
pub use facets::{Completion, FacetGroup, FacetValue, Facets};
pub use health::{AgreementDay, Health, HealthProblem, Reviewed, Unphotographed};
pub use ids::{PictureId, ProductId, SourceId};
pub use lists::{Dropped, ListColumn, ListFinding, ListLine, ListPreview, ListToken, ListTrouble};
pub use packs::{
    PackChange, PackItem, PackJob, PackJobEnd, PackJobKind, PackList, PackNews, PackPace, PackState, PackStep,
};
pub use photo::{CaptionStyle, DescribeMode, PhotoReading, PhotoRequest, Phrase};
pub use progress::{RunProgress, RunState, StageKind, StageProgress};
pub use reasons::{HeatMap, PartName, PartScore, Reasons, SavedSearch, Why, WordFound, WordPlace};
pub use review::{
    BulkPreview, CheckedText, Claim, ClaimFinding, ClaimKind, Conflict, OriginSpan, ReviewCount,
    ReviewDecision, ReviewEvent, ReviewFact, ReviewFilter, ReviewItem, ReviewPhoto, ReviewQueue, ReviewRow,
    ReviewState, ReviewText, RuleHelp, RuleSign, RuleSlot, Stepped, Template, TemplateTrial, TextPart,
    TextSpan, TriedRule, Verdict, WordOrigin,
};
pub use search::{
    DragEvent, DragPhase, DropSummary, PictureTerm, ProductTerm, QueryPicture, SearchFilter, SearchPage,
    SearchProblem, SearchRequest, SearchWeights, SortBy,
};
pub use state::{
    AppState, Away, CatalogSummary, FilterName, GroupBy, GroupingExample, GroupingPreview, ModelInfo,
    ModelPrecision, ModelRole, ModelsInfo, Source, SourceList,
};
pub use tuning::{
    Comparison, SaidOf, SearchLog, Tuning, TuningFigure, TuningJob, TuningPoint, TuningReport, TuningStage,
    TuningState, TuningStep,
};
pub use twins::{Likeness, TwinDecision, TwinGroup, TwinPage, TwinPhoto};
