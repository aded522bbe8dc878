//! When a run began and ended, for the formats that must say so.
//!
//! No emitter looks at a clock: the same report and the same times give the same bytes.

/// When a run began and ended, in seconds since 1970-01-01T00:00:00 UTC. The default is that moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When it began.
    pub started: u64,
    /// When it ended.
    pub ended: u64,
}

/// The moment as `YYYY-MM-DDTHH:MM:SS` in UTC, without zone and fraction, as GitLab takes it.
///
/// Source: `civil_from_days` of [chrono-compatible low-level date algorithms](https://howardhinnant.github.io/date_algorithms.html):
/// a year that begins in March has its odd day at the end.
pub fn utc(seconds: u64) -> String {
    const LAST: u64 = 253_402_300_799; // 9999-12-31T23:59:59
    let seconds = seconds.min(LAST);
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01T00:00:00");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(utc(1_000_000_000), "2001-09-09T01:46:40");
        assert_eq!(utc(4_107_542_399), "2100-02-28T23:59:59");
        assert_eq!(utc(4_107_542_400), "2100-03-01T00:00:00");
        assert_eq!(utc(u64::MAX), "9999-12-31T23:59:59");
    }
}
