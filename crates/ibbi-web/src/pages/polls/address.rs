//! Email addresses as people type them.

use ibbi_mail::{MailError, Mailbox};

/// Reads an address for mail, which can be missing.
pub(super) fn email_of(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let advice = "Enter one such as ada@example.org, or leave it empty.";
    match text.parse::<Mailbox>() {
        Ok(mailbox) if mailbox.name().is_none() => Ok(Some(mailbox.address().to_owned())),
        Ok(_) => Err(format!("This is not an email address: it has a name too. {advice}")),
        Err(MailError::Address { why, .. }) => Err(format!("This is not an email address: {why}. {advice}")),
        Err(_) => Err(format!("This is not an email address. {advice}")),
    }
}
