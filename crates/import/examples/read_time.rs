//! Time and memory of reading a long list.
//!
//! ```sh
//! cargo run --release -p vitrine-import --example read_time -- 100000 csv
//! ```
//!
//! The second word is a target by name: `csv`, `json`, `json_lines`, `xlsx`, `google_xml` and so on; with `unique`
//! behind it no two cells say the same, which no shop's list does. A process of its own reads the list, so that
//! what making it took is not counted.
#![allow(clippy::print_stdout)] // figures for whoever runs it

use std::{
    env,
    error::Error,
    io::{self, Read, Write},
    process::{Command, Stdio},
    time::Instant,
};

use vitrine_import::{Author, Field, OutProduct, Target, read_list, write};

/// What the list says beside the fields that are read: columns that only the shop knows.
const N_OTHER: usize = 14;
/// How many colours, brands and so on a shop has.
const N_VALUES: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["read", length] => read(length.parse()?),
        [n_rows, target, rest @ ..] => {
            let n_values = if rest == ["unique"] { usize::MAX } else { N_VALUES };
            let target = Target::from_name(target).ok_or("no such target")?;
            make_and_read(n_rows.parse()?, target, n_values)
        }
        _ => Err("say how many rows, and a target: 100000 csv".into()),
    }
}

fn make_and_read(n_rows: usize, target: Target, n_values: usize) -> Result<(), Box<dyn Error>> {
    let products: Vec<OutProduct> = (0..n_rows).map(|number| product(number, n_values)).collect();
    let list = write(target, &products)?;
    println!("{n_rows} products as {}: {:.1} MB", target.name(), megabytes(list.len()));
    let mut reader = Command::new(env::current_exe()?)
        .args(["read", &list.len().to_string()])
        .stdin(Stdio::piped())
        .spawn()?;
    reader.stdin.take().ok_or("no way in")?.write_all(&list)?;
    if reader.wait()?.success() { Ok(()) } else { Err("reading failed".into()) }
}

fn read(length: usize) -> Result<(), Box<dyn Error>> {
    let mut list = Vec::with_capacity(length);
    io::stdin().read_to_end(&mut list)?;
    let before = memory("VmRSS:");
    let began = Instant::now();
    let found = read_list(&list, None)?;
    let took = began.elapsed();
    let peak = memory("VmHWM:");
    let (n_products, n_problems) = (found.products.len(), found.problems.len());
    println!("{n_products} products and {n_problems} problems in {:.2} s", took.as_secs_f64());
    if let (Some(before), Some(peak)) = (before, peak) {
        let above = megabytes(peak.saturating_sub(before));
        println!("peak {:.0} MB, which is {above:.0} MB above the list itself", megabytes(peak));
    }
    Ok(())
}

fn product(number: usize, n_values: usize) -> OutProduct {
    let value = number % n_values;
    let field = |field: Field, text: &str| (field, format!("{text} {value}"));
    let description = "A mug of stoneware for tea and coffee, glazed by hand and fired twice. ".repeat(3);
    OutProduct {
        key: format!("VT-{number:06}"),
        fields: vec![
            (Field::Sku, format!("VT-{number:06}")),
            (Field::Price, format!("{}.50 EUR", number % 90 + 5)),
            field(Field::Category, "Kitchen > Mugs"),
            field(Field::Brand, "Poppy"),
            (Field::Barcode, format!("{:013}", number * 7)),
            field(Field::Colour, "red"),
            field(Field::Material, "stoneware"),
            field(Field::Pattern, "plain"),
            field(Field::Size, "350 ml"),
            field(Field::Gender, "unisex"),
            field(Field::Tags, "tea, kitchen"),
        ],
        title: (format!("Poppy Mug 350 ml, number {number}"), Author::Shop),
        description: (format!("{description}{number}"), Author::Shop),
        alt_text: (format!("A red mug on white, {number}"), Author::Shop),
        images: vec![format!("mug-{number}.jpg")],
        variants: Vec::new(),
        attributes: (0..N_OTHER)
            .map(|column| (format!("Note {column}"), format!("said in {column} of {value}")))
            .collect(),
    }
}

/// Bytes that this process holds or held, as the system says; only Linux does.
fn memory(name: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
