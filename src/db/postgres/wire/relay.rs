//! sqlx's end of a connection. sqlx opens its sockets itself, so it is given a Unix socket in a directory of our own that
//! is gone as soon as it has been used.

use super::login::ServerSession;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// A read's worth; a row of the log takes a few hundred bytes.
const BUFFER: usize = 64 * 1024;
/// How long the goodbye to the server may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// sqlx's own first message is a few words.
const MAX_STARTUP: usize = 64 * 1024;
/// No message of PostgreSQL is longer than its memory allocations can be.
const MAX_MESSAGE: usize = 0x4000_0000;
const PORT: u16 = 5432;

/// The task that carries the bytes, and why it ended.
pub(in crate::db) struct Relay {
    task: JoinHandle<()>,
    lost: Lost,
}

type Lost = Arc<Mutex<Option<(io::ErrorKind, String)>>>;

impl Relay {
    /// Why the server cannot be heard any more. sqlx only sees that its own socket was closed.
    pub(in crate::db) fn cause(&self) -> Option<io::Error> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.as_ref().map(|(kind, message)| io::Error::new(*kind, message.clone()))
    }

    /// Waits until everything that was sent is with the server, its end of TLS included.
    pub(in crate::db) async fn finish(mut self) {
        // What cannot be sent in time is of no use to a server that does not listen.
        let _ = tokio::time::timeout(GOODBYE, &mut self.task).await;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where sqlx finds the session. Must be called in a runtime.
pub(in crate::db) fn offer(session: ServerSession) -> io::Result<(PgConnectOptions, Relay)> {
    let (dir, listener) = listen()?;
    let options = PgConnectOptions::new_without_pgpass().socket(dir.path()).port(PORT).ssl_mode(PgSslMode::Disable);
    let lost = Lost::default();
    let told = Arc::clone(&lost);
    let task = tokio::spawn(async move {
        if let Ok(client) = accept(listener, dir).await {
            // A failure of our own socket is sqlx's to see.
            let _ = carry(client, session, &told).await;
        }
    });
    Ok((options, Relay { task, lost }))
}

fn tell(lost: &Lost, cause: &io::Error) {
    let message = match cause.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => cause.to_string(),
    };
    *lost.lock().unwrap_or_else(PoisonError::into_inner) = Some((cause.kind(), message));
}

/// A socket in a directory that only we can enter. The usual place for temporary files may be read-only, or too long for
/// a socket's name.
fn listen() -> io::Result<(TempDir, UnixListener)> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let places = [Some(std::env::temp_dir()), runtime, Some(PathBuf::from("/dev/shm")), Some(PathBuf::from("/tmp"))];
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for place in places.into_iter().flatten() {
        match listen_in(&place) {
            Ok(listening) => return Ok(listening),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn listen_in(place: &Path) -> io::Result<(TempDir, UnixListener)> {
    // On Unix such a directory is for its owner alone.
    let dir = TempDir::with_prefix_in("mc-activity.", place)?;
    let listener = UnixListener::bind(dir.path().join(format!(".s.PGSQL.{PORT}")))?;
    Ok((dir, listener))
}

/// One connection, from this process; then nobody can make another.
async fn accept(listener: UnixListener, dir: TempDir) -> io::Result<UnixStream> {
    loop {
        let (client, _) = listener.accept().await?;
        let peer = client.peer_cred()?.pid().and_then(|pid| u32::try_from(pid).ok());
        if peer.is_none_or(|peer| peer == std::process::id()) {
            drop(listener);
            dir.close()?;
            return Ok(client);
        }
    }
}

/// Answers sqlx's startup message with the server's answer to ours, then passes on what either sends.
async fn carry(mut client: UnixStream, session: ServerSession, lost: &Lost) -> io::Result<()> {
    let length = client.read_u32().await? as usize;
    if !(4..=MAX_STARTUP).contains(&length) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    client.read_exact(&mut vec![0; length - 4]).await?;
    let ServerSession { stream, greeting, unread } = session;
    client.write_all(&greeting).await?;
    let mut messages = Messages::default();
    messages.pass(&unread)?;
    client.write_all(&unread).await?;

    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(stream);
    let up = async {
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = from_client.read(&mut buffer).await?;
            if n == 0 {
                return Ok(());
            }
            to_server.write_all(&buffer[..n]).await?;
            to_server.flush().await?;
        }
    };
    let down = async {
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = from_server.read(&mut buffer).await?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            messages.pass(&buffer[..n])?;
            if to_client.write_all(&buffer[..n]).await.is_err() {
                // sqlx has gone; the other direction ends as well.
                return Ok::<(), io::Error>(());
            }
        }
    };
    tokio::pin!(down);
    let sent: io::Result<()> = tokio::select! {
        sent = up => sent,
        heard = &mut down => {
            // Recorded before sqlx sees that its socket is closed.
            return heard.inspect_err(|cause| tell(lost, cause));
        }
    };
    if let Err(cause) = sent {
        // The server may have sent the reason why it stopped reading.
        let heard = tokio::time::timeout(GOODBYE, &mut down).await;
        tell(lost, heard.ok().and_then(Result::err).as_ref().unwrap_or(&cause));
        return Err(cause);
    }
    // Ends TLS properly, then the connection.
    let _ = tokio::time::timeout(GOODBYE, to_server.shutdown()).await;
    Ok(())
}

/// Follows the lengths of the server's messages. A length that no server sends would have sqlx ask for that much memory.
#[derive(Default)]
struct Messages {
    header: Vec<u8>,
    body: usize,
}

impl Messages {
    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.body > 0 {
                let n = self.body.min(bytes.len());
                self.body -= n;
                bytes = &bytes[n..];
                continue;
            }
            let n = (5 - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..n]);
            bytes = &bytes[n..];
            if let [_, a, b, c, d] = self.header[..] {
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                if !(4..=MAX_MESSAGE).contains(&length) {
                    let message = format!("the server announces a message of {length} bytes");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                self.header.clear();
                self.body = length - 4;
            }
        }
        Ok(())
    }
}
