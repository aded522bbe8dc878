//! How bad a finding is, and how sure the rule is of it.

use std::fmt;
use std::str::FromStr;

/// A level name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel {
    /// What was written.
    pub given: String,
    /// What could have been written.
    pub known: &'static [&'static str],
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown level `{}`; known are {}", self.given, self.known.join(", "))
    }
}

impl std::error::Error for UnknownLevel {}

macro_rules! levels {
    ($(#[$doc:meta])* $name:ident { $($(#[$level_doc:meta])* $level:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$level_doc])* $level),+ }

        impl $name {
            /// Every level, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$level),+];
            const NAMES: &'static [&'static str] = &[$($text),+];

            /// The name, as written in settings and reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$level => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownLevel;

            fn from_str(text: &str) -> Result<Self, UnknownLevel> {
                match text {
                    $($text => Ok(Self::$level),)+
                    _ => Err(UnknownLevel { given: text.to_owned(), known: Self::NAMES }),
                }
            }
        }
    };
}

levels! {
    /// How bad it is if the finding is right; ordered from `Info` up to `Critical`.
    Severity {
        /// Worth knowing; nothing needs to be done.
        Info = "info",
        /// A weakness that needs another one to matter.
        Low = "low",
        /// A weakness in most settings.
        Medium = "medium",
        /// Exploitable, or a secret in the open.
        High = "high",
        /// Gives an attacker the machine or an account.
        Critical = "critical",
    }
}

levels! {
    /// How often a finding of the rule is what the rule says.
    Confidence {
        /// Often something else; a person has to look.
        Low = "low",
        /// Mostly right.
        Medium = "medium",
        /// Wrong only in odd cases.
        High = "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_ordered_and_round_trip() {
        assert!(Severity::Info < Severity::Low && Severity::High < Severity::Critical);
        for &severity in Severity::ALL {
            assert_eq!(severity.name().parse(), Ok(severity));
        }
        assert!("severe".parse::<Severity>().is_err());
    }
}
