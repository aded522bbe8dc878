//! Registries on the loopback interface: one that serves the fixtures as it should, and hostile ones.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::images::{fixture, policy};
use crate::support::{Folder, Ran};

/// How a registry behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// As the specification says, with the referrers API.
    Good,
    /// The same without the API.
    WithoutApi,
    /// The API answers with nothing, and the list is under a tag.
    EmptyApi,
    /// A token is wanted.
    Token,
    /// Too much to do for the first two requests.
    Busy,
    /// Signatures never end.
    Endless,
    /// A byte now and then.
    Drip,
    /// Another manifest than was asked for.
    Lying,
    /// To where clouds tell machines their credentials.
    Metadata,
    /// To itself for ever.
    Circle,
    /// A hundred thousand signatures.
    Crowd,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    tokens: AtomicUsize,
    requests: AtomicUsize,
}

struct Registry {
    port: u16,
    counts: Arc<Counts>,
}

/// Manifests and blobs of the fixtures by digest, and manifests by name.
struct Content {
    names: HashMap<String, String>,
    subjects: HashMap<String, Vec<Value>>,
}

impl Content {
    fn read() -> Self {
        let index: Value = serde_json::from_slice(&fs::read(fixture("layout/index.json")).unwrap()).unwrap();
        let mut names = HashMap::new();
        for entry in index["manifests"].as_array().unwrap() {
            let name = entry["annotations"]["org.opencontainers.image.ref.name"]
                .as_str()
                .unwrap();
            names.insert(name.to_owned(), entry["digest"].as_str().unwrap().to_owned());
        }
        let mut subjects: HashMap<String, Vec<Value>> = HashMap::new();
        for entry in fs::read_dir(fixture("layout/blobs/sha256")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
                continue;
            };
            if let Some(subject) = value["subject"]["digest"].as_str() {
                let digest = format!("sha256:{}", path.file_name().unwrap().to_str().unwrap());
                let entry = json!({"mediaType": value["mediaType"], "digest": digest, "size": bytes.len(), "artifactType": value["artifactType"]});
                subjects.entry(subject.to_owned()).or_default().push(entry);
            }
        }
        Self { names, subjects }
    }

    fn blob(digest: &str) -> Option<Vec<u8>> {
        fs::read(fixture(&format!(
            "layout/blobs/sha256/{}",
            digest.strip_prefix("sha256:")?
        )))
        .ok()
    }

    fn referrers(&self, digest: &str) -> Vec<u8> {
        let none = Vec::new();
        let list = self.subjects.get(digest).unwrap_or(&none);
        json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": list})
            .to_string()
            .into_bytes()
    }
}

impl Registry {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = Arc::new(Counts::default());
        let (content, shared) = (Arc::new(Content::read()), Arc::clone(&counts));
        let busy = Arc::new(Mutex::new(2));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (content, counts, busy) = (Arc::clone(&content), Arc::clone(&shared), Arc::clone(&busy));
                thread::spawn(move || {
                    // A client that goes away is no fault of the test.
                    _ = Self::serve(&stream, manner, &content, &counts, &busy, port);
                });
            }
        });
        Self { port, counts }
    }

    fn serve(
        stream: &TcpStream,
        manner: Manner,
        content: &Content,
        counts: &Counts,
        busy: &Mutex<usize>,
        port: u16,
    ) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut is_authorized = false;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header)?;
                if header.trim().is_empty() {
                    break;
                }
                is_authorized |= header.to_lowercase().starts_with("authorization: bearer the-token");
            }
            counts.requests.fetch_add(1, Ordering::Relaxed);
            if path.starts_with("/token") {
                counts.tokens.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(50));
                answer(stream, 200, &[], br#"{"token": "the-token"}"#)?;
                continue;
            }
            if manner == Manner::Token && !is_authorized {
                let demand = format!("Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"test\"");
                answer(stream, 401, &[("WWW-Authenticate", &demand)], b"")?;
                continue;
            }
            {
                let mut left = busy.lock().unwrap();
                if manner == Manner::Busy && *left > 0 {
                    *left -= 1;
                    drop(left);
                    answer(stream, 503, &[], b"")?;
                    continue;
                }
            }
            Self::content(stream, manner, content, &path)?;
        }
    }

    fn content(mut stream: &TcpStream, manner: Manner, content: &Content, path: &str) -> std::io::Result<()> {
        let mut parts = path.trim_start_matches("/v2/").rsplitn(3, '/');
        let (name, kind, repository) = (
            parts.next().unwrap_or(""),
            parts.next().unwrap_or(""),
            parts.next().unwrap_or(""),
        );
        let is_signature = kind == "blobs" || name.rsplit('.').next() == Some("sig");
        match (manner, kind) {
            (Manner::Endless, _) if is_signature => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                let chunk = vec![b' '; 1 << 16];
                loop {
                    stream.write_all(b"10000\r\n")?;
                    stream.write_all(&chunk)?;
                    stream.write_all(b"\r\n")?;
                }
            }
            (Manner::Drip, _) if is_signature => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
                loop {
                    stream.write_all(b" ")?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            (Manner::Metadata, "manifests") => {
                return answer(
                    stream,
                    307,
                    &[("Location", "http://169.254.169.254/latest/meta-data/")],
                    b"",
                );
            }
            (Manner::Circle, "manifests") => return answer(stream, 307, &[("Location", path)], b""),
            (Manner::Crowd, "referrers") => {
                let entry = json!({"mediaType": "x", "digest": format!("sha256:{}", "1".repeat(64)), "size": 1});
                let list = vec![entry; 100_000];
                return answer(stream, 200, &[], json!({"manifests": list}).to_string().as_bytes());
            }
            (Manner::WithoutApi, "referrers") => return answer(stream, 404, &[], b""),
            (Manner::EmptyApi, "referrers") => {
                return answer(stream, 200, &[], br#"{"schemaVersion":2,"manifests":[]}"#);
            }
            _ => {}
        }
        let body = match kind {
            "referrers" => Some(content.referrers(name)),
            "manifests" if name.starts_with("sha256:") => Content::blob(name),
            "manifests" => {
                let whole = format!("registry.test/{repository}:{name}");
                let digest = content.names.get(&whole).or_else(|| content.names.get(name));
                // Only some fixtures have their list under a tag; a registry without the API has it for all.
                let listed = || {
                    Some(content.referrers(&name.replacen('-', ":", 1)))
                        .filter(|_| name.starts_with("sha256-") && !name.contains('.'))
                };
                digest.and_then(|digest| Content::blob(digest)).or_else(listed)
            }
            "blobs" => Content::blob(name),
            _ => None,
        };
        match body {
            Some(mut body) => {
                if manner == Manner::Lying && kind == "manifests" && name.starts_with("sha256:") {
                    body.push(b' ');
                }
                answer(stream, 200, &[], &body)
            }
            None => answer(stream, 404, &[], b""),
        }
    }

    /// Verifies images of this registry.
    fn verify(&self, images: &[&str], more: &[&str]) -> Ran {
        let folder = Folder::new();
        folder.write("policy.yaml", policy("127.0.0.1:*/**"));
        let root = format!("lab={}", fixture("lab.trusted_root.json"));
        let names: Vec<_> = images
            .iter()
            .map(|image| format!("127.0.0.1:{}/lab/{image}", self.port))
            .collect();
        let mut words = vec![
            "verify",
            "image",
            "--image-policy",
            "policy.yaml",
            "--trusted-root",
            &root,
        ];
        words.extend(more);
        words.extend(names.iter().map(String::as_str));
        folder.run(words)
    }
}

fn answer(mut stream: &TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<()> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{}",
        body.len(),
        headers.concat()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(body)
}

#[test]
fn signatures_are_found_in_every_way_of_keeping_them() {
    for manner in [
        Manner::Good,
        Manner::WithoutApi,
        Manner::EmptyApi,
        Manner::Token,
        Manner::Busy,
    ] {
        let registry = Registry::start(manner);

        registry
            .verify(&["bundle:1", "old-keyless:1", "bundle-by-tag:1"], &[])
            .exits_with(0);
        registry
            .verify(&["old-unsigned:1"], &[])
            .exits_with(1)
            .prints("unsigned");
        registry
            .verify(&["nowhere:1"], &[])
            .exits_with(3)
            .prints("no such image");
    }
}

#[test]
fn a_hostile_registry_is_neither_believed_nor_waited_for() {
    for manner in [
        Manner::Endless,
        Manner::Drip,
        Manner::Lying,
        Manner::Metadata,
        Manner::Circle,
        Manner::Crowd,
    ] {
        let registry = Registry::start(manner);
        let began = Instant::now();

        let image = if manner == Manner::Crowd {
            "old-unsigned:1"
        } else {
            "bundle:1"
        };
        let ran = registry.verify(&[image], &["--image-timeout", "3"]).exits_with(3);

        assert!(ran.stdout.contains("could-not-verify"), "{manner:?}: {}", ran.stdout);
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{manner:?} took {:?}",
            began.elapsed()
        );
    }
}

#[test]
fn what_a_hostile_registry_sends_fills_no_memory() {
    for manner in [Manner::Endless, Manner::Crowd] {
        let registry = Registry::start(manner);
        let folder = Folder::new();
        folder.write("policy.yaml", policy("127.0.0.1:*/**"));
        let root = format!("lab={}", fixture("lab.trusted_root.json"));
        let image = format!("127.0.0.1:{}/lab/bundle:1", registry.port);
        // The memory that a process ever had is what the shell's limit on addresses bounds; the program needs some for itself.
        let command = format!(
            "ulimit -v 400000; exec {} verify image --image-timeout 3 --image-policy policy.yaml --trusted-root {root} {image}",
            env!("CARGO_BIN_EXE_weighbridge")
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(folder.path())
            .output()
            .unwrap();

        Ran::of(output).exits_with(3);
    }
}

#[test]
fn many_images_share_connections_and_tokens() {
    let registry = Registry::start(Manner::Token);
    let images: Vec<_> = (0..100)
        .map(|index| format!("bundle{}:1", ["", "-by-tag", "-stamped", "-second-log"][index % 4]))
        .collect();
    let mut names: Vec<_> = images.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();

    registry.verify(&names, &[]).exits_with(0);

    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    assert_eq!(
        of(&registry.counts.tokens),
        names.len(),
        "one token for each repository"
    );
    assert!(
        of(&registry.counts.connections) <= 16,
        "{} connections",
        of(&registry.counts.connections)
    );
}

#[test]
fn a_mirror_is_asked_first() {
    let registry = Registry::start(Manner::Good);
    let folder = Folder::new();
    folder.write("policy.yaml", policy("registry.test/**"));
    let root = format!("lab={}", fixture("lab.trusted_root.json"));
    let mirror = format!("registry.test=127.0.0.1:{}", registry.port);

    let words = [
        "verify",
        "image",
        "--mirror",
        &mirror,
        "--image-policy",
        "policy.yaml",
        "--trusted-root",
        &root,
        "registry.test/lab/bundle:1",
    ];
    folder.run(words).exits_with(0);
}

#[test]
fn nothing_leaves_when_no_policy_asks_for_it() {
    let registry = Registry::start(Manner::Good);
    let folder = Folder::new();
    folder.write("policy.yaml", policy("elsewhere.test/**"));
    let root = format!("lab={}", fixture("lab.trusted_root.json"));
    let image = format!("127.0.0.1:{}/lab/bundle:1", registry.port);

    folder
        .run([
            "verify",
            "image",
            "--image-policy",
            "policy.yaml",
            "--trusted-root",
            &root,
            &image,
        ])
        .exits_with(1)
        .prints("not-covered");

    assert_eq!(registry.counts.requests.load(Ordering::Relaxed), 0);
}

#[test]
fn a_closed_port_is_not_unsigned() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let registry = Registry {
        port,
        counts: Arc::default(),
    };

    registry
        .verify(&["bundle:1"], &["--image-timeout", "2"])
        .exits_with(3)
        .prints("could-not-verify");
}
