//! New files are read again with everything that was written into them.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // a test that fails may panic

use vitrine_import::{
    Author, Field, ListedVariant, OutProduct, Target, read_list, sidecar_text, sidecar_xmp, write,
};

fn tee() -> OutProduct {
    let text = |text: &str| Some(text.to_owned());
    let variant = |sku: &str, colour: &str, size: &str, image: Option<&str>| ListedVariant {
        line: 0,
        sku: text(sku),
        name: text(&format!("{colour} / {size}")),
        price: text("20.00 EUR"),
        barcode: text("4006381333931"),
        options: vec![("Colour".to_owned(), colour.to_owned()), ("Size".to_owned(), size.to_owned())],
        image: image.map(str::to_owned),
    };
    OutProduct {
        key: "T-R".to_owned(),
        fields: [
            (Field::Sku, "T-R"),
            (Field::Price, "19.00 EUR"),
            (Field::Category, "Shirts"),
            (Field::Brand, "Poppy, \"Ltd\""),
            (Field::Barcode, "4006381333931"),
            (Field::Colour, "Red, dark"),
            (Field::Material, "Cotton, Wool"),
            (Field::Pattern, "Plain"),
            (Field::Size, "M"),
            (Field::Gender, "unisex"),
            (Field::AgeGroup, "adult"),
            (Field::Tags, "summer, new"),
        ]
        .map(|(field, value)| (field, value.to_owned()))
        .to_vec(),
        title: ("Café Tee; red | \"soft\"".to_owned(), Author::Person),
        description: ("A red tee, 100 % cotton < wool & \"soft\".".to_owned(), Author::Models),
        alt_text: ("A red tee on white".to_owned(), Author::Models),
        images: ["https://x.example/1.jpg", "https://x.example/2.jpg", "https://x.example/blue.jpg"]
            .map(str::to_owned)
            .to_vec(),
        variants: vec![
            variant("T-B", "Blue", "M", Some("https://x.example/blue.jpg")),
            variant("T-L", "Red, dark", "L", None),
        ],
        attributes: vec![("Care".to_owned(), "Cold wash".to_owned())],
    }
}

fn mug() -> OutProduct {
    OutProduct {
        key: "M-1".to_owned(),
        fields: vec![(Field::Sku, "M-1".to_owned()), (Field::Price, "5.00 EUR".to_owned())],
        title: ("Mug".to_owned(), Author::Models),
        description: (String::new(), Author::Models),
        alt_text: (String::new(), Author::Models),
        images: vec!["mug (1).jpg".to_owned()],
        variants: Vec::new(),
        attributes: Vec::new(),
    }
}

/// What a program has no column for.
fn is_left_out(target: Target, field: Field) -> bool {
    matches!((target, field), (Target::GoogleTsv | Target::GoogleXml, Field::Tags))
}

#[test]
fn every_target_is_read_again() {
    let products = [tee(), mug()];
    for target in Target::ALL {
        let name = target.name();
        assert_eq!(Target::from_name(name), Some(target));
        let bytes = write(target, &products).unwrap();
        let list = read_list(&bytes, None).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(list.problems, [], "{name}");
        assert_eq!(list.products.len(), 2, "{name}: {}", String::from_utf8_lossy(&bytes));
        for (found, product) in list.products.iter().zip(&products) {
            assert_eq!(found.key, product.key, "{name}");
            assert_eq!(found.field(Field::Title), Some(&*product.title.0), "{name}");
            assert_eq!(found.field(Field::Description).unwrap_or_default(), product.description.0, "{name}");
            for (field, value) in product.fields.iter().filter(|(field, _)| !is_left_out(target, *field)) {
                assert_eq!(found.field(*field), Some(value.as_str()), "{name}: {field:?}");
            }
            let n_said = product.fields.iter().filter(|(field, _)| !is_left_out(target, *field)).count();
            let n_texts = 1 + usize::from(!product.description.0.is_empty());
            assert_eq!(found.fields.len(), n_said + n_texts, "{name}: {:?}", found.fields);
            assert_eq!(found.images, product.images, "{name}");
            let variants: Vec<ListedVariant> =
                found.variants.iter().cloned().map(|variant| ListedVariant { line: 0, ..variant }).collect();
            assert_eq!(variants, product.variants, "{name}: {}", String::from_utf8_lossy(&bytes));
        }
        let has_alt = !matches!(target, Target::GoogleTsv | Target::GoogleXml | Target::WooCommerce);
        let alt = ("https://x.example/1.jpg".to_owned(), "A red tee on white".to_owned());
        assert_eq!(list.products[0].alt_texts, if has_alt { vec![alt] } else { Vec::new() }, "{name}");
        assert!(write(target, &[]).is_ok(), "{name}");
    }
}

#[test]
fn what_models_wrote_is_said_so_to_google() {
    let products = [tee(), mug()];
    let text = String::from_utf8(write(Target::GoogleTsv, &products).unwrap()).unwrap();
    assert!(text.contains("trained_algorithmic_media:\"\"Mug\"\""), "{text}");
    assert!(!text.contains("trained_algorithmic_media:\"\"Café"), "{text}");
    let text = String::from_utf8(write(Target::GoogleXml, &products).unwrap()).unwrap();
    let mug = "<g:structured_title><g:digital_source_type>trained_algorithmic_media</g:digital_source_type><g:content>Mug</g:content></g:structured_title>";
    assert!(text.contains(mug), "{text}");
    assert!(text.contains("<g:title>Café Tee"), "{text}");
}

#[test]
fn formulas_are_not_run() {
    let product = OutProduct { title: ("=HYPERLINK(\"x\")".to_owned(), Author::Person), ..mug() };
    for target in Target::ALL {
        let bytes = write(target, std::slice::from_ref(&product)).unwrap();
        let is_guarded = String::from_utf8_lossy(&bytes).contains("'=HYPER");
        assert_eq!(is_guarded, matches!(target, Target::Csv | Target::WooCommerce), "{}", target.name());
        let list = read_list(&bytes, None).unwrap();
        assert_eq!(list.products[0].field(Field::Title), Some("=HYPERLINK(\"x\")"), "{}", target.name());
    }
}

#[test]
fn handles_are_told_apart() {
    let named = |key: &str, title: &str| OutProduct {
        key: key.to_owned(),
        fields: Vec::new(),
        title: (title.to_owned(), Author::Shop),
        ..mug()
    };
    let products = [named("A 1", "One"), named("a-1", "Two"), named("a-1-2", "Three"), named("…", "Four")];
    let list = read_list(&write(Target::Shopify, &products).unwrap(), None).unwrap();
    let keys: Vec<&str> = list.products.iter().map(|product| product.key.as_str()).collect();
    assert_eq!(keys, ["a-1", "a-1-2", "a-1-2-2", "product"]);
}

#[test]
fn texts_lie_beside_photos() {
    let text = sidecar_text(&tee());
    assert!(text.starts_with("Café Tee; red | \"soft\"\n\nA red tee, 100 %"), "{text}");
    assert!(text.contains("Age group: adult\n") && text.ends_with("Care: Cold wash\n"), "{text}");
    let xmp = String::from_utf8(sidecar_xmp(&tee())).unwrap();
    assert!(xmp.contains("<Iptc4xmpCore:AltTextAccessibility>"), "{xmp}");
    assert!(xmp.contains("cotton &lt; wool &amp;"), "{xmp}");
    let mut reader = quick_xml::Reader::from_str(&xmp);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
}
