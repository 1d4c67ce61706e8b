//! Sockets: from a name to addresses, from an address to a connection.

use super::super::errors::Connecting;
use crate::db::url::Endpoint;
use crate::db::url::tcp::Tcp;
use socket2::{SockRef, TcpKeepalive};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// One address of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DialAddress {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl fmt::Display for DialAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "{}", address.ip()),
        }
    }
}

/// A connection, whatever carries it.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

pub(super) type Stream = Box<dyn Connection>;

/// All addresses of a host, in the resolver's order.
pub(super) async fn addresses(endpoint: &Endpoint) -> Result<Vec<DialAddress>, Connecting> {
    let (connect, port) = match endpoint {
        Endpoint::Unix(path) => return Ok(vec![DialAddress::Unix(path.clone())]),
        Endpoint::Tcp { connect, port, .. } => (connect.as_str(), *port),
    };
    let found = tokio::net::lookup_host((connect, port)).await.map_err(Connecting::Unreachable)?;
    let mut addresses: Vec<DialAddress> = Vec::new();
    for address in found.map(DialAddress::Tcp) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Connecting::Unreachable(io::Error::other("its name has no address")));
    }
    Ok(addresses)
}

pub(super) async fn dial(address: &DialAddress, tcp: &Tcp) -> io::Result<Stream> {
    match address {
        DialAddress::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        DialAddress::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            watch(&stream, tcp)?;
            Ok(Box::new(stream))
        }
    }
}

/// Has the kernel end a connection whose other end is gone.
fn watch(stream: &TcpStream, tcp: &Tcp) -> io::Result<()> {
    let socket = SockRef::from(stream);
    if let Some(keepalive) = &tcp.keepalive {
        let mut probes = TcpKeepalive::new();
        if let Some(idle) = keepalive.idle {
            probes = probes.with_time(idle);
        }
        if let Some(interval) = keepalive.interval {
            probes = probes.with_interval(interval);
        }
        if let Some(count) = keepalive.count {
            probes = probes.with_retries(count);
        }
        socket.set_tcp_keepalive(&probes)?;
    }
    #[cfg(target_os = "linux")]
    if tcp.user_timeout.is_some() {
        socket.set_tcp_user_timeout(tcp.user_timeout)?;
    }
    Ok(())
}
