//! Phrases, questions, and what holds for every text.

use super::*;
use ibbi_core::Name;
use ibbi_sim::{Hours, SessionGroup, WeekOfMonth, Weekday, Weekdays};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn read_in(text: &str, sense: Sense) -> Reading {
    let when = TimeRule::between(day("2027-02-15"), day("2027-02-19"));
    let closed = [Closure { name: Name::new("February vacation").unwrap(), when }];
    read(text, &PhraseContext { sense, reference: Some(day("2026-09-08")), closed: &closed })
}

/// Returns what was understood, or else the questions.
fn shown(text: &str) -> String {
    let reading = read_in(text, Sense::Cannot);
    match reading.unclear.as_slice() {
        [] => reading.sentences().join(" | "),
        unclear => unclear.iter().map(Unclear::to_string).collect::<Vec<_>>().join(" | "),
    }
}

fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (text, expected) = line.split_once(" => ").unwrap();
        assert_eq!(shown(&text.replace('/', if text.contains("//") { "\n" } else { "/" })), expected, "{text}");
    }
}

#[test]
fn dates_are_read_as_people_write_them() {
    check(
        "2026-10-05 => can't come on Oct 5, 2026
        10/5/26 => can't come on Oct 5, 2026
        10/5/2026 => can't come on Oct 5, 2026
        10/5 => can't come on Oct 5, 2026
        Oct. 5 => can't come on Oct 5, 2026
        Sept 14 => can't come on Sep 14, 2026
        on vacation from Dec 20 to Jan 3 => can't come from Dec 20, 2026 to Jan 3, 2027
        mornings are bad => can't come in the morning
        Feb 16-19 vacation => can't come from Feb 16, 2027 to Feb 19, 2027
        vacation Feb 16-19 => can't come from Feb 16, 2027 to Feb 19, 2027
        vacation: Feb 16-19, conference Oct 5 => can't come from Feb 16, 2027 to Feb 19, 2027, or on Oct 5, 2026
        can't Feb 16-19 vacation => can't come from Feb 16, 2027 to Feb 19, 2027
        away Oct 5-7 for a conference => can't come from Oct 5, 2026 to Oct 7, 2026
        only Tuesdays; vacation Feb 16-19 => can come only on Tuesdays | can't come from Feb 16, 2027 to Feb 19, 2027
        Tuesdays coaching, Oct 5 jury duty => can't come on Tuesdays, or on Oct 5, 2026
        class on Mondays after 3 => can't come on Mondays after 3:00 PM
        February vacation => can't come from Feb 15, 2027 to Feb 19, 2027
        February vacation and Oct 5 conference => can't come from Feb 15, 2027 to Feb 19, 2027, or on Oct 5, 2026
        October 5th, 2027 => can't come on Oct 5, 2027
        5 Oct => can't come on Oct 5, 2026
        the 5th of October => can't come on Oct 5, 2026
        Tue, Oct 20, 2026 => can't come on Oct 20, 2026
        Jan 4 => can't come on Jan 4, 2027
        Nov 9-13 => can't come from Nov 9, 2026 to Nov 13, 2026
        11/9 - 11/13 => can't come from Nov 9, 2026 to Nov 13, 2026
        11/9/2026\u{2013}11/13/2026 => can't come from Nov 9, 2026 to Nov 13, 2026
        Nov 9 through Nov 13, 2026 => can't come from Nov 9, 2026 to Nov 13, 2026
        Nov 9 thru 13 => can't come from Nov 9, 2026 to Nov 13, 2026
        from 2026-11-09 until 2026-11-13 => can't come from Nov 9, 2026 to Nov 13, 2026
        between Nov 9 and Nov 13 => can't come from Nov 9, 2026 to Nov 13, 2026
        Oct 28 - Nov 3 => can't come from Oct 28, 2026 to Nov 3, 2026
        Dec 28 to Jan 3 => can't come from Dec 28, 2026 to Jan 3, 2027
        Sep 1-15 => can't come from Sep 1, 2026 to Sep 15, 2026
        Oct 5 and 12 => can't come on Oct 5, 2026, or on Oct 12, 2026
        after Nov 13 => can't come from Nov 14, 2026
        before Nov 13 => can't come until Nov 12, 2026
        since 2026-11-13 => can't come from Nov 13, 2026
        week of Nov 11 => can't come from Nov 9, 2026 to Nov 15, 2026
        all of November => can't come from Nov 1, 2026 to Nov 30, 2026
        in February => can't come from Feb 1, 2027 to Feb 28, 2027
        second half of February => can't come from Feb 16, 2027 to Feb 28, 2027
        early March => can't come from Mar 1, 2027 to Mar 10, 2027
        mid-March => can't come from Mar 11, 2027 to Mar 20, 2027
        late March => can't come from Mar 21, 2027 to Mar 31, 2027
        Patriots' Day => can't come on Apr 19, 2027
        MLK Day => can't come on Jan 18, 2027
        Columbus Day week => can't come from Oct 12, 2026 to Oct 18, 2026
        Christmas week => can't come from Dec 21, 2026 to Dec 27, 2026
        the day before Thanksgiving => can't come on Nov 25, 2026
        Fourth of July => can't come on Jul 5, 2027
        all of Feb break => can't come from Feb 15, 2027 to Feb 19, 2027
        feb break => can't come from Feb 15, 2027 to Feb 19, 2027
        wk of Nov 11 => can't come from Nov 9, 2026 to Nov 15, 2026
        OOO Nov 9-13 => can't come from Nov 9, 2026 to Nov 13, 2026
        february vacation => can't come from Feb 15, 2027 to Feb 19, 2027",
    );
}

#[test]
fn weekdays_and_patterns_are_read() {
    check(
        "wednesdays => can't come on Wednesdays
        Weds => can't come on Wednesdays
        every Friday => can't come on Fridays
        M/W/F => can't come on Mondays, Wednesdays, and Fridays
        T/Th after 3:30 => can't come on Tuesdays and Thursdays after 3:30 PM
        Mon\u{2013}Wed => can't come on Mondays, Tuesdays, and Wednesdays
        Mon, Thu => can't come on Mondays and Thursdays
        Mon and Thu mornings => can't come on Monday and Thursday mornings
        Monday to Friday 8-3 => can't come on weekdays from 8:00 AM to 3:00 PM
        weekends => can't come on weekends
        every other Friday => can't come every other Friday from Sep 8, 2026
        alternate Fridays from Sep 18 => can't come every other Friday from Sep 18, 2026
        every 3 weeks on Mondays from Oct 5 => can't come on Mondays every 3 weeks from Oct 5, 2026
        second Tuesday of each month => can't come on the second Tuesday of the month
        1st and 3rd Mondays => can't come on the first Monday of the month, or on the third Monday of the month
        last Friday => can't come on the last Friday of the month
        first Monday of October => can't come on the first Monday of the month from Oct 1, 2026 to Oct 31, 2026
        Mondays in October => can't come on Mondays from Oct 1, 2026 to Oct 31, 2026
        Fridays from 2026-10-01 to 2026-11-13 => can't come on Fridays from Oct 1, 2026 to Nov 13, 2026
        afternoons on Mondays => can't come on Monday afternoons",
    );
}

#[test]
fn hours_are_rounded_and_decided_for_working_hours() {
    check(
        "before 2 => can't come before 2:00 PM
        after 3:10 => can't come after 3:00 PM
        only after 3:10 => can come only after 3:15 PM
        only 9:05-11:55 => can come only from 9:15 AM to 11:45 AM
        not before 9:30 => can't come before 9:30 AM
        no later than 4 => can't come after 4:00 PM
        until noon => can't come before noon
        till 12 => can't come before noon
        every day until 10 a.m. => can't come before 10:00 AM
        9-12 => can't come from 9:00 AM to noon
        9.30-3 => can't come from 9:30 AM to 3:00 PM
        7:00-15:30 => can't come from 7:00 AM to 3:30 PM
        07:00-09:00 => can't come from 7:00 AM to 9:00 AM
        10 am - 2 => can't come from 10:00 AM to 2:00 PM
        9-11 pm => can't come from 9:00 PM to 11:00 PM
        midday on => can't come after noon
        Thursday, 2 pm on => can't come on Thursdays after 2:00 PM
        Mondays 9-12 and 1-3 => can't come on Mondays from 9:00 AM to noon, or on Mondays from 1:00 PM to 3:00 PM
        mornings and evenings => can't come in the morning, or every day in the evening
        Monday p.m. => can't come on Monday afternoons
        evenings before 7 => can't come from 4:00 PM to 7:00 PM
        nights => can't come after 6:00 PM
        all day Monday => can't come on Mondays
        Oct 5 9:00-12:00 => can't come on Oct 5, 2026 from 9:00 AM to noon
        before 9:30 for the training => can't come before 9:30 AM for the training",
    );
}

#[test]
fn words_say_whether_the_person_can_come() {
    check(
        "never on Tuesdays => can't come on Tuesdays
        I can't do Mondays => can't come on Mondays
        I'm not available on Tuesdays => can't come on Tuesdays
        Tuesdays don't work for me => can't come on Tuesdays
        Mondays are out => can't come on Mondays
        Friday afternoons only => can come only on Friday afternoons
        just Mondays => can come only on Mondays
        I can only come on Mondays and Fridays => can come only on Mondays and Fridays
        free Tuesdays => can come only on Tuesdays
        Mondays and Fridays are fine => can come only on Mondays and Fridays
        no Mondays, but Monday evenings are ok => can't come on Mondays | can also come on Monday evenings
        if need be Fridays => can come if need be on Fridays
        Fridays, if necessary => can come if need be on Fridays
        I'd prefer not Mondays => can come if need be on Mondays
        mornings except Fridays => can't come on Monday, Tuesday, Wednesday, Thursday, Saturday, and Sunday mornings
        Mondays except Oct 5 => can't come on Mondays until Oct 4, 2026, or on Mondays from Oct 6, 2026
        Fridays work except Oct 9 => can come only on Fridays until Oct 8, 2026, or on Fridays from Oct 10, 2026
        mornings ok but not Mondays => can come only on Tuesday, Wednesday, Thursday, Friday, Saturday, and Sunday mornings
        can't make Mondays, except Oct 5 => can't come on Mondays until Oct 4, 2026, or on Mondays from Oct 6, 2026
        weekdays but not after 3 => can't come on weekdays before 3:00 PM
        weekdays except the first Friday => can't come on weekdays | can also come on the first Friday of the month
        only weekdays except Wednesdays => can come only on Mondays, Tuesdays, Thursdays, and Fridays
        Mondays only after 3 => can't come on Mondays before 3:00 PM
        Mondays; Tuesdays after 3. Only in October => can't come on Mondays, or on Tuesdays after 3:00 PM | can come only from Oct 1, 2026 to Oct 31, 2026
        fridays, monday mornings, 2026-11-02 => can't come on Fridays, or on Monday mornings, or on Nov 2, 2026",
    );
    for none in ["", " ", "never", "None.", "n/a"] {
        assert_eq!(read_in(none, Sense::Cannot), Reading { entries: Vec::new(), unclear: Vec::new() });
    }
    let free = read_in("Tuesdays; not Oct 6", Sense::Can);
    assert_eq!(free.sentences(), ["can come only on Tuesdays", "can't come on Oct 6, 2026"]);
}

#[test]
fn unclear_words_lead_to_a_question_with_readings() {
    for (text, readings) in [
        ("Aug 20", "2026-08-20 | 2027-08-20"),
        ("after 7", "after 7:00 AM | after 7:00 PM"),
        ("6-8", "6:00 AM to 8:00 AM | 6:00 PM to 8:00 PM"),
        ("Tuesdays 7-9", "Tuesdays 7:00 AM to 9:00 AM | Tuesdays 7:00 PM to 9:00 PM"),
        ("3 pm", "before 3:00 PM | after 3:00 PM"),
        ("every third Friday", "third friday of the month | every 3 weeks on friday"),
        ("Oct 5, 9-12", "Oct 5, Oct 9-12, 2026 | Oct 5, from 9:00 to 12:00"),
        ("Oct 5 until 12", "Oct 5 to 12 | Oct 5 until 12:00"),
        ("Mon, Oct 20", "mondays; Oct 20 | Oct 20"),
        ("Mondays, Fridays after 3", "Mondays and Fridays after 3 | Mondays; Fridays after 3"),
        ("Fridays, mornings", "Fridays mornings | Fridays; mornings"),
        ("Oct 5, Fridays only", "only Oct 5, Fridays | Oct 5; only Fridays"),
        ("only after 3 on Mondays", "on Mondays only after 3 | only on Mondays after 3"),
        ("until October", "until 2026-09-30 | until 2026-10-31"),
        ("no Mondays, can Tuesdays", "only tuesdays | can also tuesdays"),
        ("Dec 14-18, also 1/25", "can also 1/25 | can't 1/25"),
        ("any day but Friday", "can't fridays | only fridays"),
        ("anytime except Oct 5-9", "can't 2026-10-05 to 2026-10-09 | only 2026-10-05 to 2026-10-09"),
        ("always", "can always | can't always"),
        ("weekdays but Friday", "except Friday | and Friday"),
        ("out 10/5; in 10/6", "can also 10/6 | can't 10/6"),
        ("I work Mondays", "can also Mondays | can't Mondays"),
        ("week of 10/5, 10/19", "week of 10/5; week of 10/19 | week of 10/5; 10/19"),
        ("not unavailable Mondays", "can Mondays | can't Mondays"),
        ("next Thursday", "2026-09-10 | 2026-09-17"),
        ("never next Tuesday", "never 2026-09-15 | never 2026-09-22"),
        ("next week", "2026-09-07 to 2026-09-13 | 2026-09-14 to 2026-09-20"),
        ("away next month", "away 2026-09-01 to 2026-09-30 | away 2026-10-01 to 2026-10-31"),
        ("spring break", "February vacation"),
    ] {
        let reading = read_in(text, Sense::Cannot);
        let [question] = reading.unclear.as_slice() else { panic!("{text}: {reading:?}") };
        assert_eq!(question.options.join(" | "), readings, "{text}");
        for option in &question.options {
            let mut answer = text.to_owned();
            answer.replace_range(question.place.clone(), option);
            assert_eq!(read_in(&answer, Sense::Cannot).unclear, [], "{answer}");
        }
    }
}

#[test]
fn words_beside_unclear_ones_are_not_certain() {
    let certain = |text: &str| {
        let entries = read_in(text, Sense::Cannot).entries;
        entries.into_iter().map(|entry| (entry.text, entry.is_certain)).collect::<Vec<_>>()
    };
    let expected = [("Mondays", true), ("Oct 5", false), ("Fridays", true)];
    let expected = expected.map(|(text, is_certain)| (text.to_owned(), is_certain));
    assert_eq!(certain("Mondays; Oct 5, exept noon; Fridays"), expected);
}

#[test]
fn unknown_words_are_reported_with_their_place() {
    check(
        "Feb 30 => `Feb 30`: there is no such date
        2026-11-13 to 2026-11-02 => `2026-11-13 to 2026-11-02`: it ends before it starts; write the earlier date first
        prefer mornings => `prefer mornings`: a plan knows no preferences; write only, if need be, or can't before the times
        yesterday => `yesterday`: which date? It depends on the day on which this was written. Write it, such as Oct 5
        can't tomorrow => `can't tomorrow`: which date? It depends on the day on which this was written. Write it, such as Oct 5
        out the 3rd => `out the 3rd`: of which month? Write it, such as Oct 12
        Mondays 3-2 => `Mondays 3-2`: these hours are empty; write the earlier time first
        Friday after 3 to Sunday => `Friday after 3 to Sunday`: from which day to which? Write dates, such as Oct 5 to Oct 9; or days, such as Fri-Sun
        next => `next`: which dates? Write them, such as Oct 5-9
        only => `only`: which times? Write them after these words",
    );
    for (text, words, near) in [
        ("Mondays, frydays", "frydays", "fridays"),
        ("feb holiday", "feb holiday", ""),
        ("Columbus Day weekend", "Columbus Day weekend", ""),
        ("febuary vacation", "febuary vacation", "february"),
    ] {
        let reading = read_in(text, Sense::Cannot);
        let [problem] = reading.unclear.as_slice() else { panic!("{text}: {reading:?}") };
        assert_eq!(problem.words, words);
        assert!(problem.message.contains("is not a time") && problem.message.contains(near), "{problem}");
    }
    let without = read("Oct 5", &PhraseContext { sense: Sense::Cannot, reference: None, closed: &[] });
    assert!(without.unclear[0].to_string().contains("in which year?"), "{without:?}");
    assert!(!read_in(&"mondays; ".repeat(3_000), Sense::Cannot).unclear.is_empty());
}

fn rules() -> impl Strategy<Value = TimeRule> {
    let date =
        proptest::option::of((2026..2028, 1..=12_u32, 1..=28_u32).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap()));
    let weekdays = proptest::collection::vec(0..7_usize, 0..4)
        .prop_map(|days| days.into_iter().map(|day| Weekday::ALL[day]).collect::<Weekdays>());
    let hours = proptest::option::of((0..96_u16, 1..=96_u16))
        .prop_map(|hours| hours.and_then(|(from, to)| Hours::new(15 * from.min(to.saturating_sub(1)), 15 * to).ok()));
    let half = proptest::option::of(0..3_usize).prop_map(|half| half.map(|half| Hours::NAMED[half].1));
    let hours = prop_oneof![hours, half];
    let session = proptest::option::of(0..3_usize)
        .prop_map(|kind| kind.and_then(|kind| SessionGroup::from_code(SessionGroup::CODES[kind])));
    let week = proptest::option::weighted(0.2, 0..5_usize).prop_map(|week| week.map(|week| WeekOfMonth::ALL[week]));
    let every = prop_oneof![3 => Just(1_u8), 1 => Just(2), 1 => 3..=52_u8];
    (date.clone(), date, weekdays, every, week, hours, session).prop_map(
        |(from, to, weekdays, every, week, hours, session)| {
            let (from, to) = match (from, to) {
                (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
                other => other,
            };
            let every = if from.is_some() { every } else { 1 };
            let week = week.filter(|_| !weekdays.is_empty());
            TimeRule { from, to, weekdays, every, week, hours, session }
        },
    )
}

proptest! {
    /// The form and the link lose nothing, and need no reference date.
    #[test]
    fn every_rule_is_written_as_text_that_reads_back(all in proptest::collection::vec((rules(), 0..4_usize), 1..5)) {
        let kinds = [Kind::Cannot, Kind::Only, Kind::IfNeedBe, Kind::Can];
        let text: Vec<String> = all.iter().map(|(rule, kind)| statement_text(kinds[*kind], *rule)).collect();
        let text = text.join("; ");
        let reading = read(&text, &PhraseContext { sense: Sense::Cannot, reference: None, closed: &[] });
        prop_assert_eq!(&reading.unclear, &[], "{}", text);
        let found: Vec<_> = reading.entries.iter().flat_map(|entry| entry.rules.iter().map(|rule| (*rule, entry.kind))).collect();
        prop_assert_eq!(found, all.iter().map(|(rule, kind)| (*rule, kinds[*kind])).collect::<Vec<_>>(), "{}", text);
    }

    #[test]
    fn sentences_read_back(all in proptest::collection::vec(rules(), 1..4), kind in 0..4_usize) {
        let kind = [Kind::Cannot, Kind::Only, Kind::IfNeedBe, Kind::Can][kind];
        let text = sentence(kind, &all);
        let reading = read_in(&text, Sense::Cannot);
        prop_assert_eq!(&reading.unclear, &[], "{}", text);
        let found: Vec<TimeRule> = reading.entries.iter().flat_map(|entry| entry.rules.clone()).collect();
        prop_assert!(reading.entries.iter().all(|entry| entry.kind == kind), "{}", text);
        prop_assert_eq!(found, all, "{}", text);
    }

    /// Whatever is typed, the reader returns, and what it understood reads back. Every number and name that it knows is in an
    /// entry or in a question.
    #[test]
    fn no_word_is_dropped(words in proptest::collection::vec(proptest::sample::select(SOUP), 1..9), comma in any::<u16>()) {
        let mut text = String::new();
        for (place, word) in words.iter().enumerate() {
            text.push_str(word);
            text.push_str(if comma >> place & 3 == 3 { ", " } else { " " });
        }
        let reading = read_in(&text, Sense::Cannot);
        for entry in &reading.entries {
            let again = read_in(&sentence(entry.kind, &entry.rules), Sense::Cannot);
            let rules: Vec<TimeRule> = again.entries.iter().flat_map(|entry| entry.rules.clone()).collect();
            prop_assert_eq!(&rules, &entry.rules, "{}", text);
        }
        let covered = |word: &str| {
            reading.entries.iter().any(|entry| entry.text.contains(word))
                || reading.unclear.iter().any(|unclear| unclear.words.contains(word))
        };
        let bare = text.trim().trim_end_matches(',');
        for word in words.iter().filter(|word| word.len() > 2 && !FILLING.contains(word) && !NONE.contains(&bare)) {
            prop_assert!(covered(word), "{} in {}: {:?}", word, text, reading);
        }
    }

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,60}", sense in any::<bool>()) {
        let sense = if sense { Sense::Can } else { Sense::Cannot };
        read_in(&text, sense).unclear.iter().for_each(|unclear| assert!(text.get(unclear.place.clone()).is_some()));
    }
}

/// Words of random texts.
const SOUP: &[&str] = &[
    "Mondays",
    "Fri",
    "weekdays",
    "every",
    "other",
    "first",
    "last",
    "Oct",
    "October",
    "5",
    "12",
    "2026",
    "2026-10-05",
    "10/5",
    "-",
    "to",
    "until",
    "before",
    "after",
    "from",
    "between",
    "9-12",
    "3 pm",
    "noon",
    "on",
    "mornings",
    "evening",
    "only",
    "never",
    "can",
    "can't",
    "also",
    "except",
    "if need be",
    "prefer not",
    "and",
    "or",
    "but",
    "the",
    "of",
    "month",
    "week",
    "week of",
    "Thanksgiving",
    "frobnicate",
    "?",
    ":",
    ";",
    "for the",
    "training",
    "all day",
    "early",
    "half",
    "th",
    "February vacation",
    "weeks",
    "9:30",
    "am",
];
/// Words that only join others.
const FILLING: &[&str] = &["and", "the", "but", "for the"];
