//! Reports: the same figures as text, as JSON and as a page that is safe and can be read by everybody.
#![allow(clippy::unwrap_used, missing_docs)] // a test that fails may panic

use vitrine_eval::{
    bootstrap::Resampling,
    report::{Failure, Failures, Picture, Report, ReportError, Settings, Shown, System},
    retrieval::{Measure, Retrieved},
};

/// Rankings in which the relevant item of query `i` stands at `rank(i)`; the last query has none.
fn answers(n: usize, rank: fn(usize) -> usize) -> Vec<Retrieved> {
    let one = |at: usize| {
        let ranked: Vec<String> =
            (1..=20).map(|place| if place == rank(at) { "right" } else { "wrong" }.to_owned()).collect();
        Retrieved::new(&ranked, &[("right".to_owned(), 1.0)])
    };
    (0..n).map(one).chain([Retrieved::new(&["wrong"], &[])]).collect()
}

fn report(names: [&str; 2]) -> Report {
    let (good, bad) = (answers(40, |at| 1 + at % 3), answers(40, |at| 2 + at % 30));
    let systems = [System { name: names[0], retrieved: &good }, System { name: names[1], retrieved: &bad }];
    Report::new(&systems, Settings { about: "Photos & queries.".into(), ..Settings::default() }).unwrap()
}

fn failures(text: &str) -> Failures {
    let picture =
        |mime: &str, alt: &str| Some(Picture { bytes: b"foo".to_vec(), mime: mime.into(), alt: alt.into() });
    let shown = |picture| Shown { item: text.to_owned(), picture };
    Failures {
        system: text.to_owned(),
        list: vec![Failure {
            query: text.to_owned(),
            first_rank: Some(1_234),
            expected: vec![shown(picture("image/png", text)), shown(None)],
            found: vec![shown(picture("image/svg+xml", "x")), shown(picture("image/jpeg", ""))],
        }],
    }
}

#[test]
fn text_has_aligned_columns() {
    let text = report(["clip", "clip+blip and more"]).text();
    assert!(
        text.starts_with(
            "Search quality\nPhotos & queries.\n40 queries with relevant photos; 1 more has none"
        )
    );
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("Recall@1 ")).collect();
    let [means, differences] = rows.as_slice() else { unreachable!("{text}") };
    assert!(means.starts_with("Recall@1   0.350 [0."), "{means}");
    assert!(means.contains("]  0.000 [0.000, 0.000]"), "{means}");
    assert!(differences.contains("-0.350 [-0."), "{differences}");
    let header = text.lines().find(|line| line.starts_with("Measure ")).unwrap();
    assert_eq!(header.find("clip+blip"), means.find("0.000 ["));
    assert!(text.lines().all(|line| line.trim_end() == line));
    // Names and titles move no cursor.
    assert!(report(["a\u{1b}[2J\nb", "c"]).text().contains("a [2J b"));
}

#[test]
fn json_has_the_same_figures() {
    let report = report(["clip", "blip"]);
    let json = report.json();
    for (at, name) in ["clip", "blip"].into_iter().enumerate() {
        for measure in Measure::STANDARD {
            let expected = serde_json::to_value(report.interval(name, measure).unwrap()).unwrap();
            assert_eq!(json["systems"][at]["measures"][measure.to_string()], expected);
        }
    }
    let check = |pointer: &str, expected: serde_json::Value| {
        assert_eq!(json.pointer(pointer), Some(&expected), "{pointer}");
    };
    check("/n_queries", 40.into());
    check("/n_without_relevant", 1.into());
    check("/systems/0/name", "clip".into());
    check("/systems/0/recall_at_k/0", json["systems"][0]["measures"]["Recall@1"]["mean"].clone());
    check("/systems/0/recall_at_k/2", 1.0.into());
    check("/systems/0/recall_at_k/19", 1.0.into());
    assert!(json.pointer("/systems/0/recall_at_k/20").is_none(), "no ranking is deeper than 20");
    check("/differences/0/to", "clip".into());
    check("/differences/0/measures/Recall@1/mean", (-0.35).into());
    check("/interval/n_resamples", 1000.into());
}

#[test]
fn systems_that_do_not_compare_are_refused() {
    let (a, b) = (answers(5, |_| 1), answers(6, |_| 1));
    let system = |name, retrieved| System { name, retrieved };
    let check = |systems: &[System<'_>], expected| {
        assert_eq!(Report::new(systems, Settings::default()).map(drop), Err(expected));
    };
    check(&[], ReportError::NoSystems);
    check(&[system("a", &a), system("a", &a)], ReportError::SameName("a".into()));
    let other = ReportError::OtherQueries { name: "b".into(), found: 7, first: "a".into(), expected: 6 };
    check(&[system("a", &a), system("b", &b)], other);
    let mut c = a.clone();
    c.swap(2, 5);
    let other = ReportError::OtherJudgements { name: "c".into(), query: 3, first: "a".into() };
    check(&[system("a", &a), system("c", &c)], other);
    check(&[system("a", &a[5..])], ReportError::NothingRelevant);
    check(&[system("a", &[])], ReportError::NothingRelevant);
    let nothing = Settings { measures: Vec::new(), ..Settings::default() };
    assert_eq!(Report::new(&[system("a", &a)], nothing).map(drop), Err(ReportError::NoMeasures));
}

#[test]
fn the_same_report_is_the_same_to_the_byte() {
    let pages: Vec<String> = (0..2).map(|_| report(["clip", "blip"]).html(Some(&failures("mug")))).collect();
    assert_eq!(pages[0], pages[1]);
}

/// The tags of a page's body, without their signs, in order.
fn tags(html: &str) -> Vec<&str> {
    let body = html.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
    body.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0).collect()
}

#[test]
fn no_text_of_others_becomes_html() {
    let evil = "\"'><script>alert(1)</script><img src=https://evil.example/x onerror=x>&amp;\u{0}";
    let html = report([evil, "b"]).html(Some(&failures(evil)));
    let harmless = report(["plain", "b"]).html(Some(&failures("plain")));
    let names = |html| tags(html).into_iter().map(|tag| tag.split(' ').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(names(&html), names(&harmless));
    assert!(!html.contains("<script") && !html.contains('\0') && html.contains("&amp;amp;"));
    assert!(
        html.contains("alt=\"&quot;'&gt;&lt;script")
            || html.contains("alt=\"&quot;'><script>")
            || html.contains("alt=\"&quot;&#x27;"),
        "{html}"
    );
}

#[test]
fn the_page_loads_nothing() {
    let html = report(["clip", "blip"]).html(Some(&failures("mug")));
    for sign in
        ["http:", "https:", "//", "url(", "@import", "<script", "<link", "<iframe", "onload", "srcset"]
    {
        assert!(!html.contains(sign), "{sign}");
    }
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""));
    let sources: Vec<&str> = html.split("src=\"").skip(1).map(|rest| &rest[..22]).collect();
    assert_eq!(sources, ["data:image/png;base64,", "data:image/jpeg;base64"]);
}

#[test]
fn the_page_can_be_read_by_everybody() {
    let html = report(["clip", "blip"]).html(Some(&failures("red mug")));
    let tags = tags(&html);
    let count = |start: &str| {
        tags.iter().filter(|tag| **tag == start || tag.starts_with(&format!("{start} "))).count()
    };
    // Plots and pictures have words.
    assert_eq!(count("svg"), Measure::STANDARD.len() + 1);
    assert_eq!(count("svg"), count("title"));
    assert_eq!(count("svg"), count("desc"));
    assert_eq!(count("img"), 2);
    assert_eq!(html.matches("<img src=\"data:").count(), html.matches("\" alt=\"red mug\">").count());
    assert_eq!(html.matches("No picture").count(), 2);
    assert!(html.contains("<desc id=\"bars0-words\">clip 0.350 (0."));
    // Headers of tables belong to columns and rows.
    assert_eq!(html.matches("<th scope=\"col\">").count(), 2 * (1 + Measure::STANDARD.len()));
    assert_eq!(html.matches("<th scope=\"row\"").count(), 3);
    assert_eq!(count("th"), 2 * (1 + Measure::STANDARD.len()) + 3);
    assert!(html.contains("<html lang=\"en\">") && html.contains("First relevant photo at rank 1,234."));
    // What a label names is there, once.
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for labels in html.split("labelledby=\"").skip(1) {
        for label in labels.split_once('"').unwrap().0.split(' ') {
            assert!(ids.contains(&label), "{label}");
        }
    }
    // Every element that is opened is closed, in order.
    let mut open = Vec::new();
    for tag in tags {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') || tag.starts_with("img ") => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn odd_reports_are_written() {
    let n_svgs = |systems: &[System<'_>], settings| {
        let report = Report::new(systems, settings).unwrap();
        assert!(!report.text().contains("NaN") && !report.html(None).contains("NaN"));
        report.html(None).matches("<svg").count()
    };
    fn alone(retrieved: &[Retrieved]) -> [System<'_>; 1] {
        [System { name: "a", retrieved }]
    }
    let measures = vec![Measure::Success(10)];
    let settings = Settings { measures, resampling: Resampling::new(1_500, 9), ..Settings::default() };
    // Nothing was found; nothing was ranked; one item was.
    assert_eq!(n_svgs(&alone(&answers(3, |_| 99)), settings.clone()), 2);
    let right = [("right".to_owned(), 1.0)];
    assert_eq!(n_svgs(&alone(&[Retrieved::new::<&str>(&[], &right)]), settings.clone()), 1);
    assert_eq!(n_svgs(&alone(&[Retrieved::new(&["right"], &right)]), settings.clone()), 1);
    // More systems than colours, with long names.
    let retrieved = answers(3, |_| 2);
    let names: Vec<String> = (0..20).map(|at| format!("a system of a long name {at}")).collect();
    let systems: Vec<System<'_>> = names.iter().map(|name| System { name, retrieved: &retrieved }).collect();
    assert_eq!(n_svgs(&systems, settings), 2);
}
