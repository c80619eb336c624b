//! What can be wrong with a file of queries, and what to do then.

use std::fmt;

/// Why a file of queries or captions could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1, on which the fault is, or on which the entry with it begins; none of a fault of the
    /// whole file.
    pub line: Option<usize>,
    /// The fault.
    pub fault: Fault,
}

impl std::error::Error for ReadError {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// What is wrong with a file of queries or captions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No letter.
    #[error("Nothing is in this file. Choose the file that holds the queries or captions.")]
    Empty,
    /// Two bytes a letter.
    #[error("This file is saved as UTF-16. Open it in a text editor and save it with the encoding UTF-8.")]
    Utf16,
    /// Bytes that are no text.
    #[error("This line is not UTF-8. Open the file in a text editor and save it with the encoding UTF-8.")]
    NotUtf8,
    /// None of the forms.
    #[error(
        "This is no file of queries or captions that Vitrine knows. It reads lines like \
         {{\"query\": \"red mug\", \"relevant\": [\"a.jpg\"]}}, COCO captions (.json), Flickr8k.token.txt, \
         Conceptual Captions (.tsv), and tables with a column \"caption\" and a column \"image\"."
    )]
    Unrecognised,
    /// A line, row or annotation of more than 16 MiB, or a query or caption of more than 64 KiB.
    #[error(
        "This is too long for a query or caption. A line break or a quotation mark may be missing before it."
    )]
    TooLong,
    /// Not JSON, or JSON of another shape. What the parser says.
    #[error(
        "This is not the JSON that is expected here: {0}. The file may be cut off; get it again, or mend it."
    )]
    Json(String),
    /// JSONL without a query.
    #[error(
        "There is no query here. Write each line like {{\"query\": \"red mug\", \"relevant\": [\"a.jpg\"]}}."
    )]
    NoQuery,
    /// JSONL without judgements.
    #[error(
        "Nothing is said of what should be found. Add \"relevant\": [\"a.jpg\"], or \"relevant\": [] where \
         the catalog has no answer."
    )]
    NoRelevant,
    /// A query or caption without letters.
    #[error("The query or caption is empty. Write one, or remove this entry.")]
    NoText,
    /// An item without a name.
    #[error("The name of a photo or product is empty. Write it, or remove this entry.")]
    NoItem,
    /// A grade that is none.
    #[error(
        "The grade {grade} of \"{item}\" makes no sense. Grades are numbers from 0 (not relevant) to 1,000,000."
    )]
    Grade {
        /// Whose.
        item: String,
        /// As it was read.
        grade: String,
    },
    /// Two judgements that contradict each other.
    #[error("\"{item}\" stands here twice, with different grades. Remove one of them.")]
    TwoGrades {
        /// Which.
        item: String,
    },
    /// COCO without `images`, or without an annotation.
    #[error(
        "The list \"{0}\" is missing or empty, so this is no file of COCO captions. Choose one like \
         captions_val2017.json."
    )]
    NoCocoList(&'static str),
    /// A COCO image without a name.
    #[error("This image has no \"file_name\". Add it, or get the file again.")]
    NoFileName,
    /// Two COCO images with one number.
    #[error("Two images have the id {0}. Give each its own.")]
    TwoImages(String),
    /// A COCO annotation without a caption.
    #[error(
        "This annotation has no caption. Choose the file of captions (captions_val2017.json), not the one of \
         instances or keypoints."
    )]
    NoCaption,
    /// A COCO annotation of nothing.
    #[error(
        "This caption is of the image with the id {0}, which is not among the images. Get the file again."
    )]
    UnknownImage(String),
    /// Flickr8k tokens in another form.
    #[error("A line of this file looks like \"photo.jpg#0\", a tab, and the caption. Mend this line.")]
    NotTokens,
    /// Conceptual Captions in another form.
    #[error(
        "A line of this file is a caption, one tab, and an address like https://shop.example/a.jpg. Mend this \
         line."
    )]
    NotCaptionAndAddress,
    /// More or fewer cells than the header.
    #[error(
        "This row has {found} cells, and the header has {expected}. A cell that holds the separator needs \
         quotation marks around it."
    )]
    Cells {
        /// In the row.
        found: u64,
        /// In the header.
        expected: u64,
    },
    /// A quotation that does not end.
    #[error(
        "A quotation mark is opened in this row and never closed. Close it; the file may also be cut off."
    )]
    OpenQuotation,
    /// A header and nothing else.
    #[error("There is no caption below the header. Choose the file that holds the captions.")]
    NoRows,
}

impl Fault {
    /// The parser's words with the column. Its line is that within the entry, which the caller tells.
    pub(super) fn json(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
        let place = if error.column() > 0 { format!(" at column {}", error.column()) } else { String::new() };
        Self::Json(shortened(words) + &place)
    }
}

/// A piece of a file as it stands in an error: hostile ones are as long as they like, and move the cursor of
/// the terminal that shows them.
pub(super) fn shortened(text: &str) -> String {
    const MAX: usize = 120;
    let start: String = text.chars().take(MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX).is_some() { start + "..." } else { start }
}
