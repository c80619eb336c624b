//! The `photo` protocol: pictures for the pages, by id.
//!
//! | address                  | what comes back                            |
//! |--------------------------|--------------------------------------------|
//! | `thumb/ID` `/VERSION`    | a photo's thumbnail                        |
//! | `full/ID` `/VERSION`     | a photo for the large view                 |
//! | `query/TOKEN`            | a thumbnail of a picture that is searched with |
//!
//! A version is what makes an answer cachable for ever: it changes with the picture, and
//! another one than the picture's is answered like an address that names nothing. An
//! address that names nothing answers 404 with the reason as text. Nothing here takes a
//! path of the file system.

use std::thread;

use crossbeam_channel::{Receiver, Sender};
use percent_encoding::percent_decode_str;
use tauri::{
    UriSchemeResponder,
    http::{Response, StatusCode, header},
};
use vitrine_api::{
    Api, PictureBytes,
    types::{ApiError, ErrorCode, PictureId},
};

use crate::library::Library;

/// `photo://localhost/...`, on Windows `http://photo.localhost/...`.
pub(crate) const SCHEME: &str = "photo";

/// Reading a picture is mostly waiting for the disk; more threads than this only fight over it.
const N_THREADS: usize = 4;

/// A year is as long as caches promise anything.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Threads that answer, so that a slow drive holds up neither the window nor a command.
pub(crate) struct PhotoThreads(Sender<(String, UriSchemeResponder)>);

impl PhotoThreads {
    pub(crate) fn start(library: &Library) -> PhotoThreads {
        let (sender, requests) = crossbeam_channel::unbounded();
        for n in 0..N_THREADS {
            let (library, requests): (Library, Receiver<(String, UriSchemeResponder)>) =
                (library.clone(), requests.clone());
            let serve = move || {
                for (path, responder) in requests {
                    responder.respond(answer(library.wait(), &path));
                }
            };
            // With one thread fewer pictures come later; with none the responder, dropped, answers nothing.
            let _ = thread::Builder::new().name(format!("photo-{n}")).spawn(serve);
        }
        PhotoThreads(sender)
    }

    /// Answers a request for `path` on one of the threads.
    pub(crate) fn ask(&self, path: &str, responder: UriSchemeResponder) {
        let _ = self.0.send((path.to_owned(), responder));
    }
}

/// The answer to a request for `path`, such as `/thumb%2F12%2F9f3a`.
pub fn answer(library: Result<&Api, ApiError>, path: &str) -> Response<Vec<u8>> {
    let picture = library.and_then(|api| match Address::parse(path) {
        Some(Address::Thumb { id, version }) => {
            Ok((api.thumbnail(id, version.as_deref())?, version.is_some()))
        }
        Some(Address::Full { id, version }) => {
            Ok((api.full_picture(id, version.as_deref())?, version.is_some()))
        }
        Some(Address::Query { token }) => Ok((api.query_thumbnail(&token)?, false)),
        None => Err(ApiError {
            code: ErrorCode::BadRequest,
            message: "This address names no picture.".into(),
            detail: None,
        }),
    });
    match picture {
        Ok((PictureBytes { mime, bytes }, is_versioned)) => {
            let keep = if is_versioned { FOR_EVER } else { "no-cache" };
            respond(StatusCode::OK, mime, keep, bytes)
        }
        Err(error) => respond(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "no-store",
            error.message.into_bytes(),
        ),
    }
}

fn respond(status: StatusCode, mime: &str, keep: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in [(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, keep)] {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    // A damaged picture must not be taken for a page.
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    response
}

/// What an address names.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Thumb { id: PictureId, version: Option<String> },
    Full { id: PictureId, version: Option<String> },
    Query { token: String },
}

impl Address {
    /// Reads `/thumb/12/9f3a`, also with its slashes encoded, as `convertFileSrc` writes them.
    fn parse(path: &str) -> Option<Address> {
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (kind, name, version) = match parts[..] {
            [kind, name] => (kind, name, None),
            [kind, name, version] => (kind, name, Some(version)),
            _ => return None,
        };
        let named = version.filter(|version| !version.is_empty()).map(str::to_owned);
        match (kind, version) {
            ("thumb", _) => Some(Address::Thumb { id: number(name)?, version: named }),
            ("full", _) => Some(Address::Full { id: number(name)?, version: named }),
            ("query", None) if !name.is_empty() => Some(Address::Query { token: name.to_owned() }),
            _ => None,
        }
    }
}

/// Digits only: `parse` alone would take `+1` for 1.
fn number(text: &str) -> Option<PictureId> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&Address>) {
        assert_eq!(Address::parse(path).as_ref(), expected, "{path}");
    }

    #[test]
    fn addresses_name_pictures_by_id() {
        let version = Some("9f3a".to_owned());
        let (twelve, seven) = (PictureId(12), PictureId(7));
        check("/thumb/12", Some(&Address::Thumb { id: twelve, version: None }));
        check("/thumb/12/9f3a", Some(&Address::Thumb { id: twelve, version: version.clone() }));
        check("/thumb%2F12%2F9f3a", Some(&Address::Thumb { id: twelve, version }));
        check("/full%2f7", Some(&Address::Full { id: seven, version: None }));
        check("/query/p1", Some(&Address::Query { token: "p1".into() }));
    }

    #[test]
    fn other_addresses_name_nothing() {
        for path in [
            "",
            "/",
            "/thumb",
            "/thumb/",
            "/thumb/-1",
            "/thumb/+1",
            "/thumb/1x",
            "/thumb/99999999999999999999",
            "/thumb/1/a/b",
            "/query/",
            "/query/a/b",
            "/photo/1",
            "/etc/passwd",
            "/thumb/..%2F..%2Fetc%2Fpasswd",
            "/thumb/%ff",
        ] {
            check(path, None);
        }
    }
}
