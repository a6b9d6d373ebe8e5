use super::*;
use ibbi_sim::Hours;

fn answer() -> AnswerLine {
    let mut marks = vec![Some(PollMark::Can); 40];
    marks.extend([Some(PollMark::IfNeedBe), Some(PollMark::Cannot), Some(PollMark::Cannot), None]);
    AnswerLine {
        poll: Uuid::from_u128(0x1234_5678_9abc_def0),
        person: MemberId::new("nguyen").unwrap(),
        grid: grid_digest(&grid()),
        marks,
        note: "By bus \u{2013} \u{201c}late\u{201d} \u{1f68c}\nCall first??>>".to_owned(),
    }
}

fn grid() -> PollGrid {
    let days = (2..24).map(|day| ibbi_core::Date::new(2026, 11, day).unwrap()).collect();
    PollGrid { days, bands: vec![Hours::MORNING, Hours::EVENING] }
}

#[test]
fn line_survives_mail_programs() {
    let line = write(&answer());
    let wrapped: Vec<String> =
        line.as_bytes().chunks(60).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect();
    for text in [
        line.clone(),
        format!("Hi Pat,\n\n{line}\n\nBest,\nThuy"),
        format!("\u{201c}{line}\u{201d}."),
        format!("<{line}>"),
        format!("> > {}", wrapped.join("\r\n> > ")),
        wrapped.join("=\r\n"),
        wrapped.join(" \u{a0}\u{200b}"),
        line.replacen("ibbi-answer", "Ibbi-Answer", 1),
        line.replace("--", "\u{2014}"),
        format!("{line}\n\nOn Monday, P. Sullivan wrote:\n> {line}\n"),
    ] {
        assert_eq!(read(&text), Ok(answer()), "{text}");
    }
    assert_eq!(read_all(&format!("{line}\n{line}")).len(), 2);
}

#[test]
fn every_cut_and_every_change_is_an_error() {
    let line = write(&answer());
    for end in 0..line.len() {
        assert!(read(&line[..end]).is_err(), "cut at {end}");
        assert!(read(&format!("{}\n\nBest,\nThuy", &line[..end])).is_err(), "cut at {end}, with text after it");
    }
    for at in 0..line.len() {
        for other in ['A', '7', ':', '!', '\u{e9}'] {
            let changed = format!("{}{other}{}", &line[..at], &line[at + 1..]);
            if !changed.eq_ignore_ascii_case(&line) {
                assert!(read(&changed).is_err(), "{other} at {at}");
            }
            assert!(read(&format!("{}{}", &line[..at], &line[at + 1..])).is_err(), "without {at}");
        }
    }
}

#[test]
fn errors_say_what_to_do() {
    let line = write(&answer());
    let payload =
        |json: &str| format!("{START}{VERSION}:{}:{:08x}", URL_SAFE_NO_PAD.encode(json), crc32(json.as_bytes()));
    let other = AnswerLine { person: MemberId::new("amari").unwrap(), ..answer() };
    let cases = [
        ("Hello".to_owned(), "there is no answer in this text"),
        (line[..line.len() - 1].to_owned(), "is cut off after"),
        (line.replacen("v1", "v2", 1), "has the version \"v2\""),
        (format!("{line}0"), "was cut off or changed at character"),
        (format!("{line} {}", write(&other)), "there are 2 answers in this text"),
        (format!("{START}v1:{}", "A".repeat(MOST_CHARACTERS)), "has more than 16384 characters"),
        (format!("{}00000000", &line[..line.len() - 8]), "its last digits are 00000000 and should be"),
        (payload("{}"), "missing field"),
        (
            payload(
                r#"{"poll":"00000000-0000-0000-0000-000000000001","person":"a","grid":"","marks":"9999c9999c","note":""}"#,
            ),
            "its marks are not marks of a grid",
        ),
        (
            payload(
                r#"{"poll":"00000000-0000-0000-0000-000000000001","person":"a","grid":"","marks":"c","note":"","more":1}"#,
            ),
            "unknown field",
        ),
        (write(&AnswerLine { note: "x".repeat(PollAnswer::MAX_NOTE + 1), ..answer() }), "its note has more than 1000"),
        // A browser counts each as two.
        (write(&AnswerLine { note: "\u{1f68c}".repeat(501), ..answer() }), "its note has more than 1000"),
    ];
    for (text, expected) in cases {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn answer_is_for_one_poll_one_person_and_one_grid() {
    let person = PolledPerson::new(MemberId::new("nguyen").unwrap(), "Thuy Nguyen".parse().unwrap(), None);
    let poll = Poll {
        id: answer().poll,
        case: None,
        district: "Maple Hollow".parse().unwrap(),
        zone: "America/New_York".parse().unwrap(),
        asked_by: "P. Sullivan".parse().unwrap(),
        reply_to: None,
        maker: ibbi_access::Principal::local("psullivan", "P. Sullivan").unwrap(),
        grid: grid(),
        closes: "2026-10-09T20:00:00.000Z".parse().unwrap(),
        people: vec![person],
        scenario: String::new(),
    };
    assert_eq!(answer().person_of(&poll).unwrap().id.as_str(), "nguyen");
    let other = AnswerLine { poll: Uuid::nil(), ..answer() };
    assert_eq!(other.person_of(&poll), Err(AnswerLineError::OtherPoll));
    let other = AnswerLine { person: MemberId::new("amari").unwrap(), ..answer() };
    assert_eq!(other.person_of(&poll), Err(AnswerLineError::OtherPerson("amari".to_owned())));
    for other in [AnswerLine { grid: "0".repeat(16), ..answer() }, AnswerLine { marks: vec![None], ..answer() }] {
        assert_eq!(other.person_of(&poll), Err(AnswerLineError::OtherGrid("Thuy Nguyen".to_owned())));
    }
}

#[test]
fn marks_have_one_form() {
    for text in ["", "c", "2c-", "12i3x", "1092-"] {
        assert_eq!(write_marks(&read_marks(text).unwrap()), text);
    }
    for text in ["1c", "02c", "cc", "c2", "0c", "1093-", "z", "99999c"] {
        assert_eq!(read_marks(text), None, "{text}");
    }
}

#[test]
fn check_is_the_crc_of_zip_files() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}
