//! Reading a photo's file.

use vitrine_models::regular_file;
use vitrine_photo::budget;

use super::{Skip, SkipCode};

/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// The bytes of a photo's file, which count against [`budget::FILE_BYTES`] as long as they are held.
pub struct FileBytes {
    /// What the file was before they were read.
    pub metadata: std::fs::Metadata,
    bytes: Vec<u8>,
    _place: budget::Place,
}

impl std::ops::Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a photo's file, once there is room for its bytes.
pub fn read_file(path: &std::path::Path) -> Result<FileBytes, Skip> {
    let size_bytes = std::fs::metadata(path).map_err(|error| Skip::from_io(&error))?.len();
    let place = budget::FILE_BYTES.claim(size_bytes.min(MAX_FILE_BYTES));
    let read = regular_file::read(path, MAX_FILE_BYTES);
    let (metadata, bytes) = read.map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => Skip::too_many_bytes(),
        std::io::ErrorKind::InvalidInput => {
            Skip::new(SkipCode::Unreadable, "This is a folder, a pipe or a device, not a photo.")
        }
        _ => Skip::from_io(&error),
    })?;
    Ok(FileBytes { metadata, bytes, _place: place })
}
