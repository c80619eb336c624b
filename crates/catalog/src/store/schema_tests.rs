//! Libraries of every earlier version are taken over with everything in them; the schema is what it is said
//! to be; and statements that run often go through indexes.

use std::path::{Path, PathBuf};

use super::{
    FieldName, ModelId, Origin, PictureId, ProductId, Setting, Store, changes, claims, compositions,
    descriptions, fields, files, fused, health, product_vectors, products, schema, tally::Tally, vectors,
    words,
};
use crate::{
    describe::AttributeKind,
    models::ModelIds,
    photo::{Doubts, READING_VERSION},
};

const IDS: ModelIds = ModelIds {
    clip: ModelId::new(1),
    caption: ModelId::new(2),
    writer: ModelId::new(3),
    matching: ModelId::new(4),
    described: ModelId::new(5),
};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A stored library of an earlier version, opened by this one.
fn taken_over(version: u32) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vitrine.db");
    std::fs::copy(here(&format!("tests/libraries/v{version}.db")), &file).unwrap();
    let store = Store::open(&file).unwrap();
    (folder, store)
}

#[test]
fn libraries_of_every_earlier_version_are_taken_over_whole() {
    for version in 1..schema::VERSION {
        let (folder, store) = taken_over(version);
        let counts = store.counts(IDS.clip, IDS.writer).unwrap();
        assert_eq!((counts.n_products, counts.n_pictures, counts.n_hidden), (2, 2, 1), "v{version}");
        assert_eq!(counts.n_searchable, 2);
        assert_eq!(counts.n_described, if version >= 3 { 2 } else { 0 });
        assert_eq!(store.n_skipped().unwrap(), 1);
        let source = &store.sources().unwrap()[0];
        assert_eq!((source.id.get(), source.n_files, source.path.as_path()), (3, 3, Path::new("/shop")));

        // A photo keeps its number as a product, and its words.
        let one = store.product(ProductId::new(1), IDS).unwrap();
        assert_eq!(one.title.as_deref(), Some("Poppy mug"));
        assert_eq!(one.photo.caption.as_deref(), Some("a thing number 1"));
        let said = store.fields_of(ProductId::new(1)).unwrap();
        let names: Vec<_> = said.iter().map(|field| (field.name, field.origin)).collect();
        let list = Origin::List;
        assert_eq!(names, [(FieldName::Title, list), (FieldName::Price, list), (FieldName::Category, list)]);
        assert_eq!(store.vector(IDS.clip, PictureId::new(3)).unwrap(), Some(vec![0.0, 0.0, 1.0, 0.0]));
        assert_eq!(store.files_of(PictureId::new(1)).unwrap().len(), 2);
        // The rules of words became others: every product is looked at anew.
        let count = "SELECT count(*) FROM stale_review";
        let n_stale: i64 = store.reader().unwrap().query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(n_stale, 3, "v{version}");
        let pack = store.path_setting(Setting::Pack).unwrap();
        assert_eq!(pack.is_some(), version >= 2);
        if version >= 3 {
            let written = store.composition(PictureId::new(2), IDS).unwrap().unwrap().description;
            assert_eq!((written.title.as_str(), written.attributes.len()), ("Thing 2", 1));
            let claimed = store.with_claim(&AttributeKind::Colour, "red", IDS.writer).unwrap();
            assert_eq!(claimed.len(), 2);
        }
        // What the older program's pack made is taken over by the pack of that name, once.
        let id = store.model_id("clip-abc", "quick", "quick@1/clip/p1").unwrap();
        assert_eq!(id, IDS.clip);
        assert_ne!(store.model_id("clip-def", "quick", "quick@1/clip/p1").unwrap(), IDS.clip);

        // Where tables were replaced, what cannot be undone was kept.
        if version >= 4 {
            continue;
        }
        let kept = folder.path().join(format!("backups/vitrine-v{version}.db"));
        let connection = rusqlite::Connection::open(kept).unwrap();
        assert_eq!(schema::version(&connection).unwrap(), version);
        let n: i64 = connection.query_row("SELECT count(*) FROM vector", [], |row| row.get(0)).unwrap();
        assert_eq!(n, 3);
    }
}

#[test]
fn a_new_library_needs_no_backup_and_one_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vitrine.db");
    drop(Store::open(&file).unwrap());
    assert!(!folder.path().join("backups").exists());
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    drop(connection);
    assert!(Store::open(&file).is_err());
}

/// Every statement of the schema, in one form.
fn schema_of(store: &Store) -> String {
    let reader = store.reader().unwrap();
    let mut statement = reader
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let plain = |sql: String| {
        let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").replace('"', "")
    };
    rows.map(|sql| plain(sql.unwrap()) + "\n").collect()
}

#[test]
fn the_schema_is_the_same_by_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let new = Store::open(&folder.path().join("vitrine.db")).unwrap();
    let schema = schema_of(&new);
    let snapshot = here("tests/libraries/schema.sql");
    if std::env::var_os("VITRINE_WRITE_SCHEMA").is_some() {
        std::fs::write(&snapshot, &schema).unwrap();
    }
    let expected = std::fs::read_to_string(&snapshot).unwrap();
    assert!(
        schema == expected,
        "The schema changed: write a new migration, and the snapshot with VITRINE_WRITE_SCHEMA=1."
    );
    for version in 1..schema::VERSION {
        assert!(schema_of(&taken_over(version).1) == expected, "taken over from version {version}");
    }
}

#[test]
fn what_runs_often_goes_through_indexes() {
    let (_folder, store) = taken_over(schema::VERSION - 1);
    let reader = store.reader().unwrap();
    // Tables that grow with the catalog: none of them is walked.
    let large = [
        "picture",
        "file",
        "skipped",
        "vector",
        "description",
        "composition",
        "attribute",
        "colour",
        "product",
        "product_picture",
        "tie",
        "field",
        "change",
        "fact",
        "code",
        "product_vector",
    ];
    let check = |what: &str, sql: &str| {
        let mut statement = reader.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> =
            statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<_, _>>().unwrap();
        let walked = plan.iter().find(|step| {
            large.iter().any(|table| *step == &format!("SCAN {table}"))
                || ["p", "pp", "pr", "f", "v", "d", "c", "a", "q", "t"]
                    .iter()
                    .any(|alias| *step == &format!("SCAN {alias}"))
        });
        assert!(walked.is_none(), "{what}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("AUTOMATIC")), "{what}: {plan:#?}");
        // An array comes first, and what it names is looked up: never the other way round.
        if sql.contains("rarray") {
            assert!(plan[0].starts_with("SCAN w"), "{what}: {plan:#?}");
        }
    };
    check("the log's end", changes::LAST);
    check("the log", changes::AFTER);
    check("a page of products", &products::rows_of_pairs());
    check("a product's photos", &products::photos_of_product());
    check("a product's fields", fields::OF_PRODUCT);
    check("a known file", files::KNOWN);
    check("a picture's files", files::OF_PICTURE);
    check("a vector", vectors::OF_PICTURE);
    check("some fused vectors", fused::FUSED_OF);
    check("a picture's own words", fused::OWN_OF);
    check("a number", words::BY_CODE);
    check("a fact", words::WITH_FACT);
    check("a price", words::WITH_PRICE);
    check("claimed values", claims::VALUES);
    check("a claim", claims::WITH_CLAIM);
    check("claims of pictures", claims::OF_PICTURES);
    check("products of pictures", changes::MEMBERSHIPS_OF);
    check("pictures of products", changes::SEEN_OF);
    check("claims by another writer", claims::BY_WRITER);
    check("an example", descriptions::NEXT_CAPTION);
    check("products without a photo", health::UNPHOTOGRAPHED);
    check("how many of them", health::N_UNPHOTOGRAPHED);
    check("a counter", "SELECT n FROM tally WHERE what = 'picture' AND of = 0");
    // These go on from an id, so they may step through what is after it, by key alone.
    for (what, sql) in [
        ("pictures without a vector", vectors::lacking("vector")),
        ("pictures without a caption", vectors::lacking("description")),
        ("pictures without a description", compositions::LACKING.to_owned()),
        ("descriptions that are not read", compositions::UNREAD.to_owned()),
        ("products whose words are not read", product_vectors::LACKING.to_owned()),
        ("values of a fact", words::FACT_VALUES.to_owned()),
        ("photos that were not looked at", health::UNMEASURED.to_owned()),
        ("hidden pictures", changes::HIDDEN.to_owned()),
        ("memberships", changes::MEMBERSHIPS.to_owned()),
    ] {
        let mut statement = reader.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> =
            statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<_, _>>().unwrap();
        let bad = plan.iter().find(|step| step.starts_with("SCAN") && !step.contains("INDEX"));
        assert!(bad.is_none(), "{what}: {plan:#?}");
    }
}

#[test]
fn counters_say_what_a_count_says() {
    let (_folder, store) = taken_over(schema::VERSION - 1);
    let check = |what: &str| {
        let reader = store.reader().unwrap();
        let count = |sql: &str| -> i64 { reader.query_row(sql, [], |row| row.get(0)).unwrap() };
        let tally = |tally: Tally| i64::try_from(tally.read(&reader).unwrap()).unwrap();
        let live = "JOIN picture p ON p.id = picture_id AND p.n_files > 0";
        let pairs = [
            (Tally::Pictures, "SELECT count(*) FROM picture WHERE n_files > 0".to_owned()),
            (Tally::Hidden, "SELECT count(*) FROM picture WHERE n_files = 0".to_owned()),
            (Tally::Skipped, "SELECT count(*) FROM skipped".to_owned()),
            (
                Tally::Products,
                "SELECT count(DISTINCT product_id) FROM product_picture JOIN picture p ON p.id = picture_id WHERE p.n_files > 0".to_owned(),
            ),
            (Tally::Vectors(IDS.clip), format!("SELECT count(*) FROM vector {live} WHERE model_id = 1")),
            (Tally::Compositions(IDS.writer), format!("SELECT count(*) FROM composition {live} WHERE writer_id = 3")),
        ];
        for (counter, sql) in pairs {
            assert_eq!(tally(counter), count(&sql), "{what}: {counter:?}");
        }
        let hidden = count("SELECT count(*) FROM picture WHERE (hidden_since IS NULL) <> (n_files > 0)");
        assert_eq!(hidden, 0, "{what}");
    };
    check("as it was taken over");
    // The hidden one comes back, two files go, a vector is made anew.
    let stamp = super::FileStamp { size_bytes: 1, modified_ns: Some(1) };
    let picture = super::NewPicture {
        hash: [3; 32],
        format: "PNG".into(),
        width: 1,
        height: 1,
        color: 0,
        reading: READING_VERSION,
        was_always_so: true,
        doubts: Doubts::default(),
    };
    let source = store.sources().unwrap()[0].id;
    let path = PathBuf::from("/shop/back.png");
    let file = super::ReadFile { path, source, stamp, outcome: Ok(picture) };
    store.record_files(&[file], 8).unwrap();
    check("one came back");
    store
        .add_vectors(IDS.clip, &[(PictureId::new(3), vec![0.0; 4]), (PictureId::new(99), vec![0.0; 4])])
        .unwrap();
    check("a vector was made anew");
    assert_eq!(store.forget_unseen(Path::new("/shop"), 8, &[]).unwrap(), 2);
    check("two went away");
    store.purge_hidden(u64::MAX >> 1).unwrap();
    check("they were deleted");
    store.remove_source(source).unwrap();
    check("the source was removed");
    let reader = store.reader().unwrap();
    for table in ["picture", "vector", "description", "composition", "attribute", "product_picture", "file"] {
        let left: i64 =
            reader.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn a_long_log_is_cut_and_says_from_where() {
    let (_folder, store) = taken_over(schema::VERSION - 1);
    for _ in 0..10 {
        store.add_vectors(IDS.clip, &[(PictureId::new(1), vec![1.0; 4])]).unwrap();
    }
    let before = store.log().unwrap();
    store.shorten_log(8).unwrap();
    assert_eq!(store.log().unwrap(), before, "not yet twice as long");
    store.shorten_log(4).unwrap();
    let after = store.log().unwrap();
    assert_eq!((after.last, after.floor), (before.last, before.last - 4));
    assert_eq!(store.changes_after(0, 100).unwrap().len(), 4);
    // An entry that comes later gets a later number, also where the log was cut to its end.
    store.shorten_log(0).unwrap();
    store.add_vectors(IDS.clip, &[(PictureId::new(1), vec![2.0; 4])]).unwrap();
    assert_eq!(store.log().unwrap().last, before.last + 1);
}

#[test]
fn an_opened_library_that_cannot_be_written_is_read() {
    let (folder, store) = taken_over(schema::VERSION - 1);
    drop(store);
    let file = folder.path().join("vitrine.db");
    let read_only = Store::open_to_read(&file).unwrap();
    assert!(read_only.is_read_only());
    assert_eq!(read_only.n_pictures().unwrap(), 2);
    assert_eq!(read_only.product(ProductId::new(1), IDS).unwrap().title.as_deref(), Some("Poppy mug"));
    assert!(matches!(read_only.next_scan(), Err(crate::CatalogError::ReadOnly(_))));
}
