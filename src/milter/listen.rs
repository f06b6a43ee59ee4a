//! Where the server listens: the addresses of rules.toml, and the sockets made of them.

use std::{
    fmt, fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use thiserror::Error;
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tracing::warn;

/// An address in Postfix's notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `unix:PATH`
    Unix(PathBuf),
    /// `inet:HOST:PORT`, `inet6:[HOST]:PORT`; the host without brackets.
    Internet { host: String, port: u16 },
}

#[derive(Debug, Error)]
pub enum ListenError {
    #[error("`{address}` must be `unix:PATH`, `inet:HOST:PORT` or `inet6:[ADDRESS]:PORT`")]
    Form { address: String },
    #[error("`{address}`: the path must begin with `/`")]
    RelativePath { address: String },
    #[error("`{address}`: the path is {length} bytes long, a Unix socket's may have {MAX_PATH}")]
    LongPath { address: String, length: usize },
    #[error("`{address}`: port `{port}` must be a number from 0 to 65535")]
    Port { address: String, port: String },
    #[error(
        "{address}: the folder {folder} does not exist\n  help: make it, writable for beadle and readable for Postfix"
    )]
    NoFolder { address: String, folder: String },
    #[error("{address}: another process listens there")]
    InUse { address: String },
    #[error("{address}: there is already something that is no socket")]
    NoSocket { address: String },
    #[error("{address}: cannot listen: {source}")]
    Bind { address: String, source: io::Error },
}

/// `sun_path` has 108 bytes, the last of them NUL (unix(7)).
const MAX_PATH: usize = 107;
/// The owner and Postfix's group.
const MODE: u32 = 0o660;

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(address: &str) -> Result<Self, ListenError> {
        let form = || ListenError::Form { address: address.to_owned() };
        let (kind, rest) = address.split_once(':').ok_or_else(form)?;
        if kind == "unix" {
            return match rest.len() {
                _ if !rest.starts_with('/') => Err(ListenError::RelativePath { address: address.to_owned() }),
                length if length > MAX_PATH => {
                    Err(ListenError::LongPath { address: address.to_owned(), length })
                }
                _ => Ok(Self::Unix(rest.into())),
            };
        }
        let (host, port) = rest.rsplit_once(':').ok_or_else(form)?;
        let bracketed = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let host = match (kind, bracketed) {
            ("inet" | "inet6", Some(host)) => host,
            ("inet", None) if !host.contains(':') => host,
            _ => return Err(form()),
        };
        if host.is_empty() {
            return Err(form());
        }
        let number = port.parse();
        let port =
            number.map_err(|_| ListenError::Port { address: address.to_owned(), port: port.to_owned() })?;
        Ok(Self::Internet { host: host.to_owned(), port })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
            Self::Internet { host, port } if host.contains(':') => {
                write!(formatter, "inet6:[{host}]:{port}")
            }
            Self::Internet { host, port } => write!(formatter, "inet:{host}:{port}"),
        }
    }
}

/// A socket that peers can connect to.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: Socket,
    address: Listen,
}

#[derive(Debug)]
pub(super) enum Socket {
    /// The listener, with the device and inode of its file.
    Unix(UnixListener, (u64, u64)),
    Tcp(TcpListener),
}

impl Listener {
    /// Opens the socket. A Unix socket left behind by a dead process is replaced; it is open to
    /// owner and group alone.
    pub async fn bind(listen: &Listen) -> Result<Self, ListenError> {
        match listen {
            Listen::Unix(path) => Self::bind_unix(listen, path).await,
            Listen::Internet { host, port } => Self::bind_tcp(listen, host, *port).await,
        }
    }

    /// Where peers connect: as it was asked for, with the real number for port 0.
    pub fn address(&self) -> &Listen {
        &self.address
    }

    async fn bind_unix(listen: &Listen, path: &Path) -> Result<Self, ListenError> {
        let address = || listen.to_string();
        let failed = |source| ListenError::Bind { address: listen.to_string(), source };
        let folder = path.parent().unwrap_or(Path::new("/"));
        if !folder.is_dir() {
            return Err(ListenError::NoFolder { address: address(), folder: folder.display().to_string() });
        }
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed(source)),
            Ok(there) if !there.file_type().is_socket() => {
                return Err(ListenError::NoSocket { address: address() });
            }
            Ok(_) => match UnixStream::connect(path).await {
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    warn!("milter: {listen}: replacing the socket of a dead process");
                    fs::remove_file(path).map_err(failed)?;
                }
                Err(source) => return Err(failed(source)),
                Ok(_) => return Err(ListenError::InUse { address: address() }),
            },
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(MODE)).map_err(failed)?;
        let file = fs::symlink_metadata(path).map_err(failed)?;
        let socket = Socket::Unix(listener, (file.dev(), file.ino()));
        Ok(Self { socket, address: listen.clone() })
    }

    async fn bind_tcp(listen: &Listen, host: &str, port: u16) -> Result<Self, ListenError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::InUse { address: listen.to_string() },
            _ => ListenError::Bind { address: listen.to_string(), source },
        };
        let listener = TcpListener::bind((host, port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let address = Listen::Internet { host: host.to_owned(), port };
        Ok(Self { socket: Socket::Tcp(listener), address })
    }
}

impl Drop for Listener {
    /// Takes the Unix socket's file away, unless another process has put its own there since.
    fn drop(&mut self) {
        let (Socket::Unix(_, ours), Listen::Unix(path)) = (&self.socket, &self.address) else {
            return;
        };
        if fs::symlink_metadata(path).is_ok_and(|it| (it.dev(), it.ino()) == *ours) {
            let _ = fs::remove_file(path);
        }
    }
}
