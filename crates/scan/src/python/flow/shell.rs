//! Which programs read commands.

/// Whether a program is a shell: which one makes no difference to what it is given.
pub(crate) fn is_shell(program: &str) -> bool {
    let name = program
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(program)
        .to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    matches!(
        name,
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "fish" | "cmd" | "powershell" | "pwsh"
    )
}

/// Whether a shell takes the next argument for a script.
pub(crate) fn is_shell_flag(argument: &str) -> bool {
    matches!(
        argument,
        "-c" | "-lc" | "-ec" | "-ic" | "/c" | "/C" | "/k" | "/K" | "-Command" | "-command"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_the_last_part_of_its_path() {
        assert!(is_shell("sh") && is_shell("/usr/bin/bash") && is_shell(r"C:\Windows\cmd.exe"));
        assert!(!is_shell("python3") && !is_shell("git") && !is_shell("shfmt"));
        assert!(is_shell_flag("-c") && !is_shell_flag("--version"));
    }
}
