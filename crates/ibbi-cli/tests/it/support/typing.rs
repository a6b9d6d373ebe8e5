//! A person who types only what `ibbi status` suggests, with its placeholders filled in.

use super::{Place, RunOutput};

/// One thing a person types: when it happened, which suggested line is taken, and what is filled in otherwise than by
/// the table of `usual`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed {
    /// When it happened, as `--at` takes it.
    pub(crate) at: &'static str,
    /// The event, and words that the line also holds: `session_scheduled part=1`.
    pub(crate) line: &'static str,
    /// Values by key.
    pub(crate) with: &'static [(&'static str, &'static str)],
}

/// A step in short.
pub(crate) const fn typed(
    at: &'static str,
    line: &'static str,
    with: &'static [(&'static str, &'static str)],
) -> Typed {
    Typed { at, line, with }
}

/// A line that `ibbi status` suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggested {
    /// As printed, without the indentation.
    pub(crate) line: String,
    /// Whether it is under "Next", otherwise under "Also possible".
    pub(crate) next: bool,
}

/// The suggested lines of a status.
pub(crate) fn suggested(status: &str) -> Vec<Suggested> {
    let mut lines = Vec::new();
    let mut section = "";
    for line in status.lines() {
        match line.strip_prefix("  ibbi ") {
            Some(_) => lines.push(Suggested { line: line.trim_start().to_owned(), next: section.starts_with("Next") }),
            None if !line.starts_with(' ') => section = line,
            None => {}
        }
    }
    lines
}

/// Fills in every `'<…>'` of a line.
pub(crate) fn fill(line: &str, step: &Typed) -> String {
    let mut filled = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("='<") {
        let end = start + rest[start..].find(">'").unwrap_or_else(|| panic!("a placeholder has an end: {line}"));
        let key = rest[..start].rsplit(' ').next().unwrap_or_default();
        let placeholder = &rest[start + 3..end];
        let given = step.with.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
        let value = given.unwrap_or_else(|| usual(placeholder, step.at));
        filled.push_str(&format!("{}='{}'", &rest[..start], value.replace('\'', r"'\''")));
        rest = &rest[end + 2..];
    }
    filled.push_str(rest);
    let command = filled.split("   # ").next().unwrap_or_default();
    assert!(!command.contains("<"), "something is left to fill in: {filled}");
    filled
}

/// What a person writes who has nothing special in mind.
fn usual(placeholder: &str, at: &str) -> String {
    let day = at.split(' ').next().unwrap_or_default();
    match placeholder {
        "name" => "Rosa O'Hara-Núñez".to_owned(),
        "why" => "it's \"so\"; $HOME and `date` are not expanded, nor is \\n # or *".to_owned(),
        "text" => "a note, with a comma & an é".to_owned(),
        "YYYY-MM-DD" => day.to_owned(),
        "YYYY-MM-DD HH:MM-HH:MM" => format!("{day} 08:00-16:00"),
        "id:Name" => "reyes:Ines Reyes".to_owned(),
        "id,id,…" | "member id" => "lee".to_owned(),
        "concern id" => "budget-vote".to_owned(),
        "number" => "2".to_owned(),
        "true or false" => "true".to_owned(),
        codes if codes.contains('|') => codes.split('|').next().unwrap_or_default().to_owned(),
        some if some.chars().all(|c| c.is_ascii_lowercase() || "-_.,".contains(c)) => some.to_owned(),
        other => panic!("nothing is known to write for <{other}>"),
    }
}

/// Somebody at a terminal, with a case in a ledger.
pub(crate) struct Person<'a> {
    /// Where they sit.
    pub(crate) place: &'a Place,
    /// The ledger.
    pub(crate) ledger: &'a str,
    /// How they name the case; nothing where the ledger holds one.
    pub(crate) case: Option<&'a str>,
    /// How many suggested lines were tried, and how many of them a rule refused.
    pub(crate) counts: (usize, usize),
}

impl<'a> Person<'a> {
    /// Somebody who has done nothing yet.
    pub(crate) fn new(place: &'a Place, ledger: &'a str, case: Option<&'a str>) -> Self {
        Self { place, ledger, case, counts: (0, 0) }
    }

    /// The lines that `ibbi status --at` suggests.
    pub(crate) fn status(&self, at: &str) -> Vec<Suggested> {
        let mut args = vec!["status", self.ledger, "--at", at];
        if let Some(case) = self.case {
            args.extend(["--case", case]);
        }
        suggested(&self.place.done(&args))
    }

    /// Types the suggested line of a step, and before that asks of every other suggestion whether it may be recorded.
    pub(crate) fn types(&mut self, step: &Typed) -> RunOutput {
        let lines = self.status(step.at);
        self.tries(&lines, step);
        let mut words = step.line.split(' ');
        let event = words.next().unwrap_or_default();
        let wanted: Vec<_> = words.collect();
        let is_meant = |line: &str| {
            let found: Vec<_> = line.split(' ').collect();
            found.contains(&event) && wanted.iter().all(|word| found.contains(word))
        };
        let chosen = lines.iter().find(|suggested| is_meant(&suggested.line));
        let chosen = chosen.unwrap_or_else(|| panic!("{} {}: not among {lines:#?}", step.at, step.line));
        let line = fill(&chosen.line, step);
        let result = self.place.type_line(&line);
        assert_eq!(result.code, 0, "{line}\n{}", result.err);
        result
    }

    /// Asks of every line whether it may be recorded, all of them in one shell.
    fn tries(&mut self, lines: &[Suggested], step: &Typed) {
        let step = Typed { with: &[], ..*step };
        let asked = lines.iter().map(|suggested| {
            let line = fill(&suggested.line, &step).replacen("ibbi record ", "ibbi record --dry-run ", 1);
            (line.clone(), format!("{{ {line}\n}} 2>&1; echo \"exit $?\"\n"))
        });
        let (asked, script): (Vec<_>, Vec<_>) = asked.unzip();
        let result = self.place.type_line(&script.concat());
        let codes = result.out.lines().filter_map(|line| line.strip_prefix("exit ")?.parse().ok());
        let codes: Vec<i32> = codes.collect();
        let all = format!("{asked:#?}\n{}{}", result.out, result.err);
        assert_eq!(codes.len(), asked.len(), "{all}");
        assert!(codes.iter().all(|code| matches!(code, 0 | 3)), "{all}");
        self.counts.0 += codes.len();
        self.counts.1 += codes.iter().filter(|code| **code == 3).count();
    }
}
