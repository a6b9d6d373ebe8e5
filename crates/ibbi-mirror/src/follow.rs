//! Following a server: page by page, with every entry checked before it is written.

use crate::error::MirrorError;
use crate::file::{LockedFile, Opened};
use crate::fork;
use crate::server::{LinePage, PAGE, Server};
use ibbi_seal::{Mirror, MirrorEntry, MirrorFault, PublicKey, SignatureError, SignedCheckpoint};
use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait between questions.
#[derive(Debug, Clone)]
pub struct Waits {
    /// The first wait after a question that brought nothing new. It doubles each time.
    pub first: Duration,
    /// The longest wait when nothing is new.
    pub idle: Duration,
    /// The longest wait when the server can't be reached.
    pub away: Duration,
    /// How often [`Follower::once`] asks a server that can't be reached before it gives up.
    pub attempts: u32,
}

impl Default for Waits {
    /// Returns waits from one second up to 30, or 60 if the server can't be reached.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            idle: Duration::from_secs(30),
            away: Duration::from_secs(60),
            attempts: 5,
        }
    }
}

/// What a mirror holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The name of the ledger.
    pub origin: String,
    /// How many lines of the ledger it has, each at least as its SHA-256.
    pub lines: u64,
    /// How many of them are new since the last summary.
    pub new: u64,
    /// How many lines it has in full.
    pub readable: u64,
    /// How many lines the largest checkpoint covers; 0 if there is none.
    pub covered: u64,
    /// The key that signs the checkpoints, if it is known.
    pub key: Option<String>,
}

/// Something to tell the user while a mirror follows a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An unfinished entry at the end of the file was dropped: a write was cut off.
    Dropped(u64),
    /// The key of the server is trusted from now on, because the user gave none.
    Pinned(String),
    /// The server signs no checkpoints.
    NoKey,
    /// The mirror has all lines of the server.
    UpToDate(Summary),
    /// The server can't be reached; the next question follows after this time.
    Away(String, Duration),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped(bytes) => {
                write!(f, "a write was cut off: dropped the last {bytes} bytes; their lines are asked for again")
            }
            Self::Pinned(key) => write!(
                f,
                "trusting the server's key on first use: {key}. Compare it with the key that the office gave you"
            ),
            Self::NoKey => write!(
                f,
                "the server signs no checkpoints, so it could give you other hashes of the lines that you may not read"
            ),
            Self::UpToDate(Summary { lines, new, readable, covered, .. }) => write!(
                f,
                "up to date: {lines} lines, {readable} of them in full, {new} new; checkpoints cover {covered}"
            ),
            Self::Away(reason, wait) => {
                write!(f, "cannot reach the server: {reason}; trying again in {} seconds", wait.as_secs_f64())
            }
        }
    }
}

/// A mirror that follows a server.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    server: Server,
    /// The key that the user trusts.
    trusted: Option<PublicKey>,
    /// The file and what it holds. There is none before the server gave the first page.
    held: Option<(LockedFile, Mirror)>,
    /// The file, if it exists and is empty.
    empty: Option<LockedFile>,
    /// Whether the key of the server was compared since it was last away.
    compared: bool,
}

impl Follower {
    /// Opens the file of a mirror, which is created with the first page if it doesn't exist. Without a key, the server's key is
    /// trusted on first use and kept in the file.
    ///
    /// # Errors
    /// [`MirrorError`] if another process mirrors into the file, if it was altered, or if it has another key.
    pub fn open(
        path: &Path,
        server: Server,
        key: Option<PublicKey>,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<Self, MirrorError> {
        let mut follower =
            Self { path: path.to_owned(), server, trusted: key, held: None, empty: None, compared: false };
        if let Some(Opened { file, mirror, dropped }) = LockedFile::open(path)? {
            if dropped > 0 {
                tell(Notice::Dropped(dropped));
            }
            match mirror {
                Some(mirror) => follower.held = Some((file, mirror)),
                None => follower.empty = Some(file),
            }
        }
        let pinned = follower.held.as_ref().and_then(|(_, mirror)| mirror.key());
        if let (Some(pinned), Some(given)) = (pinned, &follower.trusted)
            && pinned != given
        {
            let message = format!(
                "{} trusts the key {pinned}, not {given}; leave out --key, or mirror into another file",
                path.display()
            );
            return Err(MirrorError::Usage(message));
        }
        Ok(follower)
    }

    /// Takes in everything that the server has now, and returns what the mirror holds.
    ///
    /// # Errors
    /// [`MirrorError`]. With [`MirrorError::Away`], it can be called again. What the mirror holds is never changed.
    pub fn catch_up(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<Summary, MirrorError> {
        let before = self.lines();
        let done = self.take_in_all(tell);
        if done.is_err() {
            self.server.forget();
            self.compared = false;
        }
        done?;
        let Some((_, mirror)) = &self.held else {
            return Err(MirrorError::Usage("the server's ledger has no lines".to_owned()));
        };
        Ok(Summary {
            origin: mirror.origin().to_owned(),
            lines: mirror.lines(),
            new: mirror.lines() - before,
            readable: mirror.readable(),
            covered: mirror.covered(),
            key: mirror.key().map(ToString::to_string),
        })
    }

    /// Takes in everything that the server has now. If the server can't be reached, tries again a few times.
    ///
    /// # Errors
    /// As [`Follower::catch_up`].
    pub fn once(
        &mut self,
        waits: &Waits,
        tell: &mut dyn FnMut(Notice),
        wait: &mut dyn FnMut(Duration),
    ) -> Result<Summary, MirrorError> {
        let (mut pause, mut failures, before) = (waits.first, 0, self.lines());
        loop {
            let held = self.lines();
            match self.catch_up(tell) {
                Ok(summary) => return Ok(Summary { new: summary.lines - before, ..summary }),
                Err(MirrorError::Away(reason)) => {
                    // A server that gives some lines before it breaks off is not away.
                    failures = if self.lines() > held { 1 } else { failures + 1 };
                    if failures >= waits.attempts {
                        return Err(MirrorError::Away(reason));
                    }
                    tell(Notice::Away(reason, pause));
                    wait(pause);
                    pause = (pause * 2).min(waits.away);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Follows the server until there is an error that waiting doesn't help against.
    ///
    /// # Errors
    /// As [`Follower::catch_up`], without [`MirrorError::Away`].
    pub fn follow(
        &mut self,
        waits: &Waits,
        tell: &mut dyn FnMut(Notice),
        wait: &mut dyn FnMut(Duration),
    ) -> Result<std::convert::Infallible, MirrorError> {
        let (mut pause, mut told) = (waits.first, false);
        loop {
            let held = self.lines();
            match self.catch_up(tell) {
                Ok(summary) => {
                    if summary.new > 0 || !told {
                        pause = waits.first;
                        told = true;
                        tell(Notice::UpToDate(summary));
                    }
                    wait(pause);
                    pause = (pause * 2).min(waits.idle);
                }
                Err(MirrorError::Away(reason)) => {
                    if self.lines() > held {
                        pause = waits.first;
                    }
                    tell(Notice::Away(reason, pause));
                    told = false;
                    wait(pause);
                    pause = (pause * 2).min(waits.away);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn lines(&self) -> u64 {
        self.held.as_ref().map_or(0, |(_, mirror)| mirror.lines())
    }

    fn take_in_all(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<(), MirrorError> {
        let key = if self.compared { None } else { self.compare_key(tell)? };
        self.pin(key, tell)?;
        // Before the lines, so that there are lines for each of them.
        let (mut checkpoints, mut next) = self.checkpoints_after(0)?;
        // Whether the root of what is held was not compared yet.
        let (mut is_due, is_first) = (true, !std::mem::replace(&mut self.compared, true));
        loop {
            while let Some(last) = next.filter(|_| checkpoints.is_empty()) {
                (checkpoints, next) = self.checkpoints_after(last)?;
            }
            let held = self.lines();
            // The last line that is held is asked for once more.
            let page = self.server.lines(held.saturating_sub(1))?;
            let Some(page) = page else { break };
            self.compare_origin(&page.origin)?;
            // Another line before it shows in the root only.
            if is_due && (is_first || page.lines.len() > 1) {
                self.compare_root(page.size)?;
                is_due = false;
            }
            let more = page.next.is_some();
            self.take_page(page, held, &mut checkpoints, tell)?;
            if !more {
                break;
            }
        }
        // A checkpoint that was signed after the lines that it covers were taken in.
        self.append(Vec::new(), &mut checkpoints)?;
        if let Some(signed) = checkpoints.front() {
            let (size, lines) = (signed.checkpoint().size, self.lines());
            let reason = format!("a checkpoint covers {size} lines, but the server has {lines}");
            self.keep(Some(signed))?;
            return Err(MirrorError::fork(Some((lines + 1, size)), reason));
        }
        Ok(())
    }

    /// Returns the next checkpoints that are not held yet, the smallest first. If there are more, also how many lines the last one
    /// covers.
    ///
    /// A ledger can have checkpoints of a key that was replaced. They are left out, but the newest one must be of the trusted key.
    fn checkpoints_after(&self, last: u64) -> Result<(VecDeque<SignedCheckpoint>, Option<u64>), MirrorError> {
        let covered = self.held.as_ref().map_or(0, |(_, mirror)| mirror.covered());
        let mut list = self.server.checkpoints(covered.max(last))?;
        let next = list.last().filter(|_| list.len() == PAGE).map(|signed| signed.checkpoint().size);
        let newest = list.last().filter(|_| next.is_none()).map(|signed| signed.checkpoint().size);
        let key = self.held.as_ref().and_then(|(_, mirror)| mirror.key()).or(self.trusted.as_ref());
        if let Some(key) = key {
            let is_of_another = |signed: &SignedCheckpoint| {
                matches!(signed.verify(std::slice::from_ref(key)), Err(SignatureError::Unknown { .. }))
            };
            list.retain(|signed| Some(signed.checkpoint().size) == newest || !is_of_another(signed));
        }
        Ok((VecDeque::from(list), next))
    }

    /// Compares the name of the server's ledger with that of the mirror's.
    fn compare_origin(&self, found: &str) -> Result<(), MirrorError> {
        match &self.held {
            Some((_, mirror)) if mirror.origin() != found => {
                let reason = format!("the server has the ledger {found}, but the mirror is of {}", mirror.origin());
                Err(MirrorError::fork(None, reason))
            }
            _ => Ok(()),
        }
    }

    /// Compares the Merkle root of the lines that are held with the server's. `size` is how many lines the server has.
    fn compare_root(&self, size: u64) -> Result<(), MirrorError> {
        let Some((_, mirror)) = self.held.as_ref().filter(|(_, mirror)| mirror.lines() > 0) else { return Ok(()) };
        let found = self.server.consistency(mirror.lines(), None)?;
        if found.is_some_and(|found| found.from_root == mirror.root()) {
            return Ok(());
        }
        Err(self.history_changed(size)?)
    }

    /// Compares the key of the server with the one that is trusted. Returns the server's key if none is trusted yet.
    fn compare_key(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<Option<PublicKey>, MirrorError> {
        let found = self.server.key()?;
        let pinned = self.held.as_ref().and_then(|(_, mirror)| mirror.key()).or(self.trusted.as_ref());
        match (pinned, found) {
            (Some(pinned), Some(found)) if *pinned != found => {
                let reason = format!("the server's key is {found}, but the mirror trusts {pinned}");
                Err(MirrorError::fork(None, reason))
            }
            (None, None) => {
                tell(Notice::NoKey);
                Ok(None)
            }
            (None, found) => Ok(found),
            (Some(_), _) => Ok(None),
        }
    }

    /// Trusts a key from now on.
    fn pin(&mut self, key: Option<PublicKey>, tell: &mut dyn FnMut(Notice)) -> Result<(), MirrorError> {
        if let Some(key) = key {
            tell(Notice::Pinned(key.to_string()));
            self.trusted = Some(key);
        }
        // The file of a new mirror gets the key with its head.
        if let (Some((file, mirror)), Some(key)) = (&mut self.held, &self.trusted)
            && mirror.key().is_none()
        {
            let entry = MirrorEntry::Key(key.clone());
            let mut text = Vec::new();
            entry.write(&mut text);
            file.append(&text)?;
            mirror.apply(&entry).map_err(|fault| MirrorError::fork(None, fault.to_string()))?;
        }
        Ok(())
    }

    /// Checks a page against what is held, and writes what is new.
    fn take_page(
        &mut self,
        page: LinePage,
        held: u64,
        checkpoints: &mut VecDeque<SignedCheckpoint>,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<(), MirrorError> {
        let mut lines = page.lines.into_iter();
        if held > 0 {
            let last = self.held.as_ref().map(|(_, mirror)| mirror.last());
            let agrees = lines.next().is_some_and(|line| line.number == held && line.digest().ok() == last);
            if !agrees {
                return Err(self.history_changed(page.size)?);
            }
        }
        let entries = lines.enumerate().map(|(index, line)| {
            let number = held + 1 + u64::try_from(index).unwrap_or(u64::MAX);
            if line.number == number { line.entry() } else { Err(out_of_order(number, line.number)) }
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        if self.held.is_none() && !entries.is_empty() {
            self.begin(page.origin, tell)?;
        }
        self.append(entries, checkpoints)
    }

    /// Creates the file.
    fn begin(&mut self, origin: String, tell: &mut dyn FnMut(Notice)) -> Result<(), MirrorError> {
        let mut file = match self.empty.take() {
            Some(file) => file,
            None => LockedFile::create(&self.path)?,
        };
        let mirror = Mirror::new(origin);
        file.append(&mirror.head_entry())?;
        self.held = Some((file, mirror));
        self.pin(None, tell)
    }

    /// Checks entries and the checkpoints that cover them, and appends them.
    fn append(
        &mut self,
        entries: Vec<MirrorEntry>,
        checkpoints: &mut VecDeque<SignedCheckpoint>,
    ) -> Result<(), MirrorError> {
        let Some((file, mirror)) = &mut self.held else { return Ok(()) };
        let (mut text, mut failed, mut entries) = (Vec::new(), None, entries.into_iter());
        while failed.is_none() {
            let due = checkpoints.front().is_some_and(|signed| signed.checkpoint().size <= mirror.lines());
            let entry = if due {
                checkpoints.pop_front().map(|signed| MirrorEntry::Checkpoint(Box::new(signed)))
            } else {
                entries.next()
            };
            let Some(entry) = entry else { break };
            match mirror.apply(&entry) {
                Ok(()) => entry.write(&mut text),
                Err(fault) => failed = Some((entry, fault)),
            }
        }
        // What the server gave before the fault stays: it shows what the server said.
        if let Err(error) = file.append(&text) {
            // The mirror in memory is not the one in the file any more.
            self.held = None;
            return Err(error);
        }
        match failed {
            None => Ok(()),
            Some((entry, fault)) => Err(self.disagreement(&entry, &fault)?),
        }
    }

    /// Returns the error for an entry that doesn't fit, with the fewest lines that must contain the change.
    fn disagreement(&self, entry: &MirrorEntry, fault: &MirrorFault) -> Result<MirrorError, MirrorError> {
        let Some((file, mirror)) = &self.held else { return Ok(MirrorError::fork(None, fault.to_string())) };
        if let MirrorEntry::Checkpoint(signed) = entry {
            self.keep(Some(signed))?;
        }
        let covered = mirror.covered();
        let lines = match (fault, entry) {
            (MirrorFault::Root { covered, .. }, MirrorEntry::Checkpoint(signed)) => {
                Some(fork::in_checkpoint(&self.server, signed, &file.digests()?, *covered)?)
            }
            // The lines that a checkpoint covers are as they were signed.
            _ => fault.lines().map(|lines| ((*lines.start()).max(covered + 1), *lines.end())),
        };
        Ok(MirrorError::fork(lines, fault.to_string()))
    }

    /// Returns the error for a server whose lines are not those that are held, or that has fewer.
    fn history_changed(&self, size: u64) -> Result<MirrorError, MirrorError> {
        let Some((file, _)) = &self.held else { return Ok(MirrorError::fork(None, "the server has no lines")) };
        let digests = file.digests()?;
        let held = u64::try_from(digests.len()).unwrap_or(u64::MAX);
        let first = fork::first_changed(&self.server, &digests)?;
        if first > size {
            let reason = format!("the server has {size} lines, but the mirror holds {held}");
            return Ok(MirrorError::fork(Some((first, held)), reason));
        }
        let reason = format!("line {first} of the server is another one; the lines before it are the same");
        Ok(MirrorError::fork(Some((first, first)), reason))
    }

    /// Keeps a checkpoint that disagrees: it is signed, so it proves what the server said.
    fn keep(&self, signed: Option<&SignedCheckpoint>) -> Result<(), MirrorError> {
        if let (Some((file, _)), Some(signed)) = (&self.held, signed) {
            file.keep_evidence(&signed.to_string())?;
        }
        Ok(())
    }
}

fn out_of_order(expected: u64, found: u64) -> MirrorError {
    MirrorError::Usage(format!("the server sends line {found} in place of line {expected}; is it an ibbi server?"))
}
