use super::{HostKind, HostOptions, intranet_hosts};

fn found(text: &str) -> Vec<(HostKind, String)> {
    intranet_hosts(text.as_bytes(), &[], &HostOptions::default())
        .into_iter()
        .map(|hit| (hit.kind, hit.host))
        .collect()
}

#[track_caller]
fn assert_found(text: &str, kind: HostKind, host: &str) {
    assert_eq!(found(text), [(kind, host.to_owned())], "{text}");
}

#[track_caller]
fn assert_none(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn every_notation_of_an_address_is_one_host() {
    for text in [
        "http://10.0.0.1/x",
        "http://167772161/",
        "http://0x0a000001:80",
        "http://012.0.0.1",
        "https://10.1",
        "http://１０.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:a00:1]/",
    ] {
        assert_found(text, HostKind::Private, "10.0.0.1");
    }
    assert_found("http://[64:ff9b::10.0.0.1]/", HostKind::Private, "[64:ff9b::a00:1]");
    assert_found("http://[fe80::1%25eth0]:80/", HostKind::Private, "[fe80::1]");
}

#[test]
fn metadata_services_are_their_own_kind() {
    for text in [
        "http://169.254.169.254/latest",
        "bare 169.254.169.254, too",
        "http://2852039166/",
        "169.254.170.2",
        "http://100.100.100.200/",
        "metadata.google.internal",
        "http://metadata.google.internal/x",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:a9fe:a9fe]/",
    ] {
        assert!(matches!(found(text).as_slice(), [(HostKind::Metadata, _)]), "{text}");
    }
}

#[test]
fn private_addresses_are_found_without_a_scheme() {
    for text in [
        "10.1.2.3:8080",
        "ssh ops@10.1.2.3",
        "the server 10.1.2.3 is",
        "192.168.1.7",
        "VPC 10.2.0.0/16",
        "**192.168.1.7**",
        "地址是10.1.2.3，请",
        "peers=192.168.1.7:1",
        "trustedProxyIPs: [\"10.1.2.3\"]",
        "server_ip=10.1.2.3",
        "::ffff:10.1.2.3",
        "100.64.1.2:80",
        "fd12:3456::1",
        "gateway 172.16.0.1.",
    ] {
        assert!(
            matches!(found(text).as_slice(), [(HostKind::Private, _)]),
            "{text}: {:?}",
            found(text)
        );
    }
}

#[test]
fn numbers_are_no_addresses() {
    assert_none(&[
        "version 10.2.4.1",
        "Chrome/10.0.0.1",
        "10.2.4.1",
        "v10.2.4.1",
        "1.3.6.1.4.1.10.2.3.4",
        "10.2.4.1-beta",
        "macOS 10.15.7.1 on a server",
        "10.2.4",
        "$172.16",
        "999.168.1.1",
        "0.0.0.0",
    ]);
}

#[test]
fn documentation_and_standard_blocks_tell_nothing() {
    assert_none(&[
        "http://192.0.2.1/",
        "198.51.100.7:80",
        "203.0.113.9",
        "http://[2001:db8::1]/",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "https://example.com",
        "http://git.example.org:80",
        "http://a.test/",
        "http://b.invalid/",
        "http://c.example/",
    ]);
}

#[test]
fn intranet_names_are_found() {
    for text in [
        "https://jenkins.acme.corp/x",
        "vault.prod.internal",
        "git.corp.acme.com",
        "http://x.internal.acme.co.uk/",
        "llm.gpu.svc.cluster.local",
        "http://llm.gpu.svc:8000",
        "//wiki.intranet/x",
        "db01.lan:5432",
        "git@git.acme.corp:team/x.git",
        "nas.home.arpa",
        "http://mini.local:80",
        "http://box.tail1234.ts.net/",
        "http://10-1-2-3.nip.io/",
        "jdbc:postgresql://db.acme.internal:5432/x",
        "mongodb+srv://db.acme.corp/x",
        r"\\files.acme.corp\x",
        "kubernetes.default.svc:443",
        "文档:https://wiki.acme.internal，仅限",
    ] {
        assert!(
            matches!(found(text).as_slice(), [(HostKind::IntranetName, _)]),
            "{text}: {:?}",
            found(text)
        );
    }
}

#[test]
fn code_and_files_are_no_hosts() {
    assert_none(&[
        "settings.local.json",
        ".env.local",
        "config.local",
        "module.internal",
        "com.acme.internal.Foo",
        "org.acme.corp",
        "user.home",
        "this.x.internal",
        "x.y.internal()",
        "github.com/x/internal/y",
        "http://www.w3.org/1999/xhtml",
        "CLAUDE.local.md",
        "foo.internal = 3",
        "lib/x.y.internal",
        "request.host:80",
        "https://corp.com/",
    ]);
}

#[test]
fn single_labels_need_a_network_around_them() {
    assert_found("http://jenkins/job", HostKind::SingleLabel, "jenkins");
    assert_found("redis:6379", HostKind::SingleLabel, "redis");
    assert_found("db-prod-01:5432", HostKind::SingleLabel, "db-prod-01");
    assert_found("git@gitlab:team/x", HostKind::SingleLabel, "gitlab");
    assert_none(&[
        "redis:7",
        "note:8080",
        "main.rs:5432",
        "jenkins",
        "image:tag",
        "git@host:x",
    ]);
}

#[test]
fn schemes_that_are_no_network_name_no_hosts() {
    assert_none(&[
        "resource://data",
        "user://{id}",
        "config://app",
        "chrome://flags",
        "s3://bucket/x",
        "file://host/x",
    ]);
}

#[test]
fn hosts_that_stand_for_others_are_none() {
    assert_none(&[
        "http://host:8080",
        "https://your-server/",
        "http://hostname/",
        "http://<host>/",
        "http://{host}/",
        "http://$HOST/",
        "http://${HOST}:80",
        "http://target/",
        "http://HOST:80/",
        "https://github…",
        "https://docs...",
        "https://git.your-company.internal/",
        "http://x*",
        r"https://hooks\.slack\.com/",
        "http://gateway-host:80",
    ]);
}

#[test]
fn the_machine_itself_is_loopback() {
    for text in [
        "http://localhost:3000/x",
        "localhost:3000",
        "127.0.0.1",
        "http://[::1]:80",
        "http://0x7f000001/",
        "http://app.localhost/",
        "host.docker.internal:80",
        "0.0.0.0:8080",
        "http://2130706433/",
    ] {
        assert!(
            matches!(found(text).as_slice(), [(HostKind::Loopback, _)]),
            "{text}: {:?}",
            found(text)
        );
    }
    assert_none(&["on localhost, run", "localhost.example.com", "std::1st"]);
}

#[test]
fn a_password_is_spanned_without_its_url() {
    let text = "postgres://app:kX9vTq2LmW@db.acme.io/x";

    let hits = intranet_hosts(text.as_bytes(), &[], &HostOptions::default());

    assert_eq!(hits.len(), 1);
    assert_eq!(
        (hits[0].kind, &text[hits[0].start..hits[0].end], hits[0].host.as_str()),
        (HostKind::UrlPassword, "kX9vTq2LmW", "db.acme.io")
    );
}

#[test]
fn a_password_with_reserved_characters_is_found() {
    for text in [
        "https://a:kX9#vT?q2L@git.acme.io/x",
        "https://a:kX9!vT&q2L@git.acme.io",
        "redis://:kX9vTq2LmW@git.acme.io:1/0",
    ] {
        assert!(
            matches!(found(text).as_slice(), [(HostKind::UrlPassword, host)] if host == "git.acme.io"),
            "{text}"
        );
    }
}

#[test]
fn a_password_in_front_of_a_placeholder_is_found() {
    let text = b"https://a:kX9vTq2LmW@HOST/x";

    let hits = intranet_hosts(text, &[(21, 25)], &HostOptions::default());

    assert_eq!(
        hits.iter().map(|hit| (hit.kind, hit.host.as_str())).collect::<Vec<_>>(),
        [(HostKind::UrlPassword, "")]
    );
}

#[test]
fn a_password_behind_a_placeholder_leaves_the_host() {
    let text = b"https://a:SECRET@git.acme.corp/x";

    let hits = intranet_hosts(text, &[(10, 16)], &HostOptions::default());

    assert_eq!(
        hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(),
        [HostKind::IntranetName]
    );
}

#[test]
fn example_passwords_are_none() {
    assert_none(&[
        "scheme://user:pass@host:80",
        "https://user:password@git.acme.io",
        "https://a:<token>@git.acme.io",
        "https://a:$TOKEN@git.acme.io",
        "https://a:YOUR_TOKEN@git.acme.io",
        "https://a:xxxxxx@git.acme.io",
        "https://a:kX9vTq2LmW@example.com",
        "https://x.io/?to=a:b@c.d",
    ]);
    assert_found(
        "postgres://postgres:postgres@localhost:5432/x",
        HostKind::Loopback,
        "localhost",
    );
}

#[test]
fn what_stands_before_an_at_sign_is_no_host() {
    assert_found("http://www.acme.io@10.0.0.1/", HostKind::Private, "10.0.0.1");
    assert_none(&["http://10.0.0.1@www.acme.io/"]);
}

#[test]
fn a_host_in_the_query_of_a_public_url_is_found_with_its_scheme() {
    assert_found(
        "https://www.acme.io/?next=http://10.0.0.1/x",
        HostKind::Private,
        "10.0.0.1",
    );
    assert_none(&["https://www.acme.io/a/vault.prod.internal"]);
}

#[test]
fn suffixes_of_an_organisation_are_intranet() {
    let suffixes = [".acme-inside.io".to_owned()];

    let hits = intranet_hosts(
        b"see wiki.acme-inside.io and https://acme-inside.iota/",
        &[],
        &HostOptions {
            suffixes: &suffixes,
            ranges: &[],
        },
    );

    assert_eq!(
        hits.iter().map(|hit| (hit.start, hit.kind)).collect::<Vec<_>>(),
        [(4, HostKind::IntranetName)]
    );
}

#[test]
fn any_bytes_are_read_without_a_panic_and_in_order() {
    let pieces: &[&[u8]] = &[
        b"://",
        b"http://",
        b"10.",
        b"0.0.1",
        b"@",
        b":",
        b"[",
        b"]",
        b"::1",
        b"fd00:",
        b".corp",
        b"\xef\xbc",
        b"\xff",
        b"a",
        b"/",
        b" ",
        b"%",
        b"{",
    ];
    let mut state = 5_u32;
    for _ in 0..20_000 {
        let mut text = Vec::new();
        for _ in 0..14 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(state >> 24) as usize % pieces.len()]);
        }
        let middle = text.len() / 2;

        let mut start = 0;
        for hit in intranet_hosts(&text, &[(middle / 2, middle)], &HostOptions::default()) {
            assert!(
                start <= hit.start && hit.start < hit.end && hit.end <= text.len(),
                "{text:?}"
            );
            start = hit.start;
        }
    }
}

#[test]
fn addresses_of_the_organisation_are_private() {
    let ranges = [
        ("203.0.113.0".parse().unwrap(), 24),
        ("2001:db8:5::".parse().unwrap(), 48),
    ];
    let options = HostOptions {
        suffixes: &[],
        ranges: &ranges,
    };
    let hits = |text: &str| {
        let hits = intranet_hosts(text.as_bytes(), &[], &options);
        hits.into_iter().map(|hit| (hit.kind, hit.host)).collect::<Vec<_>>()
    };

    assert_eq!(
        hits("Ask 203.0.113.7, http://0xcb007108/ and http://[2001:db8:5::1]/ or 2001:db8:5::2."),
        [
            (HostKind::Private, "203.0.113.7".to_owned()),
            (HostKind::Private, "203.0.113.8".to_owned()),
            (HostKind::Private, "[2001:db8:5::1]".to_owned()),
            (HostKind::Private, "[2001:db8:5::2]".to_owned()),
        ]
    );
    assert_eq!(hits("Ask 203.0.114.7 or http://[2001:db8:6::1]/."), []);
}
