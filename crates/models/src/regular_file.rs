//! Reading files that may not be what their names say.
//!
//! A pipe waits for ever for somebody to write, a device has no end, and either may stand behind a link in a
//! merchant's folder or in a model pack. Only regular files are read, and no more of them than a stated number of bytes.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{Error, ErrorKind, Read, Result},
    path::Path,
};

/// Opens a regular file, following links.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for what is no regular file.
pub fn open(path: &Path) -> Result<(File, Metadata)> {
    check(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // It may be exchanged for a pipe between the two looks: then opening must not wait.
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    check(&metadata)?;
    Ok((file, metadata))
}

/// The bytes of a regular file of at most `max_bytes`, with what it was before it was read.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for what is no regular file, [`ErrorKind::FileTooLarge`] for a larger one.
pub fn read(path: &Path, max_bytes: u64) -> Result<(Metadata, Vec<u8>)> {
    let (file, metadata) = open(path)?;
    let too_large = || Error::new(ErrorKind::FileTooLarge, "it is too large");
    if metadata.len() > max_bytes {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // One more than allowed, to notice a file that grows.
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes { Err(too_large()) } else { Ok((metadata, bytes)) }
}

fn check(metadata: &Metadata) -> Result<()> {
    if metadata.is_file() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidInput, "it is a folder, a pipe or a device, not a file"))
    }
}
