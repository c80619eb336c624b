//! Lists of every format and dialect, as shops export them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use vitrine_import::{
    Dialect, Field, FindingKind, Format, ListProblem, ListedProduct, Mapping, Meaning, header_key, inspect,
    read_list, read_list_until, read_price,
};

/// What a product is expected to be: fields, images, and variants by number and options.
type Expected<'e> = (&'e [(Field, &'e str)], &'e [&'e str], &'e [(&'e str, &'e str)]);

fn check(what: &str, bytes: &[u8], dialect: Dialect, format: Format, expected: &[Expected<'_>]) {
    let list = read_list(bytes, None).unwrap_or_else(|problem| panic!("{what}: {problem}"));
    assert_eq!((list.dialect, list.format), (dialect, format), "{what}");
    assert_eq!(list.problems, [], "{what}");
    assert_eq!(list.products.len(), expected.len(), "{what}: {list:#?}");
    for (product, (fields, images, variants)) in list.products.iter().zip(expected) {
        for (field, value) in *fields {
            assert_eq!(product.field(*field), Some(*value), "{what}: {field:?}");
        }
        assert_eq!(product.images, *images, "{what}");
        assert_eq!(variants_of(product), *variants, "{what}");
    }
}

fn variants_of(product: &ListedProduct) -> Vec<(&str, &str)> {
    let text = |text: &'_ Option<String>| -> &'static str {
        Box::leak(text.clone().unwrap_or_default().into_boxed_str())
    };
    product.variants.iter().map(|variant| (text(&variant.sku), text(&variant.name))).collect()
}

fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |to_bytes: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(to_bytes)).collect::<Vec<u8>>()
    };
    vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("UTF-16LE", utf16(u16::to_le_bytes, [0xff, 0xfe])),
        ("UTF-16BE", utf16(u16::to_be_bytes, [0xfe, 0xff])),
        ("Windows-1252", encoding_rs::WINDOWS_1252.encode(text).0.into_owned()),
        ("CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("CR", text.replace('\n', "\r").into_bytes()),
    ]
}

const SHOPIFY_OLD: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image
tee,Café Tee,<p>Soft &amp; light</p>,Poppy,Shirts,\"red, summer\",Colour,Red,T-R,19.00,4006381333931,https://x.example/b.jpg,2,Back,
tee,,,,,,,Blue,T-B,20.00,,https://x.example/a.jpg,1,Front,https://x.example/blue.jpg
mug,Mug,,,,,Title,Default Title,M-1,5.00,,https://x.example/m.jpg,1,,
";
const SHOPIFY: &str = "Title,URL handle,Description,Vendor,Product category,Type,Tags,Option1 name,Option1 value,SKU,Barcode,Price,Product image URL,Image position,Image alt text,Variant image URL
Café Tee,tee,<p>Soft &amp; light</p>,Poppy,Apparel,Shirts,\"red, summer\",Colour,Red,T-R,4006381333931,19.00,https://x.example/b.jpg,2,Back,
,tee,,,,,,,Blue,T-B,,20.00,https://x.example/a.jpg,1,Front,https://x.example/blue.jpg
Mug,mug,,,,,,Title,Default Title,M-1,,5.00,https://x.example/m.jpg,1,,
";

#[test]
fn shopify() {
    for (table, dialect) in [(SHOPIFY_OLD, Dialect::ShopifyOld), (SHOPIFY, Dialect::Shopify)] {
        for (encoding, bytes) in encoded(table) {
            let tee: &[_] = &[
                (Field::Title, "Café Tee"),
                (Field::Description, "Soft & light"),
                (Field::Brand, "Poppy"),
                (Field::Category, "Shirts"),
                (Field::Tags, "red, summer"),
                (Field::Colour, "Red"),
                (Field::Sku, "T-R"),
                (Field::Price, "19.00"),
                (Field::Barcode, "4006381333931"),
            ];
            let images = ["https://x.example/a.jpg", "https://x.example/b.jpg", "https://x.example/blue.jpg"];
            check(
                &format!("{dialect:?} in {encoding}"),
                &bytes,
                dialect,
                Format::Delimited,
                &[
                    (tee, &images, &[("T-B", "Blue")]),
                    (&[(Field::Title, "Mug")], &["https://x.example/m.jpg"], &[]),
                ],
            );
            let list = read_list(&bytes, None).unwrap();
            let variant = &list.products[0].variants[0];
            assert_eq!(variant.options, [("Colour".to_owned(), "Blue".to_owned())]);
            assert_eq!(variant.image.as_deref(), Some("https://x.example/blue.jpg"));
            assert_eq!(
                list.products[0].alt_texts,
                [
                    ("https://x.example/b.jpg".to_owned(), "Back".to_owned()),
                    ("https://x.example/a.jpg".to_owned(), "Front".to_owned())
                ]
            );
        }
    }
}

#[test]
fn google_in_every_format() {
    let expected: &[Expected<'_>] = &[(
        &[
            (Field::Title, "Café Tee"),
            (Field::Description, "A red tee: \"soft\""),
            (Field::Sku, "T-R"),
            (Field::Price, "12.00 EUR"),
            (Field::Brand, "Poppy"),
            (Field::Barcode, "4006381333931"),
            (Field::Colour, "Red"),
            (Field::Material, "Cotton"),
            (Field::Pattern, "Plain"),
            (Field::Size, "M"),
            (Field::Gender, "unisex"),
            (Field::AgeGroup, "adult"),
            (Field::Category, "Shirts > Tees"),
        ],
        &["https://x.example/1.jpg", "https://x.example/2", "https://x.example/3.jpg"],
        &[("T-B", "Blue / M")],
    )];
    let table = "id\ttitle\tstructured_description\tlink\timage_link\tadditional_image_link\tprice\tbrand\tgtin\tcolor\tmaterial\tpattern\tsize\tgender\tage_group\titem_group_id\tproduct_type
T-R\tCafé Tee\t\"trained_algorithmic_media:\"\"A red tee: \"\"\"\"soft\"\"\"\"\"\"\"\thttps://x.example\thttps://x.example/1.jpg\thttps://x.example/2,https://x.example/3.jpg\t12.00 EUR\tPoppy\t4006381333931\tRed\tCotton\tPlain\tM\tunisex\tadult\ttee\tShirts > Tees
T-B\tCafé Tee\t\thttps://x.example\thttps://x.example/1.jpg\t\t12.00 EUR\tPoppy\t\tBlue\tCotton\tPlain\tM\tunisex\tadult\ttee\tShirts > Tees
";
    for (encoding, bytes) in encoded(table) {
        check(encoding, &bytes, Dialect::Google, Format::Delimited, expected);
    }
    let item = |open: &str, close: &str| {
        format!(
            "<{open}><g:id>T-R</g:id><title>Café Tee</title><g:title>Café Tee</g:title>
            <g:structured_description><g:digital_source_type>trained_algorithmic_media</g:digital_source_type><g:content>A red tee: &quot;soft&#34;</g:content></g:structured_description>
            <g:image_link>https://x.example/1.jpg</g:image_link><g:additional_image_link>https://x.example/2</g:additional_image_link>
            <g:additional_image_link><![CDATA[https://x.example/3.jpg]]></g:additional_image_link>
            <g:price>12.00 EUR</g:price><g:brand>Poppy</g:brand><g:gtin>4006381333931</g:gtin><g:color>Red</g:color>
            <g:material>Cotton</g:material><g:pattern>Plain</g:pattern><g:size>M</g:size><g:gender>unisex</g:gender>
            <g:age_group>adult</g:age_group><g:item_group_id>tee</g:item_group_id><g:product_type>Shirts &gt; Tees</g:product_type>
            <g:shipping><g:country>DE</g:country><g:price>5 EUR</g:price></g:shipping><link href=\"https://x.example\"/></{close}>
            <{open}><g:id>T-B</g:id><g:title>Café Tee</g:title><g:price>12.00 EUR</g:price><g:color>Blue</g:color><g:size>M</g:size><g:item_group_id>tee</g:item_group_id></{close}>"
        )
    };
    let rss = format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>{}</channel></rss>",
        item("item", "item")
    );
    check("RSS", rss.as_bytes(), Dialect::Google, Format::Xml, expected);
    let atom = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:g=\"http://base.google.com/ns/1.0\"><title>Shop</title>{}</feed>",
        item("entry", "entry")
    );
    check("Atom", atom.as_bytes(), Dialect::Google, Format::Xml, expected);
}

#[test]
fn woocommerce_and_akeneo() {
    let woo = "ID,Type,SKU,Name,Published,Short description,Description,Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s),\"GTIN, UPC, EAN, or ISBN\"
7,variable,,Café Tee,1,Short,<p>Long</p>,,Clothing > Shirts,\"https://x.example/1.jpg, https://x.example/2.jpg\",,Color,\"Red\\, dark, Blue\",Material,\"Cotton, Wool\",4006381333931
8,variation,T-B,Café Tee - Blue,1,,,20,,https://x.example/blue.jpg,id:7,Color,Blue,,,
9,simple,M-1,Mug,1,,,5,Kitchen,https://x.example/m.jpg,,,,,,
";
    for (encoding, bytes) in encoded(woo) {
        check(
            encoding,
            &bytes,
            Dialect::WooCommerce,
            Format::Delimited,
            &[
                (
                    &[
                        (Field::Title, "Café Tee"),
                        (Field::Description, "Long"),
                        (Field::Category, "Clothing > Shirts"),
                        // A colour that a variant has is one of several; a material that none has is the whole.
                        (Field::Colour, "Red, dark"),
                        (Field::Material, "Cotton, Wool"),
                        (Field::Barcode, "4006381333931"),
                    ],
                    &["https://x.example/1.jpg", "https://x.example/2.jpg", "https://x.example/blue.jpg"],
                    &[("T-B", "Blue")],
                ),
                (&[(Field::Sku, "M-1"), (Field::Price, "5")], &["https://x.example/m.jpg"], &[]),
            ],
        );
    }
    let akeneo = "sku;family;categories;parent;name-en_US;description-en_US-ecommerce;price-EUR;color;picture;image_2\nT-R;tees;shirts,summer;;Café Tee;<p>Soft</p>;19.00;red;files/a.jpg;files/b.jpg\n";
    for (encoding, bytes) in encoded(akeneo) {
        check(
            encoding,
            &bytes,
            Dialect::Akeneo,
            Format::Delimited,
            &[(
                &[
                    (Field::Title, "Café Tee"),
                    (Field::Description, "Soft"),
                    (Field::Sku, "T-R"),
                    (Field::Price, "19.00 EUR"),
                    (Field::Category, "shirts,summer"),
                    (Field::Colour, "red"),
                ],
                &["files/a.jpg", "files/b.jpg"],
                &[],
            )],
        );
    }
}

#[test]
fn json_documents_and_lines() {
    let mug: Expected<'_> = (
        &[(Field::Title, "Café Mug"), (Field::Price, "14.50"), (Field::Sku, "007")],
        &["a.jpg", "b.jpg"],
        &[],
    );
    let tee: Expected<'_> = (&[(Field::Title, "Tee"), (Field::Tags, "red, new")], &["t.jpg"], &[]);
    let one = r#"{"title": "Caf\u00e9 Mug", "price": 14.50, "sku": "007", "images": [{"src": "a.jpg", "alt": "x"}, "b.jpg"], "image": {"src": "a.jpg"}}"#;
    let two = r#"{"image": "t.jpg", "tags": ["red", "new"], "title": "Tee", "deep": {"a": [1, {}]}, "nothing": null}"#;
    let check =
        |what, text: String, format| check(what, text.as_bytes(), Dialect::Plain, format, &[mug, tee]);
    check("array", format!("[\n{one},\n{two}\n]"), Format::Json);
    check("products", format!(r#"{{"products": [{one}, {two}], "others": [{{"a": 1}}]}}"#), Format::Json);
    check("one array", format!(r#"{{"shop": "x", "goods": [{one}, {two}], "n": [1]}}"#), Format::Json);
    check("lines", format!("{one}\n\n{two}\n"), Format::JsonLines);
    let list = read_list(format!("{one}\n{{broken\n{two}").as_bytes(), None).unwrap();
    assert_eq!((list.products.len(), list.problems[0].line), (2, 2));
    let list = read_list(format!("[{one}, {two}, {{\"title\":").as_bytes(), None).unwrap();
    assert_eq!((list.products.len(), list.problems.len()), (2, 1));
}

#[test]
fn workbooks() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Hello").unwrap();
    let sheet = workbook.add_worksheet().set_name("Goods").unwrap();
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    for (column, name) in ["SKU", "Title", "Price", "Image", "Since", "EAN"].into_iter().enumerate() {
        sheet.write(2, column as u16, name).unwrap();
    }
    sheet.write(4, 0, 12345.0).unwrap().write(4, 1, "Café Mug").unwrap().write(4, 2, 14.5).unwrap();
    sheet.write(4, 3, "mug.jpg").unwrap().write(4, 5, 4_006_381_333_931_f64).unwrap();
    sheet.write_with_format(4, 4, ExcelDateTime::from_ymd(2024, 5, 1).unwrap(), &date).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    check(
        "workbook",
        &bytes,
        Dialect::Plain,
        Format::Xlsx,
        &[(
            &[
                (Field::Sku, "12345"),
                (Field::Title, "Café Mug"),
                (Field::Price, "14.5"),
                (Field::Barcode, "4006381333931"),
            ],
            &["mug.jpg"],
            &[],
        )],
    );
    let seen = inspect(&bytes).unwrap();
    assert_eq!(seen.sample, [["12345", "Café Mug", "14.5", "mug.jpg", "2024-05-01", "4006381333931"]]);
    assert_eq!(read_list(&bytes, None).unwrap().products[0].line, 5);
}

#[test]
fn other_encodings_are_guessed() {
    let check = |text: &str, encoding: &'static encoding_rs::Encoding| {
        let list = read_list(&encoding.encode(text).0, None).unwrap();
        let title = text.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        assert_eq!(list.products[0].field(Field::Title), Some(title), "{encoding:?}");
    };
    check("image,title\na.jpg,Красная кружка с маками\n", encoding_rs::WINDOWS_1251);
    check("image,title\na.jpg,Żółty kubek z łyżeczką\n", encoding_rs::WINDOWS_1250);
    check("image,title\na.jpg,赤いマグカップと皿のセット\n", encoding_rs::SHIFT_JIS);
    check("image,title\na.jpg,Größe und Länge à la façon d’été\n", encoding_rs::WINDOWS_1252);
    check("image,title\na.jpg,Crème brûlée ½ €\n", encoding_rs::WINDOWS_1252);
}

#[test]
fn lists_without_photos_are_tied_by_number() {
    let list = read_list(b"sku,title,price\nA,Mug,5\n", None).unwrap();
    assert_eq!((list.products[0].key.as_str(), list.findings.len()), ("A", 0));
}

#[test]
fn a_person_says_what_columns_mean() {
    let table = b"what,code,pic\nMug,A,mug.jpg\n";
    assert_eq!(read_list(table, None).map(drop), Err(ListProblem::NotAList));
    let seen = inspect(table).unwrap();
    assert_eq!((seen.dialect, seen.delimiter, seen.n_rows), (Dialect::Plain, Some(','), 1));
    assert_eq!(header_key(&seen.header), header_key(&["WHAT ".into(), "Code".into(), "pic".into()]));
    let mapping =
        Mapping { meanings: vec![Meaning::Field(Field::Title), Meaning::Field(Field::Sku), Meaning::Image] };
    let list = read_list(table, Some(&mapping)).unwrap();
    assert_eq!(list.products[0].field(Field::Title), Some("Mug"));
    assert_eq!((list.products[0].key.as_str(), list.products[0].images.len()), ("A", 1));
    let nothing = Mapping { meanings: vec![Meaning::Ignored; 3] };
    assert_eq!(read_list(table, Some(&nothing)).map(drop), Err(ListProblem::NotAList));
}

#[test]
fn meanings_have_names() {
    let mut all = vec![Meaning::Image, Meaning::VariantImage, Meaning::ImageAlt, Meaning::ImagePosition];
    all.extend([Meaning::Handle, Meaning::OptionName(2), Meaning::OptionValue(1), Meaning::Ignored]);
    all.extend(Field::ALL.map(Meaning::Field));
    for meaning in all {
        assert_eq!(Meaning::from_name(&meaning.name()), Some(meaning));
    }
    assert_eq!(Meaning::Field(Field::AgeGroup).name(), "field:age_group");
    assert_eq!(Meaning::from_name("field:nothing"), None);
}

#[test]
fn doubtful_rows_are_told() {
    let long = "x".repeat(151);
    let table = format!(
        "sku,title,price,image,barcode\nA,Mug,5 EUR,a.jpg,4006381333931\nB,{long},free,,4006381333932\nA,Cup,5,c.jpg,\nC,,6,d.jpg,4.00638E+12\n"
    );
    let list = read_list(table.as_bytes(), None).unwrap();
    let found: Vec<_> = list.findings.iter().map(|finding| (finding.line, finding.kind)).collect();
    use FindingKind::{BadBarcode, BadPrice, Double, LongTitle, NoImage, NoTitle};
    let expected = [
        (3, LongTitle),
        (3, NoImage),
        (3, BadPrice),
        (3, BadBarcode),
        (4, Double),
        (5, NoTitle),
        (5, BadBarcode),
    ];
    assert_eq!(found, expected);
}

#[test]
fn products_with_one_number_are_told_apart() {
    let keys = |table: &str| -> (Vec<String>, Vec<u64>) {
        let list = read_list(table.as_bytes(), None).unwrap();
        let doubles = list.findings.iter().filter(|finding| finding.kind == FindingKind::Double);
        let lines = doubles.map(|finding| finding.line).collect();
        (list.products.into_iter().map(|product| product.key).collect(), lines)
    };
    // A change is for one product, so no two have the same key.
    let handles = "Handle,Title,Variant SKU,Image Src\nm,Mug,1,a.jpg\nc,Cup,1,b.jpg\n";
    assert_eq!(keys(handles), (vec!["1".to_owned(), "c".to_owned()], vec![3]));
    let images = "image,title\na.jpg,Mug\na.jpg,Cup\na.jpg,Cup\n";
    assert_eq!(keys(images), (["a.jpg", "Cup", "a.jpg#4"].map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn prices_are_read() {
    let check = |text: &str, expected: Option<(f64, Option<&str>)>| {
        let found = read_price(text).map(|price| (price.amount, price.currency));
        assert_eq!(found, expected.map(|(amount, code)| (amount, code.map(str::to_owned))), "{text}");
    };
    check("1.299,00 €", Some((1299.0, Some("EUR"))));
    check("12.00 EUR", Some((12.0, Some("EUR"))));
    check("$5", Some((5.0, Some("USD"))));
    check("1'299.50", Some((1299.5, None)));
    check("1,299", Some((1299.0, None)));
    check("1.234.567", Some((1_234_567.0, None)));
    check("1,299.5", Some((1299.5, None)));
    check("14,5", Some((14.5, None)));
    check(".99", Some((0.99, None)));
    check("0.125", Some((0.125, None)));
    check("CHF 1 299.–", Some((1299.0, Some("CHF"))));
    check("5,-", Some((5.0, None)));
    check("99 kr", Some((99.0, None)));
    check("Rs.500", Some((500.0, Some("INR"))));
    check("1,00,000.50", Some((100_000.5, None)));
    check("1.299.00", None);
    check("free", None);
    check("", None);
    check("5 apples", None);
    check("1-2", None);
}

#[test]
fn reading_can_be_cancelled() {
    let mut table = b"image,title\n".to_vec();
    for n in 0..2_000 {
        table.extend_from_slice(format!("{n}.jpg,Mug\n").as_bytes());
    }
    let n_asked = std::cell::Cell::new(0);
    let cancel = || {
        n_asked.set(n_asked.get() + 1);
        n_asked.get() > 2
    };
    assert_eq!(read_list_until(&table, None, &cancel).map(drop), Err(ListProblem::Cancelled));
}
