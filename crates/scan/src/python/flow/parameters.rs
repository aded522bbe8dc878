//! Who decides the parameters of a function: its caller, the sender of a request, a language model.

use tree_sitter::Node;
use weighbridge_core::Origin;

use super::super::scope::enclosing_lines;
use super::interpreter::Interpreter;
use super::value::{Harmless, Value};
use super::{FIELDS, named_parts};

/// Last parts of decorators that let a web framework call the function with what a request holds.
const ROUTES: [&str; 11] = [
    "route",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "api_route",
    "websocket",
    "action",
];
/// Last parts of decorators that let a language model call the function with arguments of its choice.
const TOOLS: [&str; 12] = [
    "tool",
    "tool_plain",
    "function_tool",
    "kernel_function",
    "ai_function",
    "call_tool",
    "register_for_llm",
    "register_for_execution",
    "ai_callable",
    "beta_tool",
    "llm_tool",
    "mcp_tool",
];
/// Classes whose `_run` and `forward` a language model calls.
const TOOL_CLASSES: [&str; 4] = ["BaseTool", "StructuredTool", "(Tool)", ".Tool)"];
const TOOL_METHODS: [&str; 4] = ["_run", "_arun", "forward", "run"];
/// Types that a framework enforces, or that it makes itself.
const ENFORCED: [&str; 11] = [
    "int",
    "float",
    "bool",
    "UUID",
    "uuid.UUID",
    "date",
    "datetime",
    "datetime.date",
    "datetime.datetime",
    "Decimal",
    "UUID4",
];
const MADE_BY_FRAMEWORK: [&str; 8] = [
    "Depends",
    "Session",
    "BackgroundTasks",
    "Response",
    "Context",
    "RunContext",
    "Security",
    "AsyncSession",
];
/// Names and types under which frameworks hand over the request.
const REQUEST_NAMES: [&str; 2] = ["request", "req"];
const REQUEST_TYPES: [&str; 4] = ["Request", "HttpRequest", "WebSocket", "HTTPConnection"];

/// Who calls a function.
#[derive(Clone, Copy, PartialEq)]
enum Caller {
    Code,
    Framework,
    Model,
    Lambda,
}

impl Interpreter<'_, '_> {
    /// Binds the parameters of a function; `around` is the function with its decorators.
    pub(crate) fn bind_parameters(&mut self, definition: Node<'_>, around: Node<'_>) {
        let name = definition
            .child_by_field_id(FIELDS.name)
            .map_or("", |name| self.text(name));
        let decorators: Vec<_> = named_parts(around)
            .into_iter()
            .filter(|child| child.kind() == "decorator")
            .collect();
        let (caller, path) = self.caller(name, &decorators, definition);
        let parameters = definition
            .child_by_field_id(FIELDS.parameters)
            .map(named_parts)
            .unwrap_or_default();
        for (index, parameter) in parameters.into_iter().enumerate() {
            self.bind_parameter(parameter, index, caller, &path);
        }
    }

    fn bind_parameter(&mut self, parameter: Node<'_>, index: usize, caller: Caller, path: &str) {
        let named = parameter.child_by_field_id(FIELDS.name).unwrap_or(parameter);
        let named = match named.kind() {
            "identifier" => named,
            _ => named.named_child(0).unwrap_or(named),
        };
        let name = self.text(named);
        let annotation = parameter.child_by_field_name("type");
        let written_type = annotation.map_or("", |annotation| self.text(annotation));
        let default = parameter
            .child_by_field_id(FIELDS.value)
            .map_or("", |value| self.text(value));
        if index == 0 && matches!(name, "self" | "cls") {
            self.set(name, Value::unknown().named(name));
            return;
        }
        let span = self.span(named);
        let is_named = REQUEST_NAMES.contains(&name) && self.context.imports_web_framework();
        let is_request = is_named || REQUEST_TYPES.iter().any(|class| written_type.ends_with(class));
        let value = match caller {
            _ if is_request && index <= 1 => Value::source(Origin::Request, span).named("request"),
            _ if is_request && caller == Caller::Framework => Value::source(Origin::Request, span).named("request"),
            Caller::Lambda if index == 0 => Value::source(Origin::Request, span).named("request"),
            Caller::Framework | Caller::Model => {
                let starts_with = |text: &str, word: &&str| {
                    text.split(['(', '['])
                        .next()
                        .is_some_and(|head| head.rsplit('.').next() == Some(word))
                };
                let is_own = MADE_BY_FRAMEWORK
                    .iter()
                    .any(|word| starts_with(written_type, word) || starts_with(default, word));
                let origin = if caller == Caller::Model {
                    Origin::Llm
                } else {
                    Origin::Request
                };
                let value = Value::source(origin, span);
                let is_number = ENFORCED.contains(&written_type)
                    || ["int", "float", "uuid"]
                        .iter()
                        .any(|kind| path.contains(&format!("<{kind}:{name}>")));
                if is_own {
                    Value::unknown()
                } else if is_number {
                    value.tamed(Harmless::EVERYWHERE, span)
                } else {
                    // Behind the parameter the value is no longer the request: `query.strip()` is a step of its own.
                    value.assigned(span, &|offset| offset)
                }
            }
            Caller::Code | Caller::Lambda => {
                let class = annotation
                    .and_then(|annotation| annotation.named_child(0))
                    .map(|class| self.evaluate(class));
                let class = class.as_ref().and_then(Value::name).map(|class| format!("{class}()"));
                match class {
                    Some(class) => Value::from(Origin::Parameter).named(class),
                    None if name == "request" => Value::from(Origin::Parameter).named(name),
                    None => Value::from(Origin::Parameter),
                }
            }
        };
        self.set(name, value);
    }

    /// Who calls the function, and the path of its route.
    fn caller(&mut self, name: &str, decorators: &[Node<'_>], definition: Node<'_>) -> (Caller, String) {
        for decorator in decorators {
            let Some(expression) = decorator.named_child(0) else {
                continue;
            };
            let called = expression.child_by_field_id(FIELDS.function).unwrap_or(expression);
            let written = self.text(called);
            let last = written.rsplit('.').next().unwrap_or(written);
            if TOOLS.contains(&last) {
                return (Caller::Model, String::new());
            }
            let argument = expression
                .child_by_field_id(FIELDS.arguments)
                .and_then(|arguments| arguments.named_child(0))
                .map_or("", |argument| self.text(argument));
            let names_path =
                argument.trim_start_matches(['"', '\'']).starts_with('/') || matches!(argument, "\"\"" | "''");
            let is_route = ROUTES.contains(&last) && called.kind() == "attribute" && names_path;
            if is_route || last == "api_view" {
                return (Caller::Framework, argument.to_owned());
            }
        }
        if name == "lambda_handler" {
            return (Caller::Lambda, String::new());
        }
        if TOOL_METHODS.contains(&name) && self.is_in_tool_class(definition) {
            return (Caller::Model, String::new());
        }
        (Caller::Code, String::new())
    }

    fn is_in_tool_class(&self, definition: Node<'_>) -> bool {
        let file = self.context.file;
        enclosing_lines(file, self.span(definition).start).any(|line| {
            let code = String::from_utf8_lossy(&file.source.bytes()[file.lexed.lines[line].code().range()]);
            code.starts_with("class ") && TOOL_CLASSES.iter().any(|class| code.contains(class))
        })
    }
}
