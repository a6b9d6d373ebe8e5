//! The components of a calendar: events, free and busy times, and definitions of zones. Titles, places, and other texts are skipped
//! before they are read.

use super::lines::{Line, MAX_LINE, lines};
use super::parts::{Draft, Event, Fields, Frame, MAX_COMPONENTS, MAX_DATES, MAX_NAMES, Period, Scan, Status};
use super::report::LeftOut;
use super::rule::Rule;
use super::stamp::{End, Property, Stamp, ZoneId, travel_seconds};
use super::zones::{Definition, Observance, offset};
use crate::{ImportError, Mark};
use calcard::icalendar::ICalendarParameterName as Parameter;
use std::collections::HashMap;

/// The most components within each other.
const MAX_DEPTH: usize = 50;
/// The most characters of a name.
const MAX_NAME: usize = 200;

/// Reads the components of a file.
///
/// # Errors
/// [`ImportError`] if the text isn't a calendar, or has too many parts.
pub(super) fn scan(text: &str) -> Result<Scan, ImportError> {
    let mut scanner = Scanner::default();
    let mut last = 0;
    for line in lines(text) {
        last = line.number;
        scanner.line(&line)?;
    }
    if !scanner.has_components {
        let message =
            "The file is not a calendar: it has no line BEGIN:VCALENDAR. Export the calendar as an .ics file.";
        return Err(ImportError::Unknown(message.to_owned()));
    }
    if scanner.frames.iter().any(|frame| *frame != Frame::Other) {
        let message = "The file ends too early: the end of the calendar is missing. Export or download it again.";
        scanner.scan.report.problem(last, message);
    }
    Ok(scanner.scan)
}

#[derive(Default)]
struct Scanner {
    scan: Scan,
    frames: Vec<Frame>,
    has_components: bool,
    components: usize,
    dates: usize,
    zone_ids: HashMap<String, ZoneId>,
    people: HashMap<String, usize>,
    /// The person of the calendar.
    person: Option<usize>,
    cancels: bool,
    draft: Draft,
    /// The person of the list of free and busy times, and whether ATTENDEE names it.
    named: Option<(String, bool)>,
    pending: Vec<Period>,
    span: (Option<Stamp>, Option<Stamp>),
    zone: Definition,
}

impl Scanner {
    fn line(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        let name = line.name();
        match name.as_str() {
            "BEGIN" => return self.begin(line),
            "END" => return self.end(line),
            _ => {}
        }
        match self.frames.last() {
            None | Some(Frame::Task | Frame::Other) => Ok(()),
            Some(Frame::Calendar) => {
                self.calendar_line(&name, line);
                Ok(())
            }
            Some(Frame::Event) => self.event_line(&name, line),
            Some(Frame::FreeBusy) => self.free_busy_line(&name, line),
            Some(Frame::Zone) => {
                self.zone_line(&name, line);
                Ok(())
            }
            Some(Frame::Observance) => self.observance_line(&name, line),
        }
    }

    fn begin(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        let mut frame = Frame::new(line.value());
        let outer = self.frames.last().copied();
        if !frame.fits(outer) {
            if frame != Frame::Observance {
                let message =
                    "This part is inside another one that can't have it. It was skipped. Export the calendar again.";
                self.scan.report.problem(line.number, message);
            }
            frame = Frame::Other;
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_large(line, &format!("more than {MAX_DEPTH} components are inside each other")));
        }
        self.frames.push(frame);
        self.has_components |= matches!(frame, Frame::Calendar | Frame::Event | Frame::FreeBusy);
        match frame {
            Frame::Calendar => {
                self.person = None;
                self.cancels = false;
            }
            Frame::Event | Frame::FreeBusy => {
                self.components += 1;
                if self.components > MAX_COMPONENTS {
                    return Err(too_large(line, &format!("the calendar has more than {MAX_COMPONENTS} events")));
                }
                let fields = Fields { line: line.number, ..Fields::default() };
                self.draft = Draft { fields, is_canceled: self.cancels, ..Draft::default() };
                self.named = None;
                self.span = (None, None);
                self.pending.clear();
            }
            Frame::Zone => self.zone = Definition::default(),
            Frame::Observance => self.zone.observances.push(Observance::default()),
            Frame::Task => self.scan.report.leave_out(LeftOut::Task),
            Frame::Other => {
                if line.value().eq_ignore_ascii_case("VAVAILABILITY") {
                    let message = "Lists of available hours (VAVAILABILITY) are not read. Enter the hours by hand.";
                    self.scan.report.problem(line.number, message);
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        let frame = Frame::new(line.value());
        let Some(at) = self.frames.iter().rposition(|open| *open == frame) else { return Ok(()) };
        if self.frames[at..].contains(&Frame::Event) && frame != Frame::Event {
            self.scan
                .report
                .problem(self.draft.fields.line, "The event has no end in the file. Export the calendar again.");
        }
        self.frames.truncate(at);
        match frame {
            Frame::Event => self.end_event()?,
            Frame::FreeBusy => self.end_free_busy(line)?,
            Frame::Zone => {
                let zone = std::mem::take(&mut self.zone);
                if self.scan.definitions.len() >= MAX_NAMES || zone.observances.len() > MAX_NAMES {
                    return Err(too_large(line, &format!("the file defines more than {MAX_NAMES} time zones")));
                }
                self.scan.definitions.push(zone);
            }
            _ => {}
        }
        Ok(())
    }

    fn calendar_line(&mut self, name: &str, line: &Line<'_>) {
        match name {
            "X-WR-CALNAME" | "NAME" if self.person.is_none() => {
                let found = read_name(Property::read(line).as_ref().and_then(Property::text));
                if let Some(found) = found {
                    self.person = self.person_with(found).ok();
                }
            }
            "METHOD" => self.cancels = line.value().eq_ignore_ascii_case("CANCEL"),
            _ => {}
        }
    }

    fn event_line(&mut self, name: &str, line: &Line<'_>) -> Result<(), ImportError> {
        let value = || line.value().to_ascii_uppercase();
        match name {
            "UID" => self.draft.fields.uid = Some(line.value().into()),
            "SEQUENCE" => self.draft.fields.sequence = line.value().parse().unwrap_or(0),
            "TRANSP" => self.draft.is_free |= value() == "TRANSPARENT",
            "STATUS" => {
                self.draft.is_canceled |= matches!(value().as_str(), "CANCELLED" | "CANCELED");
                self.draft.is_tentative |= value() == "TENTATIVE";
            }
            "X-MICROSOFT-CDO-BUSYSTATUS" | "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS" => {
                self.draft.is_free |= matches!(value().as_str(), "FREE" | "WORKINGELSEWHERE");
                self.draft.is_tentative |= value() == "TENTATIVE";
            }
            // Apple's calendars have the time of travel apart from the event.
            "X-APPLE-TRAVEL-DURATION" => match travel_seconds(line.value()) {
                Some(travel) => self.draft.fields.travel = travel,
                None => self.broken(line, "The travel time of the event can't be read. Enter its times by hand."),
            },
            "ATTENDEE" => self.draft.is_declined |= self.is_own_decline(line),
            "RRULE" if self.is_readable(line) => match Rule::read(line.value()) {
                Ok(rule) if self.draft.fields.rules.len() < 10 => self.draft.fields.rules.push(rule),
                Ok(_) => self.broken(line, "The event has more than 10 rules. Enter its times by hand."),
                Err(problem) => {
                    let message = format!("The event repeats, but {problem}. Only its first time was read.");
                    self.scan.report.problem(line.number, message);
                }
            },
            "EXRULE" => {
                let message =
                    "Rules of exceptions (EXRULE) are not read. All times of the event were kept; check them.";
                self.scan.report.problem(line.number, message);
            }
            "DTSTART" | "DTEND" | "DURATION" | "RECURRENCE-ID" | "RDATE" | "EXDATE" if self.is_readable(line) => {
                self.event_times(name, line)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads the start, the end, and the other times of an event.
    fn event_times(&mut self, name: &str, line: &Line<'_>) -> Result<(), ImportError> {
        self.count_dates(line)?;
        let Some(property) = Property::read(line) else {
            self.broken(line, "The times of the event can't be read. Enter them by hand.");
            return Ok(());
        };
        let zone = self.zone_id(line, property.zone())?;
        match name {
            "DTSTART" => match property.stamp(zone) {
                Some(start) => self.draft.start = Some(start),
                None => self.broken(line, "The start of the event can't be read. Enter its times by hand."),
            },
            "DTEND" | "DURATION" => {
                let end = if name == "DTEND" { property.stamp(zone).map(End::At) } else { property.duration() };
                match end {
                    Some(end) => self.draft.fields.end = end,
                    None => self.broken(line, "The end of the event can't be read. Enter its times by hand."),
                }
            }
            "RECURRENCE-ID" => {
                self.draft.fields.and_later = property.has_range();
                match property.stamp(zone) {
                    Some(replaces) => self.draft.fields.replaces = Some(replaces),
                    None => self.broken(line, "The event changes one of a series, but the file doesn't say which one."),
                }
            }
            _ => {
                let mut has_problem = false;
                for time in property.times(zone) {
                    match (time, name) {
                        (Some(time), "RDATE") => self.draft.fields.more.push(time),
                        (Some((time, _)), _) => self.draft.fields.except.push(time),
                        (None, _) => has_problem = true,
                    }
                }
                if has_problem {
                    let message = format!("Some dates of {name} can't be read. Check the times of this event by hand.");
                    self.scan.report.problem(line.number, message);
                }
            }
        }
        Ok(())
    }

    fn end_event(&mut self) -> Result<(), ImportError> {
        let mut draft = std::mem::take(&mut self.draft);
        // A list has room for four rules, and most series have one.
        draft.fields.rules.shrink_to_fit();
        if draft.is_broken {
            return Ok(());
        }
        let Some(start) = draft.start.or(draft.fields.replaces) else {
            self.scan.report.problem(draft.fields.line, "The event has no start. Enter its times by hand.");
            return Ok(());
        };
        let status = match () {
            () if draft.is_canceled => Status::LeftOut(LeftOut::Canceled),
            () if draft.is_declined => Status::LeftOut(LeftOut::Declined),
            () if draft.is_free => Status::LeftOut(LeftOut::Free),
            () if draft.is_tentative => Status::Takes(Mark::IfNeedBe),
            () => Status::Takes(Mark::Cannot),
        };
        let person = self.calendar_person()?;
        self.scan.events.push(Event { fields: draft.fields, person, start, status });
        Ok(())
    }

    fn free_busy_line(&mut self, name: &str, line: &Line<'_>) -> Result<(), ImportError> {
        match name {
            "ATTENDEE" | "ORGANIZER" if self.named.as_ref().is_none_or(|(_, by_attendee)| !by_attendee) => {
                let property = Property::read(line);
                let found = read_name(property.as_ref().and_then(|property| property.parameter(&Parameter::Cn)));
                // Some programs write the address in place of the name. Addresses are not kept.
                if let Some(found) = found.filter(|name| !name.contains('@')) {
                    self.named = Some((found, name == "ATTENDEE"));
                }
            }
            "DTSTART" | "DTEND" if self.is_readable(line) => {
                let Some(property) = Property::read(line) else { return Ok(()) };
                let zone = self.zone_id(line, property.zone())?;
                *(if name == "DTSTART" { &mut self.span.0 } else { &mut self.span.1 }) = property.stamp(zone);
            }
            "FREEBUSY" if self.is_readable(line) => self.busy_line(line)?,
            _ => {}
        }
        Ok(())
    }

    fn busy_line(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        self.count_dates(line)?;
        let Some(property) = Property::read(line) else {
            self.scan.report.problem(line.number, "The free and busy times can't be read. Enter them by hand.");
            return Ok(());
        };
        let zone = self.zone_id(line, property.zone())?;
        let kind = property.parameter(&Parameter::Fbtype).unwrap_or("BUSY").to_ascii_uppercase();
        // RFC 5545, section 3.2.9: what isn't known is busy.
        let mark = match kind.as_str() {
            "FREE" => None,
            "BUSY-TENTATIVE" => Some(Mark::IfNeedBe),
            _ => Some(Mark::Cannot),
        };
        let mut has_problem = false;
        for time in property.times(zone) {
            match (time, mark) {
                (Some((start, Some(end))), Some(mark)) => {
                    self.pending.push(Period { line: line.number, person: 0, start, end, mark });
                }
                (Some((_, Some(_))), None) => self.scan.report.leave_out(LeftOut::FreePeriod),
                _ => has_problem = true,
            }
        }
        if has_problem {
            self.scan.report.problem(line.number, "Some free and busy times can't be read. Check them by hand.");
        }
        Ok(())
    }

    fn end_free_busy(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        let person = match self.named.take() {
            Some((name, _)) => self.person_with(name)?,
            None => self.calendar_person()?,
        };
        if let (Some(from), Some(to)) = self.span {
            self.scan.spans.push((from, to));
        }
        if self.scan.spans.len() > MAX_COMPONENTS {
            return Err(too_large(line, "the file has too many lists of free and busy times"));
        }
        self.scan.periods.extend(self.pending.drain(..).map(|period| Period { person, ..period }));
        Ok(())
    }

    fn zone_line(&mut self, name: &str, line: &Line<'_>) {
        let text = || Property::read(line).and_then(|property| property.text().map(|text| text.trim().to_owned()));
        match name {
            "TZID" => self.zone.id = text().unwrap_or_default(),
            "X-LIC-LOCATION" => self.zone.location = text(),
            _ => {}
        }
    }

    fn observance_line(&mut self, name: &str, line: &Line<'_>) -> Result<(), ImportError> {
        if name == "RDATE" {
            self.count_dates(line)?;
        }
        let Some(observance) = self.zone.observances.last_mut() else { return Ok(()) };
        match name {
            "TZOFFSETFROM" => observance.from = offset(line.value()),
            "TZOFFSETTO" => observance.to = offset(line.value()),
            "RRULE" => observance.rule = Rule::read(line.value()).ok(),
            "DTSTART" => {
                let start = Property::read(line).and_then(|property| property.stamp(ZoneId::FLOATING));
                observance.start = start.map(Stamp::written);
            }
            "RDATE" if !line.is_too_long => {
                let Some(property) = Property::read(line) else { return Ok(()) };
                observance.dates.extend(property.times(ZoneId::FLOATING).flatten().map(|(time, _)| time.written()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a line isn't too long. If it is, the event can't be read, and that is reported.
    fn is_readable(&mut self, line: &Line<'_>) -> bool {
        if line.is_too_long {
            self.broken(line, &format!("The line has more than {MAX_LINE} characters. The event was skipped."));
        }
        !line.is_too_long
    }

    fn broken(&mut self, line: &Line<'_>, message: &str) {
        self.scan.report.problem(line.number, message);
        self.draft.is_broken = true;
    }

    fn count_dates(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        self.dates += 1 + line.text.bytes().filter(|byte| *byte == b',').count();
        if self.dates > MAX_DATES {
            return Err(too_large(line, &format!("the calendar lists more than {MAX_DATES} dates")));
        }
        Ok(())
    }

    fn zone_id(&mut self, line: &Line<'_>, name: Option<&str>) -> Result<ZoneId, ImportError> {
        let Some(name) = name.map(str::trim) else { return Ok(ZoneId::FLOATING) };
        if let Some(id) = self.zone_ids.get(name) {
            return Ok(*id);
        }
        let id = u16::try_from(self.zone_ids.len()).map(ZoneId).unwrap_or(ZoneId::FLOATING);
        if self.zone_ids.len() >= MAX_NAMES {
            return Err(too_large(line, &format!("the calendar names more than {MAX_NAMES} time zones")));
        }
        self.zone_ids.insert(name.to_owned(), id);
        self.scan.zone_names.push(name.to_owned());
        Ok(id)
    }

    fn calendar_person(&mut self) -> Result<usize, ImportError> {
        match self.person {
            Some(person) => Ok(person),
            None => self.person_with(String::new()),
        }
    }

    fn person_with(&mut self, name: String) -> Result<usize, ImportError> {
        if let Some(person) = self.people.get(&name) {
            return Ok(*person);
        }
        if self.people.len() >= MAX_NAMES {
            let message =
                format!("The file has the times of more than {MAX_NAMES} people. Split it into smaller files.");
            return Err(ImportError::TooLarge(message));
        }
        let person = self.scan.people.len();
        self.people.insert(name.clone(), person);
        self.scan.people.push(name);
        Ok(person)
    }

    /// Whether a line says that the calendar's own person declined: the name or the address is that of the calendar.
    fn is_own_decline(&self, line: &Line<'_>) -> bool {
        let Some(own) = self.person.map(|person| self.scan.people[person].as_str()).filter(|name| !name.is_empty())
        else {
            return false;
        };
        if line.is_too_long || !line.text.to_ascii_uppercase().contains("DECLINED") {
            return false;
        }
        let Some(property) = Property::read(line) else { return false };
        let declined =
            property.parameter(&Parameter::Partstat).is_some_and(|status| status.eq_ignore_ascii_case("DECLINED"));
        let address = property.text().map(|text| text.rsplit(':').next().unwrap_or_default());
        let is_own = |text: Option<&str>| text.is_some_and(|text| text.trim().eq_ignore_ascii_case(own));
        declined && (is_own(property.parameter(&Parameter::Cn)) || is_own(address))
    }
}

/// Returns a name as it can be shown; `None` if it's empty.
fn read_name(text: Option<&str>) -> Option<String> {
    let name: String = text?.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    let name = name.trim().trim_matches(['"', '\'']).trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn too_large(line: &Line<'_>, problem: &str) -> ImportError {
    let advice = "Export only the months that matter, and import that.";
    ImportError::TooLarge(format!("The calendar is too large: at line {}, {problem}. {advice}", line.number))
}
