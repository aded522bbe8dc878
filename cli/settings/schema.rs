//! The JSON Schema of the settings file, and of the policy.

use schemars::JsonSchema;
use serde_json::Value;

/// The schema of a file, made from the type that reads it. TOML has no null, so the schema has none either.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    remove_nulls(&mut schema);
    schema
}

/// Key by key, what may be left out is described by schemars as something or null.
fn remove_nulls(schema: &mut Value) {
    if let Value::Object(object) = schema {
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                object.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type") != Some(&Value::from("null")));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                object.remove("anyOf");
                object.extend(only);
            }
        }
        object.retain(|key, value| key != "default" || !(value.is_null() || value.is_object()));
        object.values_mut().for_each(remove_nulls);
    } else if let Value::Array(list) = schema {
        list.iter_mut().for_each(remove_nulls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RawPolicy;
    use crate::settings::RawSettings;

    #[test]
    fn the_schema_describes_every_key_and_no_null() {
        for (schema, key) in [
            (schema::<RawSettings>(), "per-file-ignores"),
            (schema::<RawPolicy>(), "new-suppressions"),
        ] {
            let properties = schema["properties"].as_object().unwrap();
            assert!(properties.values().all(|key| key["description"].is_string()));
            assert!(properties.contains_key("fail-on") && properties.contains_key(key));
            assert_eq!(schema["additionalProperties"], false);
            assert!(!schema.to_string().contains("null"), "{schema:#}");
        }
    }
}
