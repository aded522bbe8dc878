//! Graphs of TensorFlow: `saved_model.pb`, and graphs that stand alone. An operator is named by a text; some of them reach files, processes or
//! Python.
//!
//! Source: [graph.proto, node_def.proto](https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/framework).

use super::protobuf::{Fault, Field, next, text};
use crate::container::shortened;
use crate::explore::Explorer;
use crate::input::Input;
use crate::sign::Sign;
use crate::stream::{Part, Stream};

/// Operators that no graph for inference needs, and what they reach.
const OPERATORS: &[(&str, &str)] = &[
    ("ReadFile", "reads files"),
    ("WriteFile", "writes files"),
    ("MatchingFiles", "lists files"),
    ("Save", "writes files"),
    ("SaveSlices", "writes files"),
    ("MergeV2Checkpoints", "writes and removes files"),
    ("PrintV2", "can write files"),
    ("PyFunc", "calls Python"),
    ("PyFuncStateless", "calls Python"),
    ("EagerPyFunc", "calls Python"),
    ("NumpyFunction", "calls Python"),
    ("FixedLengthRecordReader", "reads files"),
    ("FixedLengthRecordReaderV2", "reads files"),
    ("FixedLengthRecordDataset", "reads files"),
    ("WholeFileReader", "reads files"),
    ("WholeFileReaderV2", "reads files"),
    ("TextLineReader", "reads files"),
    ("TextLineReaderV2", "reads files"),
    ("TextLineDataset", "reads files"),
    ("TFRecordReader", "reads files"),
    ("TFRecordReaderV2", "reads files"),
    ("TFRecordDataset", "reads files"),
    ("LMDBReader", "reads files"),
    ("SqlDataset", "reads databases"),
    ("DebugIdentity", "sends tensors to addresses"),
    ("DebugIdentityV2", "sends tensors to addresses"),
    ("DebugNumericSummary", "sends tensors to addresses"),
    ("DebugNanCount", "sends tensors to addresses"),
    ("RpcCall", "opens connections"),
    ("RpcClient", "opens connections"),
    ("RpcServer", "opens connections"),
    ("DataServiceDataset", "opens connections"),
    ("DataServiceDatasetV2", "opens connections"),
    ("RegisterDataset", "opens connections"),
    ("GenerateBigQueryReaderPartitions", "opens connections"),
    ("BigQueryReader", "opens connections"),
    ("ImmutableConst", "reads memory of a file"),
];

/// What an operator reaches, if it is one of those.
pub(super) fn reaches(operator: &str) -> Option<&'static str> {
    let known = OPERATORS.iter().find(|(known, _)| *known == operator);
    known.map(|(_, what)| *what)
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    SavedModel,
    MetaGraph,
    Graph,
    Library,
    Function,
    Node,
}

/// The message behind a field, if it is one that is entered.
fn inner(message: Message, field: u64) -> Option<Message> {
    Some(match (message, field) {
        (Message::SavedModel, 2) => Message::MetaGraph,
        (Message::MetaGraph, 2) => Message::Graph,
        (Message::Graph, 1) | (Message::Function, 3) => Message::Node,
        (Message::Graph, 2) => Message::Library,
        (Message::Library, 1) => Message::Function,
        _ => return None,
    })
}

/// Reads the graphs: as a saved model, and if that gives nothing as a graph alone. Returns whether it is one.
pub(crate) fn inspect(explorer: &mut Explorer<'_>, input: &dyn Input) -> bool {
    [
        ("TensorFlow saved model", Message::SavedModel),
        ("TensorFlow meta graph", Message::MetaGraph),
        ("TensorFlow graph", Message::Graph),
    ]
    .into_iter()
    .any(|(name, root)| one(explorer, input, name, root))
}

fn one(explorer: &mut Explorer<'_>, input: &dyn Input, name: &str, root: Message) -> bool {
    let mut part = Part::new(input, 0);
    let mut stream = Stream::new(&mut part);
    let mut operators = Vec::new();
    let mut nodes = 0u64;
    let end = walk(explorer, &mut stream, root, input.len(), &mut nodes, &mut operators);
    if nodes == 0 {
        return false;
    }
    explorer.journal.note("format", 0, format!("{name}, {nodes} operators"));
    for (operator, what, at) in operators {
        let text = format!("operator {} ({what})", shortened(&operator));
        explorer
            .journal
            .sign(Sign::TensorflowOp, "operator", at, operator, text);
    }
    match end {
        Ok(()) => {}
        Err(Fault::Malformed) => explorer
            .journal
            .trouble("its graph is broken, and was not read to its end"),
        Err(Fault::Stop(stop)) => explorer.journal.trouble(format!("could not be read: {stop}")),
    }
    true
}

fn walk(
    explorer: &Explorer<'_>,
    stream: &mut Stream<'_>,
    root: Message,
    length: u64,
    nodes: &mut u64,
    operators: &mut Vec<(String, &'static str, u64)>,
) -> Result<(), Fault> {
    let mut open = vec![(root, length)];
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
        if message == Message::Node && number == 2 {
            let name = text(stream, length)?;
            if !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'>' | b':' | b'.' | b'-'))
            {
                return Err(Fault::Malformed);
            }
            *nodes += 1;
            if let Some(what) = reaches(&name)
                && operators.len() < 500
            {
                operators.push((name, what, at));
            }
        } else if let Some(inner) = inner(message, number) {
            open.push((inner, at + length));
        } else {
            stream.skip(length)?;
        }
    }
    Ok(())
}
