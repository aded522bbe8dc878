//! From text to a policy.

use serde_json::Value;

use super::{Materials, Policy, PolicyError, cluster_image_policy, containers, rules};

/// Reads one file: `ClusterImagePolicy` of Sigstore, and our `ImageRules`, in any number of documents.
///
/// # Errors
///
/// Any field that is not known or cannot be honoured.
pub fn read_policy(text: &str, materials: &Materials<'_>) -> Result<Policy, PolicyError> {
    let stream = weighbridge_yaml::read(text);
    if let Some(fault) = stream.fault {
        return Err(PolicyError::Text(fault.to_string()));
    }
    let mut policy = Policy::default();
    let mut count = 0;
    for document in &stream.documents {
        let json = document
            .to_json()
            .map_err(|error| PolicyError::Text(error.to_string()))?;
        if json.is_null() {
            continue;
        }
        policy.merge(document_policy(json, materials)?);
        count += 1;
    }
    if count == 0 {
        return Err(PolicyError::Empty);
    }
    Ok(policy)
}

fn document_policy(document: Value, materials: &Materials<'_>) -> Result<Policy, PolicyError> {
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    match (version.as_str(), kind.as_str()) {
        ("policy.sigstore.dev/v1alpha1" | "policy.sigstore.dev/v1beta1", "ClusterImagePolicy") => {
            let images = vec![cluster_image_policy::read(document, materials)?];
            Ok(Policy {
                images,
                ..Policy::default()
            })
        }
        ("weighbridge.dev/v1", "ImageRules") => rules::read(document),
        _ => Err(PolicyError::Kind { version, kind }),
    }
}

/// Reads podman's `containers-policy.json`: the part about registries (`transports.docker`), and `default` for the rest.
///
/// # Errors
///
/// Any field that is not known or cannot be honoured.
pub fn read_containers_policy(text: &str, materials: &Materials<'_>) -> Result<Policy, PolicyError> {
    containers::read(text, materials)
}
