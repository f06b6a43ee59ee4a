//! Addresses to listen on, and the sockets made of them.

use std::{fs, os::unix::fs::PermissionsExt};

use beadle::milter::{Listen, ListenError, Listener};

fn refused(address: &str) -> String {
    address.parse::<Listen>().unwrap_err().to_string()
}

#[test]
fn addresses_are_read_in_postfix_notation_and_written_back() {
    for address in [
        "unix:/run/beadle/milter.sock",
        "inet:127.0.0.1:8894",
        "inet:mail.school.example:0",
        "inet6:[::1]:8894",
    ] {
        assert_eq!(address.parse::<Listen>().unwrap().to_string(), address);
    }
    let bracketed: Listen = "inet:[::1]:1".parse().unwrap();
    assert_eq!(bracketed, Listen::Internet { host: "::1".to_owned(), port: 1 });
}

#[test]
fn other_addresses_are_refused_with_what_was_found() {
    let form = "must be `unix:PATH`, `inet:HOST:PORT` or `inet6:[ADDRESS]:PORT`";
    for address in [
        "",
        "8894",
        "inet",
        "inet:8894",
        "inet::8894",
        "inet6:::1:8894",
        "inet:::1:1",
        "tcp:a:1",
        "inet:[]:1",
    ] {
        assert_eq!(refused(address), format!("`{address}` {form}"));
    }
    assert_eq!(refused("unix:m"), "`unix:m`: the path must begin with `/`");
    assert_eq!(refused("inet:a:65536"), "`inet:a:65536`: port `65536` must be a number from 0 to 65535");
    let long = format!("unix:/{}", "x".repeat(107));
    assert!(refused(&long).ends_with("is 108 bytes long, a Unix socket's may have 107"));
}

#[tokio::test]
async fn a_unix_socket_is_for_owner_and_group_and_goes_with_the_listener() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    let listener = Listener::bind(&Listen::Unix(path.clone())).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    drop(listener);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_is_replaced_only_when_nobody_listens_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    let listen = Listen::Unix(path.clone());
    // A process that dies leaves its socket's file behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let listener = Listener::bind(&listen).await.unwrap();
    let second = Listener::bind(&listen).await.unwrap_err();
    assert!(matches!(second, ListenError::InUse { .. }), "{second}");
    assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());

    // Whoever takes the path over keeps it.
    fs::remove_file(&path).unwrap();
    let other = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(listener);
    assert!(path.exists());
    drop(other);
}

#[tokio::test]
async fn what_is_no_socket_is_never_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    fs::write(&path, "a file").unwrap();
    let refused = Listener::bind(&Listen::Unix(path.clone())).await.unwrap_err();
    assert!(matches!(refused, ListenError::NoSocket { .. }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"a file");

    let nowhere = Listen::Unix(folder.path().join("none/m"));
    let refused = Listener::bind(&nowhere).await.unwrap_err();
    assert!(matches!(refused, ListenError::NoFolder { .. }), "{refused}");
}

#[tokio::test]
async fn a_tcp_port_is_taken_once() {
    let listener = Listener::bind(&"inet:127.0.0.1:0".parse().unwrap()).await.unwrap();
    let refused = Listener::bind(listener.address()).await.unwrap_err();
    assert!(matches!(refused, ListenError::InUse { .. }), "{refused}");
}
