//! Paths of requests as the log has them.

/// Returns the path of a request without the secrets that it can have.
///
/// The segment after one of these is a secret, or could be one that was mistyped.
pub(crate) fn redacted_path(path: &str) -> String {
    const BEFORE_SECRETS: [&str; 1] = ["/calendars/"];
    for before in BEFORE_SECRETS {
        if let Some(secret) = path.strip_prefix(before).filter(|secret| !secret.is_empty()) {
            let rest = secret.split_once('/').map_or(String::new(), |(_, rest)| format!("/{rest}"));
            return format!("{before}\u{2026}{rest}");
        }
    }
    path.to_owned()
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
        ] {
            assert_eq!(redacted_path(path), logged);
        }
    }
}
