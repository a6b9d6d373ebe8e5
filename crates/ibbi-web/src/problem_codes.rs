//! The codes of problems: a title for each, its meaning, and the statuses with which it comes.

/// A kind of problem.
pub(crate) struct ProblemCode {
    /// Its stable code.
    pub(crate) code: &'static str,
    /// The statuses of its responses.
    pub(crate) statuses: &'static [u16],
    /// Its title.
    pub(crate) title: &'static str,
    /// Its meaning, and what to do.
    pub(crate) about: &'static str,
}

const fn code(code: &'static str, statuses: &'static [u16], title: &'static str, about: &'static str) -> ProblemCode {
    ProblemCode { code, statuses, title, about }
}

/// Every code of a problem.
#[rustfmt::skip]
pub(crate) const ALL: &[ProblemCode] = &[
    code("usage", &[400], "The request cannot be done",
        "A parameter or a key is unknown, repeated, missing, or has a wrong value. Correct it as `detail` says."),
    code("input", &[400], "The event cannot be read",
        "The event's data can't be read. `detail` names the field and what to write."),
    code("time", &[400], "The time cannot be read", "A time or a time zone can't be read. `detail` has the forms that can."),
    code("path", &[400], "The request cannot be done", "The path isn't UTF-8. Correct its percent signs."),
    code("incomplete", &[400], "The request is incomplete", "The body ended early. Send the request again."),
    code("extract", &[400, 503, 422], "The request cannot be done",
        "No extract was made. If no checkpoint covers the case, sign one; `detail` says how."),
    code("resume", &[400], "The request cannot be done",
        "The scenario can't continue from this case. `detail` says what differs."),
    code("goals", &[400], "The request cannot be done",
        "The file of goals has mistakes. `detail` has each with its line, and how to correct it."),
    code("simulation", &[400, 500], "The request cannot be done", "The simulation's settings can't be used."),
    code("token", &[401], "The token is missing or wrong",
        "Send `Authorization: Bearer TOKEN` with a token that has not expired and was not revoked."),
    code("denied", &[403], "You don't have the role for this",
        "`needs` has the roles that may do it, and `granted_by` the program staff who can grant one."),
    code("actor", &[403], "Someone else signed in", "The actor of a record is who signed in. Leave out `actor`, and use `on_behalf`."),
    code("origin", &[403], "The request comes from another site", "The page of another site sent it. Allow the site with --allow-origin."),
    code("not-found", &[404], "Not found", "The address, the ID, or the document doesn't exist."),
    code("no-case", &[404], "Not found", "You can't see a case with this ID: it doesn't exist, or your role doesn't show it to you."),
    code("gone", &[404], "Not found", "The case is not in the ledger any more."),
    code("method", &[405], "This method is not allowed", "The address doesn't accept the request's method."),
    code("slow", &[408], "The request took too long to arrive", "Send it again over a faster connection."),
    code("append", &[409, 412, 413, 503], "The event was not recorded",
        "409: the `id` belongs to another event. 412: the case has changed; read it again. 413: the event is too long."),
    code("case-taken", &[409], "The event was not recorded",
        "A case with this ID is open already. Open that case, or leave out `case` to open a new one."),
    code("etag", &[412], "The content has changed", "The content is not what `If-Match` names. `detail` has its ETag."),
    code("too-large", &[413], "The request is too long", "The body is longer than the limit that `detail` names."),
    code("coding", &[400], "The body's coding is not supported", "Send the body with `Content-Length` or `Transfer-Encoding: chunked`."),
    code("packed", &[415], "The body is compressed", "Send the body uncompressed, and unpack a ledger before you upload it."),
    code("host", &[421], "The request comes from another site", "The server doesn't have the name in the request's `Host`."),
    code("refused", &[422], "A rule of the process is not met",
        "The rules don't allow the event. `refusal.unmet` has each unmet rule. Nothing was recorded."),
    code("not-allowed", &[422], "This is not allowed now",
        "A legal hold or a retention rule doesn't allow it, or the hold was lifted before. `detail` says why. Nothing was changed."),
    code("future", &[422], "The event is in the future", "Record the event after it has happened."),
    code("scenario", &[422], "The scenario has problems", "`problems` has each problem with its line and column."),
    code("not-a-ledger", &[422], "The ledger is not sound", "The upload isn't a ledger or an extract."),
    code("ledger-damaged", &[422], "The ledger is not sound", "Lines of the ledger were altered or are missing."),
    code("ledger-illegal", &[422], "The ledger is not sound",
        "The rules don't allow what is recorded in the case. Correct it first; `detail` names the record."),
    code("checkpoints", &[422], "The checkpoints cannot be read", "The file of checkpoints can't be read."),
    code("sign", &[422, 503], "The request cannot be done", "A checkpoint could not be written."),
    code("clock", &[422], "The request cannot be done", "The server's clock is before the last record. Correct the clock."),
    code("throttled", &[429], "There were too many failures to sign in",
        "Wait a minute. A token that counts never waits."),
    code("fault", &[500], "An error in ibbi", "Nothing was recorded unless `detail` says so. Please report it."),
    code("proxy", &[502], "The proxy's word can't be read", "A header of the trusted proxy can't be read."),
    code("in-doubt", &[503], "It is not known whether the event was recorded",
        "Send the event again with the `id` of this problem. It is recorded only once."),
    code("read-only", &[503], "The server records no more events",
        "A write failed. Send the event again later; the server tries again by itself."),
    code("access-unavailable", &[503], "No one can sign in now",
        "The records of access can't be read. Wait until the person who runs the server has fixed this."),
    code("poll", &[422], "The poll can't be changed like this", "`detail` says what is wrong with the poll or the answer, and what to do."),
    code("release-changed", &[409], "The release has changed",
        "The records or the decisions have changed since the preview. Look at a new one, and send its `sha256` as `seen`."),
    code("poll-exists", &[409], "There is such a poll", "There is a poll with this ID already."),
    code("poll-closed", &[409], "The poll is closed", "Answers can no longer be given or changed."),
    code("polls-unavailable", &[503], "The poll can't be read",
        "A file of the polls can't be read or written. Other polls are not affected."),
    code("webhooks-unavailable", &[503], "The webhooks can't be read",
        "The records of webhooks can't be read. Nothing is sent until the person who runs the server has fixed this."),
    code("calendars-unavailable", &[503], "The calendar addresses can't be read",
        "The records of calendar addresses can't be read. No address is answered until the person who runs the server has fixed this."),
    code("dates-unavailable", &[503], "The published dates can't be read",
        "A file with the dates that were published before can't be read or written. No calendar is made of them until the person who runs the server has fixed this."),
    code("io", &[503], "The request cannot be done", "A file can't be read or written."),
    code("database", &[400, 422, 503], "The database can't be used",
        "The database of the ledger stops, starts, or is damaged. Nothing was recorded. Send the request again later."),
    code("open", &[422, 503], "The request cannot be done", "The ledger can't be opened."),
    code("create", &[400, 503], "The request cannot be done", "The ledger can't be created."),
    code("audit", &[500, 503], "The request cannot be done", "The audit did not finish."),
    code("key", &[400, 503], "The request cannot be done", "A key can't be read."),
];

/// Returns the type of a kind of problem, as a URN.
pub(crate) fn urn(code: &str) -> String {
    format!("urn:ibbi:problem:{code}")
}

/// Returns the title of a kind of problem.
pub(crate) fn title(code: &str) -> &'static str {
    ALL.iter().find(|known| known.code == code).map_or("The request cannot be done", |known| known.title)
}

/// Returns the codes of problems as a Markdown table, for the docs.
pub fn table() -> String {
    let mut text = "| code | status | meaning |\n|---|---|---|\n".to_owned();
    for ProblemCode { code, statuses, about, .. } in ALL {
        let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
        text.push_str(&format!("| `{code}` | {} | {about} |\n", statuses.join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Returns the codes in a source: the texts after a mark and before a quote.
    fn codes_after(source: &str, mark: &str) -> Vec<String> {
        let is_code =
            |code: &&str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let rests = source.split(mark).skip(1);
        rests.filter_map(|rest| rest.split('"').next()).filter(is_code).map(str::to_owned).collect()
    }

    fn sources(folder: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| {
            if path.is_dir() { sources(&path) } else { vec![std::fs::read_to_string(path).unwrap()] }
        };
        entries.flat_map(read).collect()
    }

    #[test]
    fn every_code_has_a_meaning_once() {
        let app = include_str!("../../ibbi-app/src/exit_code.rs");
        let of_errors = app.split("pub fn code(&self)").nth(1).unwrap();
        let mut used: BTreeSet<String> = codes_after(of_errors, "=> \"").into_iter().collect();
        assert!(used.len() > 20, "{used:?}");
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for source in sources(&folder).iter().filter(|source| source.contains("WebError")) {
            let statuses = source.split("StatusCode::").skip(1).filter_map(|rest| rest.split_once(','));
            let codes = statuses.filter_map(|(name, rest)| {
                let rest = rest.trim_start();
                let is_status = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                let code = rest.strip_prefix('"').filter(|_| is_status)?.split('"').next()?;
                code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-').then(|| code.to_owned())
            });
            used.extend(codes);
        }
        // A command needs a case; an address of the API has one.
        used.remove("which-case");
        // Witnesses use commands, not the server.
        ["cosign", "fork"].iter().for_each(|code| assert!(used.remove(*code), "{code}"));
        let known: BTreeSet<String> = ALL.iter().map(|code| code.code.to_owned()).collect();
        assert_eq!(known.len(), ALL.len(), "a code comes twice");
        let without: Vec<_> = used.difference(&known).collect();
        assert!(without.is_empty(), "codes without a meaning: {without:?}");
        let unused: Vec<_> = known.difference(&used).collect();
        assert_eq!(
            unused,
            ["denied", "input"].map(str::to_owned).iter().filter(|code| !used.contains(*code)).collect::<Vec<_>>()
        );
    }
}
