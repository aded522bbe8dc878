//! Words in which letters of other scripts stand for Latin ones: `аdmin` with a Cyrillic `а`.
//!
//! Source: [UTS #39](https://www.unicode.org/reports/tr39/), which asks for the skeleton of a word; the table holds letters that most
//! fonts draw like a Latin one.

use weighbridge_core::{Detection, MessagePart, Span};

use crate::detect::{Input, detection};

/// Letters of Cyrillic, Greek and Armenian, and the Latin ones they look like.
#[rustfmt::skip]
const ALIKE: &[(char, char)] = &[
    ('а', 'a'), ('е', 'e'), ('о', 'o'), ('р', 'p'), ('с', 'c'), ('у', 'y'), ('х', 'x'), ('і', 'i'), ('ј', 'j'), ('ѕ', 's'), ('һ', 'h'), ('ԁ', 'd'),
    ('ԛ', 'q'), ('ԝ', 'w'), ('ӏ', 'l'), ('А', 'A'), ('В', 'B'), ('Е', 'E'), ('К', 'K'), ('М', 'M'), ('Н', 'H'), ('О', 'O'), ('Р', 'P'), ('С', 'C'),
    ('Т', 'T'), ('У', 'Y'), ('Х', 'X'), ('І', 'I'), ('Ј', 'J'), ('Ѕ', 'S'), ('α', 'a'), ('ο', 'o'), ('ν', 'v'), ('ι', 'i'), ('ρ', 'p'), ('υ', 'u'),
    ('κ', 'k'), ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'), ('Μ', 'M'), ('Ν', 'N'), ('Ο', 'O'), ('Ρ', 'P'),
    ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'), ('օ', 'o'), ('ս', 'u'), ('ո', 'n'), ('ց', 'g'), ('հ', 'h'),
];

/// Words with Latin letters and letters that only look so.
pub(in crate::detect) fn mixed_words(input: &Input<'_>, found: &mut Vec<Detection>) {
    let mut at = 0;
    for chunk in input.source.bytes().utf8_chunks() {
        let text = chunk.valid();
        let mut start = None;
        for (offset, character) in text.char_indices().chain([(text.len(), ' ')]) {
            let is_part = character.is_alphanumeric() || character == '_';
            match (is_part, start) {
                (true, None) => start = Some(offset),
                (false, Some(first)) => {
                    let word = &text[first..offset];
                    if let Some(meant) = looks_latin(word) {
                        let span = Span::new(at + first, at + offset);
                        found.extend(input.uses.iter().map(|rule| {
                            let mut detection = detection(rule, span, span);
                            for part in &mut detection.message {
                                if let MessagePart::Text(text) = part {
                                    *text = text.replace("{name}", &meant);
                                }
                            }
                            detection
                        }));
                    }
                    start = None;
                }
                _ => {}
            }
        }
        at += text.len() + chunk.invalid().len();
    }
}

/// The Latin word that a mixed word looks like: it has two Latin letters at least, and all others are in the table.
fn looks_latin(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let latin = word.chars().filter(char::is_ascii_alphabetic).count();
    let others = word.chars().filter(|character| !character.is_ascii()).count();
    let meant: Option<String> = word.chars().map(latin_for).collect();
    // `αi` is mathematics, `МБit` a unit: where hardly anything is Latin, nobody is misled.
    meant.filter(|_| latin >= 2 && latin + others >= 4)
}

fn latin_for(character: char) -> Option<char> {
    if character.is_ascii() {
        return Some(character);
    }
    ALIKE
        .iter()
        .find(|(other, _)| *other == character)
        .map(|(_, latin)| *latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_look_latin_are_meant() {
        assert_eq!(looks_latin("аdmin"), Some("admin".to_owned()));
        assert_eq!(looks_latin("pаypаl"), Some("paypal".to_owned()));
        for word in [
            "admin",
            "привет",
            "αβγ",
            "Δt",
            "µm",
            "naïve",
            "APIключ",
            "Straße",
            "密码token",
        ] {
            assert_eq!(looks_latin(word), None, "{word}");
        }
    }
}
