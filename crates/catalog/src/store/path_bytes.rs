//! Paths as bytes: on Unix a file's name need not be Unicode.

use std::path::{Path, PathBuf};

#[cfg(unix)]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
pub(super) fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

// Elsewhere a name that is no Unicode (unpaired surrogates) is not kept apart from its likes.
#[cfg(not(unix))]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
pub(super) fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes between which everything inside the folder `path` sorts: `path/` to `path0`, as `/` comes before `0`.
pub(super) fn inside(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let mut low = to_bytes(path);
    let separator = std::path::MAIN_SEPARATOR as u8;
    if low.last() != Some(&separator) {
        low.push(separator);
    }
    let mut high = low.clone();
    if let Some(last) = high.last_mut() {
        *last += 1;
    }
    (low, high)
}
