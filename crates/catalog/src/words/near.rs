//! How far two words are from each other.

/// Slips that a word of this many letters may hold: none in a short one, where every slip is another word.
pub(crate) fn edits_allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The number of letters that are added, left out, changed or exchanged with their neighbour from one word to
/// the other (optimal string alignment), if it is at most `most`.
pub(crate) fn within(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let is_other = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + is_other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row[j] = least;
        }
        if row.iter().all(|n| *n > most) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    Some(last[b.len()]).filter(|n| *n <= most)
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn slips_are_counted() {
        let check = |a, b, expected| {
            assert_eq!(within(a, b, 2), expected, "{a} {b}");
            assert_eq!(within(b, a, 2), expected, "{b} {a}");
        };
        check("striped", "striped", Some(0));
        check("strped", "striped", Some(1));
        check("stirped", "striped", Some(1));
        check("stripped", "striped", Some(1));
        check("strepid", "striped", Some(2));
        check("vase", "shoe", None);
        check("", "ab", Some(2));
        check("été", "ete", Some(2));
    }
}
