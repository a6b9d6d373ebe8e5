//! The address of a ledger in a database.

use crate::error::PostgresError;
use core::fmt;
use ibbi_log::Digest;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

/// The ledger that an address without `ledger=` means.
pub const DEFAULT_LEDGER: &str = "cases";

/// How long an attempt to connect to one host lasts if the address doesn't say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long sent data may be unacknowledged by the other computer before the connection counts as lost. It is no limit for a
/// commit: a server that works on it acknowledges the data.
const USER_TIMEOUT: Duration = Duration::from_secs(20);

/// The address of a ledger in a database, such as `postgres://ibbi@db1,db2/ibbi?ledger=cases`.
///
/// It is a connection string of PostgreSQL (a URL, or `key=value` pairs) with one more parameter, `ledger`. Several hosts can be
/// listed; the one that takes writes is used. Its text ([`Display`](fmt::Display)) and its `Debug` have no password.
///
/// A password comes from the address, from `PGPASSWORD`, or from the file that `PGPASSFILE` names (`~/.pgpass`), in this order.
///
/// ```
/// use ibbi_postgres::Address;
/// let address: Address = "postgres://ibbi:secret@db1,db2:5433/office?ledger=cases".parse()?;
/// assert_eq!(address.ledger(), "cases");
/// assert_eq!(address.to_string(), "postgres://ibbi@db1,db2:5433/office?ledger=cases");
/// # Ok::<(), ibbi_postgres::PostgresError>(())
/// ```
#[derive(Clone)]
pub struct Address {
    config: Config,
    ledger: String,
    certificates: Option<PathBuf>,
    label: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.label).finish()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

impl core::str::FromStr for Address {
    type Err = PostgresError;

    fn from_str(text: &str) -> Result<Self, PostgresError> {
        let (rest, own) = split_own(text);
        let refused = |reason: String| PostgresError::Address { label: without_password(text), reason };
        let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            refused(source.unwrap_or_else(|| error.to_string()))
        })?;
        if config.get_hosts().is_empty() {
            return Err(refused("it names no host".to_owned()));
        }
        if config.get_user().is_none() {
            return Err(refused("it names no user".to_owned()));
        }
        let (mut ledger, mut certificates) = (DEFAULT_LEDGER.to_owned(), None);
        for (key, value) in own {
            match key.as_str() {
                "ledger" => ledger = value,
                _ => certificates = Some(PathBuf::from(value)),
            }
        }
        if ledger.is_empty() || ledger.len() > 63 || ledger.chars().any(char::is_control) {
            return Err(refused("the name of a ledger has 1 to 63 bytes and no control characters".to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(USER_TIMEOUT);
        }
        config.keepalives_idle(Duration::from_secs(10)).keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("ibbi");
        }
        let label = label(&config, &ledger);
        Ok(Self { config, ledger, certificates, label })
    }
}

impl Address {
    /// Returns whether a text is meant as an address of a database, and not as a path.
    ///
    /// ```
    /// use ibbi_postgres::Address;
    /// assert!(Address::is_meant("postgres://db/ibbi") && Address::is_meant("postgresql://db/ibbi"));
    /// assert!(Address::is_meant("Postgres://db/ibbi") && !Address::is_meant("postgres.ledger"));
    /// ```
    pub fn is_meant(text: &str) -> bool {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        scheme.eq_ignore_ascii_case("postgres") || scheme.eq_ignore_ascii_case("postgresql")
    }

    /// Reads an address from a file, so that its password is in no list of processes. Only the file's owner may read it.
    ///
    /// # Errors
    /// [`PostgresError::File`] if the file can't be read, or others can read it; [`PostgresError::Address`].
    pub fn from_file(path: &Path) -> Result<Self, PostgresError> {
        let refused = |reason: String| PostgresError::File { path: path.to_owned(), reason };
        check_private(path).map_err(refused)?;
        let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        text.trim().parse()
    }

    /// Returns the name of the ledger in the database.
    pub fn ledger(&self) -> &str {
        &self.ledger
    }

    /// Returns a name for what belongs to this ledger on a computer, such as its tokens: the ledger's name, and the beginning of
    /// a digest of the hosts in their order by name and of the database. Ledgers of two databases never have the same.
    ///
    /// ```
    /// use ibbi_postgres::Address;
    /// let name = |address: &str| address.parse::<Address>().map(|address| address.local_name());
    /// assert_eq!(name("postgres://u@db1,db2/ibbi?ledger=a/b")?, name("postgres://v@db2,db1/ibbi?ledger=a/b")?);
    /// assert_ne!(name("postgres://u@db1/ibbi")?, name("postgres://u@db1/other")?);
    /// assert!(name("postgres://u@db1/ibbi?ledger=a/b")?.starts_with("a_b-"));
    /// # Ok::<(), ibbi_postgres::PostgresError>(())
    /// ```
    pub fn local_name(&self) -> String {
        let mut hosts = hosts(&self.config);
        hosts.sort();
        let database = self.config.get_dbname().or_else(|| self.config.get_user()).unwrap_or_default();
        let text = hosts.iter().map(|(host, port)| format!("{host}:{port}\n")).collect::<String>() + database;
        let digest = Digest::sha256(text.as_bytes()).to_string();
        format!("{}-{}", self.ledger.replace(['/', '\\'], "_"), digest.get(..16).unwrap_or_default())
    }

    /// Returns the address of another ledger in the same database.
    #[must_use]
    pub fn with_ledger(&self, ledger: &str) -> Self {
        let (config, certificates) = (self.config.clone(), self.certificates.clone());
        Self { label: label(&config, ledger), config, ledger: ledger.to_owned(), certificates }
    }

    /// Returns the file with the certificates that are trusted, if the address names one.
    pub(crate) fn certificates(&self) -> Option<&Path> {
        self.certificates.as_deref()
    }

    /// Returns the settings of a connection, with the password that a variable or a file has. For writing, only a host that takes
    /// writes is used.
    pub(crate) fn config(&self, for_writing: bool) -> Result<Config, PostgresError> {
        let mut config = self.config.clone();
        if config.get_password().is_none()
            && let Some(password) = self.password_elsewhere()?
        {
            config.password(password);
        }
        if for_writing {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        Ok(config)
    }

    fn password_elsewhere(&self) -> Result<Option<String>, PostgresError> {
        if let Ok(password) = std::env::var("PGPASSWORD") {
            return Ok(Some(password));
        }
        let path = match std::env::var_os("PGPASSFILE") {
            Some(path) => PathBuf::from(path),
            None => match std::env::var_os("HOME") {
                Some(home) => PathBuf::from(home).join(".pgpass"),
                None => return Ok(None),
            },
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(PostgresError::File { path, reason: error.to_string() }),
        };
        let user = self.config.get_user().unwrap_or_default();
        let database = self.config.get_dbname().unwrap_or(user);
        let found = hosts(&self.config)
            .into_iter()
            .find_map(|(host, port)| find_password(&text, [&host, &port.to_string(), database, user]));
        if found.is_some() {
            check_private(&path).map_err(|reason| PostgresError::File { path, reason })?;
        }
        Ok(found)
    }
}

/// Refuses a file that others than its owner can read.
fn check_private(path: &Path) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err("others can read it, and it has a password; run `chmod 600` on it".to_owned());
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Finds a password in the text of a file of passwords: lines of `host:port:database:user:password`, where `*` means any.
fn find_password(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [host, port, database, user, password] = fields.as_slice() else { return None };
        let is_wanted = |(field, wanted): (&String, &str)| field == "*" || field == wanted;
        [host, port, database, user].into_iter().zip(wanted).all(is_wanted).then(|| password.clone())
    })
}

/// Splits a line at its colons. A backslash makes the next character an ordinary one.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut escaped) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '\\' if !escaped => escaped = true,
            ':' if !escaped && fields.len() < 5 => fields.push(String::new()),
            other => {
                escaped = false;
                if let Some(last) = fields.last_mut() {
                    last.push(other);
                }
            }
        }
    }
    fields
}

/// Takes the parameters of this program out of an address: `ledger` and `sslrootcert`.
fn split_own(text: &str) -> (String, Vec<(String, String)>) {
    let mut own = Vec::new();
    let mut take = |pair: &str, decode: bool| {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| matches!(*key, "ledger" | "sslrootcert"))
        else {
            return false;
        };
        let value = if decode { percent_decoded(value) } else { value.trim_matches('\'').to_owned() };
        own.push((key.to_owned(), value));
        true
    };
    let rest = if Address::is_meant(text) {
        let Some((before, query)) = text.split_once('?') else { return (text.to_owned(), own) };
        let rest: Vec<&str> = query.split('&').filter(|pair| !take(pair, true)).collect();
        if rest.is_empty() { before.to_owned() } else { format!("{before}?{}", rest.join("&")) }
    } else {
        let rest: Vec<&str> = text.split_whitespace().filter(|pair| !take(pair, false)).collect();
        if rest.len() == text.split_whitespace().count() { text.to_owned() } else { rest.join(" ") }
    };
    (rest, own)
}

fn percent_decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| core::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hosts(config: &Config) -> Vec<(String, u16)> {
    let ports = config.get_ports();
    let host = |(place, host): (usize, &Host)| {
        let port = ports.get(place).or(ports.first()).copied().unwrap_or(5432);
        let host = match host {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        (host, port)
    };
    config.get_hosts().iter().enumerate().map(host).collect()
}

/// Returns the address for messages: the user, the hosts, the database, and the ledger. It can be read as an address again.
fn label(config: &Config, ledger: &str) -> String {
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    let ledger = ledger.replace('%', "%25").replace('&', "%26").replace(' ', "%20");
    let hosts = hosts(config);
    if let [(folder, port)] = hosts.as_slice()
        && folder.starts_with('/')
    {
        let port = if *port == 5432 { String::new() } else { format!("&port={port}") };
        return format!("postgres://{user}@/{database}?host={folder}{port}&ledger={ledger}");
    }
    let host = |(host, port): (String, u16)| if port == 5432 { host } else { format!("{host}:{port}") };
    let hosts: Vec<String> = hosts.into_iter().map(host).collect();
    format!("postgres://{user}@{}/{database}?ledger={ledger}", hosts.join(","))
}

/// Returns an address that can't be read, without what might be its password.
fn without_password(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.rsplit_once('@').map_or(rest, |(_, after)| after);
            let rest = rest.split('?').next().unwrap_or_default();
            format!("{scheme}://{rest}")
        }
        None => "the address of the database".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn no_text_of_an_address_has_its_password() {
        for text in [
            "postgres://ibbi:Tr0ub4dor@db1:5432,db2:5433/office?ledger=north&target_session_attrs=read-write",
            "host=db1 user=ibbi password=Tr0ub4dor dbname=office ledger=north",
            "postgres://ibbi@db1/office?password=Tr0ub4dor&ledger=north",
        ] {
            let address = address(text);
            assert_eq!(address.ledger(), "north");
            for shown in [address.to_string(), format!("{address:?}"), format!("{:?}", address.config(true).unwrap())] {
                assert!(!shown.contains("Tr0ub4dor"), "{shown}");
            }
            assert_eq!(address.config(false).unwrap().get_password(), Some(&b"Tr0ub4dor"[..]));
        }
        for wrong in ["postgres://ibbi:Tr0ub4dor@db1:port/office", "postgres://:Tr0ub4dor@db1/office?x=Tr0ub4dor"] {
            let error = wrong.parse::<Address>().unwrap_err();
            assert!(!error.to_string().contains("Tr0ub4dor") && !format!("{error:?}").contains("Tr0ub4dor"), "{error}");
        }
    }

    #[test]
    fn the_ledger_and_the_certificates_are_taken_out_of_the_address() {
        let found = address("postgres://ibbi@db1/office?ledger=all%20cases&sslrootcert=/etc/ca.pem&sslmode=require");
        assert_eq!((found.ledger(), found.certificates()), ("all cases", Some(Path::new("/etc/ca.pem"))));
        assert_eq!(address("postgres://ibbi@db1/office").ledger(), DEFAULT_LEDGER);
        assert_eq!(found.with_ledger("south").to_string(), "postgres://ibbi@db1/office?ledger=south");
    }

    #[test]
    fn passwords_come_from_a_file_by_host_port_database_and_user() {
        let text = "# a comment\ndb1:5432:office:other:no\n*:5433:*:ibbi:co\\:lon\\\\\ndb1:*:*:*:any:thing\n";
        assert_eq!(find_password(text, ["db2", "5433", "office", "ibbi"]).as_deref(), Some("co:lon\\"));
        assert_eq!(find_password(text, ["db1", "5432", "office", "ibbi"]).as_deref(), Some("any:thing"));
        assert_eq!(find_password(text, ["db3", "5432", "office", "ibbi"]), None);
    }
}
