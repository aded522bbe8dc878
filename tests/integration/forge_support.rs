//! A forge on the loopback interface that keeps state as the real one does, and takes note of every request it does not expect.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::support::{Folder, Ran};

/// What every fake takes for its token, and what nothing may print.
pub(crate) const TOKEN: &str = concat!("tok", "-A1b2C3d4E5f6G7h8");
/// The last commit of the pull request at the beginning.
pub(crate) const HEAD: &str = "1111111111111111111111111111111111111111";
/// The commit that is pushed later.
pub(crate) const NEWER: &str = "2222222222222222222222222222222222222222";
/// The base of the pull request.
pub(crate) const BASE: &str = "3333333333333333333333333333333333333333";

/// A request as the fake sees it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// `GET`.
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// What stands behind `?`, by key.
    pub(crate) query: BTreeMap<String, String>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// JSON, if there is a body.
    pub(crate) body: Option<Value>,
}

impl Asked {
    /// The body, if it has these keys and no others.
    pub(crate) fn body_of(&self, keys: &[&str]) -> Result<&Value, String> {
        let body = self.body.as_ref().ok_or("there is no body")?;
        let object = body.as_object().ok_or("the body is no object")?;
        let found: Vec<_> = object.keys().map(String::as_str).collect();
        if found != keys {
            return Err(format!("the body has the keys {found:?}"));
        }
        Ok(body)
    }

    /// Whether the body is a query of GraphQL that changes something.
    fn is_mutation(&self) -> bool {
        let query = self.body.as_ref().and_then(|body| body["query"].as_str());
        query.is_some_and(|query| query.starts_with("mutation"))
    }

    /// Checks that the request has this header.
    pub(crate) fn has(&self, name: &str, value: &str) -> Result<(), String> {
        match self.headers.get(name) {
            Some(found) if found == value => Ok(()),
            found => Err(format!("the header `{name}` is {found:?}")),
        }
    }

    /// One page of these entries, in pages of `size`, whose query key is `size_key`; with the head that says if there are more.
    pub(crate) fn page(&self, entries: &[Value], size_key: &str, size: usize) -> Result<Answer, String> {
        let number = |key: &str| self.query.get(key).and_then(|value| value.parse::<usize>().ok());
        if number(size_key) != Some(size) {
            return Err(format!("`{size_key}` is not {size}"));
        }
        let page = number("page").ok_or("there is no page")?;
        let chunk: Vec<_> = entries.iter().skip((page - 1) * size).take(size).cloned().collect();
        let mut answer = Answer::ok(Value::Array(chunk));
        if page * size < entries.len() {
            // The address must not be followed: it leads to another host.
            let link = "<http://192.0.2.1/evil?page=2>; rel=\"next\", <http://192.0.2.1/evil>; rel=\"last\"";
            answer.headers.push(("Link", link.to_owned()));
        }
        Ok(answer)
    }
}

/// What a fake answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// 200 with this body.
    pub(crate) fn ok(body: Value) -> Self {
        Self::of(200, body)
    }

    /// This status with this body.
    #[expect(clippy::needless_pass_by_value, reason = "the callers make it in place")]
    pub(crate) fn of(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }

    /// 404.
    pub(crate) fn absent() -> Self {
        Self::of(404, json!({ "message": "Not Found" }))
    }
}

/// A forge's API. An error is a request that the real one does not know.
pub(crate) trait Api: Send + 'static {
    fn answer(&mut self, asked: &Asked) -> Result<Answer, String>;
}

/// A running fake.
pub(crate) struct Fake<A: Api> {
    /// The root of the server.
    pub(crate) url: String,
    api: Arc<Mutex<A>>,
    log: Arc<Mutex<Log>>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Log {
    writes: Vec<String>,
    faults: Vec<String>,
}

impl<A: Api> Fake<A> {
    /// Starts it on a free port.
    pub(crate) fn new(api: A) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let api = Arc::new(Mutex::new(api));
        let log = Arc::new(Mutex::new(Log::default()));
        let is_stopped = Arc::new(AtomicBool::new(false));
        let (of_thread, its_log, stop) = (Arc::clone(&api), Arc::clone(&log), Arc::clone(&is_stopped));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                serve(stream.unwrap(), &of_thread, &its_log);
            }
        });
        Self {
            url,
            api,
            log,
            is_stopped,
            thread: Some(thread),
        }
    }

    /// The state, to look at or to change behind the back of weighbridge.
    pub(crate) fn state(&self) -> MutexGuard<'_, A> {
        self.api.lock().unwrap()
    }

    /// The requests since the last call that were no `GET`, without queries of GraphQL; none was unexpected.
    #[track_caller]
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut log = self.log.lock().unwrap();
        assert_eq!(log.faults, Vec::<String>::new());
        std::mem::take(&mut log.writes)
    }
}

impl<A: Api> Drop for Fake<A> {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

fn serve<A: Api>(mut stream: TcpStream, api: &Mutex<A>, log: &Mutex<Log>) {
    let Some(asked) = read(&stream) else { return };
    let answer = api.lock().unwrap().answer(&asked).unwrap_or_else(|fault| {
        let (method, path) = (&asked.method, &asked.path);
        log.lock().unwrap().faults.push(format!("{method} {path}: {fault}"));
        Answer::of(500, json!({ "message": fault }))
    });
    let is_query = asked.path.ends_with("/graphql") && !asked.is_mutation();
    if asked.method != "GET" && !is_query {
        let line = format!("{} {}", asked.method, asked.path);
        log.lock().unwrap().writes.push(line);
    }
    let mut head = format!("HTTP/1.1 {} x\r\nConnection: close\r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    let is_empty = answer.status == 204;
    let length = if is_empty { 0 } else { answer.body.len() };
    write!(head, "Content-Length: {length}\r\n\r\n").unwrap();
    // Whoever reads a long answer may hang up.
    _ = stream.write_all(&head);
    if !is_empty {
        _ = stream.write_all(&answer.body);
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    Some(Asked {
        method,
        path: path.to_owned(),
        query: query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        headers,
        body: (length > 0).then(|| serde_json::from_slice(&body).unwrap()),
    })
}

/// A report about `head`: with a finding that a person must look at, or clean.
pub(crate) fn report(head: &str, required: bool) -> Value {
    let reason =
        json!({ "cause": "finding", "message": "1 finding of severity high", "path": null, "uri": null, "line": null });
    let place = |column: usize| json!({ "line": 3, "column": column, "column_utf16": column, "offset": 6 + column });
    let finding = json!({
        "rule": "python/eval-call", "severity": "high", "confidence": "medium", "message": "`eval` runs @corp/seniors",
        "help": null, "path": "a.py", "uri": "a.py", "location": { "start": place(1), "end": place(8) }, "excerpt": [],
        "fingerprint": "0".repeat(32), "line_hash": "1:1", "suppression": null, "provenance": null, "fix": null, "flow": null, "commit": null, "secret_group": null,
        "cwe": [], "tags": [], "aliases": [],
    });
    let count = usize::from(required);
    json!({
        "schema_version": 1,
        "tool": {
            "name": "weighbridge", "version": "0.1.0", "rules": 1, "enabled_rules": ["python/eval-call"],
            "rules_digest": "0".repeat(64),
        },
        "outcome": if required { "findings" } else { "clean" },
        "fail_on": "low",
        "summary": {
            "files": 1, "bytes": 15, "skipped": { "binary": 0, "symlinks": 0 },
            "findings": { "total": count, "critical": 0, "high": count, "medium": 0, "low": 0, "info": 0 },
            "suppressed": 0, "incomplete": 0,
        },
        "change": {
            "base": BASE, "head": head, "guarded": true,
            "added_lines": { "total": 3, "declared_ai": 0, "declared_human": 0, "unknown": 3 },
        },
        "policy": null,
        "review": { "required": required, "reasons": if required { vec![reason] } else { Vec::new() } },
        "findings": if required { vec![finding] } else { Vec::new() },
        "notifications": [],
    })
}

/// Runs `forge` in a folder that holds `report.json`, with this token variable; checks that the token is printed nowhere.
#[track_caller]
pub(crate) fn forge(folder: &Folder, variable: &str, arguments: &[&str]) -> Ran {
    let mut command = folder.command();
    command.env(variable, TOKEN).arg("forge").args(arguments);
    let event = folder.path().join("event.json");
    if event.exists() {
        command.env("GITHUB_EVENT_PATH", event);
    }
    let ran = Ran::of(command.output().unwrap());
    assert!(!ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN), "{ran:#?}");
    ran
}

/// Writes `report.json`.
pub(crate) fn write_report(folder: &Folder, report: &Value) {
    fs::write(folder.path().join("report.json"), report.to_string()).unwrap();
}
