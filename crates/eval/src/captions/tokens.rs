//! From a caption to words, as the Penn Treebank cuts them.

/// Endings that are words of their own, longest first.
const CLITICS: [&str; 7] = ["n't", "'re", "'ve", "'ll", "'s", "'m", "'d"];

/// A caption's words in lower case, without punctuation, as `pycocoevalcap` gets them from Stanford's
/// `PTBTokenizer -lowerCase` and its own list of punctuation:
///
/// - letters and digits make words, with hyphens, slashes, underscores and apostrophes between them, and points
///   and commas between digits: `t-shirt`, `black/white`, `1,000`;
/// - what is short for a word is one: `it 's`, `do n't`, `we 'll`, `can not`;
/// - quotation marks, apostrophes alone, dashes and `. ? ! , : ;` are left out;
/// - brackets are words, `-lrb-` and `-rrb-`, since that list has them in capitals only;
/// - any other sign is a word: `%`, `&`, `$`.
///
/// What it does not know, and Stanford's does: abbreviations that keep their point (`etc.`), addresses of pages
/// and of mail, `H&M`, `½` as `1/2`, `£` as `#` and `€` as `$`, `gon na`. Captioners write nothing of that.
#[must_use]
pub fn tokenise(caption: &str) -> Vec<String> {
    let letters: Vec<char> = caption.to_lowercase().chars().map(plain).collect();
    let mut words = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if letters[at].is_alphanumeric() {
            let end = end_of_word(&letters, at);
            push_word(letters[at..end].iter().collect(), &mut words);
            at = end;
            continue;
        }
        match letters[at] {
            c if c.is_whitespace() || c.is_control() || is_left_out(c) => {}
            '(' => words.push("-lrb-".to_owned()),
            ')' => words.push("-rrb-".to_owned()),
            '[' => words.push("-lsb-".to_owned()),
            ']' => words.push("-rsb-".to_owned()),
            '{' => words.push("-lcb-".to_owned()),
            '}' => words.push("-rcb-".to_owned()),
            c => words.push(c.to_string()),
        }
        at += 1;
    }
    words
}

/// Typographers' signs as those of a typewriter.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

fn is_left_out(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '"' | '.' | '?' | '!' | ',' | ':' | ';' | '-' | '\u{2013}'..='\u{201f}' | '\u{2026}'
    )
}

fn end_of_word(letters: &[char], start: usize) -> usize {
    let mut end = start + 1;
    while let Some(&c) = letters.get(end) {
        let next_is = |is: fn(char) -> bool| letters.get(end + 1).is_some_and(|&next| is(next));
        let goes_on = match c {
            c if is_part_of_word(c) => true,
            '-' | '_' | '\'' => next_is(char::is_alphanumeric),
            '/' if letters[end - 1].is_numeric() => next_is(char::is_numeric),
            '/' => next_is(char::is_alphabetic),
            '.' | ',' => letters[end - 1].is_numeric() && next_is(char::is_numeric),
            _ => false,
        };
        if !goes_on {
            break;
        }
        end += 1;
    }
    end
}

/// Letters, digits, and accents that follow their letter.
fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

fn push_word(word: String, words: &mut Vec<String>) {
    if word == "cannot" {
        words.extend(["can".to_owned(), "not".to_owned()]);
        return;
    }
    let clitic = CLITICS.iter().find_map(|clitic| Some((word.strip_suffix(clitic)?, *clitic)));
    match clitic.filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, clitic)) => words.extend([stem.to_owned(), clitic.to_owned()]),
        None => words.push(word),
    }
}
