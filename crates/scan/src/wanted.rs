//! Which words the prefilter looks for because of a rule.

use weighbridge_rules::Rule;

use crate::code::query::QueryRule;
use crate::code::table::CallTable;
use crate::commonness::commonness;
use crate::prefilter::{Builder, Seeker};

/// Wants the words of calls and queries.
pub(crate) fn want_code<'r>(builder: &mut Builder<'r>, table: &CallTable<'r>, queries: &[QueryRule<'r>]) {
    for (index, need) in table.needs.iter().enumerate() {
        builder.want_word(Seeker::Need(index), need.anchor, &need.partners);
    }
    for (index, query) in queries.iter().enumerate() {
        for words in query.words() {
            builder.want_text(Seeker::Query(index), words[0], &words[1..]);
        }
    }
}

/// Wants the keywords of a rule.
pub(crate) fn want_keywords<'r>(builder: &mut Builder<'r>, seeker: Seeker, rule: &'r Rule) {
    for keyword in rule.keywords.iter() {
        let mut words: Vec<&str> = keyword.iter().map(AsRef::as_ref).collect();
        words.sort_by_key(|word| commonness(word));
        // With `ignore-case` the other words are left to the expression: they may be written in any case too.
        let partners = if rule.ignore_case { &[] } else { &words[1..] };
        builder.want_text(seeker, words[0], partners);
        if rule.ignore_case {
            for variant in [words[0].to_lowercase(), words[0].to_uppercase(), capitalised(words[0])] {
                if variant != words[0] {
                    builder.want_text(seeker, &variant, partners);
                }
            }
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>())
        .unwrap_or_default();
    first + &characters.as_str().to_lowercase()
}
