//! What is doubtful about rows that were read: the merchant may want to look at them.

use crate::{Field, ListedProduct, price::read_price};

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// The price is no price.
    BadPrice,
    /// The title is longer than shops show.
    LongTitle,
    /// The same number or handle stands on rows of different products.
    Double,
    /// The product has no title.
    NoTitle,
    /// The product has no image.
    NoImage,
    /// The number below the bars has a wrong digit.
    BadBarcode,
}

/// Something that is doubtful about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its line, from 1.
    pub line: u64,
    /// What kind it is.
    pub kind: FindingKind,
    /// What it is, for a person.
    pub message: String,
}

/// Letters of a title that marketplaces show.
const MAX_TITLE: usize = 150;
/// Findings that are kept.
const MAX_FINDINGS: usize = 10_000;

#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, line: u64, kind: FindingKind, message: String) {
        if self.0.len() < MAX_FINDINGS {
            self.0.push(Finding { line, kind, message });
        }
    }

    pub(crate) fn double(&mut self, line: u64, name: &str, first: u64) {
        let message = format!("\"{}\" stands in line {first} already, with another title.", short(name));
        self.add(line, FindingKind::Double, message);
    }

    pub(crate) fn of_product(&mut self, product: &ListedProduct, wants_images: bool) {
        let line = product.line;
        match product.field(Field::Title) {
            None => self.add(line, FindingKind::NoTitle, "This product has no title.".to_owned()),
            Some(title) => {
                let n = title.chars().count();
                if n > MAX_TITLE {
                    let message = format!("This title has {n} letters; shops show {MAX_TITLE}.");
                    self.add(line, FindingKind::LongTitle, message);
                }
            }
        }
        if wants_images && product.images.is_empty() {
            self.add(line, FindingKind::NoImage, "This product names no photo.".to_owned());
        }
        self.price(line, product.field(Field::Price));
        self.barcode(line, product.field(Field::Barcode));
        for variant in &product.variants {
            self.price(variant.line, variant.price.as_deref());
            self.barcode(variant.line, variant.barcode.as_deref());
        }
    }

    fn price(&mut self, line: u64, price: Option<&str>) {
        if let Some(price) = price.filter(|price| read_price(price).is_none()) {
            self.add(line, FindingKind::BadPrice, format!("\"{}\" is no price.", short(price)));
        }
    }

    fn barcode(&mut self, line: u64, barcode: Option<&str>) {
        let Some(barcode) = barcode else { return };
        if let Err(why) = check_barcode(barcode) {
            self.add(line, FindingKind::BadBarcode, format!("\"{}\" is no barcode: {why}.", short(barcode)));
        }
    }

    /// All of them, by line.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.line);
        self.0
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn check_barcode(written: &str) -> Result<(), &'static str> {
    let code: String = written.chars().filter(|c| !matches!(c, ' ' | '-' | '\'')).collect();
    let is_isbn = code.len() == 10 && code.bytes().take(9).all(|byte| byte.is_ascii_digit());
    if is_isbn {
        return Ok(());
    }
    if code.contains(['E', 'e']) && code.contains(['.', ',', '+']) {
        return Err("a spreadsheet rounded it");
    }
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("it has other signs than digits");
    }
    if ![8, 12, 13, 14].contains(&code.len()) {
        return Err("it does not have 8, 12, 13 or 14 digits");
    }
    // From the right, every other digit counts three times, and all add up to a multiple of ten.
    let sum: u32 = code
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    if sum.is_multiple_of(10) { Ok(()) } else { Err("its last digit does not fit the others") }
}
