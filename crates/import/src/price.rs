//! Prices as shops write them.

/// A price.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// How much.
    pub amount: f64,
    /// The currency's code or, of one that is not known, nothing.
    pub currency: Option<String>,
}

const SIGNS: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("£", "GBP"),
    ("US$", "USD"),
    ("A$", "AUD"),
    ("CA$", "CAD"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("₹", "INR"),
    ("Rs.", "INR"),
    ("Rs", "INR"),
    ("₽", "RUB"),
    ("₺", "TRY"),
    ("₩", "KRW"),
    ("R$", "BRL"),
    ("Fr.", "CHF"),
    ("kr", ""),
];

/// The price that a text says: "1.299,00 €", "12.00 EUR", "$5", "1'299.50".
pub fn read_price(text: &str) -> Option<Price> {
    let text = text.trim();
    if text.chars().count() > 40 {
        return None;
    }
    let is_number =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}');
    let start = text.find(|c: char| c.is_ascii_digit())?;
    // ".99" has no digit before its point; the point of "Rs." is the word's.
    let has_point =
        text[..start].strip_suffix('.').is_some_and(|before| !before.ends_with(char::is_alphabetic));
    let start = if has_point { start - 1 } else { start };
    let length = text[start..].find(|c: char| !is_number(c)).unwrap_or(text.len() - start);
    let (before, number) = (text[..start].trim(), text[start..start + length].trim());
    let after = text[start + length..].trim().trim_start_matches('-').trim();
    let (before, after) = (before.trim_end_matches(':').trim(), after.trim_start_matches('–').trim());
    let amount = amount(number)?;
    let currency = match (before, after) {
        ("", "") => None,
        (sign, "") | ("", sign) => currency(sign)?,
        _ => return None,
    };
    Some(Price { amount, currency })
}

/// A known sign or any three letters; `None` is no currency at all.
fn currency(sign: &str) -> Option<Option<String>> {
    if let Some((_, code)) = SIGNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(sign)) {
        return Some((!code.is_empty()).then(|| (*code).to_owned()));
    }
    let is_code = sign.len() == 3 && sign.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| Some(sign.to_ascii_uppercase()))
}

/// The last point or comma parts off the cents, unless three digits follow it or it comes twice: then it, as
/// every other sign, parts off thousands, of which the last are three digits.
fn amount(number: &str) -> Option<f64> {
    let number = number.trim_end_matches(['.', ',']);
    let last = number.rfind(['.', ',']);
    let cents = last.filter(|&at| {
        let n_after = number.len() - at - 1;
        let sign = &number[at..=at];
        let has_other = number[..at].contains(['.', ',', '\'', ' ']) && !number[..at].contains(sign);
        let is_once = number.matches(sign).count() == 1;
        is_once && (n_after != 3 || has_other || at == 0 || &number[..at] == "0")
    });
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let whole = &number[..cents.unwrap_or(number.len())];
    let last_group = whole.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    if last_group.len() != whole.len() && last_group.len() != 3 {
        return None;
    }
    let written = match cents {
        Some(at) => format!("{}.{}", digits(&number[..at]), digits(&number[at + 1..])),
        None => digits(number),
    };
    let written = if written.starts_with('.') { format!("0{written}") } else { written };
    written.parse().ok()
}
