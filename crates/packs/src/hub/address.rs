//! Addresses: the hub's own, those of its files, and where a redirect leads.

use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};

/// A hub's address.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    /// Without a slash at the end.
    base: String,
    uri: Uri,
}

impl Endpoint {
    /// From `https://huggingface.co`, `http://localhost:8080/hub/`; none for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let base = text.trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().ok()?;
        let is_web = matches!(uri.scheme_str(), Some("https" | "http"));
        // A password in an address would show up in messages.
        let is_plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        (is_web && is_plain && uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none())
            .then_some(Self { base, uri })
    }

    pub(super) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    pub(super) fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// Whether the user's token may go to this address: to the hub itself, and not in the clear over a
    /// network.
    pub(super) fn may_have_token(&self, address: &Uri) -> bool {
        let is_private = address.scheme() == Some(&Scheme::HTTPS) || is_this_machine(address);
        is_private && origin(address) == origin(&self.uri)
    }
}

fn is_this_machine(address: &Uri) -> bool {
    matches!(address.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Scheme, host and port.
fn origin(address: &Uri) -> (Option<&str>, Option<String>, Option<u16>) {
    let scheme = address.scheme_str();
    let usual = if scheme == Some("http") { 80 } else { 443 };
    let port = address.authority().and_then(Authority::port_u16).unwrap_or(usual);
    (scheme, address.host().map(str::to_ascii_lowercase), Some(port))
}

/// Where a redirect leads: `location` as seen from `from`. None where it leads nowhere, or from a
/// protected connection to an open one.
pub(super) fn redirected(from: &Uri, location: &str) -> Option<Uri> {
    let scheme = from.scheme_str()?;
    let authority = from.authority()?;
    let to = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let to: Uri = to.split('#').next()?.parse().ok()?;
    let is_web = matches!(to.scheme_str(), Some("https" | "http")) && to.host().is_some();
    let is_as_safe = scheme == "http" || to.scheme() == Some(&Scheme::HTTPS);
    (is_web && is_as_safe).then_some(to)
}

/// A path whose parts are names of anything.
pub(super) fn path_escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    #[test]
    fn only_web_addresses_are_endpoints() {
        let check = |text, expected: Option<&str>| {
            assert_eq!(Endpoint::parse(text).map(|endpoint| endpoint.join("x")).as_deref(), expected);
        };
        check("https://huggingface.co", Some("https://huggingface.co/x"));
        check("http://127.0.0.1:8080/hub/", Some("http://127.0.0.1:8080/hub/x"));
        check("huggingface.co", None);
        check("file:///etc/passwd", None);
        check("https://user:secret@example.org", None);
        check("", None);
    }

    #[test]
    fn a_redirect_is_followed_as_far_as_it_is_safe() {
        let check = |from, location, expected: Option<&str>| {
            assert_eq!(redirected(&uri(from), location).map(|to| to.to_string()).as_deref(), expected);
        };
        check("https://a.org/x/y?q", "/z", Some("https://a.org/z"));
        check("https://a.org/x/y", "z", Some("https://a.org/x/z"));
        check("https://a.org/x", "//b.org/z", Some("https://b.org/z"));
        check("https://a.org/x", "https://b.org/z?sig=1#part", Some("https://b.org/z?sig=1"));
        check("https://a.org/x", "http://a.org/x", None);
        check("http://a.org/x", "https://a.org/x", Some("https://a.org/x"));
        check("https://a.org/x", "ftp://a.org/x", None);
    }

    #[test]
    fn the_token_goes_to_the_hub_alone() {
        let check = |endpoint, address, expected| {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            assert_eq!(endpoint.may_have_token(&uri(address)), expected, "{address}");
        };
        check("https://a.org", "https://a.org/api", true);
        check("https://a.org", "https://A.org:443/api", true);
        check("https://a.org", "https://cdn.a.org/api", false);
        check("https://a.org", "https://a.org:444/api", false);
        check("http://a.org", "http://a.org/api", false);
        check("http://127.0.0.1:80", "http://127.0.0.1/api", true);
        check("http://127.0.0.1:8080", "http://127.0.0.1:8081/api", false);
    }

    #[test]
    fn names_are_escaped_in_addresses() {
        assert_eq!(path_escaped("org/a model/ü?.json"), "org/a%20model/%C3%BC%3F.json");
    }
}
