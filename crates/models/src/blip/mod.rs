//! BLIP (Li et al. 2022, <https://arxiv.org/abs/2201.12086>): a picture to a sentence, and how well a
//! picture and a text belong together.
//!
//! ```text
//! PixelTensor --encode_images--> ImageTokens --Captioner::caption_tokens------> sentences
//!                                           \--Matcher::image_vectors---------> vectors (ITC)
//! &str --------Matcher::text_vectors------------------------------------------> vectors (ITC)
//!                                ImageTokens + &str --Matcher::match_logits---> match or not (ITM)
//! ```
//!
//! Both are transformers' classes and read its files: [`Captioner`] is `BlipForConditionalGeneration`,
//! [`Matcher`] is `BlipForImageTextRetrieval`. `image` is the tower in front of both, `bert` the text model
//! inside both; `decoder` and `text_encoder` are the two ways in which that runs; `search` and `nucleus`
//! choose words and know no tensors; `sentences` cuts texts that are too long to be matched whole.
//!
//! Pictures and texts of a batch do not influence each other.

mod captioner;
mod config;
mod decoder;
mod describer;
mod footprint;
mod generation;
mod heat;
mod image;
mod matcher;
mod nucleus;
mod options;
mod search;
mod sentences;
mod token_cache;

pub use self::captioner::Captioner;
pub use self::describer::Describer;
pub(crate) use self::footprint::needs;
pub use self::image::ImageTokens;
pub use self::matcher::{MatchStart, Matcher, PartMatch, TextMatch};
pub use self::options::{Caption, CaptionOptions, Decoding};
