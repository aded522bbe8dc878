//! HTTP with `ureq`: the only place of weighbridge that opens a connection.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http;
use ureq::tls::{RootCerts, TlsConfig};

use crate::Address;
use crate::transport::{Request, Response, Transport, TransportError};

/// An answer of a forge is some kilobytes a page.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const WHOLE_CALL: Duration = Duration::from_mins(1);

/// Sends requests over the network.
#[derive(Debug)]
pub struct Http {
    agent: Agent,
}

impl Http {
    /// A sender for this address and no other scheme.
    ///
    /// Certificates are checked against the roots of the platform, so the authority of an organisation counts. A
    /// redirect is not followed: it could carry the token to another host.
    pub fn new(address: &Address, version: &str) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE_CALL))
            .user_agent(format!("weighbridge/{version}"))
            .accept("application/json");
        let config = if address.is_loopback() {
            config.proxy(None)
        } else {
            config
        };
        Self {
            agent: config.build().new_agent(),
        }
    }
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let failed = |error| TransportError::Connection(Box::new(error));
        let mut builder = http::Request::builder().method(request.method.name()).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let answer = match &request.body {
            Some(body) => {
                let builder = builder.header("content-type", "application/json");
                let whole = builder.body(body.as_str()).map_err(|error| failed(error.into()))?;
                self.agent.run(whole)
            }
            None => self.agent.run(builder.body(()).map_err(|error| failed(error.into()))?),
        };
        let mut answer = answer.map_err(failed)?;
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(ToOwned::to_owned)
        };
        let response = Response {
            status: answer.status().as_u16(),
            link: header("link"),
            total: header("x-total-count"),
            location: header("location"),
            body: Vec::new(),
        };
        let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
        match body {
            Ok(body) => Ok(Response { body, ..response }),
            Err(error) if is_too_long(&error) => Err(TransportError::TooLong { limit: MAX_ANSWER }),
            Err(error) => Err(failed(error)),
        }
    }
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
