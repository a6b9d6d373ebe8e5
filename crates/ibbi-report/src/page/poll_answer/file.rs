//! The poll as one file, for a facilitator without a server that people reach.

use super::{document, grid_data, head, heading, minutes, note, padded, scripts, title};
use crate::html::{Element, Html, el, name};
use ibbi_core::TimeZoneName;
use ibbi_poll::answer_line::{grid_digest, write_marks};
use ibbi_poll::{PollGrid, PollMark};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A poll as one file of HTML, for one person or for everyone.
///
/// The file opens from a disk or an email. It sends nothing: its script makes the line that
/// [`answer_line::read`](ibbi_poll::answer_line::read) reads, to copy or to save. A file for one person has no name or answer of
/// another person.
#[derive(Debug, Clone, Copy)]
pub struct PollFile<'a> {
    /// The poll's ID.
    pub poll: Uuid,
    /// The district.
    pub district: &'a str,
    /// The name of the person who sees the answers.
    pub asked_by: &'a str,
    /// The last day on which answers can be sent, for people: `Fri, Oct 9, 2026`.
    pub closes: &'a str,
    /// The zone of the poll's times.
    pub zone: &'a TimeZoneName,
    /// The days and hours.
    pub grid: &'a PollGrid,
    /// The people who may use the file. If there is one, the file is for that person only; otherwise it asks who answers, and starts
    /// blank.
    pub people: &'a [PollFilePerson<'a>],
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// A person of a poll's file.
#[derive(Debug, Clone, Copy)]
pub struct PollFilePerson<'a> {
    /// The person's ID in the scenario.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The marks so far, in a file for one person.
    pub marks: &'a [Option<PollMark>],
}

impl PollFile<'_> {
    /// Returns the file.
    pub fn to_html(&self) -> String {
        let (style, script) = (scripts::poll_style(), scripts::poll_script());
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            digest(&style),
            digest(&script)
        );
        // Before all else, so that it covers all else. The style sheet and the script are parts of this program; neither has
        // markup in it, and a test says so.
        let head = head(&title(self.district), self.program)
            .with(el("meta").attr("http-equiv", "Content-Security-Policy").attr("content", policy))
            .with(el("meta").attr("name", "referrer").attr("content", "no-referrer"))
            .with(el("style").with(Html::program_text(style)));
        let content = self.content().with(el("script").with(Html::program_text(script)));
        document(head, content)
    }

    fn content(&self) -> Html {
        let time = format!("tap the times you can come. Takes {} minutes. Only ", minutes(self.grid));
        let ask = el("p").class("ask");
        let ask = match self.people {
            [only] => ask.with(name(only.name)).with(", ").with(time),
            _ => ask.with("Please ").with(time),
        };
        let ask = ask.with(name(self.asked_by)).with(" sees your answers. This page sends nothing.");
        let needs = "This page needs JavaScript, which your program does not run. Open the file in a web browser, such as \
                     Edge, Chrome, Firefox, or Safari, or reply with the times you can come.";
        let form = el("form")
            .attr("id", "poll")
            .attr("data-poll", self.data())
            .with(self.who())
            .with(el("div").attr("id", "poll-grid").with(el("p").class("warning").with(needs)))
            .with(note(self.asked_by, "", false))
            .with(self.send());
        let status = el("div").attr("id", "poll-status").attr("role", "status");
        Html::new().with(heading(self.district)).with(ask).with(form).with(status)
    }

    /// Returns the question who answers, in a file for everyone.
    fn who(&self) -> Option<Element> {
        if self.people.len() == 1 {
            return None;
        }
        let options = self.people.iter().map(|person| el("option").attr("value", person.id).with(person.name));
        let select =
            el("select").attr("id", "who").with(el("option").attr("value", "").with("Choose your name")).all(options);
        Some(el("div").class("field").with(el("label").attr("for", "who").with("Which one are you?")).with(select))
    }

    fn send(&self) -> Element {
        let blanks = "A time that you leave blank counts as one when you can\u{2019}t come.";
        let ask = el("p")
            .with("Then send it to ")
            .with(name(self.asked_by))
            .with(format!(" by {}: paste the line into an email, or attach the file.", self.closes));
        el("div")
            .class("send")
            .with(el("p").class("blanks").attr("id", "poll-blanks").with(blanks))
            .with(el("button").attr("type", "submit").with("Copy my answer"))
            .with(el("button").attr("type", "button").class("less").attr("id", "poll-save").with("Save as a file"))
            .with(ask)
    }

    fn data(&self) -> String {
        let mut data = grid_data(self.grid, self.zone);
        let marks = match self.people {
            [only] => padded(only.marks, self.grid),
            _ => padded(&[], self.grid),
        };
        data["marks"] = write_marks(&marks).into();
        data["closed"] = false.into();
        data["poll"] = self.poll.to_string().into();
        data["grid"] = grid_digest(self.grid).into();
        if let [only] = self.people {
            data["person"] = only.id.into();
        }
        data.to_string()
    }
}

/// Returns the source expression of a text for a content security policy.
fn digest(text: &str) -> String {
    use base64::Engine as _;
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}
