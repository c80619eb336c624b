//! One request over HTTP: redirects, the token, and what went wrong in a few words.

use std::io;

use ureq::http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Error, Proxy};
use vitrine_jobs::Control;

use super::HubOptions;
use super::address::{Endpoint, redirected};
use crate::PackError;

/// The hub itself redirects once or twice.
const MAX_REDIRECTS: usize = 6;

/// Why a request brought nothing.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It may work when it is tried again, after `wait` where the server asked for it.
    Passing { error: PackError, wait: Option<std::time::Duration> },
    /// It will not.
    Lasting(PackError),
}

impl Trouble {
    pub(crate) fn into_error(self) -> PackError {
        match self {
            Self::Passing { error, .. } | Self::Lasting(error) => error,
        }
    }
}

/// An answer, whatever its status, after all redirects that had to be followed.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

pub(super) struct Requests {
    agent: Agent,
    endpoint: Endpoint,
    token: Option<String>,
    control: Control,
}

impl Requests {
    pub(super) fn new(options: &HubOptions, endpoint: &Endpoint, control: &Control) -> Self {
        let proxy = if options.use_proxy { Proxy::try_from_env() } else { None };
        let agent = Agent::config_builder()
            // Redirects are followed here: they carry checksums, and must not carry the token on.
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_per_read(Some(options.stall_timeout))
            .timeout_per_write(Some(options.stall_timeout))
            .proxy(proxy)
            // The machine's own, so that a company's certificates count.
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .user_agent(concat!("vitrine/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        // Nobody waits for a silent server then.
        let connections = agent.clone();
        control.on_cancel(move || connections.shutdown());
        Self { agent, endpoint: endpoint.clone(), token: options.token.clone(), control: control.clone() }
    }

    /// Asks for `address`, from byte `range` on where one is given.
    pub(super) fn send(&self, method: &Method, address: &str, range: Option<u64>) -> Result<Answer, Trouble> {
        self.control.checkpoint().map_err(|end| Trouble::Lasting(end.into()))?;
        let mut address: Uri = address.parse().map_err(|_| self.lost("the address cannot be read"))?;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = Request::builder().method(method).uri(&address);
            // Compressed bytes have another length and another checksum.
            request = request.header(header::ACCEPT_ENCODING, "identity");
            if let Some(from) = range {
                request = request.header(header::RANGE, format!("bytes={from}-"));
            }
            if let Some(token) = self.token.as_ref().filter(|_| self.endpoint.may_have_token(&address)) {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            let request = request.body(()).map_err(|_| self.lost("HF_TOKEN cannot be sent"))?;
            let response = self.agent.run(request).map_err(|error| self.failed(&address, error))?;
            let (parts, body) = response.into_parts();
            // The hub's word about a large file comes with the redirect; where that leads says less.
            let says_all = method == Method::HEAD && parts.headers.contains_key("x-linked-etag");
            if !parts.status.is_redirection() || says_all {
                return Ok(Answer { status: parts.status, headers: parts.headers, body });
            }
            let location = parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| redirected(&address, location));
            address = next.ok_or_else(|| self.lost("it redirects to an address that is not safe"))?;
        }
        Err(self.lost("it redirects without end"))
    }

    /// A read of an answer that failed.
    pub(super) fn broken(&self, error: io::Error) -> Trouble {
        if self.control.is_cancelled() {
            return Trouble::Lasting(PackError::Cancelled);
        }
        let reason = match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it fell silent".to_owned(),
            _ => "the connection was cut".to_owned(),
        };
        Trouble::Passing {
            error: PackError::Connection { host: self.endpoint.host().to_owned(), reason },
            wait: None,
        }
    }

    fn failed(&self, address: &Uri, error: Error) -> Trouble {
        if self.control.is_cancelled() {
            return Trouble::Lasting(PackError::Cancelled);
        }
        let host = address.host().unwrap_or_default().to_owned();
        let reason = match error {
            Error::HostNotFound => "its name is not known".to_owned(),
            Error::Timeout(_) => "it does not answer".to_owned(),
            Error::Tls(_) | Error::Rustls(_) => {
                return Trouble::Lasting(PackError::Untrusted { host, reason: error.to_string() });
            }
            // rustls reports a certificate that it refuses through the socket.
            Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Trouble::Lasting(PackError::Untrusted { host, reason: error.to_string() });
            }
            Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                "it refuses the connection".to_owned()
            }
            Error::Io(_) | Error::ConnectionFailed | Error::Protocol(_) => {
                "the connection was cut".to_owned()
            }
            Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => {
                "the proxy does not let through".to_owned()
            }
            other => other.to_string(),
        };
        Trouble::Passing { error: PackError::Connection { host, reason }, wait: None }
    }

    fn lost(&self, reason: &str) -> Trouble {
        Trouble::Lasting(PackError::BadAnswer {
            host: self.endpoint.host().to_owned(),
            what: "the download".to_owned(),
            reason: reason.to_owned(),
        })
    }
}
