//! The inputs of forms, by the kind of field.

use super::choices::Choices;
use crate::pages::form_errors::{FormErrors, field_id, sentence};
use crate::pages::shell::{
    check_input, date_input, field as labeled, hidden, line, marked, select, textarea, time_input, wrong_at,
};
use crate::query::Pairs;
use ibbi_app::form::{self, FormField};
use ibbi_core::{AdviserRole, CodeSet, EventKind, FieldKind, Party};
use ibbi_report::html::{Element, Html, details, el};

/// The number of rows for people who come to a session without being on a team.
const ROWS: usize = 3;
/// What the fingerprint of a document is.
pub(super) const FINGERPRINT: &str =
    "64 characters that a checksum program prints for the file. Leave it empty if you have none.";
/// The most options that are radio buttons: one click chooses one of them.
const RADIOS: usize = 6;

/// A choice beside a person's name.
struct Choice<'a> {
    name: &'static str,
    label: &'static str,
    options: Vec<(&'a str, &'a str)>,
}

/// Returns whether a field is seldom filled in, so that it is folded.
const fn is_rare(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Digest | FieldKind::CaseId | FieldKind::People | FieldKind::Substitutes | FieldKind::Advisers(_)
    )
}

fn codes(set: &CodeSet) -> Vec<(&'static str, &'static str)> {
    set.iter().collect()
}

/// A form with its content.
pub(crate) struct Inputs<'a> {
    /// The ID of the form, which keeps its IDs apart from those of other forms.
    pub(crate) form: &'a str,
    /// The form as it was sent, to be shown exactly like that. None for a new form.
    pub(crate) sent: Option<&'a Pairs>,
    /// The values of a new form, as `key=value`. A value in angle brackets is a placeholder.
    pub(crate) suggested: &'a [String],
    pub(crate) choices: &'a Choices,
    pub(crate) errors: &'a FormErrors,
}

impl Inputs<'_> {
    /// Returns the suggested value of a field; nothing for a placeholder.
    pub(crate) fn suggestion(&self, name: &str) -> Option<&str> {
        self.raw_suggestion(name).filter(|value| !value.starts_with('<'))
    }

    fn raw_suggestion(&self, name: &str) -> Option<&str> {
        let pairs = self.suggested.iter().filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }

    /// Returns the text of an input.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.sent {
            Some(pairs) => pairs.get(name).unwrap_or_default().to_owned(),
            None => self.suggestion(name).unwrap_or_default().to_owned(),
        }
    }

    /// Returns the text of an input, or a first text for a new form.
    pub(crate) fn text_or(&self, name: &str, first: &str) -> String {
        if self.sent.is_some() { self.text(name) } else { first.to_owned() }
    }

    /// Returns the chosen values of several inputs with one name.
    fn chosen(&self, name: &str) -> Vec<String> {
        match self.sent {
            Some(pairs) => pairs.all(name).map(str::to_owned).collect(),
            None => self.text(name).split(',').filter(|each| !each.is_empty()).map(str::to_owned).collect(),
        }
    }

    pub(crate) fn id(&self, name: &str) -> String {
        field_id(self.form, name)
    }

    /// Returns an input of one line with its label.
    pub(crate) fn labeled(&self, label: &str, name: &str, input: Element, hint: Option<&str>) -> Element {
        labeled(label, &self.id(name), input, hint, &self.errors.of_field(name))
    }

    /// Returns the fields of an event. Fields with a suggested choice are fixed: the title of the form has them.
    pub(crate) fn of_event(&self, kind: EventKind) -> Html {
        let (mut shown, mut fixed, mut rare) = (Html::new(), Html::new(), Html::new());
        for field in form::fields(kind) {
            if kind == EventKind::ConcernRaised && field.name == "concern" {
                fixed.push(self.kept("concern"));
                continue;
            }
            if kind == EventKind::MemberNamed && field.name == "member" {
                fixed.push(self.kept("member.id"));
            }
            if matches!(field.takes, FieldKind::Program | FieldKind::CaseId) {
                fixed.push(self.kept(field.name));
            } else if self.is_fixed(&field) {
                fixed.push(hidden(field.name, &self.text(field.name)));
            } else if is_rare(field.takes) {
                rare.push(self.input(&field));
            } else if field.required || self.is_offered(&field) {
                shown.push(self.input(&field));
            }
        }
        let open = !rare.is_empty() && self.sent.is_some();
        let rare = (!rare.is_empty()).then(|| details("More details", rare));
        fixed.with(shown).with(rare.map(|rare| if open { rare.attr("open", "open") } else { rare }))
    }

    /// Returns the hidden input for a value that a correction doesn't change, if there is one.
    fn kept(&self, name: &str) -> Option<Element> {
        let value = self.text(name);
        (!value.is_empty()).then(|| hidden(name, &value))
    }

    /// Returns whether the suggestion chooses the value of a field.
    pub(crate) fn is_fixed(&self, field: &FormField) -> bool {
        let is_choice = matches!(
            field.takes,
            FieldKind::Code(_)
                | FieldKind::Format(_)
                | FieldKind::Activity(_)
                | FieldKind::MemberId
                | FieldKind::ConcernId
                | FieldKind::Number { .. }
        );
        is_choice && self.suggestion(field.name).is_some()
    }

    /// Returns whether an optional field is of use: a choice is only if the suggestion has it.
    fn is_offered(&self, field: &FormField) -> bool {
        let is_choice = matches!(field.takes, FieldKind::Code(_));
        !is_choice || self.suggested.is_empty() || self.raw_suggestion(field.name).is_some()
    }

    /// Returns the input of a field.
    pub(crate) fn input(&self, field: &FormField) -> Element {
        let FormField { name, label, required, takes } = field;
        let required = *required || self.raw_suggestion(name).is_some_and(|value| value.starts_with('<'));
        let shown = if required { (*label).to_owned() } else { format!("{label} (if any)") };
        let value = self.text(name);
        let one = |input: Element, hint: Option<&str>| {
            let input = if required { input.attr("required", "required") } else { input };
            self.labeled(&shown, name, input, hint)
        };
        let coded = |set: &CodeSet| set.iter().map(|(code, label)| (code.to_owned(), label.to_owned())).collect();
        let members = || self.choices.members.iter().map(|each| (each.id.clone(), each.name.clone())).collect();
        match takes {
            FieldKind::Name { max_chars } => {
                one(line(name, &value).attr("maxlength", max_chars).attr("list", "names"), None)
            }
            FieldKind::Reason { max_chars } => one(line(name, &value).attr("maxlength", max_chars), None),
            FieldKind::NoteText { max_chars } => one(textarea(name, &value, 3).attr("maxlength", max_chars), None),
            FieldKind::Code(set) => self.one_of(name, &shown, required, coded(set)),
            FieldKind::Topics(set) => self.several(name, &shown, coded(set)),
            FieldKind::Date => one(date_input(name, &value), None),
            FieldKind::Slot => self.slot(name, &shown),
            FieldKind::Person => {
                let of_name = format!("{name}.name");
                let first = self.suggestion(name).and_then(|value| value.split_once(':')).map_or("", |(_, who)| who);
                let text = self.text_or(&of_name, first);
                let input = line(&of_name, &text).attr("required", "required").attr("list", "names");
                labeled(&shown, &self.id(name), input, None, &self.errors.of_field(name))
            }
            FieldKind::MemberId => self.one_of(name, &shown, required, members()),
            FieldKind::Format(_) => {
                let formats = self.choices.formats.iter().map(|(id, label)| (id.clone(), sentence(label)));
                self.one_of(name, &shown, required, formats.collect())
            }
            FieldKind::Activity(_) => self.one_of(name, &shown, required, self.choices.activities.clone()),
            FieldKind::ConcernId => self.one_of(name, &shown, required, self.choices.concerns.clone()),
            FieldKind::MemberIds => self.several(name, &shown, members()),
            FieldKind::Names => {
                let first = self.suggestion(name).unwrap_or_default().replace(',', "\n");
                let text = self.text_or(name, &first);
                one(textarea(name, &text, (text.lines().count() + 1).max(3)), Some("one name per line"))
            }
            FieldKind::Observers(set) => {
                let capacities = Choice { name: "capacity", label: "Capacity", options: codes(set) };
                self.people(name, &shown, "Observer", &[capacities])
            }
            FieldKind::Substitutes => {
                let members = self.choices.members.iter().map(|each| (each.id.as_str(), each.name.as_str())).collect();
                let members = Choice { name: "member", label: "Member replaced", options: members };
                self.people(name, &shown, "Substitute", &[members])
            }
            FieldKind::Advisers(set) => {
                let parties = Choice { name: "party", label: "Party", options: codes(&Party::SET) };
                let roles = Choice { name: "role", label: "Role", options: codes(set) };
                self.people(name, &shown, "Adviser", &[parties, roles])
            }
            FieldKind::People => {
                let text = self.text(name);
                one(textarea(name, &text, text.lines().count().max(1)), Some("one name per line"))
            }
            FieldKind::Number { .. } => one(line(name, &value).attr("inputmode", "numeric"), None),
            FieldKind::Flag => {
                let options =
                    [("false", "no"), ("true", "yes")].map(|(code, label)| (code.to_owned(), label.to_owned()));
                self.one_of(name, &shown, required, options.to_vec())
            }
            FieldKind::Digest => one(line(name, &value), Some(FINGERPRINT)),
            FieldKind::CaseId => self.one_of(name, &shown, required, self.choices.cases.clone()),
            FieldKind::TimeZone | FieldKind::Program => one(line(name, &value), None),
        }
    }

    /// Returns the choice of one option: radio buttons if there are few. A placeholder such as `<chair|vice_chair>` restricts
    /// the options.
    pub(crate) fn one_of(
        &self,
        name: &str,
        label: &str,
        required: bool,
        mut options: Vec<(String, String)>,
    ) -> Element {
        if let Some(only) = self.raw_suggestion(name).and_then(|value| value.strip_prefix('<')?.strip_suffix('>')) {
            let only: Vec<&str> = only.split('|').collect();
            if options.iter().any(|(code, _)| only.contains(&code.as_str())) {
                options.retain(|(code, _)| only.contains(&code.as_str()));
            }
        }
        let value = self.text(name);
        let known = value.is_empty() || options.iter().any(|(code, _)| *code == value);
        if !known {
            // What was sent stays, even if it can't be chosen any more.
            options.push((value.clone(), value.clone()));
        }
        if options.len() > RADIOS || options.is_empty() {
            let none = (!required || value.is_empty()).then_some(("", if required { "choose" } else { "not given" }));
            let pairs = options.iter().map(|(code, label)| (code.as_str(), label.as_str()));
            let select = select(name, &value, none.into_iter().chain(pairs));
            let select = if required { select.attr("required", "required") } else { select };
            return self.labeled(label, name, select, None);
        }
        let none = (!required).then(|| (String::new(), "not given".to_owned()));
        let radios = options.into_iter().chain(none).enumerate().map(|(number, (code, label))| {
            let id = if number == 0 { self.id(name) } else { format!("{}-{number}", self.id(name)) };
            let chosen = code == value && (self.sent.is_none() || !value.is_empty() || !required);
            let input = marked(radio_input(name, &code, chosen, required), &self.id(name), &self.errors.of_field(name));
            el("label").class("tick").with(input.attr("id", id)).with(el("span").with(label))
        });
        self.group(name, label, "row", Html::from_iter(radios))
    }

    /// Returns a group of checkboxes.
    pub(crate) fn several(&self, name: &str, label: &str, options: Vec<(String, String)>) -> Element {
        let chosen = self.chosen(name);
        let ticks = options.into_iter().enumerate().map(|(number, (code, label))| {
            let input = self.marked_in_group(check_input(name, &code, chosen.contains(&code)), name, number == 0);
            el("label").class("tick").with(input).with(el("span").with(label))
        });
        self.group(name, label, "row", Html::from_iter(ticks))
    }

    /// Marks an input of a group: the first one has the ID to which the summary of errors leads.
    pub(crate) fn marked_in_group(&self, input: Element, name: &str, is_first: bool) -> Element {
        let input = marked(input, &self.id(name), &self.errors.of_field(name));
        if is_first { input.attr("id", self.id(name)) } else { input }
    }

    /// Returns inputs under one label, with the messages of the field.
    pub(crate) fn group(&self, name: &str, label: &str, class: &'static str, inputs: Html) -> Element {
        let (id, wrong) = (self.id(name), self.errors.of_field(name));
        let group = el("fieldset").class(class).attr("id", format!("{id}-group"));
        let group = if wrong.is_empty() { group } else { group.attr("aria-describedby", format!("{id}-wrong")) };
        group.with(el("legend").with(label)).with(wrong_at(&id, &wrong)).with(inputs)
    }

    /// Returns inputs that are seldom needed, folded unless they have content.
    pub(super) fn folded(&self, summary: &str, fields: &[&str], inputs: impl Into<Html>) -> Element {
        let has_content = |field: &str| {
            let is_part =
                |name: &str| name == field || name.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
            self.sent.is_some_and(|pairs| pairs.iter().any(|(name, value)| is_part(name) && !value.is_empty()))
        };
        let open = fields.iter().any(|field| has_content(field) || !self.errors.of_field(field).is_empty());
        let folded = details(summary, inputs);
        if open { folded.attr("open", "open") } else { folded }
    }

    /// Returns rows for the advisers of one party.
    pub(super) fn own_advisers(&self) -> Element {
        let roles = Choice { name: "role", label: "Role", options: codes(&AdviserRole::SET) };
        self.people("advisers", "Advisers in the room (if any)", "Adviser", &[roles])
    }

    /// Returns rows of a name with choices, such as an observer with a capacity.
    fn people(&self, name: &str, label: &str, person: &str, choices: &[Choice<'_>]) -> Element {
        let sent = |what: &str| -> Vec<&str> {
            self.sent.map_or_else(Vec::new, |pairs| pairs.all(&format!("{name}.{what}")).collect())
        };
        let who = sent("name");
        let chosen: Vec<Vec<&str>> = choices.iter().map(|choice| sent(choice.name)).collect();
        let at = |column: &[&'_ str], row: usize| column.get(row).copied().unwrap_or_default().to_owned();
        let rows = (0..ROWS.max(who.len())).map(|row| {
            let number = row + 1;
            let input = line(&format!("{name}.name"), &at(&who, row))
                .attr("aria-label", format!("{person} {number}"))
                .attr("list", "names");
            let input = self.marked_in_group(input, name, row == 0);
            choices.iter().zip(&chosen).fold(el("div").class("pair").with(input), |pair, (choice, chosen)| {
                let Choice { name: part, label, options } = choice;
                let first = label.to_lowercase();
                let options = std::iter::once(("", first.as_str())).chain(options.iter().copied());
                let select = select(&format!("{name}.{part}"), &at(chosen, row), options);
                pair.with(select.attr("aria-label", format!("{label} of {} {number}", person.to_lowercase())))
            })
        });
        self.group(name, label, "rows", Html::from_iter(rows))
    }

    fn slot(&self, name: &str, label: &str) -> Element {
        let wrong = self.errors.of_field(name);
        let id = self.id(name);
        let part = |what: &'static str, label: &'static str| {
            let name = format!("{name}.{what}");
            // A suggestion names no slot: the user chooses one.
            let value = self.text(&name);
            let input = if what == "day" { date_input(&name, &value) } else { time_input(&name, &value) };
            let part_id = if what == "day" { id.clone() } else { format!("{id}-{what}") };
            let input = marked(input, &id, &wrong).attr("id", &part_id).attr("required", "required");
            el("div").with(el("label").attr("for", &part_id).with(label)).with(input)
        };
        let parts = [part("day", "Day"), part("from", "From"), part("to", "To")];
        el("fieldset")
            .with(el("legend").with(label))
            .with(el("div").class("pair").all(parts))
            .with(wrong_at(&id, &wrong))
    }
}

fn radio_input(name: &str, code: &str, chosen: bool, required: bool) -> Element {
    let input = el("input").attr("type", "radio").attr("name", name).value(code);
    let input = if chosen { input.attr("checked", "checked") } else { input };
    if required { input.attr("required", "required") } else { input }
}

#[cfg(test)]
mod tests {
    use super::super::choices::MemberChoice;
    use super::*;

    /// Returns the pairs that a browser sends for a form.
    fn sent_by_browser(markup: &str) -> Vec<(String, String)> {
        let unescape = |text: &str| {
            let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#8238;", "\u{202e}")];
            let text = pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
            text.replace("&amp;", "&")
        };
        let attr = |tag: &str, name: &str| {
            let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
            rest.split('"').next().map(unescape)
        };
        let mut pairs = Vec::new();
        for (place, _) in markup.match_indices('<') {
            let tag = markup[place..].split_inclusive('>').next().unwrap();
            let Some(name) = attr(tag, "name") else { continue };
            if tag.starts_with("<input") {
                let is_choice = matches!(attr(tag, "type").unwrap().as_str(), "checkbox" | "radio");
                if !is_choice || tag.contains(" checked=") {
                    pairs.push((name, attr(tag, "value").unwrap_or_default()));
                }
            } else if tag.starts_with("<textarea") {
                let text = markup[place + tag.len()..].split("</textarea>").next().unwrap();
                let text = unescape(text.strip_prefix('\n').unwrap_or(text));
                pairs.push((name, text.replace('\n', "\r\n")));
            } else if tag.starts_with("<select") {
                let options = markup[place..].split("</select>").next().unwrap();
                let chosen = options.split("<option").find(|option| option.contains(" selected="));
                let option = chosen.or_else(|| options.split("<option").nth(1)).unwrap();
                pairs.push((name, attr(&format!("<option{option}"), "value").unwrap()));
            }
        }
        pairs
    }

    fn choices() -> Choices {
        let member = |(id, name): (&str, &str)| MemberChoice {
            id: id.to_owned(),
            name: name.to_owned(),
            party: Party::Labor,
            pledged: false,
        };
        let members = [("lee", "Ann Lee"), ("kim", "Bo Kim"), ("roy", "Cy Roy")].map(member).to_vec();
        let concerns = [("lee", "Time"), ("kim", "Money")].map(|(id, text)| (id.to_owned(), text.to_owned())).to_vec();
        let mut choices = Choices::default();
        (choices.members, choices.concerns) = (members, concerns);
        choices
    }

    /// Returns several contents of a field, as a browser sends them.
    fn contents(field: &FormField) -> Vec<Vec<(String, String)>> {
        let name = field.name;
        let sub = |what: &str, value: &str| (format!("{name}.{what}"), value.to_owned());
        let plain = |value: &str| (name.to_owned(), value.to_owned());
        let texts = |values: &[&str]| values.iter().map(|value| vec![plain(value)]).collect();
        match field.takes {
            FieldKind::Name { .. } | FieldKind::Reason { .. } | FieldKind::TimeZone => {
                texts(&["<A> & \"B\" é", "  two  spaces ", "a\u{202e}b", "&amp; 'c' \u{5d0}"])
            }
            FieldKind::NoteText { .. } | FieldKind::Names => {
                texts(&["\r\none\r\n\r\n  two & <b>\r\n", "", "\ttab ", "</textarea>\u{202e}"])
            }
            FieldKind::Code(set) => set.iter().map(|(code, _)| vec![plain(code)]).collect(),
            FieldKind::Format(_) => texts(&["full_day", "two_half_days"]),
            FieldKind::Activity(set) => texts(set.codes),
            FieldKind::Topics(set) => {
                let all: Vec<_> = set.iter().map(|(code, _)| plain(code)).collect();
                vec![all.clone(), all[1..].to_vec(), Vec::new()]
            }
            FieldKind::Date => texts(&["2026-10-20", "10/20", " soon ", "2/30/2026"]),
            FieldKind::Slot => vec![
                vec![sub("day", "10/20/2026"), sub("from", "8a"), sub("to", "4:00 PM")],
                vec![sub("day", ""), sub("from", "early "), sub("to", "")],
            ],
            FieldKind::Person => ["Ines Reyes", " x ", ""].map(|who| vec![sub("name", who)]).to_vec(),
            FieldKind::MemberId | FieldKind::ConcernId => texts(&["kim", "lee", "gone"]),
            FieldKind::MemberIds => vec![vec![plain("lee"), plain("roy")], vec![plain("kim")], Vec::new()],
            FieldKind::People => texts(&["Ines Reyes\r\n Jo  Park \r\n", ""]),
            FieldKind::Substitutes => {
                let row = |(who, member)| [sub("name", who), sub("member", member)];
                vec![[(" Jo & Co ", "lee"), ("", "kim"), ("Ann", "")].into_iter().flat_map(row).collect()]
            }
            FieldKind::Advisers(_) => {
                let row =
                    |row: usize| [sub("name", &format!("P {row}")), sub("party", "labor"), sub("role", "counsel")];
                vec![(0..4).flat_map(row).collect()]
            }
            FieldKind::Observers(set) => {
                let codes: Vec<&str> = set.iter().map(|(code, _)| code).collect();
                let row =
                    |row: usize| [sub("name", &format!(" P {row} & co")), sub("capacity", codes[row % codes.len()])];
                vec![(0..5).flat_map(row).collect()]
            }
            FieldKind::Number { .. } => texts(&["12", "one", " 1 "]),
            FieldKind::Flag => texts(&["true", "false"]),
            FieldKind::Digest => texts(&[&"ab".repeat(32), "AB"]),
            FieldKind::CaseId => texts(&["01920000-0000-7000-8000-000000000001", "x"]),
            FieldKind::Program => texts(&["{\"grace\":15}", "{"]),
        }
    }

    #[test]
    fn refused_form_keeps_every_content_of_every_field() {
        let (choices, errors) = (choices(), FormErrors::default());
        let mut count = 0;
        for kind in EventKind::ALL {
            for field in form::fields(*kind) {
                for sent in contents(&field) {
                    let mut text = form_urlencoded::Serializer::new(String::new());
                    let pairs = Pairs::read(text.extend_pairs(&sent).finish().as_bytes());
                    let inputs =
                        Inputs { form: "f", sent: Some(&pairs), suggested: &[], choices: &choices, errors: &errors };
                    let markup: Html = inputs.input(&field).into();
                    assert_eq!(sent_by_browser(markup.as_str()), sent, "{kind} {}: {}", field.name, markup.as_str());
                    count += 1;
                }
            }
        }
        assert!(count > 150, "{count}");
    }

    #[test]
    fn every_field_of_every_event_has_a_labeled_input() {
        let (choices, errors) = (Choices::default(), FormErrors::default());
        let inputs = Inputs { form: "f", sent: None, suggested: &[], choices: &choices, errors: &errors };
        for kind in EventKind::ALL {
            for field in form::fields(*kind) {
                let markup: Html = inputs.input(&field).into();
                let text = markup.as_str();
                assert!(text.contains("<label") || text.contains("<legend"), "{kind} {}", field.name);
            }
        }
    }
}
