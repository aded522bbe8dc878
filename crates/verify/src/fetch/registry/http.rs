//! Requests with `ureq`, bounded in length, time and where they lead.

#![expect(
    clippy::disallowed_methods,
    reason = "a request must end in time, so somebody must look at the clock"
)]

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ureq::tls::{Certificate, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, http};
use url::Url;

use super::RegistryOptions;
use super::target::{Guarded, is_loopback, may_lead};
use crate::fetch::FetchError;

const CONNECT: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_secs(15);
const MAX_REDIRECTS: usize = 3;
const MAX_TRIES: u32 = 3;
const MAX_HEADERS: usize = 64 << 10;

/// The time that is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    until: Instant,
}

impl Session {
    pub(super) fn begin(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
        }
    }

    fn left(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// An answer with a body that was read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where it came from in the end.
    pub(super) url: Url,
    pub(super) body: Vec<u8>,
    /// `WWW-Authenticate`.
    pub(super) challenge: Option<String>,
    /// Where the next page is, as `Link` says.
    pub(super) next: Option<String>,
}

/// What sends requests: one pool of connections, and one for this machine, to which no proxy leads.
pub(super) struct Http {
    agent: Agent,
    local: Agent,
}

impl Http {
    pub(super) fn new(options: &RegistryOptions) -> Result<Self, FetchError> {
        let roots = match &options.authorities {
            None => RootCerts::PlatformVerifier,
            Some(pem) => RootCerts::from(certificates(pem)?),
        };
        let agent = |config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let tls = TlsConfig::builder()
                .root_certs(roots.clone())
                .unversioned_rustls_crypto_provider(provider)
                .build();
            let config = config
                .tls_config(tls)
                .http_status_as_error(false)
                .max_redirects(0)
                .timeout_connect(Some(CONNECT))
                .timeout_recv_response(Some(READ))
                .max_response_header_size(MAX_HEADERS)
                .max_idle_connections(32)
                .max_idle_connections_per_host(16)
                .user_agent(format!("weighbridge/{}", options.version));
            Agent::with_parts(config.build(), DefaultConnector::default(), Guarded::default())
        };
        Ok(Self {
            agent: agent(Agent::config_builder()),
            local: agent(Agent::config_builder().proxy(None)),
        })
    }

    /// Asks for `url`. An answer that is no success has no body. Redirects are followed where they may lead, without the login.
    pub(super) fn get(
        &self,
        session: &Session,
        url: &Url,
        accept: &str,
        authorization: Option<&str>,
        what: &'static str,
        limit: u64,
    ) -> Result<Answer, FetchError> {
        let mut url = url.clone();
        let mut authorization = authorization;
        for _ in 0..=MAX_REDIRECTS {
            let (answer, location) = self.tried(session, &url, accept, authorization, what, limit)?;
            let Some(location) = location else { return Ok(answer) };
            let refused = || FetchError::Redirect { host: host_of(&url) };
            let next = url.join(&location).map_err(|_| refused())?;
            if !may_lead(&url, &next) {
                return Err(refused());
            }
            if next.origin() != url.origin() {
                authorization = None;
            }
            url = next;
        }
        Err(FetchError::Redirect { host: host_of(&url) })
    }

    /// Tries again what may go better next time, as long as there is time.
    fn tried(
        &self,
        session: &Session,
        url: &Url,
        accept: &str,
        authorization: Option<&str>,
        what: &'static str,
        limit: u64,
    ) -> Result<(Answer, Option<String>), FetchError> {
        let mut pause = Duration::from_millis(250);
        for tries in 1.. {
            let mut request = http::Request::get(url.as_str()).header("accept", accept);
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            let request = request.body(()).map_err(|error| failed(url, &error.into()))?;
            let agent = self.agent_for(url);
            let request = agent
                .configure_request(request)
                .timeout_global(Some(session.left().max(Duration::from_millis(1))))
                .build();
            let result = agent.run(request);
            let is_last = tries >= MAX_TRIES || session.left() < 2 * pause;
            let wait = match &result {
                Ok(answer) if matches!(answer.status().as_u16(), 429 | 500..=599) => {
                    retry_after(answer).unwrap_or(pause)
                }
                Err(ureq::Error::Io(_) | ureq::Error::ConnectionFailed) => pause,
                _ => Duration::ZERO,
            };
            if is_last || wait.is_zero() || wait > session.left() {
                let answer = result.map_err(|error| failed(url, &error))?;
                return read(answer, url, what, limit);
            }
            thread::sleep(wait);
            pause *= 2;
        }
        unreachable!("the last try returns")
    }

    /// Posts a form, such as for a token. Follows no redirect.
    pub(super) fn post(
        &self,
        session: &Session,
        url: &Url,
        form: &[(&str, &str)],
        limit: u64,
    ) -> Result<Answer, FetchError> {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = http::Request::post(url.as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .map_err(|error| failed(url, &error.into()))?;
        let agent = self.agent_for(url);
        let request = agent
            .configure_request(request)
            .timeout_global(Some(session.left()))
            .build();
        let answer = agent.run(request).map_err(|error| failed(url, &error))?;
        read(answer, url, "the token", limit).map(|(answer, _)| answer)
    }

    fn agent_for(&self, url: &Url) -> &Agent {
        if is_loopback(url.host_str().unwrap_or_default()) {
            &self.local
        } else {
            &self.agent
        }
    }
}

/// The certificates in a PEM text.
fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, FetchError> {
    let wrong = || FetchError::Malformed {
        what: "the file with authorities",
        problem: "it holds no certificate in PEM".to_owned(),
    };
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let ureq::tls::PemItem::Certificate(certificate) = item.map_err(|_| wrong())? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(wrong());
    }
    Ok(found)
}

/// Reads an answer; of redirects also where they lead.
fn read(
    mut answer: http::Response<Body>,
    url: &Url,
    what: &'static str,
    limit: u64,
) -> Result<(Answer, Option<String>), FetchError> {
    let header = |name: &str| {
        let value = answer.headers().get(name)?;
        value.to_str().ok().map(ToOwned::to_owned)
    };
    let status = answer.status().as_u16();
    let location = matches!(status, 301 | 302 | 303 | 307 | 308)
        .then(|| header("location"))
        .flatten();
    let mut read = Answer {
        status,
        url: url.clone(),
        body: Vec::new(),
        challenge: header("www-authenticate"),
        next: header("link").as_deref().and_then(next_page),
    };
    if status == 200 {
        let body = answer.body_mut().with_config().limit(limit).read_to_vec();
        read.body = body.map_err(|error| {
            if is_too_long(&error) {
                FetchError::TooLong { what, limit }
            } else {
                failed(url, &error)
            }
        })?;
    }
    Ok((read, location))
}

/// The address in `<…>; rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    parameters.contains("next").then(|| address.to_owned())
}

/// How long the registry asks to wait, in seconds.
fn retry_after(answer: &http::Response<Body>) -> Option<Duration> {
    let text = answer.headers().get("retry-after")?.to_str().ok()?;
    text.trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
        .filter(|wait| !wait.is_zero())
}

/// The limit comes out of the reader, and so inside of an error of input and output.
fn is_too_long(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::BodyExceedsLimit(_) => true,
        ureq::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<ureq::Error>())
            .is_some_and(|inner| matches!(inner, ureq::Error::BodyExceedsLimit(_))),
        _ => false,
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn failed(url: &Url, error: &ureq::Error) -> FetchError {
    let problem = match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::HostNotFound => "there is no such host, or nothing is fetched from its address".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        ureq::Error::Rustls(_) => "the connection is not trusted".to_owned(),
        _ => "the connection failed".to_owned(),
    };
    FetchError::Connection {
        host: host_of(url),
        problem,
    }
}
