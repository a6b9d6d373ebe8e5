//! The page on which a person answers a poll, and the same poll as one file.
//!
//! The page of a server is a form that works without a script. With it, the form becomes a grid for thumbs and keys. The file
//! needs the script, and gives back a line of text: nothing is sent from it.

mod file;
mod form;
mod labels;
mod scripts;

pub use file::{PollFile, PollFilePerson};
pub use scripts::{poll_script, poll_style};

use crate::html::{Element, Html, el, name};
use ibbi_core::TimeZoneName;
use ibbi_poll::answer_line::write_marks;
use ibbi_poll::{PollAnswer, PollGrid, PollMark};

/// The page on which a person answers a poll.
///
/// The form is sent to [`action`](Self::action) as `application/x-www-form-urlencoded`, with a field `c` and the number of the
/// cell (`c0`, `c1`, …) for each cell that is not blank. Its value is `can`, `if_need_be`, or `cannot`; without the script, blank cells are
/// sent too, with an empty value. The field `note` is always sent. The response is this page again, with another
/// [`state`](Self::state): the script takes the part with the ID `poll-status` from it, and the rest stays.
///
/// ```
/// use ibbi_poll::PollGrid;
/// use ibbi_report::{AnswerState, PollAnswerPage};
/// let grid = PollGrid { days: vec!["2026-11-02".parse()?], bands: vec![ibbi_sim::Hours::MORNING] };
/// let page = PollAnswerPage {
///     district: "Maple Hollow", person: "Thuy", asked_by: "P. Sullivan", closes: "Fri, Oct 9, 2026", zone: &"America/New_York".parse()?,
///     grid: &grid, marks: &[None], note: "", action: "/polls/answer/x", state: AnswerState::New, program: "ibbi 0.1.0",
/// };
/// assert!(page.to_html("/poll.css", "/poll.js").contains("name=\"c0\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PollAnswerPage<'a> {
    /// The district.
    pub district: &'a str,
    /// The name of the person who answers.
    pub person: &'a str,
    /// The name of the person who sees the answers.
    pub asked_by: &'a str,
    /// The last day on which answers can be changed, for people: `Fri, Oct 9, 2026`.
    pub closes: &'a str,
    /// The zone of the poll's times.
    pub zone: &'a TimeZoneName,
    /// The days and hours.
    pub grid: &'a PollGrid,
    /// A mark for each cell. Missing ones are blank.
    pub marks: &'a [Option<PollMark>],
    /// The note.
    pub note: &'a str,
    /// The path to which the form is sent.
    pub action: &'a str,
    /// What the page says about the answer.
    pub state: AnswerState<'a>,
    /// The program with its version, such as `ibbi 0.1.0`.
    pub program: &'a str,
}

/// What the page says about the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerState<'a> {
    /// The person has not answered.
    New,
    /// The answer is saved: when, for people, such as `Mon, Oct 5, 2026, 3:40 PM`.
    Saved(&'a str),
    /// What was sent can't be saved, for these reasons. Each is a sentence.
    Refused(&'a [String]),
    /// The poll is closed. The answers can be read only.
    Closed,
}

impl PollAnswerPage<'_> {
    /// Returns the page, with the paths of its style sheet ([`poll_style`]) and script ([`poll_script`]).
    pub fn to_html(&self, style: &str, script: &str) -> String {
        let head = head(&title(self.district), self.program)
            .with(el("link").attr("rel", "stylesheet").attr("href", style))
            .with(el("link").attr("rel", "icon").attr("href", "/icon.svg"))
            .with(el("script").attr("src", script).attr("defer", "defer"));
        document(head, self.content())
    }

    /// Returns what the page's `main` contains.
    pub fn content(&self) -> Html {
        let closed = self.state == AnswerState::Closed;
        let who = name(self.person);
        let ask = if closed {
            el("p")
                .class("ask")
                .with(who)
                .with(", these are your answers. Only ")
                .with(name(self.asked_by))
                .with(" sees them.")
        } else {
            let time = format!(", tap the times you can come. Takes {} minutes. Only ", minutes(self.grid));
            el("p").class("ask").with(who).with(time).with(name(self.asked_by)).with(" sees your answers.")
        };
        let form = el("form")
            .attr("id", "poll")
            .attr("method", "post")
            .attr("action", self.action)
            .attr("data-poll", self.data())
            .with(form::grid(self.grid, self.marks, closed))
            .with(note(self.asked_by, self.note, closed))
            .with((!closed).then(|| self.send()));
        Html::new().with(heading(self.district)).with(ask).with(self.status()).with(form)
    }

    fn status(&self) -> Element {
        let status = el("div").attr("id", "poll-status");
        match self.state {
            AnswerState::New => status.attr("role", "status"),
            AnswerState::Saved(when) => status.attr("role", "status").class("good").attr("data-saved", "").with(
                el("p").with(el("strong").with("Saved.")).with(format!(
                    " {when}. {} You can change your answers until {}.",
                    self.left_blank(),
                    self.closes
                )),
            ),
            AnswerState::Refused(reasons) => status
                .attr("role", "alert")
                .class("warning")
                .with(el("p").with(el("strong").with("Your answers are not saved.")))
                .with(el("ul").all(reasons.iter().map(|reason| el("li").with(reason.as_str())))),
            AnswerState::Closed => status.attr("role", "status").class("warning").with(
                el("p")
                    .with(format!("This poll closed on {}. To change an answer, write to ", self.closes))
                    .with(name(self.asked_by))
                    .with("."),
            ),
        }
    }

    /// Returns a sentence on the times without a mark.
    fn left_blank(&self) -> String {
        let marks = padded(self.marks, self.grid);
        let all = marks.len();
        match marks.iter().filter(|mark| mark.is_none()).count() {
            0 => "Nothing else is needed.".to_owned(),
            blank if blank == all => "No time is marked, which counts as no time when you can come.".to_owned(),
            1 => format!("1 of {all} times is blank, and counts as one when you can\u{2019}t come."),
            blank => format!("{blank} of {all} times are blank, and count as times when you can\u{2019}t come."),
        }
    }

    fn send(&self) -> Element {
        let button = el("button").attr("type", "submit").with("Save");
        let text = format!("You can change your answers until {}.", self.closes);
        let blanks = "A time that you leave blank counts as one when you can\u{2019}t come.";
        el("div")
            .class("send")
            .with(el("p").class("blanks").attr("id", "poll-blanks").with(blanks))
            .with(button)
            .with(el("p").with(text))
    }

    /// Returns the data for the script.
    fn data(&self) -> String {
        let mut data = grid_data(self.grid, self.zone);
        data["marks"] = write_marks(&padded(self.marks, self.grid)).into();
        data["closed"] = (self.state == AnswerState::Closed).into();
        data.to_string()
    }
}

/// Returns the days, the hours, and the zone, for the script.
fn grid_data(grid: &PollGrid, zone: &TimeZoneName) -> serde_json::Value {
    let days: Vec<String> = grid.days.iter().map(ToString::to_string).collect();
    let bands: Vec<[u16; 2]> = grid.bands.iter().map(|band| [band.from(), band.to()]).collect();
    serde_json::json!({ "days": days, "bands": bands, "zone": zone.as_str() })
}

/// Returns a mark for each cell.
fn padded(marks: &[Option<PollMark>], grid: &PollGrid) -> Vec<Option<PollMark>> {
    (0..grid.cells()).map(|cell| marks.get(cell).copied().flatten()).collect()
}

/// Returns about how many minutes an answer takes.
fn minutes(grid: &PollGrid) -> usize {
    2 + grid.cells() / 250
}

fn title(district: &str) -> String {
    format!("Bargaining dates for {district}")
}

fn heading(district: &str) -> Element {
    el("h1").with("Bargaining dates for ").with(name(district))
}

fn note(asked_by: &str, text: &str, closed: bool) -> Element {
    let area =
        el("textarea").attr("id", "note").attr("name", "note").attr("rows", 2).attr("maxlength", PollAnswer::MAX_NOTE);
    let area = if closed { area.attr("readonly", "readonly") } else { area };
    let label =
        el("label").attr("for", "note").with("Note for ").with(name(asked_by)).with(" (you can leave it empty)");
    el("div").class("field").with(label).with(area.typed(text))
}

fn head(title: &str, program: &str) -> Element {
    el("head")
        .with(el("meta").attr("charset", "utf-8"))
        .with(el("meta").attr("name", "viewport").attr("content", "width=device-width, initial-scale=1"))
        .with(el("meta").attr("name", "color-scheme").attr("content", "light dark"))
        .with(el("meta").attr("name", "robots").attr("content", "noindex"))
        .with(el("meta").attr("name", "generator").attr("content", program))
        .with(el("title").with(title))
}

fn document(head: Element, content: Html) -> String {
    let body = el("body").with(el("main").class("poll").with(content));
    let html: Html = el("html").attr("lang", "en").with(head).with("\n").with(body).into();
    format!("<!DOCTYPE html>\n{}\n", html.as_str())
}

#[cfg(test)]
mod tests;
