//! Where a request may go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

/// Whether `host`, with or without a port, is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    Url::parse(&format!("http://{host}/")).is_ok_and(|url| is_loopback_url(&url))
}

fn is_loopback_url(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether an answer of `from` may send to `to`: with TLS unless the registry itself has none, and to this machine only from this machine.
pub(super) fn may_lead(from: &Url, to: &Url) -> bool {
    let is_scheme = to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http");
    let has_login = !to.username().is_empty() || to.password().is_some();
    let is_outside = match to.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => !address.is_loopback() && !is_never(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !address.is_loopback() && !is_never(IpAddr::V6(address)),
        None => false,
    };
    is_scheme && !has_login && (is_outside || (is_loopback_url(from) && is_loopback_url(to)))
}

/// Addresses at which no registry is: those of the link, where clouds tell machines their credentials, and of nobody.
fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let is_metadata = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)].contains(&address);
            address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_multicast()
                || is_metadata
        }
        IpAddr::V6(address) => {
            let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
            let mapped = address
                .to_ipv4_mapped()
                .is_some_and(|mapped| is_never(IpAddr::V4(mapped)));
            let is_link_local = address.segments()[0] & 0xffc0 == 0xfe80;
            is_link_local || address.is_unspecified() || address.is_multicast() || address == metadata || mapped
        }
    }
}

/// Looks names up and leaves out addresses at which no registry is: a name may stand for any address.
#[derive(Debug, Default)]
pub(super) struct Guarded(DefaultResolver);

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        let good = |address: &&SocketAddr| !is_never(address.ip());
        found.iter().filter(good).for_each(|address| kept.push(*address));
        if kept.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(from: &str, to: &str) -> bool {
        may_lead(&Url::parse(from).unwrap(), &Url::parse(to).unwrap())
    }

    #[test]
    fn a_registry_sends_nobody_to_metadata_or_to_this_machine() {
        let registry = "https://registry.example/v2/";
        assert!(leads(registry, "https://blobs.example/x") && leads(registry, "https://10.0.0.7/x"));
        for to in [
            "http://blobs.example/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[fe80::1]/x",
            "https://[::ffff:169.254.169.254]/x",
            "https://[fd00:ec2::254]/x",
            "https://2852039166/x",
            "https://0xa9fea9fe/x",
            "https://localhost/x",
            "https://127.0.0.1/x",
            "https://0.0.0.0/x",
            "https://user@blobs.example/x",
            "file:///etc/passwd",
        ] {
            assert!(!leads(registry, to), "{to}");
        }
        assert!(leads("http://127.0.0.1:5000/v2/", "http://localhost:5001/x"));
        assert!(!leads("http://127.0.0.1:5000/v2/", "http://169.254.169.254/x"));
    }

    #[test]
    fn this_machine_is_known_by_its_addresses() {
        for host in [
            "localhost",
            "localhost:5000",
            "127.0.0.1:5000",
            "127.8.9.1",
            "[::1]:5000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        assert!(!is_loopback("localhost.example") && !is_loopback("10.0.0.1"));
    }
}
