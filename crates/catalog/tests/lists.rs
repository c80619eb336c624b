//! Product lists come in after a look at them, are read again when they change, and go out with the words that
//! people decided and every other byte as it was.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

mod support;

use std::{fs, path::PathBuf};

use support::{Shop, boxed, png};
use vitrine_catalog::{
    CatalogError, FieldName, Library, ProductId,
    export::{ExportTarget, Sidecar, Target},
    lists::ListTrouble,
    review::{Decision, ReviewText},
    search::Query,
};

/// Two photos in a folder, and a list of them that lies elsewhere.
const LIST: &str = "Artikel;Bezeichnung;Farbe;Preis;Lager\r\n\
    VT-1;Poppy mug;red;12,50;\"7\"\r\n\
    VT-2;Sky mug;blue;free;3\r\n\
    VT-9;Lost mug;green;9,00;1\r\n";
/// What its columns mean.
const MEANINGS: [&str; 5] = ["field:sku", "field:title", "field:colour", "field:price", "ignored"];

struct Lists {
    shop: Shop,
    library: Library,
    /// A folder that is not part of the catalog.
    desk: tempfile::TempDir,
}

impl Lists {
    fn new() -> Self {
        let shop = Shop::new();
        shop.put("VT-1_front.png", &png(&boxed(96, [190, 30, 40])));
        shop.put("VT-1_back.png", &png(&boxed(96, [170, 40, 40])));
        shop.put("vt 2.png", &png(&boxed(96, [30, 60, 160])));
        shop.put("other.png", &png(&boxed(96, [40, 140, 70])));
        let (library, _) = shop.open_quick();
        shop.index(&library);
        Self { shop, library, desk: tempfile::tempdir().unwrap() }
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.desk.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn take_in(&self, path: &std::path::Path, meanings: Option<&[String]>) {
        self.library.import_list(path, meanings).unwrap();
        self.library.wait();
    }

    fn product(&self, number: &str) -> ProductId {
        self.library.products_named(number).unwrap()[0]
    }

    fn title(&self, number: &str) -> Option<String> {
        let fields = self.library.product(self.product(number)).unwrap().fields;
        fields.into_iter().find(|field| field.name == FieldName::Title).map(|field| field.value)
    }

    fn n_photos(&self, number: &str) -> usize {
        self.library.product(self.product(number)).unwrap().photos.len()
    }
}

fn meanings() -> Vec<String> {
    MEANINGS.map(str::to_owned).to_vec()
}

#[test]
fn a_list_is_looked_at_before_anything_is_kept() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    let meanings = meanings();
    let preview = lists.library.preview_list(&path, Some(&meanings)).unwrap();
    assert_eq!((preview.n_rows, preview.n_products, preview.n_with_photos), (3, 3, 2));
    assert_eq!((preview.n_known, preview.n_photos_without_row), (0, 1));
    assert_eq!(preview.photos_without_row, ["other.png"]);
    assert_eq!(preview.columns[1].sample, ["Poppy mug", "Sky mug", "Lost mug"]);
    let lines = |trouble: ListTrouble| {
        let of = preview.findings.iter().find(|finding| finding.trouble == trouble);
        of.map(|finding| finding.lines.iter().map(|(line, _)| *line).collect::<Vec<_>>())
    };
    assert_eq!(lines(ListTrouble::NoPhoto), Some(vec![4]));
    assert_eq!(lines(ListTrouble::BadPrice), Some(vec![3]));
    // Nothing was kept.
    assert!(lists.library.products_named("VT-9").unwrap().is_empty());
    assert_eq!(lists.library.summary().unwrap().sources.len(), 1);
}

#[test]
fn a_photo_that_is_called_by_its_number_is_found_by_its_file_too() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    let sky = lists.product("VT-2");
    for name in ["vt 2.png", "VT-2", "vt2"] {
        assert_eq!(lists.library.products_named(name).unwrap(), [sky], "{name}");
    }
    assert!(lists.library.products_named("vt 2.jpg").unwrap().is_empty());
}

#[test]
fn what_columns_mean_is_remembered_and_taking_in_again_doubles_nothing() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    assert_eq!(lists.title("VT-1").as_deref(), Some("Poppy mug"));
    assert_eq!((lists.n_photos("VT-1"), lists.n_photos("VT-2")), (2, 1));
    let before = lists.library.summary().unwrap().counts.n_products;

    lists.put("Artikel.csv", &LIST.replace("Poppy mug", "Poppy cup"));
    let preview = lists.library.preview_list(&path, None).unwrap();
    assert!(preview.is_remembered);
    assert_eq!((preview.n_known, preview.problem), (3, None));
    lists.take_in(&path, None);
    assert_eq!(lists.title("VT-1").as_deref(), Some("Poppy cup"));
    assert_eq!(lists.library.summary().unwrap().counts.n_products, before);
}

#[test]
fn photos_that_come_after_their_list_find_their_product() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    lists.shop.put("VT-9.png", &png(&boxed(96, [90, 90, 30])));
    lists.shop.index(&lists.library);
    assert_eq!(lists.n_photos("VT-9"), 1);
    assert_eq!(lists.title("VT-9").as_deref(), Some("Lost mug"));
}

#[test]
fn a_list_that_goes_away_costs_nothing_that_was_decided() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    let product = lists.product("VT-1");
    lists.library.decide_review(product, Decision::Approve).unwrap();
    fs::remove_file(&path).unwrap();
    lists.shop.index(&lists.library);
    lists.library.rescan().unwrap();
    lists.library.wait();
    assert_eq!(lists.title("VT-1").as_deref(), Some("Poppy mug"), "a drive may be unplugged");
    let id = lists.library.summary().unwrap().sources.into_iter().find(|source| source.is_list()).unwrap().id;
    lists.library.remove_source(id).unwrap();
    lists.library.rescan().unwrap();
    lists.library.wait();
    assert!(!lists.library.review_history(product).unwrap().is_empty());
}

#[test]
fn a_table_of_something_else_says_what_to_choose() {
    let lists = Lists::new();
    let path = lists.put("hours.csv", "Monday,Tuesday\n9,10\n");
    let preview = lists.library.preview_list(&path, None).unwrap();
    assert!(preview.problem.unwrap().contains("Choose a column"));
    let refused = lists.library.import_list(&path, None).unwrap_err();
    assert!(matches!(refused, CatalogError::BadList { .. }), "{refused}");
    let picture = lists.desk.path().join("photo.xlsx");
    fs::write(&picture, png(&boxed(8, [1, 2, 3]))).unwrap();
    let refused = lists.library.preview_list(&picture, None).unwrap_err();
    assert!(refused.to_string().contains("photo.xlsx"), "{refused}");
}

#[test]
fn a_list_goes_out_with_the_decided_words_alone() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    let target = ExportTarget::List(dunce::canonicalize(&path).unwrap());
    let refused = lists.library.preview_export(&target).unwrap_err();
    assert!(matches!(refused, CatalogError::NothingDecided), "{refused}");

    let text = ReviewText { title: "Poppy cup; large".to_owned(), ..ReviewText::default() };
    lists.library.decide_review(lists.product("VT-1"), Decision::Edit(text)).unwrap();
    let preview = lists.library.preview_export(&target).unwrap();
    assert_eq!((preview.n_products, preview.n_changes), (1, 1));
    let change = &preview.changes[0];
    assert_eq!((change.line, change.old.as_str(), change.new.as_str()), (2, "Poppy mug", "Poppy cup; large"));

    let refused = lists.library.export(&target, &path).unwrap_err();
    assert!(refused.to_string().contains("never written to"), "{refused}");
    let inside = lists.shop.photos().join("out.csv");
    assert!(lists.library.export(&target, &inside).is_err(), "it would be read as the shop's own list");
    let out = lists.desk.path().join("out.csv");
    lists.library.export(&target, &out).unwrap();
    let expected = LIST.replace(";Poppy mug;", ";\"Poppy cup; large\";");
    assert_eq!(fs::read_to_string(&out).unwrap(), expected);
    assert_eq!(fs::read_to_string(&path).unwrap(), LIST);
}

#[test]
fn new_files_and_files_beside_photos_hold_the_decided_words() {
    let lists = Lists::new();
    let product = lists.product("other.png");
    let text = ReviewText {
        title: "Green box".to_owned(),
        text: "A green box.".to_owned(),
        alt_text: "A box that is green".to_owned(),
    };
    lists.library.decide_review(product, Decision::Edit(text)).unwrap();
    for target in Target::ALL {
        let out = lists.desk.path().join(format!("{}.{}", target.name(), target.extension()));
        let done = lists.library.export(&ExportTarget::File(target), &out).unwrap();
        assert_eq!(done.n_products, 1);
        let list = vitrine_import::read_list(&fs::read(&out).unwrap(), None).unwrap();
        let title = list.products[0].field(vitrine_import::Field::Title);
        assert_eq!(title, Some("Green box"), "{}", target.name());
    }
    let folder = lists.desk.path().join("texts");
    let check = |form: Sidecar, file: &str| {
        let target = ExportTarget::Sidecars(form);
        assert_eq!(lists.library.export(&target, &folder).unwrap().n_kept, 0);
        let written = fs::read_to_string(folder.join(file)).unwrap();
        assert!(written.contains("A box that is green"), "{written}");
        // Another program's work is not written over.
        fs::write(folder.join(file), "mine").unwrap();
        assert_eq!(lists.library.export(&target, &folder).unwrap().n_kept, 1);
        assert_eq!(fs::read_to_string(folder.join(file)).unwrap(), "mine");
    };
    check(Sidecar::Text, "other.png.txt");
    check(Sidecar::Xmp, "other.png.xmp");
}

#[test]
fn what_goes_out_in_any_form_comes_in_again_whole() {
    let lists = Lists::new();
    let path = lists.put(
        "Products.csv",
        "sku,title,price,brand,category,barcode,image,color,material\n\
         VT-1,\"Poppy mug, \"\"large\"\"\",12.50,Crème & Co,Kitchen,4006381333931,VT-1_front.png,red,ceramic\n\
         VT-2,Sky mug,9.00,Nord,Kitchen,4006381333948,vt 2.png,blue,glass\n",
    );
    lists.take_in(&path, None);
    for (number, text) in
        [("VT-1", "A red mug; it is < 5 kg & \"heavy\"."), ("VT-2", "Ein blauer Krug, größer.")]
    {
        let title = lists.title(number).unwrap();
        let text = ReviewText { title, text: text.to_owned(), alt_text: format!("Alt of {number}") };
        lists.library.decide_review(lists.product(number), Decision::Edit(text)).unwrap();
    }
    for target in Target::ALL {
        let name = format!("{}.{}", target.name(), target.extension());
        let out = lists.desk.path().join(&name);
        let done = lists.library.export(&ExportTarget::File(target), &out).unwrap();
        assert_eq!(done.n_products, 2, "{name}");
        // The same photos in another library, which knows nothing but what was written.
        let other = Lists::new();
        fs::copy(&out, other.desk.path().join(&name)).unwrap();
        other.take_in(&other.desk.path().join(&name), None);
        let check = |number: &str, field: FieldName, expected: &str| {
            let fields = other.library.product(other.product(number)).unwrap().fields;
            let value = fields.into_iter().find(|known| known.name == field).map(|known| known.value);
            assert_eq!(value.as_deref(), Some(expected), "{name} {number} {field:?}");
        };
        check("VT-1", FieldName::Title, "Poppy mug, \"large\"");
        check("VT-1", FieldName::Description, "A red mug; it is < 5 kg & \"heavy\".");
        check("VT-2", FieldName::Description, "Ein blauer Krug, größer.");
        check("VT-1", FieldName::Brand, "Crème & Co");
        assert!(other.n_photos("VT-1") >= 1 && other.n_photos("VT-2") == 1, "{name}");
        let found = |words: &str| {
            let query = Query { text: words.to_owned(), ..Query::default() };
            support::found(&support::whole(&other.library, &query))
        };
        assert_eq!(found("größer")[0], "vt 2", "{name}");
    }
}

#[test]
fn products_are_found_by_what_their_list_says() {
    let lists = Lists::new();
    let path = lists.put("Artikel.csv", LIST);
    lists.take_in(&path, Some(&meanings()));
    let found = lists.library.search(&Query::words("VT-2"), 0, 3).unwrap();
    assert_eq!(found.items[0].row.id, lists.product("VT-2"));
}
