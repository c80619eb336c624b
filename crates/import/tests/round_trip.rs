//! Whatever a list looks like, writing it back changes what was asked for and no other byte; and what is written
//! anew is read again as it was meant.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use proptest::prelude::*;
use vitrine_import::{
    Author, Change, Field, ListedVariant, OutProduct, Target, inspect, read_list, rewrite, write,
};

fn title(key: &str, text: &str, author: Author) -> Change {
    Change { key: key.to_owned(), title: Some((text.to_owned(), author)), ..Change::default() }
}

/// How a generated table is stored.
#[derive(Debug, Clone)]
struct Store {
    delimiter: char,
    encoding: usize,
    has_sep: bool,
}

impl Store {
    /// Bytes of a text; letters that the encoding lacks are replaced before.
    fn bytes(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            0 => text.as_bytes().to_vec(),
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            2 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            _ => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        }
    }
}

/// A cell as it is written, odd quoting included.
fn raw_cell(delimiter: char) -> impl Strategy<Value = String> {
    let plain = "[a-zé =<&'.-]{0,8}";
    let quoted = "[a-zé,;|\n\t ]{0,8}".prop_map(|text| format!("\"{text}\""));
    let doubled = "[a-z]{0,4}".prop_map(|text| format!("\"{text}\"\"{text}\""));
    let odd = "[a-z]{1,4}".prop_map(|text| format!("\"{text}\"{text}"));
    let inner = "[a-z]{1,4}".prop_map(|text| format!("{text}\"{text}"));
    prop_oneof![plain, quoted, doubled, odd, inner]
        .prop_map(move |cell| if cell.starts_with('"') { cell } else { cell.replace(delimiter, "") })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn all_other_cells_keep_their_bytes(
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        encoding in 0_usize..4,
        has_sep in any::<bool>(),
        seed in prop::collection::vec((prop::collection::vec(raw_cell(','), 4), 0_usize..3, 0_usize..3, any::<bool>()), 1..8),
        text in "[a-zé,;|\" =<&]{1,10}",
        adds_column in any::<bool>(),
    ) {
        let store = Store { delimiter, encoding, has_sep };
        let ends = ["\n", "\r\n", "\r"];
        let sign = delimiter.to_string();
        // Each row as its raw cells and the end of its line.
        let mut rows: Vec<(Vec<String>, &str)> =
            vec![(["image", "title", "odd", "é-column", ""].map(str::to_owned).to_vec(), ends[seed[0].1])];
        for (number, (cells, end, n_more, _)) in seed.iter().enumerate() {
            let cells: Vec<String> = cells.iter().map(|cell| if cell.starts_with('"') { cell.clone() } else { cell.replace(delimiter, "") }).collect();
            let mut row = vec![format!("{number}.jpg"), cells[0].clone(), cells[1].clone(), cells[2].clone()];
            row.extend(std::iter::repeat_n(String::new(), *n_more));
            rows.push((row, ends[*end]));
        }
        let file = |rows: &[(Vec<String>, &str)]| {
            let mut file = if store.has_sep { format!("sep={}\r\n", store.delimiter) } else { String::new() };
            for (cells, end) in rows {
                file.push_str(&cells.join(&sign));
                file.push_str(end);
            }
            store.bytes(&file)
        };
        let source = file(&rows);
        let same = rewrite(&source, None, &[]).unwrap();
        prop_assert_eq!(&same.bytes, &source);

        let changes: Vec<Change> = seed
            .iter()
            .enumerate()
            .filter(|(_, (_, _, _, is_changed))| *is_changed)
            .map(|(number, _)| {
                let key = format!("{number}.jpg");
                let mut change = title(&key, text.trim(), Author::Person);
                if adds_column {
                    change.alt_texts = vec![(key, "alt é".to_owned())];
                }
                change
            })
            .collect();
        prop_assume!(!text.trim().is_empty());
        let written = rewrite(&source, None, &changes).unwrap();
        let list = read_list(&written.bytes, None).unwrap();
        for change in &changes {
            let product = list.products.iter().find(|product| product.key == change.key).unwrap();
            // In UTF-8, of which nothing has to be guessed: a file of one such word may be of many encodings.
            let alone = format!("image{sign}title\nx.jpg{sign}\"{}\"\n", text.trim().replace('"', "\"\""));
            let expected = read_list(alone.as_bytes(), None).unwrap();
            prop_assert_eq!(product.field(Field::Title), expected.products[0].field(Field::Title));
            prop_assert_eq!(product.alt_texts.len(), usize::from(adds_column));
        }
        // With the changed cells put into the table, it is the file that was written.
        let has_column = written.changes.iter().any(|change| change.column == "alt_text");
        let width = rows.iter().map(|(cells, _)| cells.len()).max().unwrap();
        let quoted = |text: &str| {
            let needs = text.contains(['"', '\n', delimiter]) || text.trim() != text;
            if needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
        };
        for (number, (cells, _)) in rows.iter_mut().enumerate() {
            let key = number.checked_sub(1).map(|number| format!("{number}.jpg"));
            let of_row = written.changes.iter().filter(|change| Some(&change.key) == key.as_ref());
            let mut alt = String::new();
            for change in of_row {
                if change.column == "title" {
                    let was_quoted = cells[1].starts_with('"');
                    cells[1] = quoted(&change.new);
                    if was_quoted && !cells[1].starts_with('"') {
                        cells[1] = format!("\"{}\"", cells[1]);
                    }
                } else {
                    alt = change.new.clone();
                }
            }
            if has_column {
                cells.resize(width, String::new());
                cells.push(if number == 0 { "alt_text".to_owned() } else { alt });
            }
        }
        let expected = file(&rows);
        prop_assert_eq!(String::from_utf8_lossy(&written.bytes), String::from_utf8_lossy(&expected));
    }

    #[test]
    fn cells_are_cut_as_csv_readers_cut_them(text in "[ab,\"\r\n]{0,40}") {
        let table = format!("image,title\n{text}");
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(table.as_bytes());
        let expected: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(|cell| cell.trim().to_owned()).collect())
            .filter(|cells: &Vec<String>| cells.iter().any(|cell| !cell.is_empty()))
            .collect();
        // Where a mark is never closed, this crate goes on and says so.
        let is_closed = read_list(table.as_bytes(), None).map_or(true, |list| list.problems.iter().all(|problem| !problem.message.contains("quotation")));
        if is_closed && expected.len() <= 10 {
            let seen = inspect(table.as_bytes()).unwrap();
            prop_assert_eq!(&seen.sample, &expected[1..]);
        }
    }
}

/// A value of JSON as it is written, and whether it is whole.
fn raw_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("[ ]".to_owned()),
        Just("{ \"a\" : [1,2 ,{\"b\":\"}\"}]}".to_owned()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?",
        "[a-zé,;\\[\\]{}:]{0,8}".prop_map(|text| format!("\"{text}\\u00e9\\\"\\\\\"")),
    ]
}

/// The inside of an element of XML as it is written.
fn raw_inner() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zé ]{0,8}",
        "[a-z]{1,4}".prop_map(|text| format!("{text}&amp;&#x41;<!-- {text} -->{text}")),
        "[a-z<>&]{0,6}".prop_map(|text| format!("<![CDATA[{text}]]>")),
        "[a-z]{1,4}".prop_map(|text| format!("<b x='>'>{text}</b>\n<c/>")),
    ]
}

/// Words as people and shops write them: in one line, without what would be read as HTML, or as the apostrophe that
/// guards a formula.
fn words() -> impl Strategy<Value = String> {
    "[A-Za-z0-9é=+@][A-Za-z0-9é,;|\"'=+@ <-]{0,12}[A-Za-z0-9é\"]"
        .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn records_of_json_keep_their_bytes(
        seed in prop::collection::vec((raw_value(), raw_value(), prop::sample::select(vec!["", " ", "\n  ", "\t"]), any::<bool>()), 1..6),
        is_lines in any::<bool>(),
        has_mark in any::<bool>(),
        text in "[a-zé\"\\\\/ \u{1f600}]{1,8}",
    ) {
        prop_assume!(!text.trim().is_empty());
        let file = |titles: &[String]| {
            let records: Vec<String> = seed
                .iter()
                .zip(titles)
                .enumerate()
                .map(|(number, ((_, other, space, _), title))| {
                    let space = if is_lines { " " } else { space };
                    format!("{{{space}\"image\":{space}\"{number}.jpg\" ,{space}\"title\"{space}:{title},\"odd é\": {other}{space}}}")
                })
                .collect();
            let text = if is_lines { records.join("\r\n") } else { format!("\n[ {} ]", records.join(" ,\n")) };
            if has_mark { format!("\u{feff}{text}") } else { text }
        };
        let old: Vec<String> = seed.iter().map(|(title, ..)| title.clone()).collect();
        let source = file(&old).into_bytes();
        prop_assert_eq!(&rewrite(&source, None, &[]).unwrap().bytes, &source);
        let is_changed = |number: usize| seed[number].3;
        let changes: Vec<Change> = (0..seed.len())
            .filter(|number| is_changed(*number))
            .map(|number| title(&format!("{number}.jpg"), &text, Author::Person))
            .collect();
        let written = rewrite(&source, None, &changes).unwrap();
        let list = read_list(&written.bytes, None).unwrap();
        for change in &changes {
            let product = list.products.iter().find(|product| product.key == change.key).unwrap();
            let expected = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(product.field(Field::Title), Some(expected.as_str()));
        }
        let new: Vec<String> = old
            .iter()
            .enumerate()
            .map(|(number, old)| match old.as_str() {
                old if !is_changed(number) => old.to_owned(),
                // An array stays one.
                "[ ]" => format!("[{}]", serde_json::Value::from(text.as_str())),
                _ => serde_json::Value::from(text.as_str()).to_string(),
            })
            .collect();
        prop_assert_eq!(String::from_utf8_lossy(&written.bytes), file(&new));
    }

    #[test]
    fn items_of_feeds_keep_their_bytes(
        seed in prop::collection::vec((raw_inner(), raw_inner(), prop::sample::select(vec!["", "\n  ", "\r\n\t"]), any::<bool>()), 1..6),
        encoding in 0_usize..3,
        text in "[a-zé<>&\"' ]{1,8}",
    ) {
        prop_assume!(!text.trim().is_empty());
        let file = |titles: &[String]| {
            let mut file = "<?xml version='1.0'?>\n<!-- kept --><rss><channel><title>Shop</title>".to_owned();
            for (number, ((_, other, space, _), title)) in seed.iter().zip(titles).enumerate() {
                file.push_str(&format!("<item a='>'>{space}<g:id>{number}</g:id>{space}<!-- <title> --><g:title  x=\"/>\" >{title}</g:title>{space}<g:image_link>{number}.jpg</g:image_link><odd>{other}</odd></item >{space}"));
            }
            file.push_str("</channel></rss>\n");
            Store { delimiter: ',', encoding, has_sep: false }.bytes(&file)
        };
        let old: Vec<String> = seed.iter().map(|(title, ..)| title.clone()).collect();
        let source = file(&old);
        prop_assert_eq!(&rewrite(&source, None, &[]).unwrap().bytes, &source);
        let changes: Vec<Change> = (0..seed.len())
            .filter(|number| seed[*number].3)
            .map(|number| title(&number.to_string(), &text, Author::Person))
            .collect();
        let written = rewrite(&source, None, &changes).unwrap();
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let done = |number: usize| written.changes.iter().any(|change| change.key == number.to_string());
        let new: Vec<String> =
            old.iter().enumerate().map(|(number, old)| if done(number) { escaped.clone() } else { old.clone() }).collect();
        let expected = file(&new);
        prop_assert_eq!(String::from_utf8_lossy(&written.bytes), String::from_utf8_lossy(&expected));
        let titles = |bytes: &[u8]| -> Vec<Option<String>> {
            let list = read_list(bytes, None).unwrap();
            list.products.iter().map(|product| product.field(Field::Title).map(str::to_owned)).collect()
        };
        let meant = titles(&file(&old.iter().map(|_| escaped.clone()).collect::<Vec<_>>()));
        for (number, found) in titles(&written.bytes).into_iter().enumerate().filter(|(number, _)| seed[*number].3) {
            prop_assert_eq!(found, meant[number].clone());
        }
    }

    #[test]
    fn new_files_are_read_as_they_were_meant(
        texts in prop::collection::vec(words(), 12),
        n_images in 0_usize..4,
        n_variants in 0_usize..3,
        target in prop::sample::select(Target::ALL.to_vec()),
        author in prop::sample::select(vec![Author::Shop, Author::Models, Author::Person]),
    ) {
        let text = |at: usize| texts[at].clone();
        let product = OutProduct {
            key: "K-1".to_owned(),
            fields: vec![
                (Field::Sku, "K-1".to_owned()),
                (Field::Price, "5.00 EUR".to_owned()),
                (Field::Category, text(0)),
                (Field::Brand, text(1)),
                (Field::Colour, text(2)),
                (Field::Size, text(3)),
            ],
            title: (text(4), author),
            description: (text(5), author),
            alt_text: (text(6), author),
            images: (0..n_images).map(|number| format!("https://x.example/{number}.jpg")).collect(),
            variants: (0..n_variants)
                .map(|number| ListedVariant {
                    sku: Some(format!("K-1-{number}")),
                    name: Some(text(7 + number)),
                    price: Some("6.00 EUR".to_owned()),
                    options: vec![("Colour".to_owned(), text(7 + number))],
                    ..ListedVariant::default()
                })
                .collect(),
            attributes: vec![("Care".to_owned(), text(10))],
        };
        let bytes = write(target, std::slice::from_ref(&product)).unwrap();
        let shown = String::from_utf8_lossy(&bytes);
        let list = read_list(&bytes, None).unwrap();
        prop_assert_eq!(list.products.len(), 1, "{}", shown);
        let found = &list.products[0];
        prop_assert_eq!(found.field(Field::Title), Some(product.title.0.as_str()), "{}", shown);
        prop_assert_eq!(found.field(Field::Description), Some(product.description.0.as_str()), "{}", shown);
        for (field, value) in &product.fields {
            prop_assert_eq!(found.field(*field), Some(value.as_str()), "{:?} of {}", field, shown);
        }
        prop_assert_eq!(&found.images, &product.images, "{}", shown);
        let names = |variants: &[ListedVariant]| -> Vec<(Option<String>, Vec<String>)> {
            let values = |variant: &ListedVariant| variant.options.iter().map(|(_, value)| value.clone()).collect();
            variants.iter().map(|variant| (variant.sku.clone(), values(variant))).collect()
        };
        let expected = names(&product.variants);
        // Google's items say all that is told of them, also what they have in common.
        let found = names(&found.variants).into_iter().map(|(sku, mut values)| {
            values.truncate(1);
            (sku, values)
        });
        prop_assert_eq!(found.collect::<Vec<_>>(), expected, "{}", shown);
    }
}
