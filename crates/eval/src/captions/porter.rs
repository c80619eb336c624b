//! Porter's stemmer (An algorithm for suffix stripping, Program 14(3), 1980) with the changes that NLTK makes by
//! default, which METEOR's reference values rest on. Snowball's English stemmer is another one.

/// Words whose stem is not what the rules say.
const IRREGULAR: [(&str, &str); 16] = [
    ("skies", "sky"),
    ("sky", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// A suffix, and what takes its place. The first rule whose suffix a word has is the only one tried.
type Rule = (&'static str, &'static str);

const PLURALS: [Rule; 4] = [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")];

const DOUBLE_SUFFIXES: [Rule; 22] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("fulli", "ful"),
    ("logi", "log"),
];

const SUFFIXES: [Rule; 7] = [
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

const LAST_SUFFIXES: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
];

/// The stem of an English word in lower case.
#[must_use]
pub fn porter_stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == word) {
        return (*stem).to_owned();
    }
    if word.chars().count() <= 2 {
        return word.to_owned();
    }
    let word = without_plural(word);
    let word = without_ed_or_ing(word);
    let word = with_i_for_y(word);
    let word = with_simple_suffix(word);
    let word = with_rule(word, &SUFFIXES, |stem, _| measure(stem) > 0);
    let word = without_last_suffix(word);
    tidied(word)
}

/// Step 1a.
fn without_plural(word: &str) -> String {
    // NLTK: `dies` is `die`, where Porter has `di`.
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.chars().count() == 1) {
        return format!("{stem}ie");
    }
    with_rule(word.to_owned(), &PLURALS, |_, _| true)
}

/// Step 1b.
fn without_ed_or_ing(word: String) -> String {
    // NLTK: `died` is `die`, and `spied` is `spi`.
    if let Some(stem) = word.strip_suffix("ied") {
        return format!("{stem}{}", if stem.chars().count() == 1 { "ie" } else { "i" });
    }
    if let Some(stem) = word.strip_suffix("eed") {
        return if measure(stem) > 0 { format!("{stem}ee") } else { word };
    }
    let has_vowel = |stem: &&str| consonants(stem).contains(&false);
    let stem =
        word.strip_suffix("ed").filter(has_vowel).or_else(|| word.strip_suffix("ing").filter(has_vowel));
    let Some(stem) = stem else { return word };
    if ["at", "bl", "iz"].iter().any(|ending| stem.ends_with(ending)) {
        return format!("{stem}e");
    }
    if let Some(last) = doubled_consonant(stem) {
        return if "lsz".contains(last) { stem.to_owned() } else { without_last(stem).to_owned() };
    }
    if measure(stem) == 1 && ends_short(stem) { format!("{stem}e") } else { stem.to_owned() }
}

/// Step 1c. NLTK: behind a consonant that is not the first letter, so that `fly` and `flies` meet.
fn with_i_for_y(word: String) -> String {
    match word.strip_suffix('y') {
        Some(stem) if stem.chars().count() > 1 && consonants(stem).last() == Some(&true) => {
            format!("{stem}i")
        }
        _ => word,
    }
}

/// Step 2.
fn with_simple_suffix(mut word: String) -> String {
    // NLTK: `alli` goes first, and the rest is tried again.
    while let Some(stem) = word.strip_suffix("alli").filter(|stem| measure(stem) > 0) {
        word = format!("{stem}al");
    }
    with_rule(word, &DOUBLE_SUFFIXES, |stem, suffix| {
        // NLTK: the `l` belongs to the stem, so that `geologi` is like `archaeologi`.
        if suffix == "logi" { measure(&format!("{stem}l")) > 0 } else { measure(stem) > 0 }
    })
}

/// Step 4.
fn without_last_suffix(word: String) -> String {
    let Some((stem, suffix)) =
        LAST_SUFFIXES.iter().find_map(|suffix| Some((word.strip_suffix(suffix)?, *suffix)))
    else {
        return word;
    };
    let fits = measure(stem) > 1 && (suffix != "ion" || stem.ends_with(['s', 't']));
    if fits { stem.to_owned() } else { word }
}

/// Step 5.
fn tidied(word: String) -> String {
    let word = match word.strip_suffix('e') {
        Some(stem) if measure(stem) > 1 || (measure(stem) == 1 && !ends_short(stem)) => stem.to_owned(),
        _ => word,
    };
    match word.strip_suffix('l') {
        Some(stem) if stem.ends_with('l') && measure(stem) > 1 => stem.to_owned(),
        _ => word,
    }
}

fn with_rule(word: String, rules: &[Rule], fits: fn(&str, &str) -> bool) -> String {
    let rule = rules.iter().find_map(|(suffix, to)| Some((word.strip_suffix(suffix)?, *suffix, *to)));
    match rule {
        Some((stem, suffix, to)) if fits(stem, suffix) => format!("{stem}{to}"),
        _ => word,
    }
}

/// Of each letter, whether it is a consonant: no vowel, and no `y` behind a consonant.
fn consonants(word: &str) -> Vec<bool> {
    let mut flags: Vec<bool> = Vec::with_capacity(word.len());
    for c in word.chars() {
        flags.push(match c {
            'a' | 'e' | 'i' | 'o' | 'u' => false,
            'y' => flags.last() != Some(&true),
            _ => true,
        });
    }
    flags
}

/// Porter's m: how often a consonant follows a vowel.
fn measure(stem: &str) -> usize {
    consonants(stem).windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

/// Porter's *d: the letter with which a word ends twice, if it is a consonant.
fn doubled_consonant(word: &str) -> Option<char> {
    let mut letters = word.chars().rev();
    let last = letters.next()?;
    (letters.next() == Some(last) && consonants(word).last() == Some(&true)).then_some(last)
}

/// Porter's *o: consonant, vowel, consonant at the end, the last not `w`, `x` or `y`. NLTK: or a vowel and a
/// consonant that are all.
fn ends_short(word: &str) -> bool {
    match consonants(word).as_slice() {
        [false, true] => true,
        [.., true, false, true] => !word.ends_with(['w', 'x', 'y']),
        _ => false,
    }
}

fn without_last(word: &str) -> &str {
    let mut letters = word.chars();
    letters.next_back();
    letters.as_str()
}
