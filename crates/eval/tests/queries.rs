//! Files of queries and captions in every form that the field keeps them in.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use vitrine_eval::queries::{Layout, QuerySet, read, recognise};

const COCO: &str = r#"{"info": {"year": 2017}, "images": [{"id": 9, "file_name": "b.jpg", "width": 640}, {"id": 7, "file_name": "a.jpg"}],
 "annotations": [
  {"image_id": 7, "id": 1, "caption": "A red mug. "},
  {"image_id": 9, "id": 2, "caption": "Two cups"},
  {"image_id": 7, "id": 3, "caption": "A mug"}
]}"#;

/// Each query with its line, and its items with their grades.
type Flat<'a> = &'a [(usize, &'a str, &'a [(&'a str, f64)])];

fn check(name: &str, text: &str, layout: Layout, expected: Flat<'_>) {
    let bytes = text.as_bytes();
    let set = read(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((recognise(name, bytes), set.layout), (Some(layout), layout), "{name}: {text}");
    check_queries(&set.queries, expected, text);
    assert_eq!(set.captions.is_none(), layout == Layout::Jsonl, "{name}: {text}");
    if let Some(captions) = set.captions {
        assert_eq!(captions.items.values().map(Vec::len).sum::<usize>(), expected.len(), "{text}");
        for query in &set.queries.queries {
            assert!(captions.items[&query.relevant[0].0].contains(&query.text), "{text}");
        }
    }
}

fn check_queries(set: &QuerySet, expected: Flat<'_>, what: &str) {
    assert_eq!(set.queries.len(), expected.len(), "{what}");
    for (query, (line, text, items)) in set.queries.iter().zip(expected) {
        assert_eq!((query.line, query.text.as_str()), (*line, *text), "{what}");
        let found: Vec<_> = query.relevant.iter().map(|(item, grade)| (item.as_str(), *grade)).collect();
        assert_eq!(found, *items, "{what}");
    }
}

#[test]
fn judged_queries_are_read() {
    let check = |text: &str, expected: Flat<'_>| check("q.jsonl", text, Layout::Jsonl, expected);
    let mug: Flat<'_> = &[(1, "red mug", &[("a.jpg", 1.0)])];
    check(r#"{"query": "red mug", "relevant": ["a.jpg"]}"#, mug);
    check("{\"query\": \"red mug\", \"relevant\": [\"a.jpg\"]}\r\n\r\n", mug);
    check("\u{feff}{\"query\": \" red mug \", \"relevant\": {\"a.jpg\": 1}}", mug);
    check(r#"{"id": 4, "relevant": ["a.jpg", "a.jpg"], "query": "red mug", "more": [{}]}"#, mug);
    check(r#"{"query": "red mug", "relevant": {"a.jpg": 1, "a.jpg": 1.0}}"#, mug);
    check(r#"{"query": "Tasse für Tee", "relevant": []}"#, &[(1, "Tasse für Tee", &[])]);
    check(
        "\n{\"query\": \"x\", \"relevant\": {\"d/a.jpg\": 3, \"SKU-1\": 0.5, \"c\": 0}}\n\n{\"query\": \"x\", \"relevant\": [\"e\"]}",
        &[(2, "x", &[("d/a.jpg", 3.0), ("SKU-1", 0.5), ("c", 0.0)]), (4, "x", &[("e", 1.0)])],
    );
}

#[test]
fn captions_are_read_from_every_form() {
    let two: Flat<'_> = &[(1, "A red mug.", &[("a.jpg", 1.0)]), (2, "A mug", &[("a.jpg", 1.0)])];
    let below_a_header: Flat<'_> = &[(2, "A red mug.", &[("a.jpg", 1.0)]), (3, "A mug", &[("a.jpg", 1.0)])];
    check(
        "captions_val2017.json",
        COCO,
        Layout::CocoCaptions,
        &[
            (3, "A red mug.", &[("a.jpg", 1.0)]),
            (4, "Two cups", &[("b.jpg", 1.0)]),
            (5, "A mug", &[("a.jpg", 1.0)]),
        ],
    );
    check(
        "any name",
        r#"{"annotations": [{"image_id": "x", "caption": "Cup"}], "images": [{"id": "x", "file_name": "c.jpg"}]}"#,
        Layout::CocoCaptions,
        &[(1, "Cup", &[("c.jpg", 1.0)])],
    );
    check(
        "indented",
        "{\n \"images\": [{\"id\": 1, \"file_name\": \"c.jpg\"}],\n \"annotations\": [\n {\"image_id\": 1, \"caption\": \"Cup\"}]}",
        Layout::CocoCaptions,
        &[(4, "Cup", &[("c.jpg", 1.0)])],
    );
    let tokens = "a.jpg#0\tA red mug.\r\na.jpg#1\tA mug\r\n";
    check("Flickr8k.token.txt", tokens, Layout::Flickr8kTokens, two);
    check("renamed", tokens, Layout::Flickr8kTokens, two);
    check("tokens", "b#2.jpg#0\tCup", Layout::Flickr8kTokens, &[(1, "Cup", &[("b#2.jpg", 1.0)])]);
    check("captions.txt", "image,caption\na.jpg,A red mug.\na.jpg,A mug\n", Layout::Table, below_a_header);
    check(
        "flickr30k/results.csv",
        "image_name| comment_number| comment\na.jpg| 0| A red mug.\na.jpg| 1| A mug",
        Layout::Table,
        below_a_header,
    );
    check(
        "quoted.csv",
        "\n\"Caption\";\"File Name\"\r\n\r\n\"A red, \"\"good\"\" mug\";\"d/a.jpg\"\r\n\"Two\nlines\";b.jpg\r\nA 12\" plate;c.jpg",
        Layout::Table,
        &[
            (4, "A red, \"good\" mug", &[("d/a.jpg", 1.0)]),
            (5, "Two\nlines", &[("b.jpg", 1.0)]),
            (7, "A 12\" plate", &[("c.jpg", 1.0)]),
        ],
    );
    check(
        "cc3m.tsv",
        "caption\turl\nA red mug.\thttps://s.example/i/a.jpg?w=4#x\nA mug\thttp://s.example/a.jpg/",
        Layout::Table,
        below_a_header,
    );
    check(
        "laion.csv",
        "URL,TEXT\nhttps://s.example/a.jpg,Cup",
        Layout::Table,
        &[(2, "Cup", &[("a.jpg", 1.0)])],
    );
    check(
        "skus.csv",
        "url,sku,caption\nhttps://s.example/a.jpg,K-1,Cup",
        Layout::Table,
        &[(2, "Cup", &[("K-1", 1.0)])],
    );
    check(
        "Train_GCC-training.tsv",
        "a \"very\" red mug , seen\thttps://s.example/i/a%20b.jpg?s=612x612\ncup\thttp://s.example",
        Layout::ConceptualCaptions,
        &[(1, "a \"very\" red mug , seen", &[("a%20b.jpg", 1.0)]), (2, "cup", &[("s.example", 1.0)])],
    );
}

#[test]
fn what_is_no_file_of_queries_is_not_recognised() {
    let check = |name, bytes: &[u8]| assert_eq!(recognise(name, bytes), None, "{name}");
    check("a.csv", b"date,amount\n2024-01-01,5\n");
    check("a.tsv", b"one\ttwo\n");
    check("a.txt", b"red mug\n");
    check("list.json", b"[{\"query\": \"x\"}]");
    check("empty.jsonl", b"");
    check("blank.jsonl", b" \r\n\n");
    check("photo.jpg", &[0xff, 0xd8, 0xff, 0xe0, 0, 0x10]);
}

#[test]
fn repeated_queries_become_one_when_asked() {
    let text = "{\"query\": \"mug\", \"relevant\": {\"a\": 1, \"b\": 2}}\n{\"query\": \"cup\", \"relevant\": []}\n\
                {\"query\": \"mug\", \"relevant\": {\"a\": 3, \"c\": 1, \"b\": 0}}\n{\"query\": \"Mug\", \"relevant\": [\"d\"]}";
    let set = read("q.jsonl", text.as_bytes()).unwrap().queries;
    assert_eq!(set.queries.len(), 4);
    let expected: Flat<'_> =
        &[(1, "mug", &[("a", 3.0), ("b", 2.0), ("c", 1.0)]), (2, "cup", &[]), (4, "Mug", &[("d", 1.0)])];
    check_queries(&set.merged(), expected, "merged");
}
