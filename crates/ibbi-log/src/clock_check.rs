//! Times of recording that a right clock doesn't give.
//!
//! A line's `logged` comes from the clock of the computer that wrote it. Nothing proves that the clock was right, but some
//! times show that it was wrong. None of them is a fault of the ledger: each line is still linked to the line before it.
//!
//! - **Future**: a line was recorded after the reader's own clock, by more than [`CLOCK_DIFFERENCE`].
//! - **Back**: a line of format 2 was recorded earlier than the line before it, by more than a writer allows. In format 1,
//!   any step back is [`FaultKind::Logged`](crate::FaultKind::Logged).
//! - **Ahead**: some lines were recorded with later times than the lines after them: the clock jumped forward and then back.
//! - **Frozen**: the clock stood still. See [`FROZEN_ACTS`] for the rule.

use crate::ledger_data::Opening;
use crate::links::{LineStart, Links, act_of, version_of};
use crate::record::LineRecord;
use core::fmt;
use ibbi_core::{ActPlace, At};
use ibbi_store::MAX_STEP_BACK;

/// How far two clocks can differ, in milliseconds: 5 minutes, as far as a writer lets its clock step back.
pub const CLOCK_DIFFERENCE: i64 = MAX_STEP_BACK;

/// The least acts in a row with the same `logged` for which a clock counts as frozen.
///
/// `logged` has milliseconds. One person can record many lines at once (an import, or a list of events), and a server can
/// write what several people sent at the same moment. Both give lines the same time. But a person who waits for an answer
/// doesn't send a second event within the same millisecond. So a clock counts as frozen only if there are at least this many
/// acts in a row (an event recorded alone is one act), and a person recorded again after another one did.
pub const FROZEN_ACTS: u64 = 5;

/// The most people of a run whose turns are followed.
const FOLLOWED: usize = 16;

/// A line, as far as its clock is checked.
#[derive(Debug, Clone, Copy)]
pub struct ClockLine<'a> {
    /// Its number in its file, from 1.
    pub line: u64,
    /// The byte at which it begins, from 0.
    pub offset: u64,
    /// When it was recorded.
    pub logged: At,
    /// The name of the person who recorded it, if it is an event of a case. Another line takes no turn.
    pub actor: Option<&'a [u8]>,
    /// Its place in its act, if it belongs to one.
    pub act: Option<ActPlace>,
    /// Whether it has format 1, in which times never go back.
    pub in_order: bool,
}

impl<'a> ClockLine<'a> {
    /// Reads what the check needs of a line of any kind, without its LF. Returns `None` if it has no time.
    pub fn read(bytes: &'a [u8], line: u64, offset: u64) -> Option<Self> {
        let logged = Links::read(bytes)?.logged()?;
        let (start, in_order) = (LineStart::read(bytes), version_of(bytes) == Some(1));
        let actor = start.actor.filter(|_| line > 1 && start.case.is_some());
        Some(Self { line, offset, logged, actor, act: act_of(bytes), in_order })
    }

    /// Returns what the check needs of a ledger's first line.
    pub(crate) const fn of_opening(opening: &Opening) -> Self {
        Self { line: 1, offset: 0, logged: opening.logged, actor: None, act: None, in_order: opening.format == 1 }
    }

    /// Returns what the check needs of a line of format 2 that is no event of a case: a change of format, the last lines of all
    /// cases, or a line about the custody of texts.
    pub(crate) const fn of_other(logged: At, line: u64, offset: u64) -> Self {
        Self { line, offset, logged, actor: None, act: None, in_order: false }
    }

    /// Returns what the check needs of a record. `line` is its number in its file.
    pub fn of_record(record: &'a LineRecord, line: u64) -> Self {
        let LineRecord { record, offset, .. } = record;
        let (actor, details) = (Some(record.actor.as_str().as_bytes()), &record.details);
        Self { line, offset: *offset, logged: record.logged, actor, act: details.act, in_order: details.in_order }
    }
}

/// A time that a right clock doesn't give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockFinding {
    /// The first line that it is about, from 1.
    pub line: u64,
    /// The byte at which that line begins, from 0.
    pub offset: u64,
    /// When that line was recorded, according to itself.
    pub logged: At,
    /// What is wrong.
    pub kind: ClockFault,
}

/// What is wrong with the time of one or more lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockFault {
    /// Lines were recorded after the reader's clock.
    Future {
        /// The reader's clock.
        now: At,
        /// The latest such time.
        latest: At,
        /// The number of such lines.
        lines: u64,
    },
    /// A line was recorded earlier than the line before it.
    Back {
        /// When the line before it was recorded.
        before: At,
    },
    /// Lines were recorded with later times than the line after them.
    Ahead {
        /// The last of these lines.
        last: u64,
        /// When the line after them was recorded.
        after: At,
    },
    /// Several people recorded at exactly the same time.
    Frozen {
        /// The last of these lines.
        last: u64,
        /// The number of acts.
        acts: u64,
        /// The number of people who recorded them, as far as they were followed.
        people: u64,
    },
}

impl ClockFault {
    /// Returns the stable code of the finding.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Future { .. } => "clock.future",
            Self::Back { .. } => "clock.back",
            Self::Ahead { .. } => "clock.ahead",
            Self::Frozen { .. } => "clock.frozen",
        }
    }
}

impl fmt::Display for ClockFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, logged, .. } = self;
        match &self.kind {
            ClockFault::Future { now, lines: 1, .. } => {
                write!(f, "the line was recorded at {logged}, but the clock of this check says {now}")
            }
            ClockFault::Future { now, latest, lines } => write!(
                f,
                "{lines} lines, the first of them recorded at {logged} and the latest at {latest}, have times after {now}, \
                 which is the time on the clock of this check"
            ),
            ClockFault::Back { before } => {
                write!(f, "the line was recorded at {logged}, but the line before it at {before}, which is later")
            }
            ClockFault::Ahead { last, after } if last == line => {
                write!(f, "the line was recorded at {logged}, but the line after it at {after}, which is earlier")
            }
            ClockFault::Ahead { last, after } => write!(
                f,
                "lines {line} to {last} were recorded from {logged} on, but line {} at {after}, which is earlier",
                last + 1
            ),
            ClockFault::Frozen { last, acts, people } => write!(
                f,
                "{people} people took turns to record {acts} times in lines {line} to {last}, all at exactly {logged}"
            ),
        }
    }
}

/// Follows the times of a ledger's lines.
///
/// ```
/// use ibbi_core::At;
/// use ibbi_log::{ClockCheck, ClockLine};
/// let at = |text: &str| text.parse::<At>().unwrap();
/// let mut check = ClockCheck::new(Some(at("2026-10-01T12:00:00.000Z")));
/// let logged = at("2026-10-02T12:00:00.000Z");
/// let line = ClockLine { line: 1, offset: 0, logged, actor: None, act: None, in_order: false };
/// assert!(check.observe(line).is_empty());
/// let found = check.finish();
/// assert_eq!((found[0].line, found[0].kind.code()), (1, "clock.future"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct ClockCheck {
    now: Option<At>,
    before: Option<At>,
    future: Option<ClockFinding>,
    /// The longest step forward since the clock last went back.
    forward: Option<Forward>,
    run: Option<Run>,
}

#[derive(Debug, Clone, Copy)]
struct Forward {
    line: u64,
    offset: u64,
    from: At,
    to: At,
}

/// Lines in a row with the same time.
#[derive(Debug, Clone)]
struct Run {
    line: u64,
    offset: u64,
    logged: At,
    last: u64,
    acts: u64,
    /// The people who recorded, in the order of their first turns.
    people: Vec<Vec<u8>>,
    /// The index of the person whose turn it is.
    turn: usize,
    /// Whether a person recorded again after another one.
    returned: bool,
}

impl ClockCheck {
    /// Creates a check. Without the reader's clock, no line is in the future.
    pub fn new(now: Option<At>) -> Self {
        Self { now, ..Self::default() }
    }

    /// Takes the next line, and returns what is now known to be wrong with its time or with those of lines before it.
    pub fn observe(&mut self, line: ClockLine<'_>) -> Vec<ClockFinding> {
        // A `Vec` without elements takes no memory.
        let mut found = Vec::new();
        self.compare_with_reader(&line);
        if let Some(before) = self.before.replace(line.logged) {
            let step = line.logged.millis().saturating_sub(before.millis());
            if step < 0 {
                self.went_back(before, &line, &mut found);
            } else if step > CLOCK_DIFFERENCE
                && self.forward.is_none_or(|known| step > known.to.millis() - known.from.millis())
            {
                self.forward = Some(Forward { line: line.line, offset: line.offset, from: before, to: line.logged });
            }
        }
        self.follow_run(&line, &mut found);
        found
    }

    /// Returns what is known only at the end.
    pub fn finish(&mut self) -> Vec<ClockFinding> {
        let frozen = self.run.take().and_then(|run| run.finding());
        self.future.take().into_iter().chain(frozen).collect()
    }

    fn compare_with_reader(&mut self, line: &ClockLine<'_>) {
        let ClockLine { line, offset, logged, .. } = *line;
        let Some(now) = self.now.filter(|now| logged.millis() > now.millis().saturating_add(CLOCK_DIFFERENCE)) else {
            return;
        };
        let kind = ClockFault::Future { now, latest: logged, lines: 0 };
        let known = self.future.get_or_insert(ClockFinding { line, offset, logged, kind });
        if let ClockFault::Future { latest, lines, .. } = &mut known.kind {
            (*latest, *lines) = (logged.max(*latest), *lines + 1);
        }
    }

    fn went_back(&mut self, before: At, line: &ClockLine<'_>, found: &mut Vec<ClockFinding>) {
        let back = before.millis().saturating_sub(line.logged.millis());
        if back <= CLOCK_DIFFERENCE {
            return;
        }
        let after = line.logged;
        let is_ahead = |jump: &Forward| jump.from.millis() <= after.millis() + CLOCK_DIFFERENCE && jump.to > after;
        if let Some(Forward { line: first, offset, to, .. }) = self.forward.take().filter(is_ahead) {
            let kind = ClockFault::Ahead { last: line.line.saturating_sub(1), after };
            found.push(ClockFinding { line: first, offset, logged: to, kind });
        } else if !line.in_order {
            let kind = ClockFault::Back { before };
            found.push(ClockFinding { line: line.line, offset: line.offset, logged: after, kind });
        }
    }

    fn follow_run(&mut self, line: &ClockLine<'_>, found: &mut Vec<ClockFinding>) {
        // The program itself adds some of the other lines, at the time of the event before.
        if line.actor.is_none() && line.line > 1 && self.run.as_ref().is_some_and(|run| run.logged == line.logged) {
            return;
        }
        let actor = line.actor.unwrap_or_default();
        match &mut self.run {
            Some(run) if run.logged == line.logged => run.add(line, actor),
            Some(run) => {
                found.extend(run.finding());
                run.start(line, actor);
            }
            None => {
                let mut run = Run {
                    line: 0,
                    offset: 0,
                    logged: line.logged,
                    last: 0,
                    acts: 0,
                    people: Vec::new(),
                    turn: 0,
                    returned: false,
                };
                run.start(line, actor);
                self.run = Some(run);
            }
        }
    }
}

impl Run {
    /// Begins a run with a line, in the memory of the run before it.
    fn start(&mut self, line: &ClockLine<'_>, actor: &[u8]) {
        (self.line, self.offset, self.logged) = (line.line, line.offset, line.logged);
        (self.last, self.acts, self.turn, self.returned) = (line.line, 1, 0, false);
        self.people.truncate(1);
        match self.people.first_mut() {
            Some(first) => {
                first.clear();
                first.extend_from_slice(actor);
            }
            None => self.people.push(actor.to_vec()),
        }
    }

    fn add(&mut self, line: &ClockLine<'_>, actor: &[u8]) {
        self.last = line.line;
        if line.act.is_none_or(|act| act.index == 1) {
            self.acts += 1;
        }
        if self.people.get(self.turn).is_some_and(|person| person == actor) {
            return;
        }
        match self.people.iter().position(|person| person == actor) {
            Some(known) => (self.turn, self.returned) = (known, true),
            None if self.people.len() < FOLLOWED => {
                self.turn = self.people.len();
                self.people.push(actor.to_vec());
            }
            None => {}
        }
    }

    fn finding(&self) -> Option<ClockFinding> {
        let people = u64::try_from(self.people.len()).unwrap_or(u64::MAX);
        let kind = ClockFault::Frozen { last: self.last, acts: self.acts, people };
        let found = ClockFinding { line: self.line, offset: self.offset, logged: self.logged, kind };
        (self.acts >= FROZEN_ACTS && self.returned).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;
    const DAY: i64 = 24 * 60 * 60 * 1000;

    /// Checks lines, each given by its time after the start and the name of its actor.
    fn check(lines: &[(i64, &str)], in_order: bool, now: Option<i64>) -> Vec<(u64, &'static str)> {
        let at = |millis| At::from_millis(START + millis).unwrap();
        let mut check = ClockCheck::new(now.map(at));
        let mut found = Vec::new();
        for (number, (millis, actor)) in (1..).zip(lines) {
            let (logged, actor) = (at(*millis), Some(actor.as_bytes()));
            found.extend(check.observe(ClockLine { line: number, offset: 0, logged, actor, act: None, in_order }));
        }
        found.extend(check.finish());
        found.iter().map(|found| (found.line, found.kind.code())).collect()
    }

    #[test]
    fn lines_after_the_readers_clock_are_one_finding() {
        let lines = [(0, "a"), (CLOCK_DIFFERENCE, "a"), (DAY, "a"), (2 * DAY, "a")];
        assert_eq!(check(&lines, false, Some(0)), [(3, "clock.future")]);
        assert_eq!(check(&lines, false, Some(2 * DAY)), []);
        assert_eq!(check(&lines, false, None), []);
    }

    #[test]
    fn steps_back_and_jumps_are_found_at_the_first_wrong_line() {
        let back = [(DAY, "a"), (DAY - CLOCK_DIFFERENCE, "a"), (0, "a")];
        assert_eq!(check(&back, false, None), [(3, "clock.back")], "a small step is allowed");
        assert_eq!(check(&back, true, None), [], "in format 1, the line has a fault");
        let ahead = [(0, "a"), (1, "a"), (9 * DAY, "a"), (9 * DAY + 5, "a"), (2, "a"), (3, "a")];
        for in_order in [false, true] {
            assert_eq!(check(&ahead, in_order, None), [(3, "clock.ahead")]);
        }
        let pause = [(0, "a"), (9 * DAY, "a"), (40 * DAY, "a")];
        assert_eq!(check(&pause, false, None), [], "a ledger can rest for weeks");
    }

    #[test]
    fn frozen_clock_needs_turns_of_different_people() {
        let turns = |names: &[&'static str]| names.iter().map(|name| (7, *name)).collect::<Vec<_>>();
        assert_eq!(check(&turns(&["a", "a", "b", "b", "a"]), false, None), [(1, "clock.frozen")]);
        assert_eq!(check(&turns(&["a", "b", "a", "b"]), false, None), [], "too few");
        assert_eq!(check(&turns(&["a"; 500]), false, None), [], "an import");
        assert_eq!(check(&turns(&["a", "b", "c", "d", "e", "f"]), false, None), [], "sent at the same moment");
        let later = [&[(0, "a"), (0, "b")], &turns(&["a", "b", "a", "b", "a"])[..], &[(8, "c")]].concat();
        assert_eq!(check(&later, false, None), [(3, "clock.frozen")]);
    }

    #[test]
    fn every_kind_of_line_is_read() {
        let prev = "0".repeat(64);
        for kind in ["format_changed", "heads_stated", "hold_placed", "hold_lifted", "texts_destroyed"] {
            let line = format!(
                "{{\"actor\":\"a\",\"at\":\"2099-01-01T00:00:00.000Z\",\"data\":{{}},\"id\":\"00000000-0000-0000-0000-00000000000a\",\
                 \"logged\":\"2099-01-01T00:00:00.000Z\",\"prev\":\"{prev}\",\"seq\":9,\"type\":\"{kind}\",\"v\":2}}"
            );
            let read = ClockLine::read(line.as_bytes(), 9, 70).expect(kind);
            let expected = ClockLine::of_other("2099-01-01T00:00:00.000Z".parse().unwrap(), 9, 70);
            assert_eq!((read.logged, read.actor, read.in_order), (expected.logged, None, false), "{kind}");
        }
    }

    #[test]
    fn lines_of_an_act_count_once() {
        let mut check = ClockCheck::new(None);
        let logged = At::from_millis(START).unwrap();
        for (line, (actor, index)) in (1..).zip([("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("a", 1), ("a", 2)])
        {
            let (actor, act) = (Some(actor.as_bytes()), ActPlace::new(index, 3));
            assert_eq!(check.observe(ClockLine { line, offset: 0, logged, actor, act, in_order: false }), []);
        }
        assert_eq!(check.finish(), [], "three acts are too few");
    }
}
