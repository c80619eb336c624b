//! What a search promises beside what the models see: words, numbers, filters, and an honest answer.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use support::{found, listed_shop as shop};
use vitrine_catalog::{
    FieldName, Library,
    search::{Page, Query},
};

fn ask(library: &Library, text: &str) -> Page {
    library.search(&Query::words(text), 0, 100).unwrap()
}

#[test]
fn what_was_named_comes_first() {
    let (_shop, library) = shop();
    let check = |text: &str, first: &str| {
        let page = ask(&library, text);
        assert_eq!(found(&page)[0], first, "{text}");
        assert!(page.items[0].relevance.unwrap() > 0.99, "{text}");
    };
    check("VT-0042", "a");
    check("vt0042", "a");
    check(" vt 0043 ", "b");
    check("4006381333931", "a");
    check("04006381333931", "a");
    check("g-poppy", "g-poppy");
    check("g-poppy.png", "g-poppy");
    check("please show me VT-0044", "c");
    // A whole title, though another holds its words and more.
    check("Eggplant", "f");
    check("women's t-shirt", "c");
    // What a person says of a product is known at once.
    let mug = library.search(&Query::words("XX-1"), 0, 1).unwrap().items[0].row.id;
    library.set_field(mug, FieldName::Sku, Some("NEW-777")).unwrap();
    check("new-777", "d");
}

#[test]
fn words_find_titles_in_other_forms_and_with_slips() {
    let (_shop, library) = shop();
    let check = |text: &str, first: &[&str]| {
        let page = ask(&library, text);
        let mut best = found(&page)[..first.len()].to_vec();
        best.sort();
        assert_eq!(best, first, "{text}: {:?}", found(&page));
        let relevance = page.items[0].relevance.unwrap();
        assert!(relevance >= 0.5 && page.n_good >= first.len() as u64, "{text}: {relevance}");
    };
    check("striped bag", &["a"]);
    check("strped bag ", &["a"]);
    check("mug ", &["d", "e"]);
    check("mugs ", &["d", "e"]);
    check("suitc", &["b"]);
    check("creme", &["a"]);
    check("t-shirt ", &["c"]);
    check("tshirt ", &["c"]);
    check("womens ", &["c"]);
    check("aubergine ", &["f"]);
    check("poppy ", &["g-poppy"]);
}

#[test]
fn phrases_must_occur_and_unwanted_words_must_not() {
    let (_shop, library) = shop();
    let check = |text: &str, expected: &[&str]| {
        let mut all = found(&ask(&library, text));
        all.sort();
        assert_eq!(all, expected, "{text}");
    };
    check("\"with a handle\"", &["d"]);
    check("\"handle with\"", &[]);
    check("mug -ceramic category:kitchen", &["e"]);
    check("thing -mugs -bag -suitcase -shirt -eggplant", &["g-poppy"]);
}

#[test]
fn filters_narrow_and_say_where_they_fail() {
    let (_shop, library) = shop();
    let check = |text: &str, expected: &[&str], problem: &str| {
        let page = ask(&library, text);
        let mut all = found(&page);
        all.sort();
        assert_eq!(all, expected, "{text}");
        assert_eq!(page.total, expected.len() as u64, "{text}");
        let said = page.problems.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join(" ");
        assert!(if problem.is_empty() { said.is_empty() } else { said.contains(problem) }, "{text}: {said}");
    };
    check("price:10..30", &["a", "c", "d", "e"], "");
    check("price:>1000", &["b"], "");
    check("brand:nord", &["b", "c"], "");
    check("brand:nord,\"creme & co\"", &["a", "b", "c"], "");
    check("category:bags -brand:nord", &["a"], "");
    check("folder:stock", &["g-poppy"], "");
    check("folder:\"old stock\"", &["g-poppy"], "");
    check("-has:price", &["g-poppy"], "");
    check("has:barcode", &["a"], "");
    check("is:described", &["a", "b", "c", "d", "e", "f", "g-poppy"], "");
    check("brand:nobody", &[], "No product has the brand nobody");
    check("colour:nvy", &[], "No product has the colour nvy");
    // Words beside a filter rank what it keeps.
    let page = ask(&library, "suitcase category:bags");
    assert_eq!((found(&page)[0].as_str(), page.total, page.is_ranked), ("b", 2, true));
}

#[test]
fn nothing_that_is_typed_breaks_anything() {
    let (_shop, library) = shop();
    for text in [
        "\"",
        "\" OR \"",
        "' ; DROP TABLE words; --",
        "NEAR(a b) AND {own}: *",
        "a* OR b^2",
        "\u{0}\u{1}\u{7f}",
        "-",
        "--",
        "::",
        "price:",
        "\u{202e}\u{feff}",
        "😀 👩‍👩‍👧",
        "mug^-1",
        "%_\\",
    ] {
        let page = ask(&library, text);
        assert!(page.total <= 7, "{text:?}");
    }
    let long = "mug ".repeat(300_000);
    let page = ask(&library, &long);
    assert!(page.problems[0].message.contains("longer than a search can be"), "{:?}", page.problems);
    assert_eq!(page.problems[0].end, long.len());
}

#[test]
fn words_follow_what_happens_to_products() {
    let (shop, library) = shop();
    let mug = ask(&library, "XX-1").items[0].row.id;
    library.set_field(mug, FieldName::Title, Some("Turquoise beaker")).unwrap();
    assert_eq!(found(&ask(&library, "turquoise "))[0], "d");
    std::fs::remove_file(shop.photos().join("b.png")).unwrap();
    shop.index(&library);
    assert!(!found(&ask(&library, "suitcase ")).contains(&"b".to_owned()));
    assert_eq!(ask(&library, "brand:nord").total, 1);
}

#[test]
fn words_in_a_script_that_the_pack_does_not_read_are_looked_up_and_told() {
    let (_shop, library) = shop();
    let page = ask(&library, "кружка mug");
    assert_eq!(page.unknown, ["кружка"]);
    assert!(["d", "e"].contains(&found(&page)[0].as_str()), "{:?}", found(&page));
    assert!(ask(&library, "mug 250").unknown.is_empty());
}
