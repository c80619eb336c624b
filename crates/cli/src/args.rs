//! What can be typed.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use vitrine_api::types::{FieldName, SearchFilter, SortBy};

use crate::models::args::{ModelsCommand, Numbers};

/// Find product photos by describing them or by showing a picture. Everything stays on this machine.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, propagate_version = true)]
pub struct Arguments {
    /// The library's folder [default: the user's data folder, or VITRINE_LIBRARY]
    #[arg(long, global = true, value_name = "DIR")]
    pub library: Option<PathBuf>,
    /// The most products (or skipped files) to print
    #[arg(long, global = true, value_name = "N", default_value_t = 10)]
    pub limit: u32,
    /// Print one JSON value
    #[arg(long, global = true)]
    pub json: bool,
    /// Leave the graphics card alone
    #[arg(long, global = true)]
    pub cpu: bool,
    /// Compute in these numbers this once, whatever was chosen for the library
    #[arg(long, global = true, value_enum)]
    pub precision: Option<Numbers>,
    /// Say more about errors
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add folders or photos and index them; without a path, look for changes in what was added
    Index {
        /// Folders or photos
        paths: Vec<PathBuf>,
    },
    /// Find products by words, by a picture, or by both
    Search {
        /// What the product looks like
        #[arg(required_unless_present_any = ["image", "only"])]
        words: Vec<String>,
        /// A picture that the product looks like
        #[arg(long, value_name = "FILE")]
        image: Option<PathBuf>,
        /// Only products of which this is said, such as colour=navy, brand="Best" or price=10..50; -colour=navy turns it
        /// around; may be given again
        #[arg(long, value_name = "KEY=VALUE", value_parser = crate::search::filter, allow_hyphen_values = true)]
        only: Vec<SearchFilter>,
        /// In which order good matches come
        #[arg(long, value_enum, default_value = "best")]
        sort: Sort,
        /// Tell why each product is found
        #[arg(long)]
        why: bool,
        /// Look at the first products more closely, which takes some seconds
        #[arg(long)]
        closer: bool,
    },
    /// Describe photos, which need not be in the catalog
    Describe(DescribeArguments),
    /// Take a folder out of the catalog; its photos stay where they are
    Forget {
        /// The folder, as `status` prints it
        #[arg(required_unless_present = "gone")]
        folder: Option<PathBuf>,
        /// Forget what is remembered of photos that are in no folder any more
        #[arg(long, conflicts_with = "folder")]
        gone: bool,
    },
    /// Make one product of photos whose names or folders say so
    Group {
        /// The folder, as `status` prints it
        folder: PathBuf,
        /// By what
        #[arg(long, value_enum)]
        by: By,
        /// Do it; without this only tell what it would do
        #[arg(long)]
        apply: bool,
    },
    /// Say what a product is called or costs; it goes before what any list says
    Edit {
        /// Its number, as `search` prints it, or its file
        product: String,
        /// What, such as title="Poppy mug"; nothing behind the sign takes back what was said before
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = crate::edit::field)]
        fields: Vec<(FieldName, Option<String>)>,
    },
    /// Show everything about one product
    Show {
        /// Its number, as `search` prints it, or its file
        product: String,
    },
    /// Take a product list in: what the shop says of its products. It is read again whenever it changes
    Import(ImportArguments),
    /// Write approved descriptions back into a list that came in, into a new file, or beside the photos
    Export(ExportArguments),
    /// Go through descriptions, and decide of them
    Review {
        /// What to do
        #[command(subcommand)]
        what: ReviewCommand,
    },
    /// Tell the catalog's health: what is described and checked, which photos a shop would refuse, what is missing
    Report {
        /// A page of HTML to write, with the lists behind the numbers
        file: Option<PathBuf>,
        /// Write nothing, only tell the numbers
        #[arg(long)]
        dry_run: bool,
    },
    /// Let searches learn from this shop, and go by it where they find more
    #[command(args_conflicts_with_subcommands = true)]
    Tune {
        /// Where every draw begins: the same seed gives the same of the same shop
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Change nothing: only tell whether searches would find more
        #[arg(long)]
        dry_run: bool,
        /// Threads that compute at most [default: all cores but one, and both of two]
        #[arg(long)]
        threads: Option<NonZeroUsize>,
        /// What to do with what was learnt
        #[command(subcommand)]
        what: Option<TuneCommand>,
    },
    /// Measure how well searches find what a file says they should
    Eval(EvalArguments),
    /// Count the catalog, and tell which files were skipped and why
    Status {
        /// List all skipped files
        #[arg(long)]
        skipped: bool,
    },
    /// Tell which models are in use and which there are; download, import, check and remove them
    Models {
        /// What to do with them [default: list]
        #[command(subcommand)]
        what: Option<ModelsCommand>,
    },
}

/// The order of an answer.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sort {
    /// The best first
    Best,
    /// By what they are called
    Name,
    /// The cheapest first
    Price,
    /// The dearest first
    PriceDown,
    /// What was added last first
    Newest,
    /// First what is least surely described
    LeastSure,
}

impl From<Sort> for SortBy {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Best => Self::Relevance,
            Sort::Name => Self::Name,
            Sort::Price => Self::Price,
            Sort::PriceDown => Self::PriceDown,
            Sort::Newest => Self::Newest,
            Sort::LeastSure => Self::LeastSure,
        }
    }
}

/// What to measure.
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// Queries with the photos or numbers that answer them (JSON lines), or captions of photos (COCO, Flickr8k,
    /// Conceptual Captions, tables); with --claims what is true of photos (a table: photo, kind, value)
    pub file: PathBuf,
    /// Measure verdicts on claims: each true one, and each with a value of another photo in its place
    #[arg(long, conflicts_with = "systems")]
    pub claims: bool,
    /// Have the matching model read each claim
    #[arg(long, requires = "claims")]
    pub closer: bool,
    /// Fit a pack's weights on every second photo, and measure on the others
    #[arg(long, requires = "claims")]
    pub fit: bool,
    /// Only this way of weighing the parts of a photo, such as fused; may be given again
    #[arg(long = "system", value_name = "NAME")]
    pub systems: Vec<String>,
    /// Also write a page with plots and the worst failures
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A product list to take in.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The list: CSV, TSV, JSON, JSON lines, Excel workbook or XML feed
    pub file: PathBuf,
    /// What a column means, such as Bezeichnung=title, Bild=image or Stock=ignored; may be given again, and is
    /// remembered
    #[arg(long = "column", value_name = "COLUMN=MEANING", value_parser = crate::import::column)]
    pub columns: Vec<(String, String)>,
    /// Only tell what it would bring, and what may be wrong with it
    #[arg(long)]
    pub dry_run: bool,
}

/// Where approved descriptions go.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("how").required(true).args(["form", "back", "beside"]))]
pub struct ExportArguments {
    /// The file to write; with --beside the folder. Without it nothing is written, only shown
    pub place: Option<PathBuf>,
    /// A new file: shopify, shopify_old, google_tsv, google_xml, woocommerce, akeneo, csv, json, json_lines or xlsx
    #[arg(long = "as", value_name = "FORM")]
    pub form: Option<String>,
    /// The list of this name that came in, with new words and otherwise as it was
    #[arg(long, value_name = "LIST")]
    pub back: Option<String>,
    /// A file for each photo
    #[arg(long, value_enum, value_name = "FORM")]
    pub beside: Option<Beside>,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// A form of file beside a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Beside {
    /// Plain text
    Text,
    /// XMP with IPTC's alternative text
    Xmp,
}

/// What to do with what searches learnt.
#[derive(Debug, Subcommand)]
pub enum TuneCommand {
    /// Tell what searches go by, what was learnt and when, and what there is to learn from
    List,
    /// Add what people searched for and which products they went to then: a CSV file with the columns query, sku and,
    /// where it counts, count. It takes the place of the one before it
    Log {
        /// The file
        #[arg(required_unless_present = "forget")]
        file: Option<PathBuf>,
        /// Forget the log that there is
        #[arg(long, conflicts_with = "file")]
        forget: bool,
    },
    /// Let searches go by what was learnt at some time
    Use {
        /// Its number, as `list` prints it
        number: u32,
    },
    /// Let searches go by the models alone again; what was learnt is kept
    Back,
    /// Tell what one brings, with its figures
    Report {
        /// Its number [default: the newest]
        number: Option<u32>,
        /// A page of HTML to write, with curves
        #[arg(long)]
        html: Option<PathBuf>,
    },
    /// Forget one that is not in use
    Remove {
        /// Its number, as `list` prints it
        number: u32,
    },
}

/// What to do with descriptions.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// List what needs eyes most first
    List {
        /// Only of this state
        #[arg(long, value_enum)]
        state: Option<State>,
        /// Only with a doubtful claim
        #[arg(long)]
        doubtful: bool,
    },
    /// Show a description with its claims
    Show {
        /// A product's number, as `search` prints it, or its file
        product: String,
    },
    /// Find descriptions right as they are
    Approve {
        /// Products' numbers or files
        #[arg(required = true)]
        products: Vec<String>,
    },
    /// Refuse descriptions
    Reject {
        /// Products' numbers or files
        #[arg(required = true)]
        products: Vec<String>,
    },
    /// Mark descriptions of which somebody has to say something first
    Ask {
        /// Products' numbers or files
        #[arg(required = true)]
        products: Vec<String>,
    },
    /// Have descriptions looked at again
    Reopen {
        /// Products' numbers or files
        #[arg(required = true)]
        products: Vec<String>,
    },
    /// Write other words; what is not named stays
    Edit {
        /// A product's number or file
        product: String,
        /// The title
        #[arg(long, required_unless_present_any = ["text", "alt"])]
        title: Option<String>,
        /// The text
        #[arg(long)]
        text: Option<String>,
        /// The alternative text
        #[arg(long)]
        alt: Option<String>,
    },
    /// Note something; the state stays
    Note {
        /// A product's number or file
        product: String,
        /// What; "" takes the note away
        note: String,
    },
    /// Take the last decision back
    Undo,
    /// Make a decision again that was taken back
    Redo,
    /// Tell who decided what of a product
    History {
        /// A product's number or file
        product: String,
    },
}

/// How far a description has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// Nobody decided yet
    Pending,
    /// Right as it was written
    Approved,
    /// Written or mended by a person
    Edited,
    /// Refused
    Rejected,
    /// Somebody has to say something first
    Unclear,
}

/// By what photos become products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Names that differ by a number or a side: A7_1.jpg, A7-front.jpg
    Names,
    /// The folder that they are in
    Folders,
    /// Nothing: each photo is a product of its own
    Nothing,
}

/// How photos are described.
#[derive(Debug, Args)]
pub struct DescribeArguments {
    /// Photos
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// What to do with them
    #[arg(long, value_enum, default_value_t = Mode::Product)]
    pub mode: Mode,
    /// How the caption's words are chosen
    #[arg(long, value_enum, default_value_t = Style::Beam)]
    pub style: Style,
    /// Where chance starts from, with --style nucleus
    #[arg(long, default_value_t = 0)]
    pub seed: u32,
    /// Words that the caption starts with, such as "a picture of"
    #[arg(long)]
    pub prompt: Option<String>,
    /// Only rank the terms in this file, one a line
    #[arg(long, value_name = "FILE")]
    pub terms: Option<PathBuf>,
    /// With --mode best: pass over phrases that hardly help
    #[arg(long)]
    pub quick: bool,
}

/// What to do with a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Title, text, alternative text and attributes, as in the catalog
    Product,
    /// The caption alone
    Caption,
    /// The caption and the phrases that fit best
    Fast,
    /// The caption, then medium, presentation, movement and flavours
    Classic,
    /// The chain of phrases that comes nearest to the photo; takes a while
    Best,
    /// Phrases that fit least
    Negative,
}

/// How a caption's words are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// The most likely sentence of three followed side by side
    Beam,
    /// The most likely word, each time
    Greedy,
    /// By chance among the likely words
    Nucleus,
}
