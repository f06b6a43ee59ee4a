//! One SMTP session with the server: commands, their replies, and the content, all within limits.

use std::{error::Error as _, future::Future, io, iter, time::Duration};

use lettre::transport::smtp::{Error, client::AsyncSmtpConnection, extension::ClientId, response::Response};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

use super::Limits;

/// The longest text of a reply that is kept, in characters.
const LONGEST_REPLY: usize = 500;
/// How much content is written at once: lettre copies what it is given.
const CHUNK: usize = 64 * 1024;

/// A complete reply of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// Code and text on one line, without control bytes.
    pub(super) text: String,
}

/// There is no reply: what became of the connection.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) why: String,
}

/// How the content went.
pub(super) enum End {
    Reply(Reply),
    /// The connection broke before the final dot: the server must discard what it has.
    Cut(Broken),
    /// The final dot may have been received (RFC 5321 section 4.2.5).
    Unseen(Broken),
}

/// An open session.
pub(super) struct Conversation {
    connection: AsyncSmtpConnection,
    /// The same socket. lettre takes commands as text and parses addresses, but a path may have
    /// any bytes; so commands are written here, and lettre reads the replies. It buffers nothing
    /// that it writes.
    commands: TcpStream,
    limits: Limits,
}

impl Conversation {
    /// Connects, reads the greeting, says EHLO. Returns the lines of the answer to EHLO too, since
    /// lettre keeps none of the extensions we need.
    pub(super) async fn open(host: &str, port: u16, limits: Limits) -> Result<(Self, Vec<String>), Broken> {
        let socket = within(limits.connect, "connect", TcpStream::connect((host, port)))
            .await?
            .map_err(|it| Broken { why: format!("cannot connect to {host}:{port}: {it}") })?;
        let (commands, socket) =
            twice(socket).map_err(|it| Broken { why: format!("cannot use the connection: {it}") })?;
        let name = ClientId::default();
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(socket), &name);
        let connection = within(limits.greeting, "greet", greeting)
            .await?
            .map_err(|it| Broken { why: reply(Err(it)).map_or_else(|it| it.why, |it| it.text) })?;
        let mut conversation = Self { connection, commands, limits };
        let answer = conversation.exchange(format!("EHLO {name}\r\n").as_bytes()).await?;
        match answer {
            Ok(response) => {
                let lines = response.message().map(str::to_owned).collect();
                Ok((conversation, lines))
            }
            Err(error) => Err(reply(Err(error)).map_or_else(|it| it, |it| Broken { why: it.text })),
        }
    }

    /// Gives one command, with its CRLF, and reads its reply.
    pub(super) async fn command(&mut self, line: &[u8]) -> Result<Reply, Broken> {
        reply(self.exchange(line).await?)
    }

    async fn exchange(&mut self, line: &[u8]) -> Result<Result<Response, Error>, Broken> {
        let exchange = async {
            self.commands.write_all(line).await?;
            Ok::<_, io::Error>(self.connection.read_response().await)
        };
        within(self.limits.command, "answer a command", exchange)
            .await?
            .map_err(|it| Broken { why: format!("the connection broke: {it}") })
    }

    /// Sends the content after a 354, and reads the final reply. `parts` have CRLF line ends, and
    /// their last CRLF is left out: lettre adds CRLF, dot, CRLF in any case.
    pub(super) async fn content(&mut self, parts: [&[u8]; 2]) -> End {
        let mut written = false;
        let chunks = parts.into_iter().flat_map(|it| it.chunks(CHUNK)).chain(iter::from_fn(|| {
            // Asked for more than there is, so the final dot is what lettre writes next.
            written = true;
            None
        }));
        let limit = self.limits.content.saturating_add(self.limits.end);
        let sent = within(limit, "take the message", self.connection.message_iter(chunks)).await;
        match sent.and_then(reply) {
            Ok(reply) if matches!(reply.code, 200..300 | 400..) => End::Reply(reply),
            // Neither taken nor refused.
            Ok(reply) => End::Unseen(Broken { why: reply.text }),
            Err(broken) if written => End::Unseen(broken),
            Err(broken) => End::Cut(broken),
        }
    }

    /// Says QUIT and leaves. The answer is not waited for: what has just been learnt must be
    /// stored as soon as can be, since a crash before that sends the message twice.
    pub(super) async fn quit(mut self) {
        let _ = within(self.limits.command, "", self.commands.write_all(b"QUIT\r\n")).await;
    }
}

/// One socket as two streams, without Nagle's delay: a command must not wait for the
/// acknowledgement of the one before.
fn twice(socket: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    socket.set_nodelay(true)?;
    let socket = socket.into_std()?;
    let other = TcpStream::from_std(socket.try_clone()?)?;
    Ok((other, TcpStream::from_std(socket)?))
}

async fn within<T>(limit: Duration, doing: &str, work: impl Future<Output = T>) -> Result<T, Broken> {
    timeout(limit, work)
        .await
        .map_err(|_| Broken { why: format!("the server did not {doing} within {limit:?}") })
}

/// lettre reports replies of 400 and above as errors.
fn reply(response: Result<Response, Error>) -> Result<Reply, Broken> {
    let (code, text) = match response {
        Ok(response) => (response.code(), response.message().collect::<Vec<_>>().join(" ")),
        Err(error) => match error.status() {
            Some(code) => (code, error.source().map(ToString::to_string).unwrap_or_default()),
            None => return Err(Broken { why: plain(&format!("the connection broke: {error}")) }),
        },
    };
    let code = u16::from(code);
    Ok(Reply { code, text: plain(&format!("{code} {text}")) })
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(LONGEST_REPLY)
        .collect::<String>()
        .trim_end()
        .to_owned()
}
