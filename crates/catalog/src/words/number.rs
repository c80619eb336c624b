//! Numbers as shops write them.

/// The first number in a text such as a price: "€ 1.299,00", "1,299.00 USD", "12,5". None where there is none.
///
/// Of two kinds of signs the last one is the decimal one. A single sign is decimal unless exactly three
/// digits follow it, which is how thousands are written.
pub(crate) fn number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let is_part =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}');
    let run = text[start..].split(|c: char| !is_part(c)).next().unwrap_or_default();
    // "12 34": a space parts thousands only where three digits follow.
    let mut digits = String::new();
    let mut groups = run.split([' ', '\u{a0}', '\u{202f}']);
    digits.push_str(groups.next().unwrap_or_default());
    for group in groups {
        let n_first = group.chars().take_while(char::is_ascii_digit).count();
        if n_first != 3 {
            break;
        }
        digits.push_str(group);
    }
    let digits = digits.replace(['\'', '’'], "");
    let digits = digits.trim_end_matches(['.', ',']);
    let decimal = match (digits.rfind('.'), digits.rfind(',')) {
        (Some(point), Some(comma)) => Some(point.max(comma)),
        (Some(at), None) | (None, Some(at)) => {
            let is_one = digits.matches(['.', ',']).count() == 1;
            // "1.299" is more than a thousand; "0.299" and "19.99" are not.
            Some(at).filter(|_| is_one && (digits.len() - at != 4 || digits.starts_with('0')))
        }
        (None, None) => None,
    };
    let plain: String = digits
        .char_indices()
        .filter_map(|(at, c)| match c {
            '.' | ',' => (Some(at) == decimal).then_some('.'),
            c => Some(c),
        })
        .collect();
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn prices_are_read_as_shops_write_them() {
        for (text, expected) in [
            ("29.00", Some(29.0)),
            ("29,90 €", Some(29.9)),
            ("€ 1.299,00", Some(1299.0)),
            ("1,299.00 USD", Some(1299.0)),
            ("1.299", Some(1299.0)),
            ("1,299", Some(1299.0)),
            ("0.299", Some(0.299)),
            ("12,5", Some(12.5)),
            ("1 299,50 kr", Some(1299.5)),
            ("1'299.50 CHF", Some(1299.5)),
            ("1.234.567", Some(1_234_567.0)),
            ("from 10 to 20", Some(10.0)),
            ("20.", Some(20.0)),
            ("free", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
