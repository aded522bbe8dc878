//! Points in time as GitLab writes them.

/// Milliseconds since 1970 of `2026-11-20T21:51:34.123Z` or with an offset such as `+01:00`; `None` if it is neither.
///
/// Source: [RFC 3339 §5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6).
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
        digits.parse().ok()
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|character: char| !character.is_ascii_digit())?),
        None => ("0", rest),
    };
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let offset = match zone.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), ..] if zone.len() == 6 => {
            let hours: i64 = zone.get(1..3)?.parse().ok()?;
            let minutes: i64 = zone.get(4..6)?.parse().ok()?;
            let minutes = hours * 60 + minutes;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60;
    Some(seconds * 1_000 + thousandths)
}

/// Days since 1970-01-01.
///
/// Source: [Howard Hinnant, `days_from_civil`](https://howardhinnant.github.io/date_algorithms.html#days_from_civil).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn instants_are_compared_across_zones() {
        assert_eq!(milliseconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(milliseconds("2026-11-20T21:51:34.5Z"), Some(1_795_211_494_500));
        assert_eq!(
            milliseconds("2026-11-20T22:51:34.500+01:00"),
            milliseconds("2026-11-20T21:51:34.500Z")
        );
        assert_eq!(
            milliseconds("2024-02-29T12:00:00.123456-05:30"),
            milliseconds("2024-02-29T17:30:00.123Z")
        );
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in ["", "2026-11-20", "2026-11-20T21:51:34", "2026-11-20T21:51:34+1", "été"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
