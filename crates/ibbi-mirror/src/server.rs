//! The server, as its API answers.

use crate::error::MirrorError;
use ibbi_log::Digest;
use ibbi_seal::{Checkpoints, MirrorEntry, PublicKey, SignedCheckpoint, decode_hash};
use serde::Deserialize;
use serde_json::Value;
use std::net::IpAddr;
use std::time::Duration;
use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

/// The longest answer that is read, in bytes. A page of lines has at most 1 MiB of lines and one more.
const LONGEST: u64 = 16 * 1024 * 1024;
/// The most lines, or checkpoints, of a page.
pub(crate) const PAGE: usize = 1000;
const CONNECT_TIME: Duration = Duration::from_secs(10);
const ANSWER_TIME: Duration = Duration::from_secs(120);
/// How much of an answer is shown in an error, in characters.
const SHOWN: usize = 300;

/// A server with a ledger.
pub struct Server {
    agent: Agent,
    base: String,
    authorization: String,
    /// The last page of lines and its ETag, by the path that was asked for.
    seen: Option<(String, String)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("base", &self.base).finish_non_exhaustive()
    }
}

/// A page of lines.
#[derive(Debug, Deserialize)]
pub(crate) struct LinePage {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) lines: Vec<PageLine>,
    pub(crate) next: Option<u64>,
}

/// A line of a page.
#[derive(Debug, Deserialize)]
pub(crate) struct PageLine {
    pub(crate) number: u64,
    pub(crate) sha256: String,
    pub(crate) line: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ConsistencyAnswer {
    from_root: String,
    proof: Vec<String>,
}

/// The root of the first lines of a server, and the proof that a larger tree begins with them.
#[derive(Debug)]
pub(crate) struct Consistency {
    pub(crate) from_root: Digest,
    pub(crate) proof: Vec<Digest>,
}

impl Server {
    /// Returns a server at an address, such as `https://ibbi.example.org`. The token is sent with every request.
    ///
    /// # Errors
    /// [`MirrorError::Usage`] if the address is not one of a server, or if it has `http` and is not a loopback address: the token
    /// would be sent without protection.
    ///
    /// ```
    /// use ibbi_mirror::Server;
    /// assert!(Server::new("https://ibbi.example.org/", "ibbi_1_x").is_ok());
    /// assert!(Server::new("http://127.0.0.1:8420", "ibbi_1_x").is_ok());
    /// let error = Server::new("http://ibbi.example.org", "ibbi_1_x").unwrap_err();
    /// assert!(error.to_string().contains("use https"));
    /// ```
    pub fn new(url: &str, token: &str) -> Result<Self, MirrorError> {
        let wrong = |why: &str| MirrorError::Usage(format!("`{url}` is not the address of a server: {why}"));
        let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host().filter(|host| !host.is_empty())) else {
            return Err(wrong("it must begin with https:// and a name, such as https://ibbi.example.org"));
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback =
            bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        match scheme {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(wrong("the token and the lines would be sent without protection; use https")),
            _ => return Err(wrong("use https")),
        }
        if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong("leave out what follows `?` and what is before `@`; the token is in its own file"));
        }
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "the file of the token must have the token and nothing else; `ibbi token new` prints one";
            return Err(MirrorError::Usage(message.to_owned()));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // The token must not go to another address.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_global(Some(ANSWER_TIME))
            .user_agent(concat!("ibbi-mirror/", env!("CARGO_PKG_VERSION")));
        if is_loopback {
            config = config.proxy(None);
        }
        let base = url.trim_end_matches('/').to_owned();
        Ok(Self { agent: config.build().into(), base, authorization: format!("Bearer {token}"), seen: None })
    }

    /// Returns the public key that signs the checkpoints, if the server signs some.
    pub(crate) fn key(&self) -> Result<Option<PublicKey>, MirrorError> {
        let mut response = self.ask("/api/v1/key", None)?;
        if response.status() == 404 {
            return Ok(None);
        }
        let text = self.text(&mut response, "text/plain")?;
        let wrong = |error| self.not_ours(&format!("its public key can't be read: {error}"));
        text.trim().parse().map(Some).map_err(wrong)
    }

    /// Returns the checkpoints that cover more lines than this: some of them if there are many, the smallest first.
    pub(crate) fn checkpoints(&self, after: u64) -> Result<Vec<SignedCheckpoint>, MirrorError> {
        let mut response = self.ask(&format!("/api/v1/checkpoints?after={after}&limit={PAGE}"), None)?;
        if response.status() == 404 {
            return Ok(Vec::new());
        }
        let text = self.text(&mut response, "text/plain")?;
        let known = Checkpoints::parse(&text).map_err(|error| self.not_ours(&error.to_string()))?;
        if known.torn > 0 {
            return Err(MirrorError::Away("its checkpoints were cut off".to_owned()));
        }
        let mut list: Vec<_> = known.list.into_iter().filter(|signed| signed.checkpoint().size > after).collect();
        list.sort_by_key(|signed| signed.checkpoint().size);
        Ok(list)
    }

    /// Returns the lines after a position; `None` if there is nothing new since the same question.
    pub(crate) fn lines(&mut self, after: u64) -> Result<Option<LinePage>, MirrorError> {
        let path = format!("/api/v1/lines?after={after}&limit={PAGE}");
        let tag = self.seen.as_ref().filter(|(seen, _)| *seen == path).map(|(_, tag)| tag.clone());
        let mut response = self.ask(&path, tag.as_deref())?;
        if response.status() == 304 && tag.is_some() {
            return Ok(None);
        }
        let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let page: LinePage = self.json(&mut response)?;
        self.seen = tag.map(|tag| (path, tag));
        Ok(Some(page))
    }

    /// Forgets the last page, because it was not taken in.
    pub(crate) fn forget(&mut self) {
        self.seen = None;
    }

    /// Returns the root of the first `from` lines, with the proof that the first `to` lines begin with them. There is none if the
    /// server has fewer lines.
    pub(crate) fn consistency(&self, from: u64, to: Option<u64>) -> Result<Option<Consistency>, MirrorError> {
        let to = to.map(|to| format!("&to={to}")).unwrap_or_default();
        let mut response = self.ask(&format!("/api/v1/proofs/consistency?from={from}{to}"), None)?;
        if response.status() == 400 {
            return Ok(None);
        }
        let found: ConsistencyAnswer = self.json(&mut response)?;
        let proof = found.proof.iter().map(|hash| decode_hash(hash)).collect::<Option<Vec<_>>>();
        let read = decode_hash(&found.from_root).zip(proof);
        let read = read.ok_or_else(|| self.not_ours("a hash of its proof is not the base64 of 32 bytes"))?;
        Ok(Some(Consistency { from_root: read.0, proof: read.1 }))
    }

    /// Asks for a path. The answer has the status 200, 304, 400, or 404.
    fn ask(&self, path: &str, tag: Option<&str>) -> Result<Response<Body>, MirrorError> {
        let mut request = self.agent.get(format!("{}{path}", self.base)).header(AUTHORIZATION, &self.authorization);
        request = request.header(ACCEPT, "application/json, text/plain");
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let mut response = request.call().map_err(|error| self.unreached(error))?;
        let status = response.status().as_u16();
        if matches!(status, 200 | 304 | 404) || (status == 400 && path.contains("/proofs/")) {
            return Ok(response);
        }
        if (300..400).contains(&status) {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another address");
            return Err(self.not_ours(&format!("it leads to {to}; the token is sent to one address only")));
        }
        let detail = self.detail(&mut response);
        Err(match status {
            408 | 429 | 500..=599 => MirrorError::Away(format!("it answers with status {status}: {detail}")),
            401 => MirrorError::Refused {
                status,
                detail: format!(
                    "the token has expired or was revoked, or is not one of this server ({detail}); ask the people who run the \
                     server for a new one"
                ),
            },
            _ => MirrorError::Refused { status, detail },
        })
    }

    /// Returns the reason in the answer of a server that refuses.
    fn detail(&self, response: &mut Response<Body>) -> String {
        let text = response.body_mut().with_config().limit(LONGEST).read_to_string().unwrap_or_default();
        let problem: Option<Value> = serde_json::from_str(&text).ok();
        let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str()).unwrap_or(&text);
        detail.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
    }

    fn text(&self, response: &mut Response<Body>, kind: &str) -> Result<String, MirrorError> {
        if response.status() == 404 {
            return Err(self.not_ours("there is no such page; is it an older version?"));
        }
        let found = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !found.starts_with(kind) {
            let found: String = found.chars().take(SHOWN).collect();
            return Err(self.not_ours(&format!("it sends `{found}` in place of {kind}")));
        }
        let read = response.body_mut().with_config().limit(LONGEST).read_to_string();
        read.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(limit) => self.not_ours(&format!("its answer has more than {limit} bytes")),
            error => self.unreached(error),
        })
    }

    fn json<T: for<'a> Deserialize<'a>>(&self, response: &mut Response<Body>) -> Result<T, MirrorError> {
        let text = self.text(response, "application/json")?;
        serde_json::from_str(&text).map_err(|error| {
            if error.is_eof() {
                return MirrorError::Away("its answer was cut off".to_owned());
            }
            self.not_ours(&format!("its answer can't be read: {error}"))
        })
    }

    fn unreached(&self, error: ureq::Error) -> MirrorError {
        match error {
            ureq::Error::BadUri(why) => {
                MirrorError::Usage(format!("`{}` is not the address of a server: {why}", self.base))
            }
            error => MirrorError::Away(format!("{}: {error}", self.base)),
        }
    }

    fn not_ours(&self, why: &str) -> MirrorError {
        MirrorError::Usage(format!("{} doesn't answer as an ibbi server: {why}", self.base))
    }
}

impl PageLine {
    pub(crate) fn digest(&self) -> Result<Digest, MirrorError> {
        let wrong = |_| MirrorError::Usage(format!("the server sends a hash of line {} that is not one", self.number));
        self.sha256.parse().map_err(wrong)
    }

    /// Returns the line as an entry. Its bytes must have the hash that the server sends.
    pub(crate) fn entry(self) -> Result<MirrorEntry, MirrorError> {
        let (digest, number) = (self.digest()?, self.number);
        match self.line {
            None => Ok(MirrorEntry::Hash(digest)),
            Some(line) if Digest::sha256(line.as_bytes()) == digest => Ok(MirrorEntry::Line(line.into_bytes())),
            Some(line) => {
                let found = Digest::sha256(line.as_bytes());
                let reason = format!("line {number} has the SHA-256 {found}, but the server says {digest}");
                Err(MirrorError::fork(Some((number, number)), reason))
            }
        }
    }
}
