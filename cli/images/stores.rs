//! Where evidence is looked for: layouts first, then registries.

use std::path::Path;

use anyhow::Result;
use weighbridge_verify::fetch::{FetchError, Files, Folder, Layout, Limits, Store, TarFile, collect};
use weighbridge_verify::{Evidence, Reference};

use super::SourceArguments;
use crate::failure::failure_because;

#[cfg(feature = "registry")]
mod online {
    use std::time::Duration;

    use weighbridge_verify::fetch::{Mirror, Registry, RegistryOptions};

    use super::super::credentials::Logins;
    use super::{FetchError, Result, SourceArguments, failure_because};

    /// Registries, as the flags say; the logins live as long as the program.
    pub(super) fn registry(arguments: &SourceArguments) -> Result<Registry<'static>> {
        let authorities = arguments.registry_ca.as_ref().map(|path| {
            std::fs::read(path).map_err(|error| {
                let hint = "name a file with certificates in PEM";
                failure_because(format!("cannot read `{}`", path.display()), error, hint)
            })
        });
        let mirrors = arguments.mirror.iter().map(|(from, to)| Mirror {
            from: from.clone(),
            to: to.clone(),
        });
        let options = RegistryOptions {
            authorities: authorities.transpose()?,
            insecure: arguments.insecure_registry.clone(),
            mirrors: mirrors.collect(),
            time_per_image: Duration::from_secs(arguments.image_timeout),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let logins: &'static Logins = Box::leak(Box::new(Logins::of_user()));
        Registry::new(options, logins)
            .map_err(|error: FetchError| failure_because("cannot speak to registries", error, "check `--registry-ca`"))
    }
}

/// All places.
pub(crate) struct Stores {
    layouts: Vec<Layout>,
    #[cfg(feature = "registry")]
    registry: Option<weighbridge_verify::fetch::Registry<'static>>,
}

impl Stores {
    /// The places that the flags name.
    ///
    /// # Errors
    ///
    /// A layout that is none; certificates that are none.
    pub(crate) fn new(arguments: &SourceArguments) -> Result<Self> {
        let layouts = arguments.layout.iter().map(|path| {
            let layout = files_at(path).and_then(Layout::new);
            layout.map_err(|error| {
                failure_because(
                    format!("`{}` is no image layout", path.display()),
                    error,
                    "make one with `cosign save`, `oras copy -r --to-oci-layout` or `regctl image copy --referrers`",
                )
            })
        });
        Ok(Self {
            layouts: layouts.collect::<Result<_>>()?,
            #[cfg(feature = "registry")]
            registry: (!arguments.offline).then(|| online::registry(arguments)).transpose()?,
        })
    }

    /// The evidence about an image, from the first place that has it.
    ///
    /// # Errors
    ///
    /// No place has it, or could be asked.
    pub(crate) fn evidence(&self, reference: &Reference) -> Result<Evidence, FetchError> {
        for layout in &self.layouts {
            match collect(layout, reference, Limits::default()) {
                Err(FetchError::NotFound) => {}
                other => return other,
            }
        }
        self.online(reference)
    }

    #[cfg(feature = "registry")]
    fn online(&self, reference: &Reference) -> Result<Evidence, FetchError> {
        match &self.registry {
            Some(registry) => {
                let store = registry.for_one_image();
                collect(&store as &dyn Store, reference, Limits::default())
            }
            None => Err(FetchError::Offline),
        }
    }

    #[cfg(not(feature = "registry"))]
    #[expect(clippy::unused_self, reason = "with registries it is used")]
    fn online(&self, reference: &Reference) -> Result<Evidence, FetchError> {
        collect(
            &weighbridge_verify::fetch::Offline as &dyn Store,
            reference,
            Limits::default(),
        )
    }
}

/// A folder, or a tar archive.
pub(crate) fn files_at(path: &Path) -> Result<Box<dyn Files + Send>, FetchError> {
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path)));
    }
    Ok(Box::new(TarFile::open(path)?))
}
