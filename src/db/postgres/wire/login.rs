//! The first messages of a session: who we are, and the proof (PostgreSQL manual, "Message Flow", "SASL Authentication").
//!
//! A server is not trusted before it has answered: what it sends is limited in size, and so is what it may ask for.

use super::super::errors::Connecting;
use super::dial::Stream;
use crate::db::url::methods::Method;
use crate::db::url::tls::Binding;
use crate::db::url::{Host, Login};
use bytes::{Buf as _, BytesMut};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use postgres_protocol::message::frontend;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A session that is ready for its first query.
pub(super) struct ServerSession {
    pub(super) stream: Stream,
    /// The server's answers to a login, as they came: its parameters, its process, that it is ready.
    pub(super) greeting: Vec<u8>,
    /// What came after.
    pub(super) unread: BytesMut,
}

/// What a TLS connection lends to a login.
pub(super) struct Bound {
    /// The hash of the server's certificate (RFC 5929, tls-server-end-point); none where it has none that is defined, or
    /// where the server did not prove that the certificate is its own.
    pub(super) end_point: Option<Vec<u8>>,
}

/// Of one message before the login ends, and of all of them. libpq allows 30,000 bytes.
const MAX_MESSAGE: usize = 64 * 1024;
const MAX_TOTAL: usize = 1024 * 1024;
/// PostgreSQL's default is 4,096. postgres-protocol allows no more.
const MAX_ITERATIONS: u64 = 100_000;

struct Talk<'a> {
    stream: Stream,
    read: BytesMut,
    total: usize,
    login: &'a Login,
}

pub(super) async fn log_in(
    stream: Stream,
    host: &Host,
    application: &str,
    tls: Option<Bound>,
) -> Result<ServerSession, Connecting> {
    let login = &host.login;
    let mut eprint_safe = Talk { stream, read: BytesMut::with_capacity(8 * 1024), total: 0, login };
    let mut parameters = vec![
        ("user", login.user.as_str()),
        ("database", login.database.as_str()),
        // What sqlx would ask for.
        ("DateStyle", "ISO, MDY"),
        ("client_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("application_name", application),
    ];
    parameters.extend(login.options.as_deref().map(|options| ("options", options)));
    eprint_safe.send(|buffer| frontend::startup_message(parameters, buffer)).await?;
    eprint_safe.authenticate(host.tls.binding, tls.as_ref()).await?;
    let greeting = eprint_safe.greeting().await?;
    Ok(ServerSession { stream: eprint_safe.stream, greeting, unread: eprint_safe.read })
}

impl Talk<'_> {
    async fn send(&mut self, message: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), Connecting> {
        let mut buffer = BytesMut::new();
        message(&mut buffer).map_err(|cause| Connecting::Foreign(cause.to_string()))?;
        self.stream.write_all(&buffer).await.map_err(broken)?;
        self.stream.flush().await.map_err(broken)
    }

    /// The next message that is neither a notice nor an error, and its bytes.
    async fn next(&mut self) -> Result<(Message, Vec<u8>), Connecting> {
        loop {
            while self.read.len() < 5 {
                self.fill().await?;
            }
            let tag = self.read[0];
            let length = (&self.read[1..5]).get_u32() as usize + 1;
            if !b"RENSKZv".contains(&tag) || length < 5 {
                return Err(foreign());
            }
            self.total = self.total.saturating_add(length);
            if length > MAX_MESSAGE || self.total > MAX_TOTAL {
                return Err(Connecting::Foreign("the server sends too much before the login ends".to_owned()));
            }
            while self.read.len() < length {
                self.fill().await?;
            }
            let raw = self.read[..length].to_vec();
            let message = Message::parse(&mut self.read).ok().flatten().ok_or_else(foreign)?;
            match message {
                Message::NoticeResponse(_) => {}
                Message::ErrorResponse(body) => return Err(refused(&body)),
                message => return Ok((message, raw)),
            }
        }
    }

    async fn fill(&mut self) -> Result<(), Connecting> {
        match self.stream.read_buf(&mut self.read).await.map_err(broken)? {
            0 => Err(broken(io::ErrorKind::UnexpectedEof.into())),
            _ => Ok(()),
        }
    }

    async fn authenticate(&mut self, binding: Binding, tls: Option<&Bound>) -> Result<(), Connecting> {
        let mut proven = None;
        loop {
            let method = match self.next().await?.0 {
                Message::AuthenticationOk => {
                    let method = proven.unwrap_or(Method::Nothing);
                    self.permit(method)?;
                    if binding == Binding::Require && method != Method::Scram {
                        return Err(unbound("the server does not ask for a SCRAM password"));
                    }
                    return Ok(());
                }
                // One proof is enough: a server that asks twice is after something.
                _ if proven.is_some() => return Err(foreign()),
                Message::AuthenticationCleartextPassword => {
                    self.permit(Method::Password)?;
                    let password = self.password()?.to_owned();
                    if binding != Binding::Require {
                        self.send(|buffer| frontend::password_message(password.as_bytes(), buffer)).await?;
                    }
                    Method::Password
                }
                Message::AuthenticationMd5Password(body) => {
                    self.permit(Method::Md5)?;
                    let hash = md5_hash(self.login.user.as_bytes(), self.password()?.as_bytes(), body.salt());
                    if binding != Binding::Require {
                        self.send(|buffer| frontend::password_message(hash.as_bytes(), buffer)).await?;
                    }
                    Method::Md5
                }
                Message::AuthenticationSasl(body) => {
                    self.permit(Method::Scram)?;
                    let offered = body.mechanisms().map(|name| Ok(name.to_owned())).collect::<Vec<_>>();
                    self.scram(&offered.map_err(|_| foreign())?, binding, tls).await?;
                    Method::Scram
                }
                Message::AuthenticationGss | Message::AuthenticationSspi | Message::AuthenticationKerberosV5 => {
                    return Err(Connecting::Unmet {
                        message: "the server asks for Kerberos or SSPI, which this program does not speak".to_owned(),
                        hint: "use a role that logs in with a password or a certificate".to_owned(),
                    });
                }
                _ => return Err(foreign()),
            };
            if binding == Binding::Require && method != Method::Scram {
                return Err(unbound("the server asks for the password in another way than SCRAM"));
            }
            proven = Some(method);
        }
    }

    /// libpq's `require_auth`.
    fn permit(&self, method: Method) -> Result<(), Connecting> {
        if self.login.methods.contains(&method) {
            return Ok(());
        }
        let asks = match method {
            Method::Password => "asks for the password in plain text",
            Method::Md5 => "asks for the password's MD5 hash",
            Method::Scram => "asks for SCRAM-SHA-256",
            Method::Nothing => "asks for no proof at all",
        };
        Err(Connecting::Unmet {
            message: format!("the server {asks}, which require_auth forbids"),
            hint: "change the role's entry in pg_hba.conf, or require_auth".to_owned(),
        })
    }

    fn password(&self) -> Result<&str, Connecting> {
        self.login.password.as_deref().ok_or(Connecting::NoPassword)
    }

    async fn scram(&mut self, offered: &[String], binding: Binding, tls: Option<&Bound>) -> Result<(), Connecting> {
        let offers = |mechanism: &str| offered.iter().any(|name| name == mechanism);
        let end_point = tls.and_then(|bound| bound.end_point.clone()).filter(|_| binding != Binding::Disable);
        let (mechanism, channel) = match end_point {
            Some(hash) if offers(SCRAM_SHA_256_PLUS) => {
                (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(hash))
            }
            Some(_) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
            None => (SCRAM_SHA_256, ChannelBinding::unsupported()),
        };
        if binding == Binding::Require && mechanism != SCRAM_SHA_256_PLUS {
            return Err(unbound(match (tls, offers(SCRAM_SHA_256_PLUS)) {
                (None, _) => "the connection has no TLS",
                (Some(_), false) => "the server does not offer it",
                (Some(_), true) => "the server's certificate cannot be used for it",
            }));
        }
        if !offers(mechanism) {
            return Err(foreign());
        }
        let mut scram = ScramSha256::new(self.password()?.as_bytes(), channel);
        let first = scram.message().to_vec();
        self.send(|buffer| frontend::sasl_initial_response(mechanism, &first, buffer)).await?;
        let (Message::AuthenticationSaslContinue(body), _) = self.next().await? else { return Err(foreign()) };
        let asked = iterations(body.data()).filter(|asked| *asked > 0).ok_or_else(foreign)?;
        if asked > MAX_ITERATIONS {
            return Err(Connecting::Unmet {
                message: format!("the server asks for {asked} SCRAM iterations; at most {MAX_ITERATIONS} are made"),
                hint: "lower scram_iterations in the server and set the role's password again".to_owned(),
            });
        }
        scram.update(body.data()).map_err(|_| foreign())?;
        let proof = scram.message().to_vec();
        self.send(|buffer| frontend::sasl_response(&proof, buffer)).await?;
        let (Message::AuthenticationSaslFinal(body), _) = self.next().await? else { return Err(foreign()) };
        scram.finish(body.data()).map_err(|_| Connecting::Unmet {
            message: "the server did not prove that it knows the password's hash".to_owned(),
            hint: "this may not be the server that it seems to be".to_owned(),
        })
    }

    /// Everything up to the server's readiness, to be shown to sqlx.
    async fn greeting(&mut self) -> Result<Vec<u8>, Connecting> {
        // AuthenticationOk.
        let mut greeting = vec![b'R', 0, 0, 0, 8, 0, 0, 0, 0];
        loop {
            let (message, raw) = self.next().await?;
            match message {
                Message::ParameterStatus(_) | Message::BackendKeyData(_) => greeting.extend(raw),
                Message::ReadyForQuery(_) => {
                    greeting.extend(raw);
                    return Ok(greeting);
                }
                _ => return Err(foreign()),
            }
        }
    }
}

/// The number of iterations in a SCRAM server's first message (RFC 5802): `r=…,s=…,i=4096`.
fn iterations(message: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(message).ok()?;
    let digits = text.split(',').find_map(|field| field.strip_prefix("i="))?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // One that does not fit is more than any server needs.
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn refused(body: &ErrorResponseBody) -> Connecting {
    let (mut code, mut message) = (String::new(), String::new());
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let text = String::from_utf8_lossy(field.value_bytes());
        match field.type_() {
            b'C' => code = text.into_owned(),
            b'M' => message = text.into_owned(),
            _ => {}
        }
    }
    Connecting::Refused { code, message }
}

fn broken(cause: io::Error) -> Connecting {
    if let Some(problem) = super::tls::problem(&cause) {
        return problem;
    }
    Connecting::Unreachable(match cause.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(cause.kind(), "the server closed the connection"),
        _ => cause,
    })
}

fn foreign() -> Connecting {
    Connecting::Foreign("what answers does not follow PostgreSQL's protocol".to_owned())
}

fn unbound(why: &str) -> Connecting {
    Connecting::Unmet {
        message: format!("channel_binding=require cannot be met: {why}"),
        hint: "leave channel_binding out, or have the server use TLS and SCRAM".to_owned(),
    }
}
