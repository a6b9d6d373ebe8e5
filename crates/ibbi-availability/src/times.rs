//! Hours of a day, as people write them.

use ibbi_sim::Hours;

const NOON: u16 = 12 * 60;
const DAY: u16 = 24 * 60;

/// Hours that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrittenHours {
    /// The whole day.
    AllDay,
    /// These hours, rounded outward to quarter hours.
    Hours(Hours),
    /// A start without an end, in minutes.
    Start(u16),
    /// It is a time, and it isn't clear which; with the reason.
    Unclear(&'static str),
}

const HALF: &str = "in the morning or in the evening? Write AM or PM";
const OVERNIGHT: &str = "these hours end on the next day; write them as two times";

/// Returns a text with plain hyphens and lower-case letters: `8:00 am-4:00 pm`.
pub(crate) fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    let signs = lower.chars().map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{ff0d}' => '-',
        '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        c => c,
    });
    signs.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads hours: `8:00 AM – 4:00 PM`, `8-12`, `am`, `after 3`, `all day`. Returns `None` if it isn't a time.
pub(crate) fn hours(text: &str) -> Option<WrittenHours> {
    let text = plain(text);
    let text = text.trim_matches([',', ';', ':', '@', '(', ')', ' ']).trim_start_matches("at ").replace("o'clock", "");
    match text.as_str() {
        "all day" | "whole day" | "full day" | "day" | "all-day" => return Some(WrittenHours::AllDay),
        "am" | "a.m." | "a.m" | "morning" | "mornings" => return Some(WrittenHours::Hours(Hours::MORNING)),
        "pm" | "p.m." | "p.m" | "afternoon" | "afternoons" => return Some(WrittenHours::Hours(Hours::AFTERNOON)),
        "eve" | "evening" | "evenings" | "night" => return Some(WrittenHours::Hours(Hours::EVENING)),
        _ => {}
    }
    let after = ["after ", "from ", "since ", "starting "].iter().find_map(|word| text.strip_prefix(word));
    let before = ["before ", "until ", "till ", "up to ", "by "].iter().find_map(|word| text.strip_prefix(word));
    let (start, end) = match (split(after.unwrap_or(&text)), after, before) {
        (Some(both), ..) => both,
        (None, Some(start), _) => return Some(bound(start, |minute| (minute, DAY))),
        (None, None, Some(end)) => return Some(bound(end, |minute| (0, minute))),
        (None, None, None) => return Clock::read(&text).filter(Clock::is_whole).map(|clock| clock.start()),
    };
    let (start, end) = (Clock::read(start)?, Clock::read(end)?);
    Some(between(start, end))
}

/// Splits a range at its hyphen or its word.
fn split(text: &str) -> Option<(&str, &str)> {
    [" to ", " until ", " till ", "-"].into_iter().find_map(|sign| {
        let (start, end) = text.split_once(sign)?;
        Some((start.trim(), end.trim()))
    })
}

fn bound(text: &str, of: impl Fn(u16) -> (u16, u16)) -> WrittenHours {
    match Clock::read(text).map(|clock| clock.start()) {
        Some(WrittenHours::Start(minute)) => rounded(of(minute)),
        Some(unclear) => unclear,
        None => WrittenHours::Unclear("write hours such as 9:00 AM-12:00 PM"),
    }
}

fn rounded((from, to): (u16, u16)) -> WrittenHours {
    let (from, to) = (from / 15 * 15, to.div_ceil(15) * 15);
    if (from, to) == (0, DAY) {
        return WrittenHours::AllDay;
    }
    Hours::new(from, to).map_or(WrittenHours::Unclear(OVERNIGHT), WrittenHours::Hours)
}

/// A time on a clock. Without a sign for its half, it can be in either.
#[derive(Debug, Clone, Copy)]
struct Clock {
    /// The minutes as written, below 24 hours or exactly that.
    minutes: u16,
    half: Option<bool>,
    /// Whether it has minutes.
    is_whole: bool,
}

impl Clock {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('.');
        let known = |minutes| Some(Self { minutes, half: Some(minutes >= NOON), is_whole: true });
        match text {
            "noon" | "12 noon" | "12:00 noon" => return known(NOON),
            "midnight" => return known(DAY),
            _ => {}
        }
        let ends = [("a.m", false), ("am", false), ("a", false), ("p.m", true), ("pm", true), ("p", true)];
        let half = ends.into_iter().find_map(|(end, half)| Some((text.strip_suffix(end)?.trim(), half)));
        let clock = half.map_or(text, |(clock, _)| clock);
        let parts: Vec<u16> = clock.split([':', '.']).map(digits).collect::<Option<_>>()?;
        let (hour, minute) = match parts.as_slice() {
            [time] if clock.len() == 4 => (time / 100, time % 100),
            [hour] => (*hour, 0),
            [hour, minute] | [hour, minute, 0..60] => (*hour, *minute),
            _ => return None,
        };
        let is_whole = clock.len() > 2 || half.is_some();
        if minute > 59 || hour > 24 || hour == 24 && minute > 0 {
            return None;
        }
        let half = half.map(|(_, half)| half);
        // `08:00` and `16:00` are on a clock of 24 hours.
        let is_long = clock.starts_with('0') && clock.len() > 1 || hour > 12;
        match half {
            Some(_) if hour > 12 || hour == 0 => None,
            Some(after) => {
                let minutes = hour % 12 * 60 + minute + if after { NOON } else { 0 };
                Some(Self { minutes, half: Some(after), is_whole })
            }
            None => {
                let minutes = hour * 60 + minute;
                Some(Self { minutes, half: is_long.then_some(minutes >= NOON), is_whole })
            }
        }
    }

    const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns the time, if it is clear without another one.
    fn start(self) -> WrittenHours {
        match (self.half, self.minutes / 60) {
            (Some(_), _) | (None, 8..=12) => WrittenHours::Start(self.minutes),
            // At one to six o'clock in the morning, there are no sessions.
            (None, 1..=6) => WrittenHours::Start(self.minutes + NOON),
            _ => WrittenHours::Unclear(HALF),
        }
    }
}

fn digits(text: &str) -> Option<u16> {
    let plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn between(start: Clock, end: Clock) -> WrittenHours {
    let later = |clock: Clock| if clock.minutes < NOON { clock.minutes + NOON } else { clock.minutes };
    let from = match (start.half, end.half) {
        (Some(_), _) => start.minutes,
        // `1-3 PM` is in one half, and `9-12 PM` isn't.
        (None, Some(true)) if start.minutes < 12 * 60 && later(start) < end.minutes => later(start),
        (None, Some(_)) => start.minutes,
        (None, None) => match start.start() {
            WrittenHours::Start(minute) => minute,
            unclear => return unclear,
        },
    };
    let to = match end.half {
        Some(_) if end.minutes == 0 => DAY,
        Some(_) => end.minutes,
        None if end.minutes <= from => later(end),
        None => end.minutes,
    };
    if to <= from { WrittenHours::Unclear(OVERNIGHT) } else { rounded((from, to)) }
}

/// Returns the minute of `08:00:00 AM` or `14:15`.
pub(crate) fn minute(text: &str) -> Option<u16> {
    match Clock::read(&plain(text))? {
        Clock { minutes, half: Some(_), .. } => Some(minutes),
        clock => clock.is_whole.then_some(clock.minutes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, expected) in [
            ("8:00 AM – 4:00 PM", "8:00-16:00"),
            ("8:00 AM - 12:00 PM", "8:00-12:00"),
            ("08:00-16:00", "8:00-16:00"),
            ("8-12", "8:00-12:00"),
            ("8–4", "8:00-16:00"),
            ("9 to 12", "9:00-12:00"),
            ("1-3", "13:00-15:00"),
            ("1-3 PM", "13:00-15:00"),
            ("9-12 pm", "9:00-12:00"),
            ("11 AM—1 PM", "11:00-13:00"),
            ("8:05a-9:50a", "8:00-10:00"),
            ("noon-4", "12:00-16:00"),
            ("6 PM-midnight", "18:00-24:00"),
            ("0800-1600", "8:00-16:00"),
            ("AM", "8:00-12:00"),
            ("afternoon", "12:00-16:00"),
            ("after 3", "15:00-24:00"),
            ("before noon", "0:00-12:00"),
            ("until 9:30", "0:00-9:30"),
            ("from 8 to 4", "8:00-16:00"),
        ] {
            let Some(WrittenHours::Hours(hours)) = hours(text) else { panic!("{text}: {:?}", hours(text)) };
            assert_eq!(hours.to_string(), expected, "{text}");
        }
        assert_eq!(hours("All day"), Some(WrittenHours::AllDay));
        assert_eq!(hours("4:00 PM"), Some(WrittenHours::Start(16 * 60)));
        for text in ["7-9", "after 7", "10 PM-2 AM"] {
            assert!(matches!(hours(text), Some(WrittenHours::Unclear(_))), "{text}");
        }
        for text in ["", "x", "5", "yes", "Oct 5-9", "25:00-26:00", "8:75-9"] {
            assert_eq!(hours(text), None, "{text}");
        }
    }
}
