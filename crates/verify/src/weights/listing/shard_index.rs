//! `*.index.json`: which tensor of a model lies in which of its files.
//!
//! The list holds no digest. It tells whether the files are all there, and whether it names a file outside of the folder, which a
//! loader would open.
//!
//! Source: [Transformers, "Big models"](https://huggingface.co/docs/transformers/big_models).

use std::collections::BTreeMap;

use serde::Deserialize;
use weighbridge_core::Span;

use super::super::name::FileName;
use super::{Claim, Fault, Listing};

/// Whether a file is such a list by its name.
pub(super) fn is_one(name: &FileName) -> bool {
    name.last().ends_with(".index.json")
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Reads a list. A `*.index.json` of something else has no `weight_map` and claims nothing.
pub(super) fn read(_: &FileName, text: &str) -> Listing {
    let whole = Span::new(0, 0);
    let mut listing = Listing::default();
    let index: Index = match serde_json::from_str(text) {
        Ok(index) => index,
        Err(error) if error.is_data() && !text.contains("weight_map") => return listing,
        Err(error) => {
            listing.faults.push(Fault::new(whole, error.to_string()));
            return listing;
        }
    };
    let mut files: Vec<&str> = index.weight_map.values().map(String::as_str).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let place = place_of(text, file);
        match FileName::parse(file) {
            Ok(name) => listing.claims.push(Claim {
                name,
                size: None,
                digest: None,
                place,
            }),
            Err(error) => listing.faults.push(Fault::new(place, error.to_string())),
        }
    }
    listing
}

/// Where the text first names the file, as JSON writes it.
fn place_of(text: &str, file: &str) -> Span {
    let written = serde_json::Value::from(file).to_string();
    let start = text.find(&written);
    start.map_or(Span::new(0, 0), |start| Span::new(start, start + written.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(text: &str) -> Listing {
        read(&FileName::parse("model.safetensors.index.json").unwrap(), text)
    }

    #[test]
    fn each_file_is_claimed_once() {
        let text = r#"{"metadata": {"total_size": 8}, "weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors", "c": "m-2.safetensors"}}"#;

        let listing = index(text);

        let names: Vec<_> = listing.claims.iter().map(|claim| claim.name.as_str()).collect();
        assert_eq!(names, ["m-1.safetensors", "m-2.safetensors"]);
        assert_eq!(&text[listing.claims[0].place.range()], "\"m-1.safetensors\"");
        assert!(!listing.is_whole);
    }

    #[test]
    fn a_file_elsewhere_is_a_fault_and_another_index_is_none() {
        let listing = index(r#"{"weight_map": {"a": "../../home/secret.bin"}}"#);

        assert!(listing.claims.is_empty());
        assert_eq!(listing.faults.len(), 1);
        assert_eq!(index(r#"{"entries": []}"#), Listing::default());
        assert_eq!(index(r#"{"weight_map": ["#).faults.len(), 1);
    }
}
