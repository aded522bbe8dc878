//! Things that are found twice: what plain text and a piece of code in it both show, and secrets that two rules find.

use rustc_hash::{FxHashMap, FxHashSet};
use weighbridge_core::{Detection, RuleId, Span};

use crate::RuleUse;

/// Keeps findings from being reported that a piece shows as well; they still mask.
pub(crate) fn hide_doubles(found: &mut [Detection], in_pieces: &[Detection]) {
    let mut spans: FxHashMap<&RuleId, Vec<Span>> = FxHashMap::default();
    for detection in in_pieces {
        spans.entry(&detection.rule).or_default().push(detection.span);
    }
    spans.values_mut().for_each(|spans| spans.sort_unstable());
    for detection in found {
        let Some(spans) = spans.get(&detection.rule) else {
            continue;
        };
        let behind = spans.partition_point(|span| span.start < detection.span.end);
        detection.reported &= !spans[..behind].iter().rev().any(|span| span.overlaps(detection.span));
    }
}

/// Where a rule that knows more and a vaguer one point at the same secret, the vaguer one only masks.
pub(crate) fn drop_vaguer_secrets(uses: &[RuleUse<'_>], found: &mut [Detection]) {
    let generic: FxHashSet<&RuleId> = uses
        .iter()
        .filter(|known| known.rule.generic)
        .map(|known| &known.rule.id)
        .collect();
    let rank = |detection: &Detection| (!generic.contains(&detection.rule), detection.confidence);
    let known: Vec<_> = found
        .iter()
        .filter(|detection| detection.reported)
        .filter_map(|detection| detection.secret.map(|secret| (secret.span, rank(detection))))
        .collect();
    let mut by_start: Vec<_> = known;
    by_start.sort_unstable_by_key(|(span, _)| *span);
    let longest = by_start.iter().map(|(span, _)| span.len()).max().unwrap_or(0);
    for detection in found.iter_mut() {
        let Some(secret) = detection.secret else { continue };
        let own = rank(detection);
        let from = by_start.partition_point(|(span, _)| span.start + longest < secret.span.start);
        let near = by_start[from..]
            .iter()
            .take_while(|(span, _)| span.start < secret.span.end);
        detection.reported &= !near
            .into_iter()
            .any(|(span, rank)| *rank > own && span.overlaps(secret.span));
    }
}
