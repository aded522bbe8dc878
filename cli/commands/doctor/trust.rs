//! The trust roots that the binary brings, and whether their authorities are valid today.

use weighbridge_emit::utc;
use weighbridge_verify::engine::{Root, RootError};

use super::Ground;
use super::line::Line;
use crate::clock::seconds_since_1970;

/// One line for each root.
pub(super) fn look(_: &Ground<'_>) -> Vec<Line> {
    let now = seconds_since_1970();
    let roots = [("public-good", Root::public_good()), ("github", Root::github())];
    roots.into_iter().map(|(name, root)| line(name, root, now)).collect()
}

fn line(name: &str, root: Result<Root, RootError>, now: u64) -> Line {
    let hint = "install a newer version, or name a root of your own in the policy";
    let until = match root {
        Ok(root) => root.valid_until().and_then(|until| u64::try_from(until).ok()),
        Err(error) => return Line::problem(error.to_string(), hint),
    };
    match until {
        Some(until) if until >= now => {
            let day = utc(until)
                .chars()
                .take_while(|character| *character != 'T')
                .collect::<String>();
            Line::ok(format!(
                "`{name}` is built in, and its authorities are valid until {day}"
            ))
        }
        _ => Line::note(
            format!("`{name}` is built in, and none of its authorities is valid today"),
            hint,
        ),
    }
}
