//! `ibbi calendar --invite`: writes an invitation for each session.

use super::{Planned, ledger_of, planned};
use crate::args::Calendar;
use crate::commands::{instant, now, read_input};
use crate::output::{Outcome, visible};
use crate::terminal::{self, DIM, paint};
use ibbi_app::schedule::invitations::{
    self, AddressList, InvitationChange, InvitationFile, InvitationFolder, InvitationOptions, InvitationSet,
    MAX_LIST_BYTES, SessionPeople, session_title,
};
use ibbi_app::schedule::{self, CurrentEntries};
use ibbi_app::{AppError, ledger};
use ibbi_core::{At, Slot};
use ibbi_report::ics::CalendarAddress;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The longest calendar that was published before, in bytes.
const MAX_PUBLISHED: u64 = 16 << 20;

pub(super) fn run(args: &Calendar, json: bool) -> Result<Outcome, AppError> {
    let organizer: CalendarAddress = args.invite.organizer.as_deref().unwrap_or_default().parse().map_err(|error| {
        AppError::Usage(format!("--organizer: {error}; write it as \"P. Sullivan <p.sullivan@example.org>\""))
    })?;
    let list = args.invite.attendees.as_deref().unwrap_or(Path::new("-"));
    if list == Path::new("-") && args.source.as_deref() == Some(list) {
        return Err(AppError::Usage("`-` is standard input, which can be read once; use it for one file".to_owned()));
    }
    let addresses = AddressList::read(&read_input(list, MAX_LIST_BYTES, "for a list of addresses")?)?;
    let published = args.invite.published.as_deref().map(|file| {
        let bytes = read_input(file, MAX_PUBLISHED, "for a calendar")?;
        String::from_utf8(bytes).map_err(|_| AppError::Usage(format!("{} is not a calendar in UTF-8", file.display())))
    });
    let published = published.transpose()?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("invitations"));
    let is_stdout = out == Path::new("-");
    let folder = if is_stdout { InvitationFolder::none() } else { InvitationFolder::open(&out, args.invite.update)? };
    let make = |current: CurrentEntries, people: &SessionPeople<'_>, stamp: At| {
        let options = InvitationOptions {
            organizer: &organizer,
            addresses: &addresses,
            allow_missing: args.invite.allow_missing,
            sessions: &args.invite.session,
            published: published.as_deref(),
            stamp,
        };
        invitations::invitations(current, people, &folder, options)
    };
    let set = match ledger_of(args)? {
        Some(path) => {
            let log = ledger::read_case(path, args.case.case.as_deref())?;
            let stamp = instant(args.stamp.as_deref(), log.zone, now()?)?;
            make(schedule::case_entries(&[&log]), &SessionPeople::of_case(&log), stamp)?
        }
        None => {
            let Planned { scenario, plan, case, stamp } = planned(args)?;
            let current = schedule::planned_entries(&scenario, &plan, case.as_ref(), stamp)?;
            let note = case.is_none().then(|| schedule::identity_note(&scenario)).flatten();
            InvitationSet { note, ..make(current, &SessionPeople::of_scenario(&scenario), stamp)? }
        }
    };
    if is_stdout {
        return match &set.invitations[..] {
            [one] => Ok(Outcome::done(one.text.clone())),
            several => {
                let names: Vec<_> = several.iter().map(|invitation| invitation.session.as_str()).collect();
                Err(AppError::Usage(format!(
                    "standard output takes one invitation, and there are {}; choose one with --session ({}), or name a folder",
                    several.len(),
                    names.join(", ")
                )))
            }
        };
    }
    folder.write(&set.invitations)?;
    if json {
        let mut made = json!(set);
        made["folder"] = json!(out.to_string_lossy());
        return Ok(Outcome::json(&made));
    }
    Ok(Outcome::done(shown(&set, &out)))
}

fn shown(set: &InvitationSet, folder: &Path) -> String {
    let count = |change: InvitationChange| set.invitations.iter().filter(|it| it.change == change).count() as u64;
    let (new, changed) = (count(InvitationChange::New), count(InvitationChange::Changed));
    let path = terminal::path(folder);
    let mut text = match new + changed {
        0 => format!("{path} has the same invitations already. Nothing was written.\n"),
        written => {
            let written = terminal::count(written, "invitation");
            format!(
                "Wrote {written} to {path}: {new} new, {changed} changed, {} unchanged.\n",
                count(InvitationChange::Unchanged)
            )
        }
    };
    for invitation in &set.invitations {
        text.push_str(&line(invitation));
    }
    if set.over > 0 {
        let over = terminal::count(set.over as u64, "session");
        let _ = writeln!(
            text,
            "Left out {over} that took place already or were to. To invite to one anyway, name it with --session."
        );
    }
    if !set.without_address.is_empty() {
        let names: Vec<_> = set.without_address.iter().map(|name| visible(name)).collect();
        let _ = writeln!(text, "Not invited, because they have no address: {}.", names.join(", "));
    }
    let hint = format!(
        "Send each file to its people by email. Then read their answers: ibbi calendar replies FILE… --invitations {path}"
    );
    text + &paint(DIM, &hint) + "\n" + &set.note.as_ref().map(|note| format!("note: {note}\n")).unwrap_or_default()
}

fn line(invitation: &InvitationFile) -> String {
    let when = Slot::new(invitation.starts, invitation.ends).map(ibbi_app::format::slot).unwrap_or_default();
    let people = ibbi_app::format::count(invitation.attendees.len() as u64, "person", "people");
    let what = match (invitation.method, invitation.change) {
        ("cancel", _) => "canceled",
        (_, InvitationChange::New) => "new",
        (_, InvitationChange::Changed) => "changed",
        (_, InvitationChange::Unchanged) => "unchanged",
    };
    let title = session_title(&invitation.session);
    let mut text = format!("  {:<24} {title}: {when}, {people}, {what}\n", invitation.file);
    if !invitation.uninvited.is_empty() {
        let names: Vec<_> = invitation.uninvited.iter().map(|name| visible(name)).collect();
        let _ = writeln!(text, "  {:<24} No longer invited: {}. Tell them; this file doesn't.", "", names.join(", "));
    }
    text
}
