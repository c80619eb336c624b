//! Which file a list means.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// Photos, to be found as lists write them.
pub struct PhotoNames {
    paths: Vec<PathBuf>,
    /// By their path below the list's folder, in one form.
    by_path: HashMap<String, usize>,
    /// By their name, and by their name without its ending.
    by_name: HashMap<String, Vec<usize>>,
    by_stem: HashMap<String, Vec<usize>>,
}

impl PhotoNames {
    /// Of these paths, for a list in `folder`.
    pub fn new<'a>(folder: &Path, paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut names = Self {
            paths: Vec::new(),
            by_path: HashMap::new(),
            by_name: HashMap::new(),
            by_stem: HashMap::new(),
        };
        for path in paths {
            let at = names.paths.len();
            if let Ok(below) = path.strip_prefix(folder) {
                names.by_path.insert(plain(&below.to_string_lossy()), at);
            }
            if let Some(name) = path.file_name() {
                let name = plain(&name.to_string_lossy());
                let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
                names.by_stem.entry(stem).or_default().push(at);
                names.by_name.entry(name).or_default().push(at);
            }
            names.paths.push(path.to_path_buf());
        }
        names
    }

    /// The file that a list means with `written`: the path below the list's folder or below a folder `images`
    /// there; else the only file of that name; else the only one of that name with another ending. Without
    /// regard to case, to how accents are composed, to percent signs, and of an address its last part.
    pub fn find(&self, written: &str) -> Option<&Path> {
        let written = written.trim();
        let is_address = written.contains("://");
        let without_query =
            if is_address { written.split(['?', '#']).next().unwrap_or(written) } else { written };
        let decoded = percent_decode_str(without_query).decode_utf8_lossy();
        // A name may hold a percent sign of its own.
        for form in [without_query, &*decoded] {
            let form = plain(form);
            let below = form.trim_start_matches("./").trim_start_matches('/');
            let by_path = [below.to_owned(), format!("images/{below}")];
            if let Some(&at) = by_path.iter().find_map(|path| self.by_path.get(path)).filter(|_| !is_address)
            {
                return Some(&self.paths[at]);
            }
            let name = below.rsplit('/').next().unwrap_or(below);
            // A list that names a folder means that folder, unless it was written on another machine.
            if let Some(at) = self.by_path.get(name).or_else(|| only(self.by_name.get(name))) {
                return Some(&self.paths[*at]);
            }
        }
        let form = plain(&decoded);
        let name = form.rsplit('/').next().unwrap_or(&form);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        only(self.by_stem.get(name))
            .or_else(|| only(self.by_stem.get(stem)))
            .map(|&at| self.paths[at].as_path())
    }
}

fn only(found: Option<&Vec<usize>>) -> Option<&usize> {
    match found.map(Vec::as_slice) {
        Some([one]) => Some(one),
        _ => None,
    }
}

/// One form of a name: lower case, accents composed, forward slashes.
fn plain(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase().replace('\\', "/")
}
