//! Searches what was decoded, and carries what is found back to the file.

use weighbridge_core::{Detection, Language, MessagePart, Source, Span};

use super::{DEPTH, decoded};
use crate::{Worker, embed};

impl Worker<'_, '_> {
    /// Searches what the text holds in base64, escapes and the like for credentials. What the text as it stands shows already is
    /// not reported again, but masked as far as it reaches.
    pub(crate) fn search_encoded(&mut self, source: &Source<'_>, depth: usize, found: &mut Vec<Detection>) {
        let plain: Vec<Span> = found
            .iter()
            .filter_map(|one| one.secret.map(|secret| secret.span))
            .collect();
        for decoded in decoded(source.bytes()) {
            let inner = Source::new(source.path().clone(), Language::TEXT, decoded.text());
            let (mut detections, _) = self.detect(&inner, None);
            detections.retain(|detection| detection.secret.is_some());
            if depth < DEPTH {
                self.search_encoded(&inner, depth + 1, &mut detections);
            }
            for detection in detections {
                let mut detection = embed::carried_back(|span| decoded.span_outside(span), detection);
                if let Some(secret) = &mut detection.secret {
                    secret.shown_prefix = 0;
                    detection.reported &= !plain.iter().any(|span| span.overlaps(secret.span));
                }
                let told = format!(", written in {}", decoded.encoding);
                detection.message.push(MessagePart::Text(told));
                found.push(detection);
            }
        }
    }
}
