//! A tree as JSON, for readers that know the shape.

use serde_json::{Map, Number, Value as Json};
use thiserror::Error;

use crate::{Node, Scalar, Value};

/// Why a tree is no JSON.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ToJsonError {
    /// A key is there twice: which of them counts is a matter of the reader.
    #[error("line {line}: the key `{key}` is there twice")]
    TwiceTheKey {
        /// The line of the second value, from 1.
        line: usize,
        /// The key.
        key: String,
    },
}

impl Node {
    /// The same as JSON. Plain `true`, `12` and `null` are what they look like in YAML 1.2; anything in quotes is text.
    ///
    /// # Errors
    ///
    /// A key that is there twice.
    pub fn to_json(&self) -> Result<Json, ToJsonError> {
        match &self.value {
            Value::Scalar(scalar) => Ok(scalar_to_json(scalar)),
            Value::Sequence(items) => items
                .iter()
                .map(Self::to_json)
                .collect::<Result<_, _>>()
                .map(Json::Array),
            Value::Mapping(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    let key = entry.key.text.clone();
                    if map.insert(key.clone(), entry.value.to_json()?).is_some() {
                        let line = entry.value.line;
                        return Err(ToJsonError::TwiceTheKey { line, key });
                    }
                }
                Ok(Json::Object(map))
            }
        }
    }
}

/// Source: [YAML 1.2.2 §10.3.2](https://yaml.org/spec/1.2.2/#1032-tag-resolution).
fn scalar_to_json(scalar: &Scalar) -> Json {
    if !scalar.is_plain {
        return Json::String(scalar.text.clone());
    }
    match scalar.text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        text => match text.parse::<i64>() {
            Ok(number) => Json::Number(number.into()),
            Err(_) => number(text).map_or_else(|| Json::String(text.to_owned()), Json::Number),
        },
    }
}

/// A number with a fraction; `nan`, `inf` and the like are text.
fn number(text: &str) -> Option<Number> {
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let value = text.parse::<f64>().ok().filter(|_| is_number && text.contains('.'))?;
    Number::from_f64(value)
}
