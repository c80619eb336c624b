//! Lists of terms: what an interrogator may say.
//!
//! In: text files, one term a line; `#` starts a comment line; what follows a tab is the term's group, the
//! kind of thing that it and its near-synonyms are. A merchant's own lists come from a folder. Out:
//! [`TermTable`]s without blanks and repetitions, in the order of the file.
//!
//! Own lists are hostile input like any file: too long, too many or no text at all is an error that names
//! file and line, never a list with silent gaps.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::{ModelError, regular_file};

/// Longer lines are no terms: the text tower would cut them.
const MAX_TERM_CHARS: usize = 200;
/// Far more than a list of any shop; the vectors of so many take minutes.
const MAX_TERMS: usize = 100_000;
const MAX_FILE_BYTES: u64 = 16 << 20;

/// A named list of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermTable {
    name: String,
    terms: Vec<String>,
    /// One entry per term.
    groups: Vec<Option<String>>,
    /// For each term the one under whose name it is told: itself, or its preferred synonym.
    told_as: Vec<usize>,
}

impl TermTable {
    /// Reads a list from text. Blank lines and comments are passed over, spaces made single, a term that
    /// comes again (in any case) is dropped.
    ///
    /// # Errors
    /// A line that is too long or no text, or too many terms; the error names `name` and the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, ModelError> {
        Self::parse_as(name, name, text)
    }

    /// `source` is what errors name.
    fn parse_as(name: &str, source: &str, text: &str) -> Result<Self, ModelError> {
        let mut table =
            Self { name: name.to_owned(), terms: Vec::new(), groups: Vec::new(), told_as: Vec::new() };
        let mut seen = HashSet::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (i, line) in text.lines().enumerate() {
            let wrong =
                |reason: String| ModelError::TermList { list: source.to_owned(), line: i + 1, reason };
            if line.trim_start().starts_with('#') {
                continue;
            }
            let n_chars = line.chars().count();
            if n_chars > MAX_TERM_CHARS {
                return Err(wrong(format!(
                    "{n_chars} characters are too long for a term; write one term of at most {MAX_TERM_CHARS} on each line"
                )));
            }
            if line.chars().any(|c| c.is_control() && c != '\t') {
                return Err(wrong("this is no text; save the list as plain text in UTF-8".to_owned()));
            }
            let (term, group) = line.split_once('\t').unwrap_or((line, ""));
            let (term, group) = (single_spaced(term), single_spaced(group));
            if term.is_empty() || !seen.insert(term.to_lowercase()) {
                continue;
            }
            if table.terms.len() == MAX_TERMS {
                return Err(wrong(format!("a list holds at most {MAX_TERMS} terms; split it")));
            }
            table.told_as.push(table.terms.len());
            table.terms.push(term);
            table.groups.push(Some(group).filter(|group| !group.is_empty()));
        }
        Ok(table)
    }

    /// A merchant's own lists: every `.txt` of the folder, whatever the case of the ending, in the order
    /// of their names. A list is named as its file, without the ending and in lower case.
    ///
    /// # Errors
    /// A folder or file that cannot be read, that is no list, or two files of one name; the error names
    /// the file.
    pub fn read_folder(folder: &Path) -> Result<Vec<Self>, ModelError> {
        let io = |path: &Path, source| ModelError::Io { path: path.to_path_buf(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|source| io(folder, source))? {
            let path = entry.map_err(|source| io(folder, source))?.path();
            if is_list(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        let mut tables: Vec<Self> = Vec::new();
        for path in paths {
            let table = Self::read_file(&path)?;
            if tables.iter().any(|other| other.name == table.name) {
                let reason = format!("another file of the folder is also the list {}", table.name);
                return Err(ModelError::TermFile { path, reason });
            }
            tables.push(table);
        }
        Ok(tables)
    }

    pub(crate) fn read_file(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::Io { path: path.to_path_buf(), source };
        let wrong =
            |reason: &str| ModelError::TermFile { path: path.to_path_buf(), reason: reason.to_owned() };
        let (_, bytes) = regular_file::read(path, MAX_FILE_BYTES).map_err(|source| match source.kind() {
            std::io::ErrorKind::FileTooLarge => wrong("it is far too large for a list of terms"),
            std::io::ErrorKind::InvalidInput => wrong("it is a folder, a pipe or a device, not a file"),
            _ => io(source),
        })?;
        let text =
            String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8; save it as plain text in UTF-8"))?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        Self::parse_as(&stem, &path.display().to_string(), &text)
    }

    /// With two names for one thing, `preferred<TAB>synonym` on each line: a synonym is told under the
    /// preferred name. Pairs of which the list lacks a name are passed over.
    #[must_use]
    pub fn with_synonyms(mut self, text: &str) -> Self {
        let index: HashMap<&str, usize> = self.terms.iter().map(String::as_str).zip(0..).collect();
        // A preferred name may stand on several lines, so this is no list of its own.
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((preferred, synonym)) = line.split_once('\t') else { continue };
            let found = (index.get(preferred.trim()), index.get(synonym.trim()));
            if let (Some(&preferred), Some(&synonym)) = found {
                self.told_as[synonym] = preferred;
            }
        }
        self
    }

    /// `tables` with `own` ones: an own list takes the place of the list of its name, others are added.
    #[must_use]
    pub fn with_own(mut tables: Vec<Self>, own: Vec<Self>) -> Vec<Self> {
        for table in own {
            match tables.iter_mut().find(|other| other.name == table.name) {
                Some(other) => *other = table,
                None => tables.push(table),
            }
        }
        tables
    }

    /// Such as `colours`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The terms, in the order of the list.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The group of term `i`, where the list names one.
    #[must_use]
    pub fn group(&self, i: usize) -> Option<&str> {
        self.groups.get(i)?.as_deref()
    }

    /// The term under whose name term `i` is told: itself, or its preferred synonym.
    #[must_use]
    pub fn told_as(&self, i: usize) -> usize {
        self.told_as.get(i).copied().unwrap_or(i)
    }

    /// Whether any term has a group.
    #[must_use]
    pub fn has_groups(&self) -> bool {
        self.groups.iter().any(Option::is_some)
    }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hidden files are none: some systems put binary ones beside every file of a shared folder.
fn is_list(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let text = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt"));
    text && !hidden && path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        TermTable::parse("test", text).unwrap().terms
    }

    #[test]
    fn a_list_is_read_as_people_write_it() {
        let check = |text: &str, expected: &[&str]| assert_eq!(terms(text), expected, "{text:?}");
        check("red\nblue\n", &["red", "blue"]);
        check("red\r\nblue\r\n", &["red", "blue"]);
        check("\u{feff}red\nblue", &["red", "blue"]);
        check("# colours\n\n  red  \n\t\n  # more\nblue", &["red", "blue"]);
        check("navy   blue\nNavy blue\nnavy blue\tblue", &["navy blue"]);
        check("weiß\n红色\nrosé gold", &["weiß", "红色", "rosé gold"]);
        check("no. #1", &["no. #1"]);
        check("", &[]);
    }

    #[test]
    fn a_tab_sets_off_the_group() {
        let table = TermTable::parse("types", "mug\tcup\nlamp\nteacup\t cup ").unwrap();
        let groups: Vec<_> = (0..4).map(|i| table.group(i)).collect();
        assert_eq!(groups, [Some("cup"), None, Some("cup"), None]);
        assert!(table.has_groups() && !TermTable::parse("types", "mug").unwrap().has_groups());
    }

    #[test]
    fn a_line_that_is_no_term_is_named() {
        let check = |text: &str, expected: &str| {
            let error = TermTable::parse("colours", text).unwrap_err().to_string();
            assert!(error.contains("colours, line 2") && error.contains(expected), "{error}");
        };
        check(&format!("red\n{}\n", "x".repeat(201)), "201 characters");
        check("red\n\u{0}\u{1}\n", "UTF-8");
    }

    #[test]
    fn a_list_has_an_upper_limit() {
        let text: String = (0..=MAX_TERMS).map(|i| format!("{i}\n")).collect();
        let error = TermTable::parse("numbers", &text).unwrap_err().to_string();
        assert!(error.contains("line 100001"), "{error}");
    }

    #[test]
    fn a_synonym_is_told_under_the_preferred_name() {
        let table = TermTable::parse("types", "bath\nbathtub\nlamp\ntub").unwrap();
        let table = table.with_synonyms("# names\nbath\tbathtub\nbath\ttub\nlamp\tluminaire\n");
        let told: Vec<_> = (0..4).map(|i| table.told_as(i)).collect();
        assert_eq!(told, [0, 0, 2, 0]);
    }

    #[test]
    fn own_lists_replace_and_add() {
        let list = |name: &str, text: &str| TermTable::parse(name, text).unwrap();
        let tables = TermTable::with_own(
            vec![list("colours", "red"), list("styles", "modern")],
            vec![list("colours", "mauve"), list("brands", "acme")],
        );
        let found: Vec<_> = tables.iter().map(|table| (table.name(), table.terms()[0].as_str())).collect();
        assert_eq!(found, [("colours", "mauve"), ("styles", "modern"), ("brands", "acme")]);
    }
}
