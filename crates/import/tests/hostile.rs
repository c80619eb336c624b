//! Files that were made to hurt end in a message or in rows, and soon.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use std::{
    io::{Cursor, Write},
    time::{Duration, Instant},
};

use rust_xlsxwriter::Workbook;
use vitrine_import::{Field, ListProblem, ProductList, inspect, read_list, rewrite};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Reads a file in every way, within a time that is long for a test and short for a bomb.
fn read(what: &str, bytes: &[u8]) -> Result<ProductList, ListProblem> {
    let began = Instant::now();
    let list = read_list(bytes, None);
    if bytes.len() < 1 << 20 {
        let _ = inspect(bytes);
        let _ = rewrite(bytes, None, &[]);
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{what} took {:?}", began.elapsed());
    list
}

fn refused(what: &str, bytes: &[u8]) -> String {
    match read(what, bytes) {
        Err(problem) => problem.to_string(),
        Ok(list) => panic!("{what}: {list:?}"),
    }
}

#[test]
fn tables_without_end() {
    let wide = format!("image,title{}\nmug.jpg,x{}\n", ",a".repeat(1_000_000), ",b".repeat(1_000_000));
    let list = read("wide", wide.as_bytes()).unwrap();
    assert_eq!((list.products.len(), list.problems.len()), (1, 1));
    assert!(list.problems[0].message.contains("512 columns"), "{:?}", list.problems);
    let long = format!("image,title\nmug.jpg,{}\ncup.jpg,Cup\n", "x".repeat(8_000_000));
    let list = read("long", long.as_bytes()).unwrap();
    assert!(list.products[0].field(Field::Title).unwrap().len() <= 65_536);
    assert!(list.problems[0].message.contains("letters"), "{:?}", list.problems);
    assert_eq!(list.products.len(), 2);
    let nulls = read("NULs", b"image,title\nmug.jpg,a\0b\n\0\0,\0\n").unwrap();
    assert_eq!(nulls.products.len(), 2);
    for text in
        [",".repeat(2_000_000), "\"".repeat(2_000_001), "\n".repeat(1_000_000), "a\"".repeat(1_000_000)]
    {
        assert!(read("signs", text.as_bytes()).is_err());
    }
    let images = format!("image,title\n\"{}\",x\n", "a.jpg|".repeat(500_000));
    assert_eq!(read("images", images.as_bytes()).unwrap().products[0].images.len(), 1);
    let many: String = (0..20_000).map(|n| format!("mug,Mug,{n}.jpg,{n},alt {n}\n")).collect();
    let many = format!("Handle,Title,Image Src,Image Position,Image Alt Text\n{many}");
    let list = read("rows of one product", many.as_bytes()).unwrap();
    assert_eq!((list.products.len(), list.products[0].images.len()), (1, 1_000));
    assert!(list.problems[0].message.contains("1000 photos"), "{:?}", list.problems[0]);
    assert!(list.problems.len() < 11_000);
}

#[test]
fn broken_quotes_cost_no_other_rows() {
    let list = read("unclosed", b"image,title\na.jpg,\"Mug\nb.jpg,Cup\nc.jpg,Tee").unwrap();
    assert_eq!(list.products.len(), 3);
    assert_eq!(list.problems[0].line, 2);
    let list = read("at the end", b"image,title\na.jpg,Mug\nb.jpg,\"").unwrap();
    assert_eq!((list.products.len(), list.problems[0].line), (2, 3));
}

#[test]
fn files_of_something_else() {
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("a mark", b"\xef\xbb\xbf"),
        ("spaces", b" \n \t\n"),
        ("JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43\0\x08\x06"),
        ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0"),
        ("HTML", b"<html><body><p>Hello</p></body></html>"),
        ("other JSON", b"{\"name\": \"x\", \"list\": [1, 2]}"),
        ("a number", b"[1, 2]"),
    ] {
        let problem = read(what, bytes).map(drop).unwrap_err();
        assert!(matches!(problem, ListProblem::NotAList | ListProblem::BrokenFile(_)), "{what}: {problem:?}");
    }
    assert!(refused("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("xlsx"));
}

#[test]
fn entities_are_not_expanded() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\">");
    for level in 1..20 {
        bomb.push_str(&format!("<!ENTITY a{level} \"{}\">", "&a;".repeat(10)));
    }
    bomb.push_str("]><rss><channel><item><g:id>&a19;</g:id><title>x</title></item></channel></rss>");
    assert!(refused("bomb", bomb.as_bytes()).contains("DOCTYPE"));
    let unknown = b"<rss><channel>\n<item><id>1</id><title>&lol;</title><image_link>a.jpg</image_link></item></channel></rss>";
    let message = refused("entity", unknown);
    assert!(message.contains("Line 2") && message.contains("&lol;"), "{message}");
    let known = b"<rss><item><id>1</id><title>Caf&eacute; &amp; &#x41;</title><image_link>a.jpg</image_link></item></rss>";
    assert_eq!(read("known", known).unwrap().products[0].field(Field::Title), Some("Café & A"));
}

#[test]
fn depth_is_bounded() {
    let json =
        format!("[{{\"title\": {}1{}, \"image\": \"a.jpg\"}}]", "[".repeat(500_000), "]".repeat(500_000));
    assert!(refused("deep JSON", json.as_bytes()).contains("broken"));
    assert!(refused("deeper JSON", "[".repeat(2_000_000).as_bytes()).contains("broken"));
    let objects = "{\"a\":".repeat(500_000);
    assert!(read("deep objects", objects.as_bytes()).is_err());
    let xml = format!("<rss><item><id>{}{}</id></item></rss>", "<a>".repeat(500_000), "</a>".repeat(500_000));
    assert!(refused("deep XML", xml.as_bytes()).contains("without end"));
    let many = format!("<rss><item>{}</item></rss>", "<a>1</a><b/>".repeat(200_000));
    assert!(read("many elements", many.as_bytes()).is_err());
    let names: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\": 1")).collect();
    let wide = format!("[{{\"image\": \"a.jpg\", \"title\": \"x\", {}}}]", names.join(","));
    let list = read("many names", wide.as_bytes()).unwrap();
    assert_eq!((list.products.len(), list.problems.len()), (1, 1));
}

#[test]
fn feeds_that_break_off_keep_what_came_before() {
    let feed =
        b"<rss><item><id>1</id><title>Mug</title><image_link>a.jpg</image_link></item>\n<item><id>2</id><tit";
    let list = read("feed", feed).unwrap();
    assert_eq!((list.products.len(), list.problems[0].line), (1, 2));
    let crossed = b"<rss><item><id>1</id><title>Mug</title><price>1</price></item><item></rss></item>";
    assert_eq!(read("crossed", crossed).unwrap().problems.len(), 1);
}

/// A workbook whose sheet and shared texts are these.
fn workbook(sheet: &[&[u8]], shared: &[&[u8]]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, pieces: &[&[u8]]| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        for piece in pieces {
            zip.write_all(piece).unwrap();
        }
    };
    part("[Content_Types].xml", &[b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"]);
    part("_rels/.rels", &[b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"]);
    part("xl/workbook.xml", &[b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"]);
    part("xl/_rels/workbook.xml.rels", &[b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"]);
    part("xl/worksheets/sheet1.xml", sheet);
    part("xl/sharedStrings.xml", shared);
    zip.finish().unwrap().into_inner()
}

const SHEET: &[u8] = b"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>image</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>title</t></is></c></row><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a.jpg</t></is></c><c r=\"B2\" t=\"inlineStr\"><is><t>Mug</t></is></c></row>";
const SHEET_END: &[u8] = b"</sheetData></worksheet>";
const SHARED: &[u8] = b"<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"3\" uniqueCount=\"3\">";

#[test]
fn workbooks_that_unpack_without_end() {
    // What a sheet says of its size is not believed, and memory for as many texts as a part says is not taken.
    let plain = workbook(&[SHEET, SHEET_END], &[SHARED, b"</sst>"]);
    assert_eq!(read("plain", &plain).unwrap().products[0].field(Field::Title), Some("Mug"));
    let boasting = workbook(&[SHEET, SHEET_END], &[b"<sst uniqueCount=\"4000000000\"></sst>"]);
    assert!(refused("boasting", &boasting).contains("texts"));
    let wide = String::from_utf8(SHEET.to_vec()).unwrap().replace("</sheetData>", "");
    let far = b"<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let far = workbook(&[wide.as_bytes(), far, SHEET_END], &[SHARED, b"</sst>"]);
    assert_eq!(read("far", &far).unwrap().products.len(), 1);

    let block = vec![b' '; 1 << 20];
    let mut pieces: Vec<&[u8]> = vec![SHEET];
    pieces.extend(std::iter::repeat_n(&block[..], 40));
    pieces.push(SHEET_END);
    let bomb = workbook(&pieces, &[SHARED, b"</sst>"]);
    assert!(bomb.len() < 1 << 20);
    assert!(refused("zip bomb", &bomb).contains("200 times its size"));

    let texts = b"<si/>".repeat(1 << 18);
    let mut pieces: Vec<&[u8]> = vec![SHARED];
    pieces.extend(std::iter::repeat_n(&texts[..], 20));
    let bomb = workbook(&[SHEET, SHEET_END], &pieces);
    assert!(refused("shared texts", &bomb).contains("4000000 texts"));
    for hidden in [
        &b"<!-- ' --><sst a='>' uniqueCount = \"+4000000000\"></sst>"[..],
        b"<x:sst xmlns:x=\"x\" uniqueCount='04000000000'></x:sst>",
    ] {
        assert!(refused("hidden", &workbook(&[SHEET, SHEET_END], &[hidden])).contains("texts"));
    }
}

#[test]
fn broken_workbooks() {
    let mut made = Workbook::new();
    let sheet = made.add_worksheet();
    sheet.write_row(0, 0, ["image", "title"]).unwrap();
    for row in 1..200 {
        sheet.write_row(row, 0, [format!("{row}.jpg"), format!("Mug {row}")]).unwrap();
    }
    let bytes = made.save_to_buffer().unwrap();
    for length in (4..bytes.len()).step_by(97) {
        assert!(read("truncated", &bytes[..length]).is_err());
    }
    let mut state = 7_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for _ in 0..200 {
        let mut broken = bytes.clone();
        for _ in 0..4 {
            let at = 4 + random(broken.len() - 4);
            broken[at] = random(256) as u8;
        }
        let _ = read("mutated", &broken);
    }
    // Within the parts, where no checksum is in the way.
    for _ in 0..200 {
        let mut sheet = SHEET.to_vec();
        for _ in 0..3 {
            let at = 100 + random(sheet.len() - 100);
            sheet[at] = random(128) as u8;
        }
        let _ = read("mutated sheet", &workbook(&[&sheet, SHEET_END], &[SHARED, b"</sst>"]));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("photo.jpg", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"x").unwrap();
    assert_eq!(read("photos", &zip.finish().unwrap().into_inner()).map(drop), Err(ListProblem::NotAList));
}

#[test]
fn mutated_texts() {
    let seeds: [&[u8]; 4] = [
        b"sep=;\nimage;title;price\na.jpg;\"Mug\";5\n\"b.jpg\";Cup;\"6\"\n",
        b"[{\"image\": \"a.jpg\", \"title\": \"M\\u00fcg\", \"n\": [1, {\"a\": null}]}, {\"image\": \"b.jpg\"}]",
        b"<rss><channel><item><g:id>1</g:id><title>Mug &amp; <![CDATA[x]]></title><g:image_link>a.jpg</g:image_link></item></channel></rss>",
        b"\xff\xfei\0m\0a\0g\0e\0,\0t\0i\0t\0l\0e\0\n\0a\0,\0b\0\n\0",
    ];
    let mut state = 11_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for seed in seeds {
        for _ in 0..3_000 {
            let mut bytes = seed.to_vec();
            for _ in 0..1 + random(4) {
                let at = random(bytes.len());
                match random(3) {
                    0 => bytes[at] = random(256) as u8,
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b"\"<>&{}[],;\\\n\0"[random(13)]),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            let Ok(list) = read_list(&bytes, None) else { continue };
            let changes: Vec<vitrine_import::Change> = list
                .products
                .iter()
                .map(|product| vitrine_import::Change {
                    key: product.key.clone(),
                    title: Some(("New \"é\" <x>".to_owned(), vitrine_import::Author::Person)),
                    ..vitrine_import::Change::default()
                })
                .collect();
            let _ = rewrite(&bytes, None, &changes);
        }
    }
}
