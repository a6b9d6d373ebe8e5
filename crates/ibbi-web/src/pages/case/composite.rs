//! Forms that record several events at once: the teams, the pledges, the letters, a session, a caucus.

use super::act::{Act, Step};
use super::fields::Inputs;
use super::sent::{Reader, on_both_teams};
use super::session::Session;
use super::tasks::{Records, Task};
use crate::pages::shell::{date_input, line, textarea, tick};
use crate::problem::WebError;
use ibbi_app::form::{self, FormError, FormProblem};
use ibbi_app::zone::Zone;
use ibbi_core::{AdviserRole, Body, Case, Date, Decision, EventKind, History, MemberId, Name, Party};
use ibbi_report::html::{Element, Html, details, el};

/// Returns the inputs of a task's form.
pub(super) fn inputs(task: &Task, inputs: &Inputs<'_>, case: &Case, whole: &Case, zone: Zone) -> Html {
    match task.records {
        Records::Event(kind) => {
            let party = inputs.suggestion("party").and_then(Party::from_code);
            let follows = party.filter(|_| kind == EventKind::PartyDecided).and_then(|party| only_format(whole, party));
            inputs.of_event(kind).with(follows)
        }
        Records::Teams => Party::ALL.iter().map(|party| team(*party, inputs)).collect(),
        Records::Pledges => pledges(inputs),
        Records::Letters => letters(inputs, whole),
        Records::Session(part) => {
            Session::of_part(case, part).map_or_else(Html::new, |session| session.inputs(inputs, zone))
        }
        Records::Caucus(party) => caucus(party, inputs).with(only_format(whole, party)),
    }
}

/// Returns the notice that the only format of the program is recorded too if this party adopts.
fn only_format(whole: &Case, party: Party) -> Option<Element> {
    let (format, program) = ibbi_app::service::only_format(whole, party)?;
    let label = program.format_label(format);
    Some(
        el("p")
            .class("hint")
            .with(format!("The program has one format. If the team adopts, it is recorded too: {label}.")),
    )
}

/// Reads the events of a form.
pub(super) fn act(records: Records, reader: &Reader<'_>, past: &History, zone: Zone) -> Result<Act, WebError> {
    let mut events = Events { reader, zone, steps: Vec::new(), problems: Vec::new() };
    match records {
        Records::Event(kind) => {
            reader.check_team(kind)?;
            events.add(kind, reader.pairs(kind), None);
        }
        Records::Teams => events.teams(),
        Records::Pledges => events.pledges(),
        Records::Letters => events.letters(),
        Records::Caucus(party) => events.caucus(party),
        Records::Session(part) => {
            let session = Session::of_part(past.case(), part).ok_or_else(FormError::incomplete)?;
            return session.act(reader, zone);
        }
    }
    events.finish()
}

/// The events of a form that is read, and what is wrong with it.
struct Events<'a> {
    reader: &'a Reader<'a>,
    zone: Zone,
    steps: Vec<Step>,
    problems: Vec<FormProblem>,
}

impl Events<'_> {
    fn add(&mut self, kind: EventKind, pairs: Vec<(String, String)>, field: Option<&'static str>) {
        match form::event(kind, &pairs, self.zone) {
            Ok(event) => self.steps.push(Step { event, at: None }),
            Err(error) => self.problems.extend(
                error.problems.into_iter().map(|problem| FormProblem { field: field.or(problem.field), ..problem }),
            ),
        }
    }

    fn finish(mut self) -> Result<Act, WebError> {
        if self.problems.is_empty() && self.steps.is_empty() {
            let message = "There is nothing to record. Fill in the form first.".to_owned();
            self.problems.push(FormProblem { field: None, message });
        }
        // One wrong date belongs to several events.
        self.problems.dedup();
        match self.problems.is_empty() {
            true => Ok(Act { steps: self.steps }),
            false => Err(FormError { problems: self.problems }.into()),
        }
    }

    /// Names the members of both teams, one name per line. Names that are on the team already are left out.
    fn teams(&mut self) {
        let mut taken: Vec<MemberId> = Vec::new();
        let mut named: Vec<(Party, String)> = Vec::new();
        for party in Party::ALL {
            let is_known = |name: &str| {
                self.reader.choices.members.iter().any(|member| member.party == *party && member.name == name)
            };
            let mut names: Vec<String> = Vec::new();
            for name in self.reader.text(party.code()).lines().map(without_list_mark) {
                if !name.is_empty() && !is_known(name) && !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
            for name in &names {
                let choices = self.reader.choices;
                let earlier = named.iter().find(|(_, other)| other == name).map(|(party, _)| *party);
                if let Some(other) = earlier.or_else(|| choices.other_team_of(name, *party)) {
                    self.problems.extend(on_both_teams(party.code(), team_label(*party), name, other).problems);
                    continue;
                }
                named.push((*party, name.clone()));
                let member = self.reader.person(name, &taken);
                taken.extend(Name::new(name).ok().map(|name| self.reader.choices.id_of_name(&name, &taken)));
                self.add(
                    EventKind::MemberNamed,
                    pairs(&[("party", party.code()), ("member", &member)]),
                    Some(party.code()),
                );
            }
        }
    }

    fn pledges(&mut self) {
        let dated = self.reader.date("dated");
        let is_date = dated.is_empty() || dated.parse::<Date>().is_ok();
        let field = if is_date { "pledged" } else { "dated" };
        for id in self.reader.given.all("pledged").filter(|id| !id.is_empty()) {
            let member = self.reader.choices.members.iter().find(|member| member.id == id);
            let party = member.map_or("", |member| member.party.code());
            let pledge = pairs(&[("party", party), ("member", id), ("dated", &dated)]);
            self.add(EventKind::AttendancePledged, pledge, Some(field));
        }
    }

    fn letters(&mut self) {
        for body in Body::ALL {
            let dated = self.reader.date(date_of(*body));
            let document = self.reader.text(&format!("document.{body}")).to_owned();
            if !dated.is_empty() || !document.is_empty() {
                let pairs = pairs(&[("body", body.code()), ("dated", &dated), ("document", &document)]);
                self.add(EventKind::SupportConfirmed, pairs, Some(date_of(*body)));
            }
        }
    }

    fn caucus(&mut self, party: Party) {
        let present: Vec<&str> = self.reader.given.all("present").filter(|id| !id.is_empty()).collect();
        let of_party = [("party", party.code())];
        let with = |more: &[(&str, &str)]| pairs(&[&of_party[..], more].concat());
        let mut opened = with(&[("present", &present.join(","))]);
        for ([role], who) in self.reader.rows("advisers", ["role"]) {
            let role = if role.is_empty() { AdviserRole::Other.code() } else { role };
            opened.push(("advisers".to_owned(), format!("{party}:{role}:{who}")));
        }
        self.add(EventKind::CaucusOpened, opened, None);
        let mut choices = self.reader.choices.clone();
        for text in self.reader.text("concerns").lines().map(str::trim).filter(|line| !line.is_empty()) {
            let id = choices.new_concern(party.code());
            choices.concerns.push((id.clone(), text.to_owned()));
            self.add(EventKind::ConcernRaised, with(&[("concern", &id), ("text", text)]), Some("concerns"));
        }
        let (decision, spokesperson) = (self.reader.text("decision"), self.reader.text("spokesperson"));
        let mut wrong =
            |message: &str| self.problems.extend(FormError::at("spokesperson", "Spokesperson", message).problems);
        if decision.is_empty() && !spokesperson.is_empty() {
            wrong("the team has not decided; choose its decision, or choose \u{201c}not given\u{201d} here");
        } else if !spokesperson.is_empty() && !present.contains(&spokesperson) {
            wrong("this member is not checked as present; check the member, or choose another one");
        }
        if !decision.is_empty() {
            self.add(EventKind::PartyDecided, with(&[("decision", decision), ("spokesperson", spokesperson)]), None);
        }
    }
}

/// Returns a pasted name without the bullet or the number before it.
fn without_list_mark(line: &str) -> &str {
    let line = line.trim();
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let marked = if digits.len() < line.len() { digits.strip_prefix(['.', ')']) } else { None };
    let marked = marked.or_else(|| line.strip_prefix(['\u{2022}', '*', '-', '\u{2013}', '\u{b7}']));
    // A mark is followed by a space: `-Ann` and `2nd seat` are texts.
    marked.filter(|rest| rest.starts_with(char::is_whitespace)).map_or(line, str::trim)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Returns the label of a team's field.
const fn team_label(party: Party) -> &'static str {
    match party {
        Party::Labor => "Labor",
        Party::Management => "Management",
    }
}

/// Returns the name of the input for the date of a body's letter.
const fn date_of(body: Body) -> &'static str {
    match body {
        Body::TeachersOrganization => "dated.teachers_organization",
        Body::Administration => "dated.administration",
        Body::SchoolCommittee => "dated.school_committee",
    }
}

fn team(party: Party, inputs: &Inputs<'_>) -> Element {
    let leaders = inputs.choices.leaders.iter().filter(|(seat, _)| seat_party(*seat) == party);
    let members: Vec<&str> = inputs
        .choices
        .members
        .iter()
        .filter(|member| member.party == party)
        .map(|member| member.name.as_str())
        .collect();
    // The plan has the teams, or else the leaders usually sit on them. The person sees the names and can delete them.
    let planned: String = inputs.choices.planned(party.code()).map(|name| format!("{name}\n")).collect();
    let first: String = match (members.is_empty(), planned.is_empty()) {
        (true, true) => leaders.map(|(_, name)| format!("{name}\n")).collect(),
        (true, false) => planned,
        (false, _) => String::new(),
    };
    let text = inputs.text_or(party.code(), &first);
    let label = team_label(party);
    let hint = match members.is_empty() {
        true => "One name per line. You can paste a list.".to_owned(),
        false => format!("One new name per line. On the team: {}.", members.join(", ")),
    };
    let rows = (text.lines().count() + 2).max(4);
    inputs.labeled(label, party.code(), textarea(party.code(), &text, rows).attr("spellcheck", "false"), Some(&hint))
}

const fn seat_party(seat: ibbi_core::Seat) -> Party {
    match seat {
        ibbi_core::Seat::UnionPresident => Party::Labor,
        _ => Party::Management,
    }
}

fn pledges(inputs: &Inputs<'_>) -> Html {
    let sent = |id: &str| inputs.sent.is_none_or(|pairs| pairs.all("pledged").any(|sent| sent == id));
    let missing = inputs.choices.members.iter().filter(|member| !member.pledged);
    let ticks = missing.map(|member| tick("pledged", &member.id, sent(&member.id), member.name.as_str()));
    let dated = date_input("dated", &inputs.text("dated"));
    Html::new()
        .with(inputs.group("pledged", "These members pledged", "row", Html::from_iter(ticks)))
        .with(inputs.labeled("Date of the pledges (if any)", "dated", dated, None))
}

fn letters(inputs: &Inputs<'_>, whole: &Case) -> Html {
    let missing = || Body::ALL.iter().filter(|body| whole.letter(**body).is_none());
    let dates = missing().map(|body| {
        let name = date_of(*body);
        let label = format!("Letter of {}, dated", body.label());
        inputs.labeled(&label, name, date_input(name, &inputs.text(name)), None)
    });
    let documents = missing().map(|body| {
        let name = format!("document.{body}");
        let label = format!("Digital fingerprint of the letter of {} (if any)", body.label());
        inputs.labeled(&label, &name, line(&name, &inputs.text(&name)), Some(super::fields::FINGERPRINT))
    });
    let hint = el("p").class("hint").with("Leave the date of a letter empty if it hasn't arrived.");
    Html::new()
        .with(hint)
        .with(el("div").class("basics").all(dates))
        .with(details("More details", Html::from_iter(documents)))
}

fn caucus(party: Party, inputs: &Inputs<'_>) -> Html {
    let members: Vec<(String, String)> = inputs
        .choices
        .members
        .iter()
        .filter(|member| member.party == party)
        .map(|member| (member.id.clone(), member.name.clone()))
        .collect();
    let everyone = [format!("present={}", members.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(","))];
    let checked = Inputs { suggested: &everyone, ..*inputs };
    let decision = inputs.text("decision");
    let decided = Decision::ALL.iter().map(|each| (each.code(), each.label())).chain([("", "not yet")]);
    let decided = decided.map(|(code, label)| {
        let chosen = code == decision;
        crate::pages::shell::radio("decision", code, chosen, label)
    });
    Html::new()
        .with(checked.several("present", "Members present", members.clone()))
        .with(inputs.labeled(
            "Concerns for the full group (if any)",
            "concerns",
            textarea("concerns", &inputs.text("concerns"), 2),
            Some("One concern per line."),
        ))
        .with(inputs.group("decision", "Does the team adopt the method?", "row", Html::from_iter(decided)))
        .with(inputs.one_of("spokesperson", "Spokesperson, if the team decided", false, members))
        .with(inputs.folded("Advisers", &["advisers"], inputs.own_advisers()))
}

#[cfg(test)]
mod tests {
    use super::without_list_mark;

    #[test]
    fn pasted_names_lose_their_list_marks() {
        for (line, name) in [
            ("\u{2022} Tom Fitzgerald", "Tom Fitzgerald"),
            ("2. Ana Ribeiro", "Ana Ribeiro"),
            (" 10) Luis Ortega ", "Luis Ortega"),
            ("- Greta Holm", "Greta Holm"),
            ("-Ann", "-Ann"),
            ("2nd seat", "2nd seat"),
            ("J. Park", "J. Park"),
            ("", ""),
        ] {
            assert_eq!(without_list_mark(line), name, "{line}");
        }
    }
}
