//! The smallest client: one persistent connection, which can come from another address of this computer.

use crate::Result;
use socket2::{Domain, Socket, Type};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// A connection.
pub(crate) struct Client {
    pub(crate) stream: BufReader<TcpStream>,
    host: String,
    token: String,
}

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Connects to a server from an address of this computer.
pub(crate) fn connect(to: SocketAddr, from: IpAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect_timeout(&to.into(), Duration::from_secs(30))?;
    socket.set_tcp_nodelay(true)?;
    socket.set_read_timeout(Some(Duration::from_secs(120)))?;
    Ok(socket.into())
}

impl Client {
    pub(crate) fn new(to: SocketAddr, from: IpAddr, token: &str) -> Result<Self> {
        Ok(Self { stream: BufReader::new(connect(to, from)?), host: to.to_string(), token: token.to_owned() })
    }

    /// Sends a request with more headers, without waiting for the response.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &str, length: usize, body: &[u8]) -> Result<()> {
        let (host, token) = (&self.host, &self.token);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{headers}\r\ncontent-length: {length}\r\n\r\n"
        );
        Ok(self.stream.get_mut().write_all(&[head.as_bytes(), body].concat())?)
    }

    /// Sends a request and reads the whole response.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        self.send(method, path, "content-type: application/json", body.len(), body.as_bytes())?;
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(':') {
                None => break,
                Some(("content-length", value)) => length = value.trim().parse()?,
                Some(("transfer-encoding", _)) => chunked = true,
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        while chunked {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            let mut chunk = vec![0; length + 2];
            self.stream.read_exact(&mut chunk)?;
            body.extend_from_slice(&chunk[..length]);
            chunked = length > 0;
        }
        Ok(Answer { status, body })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(line.trim_end().to_owned())
    }
}
