//! Bytes within a page: `data:` addresses (RFC 2397) in Base64 (RFC 4648, sec. 4).

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Picture formats that browsers show as pictures and nothing else; SVG is a document.
const PICTURES: [&str; 7] =
    ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp", "image/jxl"];

/// The address of a picture; none of what is not a picture by its type.
pub(super) fn of_picture(mime: &str, bytes: &[u8]) -> Option<String> {
    let mime = PICTURES.iter().find(|known| known.eq_ignore_ascii_case(mime))?;
    Some(format!("data:{mime};base64,{}", base64(bytes)))
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_usize {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, of_picture};

    #[test]
    fn base64_is_that_of_the_rfc() {
        let check = |bytes: &[u8], expected| assert_eq!(base64(bytes), expected);
        check(b"", "");
        check(b"f", "Zg==");
        check(b"fo", "Zm8=");
        check(b"foo", "Zm9v");
        check(b"foob", "Zm9vYg==");
        check(b"fooba", "Zm9vYmE=");
        check(b"foobar", "Zm9vYmFy");
        check(&[0xfb, 0xff, 0xfe], "+//+");
    }

    #[test]
    fn only_pictures_become_addresses() {
        let check = |mime, expected: Option<&str>| assert_eq!(of_picture(mime, b"f").as_deref(), expected);
        check("image/png", Some("data:image/png;base64,Zg=="));
        check("IMAGE/PNG", Some("data:image/png;base64,Zg=="));
        check("image/svg+xml", None);
        check("text/html", None);
        check("image/png\" onerror=\"x", None);
    }
}
