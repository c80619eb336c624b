//! `tokenizer_config.json`, of which everything else stands in `tokenizer.json` too.

use std::path::Path;

use serde::Deserialize;

use crate::{ModelError, json_file};

/// The file's name.
pub(crate) const FILE: &str = "tokenizer_config.json";

#[derive(Debug, Default, Deserialize)]
pub(crate) struct TokenizerConfig {
    /// transformers' class.
    #[serde(default)]
    pub(crate) tokenizer_class: Option<String>,
    #[serde(default)]
    pad_token: Option<Token>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    Described { content: String },
}

impl TokenizerConfig {
    /// Of a folder; nothing where it has no such file.
    pub(crate) fn of_folder(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(FILE);
        if path.exists() { json_file::read(&path) } else { Ok(Self::default()) }
    }

    /// With which short texts are filled up.
    pub(crate) fn pad_token(&self) -> Option<&str> {
        self.pad_token.as_ref().map(|token| match token {
            Token::Text(text) | Token::Described { content: text } => text.as_str(),
        })
    }
}
