//! The names by which `classify` knows places, people and examples.

/// First segments that make text a path.
#[rustfmt::skip]
pub(super) const ROOTS: &[&str] = &[
    "Applications", "Library", "System", "Users", "Volumes", "bin", "boot", "data", "data0", "data1", "data2",
    "dev", "etc", "export", "home", "lib", "lib64", "media", "mnt", "nas", "nfs", "nix", "opt", "private", "proc",
    "root", "run", "sbin", "snap", "srv", "sys", "tmp", "usr", "var",
];

/// Places below a home where credentials lie.
#[rustfmt::skip]
pub(super) const SECRET_HOMES: &[&str] = &[
    ".ssh", ".aws", ".gnupg", ".kube", ".azure", ".netrc", "_netrc", ".pgpass", ".git-credentials", ".pypirc",
    ".vault-token", ".my.cnf", ".mylogin.cnf", ".password-store", ".bash_history", ".zsh_history", ".config/gcloud",
    ".config/gh/hosts.yml", ".docker/config.json", ".cache/huggingface/token", ".huggingface/token",
    ".claude/.credentials.json", ".codex/auth.json", ".terraform.d/credentials.tfrc.json", "Library/Keychains",
    ".cargo/credentials.toml", ".cargo/credentials", ".config/op", ".local/share/keyrings", ".npmrc",
];

/// Places below [`SECRET_HOMES`] that hold settings, or keys that are public anyway.
#[rustfmt::skip]
pub(super) const HARMLESS_HOMES: &[&str] = &[
    ".aws/amazonq", ".aws/cli/alias", ".kube/cache", ".ssh/config", ".ssh/known_hosts",
];

/// Files and folders of the system that hold credentials or give the machine away to whoever reaches them.
#[rustfmt::skip]
pub(super) const SECRET_PLACES: &[&str] = &[
    "etc/shadow", "etc/shadow-", "etc/gshadow", "etc/passwd", "etc/master.passwd", "etc/sudoers", "etc/sudoers.d",
    "etc/kubernetes", "etc/ssl/private", "etc/pki/tls/private", "etc/krb5.keytab", "etc/rancher",
    "etc/letsencrypt/live", "etc/security/opasswd", "private/etc/master.passwd", "private/etc/passwd",
    "var/run/docker.sock", "run/docker.sock", "run/containerd/containerd.sock",
    "var/run/containerd/containerd.sock", "run/crio/crio.sock", "var/run/crio/crio.sock", "run/secrets",
    "var/run/secrets", "var/lib/kubelet", "var/lib/etcd", "proc/self/environ", "proc/self/mem", "proc/kcore",
    "dev/mem", "dev/kmem", "Library/Keychains",
];

/// Places that every machine, image or sandbox of the kind has, below roots that otherwise tell of one machine.
#[rustfmt::skip]
pub(super) const COMMON_PLACES: &[&str] = &[
    "etc/hosts", "etc/hostname", "etc/os-release", "etc/resolv.conf", "etc/localtime", "etc/timezone",
    "etc/environment", "etc/profile", "etc/profile.d", "etc/fstab", "etc/group", "etc/issue", "etc/motd",
    "etc/nginx", "etc/apache2", "etc/httpd", "etc/systemd", "etc/init.d", "etc/cron.d", "etc/cron.daily",
    "etc/crontab", "etc/apt", "etc/yum.repos.d", "etc/ssl", "etc/pki", "etc/ssh", "etc/docker", "etc/sysctl.conf",
    "etc/sysctl.d", "etc/security", "etc/default", "etc/bash.bashrc", "etc/shells", "etc/nsswitch.conf",
    "etc/pam.d", "etc/rsyslog.conf", "etc/logrotate.d", "etc/modprobe.d", "etc/udev", "etc/pip.conf",
    "etc/lsb-release", "etc/redhat-release", "etc/alpine-release", "etc/debian_version", "etc/ld.so.conf",
    "etc/sysconfig", "etc/netplan", "etc/network", "etc/iptables", "etc/letsencrypt", "etc/haproxy",
    "etc/postgresql", "etc/mysql", "etc/redis", "etc/php", "etc/grafana", "etc/prometheus", "etc/containerd",
    "etc/cni", "etc/machine-id", "etc/supervisor", "etc/claude-code", "etc/codex", "etc/gemini-cli", "etc/services",
    "etc/protocols", "etc/X11", "etc/bash_completion.d", "etc/dhcpcd.conf", "etc/dnsmasq.conf", "etc/dnsmasq.d",
    "etc/wireguard", "etc/cloudflared", "etc/pihole", "etc/caddy", "etc/traefik", "etc/fail2ban", "etc/samba",
    "etc/exports", "etc/openvpn", "etc/consul.d", "etc/vault.d", "etc/nomad.d", "etc/dhcp", "etc/lightdm",
    "etc/xdg", "etc/vim", "etc/zsh", "etc/zshrc", "etc/bashrc", "etc/paths.d", "etc/rc.local", "etc/inittab",
    "etc/aliases", "etc/postfix", "etc/selinux", "etc/apparmor.d", "etc/audit", "etc/kernel", "etc/grub.d",
    "etc/modules", "etc/skel", "etc/login.defs", "etc/chrony.conf", "etc/ntp.conf", "etc/sddm.conf", "etc/fonts",
    "etc/nixos", "etc/nix", "etc/pacman.conf", "etc/dpkg", "etc/newsyslog.d", "etc/my.cnf", "etc/paths", "etc/ufw",
    "etc/wsl.conf", "etc/zshenv", "etc/zprofile", "var/log/app", "var/tmp", "var/run", "var/lock", "var/cache",
    "var/spool", "var/www", "var/folders", "var/empty", "var/mail", "var/task", "var/lib/apt", "var/lib/dpkg",
    "var/lib/docker", "var/lib/postgresql", "var/lib/mysql", "var/lib/redis", "var/lib/grafana",
    "var/lib/containerd", "var/lib/systemd", "var/lib/rancher", "var/lib/mongodb", "var/lib/elasticsearch",
    "var/lib/prometheus", "var/lib/rabbitmq", "var/lib/jenkins", "var/lib/pgsql", "var/lib/snapd", "var/lib/cloud",
    "var/lib/ghost", "var/log/syslog", "var/log/messages", "var/log/auth.log", "var/log/kern.log", "var/log/dmesg",
    "var/log/secure", "var/log/nginx", "var/log/apache2", "var/log/httpd", "var/log/mysql", "var/log/postgresql",
    "var/log/audit", "var/log/journal", "var/log/containers", "var/log/pods", "var/log/apt",
    "var/log/cloud-init.log", "var/log/cloud-init-output.log", "var/log/redis", "var/log/daemon.log",
    "var/log/cron", "var/log/maillog", "opt/bin", "opt/homebrew", "opt/local", "opt/venv", "opt/conda",
    "opt/miniconda3", "opt/anaconda3", "opt/intel", "opt/nvidia", "opt/rocm", "opt/google", "opt/microsoft",
    "opt/hostedtoolcache", "opt/java", "opt/cuda", "opt/python", "opt/aws", "opt/amazon", "opt/datadog-agent",
    "opt/hpcx", "opt/ml", "opt/splunk", "opt/bitnami", "opt/code", "opt/app", "mnt/data", "mnt/host", "mnt/user-data",
    "mnt/skills", "mnt/knowledge", "mnt/transcripts", "srv/http", "srv/www", "srv/jekyll", "media/cdrom",
    "media/psf", "Volumes/Macintosh",
];

/// Accounts that belong to an image or a service, not to a person.
#[rustfmt::skip]
pub(super) const SERVICE_ACCOUNTS: &[&str] = &[
    "Administrator", "Default", "Guest", "Public", "Shared", "admin", "app", "appuser", "agent", "azureuser", "bot",
    "build", "centos", "ci", "circleci", "claude", "codespace", "coder", "container", "daytona", "debian", "deno",
    "deploy", "dev", "developer", "devuser", "docker", "ec2-user", "fedora", "git", "gitlab-runner", "gitpod",
    "jenkins", "jovyan", "linuxbrew", "mambauser", "nginx", "node", "nonroot", "openhands", "opc", "pi", "postgres",
    "pptruser", "pwuser", "runner", "runneradmin", "sandbox", "sagemaker-user", "service", "ubuntu", "vagrant",
    "vscode", "vsts", "web_user", "work", "worker", "workspace", "www-data",
];

/// Segments that stand for something the reader puts in.
#[rustfmt::skip]
pub(super) const EXAMPLES: &[&str] = &[
    "...", "abs", "absolute", "bar", "baz", "company", "dir", "directory", "example", "folder", "foo", "foobar",
    "full", "name", "path", "project", "some", "someone", "something", "somewhere", "user", "username", "whatever",
    "xxx", "project-name", "project_name", "app-name", "app_name", "appname", "tool-name", "service-name", "file",
    "filename",
];

/// Names that stand for whoever reads the text.
#[rustfmt::skip]
pub(super) const EXAMPLE_PEOPLE: &[&str] = &[
    "any", "current-user", "jane", "jane.doe", "janedoe", "john", "john.doe", "johndoe", "me", "myname", "myuser", "test",
    "test-user", "testuser", "u", "uname", "user1", "user_name", "userid", "usr", "who", "whoami", "x", "xx", "you",
];

/// Folders of a home: `~x/` alone may be an alias of a bundler or a channel.
#[rustfmt::skip]
pub(super) const HOME_FOLDERS: &[&str] = &[
    "Desktop", "Documents", "Downloads", "Library", "bin", "code", "data", "git", "notes", "projects",
    "public_html", "repos", "scripts", "shared", "work", "workspace",
];

/// Second segments of routes that begin with `/home`.
#[rustfmt::skip]
pub(super) const PAGES: &[&str] = &[
    "index", "page", "pages", "dashboard", "feed", "about", "contact", "settings", "profile", "login", "news",
    "search", "overview", "welcome", "main", "default", "docs", "help", "products", "blog", "stats", "components",
    "layout",
];
