//! JSON that may stand in a log or in a page.
//!
//! The strings mean the same, but `##[…]`, `</script>`, `<!--` and `]]>` never stand in the text: one character of each
//! is written as an escape.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::shown::command_breaks;

/// Writes `value` over many lines, and a line feed.
pub(crate) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe(PrettyFormatter::new())))?;
    writeln!(out)
}

/// Writes `value` on one line, and a line feed.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Safe(CompactFormatter)))?;
    writeln!(out)
}

/// A formatter that writes strings with care, and everything else as `F` does.
struct Safe<F>(F);

macro_rules! delegate {
    ($($method:ident($($argument:ident: $type:ty),*);)+) => {
        $(fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        })+
    };
}

impl<F: Formatter> Formatter for Safe<F> {
    delegate! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    /// A fragment ends only at a character that is escaped, and none of those occurs inside of what is broken here.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut replaced: Vec<(usize, &str)> = Vec::new();
        replaced.extend(command_breaks(fragment).map(|at| (at - 1, "\\u0023")));
        replaced.extend(fragment.match_indices("]]>").map(|(at, _)| (at + 2, "\\u003e")));
        replaced.extend(fragment.match_indices("</").map(|(at, _)| (at, "\\u003c")));
        replaced.extend(fragment.match_indices("<!--").map(|(at, _)| (at, "\\u003c")));
        replaced.sort_unstable();
        let mut copied = 0;
        for (at, escape) in replaced {
            writer.write_all(&fragment.as_bytes()[copied..at])?;
            writer.write_all(escape.as_bytes())?;
            copied = at + 1;
        }
        writer.write_all(&fragment.as_bytes()[copied..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_line(&[text], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_in_the_text_is_obeyed() {
        assert_eq!(
            written("##[x] ##vso[y] </script> ]]> <!-- a<b ::x::"),
            "[\"#\\u0023[x] #\\u0023vso[y] \\u003c/script> ]]\\u003e \\u003c!-- a<b ::x::\"]\n"
        );
    }

    proptest! {
        #[test]
        fn the_strings_mean_the_same(text in r#"([#\[\]<>/!a"\n-]|\PC|##\[|</|]]>){0,40}"#) {
            let line = written(&text);

            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), [text]);
            prop_assert!(!line.contains("##["));
            prop_assert!(!line.contains("]]>"));
            prop_assert!(!line.contains("</"));
        }
    }
}
