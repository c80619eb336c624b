//! How a model's files are laid out, and which of a repository's or folder's files are the model.

use serde::Deserialize;
use vitrine_models::is_safe_name;

/// A layout that the models' reader knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Layout {
    /// transformers' CLIP and BLIP.
    #[default]
    Transformers,
    /// transformers' SigLIP, whose texts are written as `tokenizer_config.json` says.
    Siglip,
    /// OpenCLIP's own.
    OpenClip,
}

/// Alternatives, each of some files, of which the first is taken that is there whole.
type Group = &'static [&'static [&'static str]];

const CONFIG: Group = &[&["config.json"]];
const PREPROCESSING: Group = &[&["preprocessor_config.json"]];
const TOKENIZER: Group = &[&["tokenizer.json"], &["vocab.json", "merges.txt"], &["vocab.txt"]];
const SENTENCE_PIECE: Group = &[&["tokenizer.json"], &["spiece.model"]];

impl Layout {
    /// The small files of a model.
    fn small(self) -> &'static [Group] {
        match self {
            Self::Transformers => &[CONFIG, PREPROCESSING, TOKENIZER],
            Self::Siglip => &[CONFIG, PREPROCESSING, SENTENCE_PIECE],
            Self::OpenClip => &[&[&["open_clip_config.json"]], TOKENIZER],
        }
    }

    /// What is taken where it is there: how captions are searched for, how texts are written.
    fn optional(self) -> &'static str {
        match self {
            Self::Transformers => "generation_config.json",
            Self::Siglip | Self::OpenClip => "tokenizer_config.json",
        }
    }

    /// Weights in one file, in the order in which the models' reader looks for them.
    fn whole(self) -> [&'static str; 2] {
        match self {
            Self::Transformers | Self::Siglip => ["model.safetensors", "pytorch_model.bin"],
            Self::OpenClip => ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"],
        }
    }

    /// Which of the files that are `there` make a model, small ones first; or the name of one that is missing.
    pub(crate) fn files(self, there: &[String]) -> Result<Vec<String>, &'static str> {
        let is_there = |name: &&str| there.iter().any(|file| file == name);
        let mut files = Vec::new();
        for group in self.small() {
            let names = group.iter().find(|names| names.iter().all(is_there)).ok_or(group[0][0])?;
            files.extend(names.iter().map(|name| (*name).to_owned()));
        }
        if is_there(&self.optional()) {
            files.push(self.optional().to_owned());
        }
        const INDEX: &str = "model.safetensors.index.json";
        let [whole, torch] = self.whole();
        if is_there(&whole) {
            files.push(whole.to_owned());
        } else if self != Self::OpenClip && is_there(&INDEX) {
            let is_part = |name: &&String| {
                is_safe_name(name)
                    && name.strip_prefix("model-").is_some_and(|rest| rest.contains("-of-"))
                    && name.ends_with(".safetensors")
            };
            files.push(INDEX.to_owned());
            files.extend(there.iter().filter(is_part).cloned());
        } else if is_there(&torch) {
            files.push(torch.to_owned());
        } else {
            return Err(whole);
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_its_small_files_and_one_kind_of_weights() {
        let check = |layout: Layout, there: &[&str], expected: Result<&[&str], &'static str>| {
            let there: Vec<String> = ["config.json", "preprocessor_config.json", "README.md"]
                .iter()
                .chain(there)
                .map(|name| (*name).to_owned())
                .collect();
            let small = ["config.json", "preprocessor_config.json"];
            let files = layout.files(&there).map(|mut files| {
                files.retain(|name| !small.contains(&name.as_str()));
                files
            });
            let files = files.as_ref().map(|files| files.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(files.as_deref().map_err(|name| **name), expected, "{layout:?}");
        };
        use Layout::{OpenClip, Siglip, Transformers};
        check(
            Transformers,
            &[
                "vocab.txt",
                "tokenizer.json",
                "tokenizer_config.json",
                "pytorch_model.bin",
                "model.safetensors",
            ],
            Ok(&["tokenizer.json", "model.safetensors"]),
        );
        check(
            Transformers,
            &["vocab.json", "merges.txt", "pytorch_model.bin"],
            Ok(&["vocab.json", "merges.txt", "pytorch_model.bin"]),
        );
        check(
            Transformers,
            &["generation_config.json", "tokenizer.json", "model.safetensors"],
            Ok(&["tokenizer.json", "generation_config.json", "model.safetensors"]),
        );
        let parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        let index = "model.safetensors.index.json";
        check(
            Transformers,
            &["vocab.txt", index, parts[0], parts[1], "a/model-1-of-1.safetensors"],
            Ok(&["vocab.txt", index, parts[0], parts[1]]),
        );
        check(Transformers, &["vocab.json", "model.safetensors"], Err("tokenizer.json"));
        check(Transformers, &["vocab.txt", "flax_model.msgpack"], Err("model.safetensors"));
        check(
            Siglip,
            &["spiece.model", "tokenizer_config.json", "model.safetensors"],
            Ok(&["spiece.model", "tokenizer_config.json", "model.safetensors"]),
        );
        check(Siglip, &["vocab.txt", "model.safetensors"], Err("tokenizer.json"));
        check(
            OpenClip,
            &["open_clip_config.json", "tokenizer.json", "model.safetensors", "open_clip_pytorch_model.bin"],
            Ok(&["open_clip_config.json", "tokenizer.json", "open_clip_pytorch_model.bin"]),
        );
        check(OpenClip, &["tokenizer.json", "open_clip_model.safetensors"], Err("open_clip_config.json"));
    }
}
