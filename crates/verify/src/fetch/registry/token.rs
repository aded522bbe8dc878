//! Logins and tokens: one token for each repository, whoever asks first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use url::Url;

use super::challenge::{self, Challenge};
use super::http::{Answer, Http, Session};
use super::target::may_lead;
use crate::Reference;
use crate::fetch::{FetchError, Login, LoginSource};

/// An answer with a token is some kilobytes.
const MAX_ANSWER: u64 = 1 << 20;

/// The value of an `Authorization` header, once there is one. Has no `Debug`.
type Slot = Arc<Mutex<Option<String>>>;

/// The tokens of all repositories.
#[derive(Default)]
pub(super) struct Tokens {
    slots: Mutex<HashMap<String, Slot>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

impl Tokens {
    fn slot(&self, image: &Reference) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(image.name()).or_default().clone()
    }

    /// What was obtained before.
    pub(super) fn known(&self, image: &Reference) -> Option<String> {
        let slot = self.slot(image);
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        value.clone()
    }

    /// Obtains what the demand asks for; others who want the same wait and take it. `used` is what was refused.
    #[expect(
        clippy::too_many_arguments,
        reason = "who asks, what was refused, and what to ask with"
    )]
    pub(super) fn obtain(
        &self,
        image: &Reference,
        url: &Url,
        demand: Option<&str>,
        used: Option<&str>,
        logins: &dyn LoginSource,
        http: &Http,
        session: &Session,
    ) -> Result<String, FetchError> {
        let refused = || FetchError::Unauthorized {
            host: image.registry().to_owned(),
        };
        let slot = self.slot(image);
        let mut value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = value.as_ref().filter(|value| Some(value.as_str()) != used) {
            return Ok(value.clone());
        }
        let challenge = demand.and_then(challenge::parse).ok_or_else(refused)?;
        let login = logins
            .login(image.registry())
            .map_err(|problem| FetchError::Connection {
                host: image.registry().to_owned(),
                problem,
            })?;
        let obtained = match (challenge, login) {
            (Challenge::Basic, Some(Login::Basic { user, password })) => basic(&user, &password),
            (Challenge::Basic, _) => return Err(refused()),
            (Challenge::Bearer { realm, service }, login) => {
                let realm = Url::parse(&realm)
                    .ok()
                    .filter(|realm| may_lead(url, realm))
                    .ok_or_else(|| FetchError::Redirect {
                        host: image.registry().to_owned(),
                    })?;
                let scope = format!("repository:{}:pull", image.repository());
                let ask = Ask {
                    realm,
                    service: service.as_deref(),
                    scope: &scope,
                };
                let answer = ask.send(login.as_ref(), http, session)?;
                let token = token_of(&answer).ok_or_else(refused)?;
                format!("Bearer {token}")
            }
        };
        *value = Some(obtained.clone());
        Ok(obtained)
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{user}:{password}")))
}

/// The token of an answer; `None` if it has none or one that could be more than a header.
fn token_of(answer: &Answer) -> Option<String> {
    let parsed: TokenAnswer = serde_json::from_slice(&answer.body).ok()?;
    let token = parsed.token.or(parsed.access_token)?;
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (answer.status == 200 && is_token).then_some(token)
}

/// What is asked of the place that gives tokens.
struct Ask<'a> {
    realm: Url,
    service: Option<&'a str>,
    scope: &'a str,
}

impl Ask<'_> {
    /// Source: [token authentication](https://distribution.github.io/distribution/spec/auth/token/) and
    /// [with OAuth](https://distribution.github.io/distribution/spec/auth/oauth/).
    fn send(&self, login: Option<&Login>, http: &Http, session: &Session) -> Result<Answer, FetchError> {
        let service = self.service.unwrap_or_default();
        if let Some(Login::IdentityToken(token)) = login {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", "weighbridge"),
                ("service", service),
                ("scope", self.scope),
                ("refresh_token", token),
            ];
            return http.post(session, &self.realm, &form, MAX_ANSWER);
        }
        let mut url = self.realm.clone();
        let mut query = url.query_pairs_mut();
        if self.service.is_some() {
            query.append_pair("service", service);
        }
        query.append_pair("scope", self.scope);
        drop(query);
        let authorization = match login {
            Some(Login::Basic { user, password }) => Some(basic(user, password)),
            _ => None,
        };
        http.get(
            session,
            &url,
            "application/json",
            authorization.as_deref(),
            "the token",
            MAX_ANSWER,
        )
    }
}
