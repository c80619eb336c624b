//! Which pictures of some folders show nothing that could be a product.
//!
//! ```text
//! cargo run --release -p vitrine-catalog --example recognise -- FOLDER...
//! ```
//!
//! Prints how many photos there are, and of each kind how many and which. Rules of `src/photo/recognisable.rs` are
//! tried with it: on photos of products there should be none.
#![allow(clippy::print_stdout)] // a tool for a developer's terminal

use std::{collections::BTreeMap, env, fs};

use vitrine_catalog::photo;
use walkdir::WalkDir;

fn main() {
    let (mut n, mut found) = (0, BTreeMap::<&str, Vec<String>>::new());
    let files = env::args().skip(1).flat_map(WalkDir::new).filter_map(Result::ok);
    for entry in files.filter(|entry| entry.file_type().is_file()) {
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        let Ok(decoded) = photo::decode(&bytes, photo::FOR_MODELS) else { continue };
        n += 1;
        if let Some(kind) = photo::unrecognisable(&decoded.pixels) {
            found.entry(kind.name()).or_default().push(entry.path().display().to_string());
        }
    }
    println!("{n} photos");
    for (kind, paths) in found {
        println!("{kind}: {}\n  {}", paths.len(), paths.join("\n  "));
    }
}
