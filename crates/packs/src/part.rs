//! A file that grows under a temporary name, and its checksums as it grows.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha1::Sha1;
use sha2::{Digest, Sha256};
use vitrine_jobs::Job;
use vitrine_models::FileSum;

use crate::PackError;
use crate::hub::{RemoteFile, Sum};

/// Read or written at a time.
pub(crate) const CHUNK_BYTES: usize = 1 << 18;

pub(crate) struct Part {
    path: PathBuf,
    file: File,
    size_bytes: u64,
    sha256: Sha256,
    /// Where the hub's checksum is git's.
    git: Option<Sha1>,
}

impl Part {
    /// `path` with `.part` behind it.
    pub(crate) fn name_of(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        PathBuf::from(name)
    }

    /// Takes up the part of `path` that is there, reading it once for its checksum, or begins it.
    /// A part that is longer than the file shall be begins anew. `read` hears of the bytes that are there.
    pub(crate) fn take_up(
        path: &Path,
        remote: &RemoteFile,
        job: &Job,
        read: &mut dyn FnMut(u64),
    ) -> Result<Self, PackError> {
        let path = Self::name_of(path);
        let io = |source| PackError::io(&path, source);
        // A link would lead elsewhere, and a pipe wait for ever; neither is of this program.
        if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()) {
            fs::remove_file(&path).map_err(io)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(io)?;
        let mut sha256 = Sha256::new();
        let mut git = start_git(remote);
        let mut size_bytes = 0;
        if file.metadata().map_err(io)?.len() > remote.size_bytes {
            file.set_len(0).map_err(io)?;
        }
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            job.checkpoint()?;
            let n = file.read(&mut buffer).map_err(io)?;
            if n == 0 {
                return Ok(Self { path, file, size_bytes, sha256, git });
            }
            sha256.update(&buffer[..n]);
            if let Some(git) = &mut git {
                git.update(&buffer[..n]);
            }
            size_bytes += n as u64;
            read(n as u64);
        }
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.file.write_all(bytes).map_err(|source| PackError::io(&self.path, source))?;
        self.sha256.update(bytes);
        if let Some(git) = &mut self.git {
            git.update(bytes);
        }
        self.size_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Throws away what is there.
    pub(crate) fn restart(&mut self, remote: &RemoteFile) -> Result<(), PackError> {
        self.file.set_len(0).map_err(|source| PackError::io(&self.path, source))?;
        self.sha256 = Sha256::new();
        self.git = start_git(remote);
        self.size_bytes = 0;
        Ok(())
    }

    /// Gives the file its name when it is what the hub announced; none when its checksum is another.
    pub(crate) fn finish(self, path: &Path, remote: &RemoteFile) -> Result<Option<FileSum>, PackError> {
        let sha256 = hex(&self.sha256.finalize());
        let is_good = match &remote.sum {
            Sum::Sha256(expected) => *expected == sha256,
            Sum::GitSha1(expected) => self.git.is_some_and(|git| *expected == hex(&git.finalize())),
        };
        if !is_good || self.size_bytes != remote.size_bytes {
            return Ok(None);
        }
        self.file.sync_all().map_err(|source| PackError::io(&self.path, source))?;
        drop(self.file);
        fs::rename(&self.path, path).map_err(|source| PackError::io(path, source))?;
        Ok(Some(FileSum { sha256, size_bytes: remote.size_bytes }))
    }
}

fn start_git(remote: &RemoteFile) -> Option<Sha1> {
    matches!(remote.sum, Sum::GitSha1(_))
        .then(|| Sha1::new_with_prefix(format!("blob {}\0", remote.size_bytes)))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use vitrine_jobs::JobKind;

    use super::*;

    fn job() -> Job {
        Job::new(JobKind::Pull, "")
    }

    /// `printf hello | git hash-object --stdin`
    const HELLO: &str = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0";

    #[test]
    fn a_part_is_taken_up_and_checked_as_git_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let remote = RemoteFile { size_bytes: 5, sum: Sum::GitSha1(HELLO.to_owned()) };
        let mut part = Part::take_up(&path, &remote, &job(), &mut |_| ()).unwrap();
        part.write(b"hel").unwrap();
        drop(part);

        let mut there = 0;
        let mut part = Part::take_up(&path, &remote, &job(), &mut |n| there += n).unwrap();
        assert_eq!((there, part.size_bytes()), (3, 3));
        part.write(b"lo").unwrap();
        let sum = part.finish(&path, &remote).unwrap().unwrap();
        assert_eq!((sum.size_bytes, &sum.sha256[..8]), (5, "2cf24dba"));
        assert_eq!(fs::read(&path).unwrap(), b"hello");
        assert!(!Part::name_of(&path).exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_part_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("config.json"), folder.path().join("mine.txt"));
        fs::write(&elsewhere, b"mine").unwrap();
        std::os::unix::fs::symlink(&elsewhere, Part::name_of(&path)).unwrap();
        let remote = RemoteFile { size_bytes: 5, sum: Sum::GitSha1(HELLO.to_owned()) };
        let mut part = Part::take_up(&path, &remote, &job(), &mut |_| ()).unwrap();
        part.write(b"hello").unwrap();
        part.finish(&path, &remote).unwrap().unwrap();
        assert_eq!(
            (fs::read(&elsewhere).unwrap(), fs::read(&path).unwrap()),
            (b"mine".to_vec(), b"hello".to_vec())
        );
    }

    #[test]
    fn other_bytes_get_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let remote = RemoteFile { size_bytes: 5, sum: Sum::GitSha1(HELLO.to_owned()) };
        let mut part = Part::take_up(&path, &remote, &job(), &mut |_| ()).unwrap();
        part.write(b"hullo").unwrap();
        assert_eq!(part.finish(&path, &remote).unwrap(), None);
        assert!(!path.exists());

        // Longer than it shall be: nothing of it is of use.
        fs::write(Part::name_of(&path), b"hello world").unwrap();
        let part = Part::take_up(&path, &remote, &job(), &mut |_| ()).unwrap();
        assert_eq!(part.size_bytes(), 0);
    }
}
