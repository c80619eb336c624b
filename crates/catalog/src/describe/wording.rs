//! Sentences as people write them, and without what a photo cannot show.

use crate::colour::BasicColour;

/// What follows one of these is cut off: it cannot be seen, or it is a guess at written words, which
/// captioners make up.
const NOT_SHOWN: &[&str] = &[
    "for sale",
    "on sale",
    "for only",
    "for just",
    "made in",
    "imported from",
    "in size",
    "with the word",
    "with the words",
    "with the name",
    "with the text",
    "with the number",
    "that says",
    "that reads",
    "which says",
    "worth",
    "guaranteed",
    "free shipping",
];

/// Words that judge or promise; they are left out.
const PROMISES: &[&str] = &[
    "best",
    "cheap",
    "cheapest",
    "affordable",
    "authentic",
    "genuine",
    "original",
    "official",
    "luxury",
    "premium",
    "perfect",
    "amazing",
    "awesome",
    "high-quality",
    "quality",
    "durable",
    "waterproof",
    "organic",
    "handmade",
    "famous",
    "popular",
    "certified",
    "eco-friendly",
];

/// Words that end no sentence: something that followed was cut.
const DANGLING: &[&str] = &["of", "with", "and", "a", "an", "the", "in", "on", "size"];

/// How captioners begin without saying anything.
const OPENINGS: &[&str] = &[
    "a picture of ",
    "a photo of ",
    "a photograph of ",
    "an image of ",
    "a close up of ",
    "a close-up of ",
    "there is ",
    "there are ",
    "this is ",
    "the image shows ",
    "arafed ",
    "araffe ",
];

/// Where the words on a product's setting begin.
const SETTING_WORDS: &[&str] = &[
    "on", "in", "with", "at", "against", "near", "next", "under", "over", "and", "that", "is", "sitting",
    "hanging", "standing", "lying", "laying", "for", "by", "inside", "from",
];

/// The caption's words, mended, without an opening, promises and what a photo cannot show; lower case
/// as it came, no full stop.
pub(crate) fn publishable(caption: &str) -> String {
    let mut text = mended(caption);
    while let Some(rest) = OPENINGS.iter().find_map(|opening| text.strip_prefix(opening)) {
        text = rest.to_owned();
    }
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let end = (1..words.len()).find(|&at| NOT_SHOWN.iter().any(|phrase| starts_with(&words[at..], phrase)));
    let mut kept: Vec<&str> = words[..end.unwrap_or(words.len())]
        .iter()
        .copied()
        .filter(|word| !PROMISES.contains(&bare(word)) && !is_measure(word))
        .collect();
    // What introduced the words that were cut, and words said twice ("a blue blue mug").
    while kept.last().is_some_and(|word| DANGLING.contains(word)) {
        kept.pop();
    }
    kept.dedup();
    kept.join(" ").trim_end_matches(['.', ',', ';']).to_owned()
}

/// A caption without the gaps that the models' word pieces leave: "t - shirt", "women ' s".
pub fn without_gaps(caption: &str) -> String {
    caption.trim().replace(" - ", "-").replace(" ' ", "'").replace(" ,", ",").replace(" .", ".")
}

/// Without gaps, the first letter small.
fn mended(caption: &str) -> String {
    let text = without_gaps(caption);
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str()).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn starts_with(words: &[&str], phrase: &str) -> bool {
    let mut rest = words.iter();
    phrase.split(' ').all(|wanted| rest.next().is_some_and(|word| bare(word) == wanted))
}

/// "10", "30cm", "$20", "100%": a photo shows no numbers of its own.
fn is_measure(word: &str) -> bool {
    let word = bare(word);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word.contains(['$', '€', '£', '%']) || (digits > 0 && digits * 2 >= word.len())
}

/// A word without what stands around it.
pub(super) fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '(' | ')'))
}

/// The product in a publishable caption: its first words up to the setting, without the article.
pub(crate) fn product_phrase(sentence: &str) -> String {
    let words = sentence
        .split(' ')
        .map(bare)
        .skip_while(|word| matches!(*word, "a" | "an" | "the" | "some" | "two" | "pair" | "of" | "set"));
    let mut taken: Vec<&str> = Vec::new();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        // "blue and white striped mug": a list of colours goes on.
        let joins_colours = word == "and"
            && taken.last().is_some_and(|last| is_colour(last))
            && words.peek().is_some_and(|next| is_colour(next));
        if SETTING_WORDS.contains(&word) && !joins_colours {
            break;
        }
        taken.push(word);
        if word.ends_with(',') {
            break;
        }
    }
    taken.join(" ")
}

/// The sentence without colour words of these families in what it says of the product.
pub(super) fn without_colours(sentence: &str, families: &[BasicColour]) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    // The words of the product phrase with what stands before it.
    let n_product = sentence.find(&product_phrase(sentence)).map_or(words.len(), |at| {
        sentence[..at].split(' ').count() - 1 + product_phrase(sentence).split(' ').count()
    });
    let is_denied =
        |word: &str| BasicColour::of_word(bare(word)).is_some_and(|family| families.contains(&family));
    let mut kept: Vec<&str> = Vec::new();
    let mut is_after_gap = false;
    for (at, &word) in words.iter().enumerate() {
        let joins = word == "and"
            && at > 0
            && (is_denied(words[at - 1]) || words.get(at + 1).is_some_and(|next| is_denied(next)))
            && is_colour(bare(words[at - 1]));
        if at < n_product && (is_denied(word) || joins) {
            is_after_gap = true;
            continue;
        }
        // "an orange mug" without its colour is "a mug".
        if let (true, Some(article @ (&mut "a" | &mut "an"))) = (is_after_gap, kept.last_mut()) {
            *article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        }
        is_after_gap = false;
        kept.push(word);
    }
    kept.join(" ")
}

fn is_colour(word: &str) -> bool {
    BasicColour::of_word(word).is_some()
}

/// With a capital letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// With a capital letter and a full stop.
pub(crate) fn as_sentence(text: &str) -> String {
    let text = capitalised(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// At most `max` characters, cut between words, without a dangling comma or preposition.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max + 1).collect();
    let whole = head
        .rfind(' ')
        .map_or(&head[..head.char_indices().nth(max).map_or(head.len(), |(i, _)| i)], |at| &head[..at]);
    let mut words: Vec<&str> = whole.split(' ').collect();
    while words.len() > 1
        && words
            .last()
            .is_some_and(|word| SETTING_WORDS.contains(word) || ["a", "an", "the", "of"].contains(word))
    {
        words.pop();
    }
    words.join(" ").trim_end_matches([',', ';', ':', '-']).to_owned()
}

/// Whether `phrase` stands in `text` as whole words, in the singular or the plural.
pub(crate) fn contains_phrase(text: &str, phrase: &str) -> bool {
    let words: Vec<&str> = text.split(' ').map(bare).collect();
    let wanted: Vec<&str> = phrase.split(' ').collect();
    let is_last = |i: usize| i + 1 == wanted.len();
    words.windows(wanted.len().max(1)).any(|window| {
        window.iter().zip(&wanted).enumerate().all(|(i, (found, wanted))| {
            found == wanted || (is_last(i) && (is_plural_of(found, wanted) || is_plural_of(wanted, found)))
        })
    })
}

fn is_plural_of(plural: &str, singular: &str) -> bool {
    plural.strip_suffix('s') == Some(singular)
        || plural.strip_suffix("es") == Some(singular)
        || plural.strip_suffix("ies").is_some_and(|stem| singular.strip_suffix('y') == Some(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_lose_what_a_photo_cannot_show() {
        let check = |caption, expected: &str| assert_eq!(publishable(caption), expected, "{caption}");
        check("a picture of a blue mug on a table.", "a blue mug on a table");
        check("A women ' s t - shirt", "a women's t-shirt");
        check("a red dress for sale in size 10", "a red dress");
        check("a red dress size 10", "a red dress");
        check("a king size bed in new york", "a king size bed in new york");
        check("a white mug with the words best dad on it", "a white mug");
        check("the best premium leather bag, made in italy", "the leather bag");
        check("a 30cm ruler with 100% cotton", "a ruler with cotton");
        check("there is a blue blue chair and", "a blue chair");
        check("", "");
    }

    #[test]
    fn a_caption_names_its_product() {
        let check = |sentence, expected: &str| assert_eq!(product_phrase(sentence), expected, "{sentence}");
        check("a blue and white striped mug on a table", "blue and white striped mug");
        check("a pair of black leather boots", "black leather boots");
        check("a mug and a spoon", "mug");
        check("a woman's red dress, with a belt", "woman's red dress");
    }

    #[test]
    fn denied_colours_are_left_out_of_the_product_alone() {
        use BasicColour as B;
        let check = |sentence, families: &[B], expected: &str| {
            assert_eq!(without_colours(sentence, families), expected, "{sentence}");
        };
        check("a pair of black shoes", &[B::Black], "a pair of shoes");
        check(
            "a blue and white striped mug on a white table",
            &[B::White],
            "a blue striped mug on a white table",
        );
        check("a blue and white striped mug", &[B::Blue], "a white striped mug");
        check("an orange mug and a spoon", &[B::Orange], "a mug and a spoon");
        check("a red apron", &[B::Red], "an apron");
        check("a red apron", &[], "a red apron");
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        let check = |text, max, expected: &str| assert_eq!(cut(text, max), expected, "{text} {max}");
        check("a blue mug", 20, "a blue mug");
        check("a blue mug on the table", 18, "a blue mug");
        check("a blue mug", 10, "a blue mug");
        check("abcdefghij", 4, "abcd");
        check("größere Tasse", 7, "größere");
    }

    #[test]
    fn phrases_are_found_as_words_in_both_numbers() {
        let check =
            |text, phrase, expected| assert_eq!(contains_phrase(text, phrase), expected, "{text} / {phrase}");
        check("a pair of ankle boots.", "ankle boot", true);
        check("a striped mug", "mugs", true);
        check("a smug cat", "mug", false);
        check("two dresses", "dress", true);
        check("a coffee mug", "mug", true);
        check("", "mug", false);
    }
}
