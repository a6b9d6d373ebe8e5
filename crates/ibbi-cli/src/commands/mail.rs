//! `ibbi mail test`: sends a test message by the server for outgoing mail.

use crate::args::{Mail, Serve, TestMail};
use crate::output::{Outcome, visible};
use crate::server_file::{config_file, with_file};
use crate::settings::mailer;
use ibbi_app::{AppError, ExitCode};
use ibbi_mail::{MailError, Mailbox, Mailer, Message};
use serde_json::json;

pub(crate) fn run(args: Mail, json: bool) -> Result<Outcome, AppError> {
    let Mail::Test(TestMail { config, to }) = args;
    let given = Serve { config, ..Serve::default() };
    let file = config_file(&given).ok_or_else(|| {
        AppError::Usage("the settings of the mail server are in the server's file; name it with --config".to_owned())
    })?;
    let (args, _) = with_file(given)?;
    let table = args.mail.ok_or_else(|| {
        let message = "has no table [mail]; add it with server, security, and from (docs/operations.md has an example)";
        AppError::Usage(format!("{} {message}", file.display()))
    })?;
    let mailer = mailer(&table)?;
    let to: Vec<Mailbox> = to
        .iter()
        .map(|to| to.parse())
        .collect::<Result<_, _>>()
        .map_err(|error: MailError| AppError::Usage(error.to_string()))?;
    let letters: Vec<_> = to.into_iter().map(|to| (mailer.send(&test_message(to.clone())), to)).collect();
    let code = if letters.iter().all(|(result, _)| result.is_ok()) { ExitCode::Done } else { ExitCode::Io };
    let failures = letters.iter().filter_map(|(result, _)| result.as_ref().err());
    let messages = failures.map(|error| format!("ibbi: {}\n", visible(&error.to_string()))).collect();
    if json {
        let letters = letters.iter().map(|(result, to)| match result {
            Ok(reply) => json!({ "to": to.address(), "reply": reply }),
            Err(error) => {
                json!({ "to": to.address(), "error": error.to_string(), "temporary": error.is_temporary(), "in_doubt": error.is_in_doubt() })
            }
        });
        let value = json!({ "server": mailer.to_string(), "messages": letters.collect::<Vec<_>>() });
        return Ok(Outcome { messages, code, ..Outcome::json(&value) });
    }
    let sent = letters.iter().filter_map(|(result, to)| Some(sent_text(&mailer, to, result.as_ref().ok()?)));
    Ok(Outcome { messages, code, ..Outcome::done(sent.collect()) })
}

fn sent_text(mailer: &Mailer, to: &Mailbox, reply: &str) -> String {
    format!("sent to {to} by {mailer}, which answered {reply}; check the inbox, and the folder for junk mail\n")
}

fn test_message(to: Mailbox) -> Message {
    let text = "Good day,\n\nThis is a test message from ibbi. If you read it, ibbi can send invitations and reminders to this address. \
                You don't need to do anything.\n";
    Message { to, reply_to: None, subject: "Test message from ibbi".to_owned(), text: text.to_owned() }
}
