//! Files with faults: each is told with its line, and none does harm.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

use vitrine_eval::queries::{Fault, read, recognise};

fn check(name: &str, bytes: &[u8], line: Option<usize>, expected: &Fault) {
    let error = read(name, bytes).unwrap_err();
    assert_eq!((error.line, &error.fault), (line, expected), "{name}: {error}");
    let place = line.map_or_else(|| format!("{name}: "), |line| format!("{name}, line {line}: "));
    assert!(error.to_string().starts_with(&place), "{error}");
}

#[test]
fn faults_of_any_file_are_told() {
    check("a.jsonl", b"", None, &Fault::Empty);
    check("a.csv", b"\xef\xbb\xbf\r\n \n", None, &Fault::Empty);
    check("a.csv", b"\xff\xfei\0m\0", None, &Fault::Utf16);
    check("a.csv", b"image,caption\na.jpg,ok\nb.jpg,caf\xe9\n", Some(3), &Fault::NotUtf8);
    check("a.txt", b"nothing known", None, &Fault::Unrecognised);
}

#[test]
fn faults_of_judged_queries_are_told() {
    let good = r#"{"query": "ok", "relevant": []}"#;
    let check = |line: &str, expected: Fault| {
        check("a.jsonl", format!("{good}\n\n{line}\n{good}").as_bytes(), Some(3), &expected);
    };
    let grade = |grade: &str| Fault::Grade { item: "a".into(), grade: grade.into() };
    check(r#"{"relevant": []}"#, Fault::NoQuery);
    check(r#"{"query": null, "relevant": []}"#, Fault::NoQuery);
    check(r#"{"query": "x"}"#, Fault::NoRelevant);
    check(r#"{"query": " ", "relevant": []}"#, Fault::NoText);
    check(r#"{"query": "x", "relevant": [""]}"#, Fault::NoItem);
    check(r#"{"query": "x", "relevant": {"a": -1}}"#, grade("-1"));
    check(r#"{"query": "x", "relevant": {"a": 1e7}}"#, grade("10000000"));
    check(
        r#"{"query": "x", "relevant": {"\u001b[2J": 1, "\u001b[2J": 2}}"#,
        Fault::TwoGrades { item: " [2J".into() },
    );
    check(r#"{"query": "x", "relevant": {"a": 1, "a": 2}}"#, Fault::TwoGrades { item: "a".into() });

    let says = |line: &str, expected: &str| {
        let error = read("a.jsonl", format!("{good}\n{line}").as_bytes()).unwrap_err();
        assert_eq!(error.line, Some(2), "{line}");
        assert!(matches!(&error.fault, Fault::Json(words) if words.contains(expected)), "{line}: {error}");
    };
    says(r#"{"query": "x", "relevant": {"a": NaN}}"#, "expected value at column 34");
    says(r#"{"query": "x", "relevant": {"a": 1e999}}"#, "number out of range");
    says(r#"{"query": "x", "relevant": {"a": "3"}}"#, "invalid type: string \"3\", expected f64");
    says(r#"{"query": "x", "relevant": [["a", 1]]}"#, "invalid type: sequence, expected a string");
    says(r#"{"query": "x", "relevant": "a.jpg"}"#, "expected a list of photos, or photos with grades");
    says(r#"{"query": 5, "relevant": []}"#, "invalid type: integer `5`, expected a string");
    says(r#"{"query": "x", "query": "y", "relevant": []}"#, "duplicate field `query`");
    says(r#"{"query": "x", "relevant": ["a"#, "EOF while parsing a string");
    says(r#"["x", ["a"]]"#, "an object in braces is missing");
    says(&format!(r#"{{"query": "x", "relevant": {}}}"#, "[".repeat(100_000)), "invalid type: sequence");
    says(&format!(r#"{{"query": "x", "relevant": [], "more": {}}}"#, "[".repeat(100_000)), "expected value");
}

#[test]
fn faults_of_coco_are_told() {
    let check = |images: &str, annotations: &str, line: Option<usize>, expected: Fault| {
        let text = format!("{{\"images\": [\n{images}\n], \"annotations\": [\n{annotations}\n]}}");
        check("a.json", text.as_bytes(), line, &expected);
    };
    let image = r#"{"id": 1, "file_name": "a.jpg"}"#;
    let caption = r#"{"image_id": 1, "caption": "x"}"#;
    check(r#"{"id": 1}"#, caption, Some(2), Fault::NoFileName);
    check(
        &format!("{image},\n{{\"id\": 1, \"file_name\": \"b\"}}"),
        caption,
        Some(3),
        Fault::TwoImages("1".into()),
    );
    check(image, r#"{"image_id": 1, "bbox": [0, 0, 1, 1]}"#, Some(4), Fault::NoCaption);
    check(
        image,
        &format!("{caption},\n{{\"image_id\": 2, \"caption\": \"x\"}}"),
        Some(5),
        Fault::UnknownImage("2".into()),
    );
    check(image, r#"{"image_id": 1, "caption": "\n"}"#, Some(4), Fault::NoText);
    check(image, "", None, Fault::NoCocoList("annotations"));
    check(image, r#"[1, "x"]"#, Some(4), Fault::Json("an object in braces is missing".into()));
    check(
        image,
        "{\"image_id\": 1,\n \"caption\": 5}",
        Some(5),
        Fault::Json("invalid type: integer `5`, expected a string at column 13".into()),
    );
    let whole = |text: &str, line, expected: Fault| self::check("a.json", text.as_bytes(), line, &expected);
    whole(r#"{"images": []}"#, None, Fault::NoCocoList("annotations"));
    whole(r#"{"annotations": []}"#, None, Fault::NoCocoList("images"));
    whole(
        "{\"images\": [],\n\"annotations\": [{",
        Some(2),
        Fault::Json("EOF while parsing an object at column 17".into()),
    );
}

#[test]
fn faults_of_lists_of_captions_are_told() {
    let tokens = |line: &str, expected: Fault| {
        check("Flickr8k.token.txt", format!("a.jpg#0\tok\n{line}").as_bytes(), Some(2), &expected);
    };
    tokens("a.jpg#1 no tab", Fault::NotTokens);
    tokens("a.jpg\tno number", Fault::NotTokens);
    tokens("a.jpg#x\tno number", Fault::NotTokens);
    tokens("a.jpg#1\t ", Fault::NoText);
    tokens("#1\tx", Fault::NoItem);

    let addresses = |line: &str, expected: Fault| {
        check("cc.tsv", format!("ok\thttps://s.example/a.jpg\n{line}").as_bytes(), Some(2), &expected);
    };
    addresses("no address", Fault::NotCaptionAndAddress);
    addresses("x\ta.jpg", Fault::NotCaptionAndAddress);
    addresses("x\thttps://s.example/a.jpg\ty", Fault::NotCaptionAndAddress);
    addresses("\thttps://s.example/a.jpg", Fault::NoText);
    addresses("x\thttps://", Fault::NoItem);

    let table = |rows: &str, line, expected: Fault| {
        check("a.csv", format!("image,caption\n{rows}").as_bytes(), line, &expected);
    };
    table("", None, Fault::NoRows);
    table("\na.jpg,x\n\n\nb.jpg,a mug, red\n", Some(6), Fault::Cells { found: 3, expected: 2 });
    table("a.jpg", Some(2), Fault::Cells { found: 1, expected: 2 });
    table("a.jpg,\"cut off", Some(2), Fault::OpenQuotation);
    table("a.jpg,x\nb.jpg,\"not closed\nc.jpg,y\n", Some(3), Fault::OpenQuotation);
    table("a.jpg,", Some(2), Fault::NoText);
    table(",x", Some(2), Fault::NoItem);
}

#[test]
fn entries_without_end_are_refused() {
    let long = "x".repeat(100_000_000);
    check(
        "a.jsonl",
        format!("{{\"query\": \"x\", \"relevant\": []}}\n{long}").as_bytes(),
        Some(2),
        &Fault::TooLong,
    );
    let long = &long[..17_000_000];
    check("Flickr8k.token.txt", format!("a.jpg#0\tx\na.jpg#1\t{long}").as_bytes(), Some(2), &Fault::TooLong);
    check("a.csv", format!("image,caption\na.jpg,{long}").as_bytes(), Some(2), &Fault::TooLong);
    let coco = format!(
        "{{\"images\": [{{\"id\": 1, \"file_name\": \"a\"}}], \"annotations\": [\n{{\"image_id\": 1, \"caption\": \"{long}\"}}]}}"
    );
    check("a.json", coco.as_bytes(), Some(2), &Fault::TooLong);
    let long = &long[..70_000];
    check(
        "a.jsonl",
        format!("{{\"query\": \"{long}\", \"relevant\": []}}").as_bytes(),
        Some(1),
        &Fault::TooLong,
    );
    check("a.csv", format!("image,caption\na.jpg,{long}").as_bytes(), Some(2), &Fault::TooLong);
    // What an error repeats of a file is short.
    let long = "y".repeat(1_000_000);
    for text in [
        format!(r#"{{"query": "x", "relevant": {{"{long}": -1}}}}"#),
        format!(r#"{{"query": "x", "relevant": {{"a": "{long}"}}}}"#),
        format!(r#"{{"images": [], "annotations": [{{"image_id": "{long}", "caption": "x"}}]}}"#),
    ] {
        assert!(read("a.json", text.as_bytes()).unwrap_err().to_string().len() < 500);
    }
}

#[test]
fn damaged_files_end_in_an_error_or_in_queries() {
    let files: [(&str, &[u8]); 6] = [
        ("a.jsonl", b"{\"query\": \"red\", \"relevant\": {\"a.jpg\": 3}}\n{\"query\": \"x\", \"relevant\": [\"b\"]}\n"),
        ("a.json", b"{\"images\": [{\"id\": 1, \"file_name\": \"a\"}],\n\"annotations\": [{\"image_id\": 1, \"caption\": \"x\"}]}"),
        ("Flickr8k.token.txt", b"a.jpg#0\tA mug\na.jpg#1\tA cup\n"),
        ("a.csv", b"image,caption\na.jpg,\"A, mug\"\r\n\r\nb.jpg,cup\n"),
        ("b.tsv", b"caption\turl\nA mug\thttps://s.example/a.jpg?x=1\n"),
        ("cc.tsv", b"A mug\thttps://s.example/a.jpg\ncup\thttp://s.example/b/\n"),
    ];
    let mut state = 7_u32;
    let mut random = |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % n
    };
    for (name, bytes) in files {
        for _ in 0..1_000 {
            let mut bytes = bytes.to_vec();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] = b"\"{}[]:,\t\r\n#\0\xff\xc3-9e"[random(17)],
                    1 => bytes.insert(at, b"\"{}[]:,\t\r\n#\0\xff\xc3-9e"[random(17)]),
                    2 if bytes.len() > 1 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let n_lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            let _ = recognise(name, &bytes);
            match read(name, &bytes) {
                Ok(set) => {
                    for query in set.queries.queries {
                        assert!(!query.text.is_empty() && (1..=n_lines).contains(&query.line));
                        assert!(query.relevant.iter().all(|(item, grade)| !item.is_empty() && *grade >= 0.0));
                    }
                }
                Err(error) => assert!(error.line.is_none_or(|line| (1..=n_lines).contains(&line)), "{error}"),
            }
        }
    }
}
