//! Trials of the form of names, and of names that look the same as another name of the case.

use super::super::facts::*;
use super::super::slot;
use super::super::story::Story;
use super::corrections::with_training;
use super::{Trial, trial};
use ibbi_core::{Event, Party, Rule, Seat};

const NOW: &str = "2026-09-20 09:00";

/// Returns the naming of a member with this name.
fn member(id: &str, called: &str) -> Event {
    with!(named(Party::Labor, id), MemberNamed, |data| data.member.name = called.parse().expect("a name"))
}

pub(super) fn trials() -> Vec<Trial> {
    let inquiry = Story::opened_with(with_training(&[480]));
    let one_agreed = inquiry.and("2026-09-01 10:00", agreed(Seat::Superintendent, "Rosa Amari"));
    let second = ibbi_core::ProgramParameters {
        edition: ibbi_core::Edition::new(2).expect("an edition"),
        ..ibbi_core::ProgramParameters::default()
    };
    let application = Story::reaching_under(ibbi_core::Stage::Application, second.clone());
    let jose = application.and(NOW, member("jose", "Jos\u{e9} Ruiz"));
    let training = Story::reaching_under(ibbi_core::Stage::Training, second);
    let booked_on = "2026-09-29 09:00";
    let booking = |neutral: &str| {
        let booking = scheduled(1, slot("2026-10-20", "08:00", "16:00"));
        with!(booking, SessionScheduled, |data| data.neutral.name = neutral.parse().expect("a name"))
    };
    let early = "2026-09-01 11:00";
    let president = |called: &str| agreed(Seat::UnionPresident, called);
    vec![
        trial(Rule::NameComposed, &inquiry, early, president("Jose\u{301} Ruiz"))
            .holds(early, president("Jos\u{e9} Ruiz")),
        trial(Rule::NameComposed, &training, booked_on, booking("Zoe\u{308} Kim"))
            .holds(booked_on, booking("Zo\u{eb} Kim")),
        trial(Rule::NameLookAlike, &one_agreed, early, president("Ros\u{430} Amari"))
            .holds(early, president("Rosa Amari")),
        trial(Rule::NameLookAlike, &jose, NOW, member("other", "J\u{43e}s\u{e9} Ruiz"))
            .holds(NOW, member("other", "Jos\u{e9} Ruiz")),
        // The accent makes another name that looks different.
        trial(Rule::NameLookAlike, &jose, NOW, member("other", "Jos\u{e9} Rui\u{1d22}"))
            .holds(NOW, member("other", "Jose Ruiz")),
        trial(Rule::NameLookAlike, &training, booked_on, booking("Ros\u{430} Amari"))
            .holds(booked_on, booking("Rosa Amari")),
    ]
}
