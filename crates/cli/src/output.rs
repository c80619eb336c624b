//! How things are written on a terminal.

use serde::Serialize;

/// One JSON value, for a script.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun, in the plural where it needs to be.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// Bytes as people say them.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Seconds as people say them.
pub fn time_left(secs: u64) -> String {
    match secs {
        0..10 => "a few seconds left".to_owned(),
        10..90 => format!("{secs} s left"),
        90..5_400 => format!("{} min left", (secs + 30) / 60),
        _ => format!("{:.1} h left", secs as f64 / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let check = |n, expected: &str| assert_eq!(count(n), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn times_are_said_as_people_do() {
        let check = |secs, expected: &str| assert_eq!(time_left(secs), expected);
        check(3, "a few seconds left");
        check(45, "45 s left");
        check(1_200, "20 min left");
        check(9_000, "2.5 h left");
    }
}
