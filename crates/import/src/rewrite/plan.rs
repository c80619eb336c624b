//! Which cells of a row become what.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use super::{Author, CellChange, Change};
use crate::{
    Dialect, Field,
    collect::Placed,
    columns::Columns,
    dialect::locale,
    formula, headings,
    source::{BETWEEN, Row, Source},
    structured,
    words::{has_tags, html_of, images_of, words},
};

/// Sentences about what has no place that are kept.
const MAX_SENTENCES: usize = 1_000;

/// What a cell becomes.
pub(super) struct Wish {
    /// Its column by name, also of one that the list does not have yet.
    pub(super) column: String,
    /// Its place in the header; beyond it where it is new.
    pub(super) at: usize,
    pub(super) text: String,
    /// The text alone, where a model's origin is said beside it.
    pub(super) content: Option<String>,
    pub(super) is_html: bool,
}

/// Decides what becomes of cells.
pub(super) struct Planner<'p> {
    source: &'p Source<'p>,
    dialect: Dialect,
    changes: &'p [Change],
    done: Vec<CellChange>,
    not_written: BTreeSet<String>,
    /// Columns that the list does not have, in the order in which they are needed.
    new_columns: Vec<String>,
    is_met: Vec<bool>,
    /// By change and image: alternative texts that have their place.
    alts_written: HashSet<(usize, usize)>,
}

impl<'p> Planner<'p> {
    pub(super) fn new(source: &'p Source<'p>, dialect: Dialect, changes: &'p [Change]) -> Self {
        Self {
            source,
            dialect,
            changes,
            done: Vec::new(),
            not_written: BTreeSet::new(),
            new_columns: Vec::new(),
            is_met: vec![false; changes.len()],
            alts_written: HashSet::new(),
        }
    }

    /// What becomes of a row of the product that a change is for.
    pub(super) fn wishes(
        &mut self,
        row: &Row<'_>,
        columns: &Columns,
        placed: &Placed,
        change: usize,
    ) -> Vec<Wish> {
        self.is_met[change] = true;
        let changes = self.changes;
        let wanted = &changes[change];
        let mut wishes = Vec::new();
        if placed.is_first {
            for (field, text) in [(Field::Title, &wanted.title), (Field::Description, &wanted.description)] {
                if let Some((text, author)) = text {
                    self.text(row, columns, field, text, *author, &mut wishes);
                }
            }
            for (field, text) in &wanted.fields {
                match field {
                    Field::AltText => self.alt(columns, text, &mut wishes),
                    _ => self.text(row, columns, *field, text, Author::Person, &mut wishes),
                }
            }
        }
        let has_text = wanted.title.is_some() || wanted.description.is_some();
        if has_text && !placed.is_first && self.dialect == Dialect::Google {
            // Each item has texts of its own, which name its size and colour.
            self.tell(
                "Only the first item of a group gets the new texts; the others keep theirs.".to_owned(),
            );
        }
        if !wanted.alt_texts.is_empty() {
            self.alts(row, columns, change, &mut wishes);
        }
        self.keep_those_that_change(row, wishes, &wanted.key)
    }

    fn keep_those_that_change(&mut self, row: &Row<'_>, wishes: Vec<Wish>, key: &str) -> Vec<Wish> {
        wishes
            .into_iter()
            .filter(|wish| {
                let old = row.cells.get(wish.at).map_or("", |cell| &**cell);
                let is_same = old == wish.text
                    || wish.content.as_deref().is_some_and(|content| structured::content(old) == content)
                    || (wish.is_html && words(old) == words(&wish.text));
                if !is_same {
                    self.done.push(CellChange {
                        line: row.line,
                        column: wish.column.clone(),
                        key: key.to_owned(),
                        old: old.replace(BETWEEN, ", "),
                        new: wish.text.clone(),
                    });
                }
                !is_same
            })
            .collect()
    }

    fn text(
        &mut self,
        row: &Row<'_>,
        columns: &Columns,
        field: Field,
        text: &str,
        author: Author,
        wishes: &mut Vec<Wish>,
    ) {
        let has_origin =
            self.dialect == Dialect::Google && matches!(field, Field::Title | Field::Description);
        if has_origin && author == Author::Models {
            let name = headings::structured(field);
            let (at, column) = self.column(columns.structured(field), name);
            let text = one_line(text);
            wishes.push(Wish {
                at,
                column,
                text: structured::by_models(&text),
                content: Some(text.into_owned()),
                is_html: false,
            });
            return;
        }
        let known = columns.field(field);
        let Some(name) = known.map(|_| Cow::Borrowed("")).or_else(|| headings::of_field(self.dialect, field))
        else {
            self.tell(format!("No column of this list holds the {}.", spoken(field)));
            return;
        };
        let name = self.in_its_language(name);
        let (at, column) = self.column(known, &name);
        let old = row.cells.get(at).map_or("", |cell| &**cell);
        let is_html = field == Field::Description && (self.dialect.wants_html() || has_tags(old));
        let text = match () {
            () if is_html => Cow::Owned(html_of(text)),
            () if field != Field::Description || self.dialect == Dialect::Google => one_line(text),
            () => Cow::Borrowed(text),
        };
        wishes.push(Wish { at, column, text: self.guarded(&text), content: None, is_html });
        // What a person wrote is not read while a model's text stands beside it.
        if has_origin && let Some(at) = columns.structured(field) {
            let column = self.source.header[at].clone();
            wishes.push(Wish { at, column, text: String::new(), content: None, is_html: false });
        }
    }

    /// A new column's name with the language that the list's other columns have: Akeneo knows a text in no other
    /// way.
    fn in_its_language<'n>(&self, name: Cow<'n, str>) -> Cow<'n, str> {
        let is_text = self.dialect == Dialect::Akeneo && matches!(&*name, "name" | "description");
        match self.source.header.iter().find_map(|other| locale(other)).filter(|_| is_text) {
            Some(locale) => Cow::Owned(format!("{name}-{locale}")),
            None => name,
        }
    }

    fn alts(&mut self, row: &Row<'_>, columns: &Columns, change: usize, wishes: &mut Vec<Wish>) {
        let changes = self.changes;
        let mut images =
            columns.images.iter().filter_map(|&at| row.cells.get(at)).flat_map(|cell| images_of(cell));
        let Some(first) = images.next() else { return };
        let alts = changes[change].alt_texts.iter().enumerate();
        if let Some((at, (_, text))) = alts.into_iter().find(|(_, (image, _))| *image == first)
            && self.alts_written.insert((change, at))
        {
            self.alt(columns, text, wishes);
        }
    }

    /// The cell beside a row's image: it is of the first, where there are more.
    fn alt(&mut self, columns: &Columns, text: &str, wishes: &mut Vec<Wish>) {
        let known = columns.image_alt.or_else(|| columns.field(Field::AltText));
        let name =
            known.map(|_| Cow::Borrowed("")).or_else(|| headings::of_field(self.dialect, Field::AltText));
        let Some(name) = name else {
            self.tell("No column of this list holds alternative texts.".to_owned());
            return;
        };
        let (at, column) = self.column(known, &name);
        wishes.push(Wish { at, column, text: self.guarded(&one_line(text)), content: None, is_html: false });
    }

    /// A column that there is, or else a new one of this name.
    fn column(&mut self, known: Option<usize>, name: &str) -> (usize, String) {
        let header = &self.source.header;
        if let Some(at) = known.or_else(|| header.iter().position(|other| other == name)) {
            return (at, header[at].clone());
        }
        let at = self.new_columns.iter().position(|other| other == name).unwrap_or_else(|| {
            self.new_columns.push(name.to_owned());
            self.new_columns.len() - 1
        });
        (header.len() + at, name.to_owned())
    }

    fn guarded(&self, text: &str) -> String {
        let is_guarded = formula::is_guarded(self.source.format, self.dialect);
        if is_guarded { formula::guard(text).into_owned() } else { text.to_owned() }
    }

    fn tell(&mut self, sentence: String) {
        if self.not_written.len() < MAX_SENTENCES {
            self.not_written.insert(sentence);
        }
    }

    /// The changes, and what had no place.
    pub(super) fn finish(mut self) -> (Vec<CellChange>, Vec<String>) {
        for (at, change) in self.changes.iter().enumerate() {
            if !self.is_met[at] {
                self.tell(format!("No row of this list is of the product \"{}\".", change.key));
                continue;
            }
            for (number, (image, _)) in change.alt_texts.iter().enumerate() {
                if !self.alts_written.contains(&(at, number)) {
                    self.tell(format!("The alternative text of \"{image}\" has no row of its own."));
                }
            }
        }
        (self.done, self.not_written.into_iter().collect())
    }
}

/// A field as it is called in a sentence.
fn spoken(field: Field) -> String {
    field.name().replace('_', " ")
}

fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r', '\t']) {
        Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    }
}
