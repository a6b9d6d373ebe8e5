//! Email addresses as people type them.

use ibbi_mail::{MailError, Mailbox};

/// How an error names the address to which people reply.
pub(super) const REPLIES: &str = "Address for replies";

/// Reads an address for mail, which can be missing. An error names the person, or [`REPLIES`].
pub(super) fn email_of(text: &str, whose: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let advice = "Enter one such as ada@example.org, or leave it empty.";
    match text.parse::<Mailbox>() {
        Ok(mailbox) if mailbox.name().is_none() => Ok(Some(mailbox.address().to_owned())),
        Ok(_) => Err(format!("{whose}: this is not an email address, because it has a name too. {advice}")),
        Err(MailError::Address { why, .. }) => Err(format!("{whose}: this is not an email address: {why}. {advice}")),
        Err(_) => Err(format!("{whose}: this is not an email address. {advice}")),
    }
}
