//! What an IP address tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{HostKind, HostOptions};

/// The kind of `address`, or none if it is public or made for documentation.
pub(super) fn address_kind(address: IpAddr, options: &HostOptions<'_>) -> Option<HostKind> {
    let known = match address {
        IpAddr::V4(address) => v4_kind(address),
        IpAddr::V6(address) => v6_kind(address),
    };
    known.or_else(|| is_own(address, options).then_some(HostKind::Private))
}

/// Whether `address` lies in a range of the organisation.
pub(super) fn is_own(address: IpAddr, options: &HostOptions<'_>) -> bool {
    let address = address.to_canonical();
    options.ranges.iter().any(|&(first, bits)| match (first, address) {
        (IpAddr::V4(first), IpAddr::V4(address)) => {
            let rest = 32_u32.saturating_sub(bits.into());
            (first.to_bits() ^ address.to_bits()).checked_shr(rest).unwrap_or(0) == 0
        }
        (IpAddr::V6(first), IpAddr::V6(address)) => {
            let rest = 128_u32.saturating_sub(bits.into());
            (first.to_bits() ^ address.to_bits()).checked_shr(rest).unwrap_or(0) == 0
        }
        _ => false,
    })
}

/// Sources: [RFC 1918](https://www.rfc-editor.org/rfc/rfc1918), [RFC 6598](https://www.rfc-editor.org/rfc/rfc6598),
/// [RFC 3927](https://www.rfc-editor.org/rfc/rfc3927) and the
/// [special-purpose registry](https://www.iana.org/assignments/iana-ipv4-special-registry/).
fn v4_kind(address: Ipv4Addr) -> Option<HostKind> {
    match address.octets() {
        // AWS, Azure and Google; containers of ECS and EKS; AWS time is harmless; Alibaba; Oracle.
        [169, 254, 169, 254] | [169, 254, 170, 2 | 23] | [100, 100, 100, 200] | [192, 0, 0, 192] => {
            Some(HostKind::Metadata)
        }
        [0, 0, 0, 0] | [127, ..] => Some(HostKind::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [169, 254, ..] => {
            Some(HostKind::Private)
        }
        [198, 18 | 19, ..] | [192, 0, 0, _] => Some(HostKind::Private),
        _ => None,
    }
}

/// Sources: [RFC 4193](https://www.rfc-editor.org/rfc/rfc4193), [RFC 4291](https://www.rfc-editor.org/rfc/rfc4291)
/// §2.4,
/// [RFC 6052](https://www.rfc-editor.org/rfc/rfc6052) §2.1 (NAT64).
fn v6_kind(address: Ipv6Addr) -> Option<HostKind> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return v4_kind(mapped);
    }
    match address.segments() {
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] => Some(HostKind::Metadata),
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some(HostKind::Loopback),
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            v4_kind(Ipv4Addr::new(a, b, c, d))
        }
        [0xfc00..=0xfdff | 0xfe80..=0xfebf, ..] => Some(HostKind::Private),
        _ => None,
    }
}

/// Whether `address/prefix` is one of the blocks that a standard sets apart: it tells nothing of a network.
pub(super) fn is_standard_block(address: Ipv4Addr, prefix: u8) -> bool {
    matches!(
        (address.octets(), prefix),
        ([10 | 127 | 0, 0, 0, 0], 8)
            | ([172, 16, 0, 0], 12)
            | ([192, 168, 0, 0] | [169, 254, 0, 0], 16)
            | ([100, 64, 0, 0], 10)
            | ([198, 18, 0, 0], 15)
            | ([192, 0, 0, 0], 24)
            | ([0, 0, 0, 0], 0)
            | ([169, 254, 169, 254], 0..=31)
    )
}
