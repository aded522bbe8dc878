//! The time for reports that must hold one.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time for the formats that demand one: the wall clock, or `SOURCE_DATE_EPOCH` for reports that can be made again.
///
/// Source: [SOURCE_DATE_EPOCH](https://reproducible-builds.org/specs/source-date-epoch/).
pub(crate) fn seconds_since_1970() -> u64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    if let Some(seconds) = fixed {
        return seconds;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}
