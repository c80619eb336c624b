//! Singular and plural of English words.

/// Those that no rule makes: singular, plural.
const IRREGULAR: &[(&str, &str)] = &[
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("mouse", "mice"),
    ("goose", "geese"),
    ("knife", "knives"),
    ("wife", "wives"),
    ("life", "lives"),
    ("leaf", "leaves"),
    ("loaf", "loaves"),
    ("shelf", "shelves"),
    ("scarf", "scarves"),
    ("half", "halves"),
    ("calf", "calves"),
    ("elf", "elves"),
    ("wolf", "wolves"),
    ("hoof", "hooves"),
    ("potato", "potatoes"),
    ("tomato", "tomatoes"),
    ("mango", "mangoes"),
    ("hero", "heroes"),
    ("axis", "axes"),
    ("die", "dice"),
    ("person", "people"),
];

/// The other forms of a folded word, of which none need be a word: what does not stand anywhere finds nothing.
pub(crate) fn forms(word: &str) -> Vec<String> {
    if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Vec::new();
    }
    for (one, many) in IRREGULAR {
        if word == *one {
            return vec![(*many).to_owned(), format!("{one}s")];
        }
        if word == *many {
            return vec![(*one).to_owned(), format!("{one}s"), format!("{many}s")];
        }
    }
    let ends_hissing = |stem: &str| ["s", "x", "z", "ch", "sh"].iter().any(|end| stem.ends_with(end));
    let mut forms = Vec::new();
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        forms.push(format!("{stem}y"));
        forms.push(format!("{stem}ie"));
    } else if let Some(stem) =
        word.strip_suffix("es").filter(|stem| ends_hissing(stem) || stem.ends_with('o'))
    {
        forms.push(stem.to_owned());
        forms.push(format!("{stem}e"));
    } else if let Some(stem) =
        word.strip_suffix('s').filter(|stem| !stem.ends_with('s') && !stem.ends_with('u'))
    {
        forms.push(stem.to_owned());
    }
    if forms.is_empty() {
        match word.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => forms.push(format!("{stem}ies")),
            _ if ends_hissing(word) => forms.push(format!("{word}es")),
            _ => forms.push(format!("{word}s")),
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn one_and_many_find_each_other() {
        let check = |one: &str, many: &str| {
            assert!(forms(one).iter().any(|form| form == many), "{one}: {:?}", forms(one));
            assert!(forms(many).iter().any(|form| form == one), "{many}: {:?}", forms(many));
        };
        for (one, many) in [
            ("mug", "mugs"),
            ("dress", "dresses"),
            ("box", "boxes"),
            ("brush", "brushes"),
            ("vase", "vases"),
            ("shoe", "shoes"),
            ("cherry", "cherries"),
            ("toy", "toys"),
            ("knife", "knives"),
            ("woman", "women"),
            ("tomato", "tomatoes"),
            ("cookie", "cookies"),
            ("womens", "women"),
        ] {
            check(one, many);
        }
        for word in ["glass", "cactus", "on", "4xl", "ete\u{301}"] {
            let wrong = word.trim_end_matches('s');
            assert!(
                word == wrong || forms(word).iter().all(|form| form != wrong),
                "{word}: {:?}",
                forms(word)
            );
        }
    }
}
