//! Verdicts as a table for people.

use weighbridge_core::push_visible;
use weighbridge_emit::utc;
use weighbridge_verify::Verdict;

const HEAD: [&str; 7] = ["VERDICT", "IMAGE", "DIGEST", "SIGNER", "ISSUER", "SIGNED AT", "WHY"];

/// One line for each image, in the order given, below a line of titles. A column in which nothing stands is left out.
pub(crate) fn table(rows: &[(String, Verdict)]) -> String {
    let cells: Vec<[String; 7]> = rows.iter().map(|(name, verdict)| cells(name, verdict)).collect();
    let is_shown = |column: usize| cells.iter().any(|row| !row[column].is_empty());
    let columns: Vec<usize> = (0..HEAD.len()).filter(|column| is_shown(*column)).collect();
    let width = |column: usize| {
        let widest = cells.iter().map(|row| row[column].chars().count()).max();
        widest.unwrap_or(0).max(HEAD[column].len())
    };
    let mut text = String::new();
    let mut line = |row: &[String; 7]| {
        let mut shown = String::new();
        for &column in &columns {
            let padding = width(column).saturating_sub(row[column].chars().count());
            shown.push_str(&row[column]);
            shown.extend(std::iter::repeat_n(' ', padding + 2));
        }
        text.push_str(shown.trim_end());
        text.push('\n');
    };
    line(&HEAD.map(str::to_owned));
    cells.iter().for_each(line);
    text
}

fn cells(name: &str, verdict: &Verdict) -> [String; 7] {
    let visible = |text: &str| {
        let mut shown = String::new();
        push_visible(&mut shown, text.as_bytes());
        shown
    };
    let signer = verdict.signer.clone().unwrap_or_default();
    let time = signer.time.and_then(|time| u64::try_from(time).ok());
    let by = verdict
        .decided_by
        .as_ref()
        .map(|by| format!(" ({by})"))
        .unwrap_or_default();
    let outcome = verdict.outcome.name();
    [
        if verdict.is_warning {
            format!("{outcome} (warning)")
        } else {
            outcome.to_owned()
        },
        visible(name),
        verdict
            .digest
            .as_ref()
            .map(|digest| digest.as_str().chars().take(19).collect())
            .unwrap_or_default(),
        visible(&signer.identity),
        visible(&signer.issuer.unwrap_or_default()),
        time.map(|time| format!("{}Z", utc(time))).unwrap_or_default(),
        visible(&format!("{}{by}", verdict.reason)),
    ]
}
