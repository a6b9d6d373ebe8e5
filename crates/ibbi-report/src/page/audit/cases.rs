//! The list of cases, in groups with links.

use super::{AuditPage, Places, Section};
use crate::html::{Html, details, el, link};
use crate::{audit, format};
use ibbi_audit::{AuditedCaseSummary, Severity};
use ibbi_core::{Outcome, Stage};

/// A group of at most this many cases is unfolded.
const SHORT: usize = 12;

/// A group of cases: its id on the page, its label, and its cases.
struct Group<'a> {
    id: String,
    label: String,
    cases: Vec<&'a AuditedCaseSummary>,
}

fn is_faulty(case: &AuditedCaseSummary) -> bool {
    case.findings.iter().any(|kind| kind.severity() == Severity::Error)
}

/// Groups the cases: those with an error, then the others by stage and outcome.
fn groups(cases: &[AuditedCaseSummary]) -> Vec<Group<'_>> {
    let faulty = Group {
        id: "cases-with-errors".to_owned(),
        label: "With an error".to_owned(),
        cases: cases.iter().filter(|case| is_faulty(case)).collect(),
    };
    let standings = Stage::ALL.iter().map(|stage| (*stage, None));
    let standings = standings.chain(Outcome::ALL.iter().map(|outcome| (Stage::Closed, Some(*outcome))));
    let others = standings.map(|(stage, outcome)| {
        let here = |case: &&AuditedCaseSummary| !is_faulty(case) && case.stage == stage && case.outcome == outcome;
        let code = outcome.map_or(stage.code(), Outcome::code);
        Group {
            id: format!("cases-{}", code.replace('_', "-")),
            label: audit::standing(stage, outcome),
            cases: cases.iter().filter(here).collect(),
        }
    });
    std::iter::once(faulty).chain(others).filter(|group| !group.cases.is_empty()).collect()
}

impl AuditPage<'_> {
    pub(super) fn list_section(&self, places: &Places) -> Option<Section> {
        if self.cases.is_empty() {
            return None;
        }
        let groups = groups(self.cases);
        let links = groups.iter().map(|group| {
            let label = format!("{} ({})", group.label, format::number(group.cases.len() as u64));
            el("li").with(link(&group.id, label))
        });
        let links = el("nav").attr("aria-label", "Groups of cases").with(el("ul").all(links));
        let mut content = Html::from(links);
        for sentence in self.left_out() {
            content.push(el("p").class("quiet").with(sentence));
        }
        content.push(groups.iter().map(|group| listed(group, places)).collect::<Html>());
        Some(("cases", "Cases one by one", content))
    }

    /// Returns notes on cases that are not in the list, or that have no report.
    fn left_out(&self) -> Vec<String> {
        let (listed, all) = (self.cases.len() as u64, self.report.cases.total);
        let reports = self.timelines.len().min(Self::IN_DEPTH) as u64;
        let mut notes = vec!["Dates are in UTC. A case with an error is only in the first group.".to_owned()];
        if listed < all {
            notes.push(format!(
                "{} of {} cases are listed here. The others are only in the figures.",
                format::number(listed),
                format::number(all)
            ));
        }
        notes.push(match reports {
            0 => "This page has no reports on single cases.".to_owned(),
            reports if reports >= listed => "Each district links to the report on its case below.".to_owned(),
            reports => format!(
                "{} of these {} cases have a report below. Their districts link to it.",
                format::number(reports),
                format::number(listed)
            ),
        });
        notes
    }
}

fn listed(group: &Group<'_>, places: &Places) -> Html {
    let (shown, all) = (group.cases.len().min(AuditPage::LISTED), group.cases.len());
    let summary = match shown < all {
        true => format!("{}: the first {} of {}", group.label, shown, format::count(all as u64, "case")),
        false => format!("{}: {}", group.label, format::count(all as u64, "case")),
    };
    let table = audit::case_list(group.label.clone(), &group.cases[..shown], |case| places.id_of(&case.case));
    // The id is inside, so that a link to it unfolds the group.
    let inside = el("div").attr("id", &group.id).with(table.to_html());
    let group = details(summary, inside).class("why");
    if all <= SHORT { group.attr("open", "open").into() } else { group.into() }
}
