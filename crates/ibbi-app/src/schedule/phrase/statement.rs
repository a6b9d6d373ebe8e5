//! Statements: times with words that say whether the person can come.

use super::cursor::{Cursor, Join};
use super::item::Item;
use super::subtract::{overlap, subtract};
use super::vocabulary::{EXCEPT, IF_NEED_BE, KNOWN, NEGATIVE, POSITIVE, REASONS};
use super::{Entry, Kind, Sense, Unclear};
use ibbi_common::spelling::{did_you_mean, nearest};
use ibbi_common::typed::MONTHS;
use ibbi_sim::TimeRule;
use std::ops::Range;

/// What the words of a statement say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Polarity {
    /// As [`Kind::Only`], or as an exception: it depends on the other statements.
    Can,
    Is(Kind),
    /// Not at these times.
    Except,
}

/// A time with its words.
struct Statement {
    item: Item,
    place: Range<usize>,
    polarity: Option<Polarity>,
    /// Whether the polarity was taken over from the statement before.
    carried: bool,
    /// Whether the next statement takes the polarity over.
    carries: bool,
    join: Option<Join>,
    /// Where `but` is before it.
    but: Option<usize>,
}

/// An entry whose kind can still be open.
struct Open {
    polarity: Polarity,
    entry: Entry,
    place: Range<usize>,
}

/// The words of a polarity that were found.
#[derive(Debug, Default)]
struct Found {
    negatives: usize,
    only: bool,
    /// Whether `only` comes after a negative word.
    not_only: bool,
    if_need_be: bool,
    can: bool,
    also: bool,
    except: bool,
    /// Whether there is a reason, such as `conference`.
    reason: bool,
}

/// Reads all statements. Whatever isn't understood is in the problems.
pub(super) fn statements(cursor: &mut Cursor<'_>) -> (Vec<Entry>, Vec<Unclear>) {
    let mut open = Vec::new();
    let mut problems = Vec::new();
    let mut lists = Vec::new();
    while !cursor.is_end() {
        let start = cursor.at;
        let clause = cursor.clause(&mut problems);
        cursor.finish(clause, &mut open, &mut problems);
        lists.push(cursor.place(start));
        cursor.eat_sign(';');
    }
    let mut entries = decide(cursor.context.sense, open, &mut problems);
    for (entry, place) in &mut entries {
        let list = lists.iter().find(|list| list.contains(&place.start));
        let is_in = |problem: &Unclear| list.is_some_and(|list| list.contains(&problem.place.start));
        entry.is_certain = !problems.iter().any(is_in);
    }
    (entries.into_iter().map(|(entry, _)| entry).collect(), problems)
}

impl Cursor<'_> {
    /// Reads statements up to a separator.
    fn clause(&mut self, problems: &mut Vec<Unclear>) -> Vec<Statement> {
        let mut clause: Vec<Statement> = Vec::new();
        while !self.is_end() && !self.is_sign(0, ';') {
            let start = self.at;
            let mut join = self.eat_join();
            let mut but = None;
            if !self.is_except() && self.eat(&["but"]) {
                but = Some(self.place(start).start);
                join = None;
                clause.iter_mut().for_each(|statement| statement.carries = false);
            }
            // A list item can begin with a dash.
            if clause.is_empty() && self.token(1).is_some_and(|next| !next.glued) {
                self.eat_sign('-');
            }
            let (first, count) = (self.at, clause.len());
            if let Err(problem) = self.statement(join, &mut clause) {
                while !self.is_end() && !self.is_sign(0, ';') && !self.is_sign(0, ',') {
                    self.at += 1;
                }
                problems.push(self.widened(problem, self.place(first)));
            }
            if let Some(statement) = clause.get_mut(count) {
                statement.but = but;
            }
            // Every turn moves on.
            self.at = self.at.max(start + 1);
        }
        for at in 1..clause.len() {
            let is_any = |before: &Statement| before.item.is_any && before.polarity.is_none();
            if clause[at].but.is_some() && clause[at].polarity.is_none() && is_any(&clause[at - 1]) {
                clause[at].polarity = Some(Polarity::Except);
            }
        }
        clause.retain(|statement| {
            let Some(from) = statement.but.filter(|_| statement.polarity.is_none()) else { return true };
            let text = self.source.get(statement.place.clone()).unwrap_or_default();
            let options = vec![format!("except {text}"), format!("and {text}")];
            problems.push(self.unclear_at(
                from..statement.place.end,
                "is this an exception, or one more time?",
                options,
            ));
            false
        });
        clause
    }

    /// Returns a problem that also covers the words around it, in its readings as well.
    fn widened(&self, problem: Unclear, whole: Range<usize>) -> Unclear {
        let text = |from: usize, to: usize| self.source.get(from..to).unwrap_or_default();
        let before = text(whole.start, problem.place.start);
        let after = text(problem.place.end, whole.end);
        let place = whole.start.min(problem.place.start)..whole.end.max(problem.place.end);
        let options = problem.options.iter().map(|option| format!("{before}{option}{after}")).collect();
        self.unclear_at(place, problem.message, options)
    }

    /// Reads a statement, or words after some that say whether the person can come then.
    fn statement(&mut self, join: Option<Join>, clause: &mut Vec<Statement>) -> Result<(), Unclear> {
        let start = self.at;
        let polarity = self.polarity()?;
        let first = self.at;
        let item = self.item()?;
        self.check_presence(start)?;
        let Some(item) = item else {
            return match polarity {
                Some(polarity) if join != Some(Join::Word) && (self.is_stop() || self.is_except()) => {
                    self.suffix(start, polarity, clause)
                }
                Some(_) if self.is_stop() => {
                    Err(self.unclear(start, "which times? Write them after these words", Vec::new()))
                }
                _ if self.is_stop() && self.only_fillers(start) => Ok(()),
                _ => {
                    // In `February vacation`, the words before belong to it.
                    let before =
                        clause.pop_if(|last| join.is_none() && start > 0 && self.start_of(start) >= last.place.end);
                    let problem = self.unknown();
                    let Some(before) = before else { return Err(problem) };
                    let place = before.place.start..problem.place.end;
                    Err(self.unclear_at(place, problem.message, Vec::new()))
                }
            };
        };
        if polarity == Some(Polarity::Is(Kind::Only)) {
            self.check_order(start, first, &item)?;
        }
        let last = clause.last();
        let carried = last.filter(|last| last.carries && polarity.is_none()).and_then(|last| last.polarity);
        // After a comma, an exception ends.
        let carried = carried.filter(|carried| *carried != Polarity::Except || join == Some(Join::Word));
        clause.push(Statement {
            item,
            place: self.place(start),
            polarity: polarity.or(carried),
            carried: polarity.is_none(),
            carries: true,
            join,
            but: None,
        });
        Ok(())
    }

    /// Returns whether words of an exception follow.
    fn is_except(&self) -> bool {
        EXCEPT.iter().any(|words| words.iter().enumerate().all(|(ahead, word)| self.word(ahead) == *word))
    }

    /// Returns whether only fillers are between a token and the next one.
    fn only_fillers(&mut self, start: usize) -> bool {
        let end = self.at;
        self.at = start;
        self.eat_fillers();
        let all = self.at >= end;
        self.at = self.at.max(end);
        all
    }

    /// Gives the statements before these words their polarity: `Mondays and Fridays only`.
    fn suffix(&self, start: usize, polarity: Polarity, clause: &mut Vec<Statement>) -> Result<(), Unclear> {
        let which = || self.unclear(start, "which times? Write them after these words", Vec::new());
        if polarity == Polarity::Is(Kind::Cannot)
            && let Some(last) = clause.last_mut().filter(|last| last.polarity == Some(polarity))
        {
            // The words before say so already: `can't Feb 16-19, vacation`.
            last.place.end = self.place(start).end;
            return Ok(());
        }
        let Some(last) = clause.last().filter(|last| last.polarity.is_none() || last.carried) else {
            return Err(which());
        };
        let commas = last.join == Some(Join::Comma) && last.polarity.is_none();
        if polarity == Polarity::Except {
            return Err(which());
        }
        if commas && polarity == Polarity::Is(Kind::Only) {
            let begin = clause.first().map_or(0, |first| first.place.start);
            let place = begin..self.place(start).end;
            let times = self.source.get(begin..self.start_of(start)).unwrap_or_default().trim();
            let (first, last) = times.rsplit_once(',').unwrap_or((times, ""));
            let options = vec![format!("only {times}"), format!("{first}; only {}", last.trim())];
            clause.clear();
            return Err(self.unclear_at(place, "does `only` count for the whole list?", options));
        }
        let count = if last.polarity.is_some() { 1 } else { clause.len() };
        clause.iter_mut().rev().take(1).for_each(|last| last.place.end = self.place(start).end);
        for statement in clause.iter_mut().rev().take(count).take_while(|of| of.polarity.is_none() || count == 1) {
            statement.polarity = Some(polarity);
            statement.carried = false;
            statement.carries = false;
        }
        Ok(())
    }

    /// Asks what `only after 3 on Tuesdays` means.
    fn check_order(&self, start: usize, first: usize, item: &Item) -> Result<(), Unclear> {
        let Some(hours_end) = item.hours_first else { return Ok(()) };
        let (place, all) = (self.place(first), self.place(start));
        let middle = self.start_of(hours_end).clamp(place.start, place.end);
        let text = |range: Range<usize>| self.source.get(range).unwrap_or_default().trim();
        let (hours, days) = (text(place.start..middle), text(middle..all.end));
        let options = vec![format!("{days} only {hours}"), format!("only {days} {hours}")];
        Err(self.unclear(start, "not at other hours of these days, or not on other days either?", options))
    }

    /// Moves over a reason for which people can't come. In `February vacation`, the word belongs to the month.
    fn eat_reason(&mut self) -> bool {
        let named = self.context.closed.iter().any(|closed| {
            let name = super::lexer::tokens(closed.name.as_str());
            let fits = |(ahead, token): (usize, &super::lexer::Token)| {
                self.token(ahead).is_some_and(|found| super::dates::is_same_name(&found.text, &token.text))
            };
            !name.is_empty() && name.iter().enumerate().all(fits)
        });
        if named || self.is_after_month() {
            return false;
        }
        let start = self.at;
        if self.eat(&["for", "at", "with", "because", "due"]) {
            while self.eat(&["a", "an", "the", "my", "of", "to"]) {}
        }
        let found = REASONS.iter().any(|words| self.eat_all(words.iter().copied()));
        if !found {
            self.at = start;
        }
        found
    }

    /// Reads words that say whether the person can come.
    fn polarity(&mut self) -> Result<Option<Polarity>, Unclear> {
        let start = self.at;
        let mut found = Found::default();
        let mut end = start;
        loop {
            let here = self.at;
            // In `Fridays work except Oct 9`, the exception is a statement of its own.
            if end > start && !found.except && self.is_except() {
                break;
            }
            let any =
                |cursor: &mut Self, list: &[&[&str]]| list.iter().any(|words| cursor.eat_all(words.iter().copied()));
            if any(self, IF_NEED_BE) {
                found.if_need_be = true;
            } else if any(self, EXCEPT) {
                found.except = true;
            } else if self.eat(NEGATIVE) || self.eat_all(["on", "vacation"]) {
                found.negatives += 1;
            } else if self.eat_reason() {
                found.reason = true;
            } else if self.eat(&["only", "just"]) {
                found.only = true;
                found.not_only |= found.negatives > 0;
            } else if self.eat(&["also", "too"]) {
                found.also = true;
            } else if self.eat(POSITIVE) {
                found.can = true;
            } else {
                let filler = self.eat(super::vocabulary::FILLERS)
                    || self.eat_all(["for", "me"])
                    || self.eat_all(["for", "us"])
                    || self.eat_sign(':');
                // `am` is a verb after `I`.
                let verb = filler && self.is_after("i") && self.eat(&["am"]);
                if !filler && !verb {
                    break;
                }
                continue;
            }
            end = self.at.max(here);
        }
        if end == start {
            self.at = start;
            return Ok(None);
        }
        let negative = match found.negatives {
            // Who has a reason not to come can't come.
            0 => found.reason && !found.can && !found.only && !found.if_need_be && !found.also,
            1 => true,
            _ => {
                return Err(self.unclear(
                    start,
                    "do two negative words mean that the person can come?",
                    vec!["can".to_owned(), "can't".to_owned()],
                ));
            }
        };
        if found.also && !found.can && !negative && self.context.sense != Sense::Can {
            let message = "can the person come then, or not? Write can also, or can't";
            return Err(self.unclear(start, message, vec!["can also".to_owned(), "can't".to_owned()]));
        }
        if found.not_only || negative && (found.if_need_be || found.also) || found.except && (found.only || found.can) {
            let message = "these words don't fit together; write can't, only, if need be, can also, or except";
            return Err(self.unclear(start, message, Vec::new()));
        }
        Ok(Some(match found {
            Found { except: true, .. } => Polarity::Except,
            Found { if_need_be: true, .. } => Polarity::Is(Kind::IfNeedBe),
            _ if negative => Polarity::Is(Kind::Cannot),
            Found { only: true, .. } => Polarity::Is(Kind::Only),
            Found { also: true, .. } => Polarity::Is(Kind::Can),
            _ => Polarity::Can,
        }))
    }

    /// Reports the next word as unknown.
    fn unknown(&mut self) -> Unclear {
        let start = self.at;
        self.eat_fillers();
        let start = if self.is_stop() { start } else { self.at };
        self.at = start;
        if let Some(question) = self.relative() {
            return question;
        }
        let word = self.token(0).map_or("", |token| token.text.as_str());
        let names = self.context.closed.iter().map(|closed| closed.name.as_str());
        // Too many words are near `may`.
        let months = MONTHS.into_iter().filter(|month| *month != "may");
        let near = nearest(word, KNOWN.iter().copied().chain(months).chain(names));
        let message = match word {
            "prefer" | "preferably" | "ideally" => {
                "a plan knows no preferences; write only, if need be, or can't before the times".to_owned()
            }
            _ if self.number(0).is_some() && matches!(self.word(1), "st" | "nd" | "rd" | "th") => {
                "of which month? Write it, such as Oct 12".to_owned()
            }
            "next" | "this" | "coming" => "which dates? Write them, such as Oct 5-9".to_owned(),
            _ => format!("this is not a time{}; write {}", did_you_mean(near.as_deref()), super::FORMS),
        };
        self.at += 1;
        self.unclear(start, message, Vec::new())
    }

    /// Asks what `anytime` or `any day but Friday` means. The field asks when the person can't come, but people write it when they can.
    fn any_time(&self, place: Range<usize>, exception: Option<&Statement>) -> Unclear {
        let message = "can the person come then, or not?";
        let Some(exception) = exception else {
            let text = self.source.get(place.clone()).unwrap_or_default();
            return self.unclear_at(place, message, vec![format!("can {text}"), format!("can't {text}")]);
        };
        let rules = match self.rules(&exception.place, &exception.item, Kind::Cannot) {
            Ok(rules) => rules,
            Err(problem) => return problem,
        };
        let texts =
            |word: &str| rules.iter().map(|rule| format!("{word} {}", super::rule_text(*rule))).collect::<Vec<_>>();
        let options = [texts("can't"), texts("only")].map(|texts| texts.join("; "));
        self.unclear_at(place.start..exception.place.end, message, options.to_vec())
    }

    /// Turns the statements of a clause into entries.
    fn finish(&self, clause: Vec<Statement>, open: &mut Vec<Open>, problems: &mut Vec<Unclear>) {
        let first = open.len();
        let default = match self.context.sense {
            Sense::Cannot => Polarity::Is(Kind::Cannot),
            Sense::Can => Polarity::Can,
            Sense::IfNeedBe => Polarity::Is(Kind::IfNeedBe),
        };
        let mut clause = clause.into_iter().peekable();
        while let Some(statement) = clause.next() {
            let Statement { item, place, polarity, join, .. } = statement;
            let text = self.source.get(place.clone()).unwrap_or_default().to_owned();
            if let (None, Sense::Cannot | Sense::IfNeedBe, true) = (polarity, self.context.sense, item.is_any) {
                let exception = clause.next_if(|next| next.polarity == Some(Polarity::Except));
                problems.push(self.any_time(place, exception.as_ref()));
                continue;
            }
            let polarity = polarity.unwrap_or(default);
            let base = match polarity {
                Polarity::Except if join.is_some() => first,
                Polarity::Except => open.len().saturating_sub(1).max(first),
                _ => open.len(),
            };
            let kind = match (polarity, open.get(base).map(|open| open.polarity)) {
                _ if item.only_hours => Kind::Cannot,
                (Polarity::Is(kind), _) => kind,
                (Polarity::Can, _) => Kind::Only,
                (Polarity::Except, Some(Polarity::Is(Kind::Cannot))) => Kind::Can,
                (Polarity::Except, _) => Kind::Cannot,
            };
            let rules = match self.rules(&place, &item, kind) {
                Ok(rules) => rules,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            let polarity = if item.only_hours { Polarity::Is(Kind::Cannot) } else { polarity };
            if polarity != Polarity::Except {
                open.push(Open { polarity, entry: Entry { kind, rules, text, is_certain: true }, place });
                continue;
            }
            if base >= open.len() {
                let message = "an exception from which times? Write it after them".to_owned();
                problems.push(Unclear { words: text, place, message, options: Vec::new() });
                continue;
            }
            except(open, base, &Entry { kind, rules, text, is_certain: true }, &place);
        }
    }
}

/// Takes times out of the entries from an index on. What can't be taken out becomes an entry of its own.
fn except(open: &mut Vec<Open>, base: usize, exception: &Entry, place: &Range<usize>) {
    let mut others = Vec::new();
    let text = exception.text.as_str();
    for rule in &exception.rules {
        for entry in open.iter_mut().skip(base).map(|open| &mut open.entry) {
            let parts: Option<Vec<Vec<TimeRule>>> = entry.rules.iter().map(|base| subtract(*base, *rule)).collect();
            match parts.map(|parts| parts.concat()) {
                Some(left) if !left.is_empty() => {
                    entry.rules = left;
                    if !entry.text.ends_with(text) {
                        entry.text = format!("{} {text}", entry.text);
                    }
                }
                _ if others.contains(rule) => {}
                _ => others.push(*rule),
            }
        }
    }
    if !others.is_empty() {
        let entry = Entry { rules: others, ..exception.clone() };
        open.push(Open { polarity: Polarity::Is(entry.kind), entry, place: place.clone() });
    }
}

/// Decides whether `can` means that the person can't come at other times.
fn decide(sense: Sense, open: Vec<Open>, problems: &mut Vec<Unclear>) -> Vec<(Entry, Range<usize>)> {
    let limits: Vec<TimeRule> = open
        .iter()
        .filter(|open| open.polarity == Polarity::Is(Kind::Cannot))
        .flat_map(|open| open.entry.rules.clone())
        .collect();
    let alone = open.iter().all(|open| matches!(open.polarity, Polarity::Can | Polarity::Is(Kind::Only)));
    let mut entries = Vec::new();
    for Open { polarity, mut entry, place } in open {
        if polarity == Polarity::Can {
            let is_always = entry.rules == [TimeRule::ALWAYS];
            let is_exception = entry.rules.iter().all(|rule| limits.iter().any(|limit| overlap(rule, limit)));
            entry.kind = match sense {
                _ if is_always => Kind::Can,
                Sense::Can => Kind::Only,
                Sense::Cannot | Sense::IfNeedBe if alone => Kind::Only,
                Sense::Cannot | Sense::IfNeedBe if is_exception => Kind::Can,
                Sense::Cannot | Sense::IfNeedBe => {
                    let times: Vec<String> = entry.rules.iter().map(|rule| super::rule_text(*rule)).collect();
                    let times = times.join(", or ");
                    let options = vec![format!("only {times}"), format!("can also {times}")];
                    let message = "only then, or then as well?".to_owned();
                    problems.push(Unclear { words: entry.text, place, message, options });
                    continue;
                }
            };
        }
        entries.push((entry, place));
    }
    entries
}
