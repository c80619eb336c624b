//! Text without what people leave out when they type: case, accents, punctuation.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Folded. Of one that is put together ("t-shirt") its parts, with spaces between them.
    pub(crate) folded: String,
    /// Where it stands in the text, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

impl Word {
    /// Put together without a space: "tshirt".
    pub(crate) fn joined(&self) -> String {
        self.folded.replace(' ', "")
    }
}

/// The words of a text, as people see them: "t-shirt" is one.
pub(crate) fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    // Set after a sign within a word: the next letter belongs to it, the next space does not.
    let mut is_joining = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if is_ideograph(c) {
            // A script without spaces: every sign is a word, and a word of several is a phrase.
            words.extend(current.take());
            words.push(Word { folded: folded(c), start: at, end });
            is_joining = false;
        } else if c.is_alphanumeric() || (is_combining_mark(c) && current.is_some()) {
            let word = current.get_or_insert_with(|| Word { folded: String::new(), start: at, end });
            if is_joining && !word.folded.is_empty() {
                word.folded.push(' ');
            }
            is_joining = false;
            word.folded.push_str(&folded(c));
            word.end = end;
        } else if is_apostrophe(c) && current.is_some() {
            // "women's" reads as "womens".
        } else if matches!(c, '-' | '_' | '‐' | '‑' | '/' | '.' | '&' | '+')
            && current.is_some()
            && !is_joining
        {
            is_joining = true;
        } else {
            words.extend(current.take());
            is_joining = false;
        }
    }
    words.extend(current);
    words.retain(|word| !word.folded.is_empty());
    words
}

/// A text for the table of words: its words one after the other, then those that are put together once more
/// as one.
pub(crate) fn text_of(text: &str) -> String {
    let words = split(text);
    let mut all: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
    all.extend(words.iter().filter(|word| word.folded.contains(' ')).map(Word::joined));
    all.join(" ")
}

/// A text, folded, its words with single spaces between them.
pub(crate) fn fold(text: &str) -> String {
    split(text).into_iter().map(|word| word.folded).collect::<Vec<_>>().join(" ")
}

/// A number or name as one: letters and digits alone. A barcode may be written with zeros before it.
pub(crate) fn code(text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).map(folded).collect();
    if plain.len() >= 8 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain.trim_start_matches('0').to_owned();
    }
    plain
}

/// Whether a word looks like a number of something, which means nothing to a model: "VT-0042", "4006381333931".
pub(crate) fn is_code(text: &str) -> bool {
    let n_digits = text.chars().filter(char::is_ascii_digit).count();
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    // "v2", "4xl" and "50 mm" are words of a description.
    n_digits >= 3 && n_digits + n_letters >= 4
}

fn folded(c: char) -> String {
    let plain = match c {
        'ø' | 'Ø' => "o",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ı' | 'İ' => "i",
        'ß' | 'ẞ' => "ss",
        _ => {
            let plain = c.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
            // Signs that stand for several: "½" is "1 2".
            return plain.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        }
    };
    plain.to_owned()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// Han, kana and the like, which are written without spaces.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_signs_are_left_out() {
        let check = |text, expected| assert_eq!(fold(text), expected, "{text}");
        check("Crème brûlée", "creme brulee");
        check("  a   Blue\tMUG!\n", "a blue mug");
        check("T-Shirt, women’s", "t shirt womens");
        check("Straße Ångström Øre Łódź", "strasse angstrom ore lodz");
        check("e\u{301}te\u{301}", "ete");
        check("ﬁne Ⅷ ½", "fine viii 1 2");
        check("赤い靴", "赤 い 靴");
        check("mug (2-pack) 50%", "mug 2 pack 50");
        check("- – ' \" * ( ) \u{0} \u{7}", "");
        check("кружка Синяя", "кружка синяя");
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "Blue t-shirt, été";
        let words = split(text);
        let at: Vec<&str> = words.iter().map(|word| &text[word.start..word.end]).collect();
        assert_eq!(at, ["Blue", "t-shirt", "été"]);
        assert_eq!(text_of(text), "blue t shirt ete tshirt");
    }

    #[test]
    fn codes_are_letters_and_digits() {
        let check = |text, expected| assert_eq!(code(text), expected, "{text}");
        check("VT-0042", "vt0042");
        check(" vt 0042 ", "vt0042");
        check("0 4006381-333931", "4006381333931");
        check("0042", "0042");
        for (text, expected) in [
            ("VT-0042", true),
            ("4006381333931", true),
            ("img_2041", true),
            ("mug", false),
            ("v2", false),
            ("4xl", false),
            ("100", false),
        ] {
            assert_eq!(is_code(text), expected, "{text}");
        }
    }
}
