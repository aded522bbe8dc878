//! The JSON in a header of safetensors, read as a stream: however it is made, it costs a few numbers for each tensor.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hasher as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// Dimensions of a tensor; the reference has no limit, and no model so many.
const MAX_DIMENSIONS: usize = 32;

/// Beginning and end of each tensor in the data, which has so many bytes.
///
/// # Errors
///
/// What is wrong with the header.
pub(super) fn places(text: &str, data: u64) -> Result<Vec<(u64, u64)>, &'static str> {
    let mut fault = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reader = Header {
        data,
        fault: &mut fault,
    };
    let read = reader.deserialize(&mut deserializer);
    match (read, fault) {
        (_, Some(fault)) => Err(fault),
        (Ok(places), None) if deserializer.end().is_ok() => Ok(places),
        (Ok(_), None) => Err("something stands behind its JSON"),
        (Err(_), None) => Err("it is not JSON of the form that is wanted"),
    }
}

/// Reads the object. What is wrong is kept apart, because an error of serde holds text of the file.
struct Header<'f> {
    data: u64,
    fault: &'f mut Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Header<'_> {
    type Value = Vec<(u64, u64)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Header<'_> {
    type Value = Vec<(u64, u64)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut names = HashSet::new();
        let mut places = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let mut hasher = DefaultHasher::new();
            hasher.write(name.as_bytes());
            if !names.insert(hasher.finish()) {
                *self.fault = Some("a key stands in it twice");
                return Err(A::Error::custom(""));
            }
            if name == "__metadata__" {
                map.next_value::<Metadata>()?;
                continue;
            }
            match map.next_value::<Tensor>()?.place(self.data) {
                Ok(place) => places.push(place),
                Err(fault) => {
                    *self.fault = Some(fault);
                    return Err(A::Error::custom(""));
                }
            }
        }
        Ok(places)
    }
}

/// Texts by their names; nothing of them is kept.
struct Metadata;

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Metadata;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                while map.next_entry::<IgnoredAny, String>()?.is_some() {}
                Ok(Metadata)
            }
        }

        deserializer.deserialize_map(Texts)
    }
}

/// The description of a tensor.
#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Shape,
    data_offsets: (u64, u64),
}

/// The product of the lengths; `None` if it is larger than any memory.
struct Shape(Option<u64>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lengths;

        impl<'de> Visitor<'de> for Lengths {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of lengths")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
                let mut product = Some(1u64);
                let mut count = 0;
                while let Some(length) = list.next_element::<u64>()? {
                    product = product.and_then(|product| product.checked_mul(length));
                    count += 1;
                    if count > MAX_DIMENSIONS {
                        return Err(de::Error::custom(""));
                    }
                }
                Ok(Shape(product))
            }
        }

        deserializer.deserialize_seq(Lengths)
    }
}

impl Tensor {
    /// Where the tensor lies in `data` bytes.
    fn place(&self, data: u64) -> Result<(u64, u64), &'static str> {
        let (start, end) = self.data_offsets;
        if start > end || end > data {
            return Err("a tensor lies outside of the file");
        }
        let bits = bits(&self.dtype).ok_or("a tensor has a type that is not known")?;
        let size = self.shape.0.and_then(|count| count.checked_mul(bits));
        let size = size.ok_or("a tensor is larger than any memory")?;
        if size % 8 != 0 || size / 8 != end - start {
            return Err("a tensor has another size than its shape says");
        }
        Ok((start, end))
    }
}

/// Bits of an item.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "C64" | "F64" | "I64" | "U64" => 64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_faults_are_named() {
        let tensor = |name: &str, rest: &str| format!("{{\"{name}\": {{\"dtype\": \"F32\", {rest}}}}}");
        let whole = tensor("a", "\"shape\": [2], \"data_offsets\": [0, 8]");
        assert_eq!(places(&whole, 8), Ok(vec![(0, 8)]));
        assert_eq!(places("{\"__metadata__\": {\"a\": \"b\"}}  ", 0), Ok(vec![]));
        assert_eq!(places(&whole, 7), Err("a tensor lies outside of the file"));
        let long = tensor("a", "\"shape\": [3], \"data_offsets\": [0, 8]");
        assert_eq!(places(&long, 8), Err("a tensor has another size than its shape says"));
        assert_eq!(
            places("{\"a\": 1}", 8),
            Err("it is not JSON of the form that is wanted")
        );
        assert_eq!(places("{} {}", 8), Err("something stands behind its JSON"));
        let metadata = "{\"__metadata__\": {}, \"__metadata__\": {}}";
        assert_eq!(places(metadata, 0), Err("a key stands in it twice"));
    }
}
