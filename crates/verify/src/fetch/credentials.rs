//! Logins as Docker and podman keep them.
//!
//! Source: [docker login, "Credential stores"](https://docs.docker.com/reference/cli/docker/login/#credential-stores).

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use serde::Deserialize;
use thiserror::Error;

/// A login. Has no `Debug` that would show it.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// A name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that is traded for others.
    IdentityToken(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

/// Whom to ask for the login of a registry.
pub trait LoginSource: Sync {
    /// The login for `host`; `None` to go on without.
    ///
    /// # Errors
    ///
    /// A login is configured and cannot be had.
    fn login(&self, host: &str) -> Result<Option<Login>, String>;
}

/// Why a file with logins cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// It is no such file.
    #[error("it is no configuration of Docker: {0}")]
    Malformed(String),
    /// An entry is none.
    #[error("the entry for `{host}` is no login")]
    Entry {
        /// The registry.
        host: String,
    },
}

/// `config.json` of Docker, or `auth.json` of podman.
#[derive(Debug, Default, Deserialize)]
pub struct DockerConfig {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
    #[serde(rename = "identitytoken")]
    token: Option<String>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry(…)")
    }
}

impl DockerConfig {
    /// The configuration with this text.
    ///
    /// # Errors
    ///
    /// It is none. The message holds no part of the text but a line.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        serde_json::from_str(text).map_err(|error| CredentialError::Malformed(format!("line {}", error.line())))
    }

    /// The name of the program that knows the login for `host`: `docker-credential-NAME`.
    pub fn helper(&self, host: &str) -> Option<&str> {
        let names = names_of(host);
        let own = names.iter().find_map(|name| self.helpers.get(name));
        own.or(self.store.as_ref())
            .map(String::as_str)
            .filter(|name| is_program(name))
    }

    /// The login for `host` that stands in the file itself.
    ///
    /// # Errors
    ///
    /// An entry that is no login.
    pub fn login(&self, host: &str) -> Result<Option<Login>, CredentialError> {
        let wrong = || CredentialError::Entry { host: host.to_owned() };
        let names = names_of(host);
        let Some(entry) = names.iter().find_map(|name| self.auths.get(name)) else {
            return Ok(None);
        };
        if let Some(token) = entry.token.as_ref().filter(|token| !token.is_empty()) {
            return Ok(Some(Login::IdentityToken(token.clone())));
        }
        let Some(auth) = entry.auth.as_ref().filter(|auth| !auth.is_empty()) else {
            return Ok(None);
        };
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(auth)
            .map_err(|_| wrong())?;
        let text = String::from_utf8(bytes).map_err(|_| wrong())?;
        let (user, password) = text.split_once(':').ok_or_else(wrong)?;
        Ok(Some(Login::Basic {
            user: user.to_owned(),
            password: password.trim_end_matches('\0').to_owned(),
        }))
    }
}

/// The keys under which the login for a registry may stand.
fn names_of(host: &str) -> Vec<String> {
    let mut names = vec![host.to_owned(), format!("https://{host}"), format!("http://{host}")];
    if host == "docker.io" {
        names.extend(["https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io"].map(str::to_owned));
    }
    names
}

/// The name becomes that of a program: nothing but letters, digits and dashes.
fn is_program(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_found_as_docker_finds_them() {
        let auth = base64::engine::general_purpose::STANDARD.encode("someone:pass:word");
        let text = format!(
            r#"{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{auth}"}}}}, "credHelpers": {{"ghcr.io": "secretservice", "x.example": "../evil"}}}}"#
        );
        let config = DockerConfig::parse(&text).unwrap();

        let login = config.login("docker.io").unwrap();

        let (user, password) = ("someone".to_owned(), "pass:word".to_owned());
        assert_eq!(login, Some(Login::Basic { user, password }));
        assert_eq!(config.login("quay.io").unwrap(), None);
        assert_eq!(config.helper("ghcr.io"), Some("secretservice"));
        assert_eq!(config.helper("x.example"), None);
        assert!(!format!("{login:?}{config:?}").contains("word"));
    }
}
