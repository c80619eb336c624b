//! Narrowing an answer, putting it in order, keeping the question, and telling why: what stands beside a search.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use support::{found, listed_shop as shop, png};
use vitrine_catalog::{
    CatalogError, Library, ProductId,
    search::{Chosen, Like, Part, Query, SortBy, Weights},
};

fn chosen(text: &str, filters: &[(&str, &str)]) -> Query {
    let filters = filters.iter().map(|(key, value)| match key.strip_prefix('-') {
        Some(key) => Chosen { is_not: true, ..Chosen::is(key, *value) },
        None => Chosen::is(*key, *value),
    });
    Query { filters: filters.collect(), ..Query::words(text) }
}

/// A question that words alone answer: how a stand-in sees photos says nothing of what is in them.
fn words_alone(text: &str) -> Query {
    let weights = Weights { look: 0.0, matching: 0.0, description: 0.0, own: 0.0, words: 1.0 };
    Query { weights, ..Query::words(text) }
}

fn id_of(library: &Library, name: &str) -> ProductId {
    library.products_named(name).unwrap()[0]
}

/// A group of facets as `value n`, chosen ones with a star.
fn group(library: &Library, query: &Query, key: &str) -> Vec<String> {
    let facets = library.facets(query).unwrap();
    let group = facets.groups.into_iter().find(|group| group.key == key);
    let told = |value: &vitrine_catalog::search::FacetValue| {
        format!("{}{} {}", if value.is_chosen { "*" } else { "" }, value.value, value.n)
    };
    group.map(|group| group.values.iter().map(told).collect()).unwrap_or_default()
}

#[test]
fn chosen_values_of_one_key_add_up_and_different_keys_narrow() {
    let (_shop, library) = shop();
    let check = |filters: &[(&str, &str)], expected: &[&str]| {
        let mut all = found(&library.search(&chosen("", filters), 0, 100).unwrap());
        all.sort();
        assert_eq!(all, expected, "{filters:?}");
    };
    check(&[("category", "Bags")], &["a", "b"]);
    check(&[("category", "Bags"), ("category", "Food")], &["a", "b", "f"]);
    check(&[("category", "Bags"), ("brand", "Nord")], &["b"]);
    check(&[("-category", "Bags"), ("has", "title")], &["c", "d", "e", "f"]);
    check(&[("price", "10..30")], &["a", "c", "d", "e"]);
    check(&[("price", "..5"), ("price", "1000..")], &["b", "f"]);
    check(&[("brand", "nobody")], &[]);
    let wrong = library.search(&chosen("", &[("size", "10")]), 0, 1);
    assert!(matches!(&wrong, Err(CatalogError::BadFilter { key, .. }) if key == "size"), "{wrong:?}");
    let wrong = library.search(&chosen("", &[("price", "cheap")]), 0, 1);
    assert!(matches!(wrong, Err(CatalogError::BadFilter { .. })));
}

#[test]
fn facets_count_what_an_answer_holds_whatever_of_their_group_is_chosen() {
    let (_shop, library) = shop();
    assert_eq!(
        group(&library, &Query::default(), "category"),
        ["Bags 2", "Kitchen 2", "Clothing 1", "Food 1"]
    );
    // Counts of other groups follow, those of its own stay to be added.
    let bags = chosen("", &[("category", "Bags")]);
    assert_eq!(group(&library, &bags, "category"), ["*Bags 2", "Kitchen 2", "Clothing 1", "Food 1"]);
    assert_eq!(group(&library, &bags, "brand"), ["Crème & Co 1", "Nord 1"]);
    let nord = chosen("", &[("brand", "Nord")]);
    assert_eq!(group(&library, &nord, "category"), ["Bags 1", "Clothing 1"]);
    // What was chosen stays, also where nothing has it.
    let none = chosen("", &[("category", "Food"), ("brand", "Nord")]);
    assert_eq!(group(&library, &none, "category"), ["Bags 1", "Clothing 1", "*Food 0"]);
    assert_eq!(library.facets(&none).unwrap().n_counted, 0);
    // Prices come in ranges, the lowest first, and a range keeps what it counts.
    let prices = library.facets(&Query::default()).unwrap();
    let prices = prices.groups.into_iter().find(|group| group.key == "price").unwrap();
    assert_eq!(prices.values.iter().map(|value| value.n).sum::<u64>(), 6);
    for value in &prices.values {
        let kept = library.search(&chosen("", &[("price", &value.value)]), 0, 100).unwrap();
        assert_eq!(kept.total, value.n, "{}", value.value);
    }
    // Where something was asked, the good matches are counted.
    let mugs = words_alone("mug ");
    assert_eq!(group(&library, &mugs, "category"), ["Kitchen 2"]);
    assert_eq!(library.facets(&mugs).unwrap().n_counted, 2);
}

#[test]
fn answers_come_in_the_order_that_was_chosen() {
    let (_shop, library) = shop();
    let check = |text: &str, sort: SortBy, expected: &[&str]| {
        let query = Query { sort, ..words_alone(text) };
        let all = found(&library.search(&query, 0, 100).unwrap());
        assert_eq!(all[..expected.len()], *expected, "{text} {sort:?}");
        // Pages are parts of the whole.
        let second = found(&library.search(&query, 1, 2).unwrap());
        assert_eq!(second, all[1..all.len().min(3)], "{text} {sort:?}");
    };
    check("", SortBy::Price, &["f", "d", "c", "a", "e", "b", "g-poppy"]);
    check("", SortBy::PriceDown, &["b", "e", "a", "c", "d", "f", "g-poppy"]);
    // By title where there is one, else by what was written of it.
    check("-has:flag has:title", SortBy::Name, &["d", "f", "b", "e", "a", "c"]);
    check("", SortBy::Newest, &["g-poppy"]);
    // Good matches are put in order, what is weaker stays behind them.
    check("mug ", SortBy::Price, &["d", "e"]);
    check("mug ", SortBy::PriceDown, &["e", "d"]);
    check("", SortBy::LeastSure, &[]);
    // A new price counts at once.
    library.set_field(id_of(&library, "XX-1"), vitrine_catalog::FieldName::Price, Some("99")).unwrap();
    check("mug ", SortBy::PriceDown, &["d", "e"]);
}

#[test]
fn what_is_typed_is_completed() {
    let (_shop, library) = shop();
    let check = |text: &str, expected: &[(&str, Option<u64>)]| {
        let found = library.complete(text, text.len()).unwrap();
        let found: Vec<(&str, Option<u64>)> = found.iter().map(|one| (one.insert.as_str(), one.n)).collect();
        assert_eq!(found[..expected.len().min(found.len())], *expected, "{text}: {found:?}");
    };
    check("bra", &[("brand:", None)]);
    check("blue mug -categ", &[("category:", None)]);
    check("mug brand:", &[("Nord", Some(2)), ("\"Crème & Co\"", Some(1))]);
    check("brand:cre", &[("\"Crème & Co\"", Some(1))]);
    check("brand:nord,c", &[("\"Crème & Co\"", Some(1))]);
    check("suit", &[("suitcase", Some(1))]);
    check("has:bar", &[("barcode", Some(1))]);
    check("size:", &[]);
    check("", &[]);
    check("\"open phr", &[]);
    // In the middle of a text its end stays.
    let found = library.complete("brand:no mug", 8).unwrap();
    assert_eq!((found[0].start, found[0].end, found[0].insert.as_str()), (6, 8, "Nord"));
    assert!(library.complete("ä", 1).unwrap().is_empty(), "not between letters");
}

#[test]
fn products_and_pictures_count_for_and_against() {
    let (_shop, library) = shop();
    let [a, b] = ["VT-0042", "VT-0043"].map(|name| id_of(&library, name));
    let like = |product, weight| Like { weight, ..Like::product(product) };
    let near = library.search(&Query { products: vec![Like::product(a)], ..Query::default() }, 0, 9).unwrap();
    assert_eq!((near.total, near.is_ranked), (6, true), "the product itself is no answer");
    let far = Query { products: vec![like(a, -1.0)], ..Query::default() };
    let mut backwards = found(&library.search(&far, 0, 9).unwrap());
    backwards.reverse();
    assert_eq!(backwards, found(&near), "the other way round");
    let both = Query { products: vec![like(a, 1.0), like(b, -1.0)], ..Query::default() };
    assert_eq!(library.search(&both, 0, 9).unwrap().total, 5);
    let itself = Query { products: vec![like(a, 1.0), like(a, -1.0)], ..Query::default() };
    assert!(matches!(library.search(&itself, 0, 9), Err(CatalogError::AsksForNothing)));
    let picture = library.query_picture_from_bytes("mine", &png(&support::blob(1))).unwrap();
    let pictures = |weight| Query { pictures: vec![(picture.token.clone(), weight)], ..Query::default() };
    let near = found(&library.search(&pictures(1.0), 0, 9).unwrap());
    assert_eq!(near[0], "b", "the very photo");
    assert_eq!(found(&library.search(&pictures(-1.0), 0, 9).unwrap()).last().unwrap(), "b");
}

#[test]
fn kept_searches_outlive_the_program_with_their_pictures() {
    let (shop, library) = shop();
    let picture = library.query_picture_from_bytes("mine.png", &png(&support::blob(3))).unwrap();
    library.save_search("  Blue   bags ", "{one}", &[]).unwrap();
    library.save_search("like mine", "{two}", std::slice::from_ref(&picture.token)).unwrap();
    library.save_search("Blue bags", "{three}", &[]).unwrap();
    let too_long = library.save_search(&"x".repeat(81), "{}", &[]);
    assert!(matches!(too_long, Err(CatalogError::TooLong { .. })));
    assert!(matches!(library.save_search(" ", "{}", &[]), Err(CatalogError::NoName)));
    let gone = library.save_search("gone", "{}", &["nobody".to_owned()]);
    assert!(matches!(gone, Err(CatalogError::NoSuchQueryPicture)));
    let before = Query { pictures: vec![(picture.token.clone(), 1.0)], ..Query::default() };
    let answer = found(&library.search(&before, 0, 3).unwrap());
    library.close();
    drop(library);

    let (library, _) = shop.open_quick();
    let kept = library.saved_searches().unwrap();
    let told: Vec<_> = kept.iter().map(|one| (one.name.as_str(), one.asked.as_str())).collect();
    assert_eq!(told, [("Blue bags", "{three}"), ("like mine", "{two}")]);
    assert_eq!(kept[1].pictures, [picture]);
    assert_eq!(found(&library.search(&before, 0, 3).unwrap()), answer, "asked with the kept picture");
    assert!(library.remove_saved_search("Blue bags").unwrap());
    assert!(!library.remove_saved_search("Blue bags").unwrap());
    assert_eq!(library.saved_searches().unwrap().len(), 1);
}

#[test]
fn reasons_tell_what_put_a_product_where_it_is() {
    let (_shop, library) = shop();
    let [bag, mug, suitcase] = ["VT-0042", "XX-1", "VT-0043"].map(|name| id_of(&library, name));
    let query = Query::words("striped bag ");
    let reasons = library.explain(&query, bag).unwrap();
    let why = reasons.why.unwrap();
    assert_eq!((reasons.rank, reasons.first), (Some(1), None));
    let sum: f32 = why.parts.iter().map(|part| part.gave).sum();
    assert!((sum - why.relevance).abs() < 1e-4, "{why:?}");
    let stands: Vec<_> =
        why.words.iter().map(|word| word.stands.as_ref().map(|(at, _)| at.as_str())).collect();
    assert_eq!(stands, [Some("striped"), Some("bag")]);
    let words = why.parts.iter().find(|part| part.part == Part::Words).unwrap();
    assert!((words.gave - 1.0).abs() < 1e-3 && why.parts.len() > 2, "{why:?}");
    assert!(reasons.summary.contains("first"), "{}", reasons.summary);

    // One that was expected: its rank, and what cost it its place.
    let reasons = library.explain(&words_alone("striped bag or mug "), mug).unwrap();
    assert_eq!(reasons.rank, Some(2), "{reasons:?}");
    assert!(reasons.summary.contains("the words themselves"), "{}", reasons.summary);
    let (first, first_why) = reasons.first.unwrap();
    assert_eq!(first.row.id, bag);
    assert!(first_why.relevance > reasons.why.unwrap().relevance);

    // What a filter leaves out is scored all the same.
    let narrowed = chosen("striped bag ", &[("brand", "Crème & Co")]);
    let reasons = library.explain(&narrowed, suitcase).unwrap();
    assert_eq!((reasons.rank, reasons.left_out_by.len()), (None, 1));
    assert!(reasons.why.is_some() && reasons.summary.contains("brand: Crème & Co"), "{reasons:?}");
    let reasons = library.explain(&Query::words("mug -striped category:kitchen"), bag).unwrap();
    assert_eq!(reasons.left_out_by.len(), 2, "{:?}", reasons.left_out_by);

    // A number that was typed.
    let reasons = library.explain(&Query::words("XX-1"), mug).unwrap();
    assert!(reasons.why.unwrap().is_named && reasons.summary.contains("number"), "{}", reasons.summary);
    let gone = library.explain(&query, ProductId::new(9_999));
    assert!(matches!(gone, Err(CatalogError::NoSuchProduct)));
    // Of a list, each row's own.
    let whys = library.reasons(&query, &[mug, ProductId::new(9_999), bag]).unwrap();
    assert!(whys[0].is_some() && whys[1].is_none() && whys[2].is_some());
}

#[test]
fn chosen_products_are_copied_and_listed() {
    let (shop, library) = shop();
    let ids: Vec<ProductId> = ["VT-0042", "XX-3"].iter().map(|name| id_of(&library, name)).collect();
    let texts = library.product_texts(&ids).unwrap();
    assert!(texts.starts_with("Striped linen bag, blue\n") && texts.contains("\n\nEggplant"), "{texts}");
    let file = shop.folder().join("products.csv");
    fs::write(&file, "what was there").unwrap();
    library.export_list(&ids, &file).unwrap();
    let table = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("\u{feff}SKU,Title,Price,Brand"), "{table}");
    assert!(
        lines[1].starts_with("VT-0042,\"Striped linen bag, blue\",29.00,Crème & Co,Bags,4006381333931"),
        "{table}"
    );
    assert!(lines[2].contains("f.png"), "{table}");
    assert_eq!(lines.len(), 3);
    assert!(matches!(library.export_list(&[], &file), Err(CatalogError::NothingChosen)));
    // What was there stays where the list cannot be written.
    let nowhere = library.export_list(&ids, &shop.folder().join("no such folder/products.csv"));
    assert!(matches!(nowhere, Err(CatalogError::Unwritable { .. })), "{nowhere:?}");
    assert_eq!(library.product_files(&ids).unwrap().len(), 2);
}
