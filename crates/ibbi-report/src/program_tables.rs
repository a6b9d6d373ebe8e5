//! The tables of a program report.

use crate::figures::{FigureColumn, FigureTable, FigureValue};
use crate::format;
use ibbi_audit::{DaySpread, ProgramReport, ProgramSummary};

/// Returns all tables of a program report: the summary, the districts, the cases, and the neutrals.
pub fn program_tables(report: &ProgramReport) -> [FigureTable; 4] {
    [summary(report), districts(report), cases(report), neutrals(report)]
}

/// The figures of a summary: a code, a label, and the figure.
fn measures(summary: &ProgramSummary) -> Vec<(&'static str, &'static str, FigureValue)> {
    let count = |code, label, count| (code, label, FigureValue::Count(count));
    let days = |pick: fn(DaySpread) -> u32| FigureValue::count(summary.days_to_first_session.map(pick));
    vec![
        count("districts", "Districts with an open case", summary.districts),
        count("open_at_start", "Cases open when the year began", summary.open_at_start),
        count("opened", "Cases opened (requests)", summary.opened),
        count("closed", "Cases ended", summary.closed),
        count("open_at_end", "Cases open at the end", summary.open_at_end),
        count("completed", "Ended: completed", summary.completed),
        count("ended_not_adopted", "Ended: not adopted by both parties", summary.ended_not_adopted),
        count("not_accepted", "Ended: application not accepted", summary.not_accepted),
        count("referred", "Ended: referred to another service", summary.referred),
        count("withdrawn", "Ended: withdrawn", summary.withdrawn),
        count("meetings", "Introductory meetings held", summary.meetings),
        count("sessions", "Sessions held", summary.sessions()),
        ("hours", "Hours of sessions", FigureValue::Hours(summary.minutes())),
        count("training_sessions", "Training sessions held", summary.training_sessions),
        ("training_hours", "Hours of training", FigureValue::Hours(summary.training_minutes)),
        count("facilitation_sessions", "Facilitation sessions held", summary.facilitation_sessions),
        ("facilitation_hours", "Hours of facilitation", FigureValue::Hours(summary.facilitation_minutes)),
        count("postponed", "Sessions postponed", summary.postponed),
        count("decided", "Cases with a decision on the method", summary.decided),
        count("adopted", "Adopted by both parties", summary.adopted),
        ("adoption", "Share adopted", FigureValue::share(summary.adoption())),
        count("tentative_agreements", "Tentative agreements", summary.tentative_agreements),
        count("ratified", "Agreements ratified by both parties", summary.ratified),
        count("no_agreement", "Bargaining ended without an agreement", summary.no_agreement),
        count("first_sessions", "Cases with their first session", summary.first_sessions),
        ("days_median", "Days from request to first session: median", days(|days| days.median)),
        ("days_least", "Days from request to first session: least", days(|days| days.least)),
        ("days_p90", "Days from request to first session: 9 in 10 are not more", days(|days| days.p90)),
        ("days_most", "Days from request to first session: most", days(|days| days.most)),
        count("neutrals", "Neutrals who led a session", summary.neutrals),
    ]
}

/// Returns the summary, with one figure in each row.
fn summary(report: &ProgramReport) -> FigureTable {
    let columns = [
        FigureColumn::text("measure", "measure"),
        FigureColumn::text("label", "meaning"),
        FigureColumn::number("value", "value"),
    ];
    let mut table = FigureTable::new("summary", "Summary", columns);
    for (code, label, figure) in measures(&report.summary) {
        table.row([FigureValue::Code(code.to_owned()), FigureValue::Text(label.to_owned()), figure]);
    }
    table
}

/// Returns the summary for people, without the codes.
pub(crate) fn summary_for_people(report: &ProgramReport) -> FigureTable {
    let columns = [FigureColumn::text("label", "measure"), FigureColumn::number("value", "value")];
    let mut table = FigureTable::new("summary", "Summary", columns).with_caption("Figures of the year");
    for (_, label, figure) in measures(&report.summary) {
        table.row([FigureValue::Text(label.to_owned()), figure]);
    }
    table
}

fn districts(report: &ProgramReport) -> FigureTable {
    let columns = [
        FigureColumn::text("district", "district"),
        FigureColumn::number("cases", "cases"),
        FigureColumn::number("opened", "opened"),
        FigureColumn::number("closed", "ended"),
        FigureColumn::number("sessions", "sessions"),
        FigureColumn::number("hours", "hours"),
        FigureColumn::number("decided", "decided"),
        FigureColumn::number("adopted", "adopted"),
        FigureColumn::number("completed", "completed"),
    ];
    let mut table =
        FigureTable::new("districts", "Districts", columns).with_caption("Districts with an open case in the year");
    for district in &report.districts {
        table.row([
            FigureValue::Name(district.district.to_string()),
            FigureValue::Count(district.cases),
            FigureValue::Count(district.opened),
            FigureValue::Count(district.closed),
            FigureValue::Count(district.sessions),
            FigureValue::Hours(district.minutes),
            FigureValue::Count(district.decided),
            FigureValue::Count(district.adopted),
            FigureValue::Count(district.completed),
        ]);
    }
    table
}

fn cases(report: &ProgramReport) -> FigureTable {
    let columns = [
        FigureColumn::text("district", "district"),
        FigureColumn::text("opened", "opened"),
        FigureColumn::text("stage", "stage"),
        FigureColumn::text("outcome", "outcome"),
        FigureColumn::text("closed", "ended"),
        FigureColumn::number("meetings", "meetings"),
        FigureColumn::number("training_sessions", "training sessions"),
        FigureColumn::number("facilitation_sessions", "facilitation sessions"),
        FigureColumn::number("hours", "hours"),
        FigureColumn::text("first_session", "first session"),
        FigureColumn::number("days_to_first_session", "days to first session"),
        FigureColumn::text("adopted", "adopted"),
        FigureColumn::text("neutrals", "neutrals"),
        FigureColumn::text("case", "case"),
    ];
    let mut table =
        FigureTable::new("cases", "Cases", columns).with_caption("Cases that were open in the year, or had a result");
    for case in &report.cases {
        let adopted = match case.adopted {
            Some(true) => FigureValue::Coded("yes", "yes".to_owned()),
            Some(false) => FigureValue::Coded("no", "no".to_owned()),
            None => FigureValue::Empty,
        };
        let names: Vec<String> = case.neutrals.iter().map(ToString::to_string).collect();
        table.row([
            FigureValue::Name(case.district.to_string()),
            FigureValue::Day(case.opened),
            FigureValue::Coded(case.stage.code(), case.stage.label().to_owned()),
            case.outcome.map_or(FigureValue::Empty, |outcome| {
                FigureValue::Coded(outcome.code(), format::sentence(outcome.label()))
            }),
            FigureValue::day(case.closed),
            FigureValue::Count(case.meetings),
            FigureValue::Count(case.training_sessions),
            FigureValue::Count(case.facilitation_sessions),
            FigureValue::Hours(case.minutes),
            FigureValue::day(case.first_session),
            FigureValue::count(case.days_to_first_session),
            adopted,
            if names.is_empty() { FigureValue::Empty } else { FigureValue::Name(names.join("; ")) },
            FigureValue::Code(case.case.to_string()),
        ]);
    }
    table
}

fn neutrals(report: &ProgramReport) -> FigureTable {
    let columns = [
        FigureColumn::text("neutral", "neutral"),
        FigureColumn::number("cases", "cases"),
        FigureColumn::number("districts", "districts"),
        FigureColumn::number("led", "sessions led"),
        FigureColumn::number("co_led", "sessions led with others"),
        FigureColumn::number("hours", "hours"),
        FigureColumn::number("booked", "sessions booked"),
    ];
    let mut table = FigureTable::new("neutrals", "Neutrals", columns).with_caption("Roster and workload in the year");
    for neutral in &report.neutrals {
        table.row([
            FigureValue::Name(neutral.name.to_string()),
            FigureValue::Count(neutral.cases),
            FigureValue::Count(neutral.districts),
            FigureValue::Count(neutral.led),
            FigureValue::Count(neutral.co_led),
            FigureValue::Hours(neutral.minutes),
            FigureValue::Count(neutral.booked),
        ]);
    }
    table
}
