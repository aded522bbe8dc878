//! One request, one answer: the seam between the clients and the network.

use std::fmt;

use thiserror::Error;

/// What carries requests to a forge.
pub trait Transport {
    /// Sends a request and waits for the answer, whatever its status. Follows no redirect.
    ///
    /// # Errors
    ///
    /// If there is no answer, or more of it than is read.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// A request. Its headers hold the token, so it has no `Debug`.
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
}

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Take away.
    Delete,
}

impl Method {
    /// The name in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status: 200.
    pub status: u16,
    /// `Link`: whether there is a next page.
    pub link: Option<String>,
    /// `X-Total-Count`: entries on all pages.
    pub total: Option<String>,
    /// `Location`: where a redirect would lead.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[source] Box<ureq::Error>),
    /// The answer is longer than is read.
    #[error("the answer is longer than {limit} bytes")]
    TooLong {
        /// What is read.
        limit: u64,
    },
}
