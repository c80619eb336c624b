//! What can go wrong with a pack, told so that a merchant can act on it.

use std::io;
use std::path::{Path, PathBuf};

use vitrine_jobs::Cancelled;
use vitrine_models::ModelError;

/// An error of this crate. Whatever it is, the packs that were installed before are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// No pack of this name can be downloaded.
    #[error("There is no model pack {name} to download. There are {known}.")]
    UnknownName {
        /// What was asked for.
        name: String,
        /// What there is, as a list for people.
        known: String,
    },
    /// A name that is no folder's name everywhere.
    #[error("{name:?} cannot be a model pack's name. Take up to 40 small letters, digits, '-', '_' and '.'.")]
    BadName {
        /// The name.
        name: String,
    },
    /// No such pack in the packs folder.
    #[error("There is no model pack {name} on this machine. `vitrine models list` shows what there is.")]
    NotInstalled {
        /// The name.
        name: String,
    },
    /// An import would replace a pack.
    #[error(
        "There is already a model pack {name}. Give the new one another name, or remove the old one first."
    )]
    AlreadyInstalled {
        /// The name.
        name: String,
    },
    /// The pack's files are being read.
    #[error("The model pack {name} is in use. Use another one first, then remove it.")]
    InUse {
        /// The name.
        name: String,
    },
    /// A download or an import is under way, in this program or in another.
    #[error("Another download or import of models is under way. Wait for its end, or cancel it.")]
    Busy,
    /// The server could not be reached, or stopped in the middle.
    #[error(
        "{host} cannot be reached ({reason}). Check the internet connection, then try again; what was downloaded is kept."
    )]
    Connection {
        /// The server.
        host: String,
        /// What happened, in a few words.
        reason: String,
    },
    /// The server's certificate is not one that this machine trusts.
    #[error("The connection to {host} is not safe, so nothing was downloaded: {reason}.")]
    Untrusted {
        /// The server.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The address of the hub cannot be used.
    #[error(
        "{endpoint:?} is no address of a model hub. Set HF_ENDPOINT to one that starts with https://, or leave it unset."
    )]
    BadEndpoint {
        /// What `HF_ENDPOINT` says.
        endpoint: String,
    },
    /// The server answered, and the answer is no.
    #[error(
        "{host} does not give out {what} now (answer {status}). Try again later; what was downloaded is kept."
    )]
    Refused {
        /// The server.
        host: String,
        /// A file or a model.
        what: String,
        /// The HTTP status.
        status: u16,
    },
    /// The model wants a login.
    #[error(
        "{repo} wants a login. Accept its terms on {host}, set HF_TOKEN to your access token, then try again."
    )]
    Gated {
        /// The model.
        repo: String,
        /// The server.
        host: String,
    },
    /// The model, or a file of it, is not there.
    #[error("{host} has no {what}. The pack may have moved; a newer Vitrine may know where.")]
    NotOnHub {
        /// The server.
        host: String,
        /// A file or a model.
        what: String,
    },
    /// The server's answer makes no sense.
    #[error(
        "The answer of {host} about {what} cannot be read: {reason}. Check HF_ENDPOINT, or try again later."
    )]
    BadAnswer {
        /// The server.
        host: String,
        /// A file or a model.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What arrived is not what was announced.
    #[error("{file} arrived damaged from {host}: its {what} is wrong. It was thrown away; try again.")]
    Damaged {
        /// The file.
        file: String,
        /// The server.
        host: String,
        /// `checksum`, `length`.
        what: &'static str,
    },
    /// Not enough room, known before the start.
    #[error("There is not enough room in {}: {needed} are needed, {free} are free. Make room, then try again.", folder.display())]
    NoRoom {
        /// Where the packs are.
        folder: PathBuf,
        /// Bytes, for people.
        needed: String,
        /// Bytes, for people.
        free: String,
    },
    /// The disk became full.
    #[error("The disk with {} is full. Make room, then try again; what is there is kept.", path.display())]
    DiskFull {
        /// The file that was written.
        path: PathBuf,
    },
    /// A model of a kind that Vitrine does not run.
    #[error("{model} is a model of the kind {found}. Vitrine runs {expected}.")]
    Unsupported {
        /// The folder or the repository.
        model: String,
        /// What its `config.json` names.
        found: String,
        /// What would work.
        expected: &'static str,
    },
    /// A folder that holds no pack and no models.
    #[error("{} cannot be imported: {reason}", folder.display())]
    CannotImport {
        /// The folder.
        folder: PathBuf,
        /// Why, and what to do, as a sentence.
        reason: String,
    },
    /// The models do not load.
    #[error("The models cannot be used: {0}.")]
    Unusable(#[from] ModelError),
    /// A file or folder cannot be read or written.
    #[error("{} cannot be read or written: {source}.", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The user stopped it.
    #[error("Stopped.")]
    Cancelled,
}

impl From<Cancelled> for PackError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl PackError {
    /// A disk that is full reads the same wherever it happens.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match source.kind() {
            StorageFull | QuotaExceeded => Self::DiskFull { path: path.to_path_buf() },
            // The system's own word; ours, for a file that is too large to be read, is another matter.
            FileTooLarge if source.raw_os_error().is_some() => Self::DiskFull { path: path.to_path_buf() },
            _ => Self::Io { path: path.to_path_buf(), source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_when_the_system_says_so() {
        let check = |source: io::Error, is_full: bool| {
            let error = PackError::io(Path::new("a"), source);
            assert_eq!(matches!(error, PackError::DiskFull { .. }), is_full, "{error}");
        };
        check(io::ErrorKind::StorageFull.into(), true);
        check(io::ErrorKind::PermissionDenied.into(), false);
        // Ours: a file that is more than can be read.
        check(io::ErrorKind::FileTooLarge.into(), false);
    }
}
