//! Output files: the one place that decides whether a command may write to a path.
//!
//! A command never overwrites a file that it reads, and never a file of another kind than the one it writes. The check
//! follows symbolic links and recognizes hard links, so the name under which a file is reached makes no difference.
//! It runs before the work starts, and once more just before the file is put in place.
//!
//! A file is written under a temporary name beside its own and then renamed, so that there is never half of it. What is
//! not a regular file (a pipe, a terminal, `/dev/null`) is written to directly.

mod leftovers;

use crate::error::AppError;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

/// How much of an existing file is read to recognize its kind, in bytes.
const BEGINNING: u64 = 4096;

/// The kind of file that a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// An iCalendar file.
    Calendar,
    /// A scenario.
    Scenario,
    /// A page that this program made: HTML with `ibbi` as its generator.
    Page,
    /// A spreadsheet (.xlsx).
    Spreadsheet,
    /// An export in this format.
    Export(crate::audit::ExportFormat),
}

impl OutputKind {
    /// Returns the name for people, with its article.
    const fn name(self) -> &'static str {
        use crate::audit::ExportFormat;
        match self {
            Self::Calendar => "a calendar (.ics) written by ibbi",
            Self::Scenario => "a scenario",
            Self::Page => "a page written by ibbi",
            Self::Spreadsheet => "a spreadsheet (.xlsx)",
            Self::Export(ExportFormat::Csv) => "a CSV export written by ibbi",
            Self::Export(ExportFormat::Xes) => "an XES file",
            Self::Export(ExportFormat::Ocel) => "an OCEL file",
            Self::Export(ExportFormat::Cloudevents) => "a file of CloudEvents",
            Self::Export(ExportFormat::Pnml) => "a PNML file",
            Self::Export(ExportFormat::Bpmn) => "a BPMN file",
            Self::Export(ExportFormat::Ledger) => "a new file",
        }
    }

    /// Returns whether a file that begins like this is of the kind.
    fn matches(self, beginning: &[u8]) -> bool {
        use crate::audit::ExportFormat;
        let text = String::from_utf8_lossy(beginning);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let is_xml_with = |element: &str| text.starts_with("<?xml") && text.contains(element);
        match self {
            Self::Calendar => text.starts_with("BEGIN:VCALENDAR") && text.contains("\nPRODID:-//ibbi//"),
            Self::Scenario => {
                let names = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == "district");
                text.lines().any(names)
            }
            Self::Page => {
                let head = text.to_lowercase();
                head.starts_with("<!doctype html") && head.contains("name=\"generator\" content=\"ibbi")
            }
            // A zip archive whose first file is one that every spreadsheet of this form has.
            Self::Spreadsheet => beginning.starts_with(b"PK\x03\x04") && text.contains("[Content_Types].xml"),
            Self::Export(ExportFormat::Csv) => text.starts_with("case,district,seq,rev,id,type,"),
            Self::Export(ExportFormat::Xes) => is_xml_with("<log xes.version="),
            Self::Export(ExportFormat::Pnml) => is_xml_with("<pnml"),
            Self::Export(ExportFormat::Bpmn) => is_xml_with("<bpmn:definitions"),
            // A ledger is never overwritten.
            Self::Export(ExportFormat::Ledger) => false,
            Self::Export(ExportFormat::Ocel) => text.starts_with("{\"events\":[\n"),
            Self::Export(ExportFormat::Cloudevents) => text.starts_with("{\"specversion\""),
        }
    }
}

/// An output file that a command may write.
///
/// ```
/// use ibbi_app::output::{OutputFile, OutputKind};
/// let folder = tempfile::tempdir()?;
/// let (scenario, dates) = (folder.path().join("my.toml"), folder.path().join("dates.ics"));
/// std::fs::write(&scenario, "district = 'Maple Hollow'")?;
///
/// // The input is never overwritten, and neither is a file of another kind.
/// let error = OutputFile::check(&scenario, OutputKind::Calendar, &[&scenario]).unwrap_err();
/// assert!(error.to_string().ends_with("my.toml is the input file; choose another output file"));
///
/// let output = OutputFile::check(&dates, OutputKind::Calendar, &[&scenario])?;
/// output.write(b"BEGIN:VCALENDAR\r\nPRODID:-//ibbi//EN\r\nEND:VCALENDAR\r\n")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct OutputFile<'a> {
    path: &'a Path,
    kind: OutputKind,
    inputs: Vec<PathBuf>,
}

impl<'a> OutputFile<'a> {
    /// Checks that a command which reads `inputs` may write this path. Call it before the work starts.
    ///
    /// # Errors
    /// [`AppError::Usage`] if the path is an input, or an existing file of another kind; [`AppError::Io`] if it can't be
    /// looked at.
    pub fn check(path: &'a Path, kind: OutputKind, inputs: &[&Path]) -> Result<Self, AppError> {
        let output = Self { path, kind, inputs: inputs.iter().map(|input| (*input).to_owned()).collect() };
        output.target()?;
        Ok(output)
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// As [`OutputFile::check`], and [`AppError::Io`]; an existing file is then unchanged.
    pub fn write(&self, content: &[u8]) -> Result<(), AppError> {
        let failed = |source| self.failed("write", source);
        self.write_with(|file| file.write_all(content).map_err(failed)).map(|_| ())
    }

    /// Writes the file piece by piece and returns the number of bytes.
    ///
    /// # Errors
    /// As [`OutputFile::write`], and the errors of `write` itself.
    pub fn write_with(&self, write: impl FnOnce(&mut dyn Write) -> Result<(), AppError>) -> Result<u64, AppError> {
        match self.target()? {
            Target::Stream => {
                let file =
                    File::options().write(true).open(self.path).map_err(|source| self.failed("write", source))?;
                let mut out = CountingWriter { out: BufWriter::new(file), bytes: 0 };
                write(&mut out)?;
                out.flush().map_err(|source| self.failed("write", source))?;
                Ok(out.bytes)
            }
            Target::File(path) => self.replace(&path, write),
        }
    }

    /// Decides where the bytes go, or why they can't go anywhere.
    fn target(&self) -> Result<Target, AppError> {
        let shown = self.path.display();
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".checkpoints") || name.ends_with(".holder") {
            let message =
                format!("{shown} has the name of a file that belongs to a ledger; choose another output file");
            return Err(AppError::Usage(message));
        }
        let found = match fs::metadata(self.path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.path.is_symlink() {
                    let message = format!("{shown} is a link to a file that doesn't exist; name the file itself");
                    return Err(AppError::Usage(message));
                }
                return Ok(Target::File(self.path.to_owned()));
            }
            Err(source) => return Err(self.failed("look at", source)),
        };
        if found.is_dir() {
            return Err(AppError::Usage(format!("{shown} is a directory; name a file in it")));
        }
        if !found.is_file() {
            return Ok(Target::Stream);
        }
        for input in &self.inputs {
            // An input that can't be looked at can't be read either; reading it says why.
            if same_file::is_same_file(self.path, input).unwrap_or(false) {
                return Err(AppError::Usage(format!("{shown} is the input file; choose another output file")));
            }
        }
        if found.permissions().readonly() {
            return Err(self.failed("write", io::ErrorKind::PermissionDenied.into()));
        }
        if found.len() > 0 {
            let mut beginning = Vec::new();
            File::open(self.path)
                .and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning))
                .map_err(|source| self.failed("look at", source))?;
            if !self.kind.matches(&beginning) {
                let kind = self.kind.name();
                let message =
                    format!("{shown} already exists and is not {kind}; choose another output file, or remove it first");
                return Err(AppError::Usage(message));
            }
        }
        // A link stays, and the file it leads to is replaced.
        self.path.canonicalize().map(Target::File).map_err(|source| self.failed("look at", source))
    }

    fn replace(
        &self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> Result<(), AppError>,
    ) -> Result<u64, AppError> {
        let failed = |source| self.failed("write", source);
        let (temporary, file) = Temporary::file_beside(path).map_err(failed)?;
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        let bytes = file.metadata().map_err(failed)?.len();
        if let Ok(replaced) = fs::metadata(path) {
            file.set_permissions(replaced.permissions()).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        // The path may have become another file while the content was made.
        self.target()?;
        temporary.rename_to(path).map_err(failed)?;
        Ok(bytes)
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> AppError {
        AppError::Io { doing, path: self.path.to_owned(), source }
    }
}

/// Where the bytes of an output go.
enum Target {
    /// To this file, which is replaced.
    File(PathBuf),
    /// To a pipe or a device, as it is.
    Stream,
}

/// Checks that a ledger to record in isn't the input file, by whatever link.
///
/// # Errors
/// [`AppError::Usage`] if it is.
pub fn check_other_file(ledger: &Path, input: &Path) -> Result<(), AppError> {
    match same_file::is_same_file(ledger, input) {
        Ok(true) => Err(AppError::Usage(format!("{} is the input file; choose another ledger", ledger.display()))),
        // A file that can't be looked at can't be opened either; opening it says why.
        _ => Ok(()),
    }
}

/// Creates a file that must not exist yet, wholly or not at all.
///
/// # Errors
/// [`AppError::Io`]; an existing file, and what a link leads to, is unchanged.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), AppError> {
    let failed = |source| AppError::Io { doing: "write", path: path.to_owned(), source };
    if path.is_symlink() || path.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let (temporary, mut file) = Temporary::file_beside(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    temporary.publish_as(path).map_err(failed)
}

/// A temporary name beside an output file. Its file is removed unless it was given the final name.
pub(crate) struct Temporary(pub(crate) PathBuf);

impl Temporary {
    /// Chooses a new name beside a path.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        Self::named(path, ".new")
    }

    fn named(path: &Path, end: &str) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::other("it has no file name"))?;
        let mut temporary = name.to_owned();
        // No other process chooses this name, so removing the file never removes another's.
        temporary.push(format!(".{}{end}", uuid::Uuid::new_v4().simple()));
        Ok(Self(path.with_file_name(temporary)))
    }

    /// Creates a file beside a path. It is locked as long as the returned file is open, and what killed processes left for the same path
    /// is removed.
    pub(crate) fn file_beside(path: &Path) -> io::Result<(Self, File)> {
        Self::locked_beside(path, |path| File::create_new(path))
    }

    /// Creates a folder beside a path, as [`file_beside`](Self::file_beside) does with a file.
    pub(crate) fn folder_beside(path: &Path) -> io::Result<(Self, Option<File>)> {
        Self::locked_beside(path, |path| {
            fs::create_dir(path)?;
            // Some systems don't open folders. There, what a killed process left stays.
            Ok(File::open(path).ok())
        })
    }

    fn locked_beside<F: Lock>(path: &Path, create: impl Fn(&Path) -> io::Result<F>) -> io::Result<(Self, F)> {
        leftovers::remove(path);
        loop {
            let temporary = Self::named(path, leftovers::END)?;
            let created = create(&temporary.0)?;
            created.lock();
            // Another process may have removed it before it was locked.
            if temporary.0.symlink_metadata().is_ok() {
                return Ok((temporary, created));
            }
        }
    }

    /// Returns the temporary path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Gives the file its final name, replacing the file that has it.
    pub(crate) fn rename_to(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.0, path)?;
        sync_directory(path)
    }

    /// Gives the file its final name only if no file has it.
    pub(crate) fn publish_as(&self, path: &Path) -> io::Result<()> {
        // A hard link is never made over an existing file. Some file systems have none; there, the name is checked first.
        match fs::hard_link(&self.0, path) {
            Ok(()) => sync_directory(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.rename_to(path),
        }
    }
}

/// What can be locked while it is being written.
pub(crate) trait Lock {
    /// Locks it, where the file system has locks.
    fn lock(&self);
}

impl Lock for File {
    fn lock(&self) {
        let _ = Self::lock(self);
    }
}

impl Lock for Option<File> {
    fn lock(&self) {
        self.iter().for_each(Lock::lock);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing to remove; if removing fails, the first error says why.
        let _ = fs::remove_file(&self.0);
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}

/// Counts the bytes that go to a pipe or a device, which does not report them.
struct CountingWriter<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for CountingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += u64::try_from(written).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
