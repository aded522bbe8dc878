//! Settings, templates and descriptions beside models: the first byte chooses the kind.
#![no_main]

mod model;

const NAMES: [&str; 6] = ["config.json", "schema.json", "model_config.yaml", "MLmodel", "chat_template.jinja", "a.pmml"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    model::configuration(NAMES[usize::from(*first) % NAMES.len()], rest);
});
