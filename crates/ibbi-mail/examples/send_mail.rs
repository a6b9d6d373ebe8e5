//! Sends the messages of standard input, for `tests/peers/check_mail.py`. Each line is JSON: `to`, `subject`, `text`, and `reply_to`; or
//! `letter` (`invitation` or `reminder`) with the facts of a poll's letter. Each line of the output is `{"reply": …}` or `{"error": …}`.
//!
//! Usage: `send_mail PORT FROM`. The server is 127.0.0.1 without encryption.

use ibbi_mail::{MailError, MailSettings, Mailbox, Mailer, Message, PollLetter, Security, invitation, reminder};
use serde_json::{Value, json};
use std::io::BufRead as _;

fn message(line: &Value) -> Result<Message, MailError> {
    let text = |name: &str| line[name].as_str().unwrap_or_default();
    let reply_to = line["reply_to"].as_str().map(str::parse::<Mailbox>).transpose()?;
    let to = text("to").parse::<Mailbox>()?;
    let Some(letter) = line["letter"].as_str() else {
        return Ok(Message { to, reply_to, subject: text("subject").to_owned(), text: text("text").to_owned() });
    };
    let facts = PollLetter {
        person: text("person"),
        district: text("district"),
        asked_by: text("asked_by"),
        reply_to,
        link: text("link"),
        closes: text("closes"),
    };
    Ok(if letter == "invitation" { invitation(&facts) } else { reminder(&facts) }.to(to))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (port, from) = (args.next().ok_or("the port is missing")?, args.next().ok_or("the sender is missing")?);
    let settings = MailSettings::new("127.0.0.1", Security::None, from.parse()?);
    let mailer = Mailer::from_settings(&MailSettings { port: Some(port.parse()?), ..settings })?;
    for line in std::io::stdin().lock().lines() {
        let sent = message(&serde_json::from_str(&line?)?).and_then(|message| mailer.send(&message));
        let result = sent.map_or_else(|error| json!({ "error": error.to_string() }), |reply| json!({ "reply": reply }));
        println!("{result}");
    }
    Ok(())
}
