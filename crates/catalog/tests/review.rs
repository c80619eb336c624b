//! What people decide of descriptions is kept, step by step, and can be taken back; what needs eyes comes first.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::fs;

use support::{Shop, boxed, png};
use vitrine_catalog::{
    CatalogError, FieldName, GroupBy, Library, ProductId,
    describe::AttributeKind,
    review::{
        ClaimKey, ClaimKind, Decision, QueueFilter, ReviewState, ReviewText, Template, TextPart, Verdict,
        WordOrigin,
    },
    search::Query,
    twins::TwinDecision,
};

const COLOURS: [(&str, [u8; 3]); 3] =
    [("red", [190, 30, 40]), ("blue", [30, 60, 160]), ("green", [40, 140, 70])];

/// A shop of three boxes, indexed with models that take no time.
fn shop() -> (Shop, Library) {
    let shop = Shop::new();
    for (name, colour) in COLOURS {
        shop.put(&format!("{name}.png"), &png(&boxed(96, colour)));
    }
    let (library, _) = shop.open_quick();
    shop.index(&library);
    (shop, library)
}

fn product(library: &Library, file: &str) -> ProductId {
    library.products_named(file).unwrap()[0]
}

fn state(library: &Library, product: ProductId) -> ReviewState {
    library.review_item(product).unwrap().state
}

fn text(title: &str) -> ReviewText {
    ReviewText { title: title.to_owned(), text: format!("{title}."), alt_text: title.to_owned() }
}

fn queue(library: &Library, state: Option<ReviewState>) -> Vec<ProductId> {
    let filter = QueueFilter { state, ..QueueFilter::default() };
    let page = library.review_queue(&filter, 0, 100).unwrap();
    assert_eq!(page.total, page.rows.len() as u64);
    page.rows.iter().map(|row| row.row.id).collect()
}

#[test]
fn nobody_waits_for_word_lists_without_a_word() {
    let (shop, library) = shop();
    let red = product(&library, "red.png");
    let described = queue(&library, None);
    library.close();
    drop(library);
    // As after a change to a large model, whose lists take minutes.
    let lists = shop.library_folder().join("lists");
    fs::create_dir_all(&lists).unwrap();
    fs::write(lists.join("colours.txt"), "mauve\nteal\n").unwrap();
    let (library, asked) = shop.open_quick();
    asked.lists_take_long.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(queue(&library, None), described);
    let told = library.review_item(red).unwrap_err();
    assert!(matches!(told, CatalogError::ReadingLists { n_done: 0, n_total: 2 }), "{told:?}");
}

#[test]
fn every_step_is_kept_and_can_be_taken_back_also_after_a_restart() {
    let (shop, library) = shop();
    let (red, blue) = (product(&library, "red.png"), product(&library, "blue.png"));
    library.set_reviewer("Ada").unwrap();
    let written = library.review_item(red).unwrap().text;
    assert!(!written.is_empty());
    assert_eq!(library.decide_review(red, Decision::Approve).unwrap().state, ReviewState::Approved);
    let edited = library.decide_review(blue, Decision::Edit(text("Sky box"))).unwrap();
    assert_eq!((edited.state, edited.text.title.as_str()), (ReviewState::Edited, "Sky box"));
    library.decide_review(red, Decision::Reject).unwrap();
    library.close();
    drop(library);

    let (library, _) = shop.open_quick();
    let check = |stepped: Option<&str>, is_redo: bool, expected: (ReviewState, ReviewState)| {
        let found = if is_redo { library.redo_review() } else { library.undo_review() }.unwrap();
        assert_eq!(found.map(|stepped| stepped.what.name()), stepped);
        assert_eq!((state(&library, red), state(&library, blue)), expected, "{stepped:?} {is_redo}");
    };
    use ReviewState as S;
    check(Some("reject"), false, (S::Approved, S::Edited));
    check(Some("edit"), false, (S::Approved, S::Pending));
    check(Some("approve"), false, (S::Pending, S::Pending));
    check(None, false, (S::Pending, S::Pending));
    check(Some("approve"), true, (S::Approved, S::Pending));
    check(Some("edit"), true, (S::Approved, S::Edited));
    check(Some("reject"), true, (S::Rejected, S::Edited));
    check(None, true, (S::Rejected, S::Edited));
    // After a new decision what was taken back before cannot be made again.
    check(Some("reject"), false, (S::Approved, S::Edited));
    library.decide_review(red, Decision::NeedsInfo).unwrap();
    check(None, true, (S::NeedsInfo, S::Edited));

    let steps = library.review_history(red).unwrap();
    let told: Vec<(&str, bool)> = steps.iter().map(|step| (step.what.name(), step.is_undone)).collect();
    assert_eq!(told.first(), Some(&("needs_info", false)));
    assert_eq!(told.last(), Some(&("approve", false)));
    assert!(told.contains(&("reject", true)), "{told:?}");
    assert!(steps.iter().all(|step| step.who == "Ada"));
    let approved = steps.last().unwrap();
    assert_eq!(approved.text, written);
}

#[test]
fn words_of_a_person_stay_whatever_models_write() {
    let (_shop, library) = shop();
    let (red, blue) = (product(&library, "red.png"), product(&library, "blue.png"));
    library.decide_review(red, Decision::Edit(text("Poppy box"))).unwrap();
    library.decide_review(blue, Decision::Approve).unwrap();
    let approved = library.review_item(blue).unwrap().text;
    // Another template is other generated words.
    let template = Template { title: "Something else".to_owned(), ..Template::default() };
    library.set_template(&template).unwrap();
    let item = library.review_item(red).unwrap();
    assert_eq!((item.text.title.as_str(), item.generated.title.as_str()), ("Poppy box", "Something else"));
    assert_eq!(library.review_item(blue).unwrap().text, approved);
    let green = library.review_item(product(&library, "green.png")).unwrap();
    assert_eq!(green.text.title, "Something else");
    // What was only approved is the models' again when it is opened anew; what a person wrote stays.
    library.decide_review(blue, Decision::Reopen).unwrap();
    library.decide_review(red, Decision::Reopen).unwrap();
    assert_eq!(library.review_item(blue).unwrap().text.title, "Something else");
    assert_eq!(library.review_item(red).unwrap().text.title, "Poppy box");
    // A search finds what a person wrote.
    let found = library.search(&Query::words("poppy"), 0, 10).unwrap();
    assert_eq!(found.items.first().map(|item| item.row.id), Some(red));
    library.remove_template("").unwrap();
    assert_ne!(library.review_item(blue).unwrap().text.title, "Something else");
}

#[test]
fn the_queue_is_narrowed_and_counted() {
    let (_shop, library) = shop();
    let (red, blue) = (product(&library, "red.png"), product(&library, "blue.png"));
    assert_eq!(queue(&library, None).len(), 3);
    library.decide_review(red, Decision::Approve).unwrap();
    library.decide_review(blue, Decision::Note("ask the maker".to_owned())).unwrap();
    assert_eq!(queue(&library, Some(ReviewState::Approved)), [red]);
    assert_eq!(queue(&library, Some(ReviewState::Pending)).len(), 2);
    let page = library.review_queue(&QueueFilter::default(), 0, 1).unwrap();
    assert_eq!((page.total, page.rows.len(), page.n_by_state), (3, 1, [2, 1, 0, 0, 0]));
    assert_eq!(page.folders, [("photos".to_owned(), 3)]);
    let of = |folder: &str| {
        let filter = QueueFilter { folder: Some(folder.to_owned()), ..QueueFilter::default() };
        library.review_queue(&filter, 0, 10).unwrap().total
    };
    assert_eq!((of("photos"), of("elsewhere")), (3, 0));
    assert_eq!(library.review_item(blue).unwrap().note, "ask the maker");
    let found = library.search(&Query::words("is:approved"), 0, 10).unwrap();
    assert_eq!(found.items.iter().map(|item| item.row.id).collect::<Vec<_>>(), [red]);
}

#[test]
fn all_of_a_filter_are_approved_as_they_were_shown_and_taken_back_at_once() {
    let (_shop, library) = shop();
    let red = product(&library, "red.png");
    library.decide_review(red, Decision::Reject).unwrap();
    let filter = QueueFilter::default();
    let preview = library.preview_approve_all(&filter).unwrap();
    assert_eq!((preview.n_products, preview.n_left_out, preview.examples.len()), (2, 1, 2));
    assert!(matches!(library.approve_all("another"), Err(CatalogError::ShowAgain)));
    // Asked for with another token, what was shown counts no more.
    assert!(matches!(library.approve_all(&preview.token), Err(CatalogError::ShowAgain)));
    let preview = library.preview_approve_all(&filter).unwrap();
    assert_eq!(library.approve_all(&preview.token).unwrap(), 2);
    assert_eq!(queue(&library, Some(ReviewState::Approved)).len(), 2);
    assert_eq!(library.undo_review().unwrap().unwrap().products.len(), 2);
    assert_eq!(queue(&library, Some(ReviewState::Approved)).len(), 0);
    assert_eq!(state(&library, red), ReviewState::Rejected);
}

#[test]
fn a_list_that_names_reviewed_photos_keeps_their_reviews() {
    let (shop, library) = shop();
    let red = product(&library, "red.png");
    library.decide_review(red, Decision::Edit(text("Poppy box"))).unwrap();
    fs::write(shop.photos().join("list.csv"), "sku,title,image\nB-1,Box,red.png\n").unwrap();
    library.rescan().unwrap();
    library.wait();
    let now = product(&library, "red.png");
    assert_ne!(now, red, "the list makes it another product");
    let item = library.review_item(now).unwrap();
    assert_eq!((item.state, item.text.title.as_str()), (ReviewState::Edited, "Poppy box"));
    // And without the list again.
    fs::remove_file(shop.photos().join("list.csv")).unwrap();
    library.rescan().unwrap();
    library.wait();
    assert_eq!(state(&library, product(&library, "red.png")), ReviewState::Edited);
}

#[test]
fn a_list_that_names_a_reviewed_product_of_several_photos_keeps_its_review() {
    let shop = Shop::new();
    shop.put("mug_1.png", &png(&boxed(96, [190, 30, 40])));
    shop.put("mug_2.png", &png(&boxed(96, [30, 60, 160])));
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let source = library.source_at(&shop.photos()).unwrap().id;
    library.set_grouping(source, GroupBy::Names).unwrap();
    library.wait();
    let mug = product(&library, "mug_1.png");
    library.decide_review(mug, Decision::Edit(text("Poppy mug"))).unwrap();
    // The list names the first photo alone; the other is called by the same number.
    shop.put("list.csv", b"sku,title,image\nmug,Mug,mug_1.png\n");
    library.rescan().unwrap();
    library.wait();
    let now = product(&library, "mug_2.png");
    assert_eq!((now, library.product(now).unwrap().photos.len()), (product(&library, "mug_1.png"), 2));
    assert_eq!(library.review_item(now).unwrap().text.title, "Poppy mug");
    assert_eq!(state(&library, now), ReviewState::Edited);
}

#[test]
fn a_photo_that_goes_away_keeps_what_was_decided() {
    let (shop, library) = shop();
    let red = product(&library, "red.png");
    library.decide_review(red, Decision::Edit(text("Poppy box"))).unwrap();
    let bytes = fs::read(shop.photos().join("red.png")).unwrap();
    fs::remove_file(shop.photos().join("red.png")).unwrap();
    library.rescan().unwrap();
    library.wait();
    library.forget_gone().unwrap();
    shop.put("again.png", &bytes);
    library.rescan().unwrap();
    library.wait();
    assert_eq!(library.review_item(product(&library, "again.png")).unwrap().text.title, "Poppy box");
}

#[test]
fn words_and_claims_know_where_they_come_from() {
    let (shop, library) = shop();
    fs::write(shop.photos().join("list.csv"), "sku,title,brand,image\nB-1,,Poppy,blue.png\n").unwrap();
    library.rescan().unwrap();
    library.wait();
    let blue = product(&library, "blue.png");
    let item = library.review_item(blue).unwrap();
    let brand = item.origins.iter().find(|span| span.origin == WordOrigin::Shop).unwrap();
    assert_eq!((brand.part, &item.text.title[brand.place.clone()]), (TextPart::Title, "Poppy"));
    let typed = ReviewText { title: "Waterproof Poppy red mug".to_owned(), ..ReviewText::default() };
    let (claims, origins) = library.check_text(blue, &typed).unwrap();
    let of = |kind: &ClaimKind| claims.iter().find(|claim| claim.claim.kind == *kind).unwrap();
    assert_eq!(of(&ClaimKind::Unseen).verdict, Verdict::NotVisible);
    assert_eq!(of(&ClaimKind::Unseen).origin, WordOrigin::Person);
    assert!(
        origins
            .iter()
            .any(|span| span.origin == WordOrigin::Shop && &typed.title[span.place.clone()] == "Poppy")
    );
    // The pixels deny red, whatever the stand-in's vectors say.
    let red = of(&ClaimKind::Attribute(AttributeKind::Colour));
    assert_ne!(red.verdict, Verdict::Supported, "{red:?}");
    // What a person says of a claim counts.
    let claim = ClaimKey { kind: ClaimKind::Attribute(AttributeKind::Colour), value: "red".to_owned() };
    library.decide_review(blue, Decision::Judge(claim, true)).unwrap();
    let (claims, _) = library.check_text(blue, &typed).unwrap();
    assert!(claims.iter().any(|claim| claim.claim.value == "red" && claim.person_says == Some(true)));
    library.set_field(blue, FieldName::Brand, None).unwrap();
}

#[test]
fn a_text_that_the_shop_has_stays_and_is_checked() {
    let (_shop, library) = shop();
    let (red, blue) = (product(&library, "red.png"), product(&library, "blue.png"));
    library.set_field(blue, FieldName::Description, Some("A waterproof box for the garden.")).unwrap();
    let item = library.review_item(blue).unwrap();
    assert_eq!(item.text.text, "A waterproof box for the garden.");
    let waterproof = item.claims.iter().find(|claim| claim.claim.kind == ClaimKind::Unseen).unwrap();
    assert_eq!(waterproof.verdict, Verdict::NotVisible);
    // Where it has none, what was seen is written.
    assert_ne!(library.review_item(red).unwrap().text.text, "");
    library.set_field(blue, FieldName::Description, None).unwrap();
    assert_ne!(library.review_item(blue).unwrap().text.text, item.text.text);
}

#[test]
fn rules_are_tried_on_a_product_of_their_category_and_nothing_is_kept() {
    let (_shop, library) = shop();
    let blue = product(&library, "blue.png");
    library.set_field(blue, FieldName::Brand, Some("Poppy")).unwrap();
    library.set_field(blue, FieldName::Category, Some("Boxes")).unwrap();
    // What changed is looked at anew before it is asked for.
    let before = queue(&library, None);
    let rules = |category: &str| Template {
        category: category.to_owned(),
        title: "By {brand}".to_owned(),
        text: "{brnd}".to_owned(),
        alt_text: "[if size: {size}] box".to_owned(),
    };
    let trial = library.try_template(&rules("Boxes")).unwrap();
    let title = library.review_item(blue).unwrap().text.title;
    assert_eq!(trial.of, Some(title));
    assert_eq!((trial.text.title.as_str(), trial.text.alt_text.as_str()), ("By Poppy", "Box"));
    // The one rule that cannot be followed is told, and the others are tried.
    assert_eq!(trial.text.text, "");
    assert_eq!(trial.problems.iter().map(|problem| problem.at).collect::<Vec<_>>(), [0]);
    // No product of the shop's is like that.
    let trial = library.try_template(&rules("Hats")).unwrap();
    assert_eq!((trial.of, trial.text.alt_text.as_str()), (None, "300 ml box"));
    assert_eq!(library.templates().unwrap(), [Template::default()]);
    assert_eq!(queue(&library, None), before);
}

#[test]
fn a_rule_that_cannot_be_followed_is_refused() {
    let (_shop, library) = shop();
    let wrong = Template { title: "{brnd}".to_owned(), ..Template::default() };
    assert!(matches!(library.set_template(&wrong), Err(CatalogError::BadTemplate(_))));
    let long = ReviewText { title: "x".repeat(20_000), ..ReviewText::default() };
    let red = product(&library, "red.png");
    assert!(matches!(
        library.decide_review(red, Decision::Edit(long)),
        Err(CatalogError::TooLong { limit: 10_000, .. })
    ));
}

#[test]
fn a_verdict_teaches_at_once_what_it_teaches_after_a_restart() {
    let (shop, library) = shop();
    let told = |library: &Library| -> Vec<Option<f32>> {
        let blue = library.review_item(product(library, "blue.png")).unwrap();
        blue.claims.iter().map(|claim| claim.probability).collect()
    };
    let before = told(&library);
    let red = product(&library, "red.png");
    let claims = library.review_item(red).unwrap().claims;
    let judged: Vec<ClaimKey> =
        claims.into_iter().filter(|claim| claim.probability.is_some()).map(|claim| claim.claim).collect();
    assert!(!judged.is_empty());
    for claim in &judged {
        library.decide_review(red, Decision::Judge(claim.clone(), false)).unwrap();
    }
    // Somebody changes their mind, and back.
    library.decide_review(red, Decision::Judge(judged[0].clone(), true)).unwrap();
    library.decide_review(red, Decision::Judge(judged[0].clone(), false)).unwrap();
    let at_once = told(&library);
    assert_ne!(before, at_once, "claims of these kinds are less sure now");
    library.close();
    drop(library);
    let (library, _) = shop.open_quick();
    let after = told(&library);
    assert_eq!(at_once.len(), after.len());
    for (one, other) in at_once.into_iter().zip(after) {
        assert_eq!(one.is_some(), other.is_some());
        let distance = (one.unwrap_or(0.0) - other.unwrap_or(0.0)).abs();
        assert!(distance < 1e-4, "{one:?} {other:?}");
    }
}

#[test]
fn a_photo_of_another_product_is_told_until_somebody_says_that_it_is_right() {
    let shop = Shop::new();
    let red = boxed(200, [190, 30, 40]);
    shop.put("mug.png", &png(&red));
    shop.put(
        "shoe.png",
        &png(&image::imageops::resize(&red, 150, 150, image::imageops::FilterType::Triangle)),
    );
    shop.put("lamp.png", &png(&boxed(96, [30, 60, 160])));
    shop.put("list.csv", b"image,title\nmug.png,Red mug\nshoe.png,Blue shoe\nlamp.png,Blue lamp\n");
    let (library, _) = shop.open_quick();
    shop.index(&library);
    let told = |file: &str| {
        let item = library.review_item(product(&library, file)).unwrap();
        item.conflicts.into_iter().find(|conflict| conflict.product.is_some())
    };
    let (mug, shoe) = (told("mug.png"), told("shoe.png"));
    assert_ne!(mug.is_some(), shoe.is_some(), "it is better shown as one of both: {mug:?} {shoe:?}");
    let conflict = mug.or(shoe).unwrap();
    let titles = [conflict.said.as_str(), conflict.seen.as_str()];
    assert!(titles.contains(&"Red mug") && titles.contains(&"Blue shoe"), "{titles:?}");
    assert!(told("lamp.png").is_none());
    let contradicted = QueueFilter { verdict: Some(Verdict::Contradicted), ..QueueFilter::default() };
    let listed = |product| {
        let rows = library.review_queue(&contradicted, 0, 100).unwrap().rows;
        rows.iter().any(|row| row.row.id == product)
    };
    let wrong = product(&library, if told("mug.png").is_some() { "mug.png" } else { "shoe.png" });
    assert!(listed(wrong), "it stands among what a photo contradicts");

    let pictures = ["mug.png", "shoe.png"]
        .map(|file| library.product(product(&library, file)).unwrap().photos[0].photo.id);
    library.decide_twins(&pictures, TwinDecision::Different).unwrap();
    assert_eq!((told("mug.png"), told("shoe.png")), (None, None));
}
