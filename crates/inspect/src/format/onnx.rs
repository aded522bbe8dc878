//! ONNX: a graph of operators. Two things in it reach beyond the file: tensors that are stored in other files, and operators that need a library.
//!
//! Source: [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), [external data](https://onnx.ai/onnx/repo-docs/ExternalData.html).

use std::collections::BTreeSet;

use super::protobuf::{Fault, Field, next, text};
use crate::container::shortened;
use crate::explore::Explorer;
use crate::input::Input;
use crate::sign::Sign;
use crate::stream::{Part, Stream};

/// Sets of operators that runtimes bring along: those of ONNX, and those of ONNX Runtime.
const KNOWN_DOMAINS: &[&str] = &[
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
    "com.microsoft.experimental",
    "com.ms.internal.nhwc",
    "com.microsoft.dml",
    "org.pytorch.aten",
    "pkg.onnxscript.torch_lib",
    "pkg.onnxscript.torch_lib.common",
    "pkg.torch",
];
/// Operators that run Python or call into anything, whatever their domain.
const CODE_OPERATORS: &[&str] = &["PyOp", "PyCustomOpDef", "PythonOp", "PythonOpGrad", "ExternalFunction"];
/// How deep graphs may lie in attributes of operators.
const MAX_DEPTH: usize = 12;

/// What a message is, and so what its fields mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Sparse,
    Function,
    Opset,
    Training,
}

/// What a field with bytes in it is: a message that is entered, or a text that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Enter(Message),
    Operator,
    Domain,
    FunctionDomain,
    Producer,
    External,
    Nothing,
}

fn meaning(message: Message, field: u64) -> Meaning {
    use Meaning::{Domain, Enter, External, FunctionDomain, Nothing, Operator, Producer};
    match (message, field) {
        (Message::Model, 2) => Producer,
        (Message::Model, 20) => Enter(Message::Training),
        (Message::Model, 25) => Enter(Message::Function),
        (Message::Model, 7) | (Message::Training, 1 | 2) | (Message::Attribute, 6 | 11) => Enter(Message::Graph),
        (Message::Graph, 1) | (Message::Function, 7) => Enter(Message::Node),
        (Message::Graph, 5) | (Message::Attribute, 5 | 10) | (Message::Sparse, 1 | 2) => Enter(Message::Tensor),
        (Message::Graph, 15) | (Message::Attribute, 22 | 23) => Enter(Message::Sparse),
        (Message::Node, 4) => Operator,
        (Message::Node, 7) | (Message::Opset, 1) => Domain,
        (Message::Node, 5) | (Message::Function, 11) => Enter(Message::Attribute),
        (Message::Model, 8) | (Message::Function, 9) => Enter(Message::Opset),
        (Message::Function, 10) => FunctionDomain,
        (Message::Tensor, 13) => External,
        _ => Nothing,
    }
}

#[derive(Default)]
struct Seen {
    producer: String,
    nodes: u64,
    graphs: u64,
    /// Domains of operators, each with the first place.
    domains: Vec<(String, u64)>,
    /// Domains of functions that the model brings along itself.
    functions: BTreeSet<String>,
    /// Operators that run code, with their places.
    code: Vec<(String, u64)>,
    /// Keys and values of tensors that are stored elsewhere, with their places.
    external: Vec<(String, String, u64)>,
}

/// Reads the graph. Returns whether it is one.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) -> bool {
    let mut part = Part::new(input, 0);
    let mut stream = Stream::new(&mut part);
    let mut seen = Seen::default();
    let end = walk(explorer, &mut stream, &mut seen, input.len());
    if seen.graphs == 0 && seen.domains.is_empty() {
        return false;
    }
    explorer.journal.note(
        "format",
        0,
        format!("ONNX by {}, {} operators", shortened(&seen.producer), seen.nodes),
    );
    report(explorer, &seen);
    match end {
        Ok(()) => {}
        Err(Fault::Malformed) => explorer
            .journal
            .trouble("its graph is broken, and was not read to its end"),
        Err(Fault::Stop(stop)) => explorer.journal.trouble(format!("could not be read: {stop}")),
    }
    true
}

fn walk(explorer: &Explorer<'_>, stream: &mut Stream<'_>, seen: &mut Seen, length: u64) -> Result<(), Fault> {
    let mut open = vec![(Message::Model, length)];
    while let Some(&(message, end)) = open.last() {
        let Some((number, field)) = next(stream, end)? else {
            open.pop();
            continue;
        };
        if !explorer.budget.step(1) {
            return Err(Fault::Malformed);
        }
        let Field::Bytes(length) = field else { continue };
        let at = stream.position();
        match meaning(message, number) {
            Meaning::Enter(inner) if open.len() < MAX_DEPTH => {
                seen.nodes += u64::from(inner == Message::Node);
                seen.graphs += u64::from(inner == Message::Graph);
                open.push((inner, at + length));
            }
            Meaning::Operator => {
                let name = text(stream, length)?;
                if CODE_OPERATORS.contains(&name.as_str()) && seen.code.len() < 100 {
                    seen.code.push((name, at));
                }
            }
            Meaning::Domain => {
                let domain = text(stream, length)?;
                if seen.domains.len() < 100 && !seen.domains.iter().any(|(known, _)| *known == domain) {
                    seen.domains.push((domain, at));
                }
            }
            Meaning::FunctionDomain => {
                let domain = text(stream, length)?;
                if seen.functions.len() < 1000 {
                    seen.functions.insert(domain);
                }
            }
            Meaning::Producer => seen.producer = text(stream, length)?,
            Meaning::External => {
                let entry = pair(stream, at + length)?;
                if seen.external.len() < 100_000 {
                    seen.external.push((entry.0, entry.1, at));
                }
            }
            Meaning::Enter(_) | Meaning::Nothing => stream.skip(length)?,
        }
    }
    Ok(())
}

/// A key and its value.
fn pair(stream: &mut Stream<'_>, end: u64) -> Result<(String, String), Fault> {
    let mut pair = (String::new(), String::new());
    while let Some((number, field)) = next(stream, end)? {
        let Field::Bytes(length) = field else { continue };
        match number {
            1 => pair.0 = text(stream, length)?,
            2 => pair.1 = text(stream, length)?,
            _ => stream.skip(length)?,
        }
    }
    Ok(pair)
}

fn report(explorer: &mut Explorer<'_>, seen: &Seen) {
    let mut locations = BTreeSet::new();
    for (key, value, at) in &seen.external {
        if key == "location" && locations.insert(value) {
            let shown = shortened(value);
            if leads_out(value) {
                let text = format!("tensors are read from `{shown}`");
                explorer
                    .journal
                    .sign(Sign::OnnxExternalData, "external", *at, shown, text);
            } else {
                explorer
                    .journal
                    .note("external", *at, format!("tensors are read from `{shown}`"));
            }
        } else if !matches!(key.as_str(), "location" | "offset" | "length" | "checksum" | "basepath") {
            // Readers set an attribute of this name on an object of their own (CVE-2026-34445).
            let shown = shortened(key);
            let text = format!("external data has the key `{shown}`, which means nothing");
            explorer
                .journal
                .sign(Sign::OnnxExternalData, "external", *at, shown, text);
        }
    }
    for (name, at) in &seen.code {
        let text = format!("operator {name}");
        explorer
            .journal
            .sign(Sign::OnnxCustomOp, "operator", *at, name.as_str(), text);
    }
    for (domain, at) in &seen.domains {
        let shown = shortened(domain);
        let text = format!("operators of the domain `{shown}`");
        if KNOWN_DOMAINS.contains(&domain.as_str()) || seen.functions.contains(domain) {
            explorer.journal.note("operators", *at, text);
        } else {
            explorer.journal.sign(Sign::OnnxCustomOp, "operators", *at, shown, text);
        }
    }
}

/// Whether a path leads out of the folder of the model.
fn leads_out(path: &str) -> bool {
    let is_absolute =
        path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':') || path.contains("://");
    is_absolute || path.contains('\0') || path.split(['/', '\\']).any(|part| part == "..")
}
