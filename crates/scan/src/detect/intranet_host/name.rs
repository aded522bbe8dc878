//! What a host name tells.

use super::{HostKind, HostOptions};

/// Where a name was found: the less a place says about hosts, the more the name itself must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In plain text.
    Bare,
    /// In plain text, before a port or behind `user@` or `//`.
    Addressed,
    /// In the authority of a URL.
    Url,
}

/// Names of the metadata services of clouds.
#[rustfmt::skip]
const METADATA: &[&str] = &[
    "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com",
];

/// Names that resolve to the machine itself.
#[rustfmt::skip]
const LOOPBACK: &[&str] = &[
    "localhost", "localhost.localdomain", "host.docker.internal", "gateway.docker.internal",
    "host.containers.internal", "localtest.me", "lvh.me", "ip6-localhost", "ip6-loopback",
];

/// Suffixes that no code and no file name has.
#[rustfmt::skip]
const CLEAR_SUFFIXES: &[&str] = &[
    "cluster.local", "home.arpa", "localdomain", "compute.internal", "ec2.internal",
];

/// Top-level labels that are private by a standard or by habit, and seldom the name of a field in code.
///
/// Sources: [ICANN on `.internal`](https://www.icann.org/en/board-activities-and-meetings/materials/approved-resolutions-special-meeting-of-the-icann-board-29-07-2024-en),
/// [RFC 6762 appendix G](https://www.rfc-editor.org/rfc/rfc6762#appendix-G).
const PRIVATE_SUFFIXES: &[&str] = &["internal", "corp", "intranet", "intra", "lan"];

/// Top-level labels that are private too, but common in code and file names: `settings.local`, `user.home`.
///
/// `.host` is not among them: it has been a public domain since 2014.
const VAGUE_SUFFIXES: &[&str] = &["local", "home", "private", "domain", "svc"];

/// Labels that mark the private part of a public domain: `git.corp.acme.com`.
const PRIVATE_LABELS: &[&str] = &["corp", "intra", "intranet", "internal", "lan"];

/// Last labels a plain-text name must have before [`PRIVATE_LABELS`] count.
const PUBLIC_SUFFIXES: &[&str] = &[
    "ai", "app", "at", "biz", "ch", "cloud", "cn", "co", "com", "de", "dev", "es", "eu", "fr", "hk", "in", "info",
    "io", "it", "jp", "kr", "net", "nl", "org", "ru", "se", "tech", "tw", "uk", "us", "xyz",
];

/// Labels that stand for a name the reader puts in.
#[rustfmt::skip]
const EXAMPLES: &[&str] = &[
    "addr", "address", "api-host", "aaa", "abc", "bar", "base-url", "base_url", "baseurl", "baz", "company",
    "contoso", "corporate", "domain", "endpoint", "example", "fabrikam", "foo", "fqdn", "foobar", "host", "host1",
    "host2", "hostname", "ip", "ip-address", "ip_address", "mycompany", "mydomain", "myhost", "mysite", "myserver",
    "name", "org", "organization", "remote", "remote-host", "server", "site", "some-host", "somehost", "somewhere",
    "sitename", "target", "test", "url", "user", "username", "website", "www", "xxx", "xxxx", "yyy", "zzz", "link",
    "path", "placeholder", "redacted", "hostport", "server-ip", "evil", "attacker", "malicious", "evil-server",
    "attacker-server", "page", "http", "https", "uri", "registry-url",
];

/// Words that name a service, so that `word:port` is a host.
#[rustfmt::skip]
const SERVICES: &[&str] = &[
    "artifactory", "consul", "elasticsearch", "etcd", "gitea", "gitlab", "grafana", "harbor", "jenkins", "kafka",
    "kibana", "keycloak", "loki", "mariadb", "memcached", "milvus", "minio", "mongo", "mongodb", "mysql", "nexus",
    "ollama", "opensearch", "postgres", "postgresql", "prometheus", "qdrant", "rabbitmq", "redis", "registry",
    "sonarqube", "triton", "vault", "vllm", "weaviate", "zookeeper",
];

/// Ports of services: a number that is neither a line nor a version.
const SERVICE_PORTS: &[u16] = &[
    1433, 1521, 2181, 2375, 2376, 2379, 3000, 3100, 3306, 4222, 4317, 4318, 5000, 5432, 5601, 5671, 5672, 6333, 6334,
    6379, 6443, 7474, 7687, 8000, 8001, 8080, 8081, 8082, 8086, 8088, 8123, 8200, 8443, 8500, 8888, 9000, 9042, 9090,
    9092, 9093, 9094, 9100, 9200, 9300, 9411, 9418, 9443, 11211, 11434, 15672, 16686, 19530, 26379, 27017, 27018,
];

/// The kind of `name`, canonical and in lower case, or none if it is public, an example or no name.
pub(super) fn name_kind(name: &str, place: Place, options: &HostOptions<'_>) -> Option<HostKind> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let labels: Vec<&str> = name.split('.').collect();
    if !labels.iter().all(|label| is_label(label)) {
        return None;
    }
    if METADATA.contains(&name) {
        return Some(HostKind::Metadata);
    }
    if LOOPBACK.contains(&name)
        || has_suffix(name, "localhost")
        || has_suffix(name, "localtest.me")
        || has_suffix(name, "lvh.me")
    {
        return (place > Place::Bare || name.contains('.')).then_some(HostKind::Loopback);
    }
    if options.suffixes.iter().any(|suffix| has_own_suffix(name, suffix)) {
        return Some(HostKind::IntranetName);
    }
    if labels.iter().any(|label| is_example(label)) || is_documentation(&labels) {
        return None;
    }
    if labels.len() == 1 {
        return (place == Place::Url && name.len() > 1).then_some(HostKind::SingleLabel);
    }
    is_intranet_name(name, &labels, place).then_some(HostKind::IntranetName)
}

/// Whether `name:port` in plain text names a host, though `name` has no dot.
pub(super) fn is_service(name: &str, port: u16) -> bool {
    let is_numbered = name.contains('-')
        && name.split('-').any(|part| {
            matches!(
                part,
                "prod" | "prd" | "stage" | "staging" | "db" | "srv" | "svc" | "server" | "node" | "cluster"
            )
        });
    SERVICE_PORTS.contains(&port) && (SERVICES.contains(&name) || (is_numbered && !name.split('-').any(is_example)))
}

fn is_intranet_name(name: &str, labels: &[&str], place: Place) -> bool {
    let last = labels[labels.len() - 1];
    if CLEAR_SUFFIXES.iter().any(|suffix| has_suffix(name, suffix))
        || name == "kubernetes.default"
        || has_suffix(name, "ts.net")
    {
        return labels.len() > 2 || place > Place::Bare || name == "kubernetes.default";
    }
    if has_suffix(name, "nip.io") || has_suffix(name, "sslip.io") {
        return wraps_private_address(labels);
    }
    if PRIVATE_SUFFIXES.contains(&last) {
        return place > Place::Bare || last != "internal" && !is_package(labels) || is_internal_host(labels);
    }
    if VAGUE_SUFFIXES.contains(&last) {
        return place > Place::Bare;
    }
    let private = labels.iter().position(|label| PRIVATE_LABELS.contains(label));
    match (private, place) {
        (Some(index), Place::Url) => index + 3 <= labels.len(),
        (Some(index), _) => {
            index + 3 <= labels.len() && labels.len() > 3 && PUBLIC_SUFFIXES.contains(&last) && !is_package(labels)
        }
        (None, _) => false,
    }
}

/// `vault.prod.internal`, `db-1.internal`; not `module.internal`, a field in code, nor `com.acme.internal`, a package.
fn is_internal_host(labels: &[&str]) -> bool {
    let is_host = labels.len() > 2 || labels[0].contains('-') || labels[0].bytes().any(|byte| byte.is_ascii_digit());
    is_host && !is_package(labels)
}

/// Names of packages begin where names of hosts end.
fn is_package(labels: &[&str]) -> bool {
    matches!(
        labels[0],
        "com"
            | "org"
            | "net"
            | "io"
            | "dev"
            | "cn"
            | "java"
            | "javax"
            | "jdk"
            | "sun"
            | "kotlin"
            | "this"
            | "self"
            | "torch"
            | "android"
            | "androidx"
    )
}

/// `10-1-2-3.nip.io`, `app.10.1.2.3.sslip.io`.
fn wraps_private_address(labels: &[&str]) -> bool {
    let inner = labels[..labels.len() - 2].join("-");
    let parts: Vec<&str> = inner.split('-').collect();
    parts.windows(4).any(|window| {
        let octets: Option<Vec<u8>> = window.iter().map(|part| part.parse().ok()).collect();
        let Some(&[a, b, c, d]) = octets.as_deref() else {
            return false;
        };
        matches!(
            super::address::address_kind([a, b, c, d].into(), &HostOptions::default()),
            Some(HostKind::Private | HostKind::Metadata)
        )
    })
}

/// Sources: [RFC 2606](https://www.rfc-editor.org/rfc/rfc2606), [RFC 6761](https://www.rfc-editor.org/rfc/rfc6761).
fn is_documentation(labels: &[&str]) -> bool {
    matches!(labels[labels.len() - 1], "test" | "invalid" | "example" | "onion")
}

fn is_example(label: &str) -> bool {
    EXAMPLES.contains(&label)
        || ["your", "my-", "my_", "example", "some-", "xxx"]
            .iter()
            .any(|prefix| label.starts_with(prefix))
        || ["-example", "-host", "-name"]
            .iter()
            .any(|suffix| label.ends_with(suffix))
        || label.contains("placeholder")
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() < 64
        && !label.starts_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn has_own_suffix(name: &str, suffix: &str) -> bool {
    let suffix = suffix.trim_start_matches('*').trim_matches('.').to_ascii_lowercase();
    !suffix.is_empty() && has_suffix(name, &suffix)
}
