//! Sealing, holding, and destroying the confidential texts of a ledger.

mod holds;

pub use holds::{ListedHold, holds, holds_in, lift_hold, lift_hold_in, place_hold, place_hold_in};

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::ledger::{self, Collect, EventStore as _, LedgerService, OpenOptions, Record};
use crate::ledger_error::{from_ledger, not_open};
use crate::retention::{RetentionRule, RetentionRules};
use crate::service::Ids;
use ibbi_core::{At, Date, Event, Name, Reason, Stage};
use ibbi_log::{CustodyState, Digest, KeyId, TextOwner, TextOwners, Texts, TextsDestroyed, misplaced_key_folder};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

pub use ibbi_log::{check_key_folder as check_keys, use_key_folder};

/// How many records are read at a time.
const PAGE: usize = 10_000;

/// What sealing the texts of a ledger did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealReport {
    /// The folder with the keys.
    pub keys: PathBuf,
    /// How many texts were sealed.
    pub sealed: u64,
    /// How many texts were sealed before.
    pub already: u64,
    /// How many texts in plain text were left out: those of no record, which a crash left, and those that were destroyed.
    pub dropped: u64,
    /// How many records of format 1 have their text in the line, which can't be sealed or destroyed.
    pub in_lines: u64,
}

/// Texts of one party in one case, and whether the retention rules allow their destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueTexts {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: String,
    /// Whose they are: `labor`, `management`, `program`, or `unknown`.
    pub party: &'static str,
    /// The key that opens them.
    pub key: String,
    /// How many they are.
    pub texts: u64,
    /// The retention rule about them.
    pub rule: Option<String>,
    /// The day from which the rule counts, if it has begun to.
    pub from: Option<Date>,
    /// The first day on which the rule allows the destruction.
    pub due: Option<Date>,
    /// The line with a legal hold on the case.
    pub hold: Option<u64>,
    /// Whether they can be destroyed on the day that was asked about.
    pub allowed: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// Texts that were destroyed.
#[derive(Debug, Clone, Serialize)]
pub struct DestroyedTexts {
    /// The number of the line that says so.
    pub line: u64,
    /// What was destroyed.
    #[serde(flatten)]
    pub texts: DueTexts,
}

/// What to destroy.
#[derive(Debug, Clone)]
pub struct DestroyRequest {
    /// The case: its ID, the start of it, or its district.
    pub case: String,
    /// Whose texts; none for all.
    pub party: Option<TextOwner>,
    /// The number of texts that the person confirmed. If there are more or fewer now, nothing is destroyed.
    pub texts: Option<u64>,
    /// Why, and on whose authority.
    pub reason: Reason,
    /// Who does it.
    pub actor: Name,
}

/// Seals the texts of a ledger with keys in a folder, which is created if its parent folder exists.
///
/// # Errors
/// [`AppError::Usage`] if the folder is inside the ledger's folder, because a backup of that would have the keys too; others if
/// the ledger can't be opened for writing.
pub fn seal(path: &Path, keys: &Path, options: &OpenOptions) -> Result<SealReport, AppError> {
    let keys = key_folder(path, keys)?;
    let options = OpenOptions { collect: Collect::Everything, ..options.clone() };
    let mut service = ledger::open(path, Ids::random(), &options)?;
    let now = service.store().now().map_err(|error| service.unreadable(error))?;
    let (owners, in_lines) = text_owners(&mut service)?;
    let sealed =
        service.store().need_file("sealing texts")?.with_ledger(|ledger| ledger.seal_texts(keys.clone(), &owners, now));
    let sealed = sealed.ok_or_else(not_open)?.map_err(|error| from_ledger(path, error))?;
    Ok(SealReport { keys, sealed: sealed.sealed, already: sealed.already, dropped: sealed.dropped, in_lines })
}

/// Returns whose the texts are that were not destroyed, by their digests, and the number of texts of format 1.
fn text_owners(service: &mut LedgerService) -> Result<(TextOwners, u64), AppError> {
    let (digests, custody) = (stored_digests(service)?, service.store().custody());
    let (mut owners, mut in_lines) = (TextOwners::new(), 0);
    for log in all_logs(service)? {
        for record in &log.records {
            let Some(owner) = owner_of(&log, &record.event) else { continue };
            if record.details.in_order {
                in_lines += 1;
            }
            if custody.destruction_of(log.id, owner, record.seq).is_none() {
                owners.extend(digests.get(&record.seq).map(|digest| (*digest, (log.id, owner))));
            }
        }
    }
    Ok((owners, in_lines))
}

/// Removes texts that were destroyed from the file beside a ledger, if someone put them back in plain text.
fn remove_destroyed(path: &Path, service: &mut LedgerService, now: At) -> Result<(), AppError> {
    let (owners, _) = text_owners(service)?;
    let texts = read_texts(path)?;
    let Some(folder) = texts.key_folder().map(Path::to_owned) else { return Ok(()) };
    let is_left = |digest: &Digest| !owners.contains_key(digest) && texts.get(digest).is_some();
    if stored_digests(service)?.values().any(is_left) {
        let sealed =
            service.store().need_file("sealing texts")?.with_ledger(|ledger| ledger.seal_texts(folder, &owners, now));
        sealed.ok_or_else(not_open)?.map_err(|error| from_ledger(path, error))?;
    }
    Ok(())
}

/// Returns the folder with the keys, as an absolute path. Creates it if there is none.
fn key_folder(ledger: &Path, keys: &Path) -> Result<PathBuf, AppError> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| AppError::Io { doing, path, source }
    };
    let is_new = keys.symlink_metadata().is_err();
    if is_new {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(keys).map_err(failed("create", keys))?;
    }
    let keys = fs::canonicalize(keys).map_err(failed("open", keys))?;
    fs::canonicalize(ledger).map_err(failed("open", ledger))?;
    if let Some(reason) = misplaced_key_folder(ledger, &keys) {
        if is_new {
            let _ = fs::remove_dir(&keys);
        }
        return Err(AppError::Usage(format!("{} {reason}; choose a folder elsewhere", keys.display())));
    }
    Ok(keys)
}

/// Returns the sealed texts of a ledger, and which of them the retention rules allow to destroy on a day.
///
/// # Errors
/// [`AppError`] if the ledger or its texts can't be read.
pub fn due(path: &Path, rules: &RetentionRules, on: Date) -> Result<Vec<DueTexts>, AppError> {
    let mut service = ledger::read_cases(path, Collect::Everything)?;
    let texts = read_texts(path)?;
    let custody = service.store().custody();
    let mut due = Vec::new();
    let digests = stored_digests(&service)?;
    for log in all_logs(&mut service)? {
        due.extend(due_of(&log, &keys_of(&log, &digests, &texts), (&custody, rules, on)));
    }
    Ok(due)
}

/// Returns what [`destroy`] would destroy on this day, without changing anything.
///
/// # Errors
/// [`AppError`] as [`destroy`] does.
pub fn plan_destruction(
    path: &Path,
    request: &DestroyRequest,
    rules: &RetentionRules,
    on: Date,
) -> Result<Vec<DueTexts>, AppError> {
    let mut service = ledger::read_cases(path, Collect::Everything)?;
    wanted(&mut service, request, rules, on)
}

/// Destroys the texts of a case that the retention rules allow to destroy. Each key has a line that says so, and then its file is
/// destroyed. What an earlier try recorded and didn't finish is finished first.
///
/// # Errors
/// [`AppError::NotAllowed`] under a legal hold, before the day, or if no rule is about the texts. Nothing is destroyed then.
/// [`AppError::Usage`] if the case doesn't exist or has no texts that a key opens.
pub fn destroy(
    path: &Path,
    request: &DestroyRequest,
    rules: &RetentionRules,
    options: &OpenOptions,
) -> Result<Vec<DestroyedTexts>, AppError> {
    let options = OpenOptions { collect: Collect::Everything, ..options.clone() };
    destroy_in(&mut ledger::open(path, Ids::random(), &options)?, request, rules)
}

/// Destroys texts as [`destroy`] does, in a ledger that is open for writing. Afterward no text that was destroyed is in the memory of
/// the service.
///
/// # Errors
/// As [`destroy`].
pub fn destroy_in(
    service: &mut LedgerService,
    request: &DestroyRequest,
    rules: &RetentionRules,
) -> Result<Vec<DestroyedTexts>, AppError> {
    let now = service.store().now().map_err(|error| service.unreadable(error))?;
    let wanted = wanted(service, request, rules, now.utc_date())?;
    let destroyed = destroy_all(service, (request, rules), wanted, now);
    let path = service.store().path().to_owned();
    let removed = remove_destroyed(&path, service, now);
    // Also after an error, because some may have been destroyed.
    let cases: Vec<Uuid> = service.store().custody().destroyed.iter().map(|known| known.texts.key.case).collect();
    cases.into_iter().for_each(|case| service.forget(case));
    service.store().forget_destroyed_texts();
    let destroyed = destroyed?;
    removed.map(|()| destroyed)
}

fn destroy_all(
    service: &LedgerService,
    (request, rules): (&DestroyRequest, &RetentionRules),
    wanted: Vec<DueTexts>,
    now: At,
) -> Result<Vec<DestroyedTexts>, AppError> {
    let mut destroyed = Vec::new();
    for texts in wanted {
        let line = destruction(&texts, request, rules)?;
        let written = service
            .store()
            .need_file("destroying texts")?
            .with_ledger(|ledger| ledger.destroy_texts(line, &request.actor, now));
        let line = written.ok_or_else(not_open)?.map_err(|error| from_ledger(service.store().path(), error))?;
        destroyed.push(DestroyedTexts { line, texts });
    }
    Ok(destroyed)
}

/// Returns the texts that a request is about, if all of them can be destroyed.
fn wanted(
    service: &mut LedgerService,
    request: &DestroyRequest,
    rules: &RetentionRules,
    on: Date,
) -> Result<Vec<DueTexts>, AppError> {
    let case = ledger::select(service, Some(&request.case))?;
    let log = service.case(case)?.clone();
    let mut confidential = log.records.iter().filter(|record| owner_of(&log, &record.event).is_some()).peekable();
    if confidential.peek().is_some() && confidential.all(|record| record.details.in_order) {
        let message = format!(
            "the texts of case {case} have format 1: they are in the lines of the ledger, so they can't be sealed or forgotten"
        );
        return Err(AppError::Usage(message));
    }
    let texts = read_texts(service.store().path())?;
    if texts.key_folder().is_none() {
        let message = "the texts are not sealed, so no key opens them; seal them first with `ibbi texts seal`";
        return Err(AppError::Usage(message.to_owned()));
    }
    let custody = service.store().custody();
    let keys = keys_of(&log, &digests_of(service, case)?, &texts);
    let mut found = due_of(&log, &keys, (&custody, rules, on));
    found.retain(|texts| request.party.is_none_or(|party| party.code() == texts.party));
    let is_of = |key: &KeyId| key.case == case && request.party.is_none_or(|party| party == key.owner);
    if found.is_empty() && custody.destroyed.iter().any(|destruction| is_of(&destruction.texts.key)) {
        // Opening the ledger has finished what an earlier try recorded.
        return Ok(found);
    }
    if found.is_empty() {
        let whose = request.party.map_or_else(String::new, |party| format!(" of {}", party.code()));
        return Err(AppError::Usage(format!("case {case} has no sealed texts{whose} that could be destroyed")));
    }
    if let Some((texts, reason)) = found.iter().find_map(|texts| Some((texts, texts.reason.as_ref()?))) {
        let owner = owner_label(texts.party);
        let district = &texts.district;
        let reason = format!("the texts of {owner} in case {case} ({district}) can't be destroyed: {reason}");
        return Err(AppError::NotAllowed(reason));
    }
    let number = found.iter().map(|texts| texts.texts).sum::<u64>();
    if let Some(confirmed) = request.texts.filter(|confirmed| *confirmed != number) {
        let reason = format!("{confirmed} texts were confirmed, but there are {number} now; look at them again");
        return Err(AppError::NotAllowed(reason));
    }
    Ok(found)
}

/// Returns the content of the line about a destruction.
fn destruction(texts: &DueTexts, request: &DestroyRequest, rules: &RetentionRules) -> Result<TextsDestroyed, AppError> {
    let lost = || AppError::NotAllowed("no retention rule is about these texts".to_owned());
    let key: KeyId = texts.key.parse().map_err(|()| lost())?;
    let RetentionRule { name, after, keep, authority, .. } = rules.rule(key.owner).ok_or_else(lost)?;
    Ok(TextsDestroyed {
        key,
        texts: texts.texts,
        rule: name.clone(),
        authority: authority.clone(),
        retention: rules.digest,
        after: *after,
        from: texts.from.ok_or_else(lost)?,
        keep: *keep,
        reason: request.reason.clone(),
    })
}

/// Returns the texts of a case by their keys, with what the rules say about each.
fn due_of(
    log: &CaseLog,
    keys: &BTreeMap<KeyId, u64>,
    (custody, rules, on): (&CustodyState, &RetentionRules, Date),
) -> Vec<DueTexts> {
    // A record with an early date was not there before it was written, so its texts are kept from then on.
    let last = log.records.iter().map(|record| record.at.max(record.logged)).max().map(At::utc_date);
    let is_closed = log.recorded.stage() == Stage::Closed;
    let hold = custody.hold_on(log.id);
    let with_rule = |(key, texts): (&KeyId, &u64)| {
        let rule = rules.rule(key.owner);
        let begun = rule.filter(|rule| is_closed || rule.after == ibbi_log::KeepFrom::LastEvent);
        let from = begun.and(last);
        let due = begun.zip(from).and_then(|(rule, from)| rule.keep.end(from));
        let reason = match (rule, due, hold) {
            (_, _, Some(hold)) => Some(format!(
                "line {} placed a legal hold on {}: {}",
                hold.seq,
                hold.at.utc_date().readable(),
                hold.reason
            )),
            (None, ..) => Some("no retention rule is about them".to_owned()),
            (Some(rule), ..) if rule.confirmed_on > on => {
                let day = rule.confirmed_on.readable();
                Some(format!("`confirmed_on` of rule {} is {day}, which has not come yet", rule.name))
            }
            (Some(rule), None, _) => {
                Some(format!("rule {} counts from the closing of the case, which is still open", rule.name))
            }
            (Some(rule), Some(due), _) if due > on => {
                let due = due.readable();
                Some(format!("rule {} ({}) asks for them to be kept until {due}", rule.name, rule.authority))
            }
            _ => None,
        };
        DueTexts {
            case: log.id,
            district: log.district().map_or_else(String::new, ToString::to_string),
            party: key.owner.code(),
            key: key.to_string(),
            texts: *texts,
            rule: rule.map(|rule| rule.name.to_string()),
            from,
            due,
            hold: hold.map(|hold| hold.seq),
            allowed: reason.is_none(),
            reason,
        }
    };
    keys.iter().filter(|(key, _)| custody.destruction(key).is_none()).map(with_rule).collect()
}

/// Returns the keys of a case's texts, each with the number of its texts.
fn keys_of(log: &CaseLog, digests: &HashMap<u64, Digest>, texts: &Texts) -> BTreeMap<KeyId, u64> {
    let mut keys = BTreeMap::new();
    for record in &log.records {
        if let Some(key) = digests.get(&record.seq).and_then(|digest| texts.key(digest)) {
            *keys.entry(*key).or_default() += 1;
        }
    }
    keys
}

/// Returns the digests of the confidential texts of a case, by the numbers of their lines.
fn digests_of(service: &LedgerService, case: Uuid) -> Result<HashMap<u64, Digest>, AppError> {
    let stored = service.store().case_as_stored(case).map_err(|error| service.unreadable(error))?;
    let Some(stored) = stored else { return stored_digests(service) };
    Ok(stored.iter().filter_map(digest_of).collect())
}

/// Returns the number of a record's line, and the digest of its confidential text.
fn digest_of(record: &Record) -> Option<(u64, Digest)> {
    let digest = record.event.note_text().and_then(|text| text.digest());
    digest.map(|digest| (record.seq, Digest::from_bytes(*digest)))
}

/// Returns the digests of the confidential texts of all records, by the numbers of their lines.
fn stored_digests(service: &LedgerService) -> Result<HashMap<u64, Digest>, AppError> {
    let (mut digests, mut after) = (HashMap::new(), 0);
    loop {
        let stored = service.store().records_as_stored(after, PAGE).map_err(|error| service.unreadable(error))?;
        let Some(last) = stored.last() else { return Ok(digests) };
        after = last.seq;
        digests.extend(stored.iter().filter_map(digest_of));
    }
}

fn all_logs(service: &mut LedgerService) -> Result<Vec<CaseLog>, AppError> {
    let cases = ledger::all_cases(service)?;
    cases.iter().map(|case| service.case(case.case).cloned()).collect()
}

fn read_texts(path: &Path) -> Result<Texts, AppError> {
    Ok(crate::place::texts(path, &CustodyState::default())?.unwrap_or_default())
}

/// Returns whose texts are, for people: `labor`, `management`, `the program`, or `an unknown party`.
pub fn owner_label(code: &str) -> &str {
    match TextOwner::from_code(code) {
        Some(TextOwner::Program) => "the program",
        Some(TextOwner::Unknown) => "an unknown party",
        _ => code,
    }
}

/// Returns whose the confidential text of an event of a case is.
pub(crate) fn owner_of(log: &CaseLog, event: &Event) -> Option<TextOwner> {
    TextOwner::of(event, log.records.iter().map(|record| &record.event))
}
