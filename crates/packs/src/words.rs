//! Numbers in words for people.

/// Bytes as people say them: `2.5 GB`.
#[must_use]
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_do() {
        let check = |bytes, expected: &str| assert_eq!(size_in_words(bytes), expected);
        check(12, "12 bytes");
        check(1_001, "2 kB");
        check(2_500_000_000, "2.5 GB");
    }
}
