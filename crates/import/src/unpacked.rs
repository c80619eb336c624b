//! How much a workbook unpacks to.
//!
//! A workbook is a ZIP file, so a few bytes can stand for many gigabytes. Everything that will be read is
//! inflated and counted first, and nothing of it kept. What the file says of its own sizes is not believed, and
//! where a reader would believe it, it is compared with what is sensible.

use std::{
    borrow::Cow,
    io::{self, Cursor, Write},
};

use crate::{ListProblem, xlsx::broken};

/// Parts of a workbook.
const MAX_PARTS: usize = 10_000;
/// Bytes of all parts that are read.
const MAX_ALL: u64 = 768 << 20;
/// Bytes that may be packed as tightly as can be.
const HARMLESS: u64 = 32 << 20;
/// How many times the file's own size everything may be: cells of true lists pack to a twentieth or so.
const MAX_RATIO: u64 = 200;
/// Bytes of the texts that cells share, which are held in memory.
const MAX_SHARED: u64 = 256 << 20;
/// Texts that cells share: 100,000 rows of 30 columns have 3,000,000 at most.
const MAX_TEXTS: u64 = 4_000_000;

/// Counts what a workbook unpacks to.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ListProblem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(ListProblem::TooLarge(format!("This workbook has more than {MAX_PARTS} parts.")));
    }
    // Another kind of document in a ZIP file, or a ZIP file of photos.
    let is_workbook = |name: Result<Cow<'_, str>, _>| {
        name.is_ok_and(|name| name.to_ascii_lowercase().ends_with("workbook.xml"))
    };
    if !archive.file_names().any(is_workbook) {
        return Err(ListProblem::NotAList);
    }
    let mut counted = Counted { n_all: 0, n_packed: bytes.len() as u64, texts: None, too_much: None };
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.to_ascii_lowercase();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        counted.texts = name.ends_with("sharedstrings.xml").then(Texts::default);
        let copied = io::copy(&mut part, &mut counted);
        if let Some(most) = counted.too_much.take() {
            return Err(too_large(&most));
        }
        copied.map_err(|error| broken(&error))?;
    }
    Ok(())
}

/// Counts everything that is written into it, and keeps nothing.
struct Counted {
    n_all: u64,
    n_packed: u64,
    /// What is known of the part that holds the shared texts.
    texts: Option<Texts>,
    /// The bound that was hit.
    too_much: Option<String>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.n_all += bytes.len() as u64;
        if self.n_all > MAX_ALL {
            self.too_much = Some(format!("{} MB of cells", MAX_ALL >> 20));
        }
        if self.n_all > HARMLESS && self.n_all > MAX_RATIO.saturating_mul(self.n_packed) {
            self.too_much = Some(format!("{MAX_RATIO} times its size"));
        }
        if let Some(texts) = &mut self.texts {
            texts.take(bytes)?;
            if texts.n_bytes > MAX_SHARED {
                self.too_much = Some(format!("{} MB of texts", MAX_SHARED >> 20));
            } else if texts.n > MAX_TEXTS || texts.n_said > MAX_TEXTS {
                self.too_much = Some(format!("{MAX_TEXTS} texts"));
            }
        }
        match self.too_much {
            Some(_) => Err(io::Error::from(io::ErrorKind::QuotaExceeded)),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large(most: &str) -> ListProblem {
    ListProblem::TooLarge(format!(
        "This workbook unpacks to more than {most}. Cut it into smaller ones, or save it as CSV."
    ))
}

/// Counts the texts that cells share, and reads how many the part says that there are: memory for that many is
/// taken at once by whoever reads it.
///
/// No tags are read here, only their first letters looked for, so that no odd quoting or comment hides one; what
/// only looks like one is counted too, and does no harm.
#[derive(Default)]
struct Texts {
    n_bytes: u64,
    n: u64,
    n_said: u64,
    /// How much of a tag's beginning was just seen.
    n_tag: usize,
    /// How much of the attribute's name was just seen.
    n_name: usize,
    /// The number behind the attribute's name, while it is being read.
    number: Option<u64>,
}

/// What a reader takes the number of texts from.
const COUNT: &[u8] = b"uniqueCount";

impl Texts {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.n_bytes += bytes.len() as u64;
        for &byte in bytes {
            self.n_tag = match (self.n_tag, byte) {
                (_, b'<' | b':') => 1,
                (1, b's') => 2,
                (2, b'i') => 3,
                (3, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n') => {
                    self.n += 1;
                    0
                }
                // Another encoding, in which none of this would be seen.
                (_, 0) => return Err(io::Error::other("a text holds a NUL")),
                _ => 0,
            };
            if let Some(number) = self.number {
                self.number = match byte {
                    b'0'..=b'9' => Some(number.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
                    b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+' if number == 0 => Some(0),
                    _ => None,
                };
                self.n_said = self.n_said.max(number);
            }
            self.n_name =
                if byte == COUNT[self.n_name] { self.n_name + 1 } else { usize::from(byte == COUNT[0]) };
            if self.n_name == COUNT.len() {
                (self.n_name, self.number) = (0, Some(0));
            }
        }
        Ok(())
    }
}
