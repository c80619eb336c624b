//! The words and numbers by which products are found without any model.
//!
//! Triggers note in `stale_words` which products' words have to be written anew; [`Store::refresh_words`]
//! writes them. What is written is folded first (`src/words`), and so is what is asked.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

use roaring::RoaringBitmap;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Field, FieldName, PictureId, ProductId, Store, fields, health, path_bytes,
    reviews::{self, ReviewRow},
    tally::Tally,
    to_i64, to_u64,
};
use crate::{
    describe::Evidence,
    error::CatalogError,
    health::{Known, Problem, problems as problems_of},
    models::ModelIds,
    review::TextPart,
    words,
};

/// Photos of a product whose descriptions and names go into its words: more say nothing new.
const N_PHOTOS: u32 = 24;

/// Where words of a product come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsOf {
    /// The merchant: titles, brands, texts; and what folders and files are called.
    Merchant,
    /// The models: descriptions and what they claim.
    Models,
    /// Folders: what those are called in which a product's photos lie.
    Folders,
}

impl WordsOf {
    fn columns(self) -> &'static str {
        match self {
            Self::Merchant => "{own folder name}",
            Self::Models => "{seen}",
            Self::Folders => "{folder}",
        }
    }
}

/// What a number or name is that finds a product exactly. The lower goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeKind {
    /// A product's or variant's own number.
    Sku,
    /// The number below the bars.
    Barcode,
    /// The name of a file.
    FileName,
    /// A whole title.
    Title,
}

impl CodeKind {
    fn from_rank(rank: i64) -> Self {
        match rank {
            0 => Self::Sku,
            1 => Self::Barcode,
            2 => Self::FileName,
            _ => Self::Title,
        }
    }
}

/// Something that a fact says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactValue {
    /// Folded.
    pub folded: String,
    /// As it is written.
    pub shown: String,
}

/// The words of one product, folded.
#[derive(Default)]
struct Words {
    own: Vec<String>,
    seen: Vec<String>,
    folders: BTreeSet<String>,
    names: BTreeSet<String>,
    codes: BTreeSet<(String, CodeKind)>,
    facts: BTreeMap<(&'static str, String), (String, Option<f64>)>,
}

/// By their folded name, exactly.
pub(super) const BY_CODE: &str = "SELECT product_id, min(kind) FROM code WHERE name = ?1 GROUP BY product_id";
pub(super) const BY_CODE_START: &str =
    "SELECT product_id, min(kind) FROM code WHERE name >= ?1 AND name < ?2 GROUP BY product_id LIMIT ?3";

pub(super) const WITH_FACT: &str =
    "SELECT product_id FROM fact WHERE name = ?1 AND value = ?2 ORDER BY product_id";
pub(super) const WITH_PRICE: &str =
    "SELECT product_id FROM fact WHERE name = 'price' AND number BETWEEN ?1 AND ?2";
pub(super) const FACT_VALUES: &str = "SELECT value, min(shown), count(*) FROM fact WHERE name = ?1 GROUP BY value ORDER BY count(*) DESC, value LIMIT ?2";

impl Store {
    /// Writes the words of up to `limit` products anew; answers how many there were.
    pub fn refresh_words(&self, models: ModelIds, limit: u64) -> Result<u64, CatalogError> {
        let is_current = {
            let reader = self.reader()?;
            !reader.prepare_cached("SELECT 1 FROM stale_words LIMIT 1")?.exists([])?
        };
        if is_current || self.is_read_only() {
            return Ok(0);
        }
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        let stale: Vec<ProductId> = transaction
            .prepare_cached("SELECT product_id FROM stale_words ORDER BY product_id LIMIT ?1")?
            .query_map([to_i64(limit)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for &product in &stale {
            write(&transaction, product, models)?;
        }
        let n = stale.len() as u64;
        count(&transaction)?;
        transaction.commit()?;
        Ok(n)
    }

    /// Writes the words of one product anew, whoever else waits.
    pub fn refresh_words_of(&self, product: ProductId, models: ModelIds) -> Result<(), CatalogError> {
        let mut writer = self.writer()?;
        let transaction = writer.transaction()?;
        write(&transaction, product, models)?;
        count(&transaction)?;
        transaction.commit()?;
        Ok(())
    }

    /// Notes that the words of every product have to be written anew.
    pub fn all_words_are_stale(&self) -> Result<(), CatalogError> {
        self.writer()?.execute("INSERT OR IGNORE INTO stale_words SELECT id FROM product", [])?;
        Ok(())
    }

    /// Changes whenever words were written.
    pub fn words_version(&self) -> Result<u64, CatalogError> {
        Tally::Words.read(&*self.reader()?)
    }

    /// The products in whose words one of these phrases stands, each of folded words with single spaces.
    pub fn with_words(&self, of: WordsOf, phrases: &[String]) -> Result<RoaringBitmap, CatalogError> {
        let quoted: Vec<String> = phrases
            .iter()
            .filter(|phrase| !phrase.is_empty())
            // Folded words hold no quotes; should one, it ends nothing.
            .map(|phrase| format!("\"{}\"", phrase.replace('"', " ")))
            .collect();
        if quoted.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let sought = format!("{} : ({})", of.columns(), quoted.join(" OR "));
        let reader = self.reader()?;
        let version = Tally::Words.read(&reader)?;
        if let Some(kept) = self.postings.find(version, &sought) {
            return Ok(kept);
        }
        let mut statement = reader.prepare_cached("SELECT rowid FROM words WHERE words MATCH ?1")?;
        // By rising id, so they can be appended.
        let rows = statement.query_map([&sought], |row| row.get::<_, u32>(0))?;
        let found = rows.collect::<Result<RoaringBitmap, _>>()?;
        self.postings.keep(version, sought, found.clone());
        Ok(found)
    }

    /// Every word that stands in the words of a product, with the number of products, by the alphabet.
    pub fn vocabulary(&self) -> Result<Vec<(String, u64)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT term, doc FROM vocabulary")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, to_u64(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The products of which a fact says this, folded.
    pub fn with_fact(&self, name: &str, value: &str) -> Result<RoaringBitmap, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(WITH_FACT)?;
        // By rising id, so they can be appended.
        let rows = statement.query_map([name, value], |row| row.get::<_, u32>(0))?;
        Ok(rows.collect::<Result<RoaringBitmap, _>>()?)
    }

    /// The products whose price lies in `from..=to`.
    pub fn with_price(&self, from: f64, to: f64) -> Result<RoaringBitmap, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(WITH_PRICE)?;
        let rows = statement.query_map([from, to], |row| row.get::<_, u32>(0))?;
        Ok(rows.collect::<Result<RoaringBitmap, _>>()?)
    }

    /// What facts of a name say: what most products have first.
    pub fn fact_values(&self, name: &str, limit: usize) -> Result<Vec<FactValue>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(FACT_VALUES)?;
        let rows = statement.query_map(params![name, to_i64(limit as u64)], |row| {
            Ok(FactValue { folded: row.get(0)?, shown: row.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The products of a folded number or name.
    pub fn with_code(&self, name: &str) -> Result<Vec<(ProductId, CodeKind)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(BY_CODE)?;
        let rows = statement.query_map([name], |row| Ok((row.get(0)?, CodeKind::from_rank(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All folded numbers of products and variants, those below the bars among them.
    pub fn product_numbers(&self) -> Result<HashSet<String>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached("SELECT DISTINCT name FROM code WHERE kind IN (0, 1)")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` products one of whose numbers or names begins so.
    pub fn with_code_start(
        &self,
        start: &str,
        limit: u64,
    ) -> Result<Vec<(ProductId, CodeKind)>, CatalogError> {
        let reader = self.reader()?;
        let mut statement = reader.prepare_cached(BY_CODE_START)?;
        // Folded names hold letters and digits alone, all of which come before this.
        let end = format!("{start}\u{10ffff}");
        let rows = statement.query_map(params![start, end, to_i64(limit)], |row| {
            Ok((row.get(0)?, CodeKind::from_rank(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Says to who keeps something of the words that they changed.
fn count(transaction: &Transaction<'_>) -> Result<(), CatalogError> {
    Tally::Words.set(transaction, Tally::Words.read(transaction)? + 1)
}

fn write(transaction: &Transaction<'_>, product: ProductId, models: ModelIds) -> Result<(), CatalogError> {
    transaction.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([product])?;
    transaction.prepare_cached("DELETE FROM code WHERE product_id = ?1")?.execute([product])?;
    transaction.prepare_cached("DELETE FROM fact WHERE product_id = ?1")?.execute([product])?;
    if let Some(found) = gather(transaction, product, models)? {
        let joined = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join(" ");
        transaction
            .prepare_cached("INSERT INTO words (rowid, own, seen, folder, name) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                product,
                found.own.join(" "),
                found.seen.join(" "),
                joined(found.folders),
                joined(found.names)
            ])?;
        let mut fact = transaction.prepare_cached(
            "INSERT INTO fact (product_id, name, value, shown, number) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for ((name, value), (shown, number)) in found.facts {
            fact.execute(params![product, name, value, shown, number])?;
        }
        let mut code = transaction
            .prepare_cached("INSERT OR IGNORE INTO code (name, product_id, kind) VALUES (?1, ?2, ?3)")?;
        for (name, kind) in found.codes {
            code.execute(params![name, product, kind as i64])?;
        }
    }
    transaction.prepare_cached("DELETE FROM stale_words WHERE product_id = ?1")?.execute([product])?;
    Ok(())
}

/// None of a product that is gone.
fn gather(
    transaction: &Transaction<'_>,
    product: ProductId,
    models: ModelIds,
) -> Result<Option<Words>, CatalogError> {
    let is_there = transaction.prepare_cached("SELECT 1 FROM product WHERE id = ?1")?.exists([product])?;
    if !is_there {
        return Ok(None);
    }
    let mut found = Words::default();
    let fields = fields::counting(transaction, product)?;
    let review = reviews::review_of(transaction, product)?;
    for problem in problems(transaction, product, &fields, &review)? {
        found.add_fact("problem", problem.name());
    }
    for field in fields {
        found.add_fact("has", has(field.name));
        match field.name {
            FieldName::Sku => found.add_code(&field.value, CodeKind::Sku),
            FieldName::Barcode => found.add_code(&field.value, CodeKind::Barcode),
            FieldName::Price => {
                if let Some(number) = words::number(&field.value) {
                    found.facts.insert(("price", String::new()), (field.value, Some(number)));
                }
                continue;
            }
            FieldName::Brand => found.add_fact("brand", &field.value),
            FieldName::Category => found.add_fact("category", &field.value),
            FieldName::Title => found.add_code(&field.value, CodeKind::Title),
            FieldName::Description
            | FieldName::Colour
            | FieldName::Material
            | FieldName::Pattern
            | FieldName::Size
            | FieldName::Gender
            | FieldName::AgeGroup
            | FieldName::Tags
            | FieldName::AltText => {}
        }
        found.own.push(words::text_of(&field.value));
    }
    found.add_fact("is", review.state.name());
    // What a person wrote or approved is the shop's own from then on.
    if let Some((words, _)) = review.words {
        found.own.extend([words.title, words.text, words.alt_text].iter().map(|part| words::text_of(part)));
    }
    let mut statement = transaction
        .prepare_cached("SELECT sku, name FROM variant WHERE product_id = ?1 ORDER BY position")?;
    let mut rows = statement.query([product])?;
    while let Some(row) = rows.next()? {
        if let Some(sku) = row.get::<_, Option<String>>(0)? {
            found.add_code(&sku, CodeKind::Sku);
        }
        if let Some(name) = row.get::<_, Option<String>>(1)? {
            found.own.push(words::text_of(&name));
        }
        found.add_fact("has", "variants");
    }
    let mut statement = transaction.prepare_cached(
        "SELECT picture_id FROM product_picture WHERE product_id = ?1 ORDER BY position, picture_id LIMIT ?2",
    )?;
    let pictures: Vec<PictureId> =
        statement.query_map(params![product, N_PHOTOS], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if pictures.len() > 1 {
        found.add_fact("has", "photos");
    }
    for picture in pictures {
        found.add_files(transaction, picture)?;
        found.add_description(transaction, picture, models)?;
    }
    Ok(Some(found))
}

/// What is wrong with a product, and with those of its photos that can be seen.
fn problems(
    transaction: &Transaction<'_>,
    product: ProductId,
    fields: &[Field],
    review: &ReviewRow,
) -> Result<Vec<Problem>, CatalogError> {
    let mut known = Known::of_fields(fields);
    let words = review.words.as_ref().filter(|_| review.state.is_settled()).map(|(words, _)| words);
    let decided = |part: TextPart| words.map(|words| words.part(part)).filter(|text| !text.is_empty());
    let mut statement = transaction.prepare_cached(
        "SELECT p.id, p.width, p.height FROM product_picture pp JOIN picture p ON p.id = pp.picture_id
         WHERE pp.product_id = ?1 AND p.n_files > 0 ORDER BY pp.position, p.id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![product, N_PHOTOS], |row| {
        Ok((row.get::<_, PictureId>(0)?, (row.get(1)?, row.get(2)?)))
    })?;
    for row in rows {
        let (picture, size) = row?;
        known.photos.push((size, health::quality(transaction, picture)?));
    }
    known.title = decided(TextPart::Title).or(known.title);
    known.has_alt_text |= decided(TextPart::AltText).is_some();
    Ok(problems_of(&known))
}

/// How a filter asks whether a product has a field.
fn has(name: FieldName) -> &'static str {
    match name {
        FieldName::Description => "text",
        other => other.name(),
    }
}

impl Words {
    fn add_fact(&mut self, name: &'static str, shown: &str) {
        let value = words::fold(shown);
        if !value.is_empty() {
            self.facts.entry((name, value)).or_insert((shown.trim().to_owned(), None));
        }
    }

    fn add_code(&mut self, text: &str, kind: CodeKind) {
        let name = words::code(text);
        if !name.is_empty() {
            self.codes.insert((name, kind));
        }
    }

    fn add_files(&mut self, transaction: &Transaction<'_>, picture: PictureId) -> Result<(), CatalogError> {
        let mut statement = transaction.prepare_cached(
            "SELECT f.path, s.path FROM file f JOIN source s ON s.id = f.source_id WHERE f.picture_id = ?1
             ORDER BY f.path",
        )?;
        let mut rows = statement.query([picture])?;
        while let Some(row) = rows.next()? {
            let (path, source) = (path_bytes::from_bytes(row.get(0)?), path_bytes::from_bytes(row.get(1)?));
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            self.add_code(&stem, CodeKind::FileName);
            for word in words::split(&stem.replace('_', " ")) {
                // A number of a file says nothing, and each would be a word of its own.
                if !word.folded.contains(|c: char| c.is_ascii_digit()) {
                    self.names.insert(word.folded);
                }
            }
            // The folder that was added counts, what it lies in does not.
            let from = source.parent().unwrap_or(Path::new(""));
            let folder = path.parent().unwrap_or(Path::new(""));
            let inside = folder.strip_prefix(from).unwrap_or(folder);
            self.folders.insert(words::fold(&inside.to_string_lossy().replace(['_', '\\'], " ")));
            if let Some(last) = inside.file_name() {
                self.add_fact("folder", &last.to_string_lossy());
            }
        }
        Ok(())
    }

    /// By the same rule as what is shown: by the writer in use, else the newest by another.
    fn add_description(
        &mut self,
        transaction: &Transaction<'_>,
        picture: PictureId,
        models: ModelIds,
    ) -> Result<(), CatalogError> {
        let written: Option<(i64, String, String)> = transaction
            .prepare_cached(
                "SELECT writer_id, title, text FROM composition WHERE picture_id = ?1
                 ORDER BY writer_id = ?2 DESC, writer_id DESC LIMIT 1",
            )?
            .query_row(params![picture, models.writer], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((writer, title, text)) = written else { return Ok(()) };
        self.add_fact("is", "described");
        let mut statement = transaction.prepare_cached(
            "SELECT value, evidence FROM attribute WHERE picture_id = ?1 AND writer_id = ?2 ORDER BY position",
        )?;
        let mut rows = statement.query(params![picture, writer])?;
        let mut claims: Vec<String> = Vec::new();
        while let Some(row) = rows.next()? {
            claims.push(row.get(0)?);
            if Evidence::from_name(&row.get::<_, String>(1)?) == Evidence::Disputed {
                self.add_fact("has", "flag");
            }
        }
        // Without a claim nothing was recognised, and what the description says is not about a product.
        if !claims.is_empty() {
            for part in [title, text].into_iter().chain(claims) {
                self.seen.push(words::text_of(&part));
            }
        }
        Ok(())
    }
}
