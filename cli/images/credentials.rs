//! Logins for registries, from where Docker and podman keep them.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;
use weighbridge_verify::fetch::{DockerConfig, Login, LoginSource};

/// A program that prints more than this prints no login.
const MAX_ANSWER: u64 = 64 << 10;

/// The configurations of this user, each with its name.
#[derive(Debug, Default)]
pub(super) struct Logins {
    configurations: Vec<(String, Result<DockerConfig, String>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

impl Logins {
    /// What is in `DOCKER_CONFIG`, the home folder and podman's run-time folder. A file that is not there is no error; one that cannot be
    /// read is one as soon as a login is asked for.
    pub(super) fn of_user() -> Self {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let podman = variable("REGISTRY_AUTH_FILE")
            .or_else(|| variable("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")));
        let docker = variable("DOCKER_CONFIG")
            .or_else(|| variable("HOME").map(|home| home.join(".docker")))
            .map(|folder| folder.join("config.json"));
        let mut configurations = Vec::new();
        for path in [podman, docker].into_iter().flatten().filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
            let parsed = text.and_then(|text| DockerConfig::parse(&text).map_err(|error| error.to_string()));
            configurations.push((path.display().to_string(), parsed));
        }
        Self { configurations }
    }
}

impl LoginSource for Logins {
    fn login(&self, host: &str) -> Result<Option<Login>, String> {
        for (name, configuration) in &self.configurations {
            let configuration = configuration
                .as_ref()
                .map_err(|problem| format!("cannot read the logins in `{name}`: {problem}"))?;
            if let Some(helper) = configuration.helper(host)
                && let Some(login) = ask(helper, host)?
            {
                return Ok(Some(login));
            }
            if let Some(login) = configuration.login(host).map_err(|error| error.to_string())? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }
}

/// Asks a credential helper. Source: [docker-credential-helpers](https://github.com/docker/docker-credential-helpers#development).
fn ask(helper: &str, host: &str) -> Result<Option<Login>, String> {
    let program = format!("docker-credential-{helper}");
    let failed = |error: std::io::Error| format!("cannot run `{program}`: {error}");
    let server = if host == "docker.io" {
        "https://index.docker.io/v1/"
    } else {
        host
    };
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut input = child.stdin.take().expect("standard input is a pipe");
    // A helper that reads nothing has closed it already.
    _ = input.write_all(server.as_bytes());
    drop(input);
    let mut bytes = Vec::new();
    let output = child.stdout.take().expect("standard output is a pipe");
    output.take(MAX_ANSWER).read_to_end(&mut bytes).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        // What helpers do that have no login for the host.
        return Ok(None);
    }
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| format!("`{program}` printed no login"))?;
    Ok(Some(if answer.username == "<token>" {
        Login::IdentityToken(answer.secret)
    } else {
        Login::Basic {
            user: answer.username,
            password: answer.secret,
        }
    }))
}
