//! Paths of requests as the log has them.

use crate::poll_access::ANSWERS;
use percent_encoding::percent_decode_str;

/// More hexadecimal digits in a row than an ID has. Secrets have 64.
const SECRET_DIGITS: usize = 33;
/// What the log has in the place of a secret.
const REDACTED: &str = "\u{2026}";

/// Returns the path of a request without the secrets that it can have.
///
/// The segments after `/calendars/` and after the ID of a poll are secrets, or could be ones that were mistyped. Addresses get mistyped
/// before the secret too, so the digits of a secret are taken out wherever they are.
pub(crate) fn redacted_path(path: &str) -> String {
    const CALENDARS: &str = "/calendars/";
    if let Some(rest) = path.strip_prefix(ANSWERS) {
        // The rest is the ID of the poll and the secret, or only a part of them.
        return without_digits(&path[..ANSWERS.len() + rest.find('/').unwrap_or(0)]);
    }
    if let Some(secret) = path.strip_prefix(CALENDARS).filter(|secret| !secret.is_empty()) {
        let rest = secret.split_once('/').map_or(String::new(), |(_, rest)| format!("/{rest}"));
        return without_digits(&format!("{CALENDARS}{REDACTED}{rest}"));
    }
    without_digits(path)
}

/// Returns a text without long runs of hexadecimal digits. Encoded digits count too.
fn without_digits(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    if !runs(&decoded).any(is_secret) {
        return path.to_owned();
    }
    runs(&decoded).map(|run| if is_secret(run) { REDACTED } else { run }).collect()
}

/// Returns the runs of hexadecimal digits, and the texts between them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let is_digit = |c: char| c.is_ascii_hexdigit();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = is_digit(rest.chars().next()?);
        let end = rest.find(|c| is_digit(c) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

fn is_secret(run: &str) -> bool {
    run.len() >= SECRET_DIGITS && run.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::redacted_path;

    #[test]
    fn secrets_are_not_in_the_path_of_the_log() {
        for (path, logged) in [
            ("/calendars/0a1b.ics", "/calendars/\u{2026}"),
            ("/calendars/0a1b", "/calendars/\u{2026}"),
            ("/calendars/0a1b/revoke", "/calendars/\u{2026}/revoke"),
            ("/calendars", "/calendars"),
            ("/calendars/", "/calendars/"),
            ("/cases/1/calendar", "/cases/1/calendar"),
            ("/api/v1/calendars/0a1b", "/api/v1/calendars/0a1b"),
            ("/answer/0192/secret", "/answer/0192"),
            ("/answer/0192/secret/more", "/answer/0192"),
            ("/answer/secret", "/answer/"),
            ("/answer/", "/answer/"),
            ("/polls/0192", "/polls/0192"),
        ] {
            assert_eq!(redacted_path(path), logged);
        }
    }

    #[test]
    fn digits_of_a_secret_are_not_in_the_log_wherever_they_are() {
        let (poll, secret) = ("0192a3b4-c5d6-7e8f-9012-3456789abcde", "0123456789abcdef".repeat(4));
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for secret in [&secret, &secret.to_uppercase(), &secret[..40], &encoded] {
            for path in [
                format!("/answer/{poll}/{secret}"),
                format!("/answer/{secret}/{secret}"),
                format!("//answer/{poll}/{secret}"),
                format!("/Answer/{poll}/{secret}"),
                format!("/%61nswer/{poll}/{secret}"),
                format!("/answer%2F{poll}%2f{secret}"),
                format!("/office/answer/{poll}/{secret}"),
                format!("/polls/{poll}/{secret}"),
                format!("/calendars/{secret}.ics"),
                format!("/calendars//{secret}.ics"),
                format!("/calendars%2f{secret}"),
                format!("/Calendars/{secret}.ics"),
                format!("/api/v1/calendars/{secret}"),
                format!("/login/ibbi_{secret}"),
                format!("/{secret}"),
            ] {
                let logged = redacted_path(&path);
                assert!(!logged.contains(&secret[..12]), "{path}: {logged}");
            }
        }
        assert_eq!(redacted_path(&format!("//answer/{poll}/{secret}?")), format!("//answer/{poll}/\u{2026}?"));
        // Other paths stay as they were sent.
        for path in [format!("/cases/{poll}"), format!("/cases/{}", poll.replace('-', "")), "/a%20b%".to_owned()] {
            assert_eq!(redacted_path(&path), path);
        }
    }
}
