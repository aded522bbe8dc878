//! Puts the trailer `Assisted-by` into a message, where git would put it.

/// The trailer that says which assistant took part.
///
/// Source: [coding assistants](https://docs.kernel.org/process/coding-assistants.html) of the Linux kernel: `Assisted-by: AGENT:MODEL`.
pub(super) const TRAILER: &str = "Assisted-by";
/// What `git commit --verbose` writes above the diff, behind the sign for comments.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// The part of a message that git keeps: what stands above the scissors.
pub(super) fn kept(message: &[u8]) -> &[u8] {
    let mut end = 0;
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        // The sign for comments is one character, which people may choose.
        let sign = line.len().min(1);
        if line[sign..].trim_ascii_end() == SCISSORS {
            return &message[..end];
        }
        end += line.len();
    }
    message
}

/// Whether nothing but comments and white space is left: git then makes no commit, and a trailer must not change that.
pub(super) fn is_empty(message: &[u8]) -> bool {
    lines(kept(message)).all(|(_, line)| !is_content(line))
}

/// Whether the message says already which assistant took part.
pub(super) fn has_trailer(message: &[u8]) -> bool {
    lines(kept(message)).any(|(_, line)| {
        let (name, rest) = line.split_at(line.len().min(TRAILER.len()));
        name.eq_ignore_ascii_case(TRAILER.as_bytes()) && rest.trim_ascii_start().starts_with(b":")
    })
}

/// The message with the trailer: in its block of trailers, or in a block of its own below the text. Comments stay below.
pub(super) fn with_trailer(message: &[u8], value: &str) -> Vec<u8> {
    let content = lines(kept(message)).filter(|(_, line)| is_content(line));
    let last = content.last().map_or(0, |(end, _)| end);
    let (text, rest) = message.split_at(last);
    let line_end: &[u8] = if text.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
    let mut made = text.to_vec();
    if !text.ends_with(b"\n") {
        made.extend_from_slice(line_end);
    }
    let has_block = git2::message_trailers_bytes(text.to_vec()).is_ok_and(|trailers| trailers.len() > 0);
    if !has_block {
        made.extend_from_slice(line_end);
    }
    made.extend_from_slice(format!("{TRAILER}: {value}").as_bytes());
    made.extend_from_slice(line_end);
    made.extend_from_slice(rest);
    made
}

/// The lines, each with the offset of its end.
fn lines(message: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut end = 0;
    message.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        end += line.len();
        (end, line)
    })
}

/// With another sign for comments than `#` the trailer lands below them, where git finds it as well.
fn is_content(line: &[u8]) -> bool {
    !line.starts_with(b"#") && !line.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(message: &str) -> String {
        String::from_utf8(with_trailer(message.as_bytes(), "A:b")).unwrap()
    }

    #[test]
    fn a_trailer_stands_in_a_block_of_its_own_below_the_text() {
        assert_eq!(made("subject\n"), "subject\n\nAssisted-by: A:b\n");
        assert_eq!(made("subject"), "subject\n\nAssisted-by: A:b\n");
        assert_eq!(
            made("area: subject\n\nwhy\n"),
            "area: subject\n\nwhy\n\nAssisted-by: A:b\n"
        );
        assert_eq!(made("subject\r\n"), "subject\r\n\r\nAssisted-by: A:b\r\n");
    }

    #[test]
    fn a_trailer_joins_those_that_are_there() {
        assert_eq!(
            made("subject\n\nSigned-off-by: A <a@example.org>\n"),
            "subject\n\nSigned-off-by: A <a@example.org>\nAssisted-by: A:b\n"
        );
    }

    #[test]
    fn comments_and_the_diff_stay_below() {
        let below = "\n# Please enter the message\n# ------------------------ >8 ------------------------\ndiff --git a b\n+x: y\n";

        assert_eq!(
            made(&format!("subject\n{below}")),
            format!("subject\n\nAssisted-by: A:b\n{below}")
        );
        assert_eq!(
            kept(format!("subject\n{below}").as_bytes()),
            b"subject\n\n# Please enter the message\n"
        );
    }

    #[test]
    fn a_trailer_is_seen_however_it_is_written_and_not_in_the_diff() {
        assert!(has_trailer(b"subject\n\nassisted-BY : x\n"));
        assert!(!has_trailer(b"subject\n\nAssisted-by-hand: x\nNot-Assisted-by: x\n"));
        assert!(!has_trailer(
            b"s\n; ------------------------ >8 ------------------------\nAssisted-by: x\n"
        ));
    }

    #[test]
    fn a_message_of_comments_is_empty() {
        assert!(is_empty(b"\n  \n# branch main\n") && is_empty(b""));
        assert!(!is_empty(b"\nx\n"));
    }
}
