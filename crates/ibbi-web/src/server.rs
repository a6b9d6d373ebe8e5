//! The server: its address, its connections, and its shutdown.
//!
//! `axum::serve` has no limits on slow heads, on unread responses, or on the number and the age of connections, so the
//! server accepts connections itself.

use crate::background;
use crate::delivery::Deliveries;
use crate::fairness::Connections;
use crate::limits::Limits;
use crate::problem::hide_folder;
use crate::router;
use crate::settings::{Live, Reload, Settings};
use crate::state::AppState;
use crate::strict_heads::StrictHeads;
use crate::troubles::Troubles;
use crate::visit::Peer;
use crate::writer::Writer;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use ibbi_app::ledger::{self, Clock, FirstLine, OpenOptions};
use ibbi_app::service::Ids;
use ibbi_app::signing::Signer;
use ibbi_app::{AppError, place};
use ibbi_core::Name;
use std::io::{self, IsTerminal as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

/// The first port that is tried.
pub const DEFAULT_PORT: u16 = 8420;
/// How many ports after it are tried.
const PORTS: u16 = 20;

/// The settings of a server.
pub struct Config {
    /// The ledger's file, or the address of one in a database. It is created if it doesn't exist.
    pub ledger: PathBuf,
    /// The address to listen on. Use the loopback address unless other machines need access.
    pub address: IpAddr,
    /// The port. 0 takes any free port. Without one, [`DEFAULT_PORT`] or the next that is free.
    pub port: Option<u16>,
    /// A socket that listens already, in place of the address and the port.
    pub listener: Option<TcpListener>,
    /// The settings that can change while the server runs.
    pub settings: Settings,
    /// Reads the settings again on SIGHUP. Without it, SIGHUP stops the server.
    pub reload: Option<Reload>,
    /// The actor of the ledger's first line, if the ledger is created.
    pub actor: Name,
    /// The key with which checkpoints are signed as the ledger grows, if any.
    pub signer: Option<Arc<Signer>>,
    /// The clock.
    pub clock: Clock,
    /// The limits.
    pub limits: Limits,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("ledger", &self.ledger).field("address", &self.address).finish_non_exhaustive()
    }
}

/// A server that listens and doesn't answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: Arc<AppState>,
    writer: JoinHandle<()>,
    stop: Arc<Notify>,
    set_aside: Option<String>,
    link: Option<String>,
    runtime: Runtime,
    signals: Signals,
}

/// Stops a server from another thread.
#[derive(Debug, Clone)]
pub struct Handle(Arc<Notify>);

impl Handle {
    /// Stops the server as a signal does. Requests that have started are finished.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the ledger, takes its lock, and listens.
    ///
    /// ```
    /// use ibbi_core::Name;
    /// use ibbi_web::{Config, Server};
    /// let folder = tempfile::tempdir()?;
    /// let server = Server::bind(Config {
    ///     ledger: folder.path().join("my.ledger"),
    ///     address: std::net::Ipv4Addr::LOCALHOST.into(),
    ///     port: Some(0),
    ///     listener: None,
    ///     settings: Default::default(),
    ///     reload: None,
    ///     actor: Name::new("clerk")?,
    ///     signer: None,
    ///     clock: std::sync::Arc::new(|| Ok(ibbi_core::At::from_millis(1_790_000_000_000).unwrap())),
    ///     limits: ibbi_web::Limits::default(),
    /// })?;
    /// assert!(server.url().starts_with("http://127.0.0.1:"));
    /// server.handle().stop();
    /// server.run()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AppError`]: another process has the ledger open, the ledger is damaged, or no port is free.
    pub fn bind(config: Config) -> Result<Self, AppError> {
        let Config { ledger, mut address, port, listener, settings, reload, actor, signer, clock, limits } = config;
        let given = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        address = given.map_or(address, |given| given.ip());
        let listener = listener.map_or_else(|| listen(address, port), Ok)?;
        let beside = place::beside(&ledger)?;
        hide_folder(&beside);
        let failed = |source| AppError::Io { doing: "listen on", path: address.to_string().into(), source };
        let bound = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(256).build();
        let runtime = runtime.map_err(failed)?;
        // Before the address is known, so that an early signal is handled too.
        let signals = Signals::catch(&runtime).map_err(failed)?;
        let first = FirstLine { actor: actor.clone(), at: None, origin: None, id: uuid::Uuid::now_v7() };
        let options = OpenOptions { signer: signer.clone(), ..OpenOptions::new(Arc::clone(&clock)) };
        let service = ledger::open_or_create(&ledger, &first, Ids::random(), &options)?;
        let set_aside = service.store().torn();
        let service = Arc::new(RwLock::new(service));
        let recover = background::recovery(ledger.clone(), options, bound.port());
        let troubles = Arc::new(Troubles::new(beside.clone(), bound.port()));
        troubles.look_for_keys();
        let (writer, thread) = Writer::start(Arc::clone(&service), recover, Arc::clone(&troubles)).map_err(failed)?;
        let stop = |error: AppError, writer: &Writer| {
            writer.stop();
            error
        };
        let stopping = writer.clone();
        let live = AppState::has_token(&beside, &clock).and_then(|has_token| Live::new(settings, bound, has_token));
        let live = live.map_err(|error| stop(error, &stopping))?;
        let paths = (ledger, beside);
        let state = AppState::new(service, (writer, troubles), clock, live, reload, signer, bound, paths, limits);
        let state = Arc::new(state.map_err(|error| stop(AppError::Usage(error.to_string()), &stopping))?);
        let link = state.live().settings.sign_in.local.as_ref().map(|_| state.sessions.new_link()).transpose();
        let link = link.map_err(|error| AppError::Usage(error.to_string()))?;
        Ok(Self {
            link,
            listener,
            address: bound,
            state,
            writer: thread,
            stop: Arc::new(Notify::new()),
            set_aside,
            runtime,
            signals,
        })
    }

    /// Returns the address to open in a browser.
    pub fn url(&self) -> String {
        let shown = match self.address.ip() {
            ip if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), self.address.port()),
            _ => self.address,
        };
        format!("http://{shown}/")
    }

    /// Returns the link with which the user of this computer signs in. It works once.
    pub fn link(&self) -> Option<String> {
        self.link.as_ref().map(|secret| link(&self.url(), secret))
    }

    /// Returns the address on which the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns warnings for the user who starts the server: a line that a crash cut off, or an address that others can
    /// reach.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.set_aside.iter().cloned().collect();
        if !self.address.ip().is_loopback() {
            warnings.push(
                "other machines can reach this address, and HTTP doesn't encrypt anything. Put a proxy with TLS in front of the server, and name the proxy's host name with --host"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Returns a handle that stops the server.
    pub fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.stop))
    }

    /// Answers requests until SIGINT, SIGTERM, or [`Handle::stop`]. Then it finishes running requests within ten
    /// seconds and closes the ledger. Acknowledged events are on the disk.
    ///
    /// # Errors
    /// [`AppError::Io`] if the system refuses a resource that the server needs.
    pub fn run(self) -> Result<(), AppError> {
        let Self { listener, address, state, writer, stop, runtime, signals, .. } = self;
        let failed = |source| AppError::Io { doing: "serve on", path: address.to_string().into(), source };
        let deliveries = Deliveries::default();
        let served = runtime.block_on(serve(listener, &state, &deliveries, &stop, signals)).map_err(failed);
        deliveries.end(&state);
        state.writer.stop();
        // A simulation whose client is gone must not delay the shutdown.
        runtime.shutdown_timeout(Duration::from_secs(1));
        // The thread writes and answers the waiting events before it ends.
        let _ = writer.join();
        served
    }
}

/// Returns the address that signs in with the secret of a one-time link.
pub fn link(url: &str, secret: &str) -> String {
    format!("{url}login?once={secret}")
}

fn listen(address: IpAddr, port: Option<u16>) -> Result<TcpListener, AppError> {
    let ports = match port {
        Some(port) => port..=port,
        None => DEFAULT_PORT..=DEFAULT_PORT + PORTS,
    };
    let mut last = None;
    for port in ports {
        match TcpListener::bind((address, port)) {
            Ok(listener) => return Ok(listener),
            Err(source) => {
                let taken = source.kind() == io::ErrorKind::AddrInUse;
                last =
                    Some(AppError::Io { doing: "listen on", path: format!("{address}, port {port}").into(), source });
                if !taken {
                    break;
                }
            }
        }
    }
    Err(last.unwrap_or_else(|| AppError::Usage("no port is free".to_owned())))
}

async fn serve(
    listener: TcpListener,
    state: &Arc<AppState>,
    deliveries: &Deliveries,
    stop: &Notify,
    signals: Signals,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = router::router(state);
    let room = Arc::new(Semaphore::new(state.limits.connections));
    let addresses = Connections::new(state.limits.connections_each);
    let (ending, _) = watch::channel(false);
    let forgetting = tokio::spawn(background::forget(Arc::clone(state)));
    let deleting = tokio::spawn(background::delete_old(Arc::clone(state)));
    let recovering = tokio::spawn(background::recover(Arc::clone(state)));
    let delivering = tokio::spawn(deliveries.clone().follow(Arc::clone(state)));
    let reload = Arc::new(Notify::new());
    let reloading = tokio::spawn(background::reload(Arc::clone(state), Arc::clone(&reload)));
    let mut connections = JoinSet::new();
    let mut signals = signals;
    let limits = state.limits;
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &room, limits.write_time) => accepted,
            signal = signals.come() => match signal {
                Signal::Reload if state.reloads() => {
                    reload.notify_one();
                    continue;
                }
                _ => break,
            },
            () = stop.notified() => break,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(_) => {
                // No file descriptor is free, or the connection is already closed. Try again.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        // Before anyone signs in: one client must not have all the connections.
        let ip = peer.ip().to_canonical();
        let counted = addresses.count(ip);
        if counted.is_none() && !state.live().settings.sign_in.is_proxy(ip) {
            state.metrics.connections_refused.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        // Every request knows the address of its client.
        let router = TowerToHyperService::new(router.clone().layer(axum::Extension(Peer(peer))));
        let mut ended = ending.subscribe();
        connections.spawn(async move {
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time);
            builder.max_headers(64).max_buf_size(128 * 1024);
            let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), router));
            let time = tokio::time::sleep(limits.connection_time);
            tokio::select! {
                // A connection that ends early affects only its client.
                _ = &mut connection => {}
                _ = ended.changed() => finish(connection, limits.grace).await,
                () = time => finish(connection, limits.grace).await,
            }
            drop((permit, counted));
        });
    }
    drop(listener);
    forgetting.abort();
    deleting.abort();
    recovering.abort();
    reloading.abort();
    delivering.abort();
    let _ = ending.send(true);
    state.ending.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.grace, all).await;
    Ok(())
}

/// Lets a connection finish its current request.
async fn finish<S>(
    mut connection: Pin<&mut hyper::server::conn::http1::Connection<TokioIo<Stream>, S>>,
    grace: Duration,
) where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = axum::body::Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(grace, connection).await;
}

/// A connection that is closed when its client doesn't read for too long.
type Stream = StrictHeads<Pin<Box<TimeoutStream<tokio::net::TcpStream>>>>;

async fn accept(
    listener: &tokio::net::TcpListener,
    room: &Arc<Semaphore>,
    write_time: Duration,
) -> io::Result<(Stream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(write_time));
    Ok((StrictHeads::new(Box::pin(stream)), peer, permit))
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy)]
enum Signal {
    Stop,
    /// To read the settings again.
    #[cfg(unix)]
    Reload,
}

/// The signals: SIGINT and SIGTERM stop the server, and on Unix SIGHUP makes it read its settings again.
#[derive(Debug)]
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
    /// Whether a person started the server in a terminal. If that is closed, it sends SIGHUP too.
    #[cfg(unix)]
    in_terminal: bool,
}

impl Signals {
    #[cfg(unix)]
    fn catch(runtime: &Runtime) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _inside = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self {
            interrupt,
            terminate,
            hang_up: signal(SignalKind::hangup())?,
            in_terminal: io::stdin().is_terminal(),
        })
    }

    #[cfg(unix)]
    async fn come(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
            // The terminal is gone.
            _ = self.hang_up.recv() => match self.in_terminal && !io::stdin().is_terminal() {
                true => Signal::Stop,
                false => Signal::Reload,
            },
        }
    }

    #[cfg(not(unix))]
    fn catch(_: &Runtime) -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn come(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Stop
    }
}
