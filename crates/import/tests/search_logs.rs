//! Logs of searches, as shops and tools write them.

use vitrine_import::{LogProblem, LogRead, read_search_log};

type Rows = Vec<(String, String, u64)>;

fn read(bytes: &[u8]) -> Result<(Rows, LogRead), LogProblem> {
    let mut rows = Rows::new();
    let read = read_search_log(bytes, &mut |row| {
        rows.push((row.query.to_owned(), row.sku.to_owned(), row.count));
        true
    })?;
    Ok((rows, read))
}

#[test]
fn rows_are_read_as_tools_write_them() {
    let check = |bytes: &[u8], expected: &[(&str, &str, u64)]| {
        let (rows, told) = read(bytes).unwrap_or_else(|problem| panic!("{problem} of {bytes:?}"));
        let rows: Vec<(&str, &str, u64)> =
            rows.iter().map(|(query, sku, count)| (query.as_str(), sku.as_str(), *count)).collect();
        assert_eq!(rows, expected, "{told:?}");
        assert_eq!(told.n_broken, 0, "{told:?}");
    };
    check(b"query,sku,count\nred mug,A-1,3\n", &[("red mug", "A-1", 3)]);
    // Without a count every row is one search; without a last line end too.
    check(b"Search term;Product ID\r\nred mug;7\r\nred mug;7", &[("red mug", "7", 1), ("red mug", "7", 1)]);
    check(
        b"sku\tclicks\tkeyword\nA\t1,234\tmug\nB\t12.0\tcup\nC\t1 234 567\tcan\n",
        &[("mug", "A", 1_234), ("cup", "B", 12), ("can", "C", 1_234_567)],
    );
    check(b"sep=;\nSuchbegriff;Artikelnummer;Anzahl\nTasse;9;2\n", &[("Tasse", "9", 2)]);
    check(b"query,sku\n\"mug, \"\"big\"\"\",A\n\n , \n", &[("mug, \"big\"", "A", 1)]);
    check(b"Requ\xeate,R\xe9f\xe9rence\nth\xe9i\xe8re,T1\n", &[("théière", "T1", 1)]);
    let wide: Vec<u8> = "\u{feff}query,sku\nчашка,A\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, &[("чашка", "A", 1)]);
}

#[test]
fn rows_that_make_no_sense_are_told_and_cost_themselves() {
    let (rows, told) = read(b"query,sku,count\n,A,1\nmug,,1\nmug,A,0\nmug,A,few\nmug,A,2\n").unwrap();
    assert_eq!(rows, [("mug".to_owned(), "A".to_owned(), 2)]);
    assert_eq!((told.n_rows, told.n_broken), (5, 4));
    let first = told.first_broken.unwrap();
    assert_eq!(
        (first.line, first.message.as_str()),
        (2, "it says nothing that could have been searched for")
    );
}

#[test]
fn what_is_no_log_says_what_it_lacks() {
    let check = |bytes: &[u8], expected: &str| {
        let problem = read(bytes).unwrap_err().to_string();
        assert!(problem.contains(expected), "{problem}");
    };
    check(
        b"Search query,Total searches\nmug,7\n",
        "no column is called \"sku\"; its columns are \"Search query\"",
    );
    check(b"title,sku\nMug,7\n", "no column is called \"query\"");
    check(b"query,sku\n", "it has no rows");
    check(b"", "it has no rows");
    check(b"PK\x03\x04....", "a workbook or an archive");
    check(b"\0\x01\x02\0\x05\x08", "no text");
}

#[test]
fn rows_go_on_over_the_ends_of_what_is_read_at_once() {
    // Longer than two pieces, with letters of several bytes and quoted line ends throughout.
    let mut text = String::from("query,sku,count\n");
    for at in 0..90_000 {
        text.push_str(&format!("\"grüne\nTasse {at}\",S-{at},{}\n", at % 7 + 1));
    }
    assert!(text.len() > 2 << 20);
    let (rows, told) = read(text.as_bytes()).unwrap();
    assert_eq!((told.n_rows, told.n_broken), (90_000, 0), "{:?}", told.first_broken);
    assert!(rows.iter().enumerate().all(|(at, (query, sku, count))| {
        *query == format!("grüne\nTasse {at}") && *sku == format!("S-{at}") && *count == at as u64 % 7 + 1
    }));
    let mut n = 0;
    read_search_log(text.as_bytes(), &mut |_| {
        n += 1;
        n < 10
    })
    .unwrap();
    assert_eq!(n, 10, "the rest is not wanted");
}
