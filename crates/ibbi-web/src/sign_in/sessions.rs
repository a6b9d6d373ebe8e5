//! Sessions of browsers, and the link that begins one on the same computer.
//!
//! A session has a secret of its own; the token or the link that began it isn't in the cookie. Sessions are in memory: after a
//! restart, people sign in again.

use ibbi_access::{AccessError, Principal, new_secret, secret_hash};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

/// How long a session lasts without a request.
const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a session lasts.
pub(crate) const LASTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a session lasts that an identity provider began. Those who lose their account there lose their session here within this time.
pub(crate) const LASTS_OIDC: Duration = Duration::from_secs(12 * 60 * 60);
/// The most sessions of one principal. The one that was used least recently makes room.
const MOST_EACH: usize = 100;
/// The most sessions. The one that was used least recently makes room.
const MOST: usize = 10_000;

struct Session {
    principal: Principal,
    begun: Instant,
    used: Instant,
    lasts: Duration,
}

#[derive(Default)]
pub(crate) struct Sessions {
    /// By the hash of their secrets.
    all: Mutex<HashMap<String, Session>>,
    /// The secret of the link that is not used yet.
    link: Mutex<Option<String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// Begins a session that lasts at most some time. Returns its secret.
    pub(crate) fn begin(&self, principal: Principal, lasts: Duration) -> Result<String, AccessError> {
        let (secret, now) = (new_secret()?, Instant::now());
        let mut all = locked(&self.all);
        all.retain(|_, session| session.lasts(now));
        let own = |session: &Session| session.principal.is_same(&principal);
        let is_own_full = all.values().filter(|session| own(session)).count() >= MOST_EACH;
        if is_own_full || all.len() >= MOST {
            let candidates = all.iter().filter(|(_, session)| !is_own_full || own(session));
            let oldest = candidates.min_by_key(|(_, session)| session.used).map(|(hash, _)| hash.clone());
            oldest.iter().for_each(|hash| drop(all.remove(hash)));
        }
        all.insert(secret_hash(&secret), Session { principal, begun: now, used: now, lasts });
        Ok(secret)
    }

    /// Returns who has the session with this secret.
    pub(crate) fn find(&self, secret: &str) -> Option<Principal> {
        let (hash, now) = (secret_hash(secret), Instant::now());
        let mut all = locked(&self.all);
        let session = all.get_mut(&hash)?;
        if !session.lasts(now) {
            all.remove(&hash);
            return None;
        }
        session.used = now;
        Some(session.principal.clone())
    }

    /// Returns whether a session with this secret lasts. Asking doesn't prolong it.
    pub(crate) fn lasts(&self, secret: &str) -> bool {
        let now = Instant::now();
        locked(&self.all).get(&secret_hash(secret)).is_some_and(|session| session.lasts(now))
    }

    /// Ends a session.
    pub(crate) fn end(&self, secret: &str) {
        locked(&self.all).remove(&secret_hash(secret));
    }

    /// Ends all sessions except those of some principals.
    pub(crate) fn keep(&self, is_kept: impl Fn(&Principal) -> bool) {
        locked(&self.all).retain(|_, session| is_kept(&session.principal));
    }

    /// Makes a new one-time link, in place of the one before. Returns its secret.
    pub(crate) fn new_link(&self) -> Result<String, AccessError> {
        let secret = new_secret()?;
        *locked(&self.link) = Some(secret.clone());
        Ok(secret)
    }

    /// Uses the one-time link. It counts once.
    pub(crate) fn use_link(&self, secret: &str) -> bool {
        let mut link = locked(&self.link);
        let is_it = link.as_ref().is_some_and(|link| link.as_bytes().ct_eq(secret.as_bytes()).into());
        if is_it {
            *link = None;
        }
        is_it
    }
}

impl Session {
    fn lasts(&self, now: Instant) -> bool {
        now.duration_since(self.used) < IDLE && now.duration_since(self.begun) < self.lasts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_counts_once_and_a_new_one_replaces_it() {
        let sessions = Sessions::default();
        assert!(!sessions.use_link(""));
        let first = sessions.new_link().unwrap();
        let second = sessions.new_link().unwrap();
        let used = [&first, &second, &second].map(|link| sessions.use_link(link));
        assert_eq!(used, [false, true, false]);
    }

    #[test]
    fn session_ends_when_it_is_idle_or_old_or_ended() {
        let sessions = Sessions::default();
        let ada = Principal::local("ayun", "Ada Yun").unwrap();
        let secret = sessions.begin(ada.clone(), LASTS).unwrap();
        assert_eq!(sessions.find(&secret), Some(ada.clone()));
        let change = |change: fn(&mut Session)| locked(&sessions.all).values_mut().for_each(change);
        let ago = |time: Duration| Instant::now().checked_sub(time);
        if ago(LASTS).is_some() {
            change(|session| session.used = Instant::now().checked_sub(IDLE).unwrap());
            assert_eq!(sessions.find(&secret), None, "idle");
            let secret = sessions.begin(ada.clone(), LASTS).unwrap();
            change(|session| session.begun = Instant::now().checked_sub(LASTS).unwrap());
            assert_eq!(sessions.find(&secret), None, "old");
        }
        let secret = sessions.begin(ada, LASTS).unwrap();
        sessions.end(&secret);
        assert_eq!(sessions.find(&secret), None, "ended");
        let kept = sessions.begin(Principal::new("https://login.example.org", "1", "B").unwrap(), LASTS_OIDC).unwrap();
        let ended = sessions.begin(Principal::local("ayun", "Ada Yun").unwrap(), LASTS).unwrap();
        sessions.keep(|principal| principal.issuer.as_str() != "local");
        assert!(sessions.find(&kept).is_some() && sessions.find(&ended).is_none());
    }

    #[test]
    fn there_is_a_most_of_sessions() {
        let sessions = Sessions::default();
        let ada = Principal::local("ayun", "Ada Yun").unwrap();
        let first = sessions.begin(ada.clone(), LASTS).unwrap();
        for number in 0..MOST + 50 {
            let user = format!("user {}", number / MOST_EACH);
            sessions.begin(Principal::local(&user, &user).unwrap(), LASTS).unwrap();
        }
        assert_eq!(locked(&sessions.all).len(), MOST);
        assert_eq!(sessions.find(&first), None, "used least recently");
        // One principal alone takes its own only.
        let other = sessions.begin(Principal::local("other", "Other").unwrap(), LASTS).unwrap();
        let own: Vec<String> = (0..=MOST_EACH).map(|_| sessions.begin(ada.clone(), LASTS).unwrap()).collect();
        assert!(
            sessions.find(&own[0]).is_none() && sessions.find(&own[1]).is_some() && sessions.find(&other).is_some()
        );
    }
}
