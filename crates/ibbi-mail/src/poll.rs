//! The letters about an availability poll.

use crate::address::Mailbox;
use crate::message::Message;

/// The facts of a letter to one person.
#[derive(Debug, Clone)]
pub struct PollLetter<'a> {
    /// The recipient's name, as the poll has it.
    pub person: &'a str,
    /// The district that the dates are for.
    pub district: &'a str,
    /// The name of the person who asks.
    pub asked_by: &'a str,
    /// The address of the person who asks, if it is known. An answer by email goes there.
    pub reply_to: Option<Mailbox>,
    /// The recipient's own link.
    pub link: &'a str,
    /// Until when answers can be given, as people write it, such as `Fri, Oct 9, 2026, 5:00 PM`.
    pub closes: &'a str,
}

/// The texts of a letter. The person who asks can send them by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    /// The subject, on one line of at most 200 characters.
    pub subject: String,
    /// The text. Lines end in `\n`.
    pub text: String,
    reply_to: Option<Mailbox>,
}

impl LetterText {
    /// Returns the letter to a recipient.
    pub fn to(self, recipient: Mailbox) -> Message {
        Message { to: recipient, reply_to: self.reply_to, subject: self.subject, text: self.text }
    }
}

/// Returns the first letter about a poll: who asks for what, the link, until when, and who sees the answers.
///
/// ```
/// use ibbi_mail::{PollLetter, invitation};
/// let letter = PollLetter {
///     person: "Thuy Tran",
///     district: "Maple Hollow",
///     asked_by: "P. Sullivan",
///     reply_to: None,
///     link: "https://ibbi.example.org/poll/8Qk3",
///     closes: "Fri, Oct 9, 2026, 5:00 PM",
/// };
/// let message = invitation(&letter).to("thuy@example.org".parse()?);
/// assert_eq!(message.subject, "Maple Hollow: when can you come? Please answer by Fri, Oct 9, 2026, 5:00 PM");
/// assert!(message.text.starts_with("Dear Thuy Tran,\n\nP. Sullivan is looking for dates"));
/// # Ok::<(), ibbi_mail::MailError>(())
/// ```
pub fn invitation(letter: &PollLetter<'_>) -> LetterText {
    let PollLetter { person, district, asked_by, closes, .. } = letter;
    let opening = format!(
        "{asked_by} is looking for dates for the bargaining sessions of {district}. Please mark the times when you can come, could \
         come if need be, and can't come. It takes about two minutes on a phone or a computer."
    );
    written(letter, format!("{district}: when can you come? Please answer by {closes}"), person, &opening)
}

/// Returns a letter to a person who hasn't answered a poll yet.
///
/// ```
/// use ibbi_mail::{PollLetter, reminder};
/// let letter = PollLetter {
///     person: "Thuy Tran",
///     district: "Maple Hollow",
///     asked_by: "P. Sullivan",
///     reply_to: Some("p.sullivan@example.org".parse()?),
///     link: "https://ibbi.example.org/poll/8Qk3",
///     closes: "Fri, Oct 9, 2026, 5:00 PM",
/// };
/// let message = reminder(&letter);
/// assert_eq!(message.subject, "Reminder: Maple Hollow needs your times by Fri, Oct 9, 2026, 5:00 PM");
/// assert!(message.text.contains("https://ibbi.example.org/poll/8Qk3\n"));
/// assert!(message.text.contains("reply to this email"));
/// # Ok::<(), ibbi_mail::MailError>(())
/// ```
pub fn reminder(letter: &PollLetter<'_>) -> LetterText {
    let PollLetter { person, district, asked_by, closes, .. } = letter;
    let opening = format!(
        "{asked_by} hasn't received your times yet, and would like to plan the bargaining sessions of {district} with you. If you \
         answered in the last hour, please ignore this email."
    );
    written(letter, format!("Reminder: {district} needs your times by {closes}"), person, &opening)
}

fn written(letter: &PollLetter<'_>, subject: String, person: &str, opening: &str) -> LetterText {
    let PollLetter { asked_by, link, closes, .. } = letter;
    let without_link = if letter.reply_to.is_some() {
        format!(
            "If the link doesn't work for you, reply to this email, or tell {asked_by} by phone, when you can't come."
        )
    } else {
        format!("If the link doesn't work for you, tell {asked_by} by phone or by email when you can't come.")
    };
    let text = format!(
        "Dear {},\n\n\
         {opening}\n\n\
         Your link:\n{link}\n\n\
         You can answer, and change your answer, until {closes}. You don't need an account. The link is only for you; please don't \
         pass it on.\n\n\
         Only {asked_by} sees your answers and your note. The other people who are asked don't. The answers are deleted together \
         with the poll.\n\n\
         {without_link}\n\n\
         Thank you.\n\
         For {asked_by}\n",
        addressed(person)
    );
    LetterText { subject: one_line(&subject), text, reply_to: letter.reply_to.clone() }
}

/// Returns how a letter addresses a person. A plan can have a role in place of a name: `The chair of the committee` is addressed as
/// `Chair of the Committee`.
fn addressed(person: &str) -> String {
    const SMALL: [&str; 5] = ["of", "the", "and", "for", "in"];
    let mut words = person.split_whitespace();
    if !words.next().is_some_and(|first| first.eq_ignore_ascii_case("the")) {
        return person.to_owned();
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let words = words.map(|word| if SMALL.contains(&word) { word.to_owned() } else { capital(word) });
    let role = words.collect::<Vec<_>>().join(" ");
    if role.is_empty() { person.to_owned() } else { role }
}

/// Returns a subject on one line of at most 200 characters, because the name of a district can be long.
fn one_line(subject: &str) -> String {
    if subject.chars().count() <= 200 { subject.to_owned() } else { subject.chars().take(199).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_addressed_without_an_article() {
        for (person, expected) in [
            ("Thuy Tran", "Thuy Tran"),
            ("The superintendent", "Superintendent"),
            ("the union president", "Union President"),
            ("The chair of the school committee", "Chair of the School Committee"),
            ("Theo Lang", "Theo Lang"),
            ("The", "The"),
        ] {
            assert_eq!(addressed(person), expected);
        }
    }
}
