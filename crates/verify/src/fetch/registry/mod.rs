//! Registries, over the distribution API.
//!
//! A registry is hostile until shown otherwise: every answer has a length, every image a time, every redirect a place where it may lead.
//! Source: [OCI distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md).

mod challenge;
mod http;
mod target;
mod token;

use std::fmt;
use std::time::Duration;

use url::Url;

use self::http::{Answer, Http, Session};
use self::token::Tokens;
use super::document::{Descriptor, Document};
use super::{FetchError, LoginSource, Referrers, Store};
use crate::authority::is_below;
use crate::{ImageDigest, Reference};

/// What registries must accept at least, and no more is read.
const MAX_MANIFEST: u64 = 4 << 20;
const MAX_PAGES: usize = 10;
const MAX_REFERRERS: usize = 1000;

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// How registries are reached.
#[derive(Clone, Debug, Default)]
pub struct RegistryOptions {
    /// Certificates of authorities in PEM that count instead of those of the platform.
    pub authorities: Option<Vec<u8>>,
    /// Hosts, with their port if they have one, that are spoken to without TLS. Addresses of this machine always are.
    pub insecure: Vec<String>,
    /// Where images are looked for first.
    pub mirrors: Vec<Mirror>,
    /// What one image may take, retries and all.
    pub time_per_image: Duration,
    /// The version that is named to registries.
    pub version: String,
}

/// A place that holds the images of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// What the name of an image begins with: a registry or a path in one.
    pub from: String,
    /// What is taken instead.
    pub to: String,
}

/// All registries: one pool of connections, one token for each repository.
pub struct Registry<'l> {
    http: Http,
    tokens: Tokens,
    logins: &'l dyn LoginSource,
    options: RegistryOptions,
}

impl fmt::Debug for Registry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry(…)")
    }
}

impl<'l> Registry<'l> {
    /// A client with these options and logins.
    ///
    /// # Errors
    ///
    /// Certificates that are none.
    pub fn new(options: RegistryOptions, logins: &'l dyn LoginSource) -> Result<Self, FetchError> {
        Ok(Self {
            http: Http::new(&options)?,
            tokens: Tokens::default(),
            logins,
            options,
        })
    }

    /// The store for one image, whose time begins now.
    pub fn for_one_image(&self) -> OneImage<'_> {
        OneImage {
            registry: self,
            session: Session::begin(self.options.time_per_image),
        }
    }

    /// The names under which the image may be found, mirrors first.
    fn places(&self, image: &Reference) -> Vec<Reference> {
        let name = image.name();
        let mirrors = self
            .options
            .mirrors
            .iter()
            .filter(|mirror| is_below(&name, &mirror.from));
        let mut places: Vec<_> = mirrors
            .filter_map(|mirror| image.moved(&mirror.from, &mirror.to).ok())
            .collect();
        places.push(image.clone());
        places
    }

    fn base(&self, image: &Reference) -> Result<Url, FetchError> {
        let host = match image.registry() {
            "docker.io" => "registry-1.docker.io",
            other => other,
        };
        let is_plain = target::is_loopback(host) || self.options.insecure.iter().any(|one| one == image.registry());
        let scheme = if is_plain { "http" } else { "https" };
        Url::parse(&format!("{scheme}://{host}/v2/{}/", image.repository())).map_err(|_| FetchError::Malformed {
            what: "the name of the registry",
            problem: "it is no host".to_owned(),
        })
    }
}

/// A [`Store`] that asks registries about one image.
#[derive(Debug)]
pub struct OneImage<'r> {
    registry: &'r Registry<'r>,
    session: Session,
}

/// What is asked of a registry, below the address of the repository.
#[derive(Clone, Copy)]
struct Ask<'a> {
    path: &'a str,
    accept: &'a str,
    what: &'static str,
    limit: u64,
}

impl OneImage<'_> {
    /// The first answer of the places; `None` if none of them has it.
    fn get(&self, image: &Reference, ask: Ask<'_>) -> Result<Option<Answer>, FetchError> {
        let mut problem = None;
        for place in self.registry.places(image) {
            match self.get_at(&place, ask) {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => {}
                // A mirror that does not answer keeps nobody from asking the next.
                Err(error) => problem = Some(error),
            }
        }
        problem.map_or(Ok(None), Err)
    }

    fn get_at(&self, place: &Reference, ask: Ask<'_>) -> Result<Option<Answer>, FetchError> {
        let base = self.registry.base(place)?;
        let url = base.join(ask.path).map_err(|_| FetchError::Malformed {
            what: ask.what,
            problem: "it makes no address".to_owned(),
        })?;
        self.get_url(place, &url, ask)
    }

    fn get_url(&self, place: &Reference, url: &Url, ask: Ask<'_>) -> Result<Option<Answer>, FetchError> {
        let registry = self.registry;
        let http = &registry.http;
        let known = registry.tokens.known(place);
        let mut answer = http.get(&self.session, url, ask.accept, known.as_deref(), ask.what, ask.limit)?;
        if answer.status == 401 {
            let challenge = answer.challenge.take();
            let token = registry.tokens.obtain(
                place,
                url,
                challenge.as_deref(),
                known.as_deref(),
                registry.logins,
                http,
                &self.session,
            )?;
            answer = http.get(&self.session, url, ask.accept, Some(&token), ask.what, ask.limit)?;
        }
        let host = || place.registry().to_owned();
        match answer.status {
            200 => Ok(Some(answer)),
            404 => Ok(None),
            401 | 403 => Err(FetchError::Unauthorized { host: host() }),
            status => Err(FetchError::Status { host: host(), status }),
        }
    }

    fn manifest(&self, image: &Reference, name: &str) -> Result<Option<Vec<u8>>, FetchError> {
        let path = format!("manifests/{name}");
        let ask = Ask {
            path: &path,
            accept: MANIFESTS,
            what: "the manifest",
            limit: MAX_MANIFEST,
        };
        Ok(self.get(image, ask)?.map(|answer| answer.body))
    }

    /// What the referrers API says; `None` if the registry has none.
    fn api(&self, image: &Reference, digest: &ImageDigest) -> Result<Option<Vec<Descriptor>>, FetchError> {
        let path = format!("referrers/{digest}");
        let ask = Ask {
            path: &path,
            accept: INDEX,
            what: "the list of referrers",
            limit: MAX_MANIFEST,
        };
        let answer = match self.get(image, ask) {
            Ok(answer) => answer,
            // What registries without the API say.
            Err(FetchError::Status {
                status: 400 | 405 | 406 | 501,
                ..
            }) => None,
            Err(error) => return Err(error),
        };
        let Some(mut answer) = answer else { return Ok(None) };
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            all.extend(index(&answer.body)?);
            let Some(next) = answer.next.take().filter(|_| all.len() <= MAX_REFERRERS) else {
                return Ok(Some(all));
            };
            // The next page of the same list at the same place: no link chooses another host.
            let url = answer
                .url
                .join(&next)
                .ok()
                .filter(|url| url.origin() == answer.url.origin() && url.path().starts_with("/v2/"));
            let host = || image.registry().to_owned();
            let url = url.ok_or_else(|| FetchError::Redirect { host: host() })?;
            let Some(page) = self.get_url(image, &url, ask)? else {
                return Ok(Some(all));
            };
            answer = page;
        }
        Err(FetchError::Malformed {
            what: "the list of referrers",
            problem: format!("it has more than {MAX_PAGES} pages"),
        })
    }
}

fn index(bytes: &[u8]) -> Result<Vec<Descriptor>, FetchError> {
    match Document::read(bytes)? {
        Document::Index(list) => Ok(list),
        Document::Manifest(_) => Err(FetchError::Malformed {
            what: "the list of referrers",
            problem: "it is no index".to_owned(),
        }),
    }
}

/// Whether what a descriptor announces could be a signature; an announcement that is missing could be anything.
fn may_be_signature(descriptor: &Descriptor) -> bool {
    let kind = descriptor.artifact_type.as_str();
    let known = [
        "application/vnd.dev.sigstore.bundle",
        "application/vnd.oci.empty",
        "application/vnd.cncf.notary",
    ];
    kind.is_empty() || known.iter().any(|start| kind.starts_with(start))
}

impl Store for OneImage<'_> {
    fn manifest_by_tag(&self, image: &Reference, tag: &str) -> Result<Option<Vec<u8>>, FetchError> {
        self.manifest(image, tag)
    }

    fn manifest_by_digest(&self, image: &Reference, digest: &ImageDigest) -> Result<Option<Vec<u8>>, FetchError> {
        match self.manifest(image, digest.as_str())? {
            Some(bytes) if !digest.is_of(&bytes) => Err(FetchError::OtherContent { what: "the manifest" }),
            other => Ok(other),
        }
    }

    fn blob(&self, image: &Reference, digest: &ImageDigest, limit: u64) -> Result<Vec<u8>, FetchError> {
        let path = format!("blobs/{digest}");
        let ask = Ask {
            path: &path,
            accept: "*/*",
            what: "a signature",
            limit,
        };
        let answer = self.get(image, ask)?.ok_or(FetchError::NotFound)?;
        if digest.is_of(&answer.body) {
            Ok(answer.body)
        } else {
            Err(FetchError::OtherContent { what: "a signature" })
        }
    }

    fn referrers(&self, image: &Reference, digest: &ImageDigest) -> Result<Referrers, FetchError> {
        let listed = match self.api(image, digest)? {
            Some(list) if !list.is_empty() => list,
            // Some registries answer with nothing and keep the list under a tag all the same.
            _ => match self.manifest(image, &digest.tag(""))? {
                Some(bytes) => index(&bytes)?,
                None => Vec::new(),
            },
        };
        let mut digests: Vec<_> = listed
            .into_iter()
            .filter(may_be_signature)
            .map(|one| one.digest)
            .collect();
        let more = digests.len().saturating_sub(MAX_REFERRERS);
        digests.truncate(MAX_REFERRERS);
        let gap = (more > 0).then(|| format!("{more} more referrers were not looked at"));
        Ok(Referrers { digests, gap })
    }
}
