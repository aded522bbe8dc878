//! The packages for Python say the same as the manifest of Cargo.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

fn document(name: &str) -> Table {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    text.parse().unwrap()
}

#[test]
fn the_hooks_demand_the_wheel_of_this_version() {
    let hooks = document("pyproject.toml");
    let cargo = document("Cargo.toml");

    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(cargo["workspace"]["package"]["version"].as_str(), Some(version));
    assert_eq!(hooks["project"]["version"].as_str(), Some(version));
    let demanded = Value::from(vec![format!("weighbridge=={version}")]);
    assert_eq!(hooks["project"]["dependencies"], demanded);
}

#[test]
fn the_wheel_takes_its_version_from_cargo() {
    let wheel = document("cli/pyproject.toml");

    assert_eq!(wheel["project"]["name"].as_str(), Some(env!("CARGO_PKG_NAME")));
    let dynamic = wheel["project"]["dynamic"].as_array().unwrap();
    assert!(dynamic.contains(&Value::from("version")));
    assert!(wheel["project"].get("version").is_none());
    assert_eq!(
        wheel["tool"]["maturin"]["manifest-path"].as_str(),
        Some("../Cargo.toml")
    );
}

#[test]
fn the_package_of_the_hooks_holds_no_code() {
    let hooks = document("pyproject.toml");

    for kind in ["packages", "py-modules"] {
        assert_eq!(hooks["tool"]["setuptools"][kind], Value::Array(Vec::new()), "{kind}");
    }
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("setup.py").exists());
}
