//! Hours: `before 3`, `9-12`, `noon on`, `mornings`.

use super::Unclear;
use super::cursor::Cursor;
use super::vocabulary::part_of_day;

const HOUR: u16 = 60;
const NOON: u16 = 12 * HOUR;
const DAY: u16 = 24 * HOUR;

/// Minutes of the day, from and to, as they were typed.
pub(super) type Minutes = (u16, u16);

/// Hours, and whether they are a plural such as `mornings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayHours {
    pub(super) minutes: Minutes,
    pub(super) plural: bool,
}

/// A time of day as it was typed.
#[derive(Debug, Clone, Copy)]
struct ClockTime {
    /// Minutes from midnight, or from noon: `3` and `3 PM` are both 180.
    minutes: u16,
    half: DayHalf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayHalf {
    Am,
    Pm,
    /// On a clock of 24 hours.
    Known,
    /// Not typed.
    Open,
}

/// Which end of the hours a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    From,
    To,
}

impl ClockTime {
    /// Returns the readings, in minutes from midnight.
    fn readings(self) -> Vec<u16> {
        match self.half {
            DayHalf::Known => vec![self.minutes],
            DayHalf::Am => vec![self.minutes % NOON],
            DayHalf::Pm => vec![self.minutes % NOON + NOON],
            // Sessions are never at midnight.
            DayHalf::Open if self.minutes >= NOON => vec![self.minutes],
            DayHalf::Open => vec![self.minutes, self.minutes + NOON],
        }
    }

    /// Returns the reading for working hours: 1 to 6 are in the afternoon, and 7 to 11 in the morning.
    fn usual(self) -> u16 {
        match self.readings()[..] {
            [morning, afternoon] if morning < 7 * HOUR => afternoon,
            [one, ..] => one,
            [] => self.minutes,
        }
    }
}

/// Returns a time of day: `3:00 PM`.
pub(super) fn clock_text(minutes: u16) -> String {
    let (hour, minute) = (minutes / HOUR % 24, minutes % HOUR);
    match (hour, minute, minutes) {
        (_, _, 0 | DAY) => "midnight".to_owned(),
        (12, 0, _) => "noon".to_owned(),
        _ => format!("{}:{minute:02} {}", (hour + 11) % 12 + 1, if hour < 12 { "AM" } else { "PM" }),
    }
}

impl Cursor<'_> {
    /// Reads hours. `within` are hours that were named before, such as those of `evenings`.
    pub(super) fn hours(&mut self, within: Option<Minutes>) -> Result<Option<DayHours>, Unclear> {
        self.attempt(|cursor| {
            let start = cursor.at;
            cursor.eat(&["in", "at", "on", "during"]);
            cursor.eat(&["the", "all"]);
            if let Some((minutes, plural)) = part_of_day(cursor.word(0)) {
                cursor.at += 1;
                return Ok(Some(DayHours { minutes, plural }));
            }
            cursor.at = start;
            let minutes = match cursor.bound() {
                Some(end) => cursor.bounded(start, end, within)?,
                None => {
                    cursor.eat(&["between", "from", "at"]);
                    cursor.clock_range(start, within)?
                }
            };
            Ok(minutes.map(|minutes| DayHours { minutes, plural: false }))
        })
    }

    /// Reads a word such as `before` or `after`. `from` counts as one if no range follows.
    pub(super) fn bound(&mut self) -> Option<End> {
        let two = [
            ("later", "than", End::From),
            ("earlier", "than", End::To),
            ("prior", "to", End::To),
            ("up", "to", End::To),
        ];
        for (first, second, end) in two {
            if self.eat_all([first, second]) {
                return Some(end);
            }
        }
        let end = match self.word(0) {
            "after" | "since" | "past" | "starting" | "beginning" => End::From,
            "before" | "until" | "till" | "through" | "thru" | "by" => End::To,
            _ => return None,
        };
        self.at += 1;
        self.eat(&["from", "at"]);
        Some(end)
    }

    fn bounded(&mut self, start: usize, end: End, within: Option<Minutes>) -> Result<Option<Minutes>, Unclear> {
        let Some(time) = self.clock() else { return Ok(None) };
        let limit = self.decided(start, time, end, within)?;
        let hours = match end {
            End::From => (limit, DAY),
            End::To => (0, limit),
        };
        self.ordered(start, hours)
    }

    /// Decides between AM and PM for the only time of a phrase.
    fn decided(&self, start: usize, time: ClockTime, end: End, within: Option<Minutes>) -> Result<u16, Unclear> {
        let readings = time.readings();
        if let (Some((from, to)), [_, _]) = (within, readings.as_slice())
            && let [one] = readings.iter().filter(|one| from <= **one && **one <= to).collect::<Vec<_>>()[..]
        {
            return Ok(*one);
        }
        match (readings.as_slice(), end) {
            // `after 7` is as likely in the evening as in the morning, but `before 8` is not.
            ([morning, evening], End::From) if (7 * HOUR..9 * HOUR).contains(morning) => {
                let before = self.words(start);
                let before = before.strip_suffix(self.words_from_last_number(start)).unwrap_or(before).trim_end();
                let options = [*morning, *evening].map(|time| format!("{before} {}", clock_text(time)));
                Err(self.unclear(start, "in the morning or in the evening?", options.to_vec()))
            }
            _ => Ok(time.usual()),
        }
    }

    /// Returns the words from the number of a time on.
    fn words_from_last_number(&self, start: usize) -> &str {
        let words = self.words(start);
        words.find(|c: char| c.is_ascii_digit()).and_then(|place| words.get(place..)).unwrap_or_default()
    }

    /// Reads `9-12`, `9 to 3 pm`, or `noon on`.
    fn clock_range(&mut self, start: usize, within: Option<Minutes>) -> Result<Option<Minutes>, Unclear> {
        let Some(from) = self.clock() else { return Ok(None) };
        let after = self.at;
        if self.eat_sign('-') || self.eat(&["to", "until", "till", "through", "thru", "and"]) {
            if let Some(to) = self.clock() {
                let hours = self.pair(start, from, to, within)?;
                return self.ordered(start, hours);
            }
            self.at = after;
        }
        if self.eat(&["onward", "onwards", "forward"])
            || self.eat_all(["and", "after"])
            || self.eat_all(["and", "later"])
            || self.eat_all(["or", "later"])
            || self.eat_all(["or", "after"])
            || self.eat_trailing_on()
        {
            let from = self.decided(start, from, End::From, within)?;
            return self.ordered(start, (from, DAY));
        }
        if self.eat_all(["and", "earlier"])
            || self.eat_all(["or", "earlier"])
            || self.eat_all(["and", "before"])
            || self.eat_all(["or", "before"])
        {
            let to = self.decided(start, from, End::To, within)?;
            return self.ordered(start, (0, to));
        }
        if from.half == DayHalf::Open && self.words(start).bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        if matches!(self.words(start).split(' ').next(), Some("from")) {
            let from = self.decided(start, from, End::From, within)?;
            return self.ordered(start, (from, DAY));
        }
        let time = clock_text(from.usual());
        let options = vec![format!("before {time}"), format!("after {time}")];
        Err(self.unclear(start, "up to then, or from then on?", options))
    }

    /// Moves over the `on` of `noon on`, but not over that of `noon on Fridays`.
    fn eat_trailing_on(&mut self) -> bool {
        let start = self.at;
        let found = self.eat(&["on"]) && self.is_stop();
        if !found {
            self.at = start;
        }
        found
    }

    /// Decides between AM and PM for two times.
    fn pair(&self, start: usize, from: ClockTime, to: ClockTime, within: Option<Minutes>) -> Result<Minutes, Unclear> {
        let known = |time: ClockTime| time.half == DayHalf::Known;
        // On a clock of 24 hours, `7:00-15:30` has two morning hours.
        let plain = |time: ClockTime| if time.half == DayHalf::Open { time.minutes } else { time.usual() };
        let is_long = to.half == DayHalf::Known && to.minutes > NOON;
        if (known(from) && from.minutes != NOON && from.minutes != 0 || is_long)
            && to.half != DayHalf::Pm
            && plain(from) < plain(to)
        {
            return Ok((plain(from), plain(to)));
        }
        let ends = to.readings();
        let mut pairs: Vec<Minutes> =
            from.readings().into_iter().flat_map(|from| ends.iter().map(move |to| (from, *to))).collect();
        pairs.retain(|(from, to)| from < to && to - from <= 12 * HOUR);
        if let Some((first, last)) = within {
            let inside: Vec<Minutes> =
                pairs.iter().copied().filter(|(from, to)| first <= *from && *to <= last).collect();
            if !inside.is_empty() {
                pairs = inside;
            }
        }
        // Sessions do not start before 6 in the morning.
        if from.half == DayHalf::Open {
            let late: Vec<Minutes> = pairs.iter().copied().filter(|(from, _)| *from >= 6 * HOUR).collect();
            if late.is_empty() && to.half == DayHalf::Open && !pairs.is_empty() {
                // `3-2` has no reading in the day.
                return Ok((plain(from), plain(to)));
            }
            pairs = if late.is_empty() { pairs } else { late };
        }
        // The shortest of each start: `9-3` and `9 am - 11` end at the next such time.
        pairs.sort_by_key(|(from, to)| (to - from, *from));
        let Some(shortest) = pairs.first().copied() else {
            return Ok((plain(from), plain(to)));
        };
        let same: Vec<Minutes> =
            pairs.iter().copied().filter(|(from, to)| to - from == shortest.1 - shortest.0).collect();
        let in_hours = |pair: &&Minutes| pair.0 >= 8 * HOUR && pair.1 <= 18 * HOUR;
        match (same.as_slice(), same.iter().find(in_hours)) {
            ([one], _) | (_, Some(one)) => Ok(*one),
            _ => {
                let options = same.iter().map(|(from, to)| format!("{} to {}", clock_text(*from), clock_text(*to)));
                Err(self.unclear(start, "in the morning or in the evening?", options.collect()))
            }
        }
    }

    fn ordered(&self, start: usize, hours: Minutes) -> Result<Option<Minutes>, Unclear> {
        if hours.0 < hours.1 && hours.1 <= DAY {
            return Ok(Some(hours));
        }
        Err(self.unclear(start, "these hours are empty; write the earlier time first", Vec::new()))
    }

    /// Reads a time of day.
    fn clock(&mut self) -> Option<ClockTime> {
        if self.eat(&["noon", "midday"]) {
            return Some(ClockTime { minutes: NOON, half: DayHalf::Known });
        }
        if self.eat(&["midnight"]) {
            let first = self.is_sign(0, '-') || self.word(0) == "to";
            return Some(ClockTime { minutes: if first { 0 } else { DAY }, half: DayHalf::Known });
        }
        let (hour, digits) = self.number(0).filter(|(hour, digits)| *hour <= 24 && *digits <= 2)?;
        let minute = self.number(2).filter(|(minute, digits)| *minute < 60 && *digits == 2 && self.is_sign(1, ':'));
        let next = if minute.is_some() { 3 } else { 1 };
        let is_date = self.is_sign(next, '/')
            || matches!(self.word(next), "st" | "nd" | "rd" | "th" | "week" | "weeks")
            || super::vocabulary::month(self.word(next)).is_some();
        if is_date {
            return None;
        }
        let hour = u16::try_from(hour).ok()?;
        let minutes = hour * HOUR + u16::try_from(minute.map_or(0, |(minute, _)| minute)).ok()?;
        if minutes > DAY {
            return None;
        }
        self.at += next;
        let half = self.day_half();
        let half = match half {
            DayHalf::Open if hour > 12 || hour == 0 || (digits == 2 && hour < 10) => DayHalf::Known,
            half => half,
        };
        let valid = hour <= 12 && hour > 0 || matches!(half, DayHalf::Known);
        if !valid {
            self.at -= next;
            return None;
        }
        Some(ClockTime { minutes, half })
    }

    /// Reads `am`, `p.m.`, `in the evening`, and the like after a time.
    fn day_half(&mut self) -> DayHalf {
        self.eat(&["oclock"]);
        let glued = self.token(0).is_some_and(|token| token.glued);
        if self.eat(&["am"]) || glued && self.eat(&["a"]) {
            return DayHalf::Am;
        }
        if self.eat(&["pm"]) || glued && self.eat(&["p"]) {
            return DayHalf::Pm;
        }
        if self.eat_all(["in", "the", "morning"]) {
            return DayHalf::Am;
        }
        let evening = ["afternoon", "evening"].iter().any(|part| self.eat_all(["in", "the", *part]));
        if evening || self.eat_all(["at", "night"]) { DayHalf::Pm } else { DayHalf::Open }
    }
}
