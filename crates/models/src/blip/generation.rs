//! `generation_config.json`: how the captions of a checkpoint are best searched for.

use std::path::Path;

use serde::Deserialize;

use super::options::{BEAM_WIDTH, CaptionOptions, Decoding, LENGTH_PENALTY, MAX_BEAM_WIDTH};
use crate::limits::in_range;
use crate::{ModelError, json_file};

/// Tokens of a caption at most: more than any that BLIP was trained on, and each takes a pass.
const MAX_LENGTH: usize = 512;

/// What of it matters here; every field may be absent or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GenerationConfig {
    num_beams: Option<usize>,
    length_penalty: Option<f32>,
    min_length: Option<usize>,
    max_length: Option<usize>,
}

/// What the file in `folder` states, and BLIP's authors' choice where it is silent or absent.
pub(super) fn load(folder: &Path) -> Result<CaptionOptions, ModelError> {
    let path = folder.join("generation_config.json");
    if !path.exists() {
        return Ok(CaptionOptions::default());
    }
    json_file::read::<GenerationConfig>(&path)?.options().map_err(|reason| ModelError::config(&path, reason))
}

impl GenerationConfig {
    fn options(&self) -> Result<CaptionOptions, String> {
        let usual = CaptionOptions::default();
        let n_beams = self.num_beams.unwrap_or(BEAM_WIDTH);
        let length_penalty = self.length_penalty.unwrap_or(LENGTH_PENALTY);
        let min_length = self.min_length.unwrap_or(usual.min_length);
        let max_length = self.max_length.unwrap_or(usual.max_length);
        in_range("num_beams", n_beams, 1, MAX_BEAM_WIDTH)?;
        in_range("max_length", max_length, 2, MAX_LENGTH)?;
        in_range("min_length", min_length, 0, max_length)?;
        if !(-10.0..=10.0).contains(&length_penalty) {
            return Err(format!("length_penalty is {length_penalty}, not -10 to 10"));
        }
        let decoding = match n_beams {
            1 => Decoding::Greedy,
            width => Decoding::Beam { width, length_penalty },
        };
        Ok(CaptionOptions { decoding, min_length, max_length, prompt: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<(Decoding, usize, usize), &str>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("generation_config.json"), json).unwrap();
        match (load(folder.path()), expected) {
            (Ok(found), Ok(expected)) => {
                assert_eq!((found.decoding, found.min_length, found.max_length), expected, "{json}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{json}: {error}"),
            (found, _) => panic!("{json}: {found:?}"),
        }
    }

    #[test]
    fn what_is_stated_is_taken() {
        const USUAL: Decoding = Decoding::Beam { width: 3, length_penalty: 1.0 };
        check(r#"{"bos_token_id": 30522, "num_beams": null}"#, Ok((USUAL, 5, 20)));
        check(
            r#"{"num_beams": 4, "length_penalty": 0.0, "min_length": 0, "max_length": 30}"#,
            Ok((Decoding::Beam { width: 4, length_penalty: 0.0 }, 0, 30)),
        );
        check(r#"{"num_beams": 1}"#, Ok((Decoding::Greedy, 5, 20)));
        check(r#"{"num_beams": 0}"#, Err("num_beams"));
        check(r#"{"length_penalty": 1e9}"#, Err("length_penalty"));
        check(r#"{"min_length": 30}"#, Err("min_length"));
        check(r#"{"max_length": 8192}"#, Err("max_length"));
        check("{", Err("generation_config.json"));
        let nothing = tempfile::tempdir().unwrap();
        assert_eq!(load(nothing.path()).unwrap(), CaptionOptions::default());
    }
}
