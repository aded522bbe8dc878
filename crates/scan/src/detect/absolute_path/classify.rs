//! From the segments of a path to its tier.
//!
//! `None` is "no path, or none of this machine": a route, an example, a place that differs from user to user.

use super::Tier;

/// First segments that make text a path.
const ROOTS: &[&str] = &[
    "Applications", "Library", "System", "Users", "Volumes", "bin", "boot", "data", "data0", "data1", "data2", "dev", "etc",
    "export", "home", "lib", "lib64", "media", "mnt", "nas", "nfs", "nix", "opt", "private", "proc", "root", "run", "sbin",
    "snap", "srv", "sys", "tmp", "usr", "var",
];

/// Places below a home where credentials lie.
const SECRET_HOMES: &[&str] = &[
    ".ssh", ".aws", ".gnupg", ".kube", ".azure", ".netrc", "_netrc", ".pgpass", ".git-credentials", ".pypirc",
    ".vault-token", ".my.cnf", ".mylogin.cnf", ".password-store", ".bash_history", ".zsh_history", ".config/gcloud",
    ".config/gh/hosts.yml", ".docker/config.json", ".cache/huggingface/token", ".huggingface/token",
    ".claude/.credentials.json", ".codex/auth.json", ".terraform.d/credentials.tfrc.json", "Library/Keychains",
    ".cargo/credentials.toml", ".cargo/credentials", ".config/op", ".local/share/keyrings", ".npmrc",
];

/// Files and folders of the system that hold credentials or give the machine away to whoever reaches them.
const SECRET_PLACES: &[&str] = &[
    "etc/shadow", "etc/shadow-", "etc/gshadow", "etc/passwd", "etc/master.passwd", "etc/sudoers", "etc/sudoers.d",
    "etc/kubernetes", "etc/ssl/private", "etc/pki/tls/private", "etc/krb5.keytab", "etc/rancher", "etc/letsencrypt/live",
    "etc/security/opasswd", "private/etc/master.passwd", "private/etc/passwd", "var/run/docker.sock", "run/docker.sock",
    "run/containerd/containerd.sock", "var/run/containerd/containerd.sock", "run/crio/crio.sock", "var/run/crio/crio.sock",
    "run/secrets", "var/run/secrets", "var/lib/kubelet", "var/lib/etcd", "proc/self/environ", "proc/self/mem", "proc/kcore",
    "dev/mem", "dev/kmem", "Library/Keychains",
];

/// Places that every machine, image or sandbox of the kind has, below roots that otherwise tell of one machine.
const COMMON_PLACES: &[&str] = &[
    "etc/hosts", "etc/hostname", "etc/os-release", "etc/resolv.conf", "etc/localtime", "etc/timezone", "etc/environment",
    "etc/profile", "etc/profile.d", "etc/fstab", "etc/group", "etc/issue", "etc/motd", "etc/nginx", "etc/apache2", "etc/httpd",
    "etc/systemd", "etc/init.d", "etc/cron.d", "etc/cron.daily", "etc/crontab", "etc/apt", "etc/yum.repos.d", "etc/ssl",
    "etc/pki", "etc/ssh", "etc/docker", "etc/sysctl.conf", "etc/sysctl.d", "etc/security", "etc/default", "etc/bash.bashrc",
    "etc/shells", "etc/nsswitch.conf", "etc/pam.d", "etc/rsyslog.conf", "etc/logrotate.d", "etc/modprobe.d", "etc/udev",
    "etc/pip.conf", "etc/lsb-release", "etc/redhat-release", "etc/alpine-release", "etc/debian_version", "etc/ld.so.conf",
    "etc/sysconfig", "etc/netplan", "etc/network", "etc/iptables", "etc/letsencrypt", "etc/haproxy", "etc/postgresql",
    "etc/mysql", "etc/redis", "etc/php", "etc/grafana", "etc/prometheus", "etc/containerd", "etc/cni", "etc/machine-id",
    "etc/supervisor", "etc/claude-code", "etc/gemini-cli", "etc/codex", "etc/services", "etc/protocols", "etc/X11",
    "var/tmp", "var/run", "var/lock", "var/cache", "var/spool", "var/www", "var/folders", "var/empty", "var/mail", "var/task",
    "var/lib/apt", "var/lib/dpkg", "var/lib/docker", "var/lib/postgresql", "var/lib/mysql", "var/lib/redis", "var/lib/grafana",
    "var/lib/containerd", "var/lib/systemd", "var/lib/rancher", "var/lib/mongodb", "var/lib/elasticsearch", "var/lib/prometheus",
    "var/lib/rabbitmq", "var/lib/jenkins", "var/lib/pgsql", "var/lib/snapd", "var/lib/cloud", "var/lib/ghost",
    "var/log/syslog", "var/log/messages", "var/log/auth.log", "var/log/kern.log", "var/log/dmesg", "var/log/secure",
    "var/log/nginx", "var/log/apache2", "var/log/httpd", "var/log/mysql", "var/log/postgresql", "var/log/audit",
    "var/log/journal", "var/log/containers", "var/log/pods", "var/log/apt", "var/log/cloud-init.log",
    "var/log/cloud-init-output.log", "var/log/redis", "var/log/daemon.log", "var/log/cron", "var/log/maillog",
    "opt/homebrew", "opt/local", "opt/venv", "opt/conda", "opt/miniconda3", "opt/anaconda3", "opt/intel", "opt/nvidia",
    "opt/rocm", "opt/google", "opt/microsoft", "opt/hostedtoolcache", "opt/java", "opt/cuda", "opt/python", "opt/aws",
    "opt/amazon", "opt/datadog-agent", "opt/hpcx", "opt/ml", "opt/splunk", "opt/bitnami", "opt/code", "opt/app",
    "mnt/data", "mnt/user-data", "mnt/skills", "mnt/knowledge", "mnt/transcripts", "srv/http", "srv/www", "srv/jekyll",
    "media/cdrom", "media/psf", "Volumes/Macintosh",
];

/// Accounts that belong to an image or a service, not to a person.
const SERVICE_ACCOUNTS: &[&str] = &[
    "Administrator", "Default", "Guest", "Public", "Shared", "admin", "app", "appuser", "agent", "azureuser", "build",
    "centos", "ci", "circleci", "claude", "codespace", "coder", "container", "daytona", "debian", "deno", "deploy",
    "dev", "developer", "devuser", "docker", "ec2-user", "fedora", "git", "gitlab-runner", "gitpod", "jenkins", "jovyan", "linuxbrew",
    "mambauser", "nginx", "node", "nonroot", "oh-my-openhands", "openhands", "opc", "pi", "postgres", "pptruser", "pwuser", "runner",
    "runneradmin", "sandbox", "sagemaker-user", "service", "ubuntu", "vagrant", "vscode", "vsts", "web_user", "work", "worker",
    "workspace", "www-data", "z",
];

/// Segments that stand for something the reader puts in.
const EXAMPLES: &[&str] = &[
    "...", "absolute", "abs", "bar", "baz", "company", "dir", "directory", "example", "examples", "file", "foo", "folder", "full", "me",
    "name", "path", "project", "projects", "someone", "something", "somewhere", "user", "user1", "user_name", "username", "userid",
    "usr", "uname", "who", "xx", "xxx", "you", "test", "testuser", "test-user", "myuser", "tmp", "whatever", "current-user", "whoami",
    "some", "any", "foobar", "john.doe", "jane.doe", "johndoe", "janedoe", "yourname", "u", "x",
];

/// Second segments of routes that begin with `/home`.
const PAGES: &[&str] = &[
    "index", "page", "pages", "dashboard", "feed", "about", "contact", "settings", "profile", "login", "news", "search",
    "overview", "welcome", "main", "default", "docs", "help", "products", "blog", "stats", "components", "layout",
];

/// Whether `name` can be the first segment of a path.
pub(super) fn is_root(name: &[u8], roots: &[String]) -> bool {
    contains(ROOTS, name)
        || (name.len() == 1 && name[0].is_ascii_lowercase())
        || roots.iter().any(|root| root.trim_matches('/').as_bytes() == name)
}

/// The tier of `/a/b/c`; `roots` are the first segments an organisation adds.
pub(super) fn classify_posix(names: &[&[u8]], roots: &[String]) -> Option<Tier> {
    let (&root, rest) = names.split_first()?;
    if is_below(names, SECRET_PLACES) || is_process_secret(names) || ends_with_private_key(names) {
        return Some(Tier::Sensitive);
    }
    if roots.iter().any(|own| own.trim_matches('/').as_bytes() == root) {
        return machine(rest);
    }
    match root {
        b"home" => home_of_person(rest, names.len()),
        b"Users" => home_of_person(rest, names.len()),
        // WSL and Git for Windows.
        b"mnt" if rest.len() > 2 && rest[0].len() == 1 && rest[1].eq_ignore_ascii_case(b"users") => {
            home_of_person(&rest[2..], names.len())
        }
        [letter] if letter.is_ascii_lowercase() => {
            (rest.len() > 1 && rest[0].eq_ignore_ascii_case(b"users")).then(|| home_of_person(&rest[1..], 3)).flatten()
        }
        b"root" => root_home(rest),
        b"etc" | b"opt" | b"srv" | b"mnt" | b"var" | b"Volumes" | b"nas" | b"nfs" => match rest {
            [] => Some(Tier::Conventional),
            _ if is_below(names, COMMON_PLACES) => Some(Tier::Conventional),
            [b"log" | b"lib" | b"local" | b"opt" | b"db"] if root == b"var" => Some(Tier::Conventional),
            [b"log", file] if root == b"var" => machine(&[file]),
            _ => machine(rest),
        },
        // Routes and JSON pointers begin like this as well, so it takes a long path or a file.
        b"data" | b"data0" | b"data1" | b"data2" | b"export" => {
            (rest.len() > 2 || rest.last().is_some_and(|name| has_extension(name))).then(|| machine(rest)).flatten()
        }
        b"media" => (rest.len() > 2 && !has_extension(rest[rest.len() - 1])).then(|| machine(rest)).flatten(),
        b"run" => rest.starts_with(&[b"user"]).then_some(Tier::Conventional),
        b"private" => classify_posix(rest, &[]).filter(|_| matches!(rest.first(), Some(&(b"etc" | b"tmp" | b"var")))),
        b"bin" | b"boot" | b"dev" | b"lib" | b"lib64" | b"nix" | b"proc" | b"sbin" | b"snap" | b"sys" | b"tmp" | b"usr"
        | b"Applications" | b"Library" | b"System" => Some(Tier::Conventional),
        _ => None,
    }
}

/// The tier of a path that a `file:` URL proves to be one, whatever its root.
pub(super) fn classify_other(names: &[&[u8]]) -> Option<Tier> {
    match names {
        [b"home" | b"Users", ..] | [] => None,
        _ => machine(names),
    }
}

/// The tier of `~/a/b` (`name` is none) or `~name/a/b`.
pub(super) fn classify_home(name: Option<&[u8]>, names: &[&[u8]]) -> Option<Tier> {
    if is_below(names, SECRET_HOMES) || ends_with_private_key(names) {
        return Some(Tier::Sensitive);
    }
    match name {
        None => (!names.is_empty()).then_some(Tier::Conventional),
        Some(name) => (name[0].is_ascii_lowercase() && name.len() > 2 && !names.is_empty()).then(|| person(name)).flatten(),
    }
}

/// The tier of `C:\a\b`. A single backslash may as well belong to an escape: `Q:\nWhat`.
pub(super) fn classify_drive(letter: u8, names: &[&[u8]], is_single_backslash: bool) -> Option<Tier> {
    let (&first, rest) = names.split_first()?;
    if is_single_backslash && rest.is_empty() && (first.len() < 3 || b"nrtsdwbvfxuNSDWBpPk".contains(&first[0])) {
        return None;
    }
    // `a:/b` with a small letter is a ratio, a label or a scheme more often than a drive.
    if letter.is_ascii_lowercase() && (rest.is_empty() || !matches!(letter, b'c'..=b'f')) {
        return None;
    }
    if first.eq_ignore_ascii_case(b"users") {
        return home_of_person(rest, names.len());
    }
    if first.eq_ignore_ascii_case(b"windows") {
        let is_hive = rest.len() > 2 && rest[0].eq_ignore_ascii_case(b"system32") && rest[1].eq_ignore_ascii_case(b"config");
        return Some(if is_hive { Tier::Sensitive } else { Tier::Conventional });
    }
    let is_common = [&b"program"[..], b"programdata", b"temp", b"tmp", b"msys64", b"tools", b"python", b"inetpub", b"progra~1"]
        .iter()
        .any(|common| first.eq_ignore_ascii_case(common));
    if is_common { Some(Tier::Conventional) } else { machine(names) }
}

/// The tier of `\\host\share\a`, if both look like the names of a network.
pub(super) fn classify_share(host: &[u8], names: &[&[u8]]) -> Option<Tier> {
    let (&share, rest) = names.split_first()?;
    let is_wsl = host.starts_with(b"wsl");
    let is_example = is_example(host) || matches!(host, b"server" | b"SERVER" | b"host" | b"hostname" | b"HOST");
    if is_wsl || (is_example && rest.is_empty()) || is_example_host(host) {
        return None;
    }
    // `\\alpha\beta` is LaTeX: one of the two must look like part of a network.
    let is_host = host.len() > 2
        && host[0].is_ascii_alphanumeric()
        && (host.iter().any(u8::is_ascii_digit) || host.contains(&b'.') || host.contains(&b'-') || is_example);
    let is_share = ["share", "shared", "public", "files", "backup", "users", "homes", "netlogon", "sysvol", "team", "projects"]
        .iter()
        .any(|word| share.eq_ignore_ascii_case(word.as_bytes()));
    ((is_host && share.len() > 1) || (is_share && host.len() > 2 && host[0].is_ascii_alphabetic())).then_some(Tier::Machine)
}

fn is_example_host(host: &[u8]) -> bool {
    host.starts_with(b"your") || host.starts_with(b"my-") || host.starts_with(b"example")
}

/// `names` are what follows `/home`; `length` is the number of segments in all.
fn home_of_person(names: &[&[u8]], length: usize) -> Option<Tier> {
    let Some((&name, rest)) = names.split_first() else { return Some(Tier::Conventional) };
    if is_below(rest, SECRET_HOMES) || ends_with_private_key(rest) {
        return Some(Tier::Sensitive);
    }
    let last = rest.last().copied().unwrap_or(name);
    let is_page = contains(PAGES, name) || last.ends_with(b".html") || last.ends_with(b".php");
    // `/Users/2819c223-7f76` and `/Users/42` are records of an interface.
    let is_record = name.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 > name.len() && length == 2;
    if is_page || is_record { None } else { person(name) }
}

/// The tier of the home of `name`.
fn person(name: &[u8]) -> Option<Tier> {
    if is_example(name) {
        return None;
    }
    if contains(SERVICE_ACCOUNTS, name) {
        return Some(Tier::Conventional);
    }
    let is_name = name[0].is_ascii_alphanumeric() || name[0] >= 0x80;
    is_name.then_some(Tier::Home)
}

/// The tier of a path below `/root`: containers keep caches there, people keep secrets.
fn root_home(rest: &[&[u8]]) -> Option<Tier> {
    match rest {
        [] => None,
        _ if is_below(rest, SECRET_HOMES) => Some(Tier::Sensitive),
        [b".cache" | b".local" | b".npm" | b".cargo" | b".nvm" | b".config" | b".bashrc" | b".profile" | b".m2", ..] => {
            Some(Tier::Conventional)
        }
        _ if rest.iter().any(|name| is_example(name)) => None,
        _ => Some(Tier::Sensitive),
    }
}

/// [`Tier::Machine`], unless the path is an example or says no more than its root.
fn machine(names: &[&[u8]]) -> Option<Tier> {
    if names.is_empty() || names.iter().take(4).any(|name| is_example(name)) {
        return None;
    }
    Some(Tier::Machine)
}

/// `/proc/42/environ` and the like: environments hold keys.
fn is_process_secret(names: &[&[u8]]) -> bool {
    matches!(names, [b"proc", id, b"environ" | b"mem", ..] if id.iter().all(u8::is_ascii_digit))
}

fn ends_with_private_key(names: &[&[u8]]) -> bool {
    matches!(names.last(), Some(&(b"id_rsa" | b"id_ed25519" | b"id_ecdsa" | b"id_dsa")))
}

fn has_extension(name: &[u8]) -> bool {
    name.iter().rposition(|&byte| byte == b'.').is_some_and(|dot| dot > 0 && (2..6).contains(&(name.len() - dot)))
}

fn contains(table: &[&str], name: &[u8]) -> bool {
    table.iter().any(|entry| entry.as_bytes() == name)
}

/// Whether the path is one of `places` or lies below it.
fn is_below(names: &[&[u8]], places: &[&str]) -> bool {
    places.iter().any(|place| {
        let mut names = names.iter();
        place.split('/').all(|segment| names.next().is_some_and(|name| *name == segment.as_bytes()))
    })
}

/// Whether a segment stands for something else: `your-name`, `USERNAME`, `my-app`, `xxx`.
fn is_example(name: &[u8]) -> bool {
    let mut lower = name.to_ascii_lowercase();
    lower.truncate(32);
    let begins = |prefix: &[u8]| lower.starts_with(prefix);
    contains(EXAMPLES, &lower)
        || begins(b"your")
        || begins(b"my-")
        || begins(b"my_")
        || begins(b"myapp")
        || begins(b"myproject")
        || begins(b"example")
        || begins(b"some-")
        || begins(b"path-to")
        || begins(b"path_to")
        || begins(b"foo-")
        || (name.len() > 2 && name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_') && name.contains(&b'_'))
}
