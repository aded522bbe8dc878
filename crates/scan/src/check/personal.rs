//! Numbers that name a person or an account, by their check digits.

use super::luhn;

/// Numbers that networks of cards publish for tests.
const CARDS_FOR_TESTS: [&str; 12] = [
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "4000000000000002",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "378282246310005",
    "371449635398431",
    "378734493671000",
    "3530111333300000",
];

/// The number of a payment card: its check digit is right, it is not made for tests, and not one digit again and again.
///
/// Source: ISO/IEC 7812-1, annex B.
pub(super) fn payment_card(span: &[u8]) -> bool {
    let digits: Vec<u8> = span.iter().copied().filter(u8::is_ascii_digit).collect();
    let is_varied = digits.iter().any(|digit| *digit != digits[0]);
    is_varied && luhn(&digits) && !CARDS_FOR_TESTS.iter().any(|card| card.as_bytes() == digits)
}

/// The number of a Chinese identity card: the last character is 11 - Σ digit · 2^(18 - place) modulo 11, with `X` for ten.
///
/// Source: GB 11643-1999, §4.5.
pub(super) fn chinese_id(span: &[u8]) -> bool {
    const CHECK: &[u8; 11] = b"10X98765432";
    let Some((last, digits)) = span.split_last().filter(|(_, digits)| digits.len() == 17) else {
        return false;
    };
    let mut sum = 0_usize;
    let mut weight = 1_usize;
    for digit in digits.iter().rev() {
        weight = weight * 2 % 11;
        sum += usize::from(digit.wrapping_sub(b'0')) * weight;
    }
    CHECK[sum % 11] == last.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        assert!(payment_card(b"4539 1488 0343 6467") && !payment_card(b"4539 1488 0343 6468"));
        assert!(!payment_card(b"4242-4242-4242-4242") && !payment_card(b"0000000000000000"));
        assert!(chinese_id(b"11010519491231002X") && !chinese_id(b"110105194912310021"));
        assert!(!chinese_id(b"1") && !chinese_id(b""));
    }
}
