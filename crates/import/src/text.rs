//! From a file's bytes to text, whatever program saved it.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file. A mark at its beginning decides; without one the zero bytes of UTF-16 do; what is no
/// UTF-8 then is Windows-1252, in which every byte is a letter.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let encoding = Encoding::for_bom(bytes).map_or_else(|| guess(bytes), |(encoding, _)| encoding);
    let (text, _, _) = encoding.decode(bytes);
    text.into_owned()
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
    if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }
}
