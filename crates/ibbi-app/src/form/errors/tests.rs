use super::*;

fn problems(kind: EventKind, pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    event(kind, &pairs, Zone::default()).map_or_else(|error| error.to_string(), |_| String::new())
}

/// Returns whether a text has the words of a command line.
fn is_command(text: &str) -> bool {
    text.contains(['_', '=', '`']) || text.contains("U+") || text.contains(" id:")
}

#[test]
fn problems_have_the_labels_of_the_form() {
    use EventKind::{CaseOpened, LeaderAgreed, MemberNamed, SessionScheduled, SupportConfirmed};
    let long = format!("lee:{}", "x".repeat(121));
    let slot = |text| [("slot", text), ("part", "1"), ("neutral", "n:N. Reyes")];
    for (kind, pairs, expected) in [
        (CaseOpened, &[("district", "")][..], "District: fill this in."),
        (MemberNamed, &[("party", "labor")], "New member: fill this in."),
        (
            MemberNamed,
            &[("party", "labor"), ("member", &long)],
            "New member: this has 121 characters; shorten it to at most 120.",
        ),
        (
            MemberNamed,
            &[("party", "labor"), ("member", ":Ann\tLee")],
            "New member: this has a tab after \u{201c}Ann\u{201d}; delete it, or type the text again.",
        ),
        (
            LeaderAgreed,
            &[("seat", "superintendent"), ("name", "Rosa Amar\u{200b}i")],
            "Name: this has an invisible character after \u{201c}Rosa Amar\u{201d}; delete it, or type the text again.",
        ),
        (
            LeaderAgreed,
            &[("seat", "superintendent"), ("name", "\u{feff}Rosa")],
            "Name: this has an invisible character at the beginning; delete it, or type the text again.",
        ),
        (
            CaseOpened,
            &[("district", "A"), ("contract_expires", "2026-02-30"), ("time_zone", "eastern")],
            "Contract expires: enter a valid date, such as 10/20/2026.\n\
             Time zone: \u{201c}eastern\u{201d} is not the name of a zone; if you mean America/New_York, enter that.",
        ),
        (
            SupportConfirmed,
            &[("dated", "soon")],
            "Letter from: choose one.\nDate of the letter: enter a valid date, such as 10/20/2026.",
        ),
        (
            SessionScheduled,
            &slot(" -")[..],
            "Day and time: enter a valid date and both times, such as 10/20/2026 from 8:00 AM to 4:00 PM.",
        ),
        (
            SessionScheduled,
            &slot("2026-10-20 16:00-08:00")[..],
            "Day and time: the end must be after the beginning; change one of the two times.",
        ),
        (SessionScheduled, &[("part", "1"), ("neutral", "n:N")], "Day and time: enter the day and both times."),
    ] {
        assert_eq!(problems(kind, pairs), expected, "{pairs:?}");
    }
}

#[test]
fn problems_never_use_the_words_of_the_command_line() {
    for kind in EventKind::ALL.iter().copied() {
        let required = kind.fields().iter().filter(|field| field.is_required());
        assert_eq!(problems(kind, &[]).lines().count(), required.count(), "{kind}");
        let nonsense: Vec<_> = kind.fields().iter().map(|field| (field.name, "\u{200b}?:?-")).collect();
        for text in [problems(kind, &[]), problems(kind, &nonsense)] {
            let text = text.replace(crate::zone::MASSACHUSETTS, "").replace("\u{201c}\u{200b}?:?-\u{201d}", "");
            for line in text.lines() {
                assert!(!is_command(line) && line.contains(": ") && line.ends_with('.'), "{kind}: {line}");
            }
        }
    }
}

#[test]
fn time_and_recorder_problems_have_their_labels() {
    let now = At::from_millis(1_790_000_000_000).unwrap();
    for (text, expected) in [
        ("soon", "When it happened: \u{201c}soon\u{201d} is not a time; enter the day and the time, such as"),
        (
            "2026-10-20",
            "When it happened: \u{201c}2026-10-20\u{201d} has no time; add one, such as 2026-10-20 4:00 PM.",
        ),
        ("2026-03-08 02:30", "When it happened: 2026-03-08 02:30 does not exist"),
    ] {
        let error = instant(text, Zone::default(), now).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.problems[0].field, Some("at"));
    }
    assert_eq!(instant(" now ", Zone::default(), now), Ok(now));
    assert!(on_behalf("a\u{7}b").unwrap_err().to_string().starts_with("On behalf of: this has an invisible character"));
    assert!(kind("leader").unwrap_err().to_string().contains("Load the page again"));
}
