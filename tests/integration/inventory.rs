//! Every test of bandit and every `S` code of ruff has a page here, so that selections and comments written for them keep their meaning.

use std::collections::BTreeSet;

use weighbridge_rules::built_in_rules;

/// The tests of bandit 1.9. Left out are those it took back because Python no longer has what they were about: B109, B111, B309, B322.
///
/// Source: [the list of test plugins](https://bandit.readthedocs.io/en/latest/plugins/index.html#complete-test-plugin-listing).
const BANDIT: &[&str] = &[
    "B101", "B102", "B103", "B104", "B105", "B106", "B107", "B108", "B110", "B112", "B113", //
    "B201", "B202", //
    "B301", "B302", "B303", "B304", "B305", "B306", "B307", "B308", "B310", "B311", "B312", "B313", "B314", "B315",
    "B316", "B317", "B318", "B319", "B320", "B321", "B323", "B324", "B325", //
    "B401", "B402", "B403", "B404", "B405", "B406", "B407", "B408", "B409", "B410", "B411", "B412", "B413", "B414",
    "B415", //
    "B501", "B502", "B503", "B504", "B505", "B506", "B507", "B508", "B509", //
    "B601", "B602", "B603", "B604", "B605", "B606", "B607", "B608", "B609", "B610", "B611", "B612", "B613", "B614",
    "B615", //
    "B701", "B702", "B703", "B704",
];

/// The codes of ruff 0.17, the two that it took back included.
///
/// Source: [flake8-bandit in ruff](https://docs.astral.sh/ruff/rules/#flake8-bandit-s).
const RUFF: &[&str] = &[
    "S101", "S102", "S103", "S104", "S105", "S106", "S107", "S108", "S110", "S112", "S113", //
    "S201", "S202", //
    "S301", "S302", "S303", "S304", "S305", "S306", "S307", "S308", "S310", "S311", "S312", "S313", "S314", "S315",
    "S316", "S317", "S318", "S319", "S320", "S321", "S323", "S324", //
    "S401", "S402", "S403", "S404", "S405", "S406", "S407", "S408", "S409", "S410", "S411", "S412", "S413",
    "S415", //
    "S501", "S502", "S503", "S504", "S505", "S506", "S507", "S508", "S509", //
    "S601", "S602", "S603", "S604", "S605", "S606", "S607", "S608", "S609", "S610", "S611", "S612", //
    "S701", "S702", "S704",
];

fn aliases() -> BTreeSet<&'static str> {
    built_in_rules()
        .iter()
        .flat_map(|rule| rule.aliases.iter().map(AsRef::as_ref))
        .collect()
}

/// Whether an alias looks like a code of bandit or ruff: a letter and three digits.
fn is_code(alias: &str) -> bool {
    alias.len() == 4 && alias.starts_with(['B', 'S']) && alias[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn every_code_of_bandit_and_ruff_has_a_page() {
    let aliases = aliases();

    let missing: Vec<_> = [BANDIT, RUFF]
        .concat()
        .into_iter()
        .filter(|code| !aliases.contains(code))
        .collect();

    assert!(missing.is_empty(), "no page has these aliases: {missing:?}");
}

#[test]
fn no_page_names_a_code_that_bandit_and_ruff_do_not_have() {
    let known = [BANDIT, RUFF].concat();

    let unknown: Vec<_> = aliases()
        .into_iter()
        .filter(|alias| is_code(alias) && !known.contains(alias))
        .collect();

    assert!(unknown.is_empty(), "no such codes: {unknown:?}");
}
