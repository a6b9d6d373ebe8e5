//! What the whole-program tests share: a folder in which the program runs as a user runs it.

pub(crate) mod disk;
mod in_time;
pub(crate) mod server;
pub(crate) mod typing;

pub(crate) use in_time::record_in_time;

use ibbi_testing::repository;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Returns the path of the program, which Cargo has built for these tests.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ibbi"))
}

/// Returns the code block of a page that follows `<!-- tested: NAME -->`.
pub(crate) fn documented(page: &str, name: &str, language: &str) -> String {
    let text = std::fs::read_to_string(repository(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let begin = format!("<!-- tested: {name} -->\n```{language}\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("{page} has no block `{name}`")) + begin.len();
    text[start..start + text[start..].find("```").expect("the end of the block")].to_owned()
}

/// A directory of its own, in which the program is run.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

/// The output of a run of the program.
#[derive(Debug)]
pub(crate) struct RunOutput {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty directory.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program with these arguments, not yet run.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.dir.path()).args(args).env("IBBI_ACTOR", "clerk@example.org");
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program.
    pub(crate) fn ibbi<S: AsRef<OsStr>>(&self, args: &[S]) -> RunOutput {
        run(self.command(args), b"")
    }

    /// Runs the program with this on its standard input.
    pub(crate) fn ibbi_with<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> RunOutput {
        run(self.command(args), input)
    }
}

/// How long a run may take; one that takes longer waits for something that will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a command with this on its standard input.
pub(crate) fn run(mut command: Command, input: &[u8]) -> RunOutput {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    std::thread::scope(|scope| {
        // The program may end before it has read everything; its output matters then.
        scope.spawn(move || stdin.write_all(input));
        let reads = |pipe: &mut dyn Read| {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).expect("the output can be read");
            String::from_utf8(bytes).expect("the output is UTF-8")
        };
        let (out, err) = (scope.spawn(move || reads(&mut out)), scope.spawn(move || reads(&mut err)));
        let code = ends(&mut child);
        let (out, err) = (out.join().expect("it was read"), err.join().expect("it was read"));
        let Some(code) = code else { panic!("{command:?} does not end; its output so far: {out}{err}") };
        RunOutput { code: code.code().unwrap_or_else(|| panic!("{command:?} was ended by a signal: {err}")), out, err }
    })
}

/// How a child ended; nothing if it had to be killed.
fn ends(child: &mut Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().and_then(|()| child.wait()).expect("a child can be killed");
    None
}

impl Place {
    /// Types a line into a shell, in which `ibbi` is the program.
    pub(crate) fn type_line(&self, line: &str) -> RunOutput {
        run(self.shell(line), b"")
    }

    /// The same line, not yet run.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let own = program().parent().expect("the program is in a directory").to_owned();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(own).chain(std::env::split_paths(&others));
        let mut command = Command::new("sh");
        command.current_dir(self.dir.path()).args(["-c", line]).env("IBBI_ACTOR", "clerk@example.org");
        command.env("PATH", std::env::join_paths(path).expect("directories without a colon"));
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    /// Every file of the directory with its bytes, by name.
    pub(crate) fn files(&self) -> BTreeMap<OsString, Option<Vec<u8>>> {
        let entries = std::fs::read_dir(self.dir.path()).expect("a directory").map(|entry| entry.expect("an entry"));
        // Directories, pipes and the like have no bytes of their own.
        let content = |path: PathBuf| path.is_file().then(|| std::fs::read(path).expect("a file"));
        entries.map(|entry| (entry.file_name(), content(entry.path()))).collect()
    }

    /// Another directory with the same files.
    pub(crate) fn copy(&self) -> Self {
        let place = Self::new();
        for (name, bytes) in self.files() {
            std::fs::write(place.dir.path().join(name), bytes.expect("a file")).expect("a file");
        }
        place
    }

    /// Runs the program, which is to succeed; returns its output.
    #[track_caller]
    pub(crate) fn done<S: AsRef<OsStr> + std::fmt::Debug>(&self, args: &[S]) -> String {
        let result = self.ibbi(args);
        assert_eq!(result.code, 0, "{args:?}: {}", result.err);
        result.out
    }

    /// Runs the program with `--json`, whatever it answers.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> (i32, serde_json::Value) {
        let result = self.ibbi(&[&["--json"], args].concat());
        let line = result.out.strip_suffix('\n').unwrap_or_else(|| panic!("{args:?}: no whole line: {result:?}"));
        assert!(!line.contains('\n'), "{args:?}: more than one line");
        (result.code, serde_json::from_str(line).unwrap_or_else(|error| panic!("{args:?}: {error}: {line}")))
    }
}
