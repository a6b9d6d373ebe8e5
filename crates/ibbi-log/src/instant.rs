//! Times in canonical form, read and written without a calendar type.

use ibbi_core::At;

/// Reads a time in canonical form. It gives the same result as the core, but without a calendar type, because every line
/// has two times.
pub(crate) fn instant(text: &str) -> Option<At> {
    let text: &[u8; 24] = text.as_bytes().try_into().ok()?;
    let marks = [text[4], text[7], text[10], text[13], text[16], text[19], text[23]];
    if marks != *b"--T::.Z" {
        return None;
    }
    let digits = text.map(|byte| byte.wrapping_sub(b'0'));
    let wrong = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22].map(|place| digits[place] > 9);
    let two = |place: usize| u32::from(digits[place]) * 10 + u32::from(digits[place + 1]);
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second, millis) = (two(11), two(14), two(17), two(20) * 10 + u32::from(digits[22]));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1..=12).contains(&month) && (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if wrong.contains(&true) || !exists || year < 1970 {
        return None;
    }
    // In a year that starts in March, the leap day is the last day.
    let (from_march, years) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 1;
    let seconds = (i64::from(days) - DAYS_TO_1970) * 86_400 + i64::from((hour * 60 + minute) * 60 + second);
    At::from_millis(seconds * 1000 + i64::from(millis))
}

/// Returns the text of a time: the inverse of [`instant`].
pub(crate) fn instant_text(at: At) -> [u8; 24] {
    // Times are from 1970 to 9999, so 32 bits are enough from here on, and faster.
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    let (days, millis) = (small(at.millis() / 86_400_000 + DAYS_TO_1970), small(at.millis() % 86_400_000));
    // Years of 365.2425 days, corrected by the leap days inside a cycle of 400 years.
    let (cycle, day_of_cycle) = (days / 146_097, days % 146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (month, carry) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let year = cycle * 400 + year_of_cycle + carry;
    let seconds = millis / 1000;
    let digit = |number: u32| b'0' + number.to_le_bytes()[0];
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, seconds / 3600),
        (14, seconds / 60 % 60),
        (17, seconds % 60),
        (20, millis % 1000 / 10),
    ];
    for (from, pair) in pairs {
        text[from] = digit(pair / 10);
        text[from + 1] = digit(pair % 10);
    }
    text[22] = digit(millis % 10);
    text
}

/// The number of days from March 1 of the year 0 to January 1, 1970.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_the_core_reads_them() {
        let mut millis = 0;
        while let Some(at) = At::from_millis(millis) {
            assert_eq!(instant(&at.to_string()), Some(at));
            assert_eq!(instant_text(at), at.to_string().as_bytes());
            millis += 29 * 3_600_000 + 1_234_567;
        }
        assert_eq!(instant(&At::MAX.to_string()), Some(At::MAX));
        let good = "2028-02-29T23:59:59.999Z";
        assert_eq!(instant(good), good.parse().ok());
        for place in 0..good.len() {
            for byte in 0..128 {
                let mut bytes = good.as_bytes().to_vec();
                bytes[place] = byte;
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
        for (year, month) in (1969..=2101).flat_map(|year| (0..=13).map(move |month| (year, month))) {
            for day in 0..=32 {
                let text = format!("{year:04}-{month:02}-{day:02}T00:00:00.000Z");
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
    }
}
