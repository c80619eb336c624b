//! Which names are looked at. What a file is, its content says.

use std::path::Path;

/// Endings of pictures, lower case. Some cannot be read and are listed as such, so that nobody wonders
/// where those photos are.
pub const PICTURE_ENDINGS: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "jif", "png", "apng", "webp", "gif", "bmp", "dib", "tif", "tiff", "avif",
    "avifs", //
    "heic", "heif", "hif", "jxl", "psd", "psb", //
    "raw", "dng", "cr2", "cr3", "nef", "nrw", "arw", "orf", "rw2", "raf", "pef", "srw", //
    "jp2", "j2k", "svg", "tga", "ico",
];

/// What shops and browsers add to a name: `photo.jpg_large`, `photo.jpg?v=1699`, `photo.jpg%3Fv=1699`, `photo.jpg!d`.
const ADDED: &[char] = &['?', '_', '!', '%', '&', '#', '@', '~'];

/// Whether a name ends like a picture's.
pub fn has_picture_ending(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()) else {
        return false;
    };
    let is_known = |ending: &str| PICTURE_ENDINGS.contains(&ending);
    // A version behind the ending may hold dots of its own.
    name.match_indices('.').any(|(at, _)| {
        let after = &name[at + 1..];
        is_known(after) || after.split_once(ADDED).is_some_and(|(ending, _)| is_known(ending))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_names() {
        let check =
            |name: &str, expected: bool| assert_eq!(has_picture_ending(Path::new(name)), expected, "{name}");
        check("mug.jpg", true);
        check("MUG.JPEG", true);
        check("mug.front.png", true);
        check("mug.jfif", true);
        check("mug.apng", true);
        check("mug.jpg_large", true);
        check("mug.jpg?v=1699.5", true);
        check("mug.jpg%3Fv=1699", true);
        check("mug.webp&width=400", true);
        check("shop.v2/mug.JPG", true);
        check("mug.jpg.txt", false);
        check("mug.jpgs", false);
        check("jpg", false);
        check("mug.txt_jpg", false);
        check("mug.pdf", false);
        check("mug.jpg.part", false);
    }
}
