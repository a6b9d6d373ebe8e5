//! Reading and writing times as people type them: "fridays, monday mornings, 2026-11-02 to 2026-11-13".

use crate::error::AppError;
use ibbi_common::spelling::{self, echo};
use ibbi_common::typed::{self, Year};
use ibbi_core::{Date, MemberId, Name};
use ibbi_sim::{Closure, Hours, TimeRule, Weekday};

/// The known forms of times, for a message.
pub const TIMES: &str = "dates and weekdays separated by commas, such as: fridays, monday mornings, 2026-11-02, \
                         2026-11-02 afternoon, 2026-11-09 to 2026-11-13";

/// Reads unavailable times. An empty text has none.
///
/// ```
/// use ibbi_app::schedule::times;
/// assert_eq!(times("fridays, monday mornings, 2026-11-02 to 2026-11-13").unwrap().len(), 3);
/// assert!(times("frydays").unwrap_err().to_string().contains("friday"));
/// ```
///
/// # Errors
/// [`AppError::Usage`], with the part that is not valid and the known forms.
pub fn times(text: &str) -> Result<Vec<TimeRule>, AppError> {
    text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).map(time).collect()
}

fn time(text: &str) -> Result<TimeRule, AppError> {
    let lower = text.to_lowercase();
    let mut words: Vec<&str> =
        lower.split_whitespace().filter(|word| !matches!(*word, "on" | "from" | "every" | "of")).collect();
    let half = match words.last().map(|word| word.trim_end_matches('s')) {
        Some(word) => Hours::NAMED.iter().find(|(name, _)| *name == word).map(|(_, hours)| *hours),
        None => None,
    };
    if half.is_some() {
        words.pop();
    }
    match words.as_slice() {
        [one] => match (day(one), weekday(one)) {
            (Some(day), _) => Ok(TimeRule { hours: half, ..TimeRule::on(day) }),
            (None, Some(weekday)) => Ok(TimeRule { hours: half, ..TimeRule::weekday(weekday) }),
            (None, None) => Err(unknown(text, one)),
        },
        ["since", from] => range(text, Some(from), None, half, None),
        ["until", to] => range(text, None, Some(to), half, None),
        [each, "since", from] => range(text, Some(from), None, half, Some(each)),
        [each, "until", to] if day(each).is_none() => range(text, None, Some(to), half, Some(each)),
        [from, "to" | "until" | "-", to] => range(text, Some(from), Some(to), half, None),
        [each, from, "to" | "until" | "-", to] => range(text, Some(from), Some(to), half, Some(each)),
        _ => Err(unknown(text, text)),
    }
}

/// Returns a range of days, or one day of the week within it.
fn range(
    text: &str,
    from: Option<&&str>,
    to: Option<&&str>,
    half: Option<Hours>,
    each: Option<&&str>,
) -> Result<TimeRule, AppError> {
    let read_day = |word: Option<&&str>| word.map(|word| day(word).ok_or_else(|| unknown(text, word))).transpose();
    let (from, to) = (read_day(from)?, read_day(to)?);
    let weekday = each.map(|word| weekday(word).ok_or_else(|| unknown(text, word))).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let message = format!("`{}` ends before it starts; write the earlier date first", echo(text));
        return Err(AppError::Usage(message));
    }
    let weekdays = weekday.into_iter().collect();
    Ok(TimeRule { from, to, weekdays, hours: half, ..TimeRule::ALWAYS })
}

/// Returns a time as text, which [`times`] reads back.
///
/// ```
/// use ibbi_app::schedule::{time_text, times};
/// let time = times("every Monday morning").unwrap()[0];
/// assert_eq!(time_text(time), "monday mornings");
/// ```
pub fn time_text(time: TimeRule) -> String {
    let TimeRule { from, to, weekdays, hours, .. } = time;
    let half = hours.and_then(Hours::name);
    let mut words: Vec<String> = Vec::new();
    let weekday = weekdays.single();
    match (weekday, half) {
        (Some(day), None) => words.push(format!("{}s", day.code())),
        (Some(day), _) => words.push(day.code().to_owned()),
        (None, _) => {}
    }
    match (from, to) {
        (Some(from), Some(to)) if from == to && weekday.is_none() => words.push(from.to_string()),
        (Some(from), Some(to)) => words.push(format!("{from} to {to}")),
        (Some(from), None) => words.push(format!("since {from}")),
        (None, Some(to)) => words.push(format!("until {to}")),
        // There is no word for all days, only the whole range of years.
        (None, None) if weekday.is_none() => words.push("1970-01-01 to 9999-12-31".to_owned()),
        (None, None) => {}
    }
    words.extend(half.map(|half| format!("{half}s")));
    words.join(" ")
}

/// Returns times as text, separated by commas.
pub fn times_text(times: &[TimeRule]) -> String {
    times.iter().map(|time| time_text(*time)).collect::<Vec<_>>().join(", ")
}

/// Reads a date with its year: `2026-11-02`, or `11/2/2026` as in the United States.
pub fn day(text: &str) -> Option<Date> {
    typed::date(text, Year::Typed)
}

fn weekday(word: &str) -> Option<Weekday> {
    let one = word.strip_suffix('s').unwrap_or(word);
    let short = |code: &&str| one.len() >= 3 && code.starts_with(one);
    Weekday::from_code(one).or_else(|| Weekday::from_code(Weekday::CODES.iter().copied().find(short)?))
}

fn unknown(text: &str, word: &str) -> AppError {
    let near = spelling::nearest(word, Weekday::CODES.iter().copied());
    AppError::Usage(format!("`{}` is not a time{}; write {TIMES}", echo(text), spelling::did_you_mean(near.as_deref())))
}

/// Reads a closed range with its name: "Winter break 2026-12-24 to 2027-01-01".
///
/// # Errors
/// [`AppError::Usage`], with what is not valid.
pub fn closure(text: &str) -> Result<Closure, AppError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_when = |word: &str| day(word).is_some() || weekday(&word.to_lowercase()).is_some();
    let begins = words.iter().position(|word| is_when(word)).filter(|begins| *begins > 0);
    let Some(begins) = begins else {
        let message = format!(
            "`{}` is not a name with its dates; write it like this: Winter break 2026-12-24 to 2027-01-01",
            echo(text)
        );
        return Err(AppError::Usage(message));
    };
    let name = words[..begins].join(" ");
    let name = Name::new(name.trim_end_matches([':', ','])).map_err(|error| AppError::Usage(error.to_string()))?;
    Ok(Closure { name, when: time(&words[begins..].join(" "))? })
}

/// Returns an id made of a name, other than those that are taken: `R. Amari` becomes `r-amari`.
pub fn id_of(name: &Name, taken: &[MemberId]) -> MemberId {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = name.as_str().chars().map(letters).collect();
    let mut base: String = words.split_whitespace().collect::<Vec<_>>().join("-");
    base.truncate(MemberId::MAX_CHARS - 4);
    if base.is_empty() {
        base.push_str("person");
    }
    let numbered =
        (1..=taken.len() + 1).map(|number| if number == 1 { base.clone() } else { format!("{base}-{number}") });
    let mut free = numbered.filter_map(|id| MemberId::new(&id).ok()).filter(|id| !taken.contains(id));
    // There is one candidate more than taken ids.
    free.next().unwrap_or_else(|| MemberId::new("person").expect("a word is an id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        for (text, expected) in [
            ("fridays", "friday"),
            ("Fri", "friday"),
            ("every Monday morning", "monday morning"),
            ("monday mornings", "monday morning"),
            ("2026-11-02", "2026-11-02 to 2026-11-02"),
            ("11/2/2026 afternoon", "2026-11-02 to 2026-11-02 afternoon"),
            ("2026-11-02 to 2026-11-13", "2026-11-02 to 2026-11-13"),
            ("from 2026-11-02 until 2026-11-13", "2026-11-02 to 2026-11-13"),
        ] {
            let found = times(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let [TimeRule { from, to, weekdays, hours, .. }] = found[..] else { panic!("{text}: {found:?}") };
            let mut shown = match (from, to, weekdays.single()) {
                (Some(from), Some(to), None) => format!("{from} to {to}"),
                (None, None, Some(weekday)) => weekday.code().to_owned(),
                other => panic!("{text}: {other:?}"),
            };
            if let Some(half) = hours.and_then(Hours::name) {
                shown.push_str(&format!(" {half}"));
            }
            assert_eq!(shown, expected, "{text}");
        }
        assert_eq!(times("  ").unwrap(), []);
        assert_eq!(times("fridays, mondays; 2026-11-02").unwrap().len(), 3);
    }

    #[test]
    fn time_text_reads_back() {
        let days = [None, Date::new(2026, 11, 2), Date::new(2026, 11, 13)];
        let mut texts = Vec::new();
        for weekday in [None, Some(Weekday::Monday), Some(Weekday::Sunday)] {
            for (from, to) in days.iter().flat_map(|from| days.iter().map(move |to| (*from, *to))) {
                for hours in [None, Some(Hours::MORNING), Some(Hours::EVENING)] {
                    let weekdays = weekday.into_iter().collect();
                    let time = TimeRule { from, to, weekdays, hours, ..TimeRule::ALWAYS };
                    let ordered = from.is_none() || to.is_none() || from <= to;
                    if ordered && (weekday, from, to) != (None, None, None) {
                        let text = time_text(time);
                        let read = times(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                        assert_eq!(read, [time], "{text}");
                        texts.push(text);
                    }
                }
            }
        }
        let distinct: std::collections::HashSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len());
        assert!(texts.contains(&"monday 2026-11-02 to 2026-11-13 mornings".to_owned()), "{texts:?}");
    }

    #[test]
    fn invalid_times_have_clear_errors() {
        for (text, expected) in [
            ("frydays", "did you mean friday"),
            ("fridays, whenever", "`whenever` is not a time"),
            ("2026-11-13 to 2026-11-02", "ends before it starts"),
            ("2026-02-30", "`2026-02-30` is not a time"),
            ("13/13/2026", "is not a time"),
        ] {
            let error = times(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn closed_range_has_a_name_and_dates() {
        let closure_of = |text: &str| closure(text).map(|closure| (closure.name.to_string(), closure.when));
        let (name, when) = closure_of("Winter break: 2026-12-24 to 2027-01-01").unwrap();
        assert_eq!((name.as_str(), when.to.unwrap().to_string().as_str()), ("Winter break", "2027-01-01"));
        assert_eq!(
            closure_of("Early release wednesday afternoons").unwrap().1.weekdays.single(),
            Some(Weekday::Wednesday)
        );
        for text in ["2026-12-24 to 2027-01-01", "Winter break", ""] {
            assert!(closure_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn person_ids_are_unique() {
        let mut taken = Vec::new();
        for (name, expected) in [("R. Amari", "r-amari"), ("R Amari", "r-amari-2"), ("Ñ", "person"), ("Ñ", "person-2")]
        {
            let id = id_of(&Name::new(name).unwrap(), &taken);
            assert_eq!(id.to_string(), expected);
            taken.push(id);
        }
    }
}
