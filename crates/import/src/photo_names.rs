//! Which file a list means.

use std::{cmp::Ordering, collections::HashMap, path::Path};

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// Photos, to be found as lists write them.
pub struct PhotoNames<'a> {
    paths: Vec<&'a Path>,
    /// By their path below the list's folder, in one form.
    by_path: HashMap<String, u32>,
    /// By their name, and by their name without its ending, in order.
    by_name: Vec<(String, u32)>,
    by_stem: Vec<(String, u32)>,
    /// By the letters and digits of their name without its ending, in order.
    by_letters: Vec<(String, u32)>,
}

impl<'a> PhotoNames<'a> {
    /// Of these paths, for a list in `folder`.
    pub fn new(folder: &Path, paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let paths = paths.into_iter();
        // Of half a million photos a vector that doubles would take tens of megabytes more.
        let n = paths.size_hint().0;
        let mut names = Self {
            paths: Vec::with_capacity(n),
            by_path: HashMap::new(),
            by_name: Vec::with_capacity(n),
            by_stem: Vec::with_capacity(n),
            by_letters: Vec::with_capacity(n),
        };
        for (at, path) in (0..).zip(paths) {
            if let Ok(below) = path.strip_prefix(folder) {
                names.by_path.insert(plain(&below.to_string_lossy()), at);
            }
            if let Some(name) = path.file_name() {
                let name = plain(&name.to_string_lossy());
                let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
                names.by_letters.push((Letters::of(&stem).text(), at));
                names.by_stem.push((stem, at));
                names.by_name.push((name, at));
            }
            names.paths.push(path);
        }
        for some in [&mut names.by_name, &mut names.by_stem, &mut names.by_letters] {
            some.sort_unstable();
        }
        names
    }

    /// The file that a list means with `written`: the path below the list's folder or below a folder `images`
    /// there; else the only file of that name; else the only one of that name with another ending; else the
    /// only one whose name differs in the signs between words. Without regard to case, to how accents are composed, to percent signs, and of an address its last part.
    pub fn find(&self, written: &str) -> Option<&'a Path> {
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
                return Some(self.paths[at as usize]);
            }
            let name = below.rsplit('/').next().unwrap_or(below);
            // A list that names a folder means that folder, unless it was written on another machine.
            if let Some(at) = self.by_path.get(name).copied().or_else(|| only(&self.by_name, name)) {
                return Some(self.paths[at as usize]);
            }
        }
        let form = plain(&decoded);
        let name = form.rsplit('/').next().unwrap_or(&form);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        only(&self.by_stem, name)
            .or_else(|| only(&self.by_stem, stem))
            .or_else(|| self.only_of_letters(stem))
            .map(|at| self.paths[at as usize])
    }

    /// The photos of a number: those that are called by it, and those whose name goes on after a sign, as
    /// "VT-0001_2" and "VT-0001-front" do. A longer number is another one. In the order of a person.
    pub fn find_all_by_number(&self, number: &str) -> Vec<&'a Path> {
        let number = Letters::of(&plain(number.trim()));
        let mut found: Vec<&'a Path> = self
            .that_begin(&number.text())
            .map(|at| self.paths[at as usize])
            .filter(|path| {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                number.begins(&Letters::of(&plain(&stem)))
            })
            .collect();
        found.sort_by(|one, other| natural(&one.to_string_lossy(), &other.to_string_lossy()));
        found
    }

    fn only_of_letters(&self, stem: &str) -> Option<u32> {
        let letters = Letters::of(stem);
        let text = letters.text();
        let mut found = self.that_begin(&text).filter(|&at| {
            let stem = self.paths[at as usize].file_stem().unwrap_or_default().to_string_lossy();
            letters.is_same(&Letters::of(&plain(&stem)))
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// Those whose letters begin with these; none of no letters.
    fn that_begin(&self, letters: &str) -> impl Iterator<Item = u32> {
        let first = self.by_letters.partition_point(|(other, _)| other.as_str() < letters);
        self.by_letters[first..]
            .iter()
            .take_while(move |(other, _)| !letters.is_empty() && other.starts_with(letters))
            .map(|(_, at)| *at)
    }
}

/// The letters and digits of a name, each with whether a sign stands before it.
struct Letters(Vec<(char, bool)>);

impl Letters {
    fn of(name: &str) -> Self {
        let mut letters = Vec::new();
        let mut is_after_sign = false;
        for c in name.chars() {
            if c.is_alphanumeric() {
                letters.push((c, is_after_sign));
                is_after_sign = false;
            } else {
                is_after_sign = true;
            }
        }
        Self(letters)
    }

    fn text(&self) -> String {
        self.0.iter().map(|(c, _)| c).collect()
    }

    /// Whether a name begins with this one, signs apart: only between two digits do they count, since 1-23 is
    /// not 12-3.
    fn agrees(&self, name: &Self) -> bool {
        let is_digit = |letters: &Self, at: usize| letters.0[at].0.is_ascii_digit();
        self.0.len() <= name.0.len()
            && (0..self.0.len()).all(|at| {
                let is_between = at > 0 && is_digit(self, at - 1) && is_digit(self, at);
                self.0[at].0 == name.0[at].0 && (!is_between || self.0[at].1 == name.0[at].1)
            })
    }

    fn is_same(&self, name: &Self) -> bool {
        self.0.len() == name.0.len() && self.agrees(name)
    }

    fn begins(&self, name: &Self) -> bool {
        !self.0.is_empty()
            && self.agrees(name)
            && name.0.get(self.0.len()).is_none_or(|(_, is_after)| *is_after)
    }
}

/// The order of names in which 2 comes before 10.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (a, b) = (digits(one), digits(other));
        if !a.is_empty() && !b.is_empty() {
            let (plain_a, plain_b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            let order = plain_a.len().cmp(&plain_b.len()).then_with(|| plain_a.cmp(plain_b));
            if order.is_ne() {
                return order;
            }
            (one, other) = (&one[a.len()..], &other[b.len()..]);
            continue;
        }
        let (mut rest_one, mut rest_other) = (one.chars(), other.chars());
        match (rest_one.next(), rest_other.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            // The name alone comes before those that go on after a sign: a point is its ending.
            (Some(a), Some(b)) if a != b => return (a != '.').cmp(&(b != '.')).then_with(|| a.cmp(&b)),
            _ => (one, other) = (rest_one.as_str(), rest_other.as_str()),
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len()]
}

/// The only one of this name.
fn only(of: &[(String, u32)], name: &str) -> Option<u32> {
    let first = of.partition_point(|(other, _)| other.as_str() < name);
    let mut found = of[first..].iter().take_while(|(other, _)| other == name);
    let (_, at) = found.next()?;
    found.next().is_none().then_some(*at)
}

/// One form of a name: lower case, accents composed, forward slashes.
fn plain(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase().replace('\\', "/")
}
