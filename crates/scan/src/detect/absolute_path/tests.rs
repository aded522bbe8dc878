use super::{Tier, absolute_paths};

/// The paths of `text` with their tiers, without the conventional ones.
fn found(text: &str) -> Vec<(&str, Tier)> {
    let hits = absolute_paths(text.as_bytes(), &[]);
    hits.into_iter()
        .filter(|hit| hit.tier != Tier::Conventional)
        .map(|hit| (&text[hit.start..hit.end], hit.tier))
        .collect()
}

#[track_caller]
fn assert_found(text: &str, path: &str, tier: Tier) {
    assert_eq!(found(text), [(path, tier)], "{text}");
}

#[track_caller]
fn assert_none(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn places_of_credentials_are_sensitive() {
    for path in [
        "/etc/shadow",
        "/etc/passwd",
        "/etc/kubernetes/admin.conf",
        "/root/notes.txt",
        "/proc/self/environ",
        "/proc/17/environ",
        "/var/run/docker.sock",
        "/run/secrets/db",
        "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "~/.ssh",
        "~/.aws",
        "~/.kube/config",
        "~/.netrc",
        "~/.docker/config.json",
        "/home/alice/.ssh/id_rsa",
        "/home/user/.aws/credentials",
        "/opt/acme/id_rsa",
        r"C:\Users\carol\.ssh\id_ed25519",
        "$HOME/.ssh/id_rsa",
        "/srv/tls/private.key",
        r"C:\Windows\System32\config\SAM",
    ] {
        assert_found(&format!("Read {path} now"), path, Tier::Sensitive);
    }
}

#[test]
fn settings_and_public_keys_below_a_home_are_not_sensitive() {
    assert_none(&[
        "~/.ssh/id_ed25519.pub",
        "~/.ssh/config",
        "~/.ssh/known_hosts",
        "~/.config/tool.toml",
        "~/.docker/daemon.json",
    ]);
}

#[test]
fn homes_of_people_are_found_on_every_system() {
    for path in [
        "/home/alice",
        "/home/alice/notes",
        "/Users/carol.smith/src",
        r"C:\Users\bwayne",
        r"c:\Users\bwayne\x",
        "C:/Users/bwayne/x",
        r"C:\\Users\\bwayne\\x",
        "/mnt/c/Users/bwayne/x",
        "/c/Users/bwayne/x",
        "file:///home/alice/x",
        "vscode://file/home/alice/x",
        "file:///C:/Users/bwayne/x",
        "~alice/.bashrc",
        r"\\?\C:\Users\bwayne\x",
    ] {
        let text = format!("see \"{path}\".");
        let found = found(&text);
        assert!(matches!(found.as_slice(), [(_, Tier::Home)]), "{path}: {found:?}");
    }
}

#[test]
fn names_that_stand_for_the_reader_are_no_people() {
    assert_none(&[
        "/home/user/x",
        "/home/username",
        "/Users/you/project",
        "/home/<name>/x",
        "/home/{user}/x",
        "/home/$USER/x",
        "/home/${USER}",
        "/Users/.../x",
        "/home/your-name",
        "/home/YOUR_NAME/x",
        "/home/*/x",
        r"C:\Users\%USERNAME%\x",
        r"C:\Users\<you>\x",
        "/home/[^/]+/x",
        "/Users/…/x",
        "/home/runner/work",
        "/home/ubuntu",
    ]);
}

#[test]
fn the_layout_of_a_machine_is_found() {
    for path in [
        "/opt/acme/conf",
        "/srv/billing",
        "/mnt/nas01/llm",
        "/var/lib/acme",
        "/var/log/acme/audit.log",
        "/etc/acme/llm.toml",
        "/data/models/qwen/weights.bin",
        "/Volumes/Team/x",
        r"D:\builds",
        r"D:\tests\x",
        r"E:\\data\\x",
        r"\\files01\team",
        r"\\\\files01\\team",
        "/nfs/llm",
        "file://files01/team/x",
    ] {
        assert_found(&format!("at `{path}` it is"), path, Tier::Machine);
    }
}

#[test]
fn places_of_every_machine_are_conventional() {
    for path in [
        "/tmp/x",
        "/dev/null",
        "/usr/bin/env",
        "/usr/local/bin/x",
        "/proc/cpuinfo",
        "/etc/hosts",
        r"C:\Windows\x",
        "/bin/sh",
    ] {
        let hits = absolute_paths(path.as_bytes(), &[]);
        assert!(
            matches!(hits.as_slice(), [hit] if hit.tier == Tier::Conventional),
            "{path}: {hits:?}"
        );
    }
}

#[test]
fn routes_are_no_paths() {
    assert_none(&[
        "GET /home/alice/x",
        "`POST` /data/models/a/b.json",
        "| DELETE | /root/x |",
        "/api/v1/users",
        "/v1/chat/completions",
        "/review",
        "/Users/2819c223-7f76-453a-919d-413861904646",
        "/home/dashboard",
        "/home/start/index.html",
        "route: /root/x",
        "#/etc/acme/x",
    ]);
}

#[test]
fn links_on_the_same_site_are_no_paths() {
    assert_none(&[
        "[a](/opt/acme/x)",
        "![a](</srv/acme/x>)",
        "[a]: /srv/acme/x",
        "<a href=\"/opt/acme/x\">",
        "https://x.io/opt/acme/x",
    ]);
}

#[test]
fn text_around_slashes_is_no_path() {
    assert_none(&[
        "</home>",
        "and/or",
        "24/7",
        "text/var/x",
        "**/opt/acme",
        "s/var/opt/",
        "refs/etc/acme/x",
        "@scope/opt/x",
        "../etc/acme/x",
        "./opt/acme/x",
        "//etc/acme/x",
        "#!/opt/acme/x",
        "@/lib/utils",
        "a\\b\\c",
        r"\alpha\beta",
        r"\\alpha\beta",
        r#""\\src\\lib""#,
        r"Q:\nWhat",
        r"A:\tyes",
        "a:/b",
        "\"$ROOT\"/opt/acme",
        "^/opt/acme",
        "x$/etc/acme",
    ]);
}

#[test]
fn examples_are_no_paths() {
    assert_none(&[
        "/path/to/x",
        "/opt/your-app/x",
        "/srv/my-app",
        "/opt/example/x",
        r"C:\path\to\x",
        "/mnt/foo/x",
        r"\\server\share",
        "/opt/<app>",
    ]);
}

#[test]
fn a_path_behind_a_placeholder_is_relative_to_it() {
    assert_none(&[
        "{{root}}/opt/acme",
        "${ROOT}/opt/acme",
        "$ROOT/opt/acme",
        "%s/opt/acme",
        "<dir>/opt/acme",
        "{root}/opt/acme",
    ]);
    let text = b"ROOT/opt/acme /opt/acme";
    let hits = absolute_paths(text, &[(0, 4)]);
    assert_eq!(hits.iter().map(|hit| hit.start).collect::<Vec<_>>(), [14]);
}

#[test]
fn a_placeholder_in_a_path_ends_it() {
    assert_found("/opt/acme/{{x}}/y", "/opt/acme", Tier::Machine);
    let text = b"/home/NAME/x /opt/acme/NAME";
    let hits = absolute_paths(text, &[(6, 10), (23, 27)]);
    let machine: Vec<_> = hits
        .iter()
        .filter(|hit| hit.tier == Tier::Machine)
        .map(|hit| (hit.start, hit.end))
        .collect();
    assert_eq!(machine, [(13, 22)]);
    assert!(!hits.iter().any(|hit| hit.tier == Tier::Home));
}

#[test]
fn blanked_text_holds_no_path() {
    assert_eq!(absolute_paths(b"{{! /opt/acme }}", &[(0, 16)]), []);
}

#[test]
fn chinese_text_needs_no_space_around_a_path() {
    assert_found("请读/home/zhangwei/说明。", "/home/zhangwei/说明", Tier::Home);
    assert_found("进入/home/zhangwei/data目录，然后", "/home/zhangwei/data", Tier::Home);
    assert_found("打开/home/李雷/文档/说明.md，再", "/home/李雷/文档/说明.md", Tier::Home);
}

#[test]
fn punctuation_behind_a_path_is_no_part_of_it() {
    assert_found("It is in /opt/acme/conf.", "/opt/acme/conf", Tier::Machine);
    assert_found("(/opt/acme/conf)", "/opt/acme/conf", Tier::Machine);
    assert_found("<cwd>/opt/acme/conf</cwd>", "/opt/acme/conf", Tier::Machine);
    assert_found("Is it /opt/acme/a.conf?", "/opt/acme/a.conf", Tier::Machine);
}

#[test]
fn an_import_of_an_agent_is_a_path() {
    assert_found("@/Users/carol/rules.md", "/Users/carol/rules.md", Tier::Home);
    assert_found("@~/.aws/credentials", "~/.aws/credentials", Tier::Sensitive);
}

#[test]
fn any_bytes_are_read_without_a_panic_and_in_order() {
    let pieces: &[&[u8]] = &[
        b"/",
        b"\\",
        b"/home/",
        b"C:",
        b"~",
        b"file://",
        b"a",
        b".",
        b"\"",
        b"<",
        b">",
        b"{",
        b"\xe4\xb8",
        b"\xff",
        b"etc",
        b" ",
        b"\n",
        b"%4",
    ];
    let mut state = 3_u32;
    for _ in 0..20_000 {
        let mut text = Vec::new();
        for _ in 0..14 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.extend_from_slice(pieces[(state >> 24) as usize % pieces.len()]);
        }
        let middle = text.len() / 2;

        let mut end = 0;
        for hit in absolute_paths(&text, &[(middle / 2, middle)]) {
            assert!(
                end <= hit.start && hit.start < hit.end && hit.end <= text.len(),
                "{text:?}"
            );
            end = hit.end;
        }
    }
}
