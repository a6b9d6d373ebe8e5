//! The decision about each record of a release: shown, withheld as a text, or withheld as a line.

use super::ReleaseRequest;
use super::entries::{Basis, Part, TextEntry, WithheldEntry};
use super::exemptions::{Decision, Exemption};
use super::scope::{Item, title};
use crate::error::AppError;
use ibbi_core::{Event, NoteText};
use ibbi_log::{CustodyState, Destruction, LedgerLine, TextState, Texts};
use ibbi_report::{ReleasePage, ReleasedCase, ReleasedRecord};
use ibbi_seal::{ReleaseLines, SignedCheckpoint};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of each record.
pub(super) struct Choice<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) lines_withheld: BTreeSet<u64>,
    pub(super) released: BTreeMap<u64, TextEntry>,
    pub(super) withheld: BTreeMap<u64, WithheldEntry>,
    /// The withheld lines whose IDs are not random. A guess of everything else in the line could be confirmed by its SHA-256.
    guessable: Vec<u64>,
    /// The lines about which only the default decided, and which are withheld, wholly or their texts.
    by_default: Vec<u64>,
}

impl<'a> Choice<'a> {
    /// Decides about each record by the rules of a request.
    ///
    /// # Errors
    /// [`AppError::Usage`] if a decision is missing or fits nothing, or if a text could be guessed from its digest.
    pub(super) fn new(
        items: Vec<Item<'a>>,
        request: &ReleaseRequest<'_>,
        (texts, custody): (&Texts, &CustodyState),
    ) -> Result<Self, AppError> {
        let considered: Vec<_> = items.iter().map(Item::considered).collect();
        request.exemptions.check_use(&considered)?;
        let decisions: Vec<_> = considered.iter().map(|record| request.exemptions.decide(record)).collect();
        let is_released =
            |item: &Item<'_>, decision: &Option<Decision>| item.has_text() && *decision == Some(Decision::Release);
        let shown: BTreeSet<_> = items
            .iter()
            .zip(&decisions)
            .filter(|(item, decision)| is_released(item, decision))
            .filter_map(|(item, _)| Some((item.record.case, *item.concern()?)))
            .collect();
        let (mut undecided, mut guessable) = (Vec::new(), Vec::new());
        let mut choice = Self {
            items: Vec::new(),
            lines_withheld: BTreeSet::new(),
            released: BTreeMap::new(),
            withheld: BTreeMap::new(),
            guessable: Vec::new(),
            by_default: Vec::new(),
        };
        for (item, decision) in items.iter().zip(decisions) {
            let line = item.record.line;
            let names_concern = !request.shows_concern_ids
                && item.concern().is_some_and(|concern| !shown.contains(&(item.record.case, *concern)));
            let destruction = item.destruction(&items, texts, custody);
            // The line of a concern without a text is confidential only because of the concern's ID.
            let is_confidential = item.has_text() || names_concern;
            match decision {
                Some(Decision::WithholdLine(exemption)) => choice.withhold_line(item, exemption),
                _ if !is_confidential => {}
                // The ID of a concern still needs a decision.
                _ if destruction.is_some() && !names_concern => {
                    destruction.into_iter().for_each(|destruction| choice.list_destroyed(item, destruction));
                }
                Some(Decision::Withhold(exemption)) if names_concern || item.has_text_in_line() => {
                    choice.withhold_line(item, exemption);
                }
                Some(decision) => {
                    if let Some(destruction) = destruction {
                        choice.list_destroyed(item, destruction);
                    } else if choice.decide_text(item, decision, texts) {
                        guessable.push(line);
                    }
                }
                None => undecided.push(line),
            }
        }
        if !undecided.is_empty() {
            let message = format!(
                "the confidential records in lines {} have neither an exemption nor a release; {}",
                listed(&undecided),
                request.hints.decide
            );
            return Err(AppError::Usage(message));
        }
        if !guessable.is_empty() {
            let message = format!(
                "the salts of the texts in lines {} are not random, as in samples and simulations, so the texts could be guessed from \
                 their digests; withhold the lines (action = \"withhold_line\")",
                listed(&guessable)
            );
            return Err(AppError::Usage(message));
        }
        let has_random_id = |item: &&Item<'_>| {
            let salted = item.record.text_digest().and_then(|digest| texts.salted(&digest));
            let id = item.record.id;
            matches!(id.get_version_num(), 4 | 7) && salted.is_none_or(|(salt, _)| salt != id.as_bytes())
        };
        let hidden = items.iter().filter(|item| choice.lines_withheld.contains(&item.record.line));
        choice.guessable = hidden.filter(|item| !has_random_id(item)).map(|item| item.record.line).collect();
        let by_default = considered.iter().filter(|record| request.exemptions.leaves_to_default(record));
        let is_withheld = |line: &u64| choice.withheld.get(line).is_some_and(|entry| entry.basis == Basis::Exempt);
        choice.by_default = by_default.map(|record| record.line).filter(is_withheld).collect();
        choice.items = items;
        Ok(choice)
    }

    /// Releases or withholds a text. Returns whether it could be guessed.
    fn decide_text(&mut self, item: &Item<'_>, decision: Decision, texts: &Texts) -> bool {
        let (line, Some(digest)) = (item.record.line, item.record.text_digest()) else { return false };
        let (basis, exemption, reason) = match (texts.salted(&digest), decision) {
            (Some((salt, text)), Decision::Release) => {
                let salt = salt.iter().map(|byte| format!("{byte:02x}")).collect();
                let text = text.text().unwrap_or_default().to_owned();
                self.released.insert(line, TextEntry { digest, line, salt, text });
                return false;
            }
            (Some((salt, _)), Decision::Withhold(Exemption { exemption, reason })) => {
                if salt == item.record.id.as_bytes() {
                    return true;
                }
                (Basis::Exempt, Some(exemption), reason)
            }
            _ => {
                let reason = match texts.state(&digest) {
                    TextState::Altered => "The text in the office's file is not the recorded one.",
                    _ => "The text is not in the office's file of texts.",
                };
                (Basis::NotAvailable, None, reason.to_owned())
            }
        };
        let entry = item.entry((basis, Part::Text), (exemption, reason), digest);
        self.withheld.insert(line, entry);
        false
    }

    /// Lists a text that was destroyed, with the day and the rule.
    fn list_destroyed(&mut self, item: &Item<'_>, destruction: &Destruction) {
        let Some(digest) = item.record.text_digest() else { return };
        let (day, rule) = (destruction.at.utc_date().readable(), &destruction.texts.rule);
        let reason = format!("The text was destroyed on {day} under rule {rule}.");
        let entry = item.entry((Basis::Destroyed, Part::Text), (None, reason), digest);
        self.withheld.insert(item.record.line, entry);
    }

    fn withhold_line(&mut self, item: &Item<'_>, Exemption { exemption, reason }: Exemption) {
        let entry = item.entry((Basis::Exempt, Part::Line), (Some(exemption), reason), item.digest);
        self.lines_withheld.insert(item.record.line);
        self.withheld.insert(item.record.line, entry);
    }

    /// Returns notes about lines that the officer should read again.
    pub(super) fn remarks(&self, lines: &ReleaseLines) -> Vec<String> {
        let shown = || self.items.iter().filter(|item| !self.lines_withheld.contains(&item.record.line));
        let mut remarks = Vec::new();
        let mut add = |lines: Vec<u64>, what: &str| {
            if !lines.is_empty() {
                let place = if lines.len() == 1 { "line" } else { "lines" };
                remarks.push(format!("{what} ({place} {})", listed(&lines)));
            }
        };
        add(
            shown().filter(|item| item.has_reason()).map(|item| item.record.line).collect(),
            "reasons that people typed are in the released lines themselves; read them, and withhold lines if you must",
        );
        let custody = lines.lines.iter().filter_map(|line| match &line.content {
            LedgerLine::Custody(custody) => Some(custody.seq),
            _ => None,
        });
        add(custody.collect(), "the reasons of legal holds and destructions are in released lines; read them");
        let concerns =
            shown().filter(|item| item.concern().is_some() && !self.released.contains_key(&item.record.line));
        add(
            concerns.map(|item| item.record.line).collect(),
            "the short IDs of concerns are in released lines, and often give away its subject",
        );
        add(
            self.by_default.clone(),
            "the default decided about these texts and lines, because no rule is about them; check that it is right for each",
        );
        add(
            self.guessable.clone(),
            "the record IDs in withheld lines are not random, so someone who guesses everything else in the line could confirm the guess",
        );
        remarks
    }

    /// Returns what the page of the release shows.
    pub(super) fn page(
        &self,
        lines: &ReleaseLines,
        checkpoint: &SignedCheckpoint,
        request: &ReleaseRequest<'_>,
    ) -> ReleasePage {
        let mut cases: Vec<ReleasedCase> = Vec::new();
        for item in &self.items {
            let case = item.record.case;
            let place = cases.iter().position(|known| known.case == case).unwrap_or_else(|| {
                let is_open = |of: &&Item<'_>| of.record.case == case && !self.lines_withheld.contains(&of.record.line);
                let title = title(case, self.items.iter().filter(is_open));
                cases.push(ReleasedCase { case, title, records: Vec::new() });
                cases.len() - 1
            });
            cases[place].records.push(self.shown(item));
        }
        let (is_all, complete) = (request.cases.is_none(), lines.complete || request.cases.is_none());
        let (origin, size) = (checkpoint.checkpoint().origin.clone(), checkpoint.checkpoint().size);
        let (is_signed, program) = (request.key.is_some(), request.program.clone());
        ReleasePage { origin, size, cases, is_all, complete, is_signed, program }
    }

    /// Returns a record as the page shows it.
    fn shown(&self, item: &Item<'_>) -> ReleasedRecord {
        let record = item.record;
        let withheld = self.withheld.get(&record.line).map(|entry| (entry.exemption.clone(), entry.reason.clone()));
        let is_line = self.lines_withheld.contains(&record.line);
        let mut event: Event = record.event.clone();
        if let Some(text) = event.note_text_mut()
            && text.text().is_none()
        {
            let released = self.released.get(&record.line);
            *text = released.and_then(|entry| NoteText::new(&entry.text).ok()).unwrap_or_else(NoteText::hidden);
        }
        ReleasedRecord {
            line: record.line,
            rev: record.rev,
            what: if is_line { None } else { Some(ibbi_report::describe(&event)) },
            when: if is_line { None } else { Some(item.when()) },
            written: if is_line { None } else { Some(item.written()) },
            recorded_by: if is_line { None } else { Some(record.actor.to_string()) },
            kind: record.event.kind().label().to_owned(),
            withheld,
        }
    }
}

/// Returns some numbers for a message.
fn listed(lines: &[u64]) -> String {
    let shown: Vec<_> = lines.iter().take(20).map(u64::to_string).collect();
    let more =
        if lines.len() > shown.len() { format!(", and {} more", lines.len() - shown.len()) } else { String::new() };
    shown.join(", ") + &more
}
