//! From a file's bytes to text, whatever program saved it, and from new text to bytes of the same kind.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes by which an encoding is guessed.
const MAX_GUESS: usize = 1 << 20;
/// Letters beyond ASCII from which a guess is surer than the habit of shops.
const SURE: usize = 24;

/// A file's text and how it was written.
pub(crate) struct Text<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) encoding: &'static Encoding,
    /// The bytes of the mark at the beginning.
    pub(crate) n_mark: usize,
}

/// The text of a file. A mark at its beginning decides; without one the zero bytes of UTF-16 do; what is no
/// UTF-8 then is Windows-1252, unless its letters make no sense in it.
pub(crate) fn decode(bytes: &[u8]) -> Text<'_> {
    let (encoding, n_mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (guess(bytes), 0));
    let (text, _) = encoding.decode_without_bom_handling(&bytes[n_mark..]);
    Text { text, encoding, n_mark }
}

/// The encoding of a file of which only the beginning is there.
pub(crate) fn encoding_of_start(bytes: &[u8]) -> &'static Encoding {
    // Up to the last line that is whole: a letter may be cut.
    let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
    Encoding::for_bom(bytes).map_or_else(|| guess(&bytes[..end]), |(encoding, _)| encoding)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let start = &bytes[..bytes.len().min(2_048)];
    let n_zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (n_zeros(0), n_zeros(1));
    // Of Latin letters every other byte is zero.
    if odd * 4 > start.len() && even * 8 < start.len() {
        return UTF_16LE;
    }
    if even * 4 > start.len() && odd * 8 < start.len() {
        return UTF_16BE;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let sample = sample(bytes);
    if is_plainly_western(&sample) {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The first lines that hold more than ASCII: a long list may begin with thousands that do not.
fn sample(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if !line.is_ascii() {
            let room = MAX_GUESS - sample.len();
            sample.extend_from_slice(&line[..line.len().min(room)]);
        }
        if sample.len() >= MAX_GUESS {
            break;
        }
    }
    sample
}

/// Whether text makes sense as Windows-1252: few letters beyond ASCII, which stand alone or by twos as those of
/// German and French do, and signs between words.
fn is_plainly_western(bytes: &[u8]) -> bool {
    let is_letter = |byte: u8| matches!(byte, 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff | 0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f);
    let (mut n_high, mut n_in_runs, mut n_odd) = (0_usize, 0_usize, 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| **byte >= 0x80).count();
        if run == 0 {
            at += 1;
            continue;
        }
        n_high += run;
        n_in_runs += if run > 2 { run } else { 0 };
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let after = bytes.get(at + run).copied().unwrap_or(b' ');
        let is_within_word = before.is_ascii_lowercase() && after.is_ascii_lowercase();
        // An apostrophe within a word is one.
        n_odd += bytes[at..at + run]
            .iter()
            .filter(|&&byte| !is_letter(byte) && byte != 0x92 && is_within_word)
            .count();
        at += run;
    }
    n_odd == 0 && n_in_runs * 2 <= n_high && n_high < SURE
}

/// What an encoding cannot say.
pub(crate) struct Unwritable(pub(crate) char);

/// New text in an encoding; with `is_html` what it lacks becomes entities.
pub(crate) fn encode(text: &str, encoding: &'static Encoding, is_html: bool) -> Result<Vec<u8>, Unwritable> {
    if encoding == UTF_8 {
        return Ok(text.as_bytes().to_vec());
    }
    if encoding == UTF_16LE {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (bytes, _, has_missing) = encoding.encode(text);
    if has_missing && !is_html {
        let is_missing = |c: &char| encoding.encode(c.encode_utf8(&mut [0; 4])).2;
        return Err(Unwritable(text.chars().find(is_missing).unwrap_or('?')));
    }
    Ok(bytes.into_owned())
}

impl Text<'_> {
    /// Where in the file the letters at these places of the text begin; the places are in order.
    pub(crate) fn byte_offsets(&self, bytes: &[u8], places: &[usize]) -> Vec<usize> {
        let body = &bytes[self.n_mark..];
        if self.encoding == UTF_8 && matches!(self.text, Cow::Borrowed(_)) {
            return places.iter().map(|place| place + self.n_mark).collect();
        }
        let mut found = Vec::with_capacity(places.len());
        let (mut in_text, mut in_bytes) = (0, 0);
        let is_wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        if is_wide || self.encoding.is_single_byte() {
            for &place in places {
                let between = self.text[in_text..place].chars();
                in_bytes +=
                    if is_wide { between.map(char::len_utf16).sum::<usize>() * 2 } else { between.count() };
                in_text = place;
                found.push((in_bytes + self.n_mark).min(bytes.len()));
            }
            return found;
        }
        // Letters of one, two or four bytes: the decoder alone knows where each ends.
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut letters = [0_u8; 64];
        for &place in places {
            while in_text < place && in_bytes < body.len() {
                let (_, _, n_written, _) =
                    decoder.decode_to_utf8(&body[in_bytes..=in_bytes], &mut letters, false);
                in_text += n_written;
                in_bytes += 1;
            }
            // A broken letter is told one byte late, together with the one after it.
            found.push(in_bytes + self.n_mark - in_text.saturating_sub(place).min(in_bytes));
        }
        found
    }
}
