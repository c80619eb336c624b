//! The Hugging Face hub's protocol, as far as a download needs it.
//!
//! ```text
//! GET  {endpoint}/api/models/{repo}/revision/{revision}   -> {"sha": commit, "siblings": [{"rfilename"}]}
//! HEAD {endpoint}/{repo}/resolve/{commit}/{file}          -> length and checksum
//! GET  {endpoint}/{repo}/resolve/{commit}/{file}, Range   -> bytes, mostly after a redirect to another host
//! ```
//!
//! Large files answer with `X-Linked-Size` and `X-Linked-Etag`, which is their SHA-256; small ones with
//! `Content-Length` and `ETag`, which is git's SHA-1 of them. Source: the hub's own client,
//! <https://github.com/huggingface/huggingface_hub>, `file_download.py`.
//!
//! Why not the `hf-hub` crate: it gives no checksum to check against, cannot be stopped in the middle of
//! a file, and keeps files as links in a cache of its own layout, which a memory-mapped pack must not be.

mod address;
mod request;

use std::io::Read;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{HeaderMap, Method, StatusCode, header};
use vitrine_jobs::Control;

use self::address::{Endpoint, path_escaped};
use self::request::Requests;
pub(crate) use self::request::Trouble;
use crate::PackError;

/// The hub that is asked where `HF_ENDPOINT` names none.
const PUBLIC_HUB: &str = "https://huggingface.co";
/// A list of a repository's files has some kilobytes.
const MAX_LIST_BYTES: u64 = 16 << 20;

/// How the hub is reached.
#[derive(Debug, Clone)]
pub struct HubOptions {
    /// Its address, without a path: `https://huggingface.co`.
    pub endpoint: String,
    /// The user's access token, for models that want a login. It goes to the endpoint alone.
    pub token: Option<String>,
    /// Whether the system's proxy settings count.
    pub use_proxy: bool,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the next bytes of a server that fell silent.
    pub stall_timeout: Duration,
    /// How long to wait before the second attempt; each next wait is twice as long.
    pub retry_pause: Duration,
    /// Attempts in a row that bring no byte before it is given up.
    pub max_attempts: u32,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            endpoint: PUBLIC_HUB.to_owned(),
            token: None,
            use_proxy: true,
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(30),
            retry_pause: Duration::from_secs(1),
            max_attempts: 5,
        }
    }
}

impl HubOptions {
    /// As the hub's own tools: `HF_ENDPOINT` names the hub, `HF_TOKEN` the access token.
    #[must_use]
    pub fn from_environment() -> Self {
        let named =
            |name| std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|t| !t.is_empty());
        let usual = Self::default();
        Self { endpoint: named("HF_ENDPOINT").unwrap_or(usual.endpoint), token: named("HF_TOKEN"), ..usual }
    }
}

/// A repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepoState {
    pub(crate) commit: String,
    /// Paths of all its files.
    pub(crate) files: Vec<String>,
}

/// What the hub says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RemoteFile {
    pub(crate) size_bytes: u64,
    pub(crate) sum: Sum,
}

/// A checksum that the hub gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Of the file's bytes.
    Sha256(String),
    /// Of `blob LENGTH\0` and the file's bytes, as git names its blobs.
    GitSha1(String),
}

impl Sum {
    /// The digits, which tell one content from another.
    pub(crate) fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::GitSha1(digits) => digits,
        }
    }

    /// From an `ETag`: 64 hexadecimal digits are a SHA-256, 40 are git's.
    fn from_etag(etag: &str) -> Option<Self> {
        let digits = etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match digits.len() {
            64 if is_hex => Some(Self::Sha256(digits)),
            40 if is_hex => Some(Self::GitSha1(digits)),
            _ => None,
        }
    }
}

/// Bytes that come in.
pub(crate) struct Incoming {
    /// Where in the file they begin: where they were asked to, or at 0 from a server that knows no ranges.
    pub(crate) from: u64,
    pub(crate) reader: Box<dyn Read>,
}

/// A hub that can be asked.
pub(crate) struct Hub {
    endpoint: Endpoint,
    requests: Requests,
    options: HubOptions,
}

#[derive(Deserialize)]
struct ModelInfo {
    sha: String,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

impl Hub {
    /// Opens no connection yet.
    pub(crate) fn new(options: &HubOptions, control: &Control) -> Result<Self, PackError> {
        let endpoint = Endpoint::parse(&options.endpoint)
            .ok_or_else(|| PackError::BadEndpoint { endpoint: options.endpoint.clone() })?;
        let requests = Requests::new(options, &endpoint, control);
        Ok(Self { endpoint, requests, options: options.clone() })
    }

    pub(crate) fn host(&self) -> &str {
        self.endpoint.host()
    }

    pub(crate) fn options(&self) -> &HubOptions {
        &self.options
    }

    /// What a repository holds at a branch, tag or commit.
    pub(crate) fn repo(&self, repo: &str, revision: &str) -> Result<RepoState, Trouble> {
        let path = format!("api/models/{}/revision/{}", path_escaped(repo), path_escaped(revision));
        let answer = self.requests.send(&Method::GET, &self.endpoint.join(&path), None)?;
        self.expect_ok(answer.status, repo, repo, &answer.headers)?;
        let mut text = String::new();
        let reader = answer.body.into_reader();
        reader.take(MAX_LIST_BYTES).read_to_string(&mut text).map_err(|error| self.requests.broken(error))?;
        let info: ModelInfo =
            serde_json::from_str(&text).map_err(|error| self.unreadable(repo, &error.to_string()))?;
        // The commit becomes a part of addresses.
        if info.sha.len() != 40 || !info.sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.unreadable(repo, "it names no commit"));
        }
        Ok(RepoState {
            commit: info.sha,
            files: info.siblings.into_iter().map(|sibling| sibling.rfilename).collect(),
        })
    }

    /// Length and checksum of a file.
    pub(crate) fn file(&self, repo: &str, commit: &str, file: &str) -> Result<RemoteFile, Trouble> {
        let what = format!("{repo}/{file}");
        let answer = self.requests.send(&Method::HEAD, &self.file_address(repo, commit, file), None)?;
        let is_linked = answer.headers.contains_key("x-linked-etag");
        if !is_linked {
            self.expect_ok(answer.status, repo, &what, &answer.headers)?;
        }
        let text = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        // The length of a redirect is that of its own few words.
        let size_bytes = text(if is_linked { "x-linked-size" } else { "content-length" });
        let size_bytes = size_bytes
            .and_then(|size| size.parse().ok())
            .ok_or_else(|| self.unreadable(&what, "it does not tell the file's length"))?;
        let sum =
            text("x-linked-etag").or_else(|| text("etag")).and_then(Sum::from_etag).ok_or_else(|| {
                self.unreadable(&what, "it gives no checksum, and what cannot be checked is not used")
            })?;
        Ok(RemoteFile { size_bytes, sum })
    }

    /// The bytes of a file from `from` on.
    pub(crate) fn open(&self, repo: &str, commit: &str, file: &str, from: u64) -> Result<Incoming, Trouble> {
        let what = format!("{repo}/{file}");
        let range = (from > 0).then_some(from);
        let answer = self.requests.send(&Method::GET, &self.file_address(repo, commit, file), range)?;
        self.expect_ok(answer.status, repo, &what, &answer.headers)?;
        let starts = if answer.status == StatusCode::PARTIAL_CONTENT {
            range_start(&answer.headers).ok_or_else(|| self.unreadable(&what, "it sends an unknown part"))?
        } else {
            0
        };
        if starts != 0 && starts != from {
            return Err(self.unreadable(&what, "it sends another part than was asked for"));
        }
        Ok(Incoming { from: starts, reader: Box::new(answer.body.into_reader()) })
    }

    /// A read of [`Incoming`] that failed.
    pub(crate) fn broken(&self, error: std::io::Error) -> Trouble {
        self.requests.broken(error)
    }

    fn file_address(&self, repo: &str, commit: &str, file: &str) -> String {
        self.endpoint.join(&format!("{}/resolve/{commit}/{}", path_escaped(repo), path_escaped(file)))
    }

    fn expect_ok(
        &self,
        status: StatusCode,
        repo: &str,
        what: &str,
        headers: &HeaderMap,
    ) -> Result<(), Trouble> {
        let host = self.host().to_owned();
        let what = what.to_owned();
        match status.as_u16() {
            200 | 206 => Ok(()),
            401 | 403 => Err(Trouble::Lasting(PackError::Gated { repo: repo.to_owned(), host })),
            404 | 410 => Err(Trouble::Lasting(PackError::NotOnHub { host, what })),
            status @ (408 | 425 | 429 | 500..=599) => Err(Trouble::Passing {
                error: PackError::Refused { host, what, status },
                wait: retry_after(headers),
            }),
            status => Err(Trouble::Lasting(PackError::Refused { host, what, status })),
        }
    }

    fn unreadable(&self, what: &str, reason: &str) -> Trouble {
        Trouble::Lasting(PackError::BadAnswer {
            host: self.host().to_owned(),
            what: what.to_owned(),
            reason: reason.to_owned(),
        })
    }
}

/// N of `Content-Range: bytes N-M/TOTAL`.
fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// How long a server that is busy wants to be left alone; a minute at most.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let secs: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(secs.min(60)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_etag_is_a_checksum_of_its_length() {
        let sha256 = "ab".repeat(32);
        let sha1 = "cd".repeat(20);
        assert_eq!(Sum::from_etag(&format!("\"{sha256}\"")), Some(Sum::Sha256(sha256)));
        assert_eq!(Sum::from_etag(&format!("W/\"{}\"", sha1.to_uppercase())), Some(Sum::GitSha1(sha1)));
        // An object store's own, of an upload in parts.
        assert_eq!(Sum::from_etag("\"d41d8cd98f00b204e9800998ecf8427e-38\""), None);
        assert_eq!(Sum::from_etag(&"zz".repeat(32)), None);
    }

    #[test]
    fn a_range_starts_where_the_server_says() {
        let headers = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, text.parse().unwrap());
            headers
        };
        assert_eq!(range_start(&headers("bytes 200-1023/1024")), Some(200));
        assert_eq!(range_start(&headers("items 1-2/3")), None);
    }
}
