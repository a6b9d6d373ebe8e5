use super::*;

fn told(kind: EventKind, pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    event(kind, &pairs, Zone::default()).map_or_else(|error| error.to_string(), |_| String::new())
}

/// Whether a text speaks as a command line does.
fn is_command(text: &str) -> bool {
    text.contains(['_', '=', '`']) || text.contains("U+") || text.contains(" id:")
}

#[test]
fn what_is_wrong_is_told_by_the_labels_of_the_form() {
    use EventKind::{CaseOpened, LeaderAgreed, MemberNamed, SessionScheduled, SupportConfirmed};
    let long = format!("lee:{}", "x".repeat(121));
    let slot = |text| [("slot", text), ("part", "1"), ("neutral", "n:N. Reyes")];
    for (kind, pairs, expected) in [
        (CaseOpened, &[("district", "")][..], "District: fill this in."),
        (MemberNamed, &[("party", "labor")], "Who joins the team: fill this in."),
        (
            MemberNamed,
            &[("party", "labor"), ("member", &long)],
            "Who joins the team: this has 121 characters; shorten it to at most 120.",
        ),
        (
            MemberNamed,
            &[("party", "labor"), ("member", ":Ann\tLee")],
            "Who joins the team: this holds a tab after \u{201c}Ann\u{201d}; delete it there, or type the text anew.",
        ),
        (
            LeaderAgreed,
            &[("seat", "superintendent"), ("name", "Rosa Amar\u{200b}i")],
            "Name: this holds an invisible character after \u{201c}Rosa Amar\u{201d}; delete it there, or type the text anew.",
        ),
        (
            LeaderAgreed,
            &[("seat", "superintendent"), ("name", "\u{feff}Rosa")],
            "Name: this holds an invisible character at its beginning; delete it there, or type the text anew.",
        ),
        (
            CaseOpened,
            &[("district", "A"), ("contract_expires", "2026-02-30"), ("time_zone", "eastern")],
            "The contract expires: give a day that exists, such as 2026-10-20.\n\
             Time zone: there is no time zone \u{201c}eastern\u{201d}; write America/New_York, \
             which is that of Massachusetts, or another one as a region and a city.",
        ),
        (
            SupportConfirmed,
            &[("dated", "soon")],
            "Whose letter: choose one.\nDate of the letter: give a day that exists, such as 2026-10-20.",
        ),
        (
            SessionScheduled,
            &slot(" -")[..],
            "Day and time: give a day that exists and both times, such as 2026-10-20 from 08:00 to 16:00.",
        ),
        (
            SessionScheduled,
            &slot("2026-10-20 16:00-08:00")[..],
            "Day and time: the end is not after the beginning; change one of the two times.",
        ),
        (SessionScheduled, &[("part", "1"), ("neutral", "n:N")], "Day and time: give the day and both times."),
    ] {
        assert_eq!(told(kind, pairs), expected, "{pairs:?}");
    }
}

#[test]
fn no_form_left_empty_or_filled_with_nonsense_is_answered_in_the_words_of_a_command_line() {
    for kind in EventKind::ALL.iter().copied() {
        let required = fields(kind).filter(|field| field.required);
        assert_eq!(told(kind, &[]).lines().count(), required.count(), "{kind}");
        let nonsense: Vec<_> = fields(kind).map(|field| (field.name, "\u{200b}?:?-")).collect();
        for text in [told(kind, &[]), told(kind, &nonsense)] {
            let text = text.replace(crate::zone::MASSACHUSETTS, "").replace("\u{201c}\u{200b}?:?-\u{201d}", "");
            for line in text.lines() {
                assert!(!is_command(line) && line.contains(": ") && line.ends_with('.'), "{kind}: {line}");
            }
        }
    }
}

#[test]
fn when_and_who_are_named_by_their_fields() {
    let now = At::from_millis(1_790_000_000_000).unwrap();
    for (text, expected) in [
        ("soon", "When it happened: \u{201c}soon\u{201d} is not a time; write the day and the time, such as"),
        ("2026-10-20", "When it happened: \u{201c}2026-10-20\u{201d} has no time; add one, such as 2026-10-20 16:00."),
        ("2026-03-08 02:30", "When it happened: 2026-03-08 02:30 does not exist"),
    ] {
        let error = instant(text, Zone::default(), now).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.problems[0].field, Some("at"));
    }
    assert_eq!(instant(" now ", Zone::default(), now), Ok(now));
    assert!(recorder("a\u{7}b").unwrap_err().to_string().starts_with("Recorded by: this holds an invisible character"));
    assert!(kind("leader").unwrap_err().to_string().contains("Load the page again"));
}
