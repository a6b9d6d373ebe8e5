//! Messages for the user of a form that was refused: each at its field, and all of them in a summary at the top.

use crate::problem::WebError;
use ibbi_app::AppError;
use ibbi_app::describe::{found, in_words};
use ibbi_app::form::{AT_LABEL, FormProblem, field_of_rule};
use ibbi_app::format::count;
use ibbi_app::ledger::AppendError;
use ibbi_app::zone::Zone;
use ibbi_core::{EventKind, Found, Rule};
use ibbi_report::html::{Element, Html, el};

/// Why a form was not recorded: a message for each reason, with the name of its field.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormErrors(Vec<(Option<String>, String)>);

impl FormErrors {
    /// Returns the messages of an error.
    pub(crate) fn from_error(fail: &WebError) -> Self {
        Self::of_form(fail, field_of_rule, &|what, zone| in_words(&found(what, zone)))
    }

    /// Returns the messages of an error at the fields of a form. `text_of` returns what was found.
    pub(crate) fn of_form(
        fail: &WebError,
        field_of: fn(EventKind, Rule) -> Option<&'static str>,
        text_of: &dyn Fn(&Found, Zone) -> String,
    ) -> Self {
        match fail {
            WebError::Form(error) => Self::from_problems(&error.problems),
            WebError::App(AppError::Refused { refusal, zone, day_only }) => {
                let message = |unmet: &ibbi_core::Unmet| {
                    let text = text_of(&unmet.found, *zone);
                    format!("{}. {}", sentence(&text), in_words(unmet.rule.remedy()))
                };
                let field = |unmet: &ibbi_core::Unmet| field_of(refusal.event, unmet.rule).map(str::to_owned);
                let place = field_of(refusal.event, Rule::TimeOrder).map(str::to_owned);
                let hint = day_only.iter().map(|hint| (place.clone(), format!("{hint}.")));
                Self(refusal.unmet.iter().map(|unmet| (field(unmet), message(unmet))).chain(hint).collect())
            }
            other => Self(vec![(None, message(other))]),
        }
    }

    /// Returns one message that belongs to no field.
    pub(crate) fn from_text(message: String) -> Self {
        Self(vec![(None, message)])
    }

    fn from_problems(problems: &[FormProblem]) -> Self {
        Self(problems.iter().map(|problem| (problem.field.map(str::to_owned), problem.message.clone())).collect())
    }

    /// Returns the messages of a field, without its label.
    pub(crate) fn of_field(&self, name: &str) -> Vec<&str> {
        let here = self.0.iter().filter(|(field, _)| field.as_deref() == Some(name));
        here.map(|(_, message)| message.as_str()).collect()
    }

    /// Returns the summary at the top of the page. The messages are links to the fields of the form with this ID.
    pub(crate) fn summary(&self, heading: &str, form: &str) -> Element {
        let items = self.0.iter().map(|(field, message)| {
            let link =
                |name: &String| el("a").attr("href", format!("#{}", field_id(form, name))).with(message.as_str());
            el("li").with(field.as_ref().map_or_else(|| Html::text(message), |name| link(name).into()))
        });
        warning(el("p").with(el("strong").with(heading)))
            .attr("id", "now")
            .attr("tabindex", -1)
            .with(el("ul").class("problems").all(items))
    }
}

/// Returns the ID of a field of a form. The time and the recorder are in the bar above the forms.
pub(crate) fn field_id(form: &str, name: &str) -> String {
    match name {
        "at" => "when-day".to_owned(),
        "day" | "time" | "on_behalf" => format!("when-{name}"),
        _ => format!("{form}-{name}"),
    }
}

/// Returns why a form was not recorded, with a line for each reason.
pub(crate) fn message(fail: &WebError) -> String {
    match fail {
        WebError::App(AppError::Future { at, now, zone }) => format!(
            "{AT_LABEL}: {} is in the future. It is {} now. Record the event after it happens.",
            zone.show(*at),
            zone.show(*now)
        ),
        WebError::App(AppError::Append(AppendError::Conflict { expected, found, .. })) => format!(
            "The case has changed since you opened this page. It had {} then and has {found} now. Check the new records, \
             then send the form again if it is still right.",
            count(*expected, "record", "records"),
        ),
        WebError::App(AppError::Append(AppendError::TooLarge { .. })) => {
            "The texts are too long for one event. Shorten them, or record a part of them as a note.".to_owned()
        }
        WebError::App(_) => in_words(&fail.detail()),
        WebError::Denied(denial) => denial.to_string() + ".",
        WebError::Unseen(..) => sentence(&fail.detail()) + ".",
        WebError::Form(..) | WebError::Request(..) | WebError::SignIn(_) => fail.detail(),
    }
}

/// Returns a box with a warning.
pub(crate) fn warning(content: impl Into<Html>) -> Element {
    el("div").class("warning").attr("role", "alert").with(content)
}

/// Returns a text with a capital letter at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
