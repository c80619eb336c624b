//! CLIP, BLIP and the CLIP Interrogator on candle and, on processors, on `vitrine-kernels`: pictures and words in,
//! vectors, captions and scores out.
//!
//! ```text
//! pack folder --Pack::open--> clip/, caption/ --Clip::load, Captioner::load--> a model on its ModelThread
//! RgbImage --ImagePreprocess::apply--> PixelTensor --Clip::embed_images--> vector of length 1
//! &str ----------------------------------------------Clip::embed_texts---> vector of length 1
//! PixelTensor ------------------------------------Captioner::caption-----> caption
//! vector, caption, term lists --------------------Interrogator------------> phrases, attributes
//! PixelTensor --Matcher::encode_images--> ImageTokens, &str --Matcher::match_probabilities--> 0 to 1
//! vectors of queries and products --tuning::Trainer--> tuning::Tuning, which reads both as a shop means them
//! ```
//!
//! Invariants:
//!
//! - Everything about a model is read from its folder; no size, token or mean is written here, but for timm's image
//!   towers, of which a folder holds the name alone. Any checkpoint of transformers' `CLIPModel`, `ChineseCLIPModel`, `SiglipModel`,
//!   `BlipForConditionalGeneration` and `BlipForImageTextRetrieval` works when dropped in, and OpenCLIP's own files.
//! - transformers is the reference, and OpenCLIP for its own. `tests/goldens`, made by `models/parity/make_goldens.py`, holds its
//!   pixels, ids, hidden states, vectors, logits and captions; `tests/` compares: pixels within 2 of 255
//!   levels, vectors at a cosine of 0.9999, ids exactly.
//! - A batch gives what its members give alone.
//! - A loaded model keeps no state between calls but the size of its batches, which shrinks when a graphics
//!   card runs out of memory; a call that fails leaves nothing behind.
//! - A layer is written once: `dense`, `norm` and `encoder::attend` take the kernels where `on_cpu::takes` the numbers, and
//!   candle everywhere else.
//! - candle stays inside: no public item names one of its types.
//! - Nothing here opens a connection, or writes a file but those in which layers are kept ([`ModelDevice::keeping_layers_in`]).

mod activation;
mod batching;
mod bert;
mod blip;
mod clip;
mod dense;
mod device;
mod encoder;
mod error;
mod heat;
mod interrogator;
mod json_file;
mod limits;
mod memory;
mod norm;
mod on_cpu;
mod pack;
mod patches;
mod pixels;
mod processor;
pub mod regular_file;
mod safe_name;
mod softmax;
mod speed;
mod summary;
mod thread;
mod tokenizer;
pub mod tuning;
mod weights;

pub use self::blip::{
    Caption, CaptionOptions, Captioner, Decoding, Describer, ImageTokens, MatchStart, Matcher, PartMatch,
    TextMatch,
};
pub use self::clip::Clip;
pub use self::device::{
    DevicePreference, DeviceReport, ModelDevice, Precision, has_fast_bf16, select_device, select_device_with,
};
pub use self::error::ModelError;
pub use self::heat::HeatMap;
pub use self::interrogator::{
    AttributeTerms, BestOptions, GroupProbability, Interrogation, InterrogationProgress, InterrogationRun,
    InterrogationSource, Interrogator, InterrogatorMode, InterrogatorOptions, ProductTerms,
    ProductVocabulary, RankedTerm, TermEmbedding, TermOdds, TermProbability, TermTable, TermVectors,
    rank_terms,
};
pub use self::memory::return_freed_memory;
pub use self::pack::{
    Calibration, CheckedFile, CheckedFiles, ClaimCalibration, ClaimCalibrations, ClaimWeights, Coverage,
    FileSum, FusedCalibration, ModelEntry, Pack, PackManifest, PartCalibration, ScoreRange,
};
pub use self::pixels::{ImagePreprocess, PREPROCESSING_VERSION, PixelTensor};
pub use self::safe_name::is_safe_name;
pub use self::speed::processor_speed;
pub use self::summary::ModelSummary;
pub use self::thread::{ModelThread, Priority, Ticket};
