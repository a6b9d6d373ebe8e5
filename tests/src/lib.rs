//! What the whole-program tests share: the program as a user has it, in a directory of its own.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program, built in the profile and the target directory of the tests.
///
/// # Panics
/// If it cannot be built.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a test has a path");
        // …/<target>/<profile>/deps/<test>
        let profile_dir = test.ancestors().nth(2).expect("tests are built in a target directory");
        let profile = profile_dir.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
        let profile = if profile == "debug" { "dev" } else { profile };
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        build.args(["build", "--quiet", "--package", "ibbi-cli", "--profile", profile, "--target-dir"]);
        build.arg(profile_dir.parent().expect("a profile has a target directory"));
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "the program does not build");
        profile_dir.join(format!("ibbi{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A directory of its own, in which the program is run.
pub struct Place {
    dir: tempfile::TempDir,
}

/// What a run of the program said.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty directory.
    ///
    /// # Panics
    /// If none can be made.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program with these arguments, not yet run.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.dir.path()).args(args).env("IBBI_ACTOR", "clerk@example.org");
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
        command
    }

    /// Runs the program.
    ///
    /// # Panics
    /// If it does not start, or is ended by a signal.
    pub fn ibbi<S: AsRef<std::ffi::OsStr>>(&self, args: &[S]) -> Said {
        said(self.command(args).output().expect("the program starts"))
    }

    /// Runs the program with this on its standard input.
    ///
    /// # Panics
    /// As [`Place::ibbi`].
    pub fn ibbi_with<S: AsRef<std::ffi::OsStr>>(&self, args: &[S], input: &[u8]) -> Said {
        use std::io::Write as _;
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        // The program may end before it has read everything; what it says then is what matters.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        said(child.wait_with_output().expect("the program ends"))
    }
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code().expect("the program ends by itself"),
        out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("the messages are UTF-8"),
    }
}
