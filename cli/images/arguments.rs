//! The flags about images: whom to trust, and where signatures are.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Whether and how images are verified.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct ImageArguments {
    /// Verify the signatures of the images that the files name; nothing is fetched without it
    #[arg(long)]
    pub(crate) verify: bool,
    /// Whether the run is incomplete if there is no image to verify.
    #[arg(skip)]
    pub(crate) demands_images: bool,
    /// Whom to trust.
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Where signatures are.
    #[command(flatten)]
    pub(crate) source: SourceArguments,
}

/// Whom to trust. Read from these flags alone, never from what is looked at.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct TrustArguments {
    /// Who must vouch for which images: Sigstore's `ClusterImagePolicy`, our `ImageRules`, or (`.json`) a `containers-policy.json`. May be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) image_policy: Vec<PathBuf>,
    /// A root of your own, `trusted_root.json`, under the name with which policies refer to it; `public-good` and `github` come with weighbridge
    #[arg(long, value_name = "NAME=FILE", value_parser = pair)]
    pub(crate) trusted_root: Vec<(String, String)>,
}

/// Where signatures are.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct SourceArguments {
    /// An OCI image layout, as a folder or tar archive, in which images are looked for first. May be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) layout: Vec<PathBuf>,
    /// Open no connection; images that no layout has could not be verified
    #[arg(long)]
    pub(crate) offline: bool,
    /// Certificates of authorities (PEM) that count for registries instead of those of the system
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) registry_ca: Option<PathBuf>,
    /// A registry to speak to without TLS; addresses of this machine always are
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
    /// Seconds that the signatures of one image may take to fetch
    #[arg(long, value_name = "SECONDS", default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) image_timeout: u64,
    /// Where the images of a registry, or below a path in one, are looked for first: `docker.io=mirror.corp.example/hub`
    #[arg(long, value_name = "FROM=TO", value_parser = pair)]
    pub(crate) mirror: Vec<(String, String)>,
}

/// Who must have signed, said by flags.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Signer")]
pub(crate) struct SignerArguments {
    /// A public key in PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["certificate_identity", "certificate_identity_regexp"])]
    pub(crate) key: Option<PathBuf>,
    /// Whom the certificate must name: an e-mail address or URI
    #[arg(long, value_name = "IDENTITY", conflicts_with = "certificate_identity_regexp")]
    pub(crate) certificate_identity: Option<String>,
    /// The same as a regular expression; anchor it
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// Who must vouch for that identity
    #[arg(long, value_name = "URL", conflicts_with = "certificate_oidc_issuer_regexp")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// The same as a regular expression; anchor it
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_oidc_issuer_regexp: Option<String>,
    /// The root whose authorities and logs count, by its name
    #[arg(long, value_name = "NAME", default_value = "public-good")]
    pub(crate) root: String,
    /// With `--key`: a log of the root must hold the signature
    #[arg(long, requires = "key")]
    pub(crate) require_log: bool,
    /// A statement of this type must be there, signed by them: `slsaprovenance1`, or the whole address
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) predicate_type: Option<String>,
    /// What the predicate of the statement must say: `/runDetails/builder/id=https://…`. May be repeated
    #[arg(long, value_name = "POINTER=VALUE", value_parser = pair, requires = "predicate_type")]
    pub(crate) predicate: Vec<(String, String)>,
}

impl SignerArguments {
    /// Whether the flags say who must have signed.
    pub(crate) fn is_given(&self) -> bool {
        self.key.is_some() || self.certificate_identity.is_some() || self.certificate_identity_regexp.is_some()
    }
}

/// `LEFT=RIGHT`, both of them something.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok((left.to_owned(), right.to_owned())),
        _ => Err("write it as LEFT=RIGHT".to_owned()),
    }
}
