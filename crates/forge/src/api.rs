//! What the clients share: addresses, headers, JSON, pages, errors.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::transport::{Method, Request, Response, Transport};
use crate::{Address, ForgeError, Token};

/// Pages that are read of one list. More is an error, never a list that ends in silence.
const MAX_PAGES: usize = 40;
/// Of a forge's own words, so much is passed on.
const MAX_MESSAGE: usize = 300;

/// An API with its address and its headers.
pub(crate) struct Api {
    address: Address,
    headers: Vec<(&'static str, String)>,
    token: Token,
    transport: Box<dyn Transport>,
    /// How a page is made as long as it can be: `per_page=100`.
    page_size: &'static str,
}

impl Api {
    pub(crate) fn new(
        address: Address,
        headers: Vec<(&'static str, String)>,
        token: Token,
        transport: Box<dyn Transport>,
        page_size: &'static str,
    ) -> Self {
        Self {
            address,
            headers,
            token,
            transport,
            page_size,
        }
    }

    /// Reads one thing.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ForgeError> {
        let response = self.call(&self.address, Method::Get, path, None)?;
        shaped(Method::Get, path, &response)
    }

    /// Reads one thing that need not be there.
    pub(crate) fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ForgeError> {
        absent_is_none(self.get(path))
    }

    /// Reads a file as it is, asking for it as `accept` says; `None` if it is not there.
    pub(crate) fn text(&self, path: &str, accept: &str) -> Result<Option<String>, ForgeError> {
        let mut request = self.request(&self.address, Method::Get, path, None);
        request.headers.retain(|(name, _)| *name != "accept");
        request.headers.push(("accept", accept.to_owned()));
        let response = absent_is_none(self.answer(&request, path))?;
        Ok(response.map(|response| String::from_utf8_lossy(&response.body).into_owned()))
    }

    /// Reads all entries of a list.
    pub(crate) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ForgeError> {
        self.list_in(path, |page: Vec<T>| page)
    }

    /// Reads all entries of a list whose pages are more than a list.
    ///
    /// `X-Total-Count` counts if it is there (Gitea does not write `Link` everywhere), else `Link` does. The address in
    /// `Link` is never used: it could lead elsewhere.
    pub(crate) fn list_in<P: DeserializeOwned, T>(
        &self,
        path: &str,
        entries: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        for page in 1..=MAX_PAGES {
            let path = format!("{path}{joint}{}&page={page}", self.page_size);
            let response = self.call(&self.address, Method::Get, &path, None)?;
            let entries = entries(shaped(Method::Get, &path, &response)?);
            let is_empty = entries.is_empty();
            all.extend(entries);
            let total: Option<usize> = response.total.as_deref().and_then(|total| total.parse().ok());
            let has_more = match total {
                Some(total) => all.len() < total,
                None => response.link.is_some_and(|link| link.contains("rel=\"next\"")),
            };
            if is_empty || !has_more {
                return Ok(all);
            }
        }
        Err(ForgeError::TooMany {
            path: path.to_owned(),
            pages: MAX_PAGES,
        })
    }

    /// Changes something.
    pub(crate) fn send(&self, method: Method, path: &str, body: &Value) -> Result<(), ForgeError> {
        self.call(&self.address, method, path, Some(body)).map(drop)
    }

    /// Takes something away. That it is gone already is as good.
    pub(crate) fn delete(&self, path: &str) -> Result<(), ForgeError> {
        let response = self.call(&self.address, Method::Delete, path, None);
        absent_is_none(response).map(drop)
    }

    /// Asks something at another address of the same forge.
    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        address: &Address,
        path: &str,
        body: &Value,
    ) -> Result<T, ForgeError> {
        let response = self.call(address, Method::Post, path, Some(body))?;
        shaped(Method::Post, path, &response)
    }

    fn call(
        &self,
        address: &Address,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, ForgeError> {
        self.answer(&self.request(address, method, path, body), path)
    }

    fn request(&self, address: &Address, method: Method, path: &str, body: Option<&Value>) -> Request {
        Request {
            method,
            url: address.join(path),
            headers: self.headers.clone(),
            body: body.map(ToString::to_string),
        }
    }

    /// Sends the request; an answer that says no is an error.
    fn answer(&self, request: &Request, path: &str) -> Result<Response, ForgeError> {
        let method = request.method;
        let response = self.transport.send(request);
        let response = response.map_err(|source| ForgeError::NoAnswer {
            method,
            path: path.to_owned(),
            source,
        })?;
        match response.status {
            200..=299 => Ok(response),
            status @ 300..=399 => Err(ForgeError::Redirected {
                method,
                path: path.to_owned(),
                status,
                location: self
                    .token
                    .removed_from(response.location.as_deref().unwrap_or("nowhere")),
            }),
            status => Err(ForgeError::Refused {
                method,
                path: path.to_owned(),
                status,
                message: self.message(&response.body),
            }),
        }
    }

    /// What a forge says about its refusal: `message`, or `error` in some answers of GitLab.
    fn message(&self, body: &[u8]) -> String {
        #[derive(Deserialize)]
        struct Answer {
            message: Option<Value>,
            error: Option<Value>,
        }
        let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
            return String::new();
        };
        let said = match answer.message.or(answer.error) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => return String::new(),
            Some(value) => value.to_string(),
        };
        format!(": {}", self.said(&said))
    }

    /// A forge's own words, shortened and without the token.
    pub(crate) fn said(&self, words: &str) -> String {
        // The token goes first, so that no half of it stays at the cut.
        self.token.removed_from(words).chars().take(MAX_MESSAGE).collect()
    }
}

fn shaped<T: DeserializeOwned>(method: Method, path: &str, response: &Response) -> Result<T, ForgeError> {
    serde_json::from_slice(&response.body).map_err(|source| ForgeError::Shape {
        method,
        path: path.to_owned(),
        source,
    })
}

fn absent_is_none<T>(result: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(ForgeError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
