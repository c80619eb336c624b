//! Lists are written back with changes, and everything else as it was, to the byte.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use rust_xlsxwriter::Workbook;
use vitrine_import::{
    Author, Change, Field, Mapping, Meaning, Rewritten, WriteProblem, inspect, read_list, rewrite,
};

fn title(key: &str, text: &str, author: Author) -> Change {
    Change { key: key.to_owned(), title: Some((text.to_owned(), author)), ..Change::default() }
}

fn described(key: &str, text: &str, author: Author) -> Change {
    Change { key: key.to_owned(), description: Some((text.to_owned(), author)), ..Change::default() }
}

fn alt(key: &str, image: &str, text: &str) -> Change {
    Change { key: key.to_owned(), alt_texts: vec![(image.to_owned(), text.to_owned())], ..Change::default() }
}

/// Rewrites a list and compares the whole file.
fn check(source: &[u8], changes: &[Change], expected: &[u8]) -> Rewritten {
    let same = rewrite(source, None, &[]).unwrap();
    assert_eq!((same.bytes.as_slice(), same.changes.len()), (source, 0));
    let written = rewrite(source, None, changes).unwrap();
    assert_eq!(String::from_utf8_lossy(&written.bytes), String::from_utf8_lossy(expected));
    assert_eq!(written.bytes, expected);
    written
}

#[test]
fn only_the_cell_changes() {
    let written = check(
        b"\xef\xbb\xbfsep=;\r\n\"image\";title;odd;\r\na.jpg;  Mug;\"x\"y;;\n\nb.jpg;\"Cup\";\"1\"\"2\";\rc.jpg",
        &[title("a.jpg", "Red; mug", Author::Person), title("b.jpg", "Blue", Author::Models), title("c.jpg", "C", Author::Person)],
        b"\xef\xbb\xbfsep=;\r\n\"image\";title;odd;\r\na.jpg;\"Red; mug\";\"x\"y;;\n\nb.jpg;\"Blue\";\"1\"\"2\";\rc.jpg;C",
    );
    assert_eq!(written.not_written, [""; 0]);
    let first = &written.changes[0];
    assert_eq!((first.line, first.column.as_str(), first.key.as_str()), (3, "title", "a.jpg"));
    assert_eq!((first.old.as_str(), first.new.as_str()), ("Mug", "Red; mug"));
}

#[test]
fn other_encodings_keep_their_bytes() {
    check(
        b"image,title,x\na.jpg,Caf\xe9,\x80\n",
        &[title("a.jpg", "Thé", Author::Person)],
        b"image,title,x\na.jpg,Th\xe9,\x80\n",
    );
    let utf16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    check(
        &utf16("image\ttitle\r\na.jpg\tMug 🫖\tx\r\nb.jpg\tCup\r\n"),
        &[title("b.jpg", "Thé 🫖", Author::Person)],
        &utf16("image\ttitle\r\na.jpg\tMug 🫖\tx\r\nb.jpg\tThé 🫖\r\n"),
    );
    let japanese = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    check(
        &japanese("image,title\na.jpg,赤いマグカップと皿のセット\nb.jpg,青いマグカップ\n"),
        &[title("b.jpg", "白い皿", Author::Person)],
        &japanese("image,title\na.jpg,赤いマグカップと皿のセット\nb.jpg,白い皿\n"),
    );
    let problem = rewrite(b"image,title\na.jpg,Caf\xe9\n", None, &[title("a.jpg", "Tea 🫖", Author::Person)]);
    let Err(WriteProblem::Unwritable { line: 2, column, sign: '🫖', encoding: "windows-1252" }) = &problem
    else {
        panic!("{problem:?}")
    };
    assert_eq!(column, "title");
    // HTML has another way to say it.
    check(
        b"image,title,description\na.jpg,Caf\xe9,<b>x</b>\n",
        &[described("a.jpg", "Tea 🫖", Author::Person)],
        b"image,title,description\na.jpg,Caf\xe9,<p>Tea &#129750;</p>\n",
    );
}

#[test]
fn shopify_texts_stand_where_they_belong() {
    check(
        b"Handle,Title,Body (HTML),Variant SKU,Image Src\ntee,Tee,<p>Old</p>,T,a.jpg\ntee,,,T2,b.jpg\n",
        &[Change {
            alt_texts: vec![("b.jpg".to_owned(), "The back".to_owned()), ("c.jpg".to_owned(), "Lost".to_owned())],
            title: Some(("=New".to_owned(), Author::Person)),
            ..described("T", "First & best.\nSecond.", Author::Models)
        }],
        b"Handle,Title,Body (HTML),Variant SKU,Image Src,Image Alt Text\ntee,=New,<p>First &amp; best.</p><p>Second.</p>,T,a.jpg,\ntee,,,T2,b.jpg,The back\n",
    );
    let new = b"Title,URL handle,Description,SKU,Product image URL,Image alt text\nTee,tee,Old,T,a.jpg,\n";
    let expected = b"Title,URL handle,Description,SKU,Product image URL,Image alt text\nTee,tee,<p>New</p>,T,a.jpg,Front\n";
    let changes =
        [Change { alt_texts: alt("T", "a.jpg", "Front").alt_texts, ..described("T", "New", Author::Models) }];
    check(new, &changes, expected);
}

#[test]
fn google_is_told_what_models_wrote() {
    check(
        b"id\ttitle\tdescription\timage_link\nA\tMug\tOld\thttps://x.example/a\nB\tCup\tOld\thttps://x.example/b\n",
        &[described("A", "A \"red\" mug", Author::Models), described("B", "Mine", Author::Person)],
        b"id\ttitle\tdescription\timage_link\tstructured_description\nA\tMug\tOld\thttps://x.example/a\t\"trained_algorithmic_media:\"\"A \"\"\"\"red\"\"\"\" mug\"\"\"\nB\tCup\tMine\thttps://x.example/b\t\n",
    );
    check(
        b"id\ttitle\tstructured_title\timage_link\nA\tMug\ttrained_algorithmic_media:x\thttps://x.example/a\n",
        &[title("A", "Mine", Author::Person)],
        b"id\ttitle\tstructured_title\timage_link\nA\tMine\t\thttps://x.example/a\n",
    );
    check(
        b"<rss><channel>\n <item>\n  <g:id>A</g:id>\n  <title lang='>'><![CDATA[Mug]]></title>\n  <!-- kept -->\n  <g:image_link>a.jpg</g:image_link>\n </item>\n</channel></rss>\n",
        &[Change { title: Some(("Tea & mug".to_owned(), Author::Person)), ..described("A", "x < y", Author::Models) }],
        b"<rss><channel>\n <item>\n  <g:id>A</g:id>\n  <title lang='>'>Tea &amp; mug</title>\n  <!-- kept -->\n  <g:image_link>a.jpg</g:image_link>\n  <g:structured_description><g:digital_source_type>trained_algorithmic_media</g:digital_source_type><g:content>x &lt; y</g:content></g:structured_description>\n </item>\n</channel></rss>\n",
    );
    let written =
        rewrite(b"id\ttitle\timage_link\nA\tMug\ta.jpg\n", None, &[alt("A", "a.jpg", "x")]).unwrap();
    assert_eq!(written.changes, []);
    assert!(written.not_written[0].contains("alternative texts"), "{written:?}");
}

#[test]
fn items_of_a_group_keep_their_texts() {
    let written = check(
        b"id\ttitle\timage_link\titem_group_id\nA\tTee, red\ta.jpg\tg\nB\tTee, blue\tb.jpg\tg\n",
        &[title("A", "Red tee", Author::Person)],
        b"id\ttitle\timage_link\titem_group_id\nA\tRed tee\ta.jpg\tg\nB\tTee, blue\tb.jpg\tg\n",
    );
    assert!(written.not_written[0].contains("group"), "{written:?}");
}

#[test]
fn akeneo_gets_new_texts_in_its_language() {
    check(
        b"sku;family;categories;name-de_DE-ecommerce;image\nA;f;c;Tasse;a.jpg\n",
        &[described("A", "Rot", Author::Person)],
        b"sku;family;categories;name-de_DE-ecommerce;image;description-de_DE\nA;f;c;Tasse;a.jpg;Rot\n",
    );
}

#[test]
fn json_changes_values_alone() {
    check(
        br#"[ {"image":"a.jpg", "title" : "Mug", "price":14.50, "n": 1e400, "tags": ["x"]},
  {"image": "b.jpg", "title": null} ]"#,
        &[
            Change {
                fields: vec![(Field::Price, "15.00".to_owned()), (Field::Tags, "x, y".to_owned())],
                ..title("a.jpg", "A \"mug\"", Author::Person)
            },
            Change { title: Some(("Cup".to_owned(), Author::Models)), ..alt("b.jpg", "b.jpg", "A cup") },
        ],
        br#"[ {"image":"a.jpg", "title" : "A \"mug\"", "price":15.00, "n": 1e400, "tags": ["x", "y"]},
  {"image": "b.jpg", "title": "Cup", "alt_text": "A cup"} ]"#,
    );
    check(
        b"{\"image\":\"a.jpg\",\"title\":\"Mug\"}\r\n{\"title\":\"Cup\",\"image\":\"b.jpg\"}\r\n",
        &[title("b.jpg", "=1", Author::Person)],
        b"{\"image\":\"a.jpg\",\"title\":\"Mug\"}\r\n{\"title\":\"=1\",\"image\":\"b.jpg\"}\r\n",
    );
    check(
        b"[\n  {\n    \"image\": \"a.jpg\",\n    \"sku\": \"A\"\n  }\n]\n",
        &[title("A", "Mug", Author::Person)],
        b"[\n  {\n    \"image\": \"a.jpg\",\n    \"sku\": \"A\",\n    \"title\": \"Mug\"\n  }\n]\n",
    );
}

#[test]
fn workbooks_are_made_anew() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["sku", "title", "price", "image"]).unwrap();
    sheet.write(1, 0, "007").unwrap().write(1, 1, "Mug").unwrap().write(1, 2, 14.5).unwrap();
    sheet.write(1, 3, "a.jpg").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(rewrite(&bytes, None, &[]).unwrap().bytes, bytes);
    let change = Change { title: Some(("=1+1".to_owned(), Author::Person)), ..alt("007", "a.jpg", "A mug") };
    let written = rewrite(&bytes, None, &[change]).unwrap();
    assert_eq!((written.changes.len(), written.not_written.len()), (2, 1));
    let seen = inspect(&written.bytes).unwrap();
    assert_eq!(seen.header, ["sku", "title", "price", "image", "alt_text"]);
    assert_eq!(seen.sample, [["007", "=1+1", "14.5", "a.jpg", "A mug"]]);
}

#[test]
fn formulas_get_an_apostrophe_only_where_people_open_the_file() {
    let formulas = ["=1+1", "+1", "-1", "@x"];
    for formula in formulas {
        let plain =
            rewrite(b"image,title\na.jpg,Mug\n", None, &[title("a.jpg", formula, Author::Person)]).unwrap();
        assert_eq!(plain.bytes, format!("image,title\na.jpg,'{formula}\n").into_bytes());
        let list = read_list(&plain.bytes, None).unwrap();
        assert_eq!(list.products[0].field(Field::Title), Some(formula));
        let google = b"id,title,image_link\nA,Mug,a.jpg\n";
        let google = rewrite(google, None, &[title("A", formula, Author::Person)]).unwrap();
        assert_eq!(google.bytes, format!("id,title,image_link\nA,{formula},a.jpg\n").into_bytes());
    }
}

#[test]
fn what_has_no_place_is_told() {
    let written = rewrite(
        b"Type,SKU,Name,Published,Images\nsimple,A,Mug,1,a.jpg\n",
        None,
        &[alt("A", "a.jpg", "x"), title("Z", "x", Author::Person)],
    )
    .unwrap();
    assert_eq!(written.changes, []);
    assert_eq!(written.not_written.len(), 2, "{written:?}");
    let wide = format!("image,title\na.jpg,Mug{}\n", ",".repeat(500));
    assert_eq!(rewrite(wide.as_bytes(), None, &[alt("a.jpg", "a.jpg", "x")]), Err(WriteProblem::NoPlace(2)));
    // A mapping that a person made is used for writing, too.
    let mapping = Mapping { meanings: vec![Meaning::Image, Meaning::Ignored, Meaning::Field(Field::Title)] };
    let written =
        rewrite(b"pic,a,b\na.jpg,1,2\n", Some(&mapping), &[title("a.jpg", "Mug", Author::Person)]).unwrap();
    assert_eq!(written.bytes, b"pic,a,b\na.jpg,1,Mug\n");
}
