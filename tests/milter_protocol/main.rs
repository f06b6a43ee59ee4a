//! The milter as mail servers see it: its codec, its session, its server, and `miltertest`.

mod codec;
mod driver;
mod listen;
mod miltertest;
mod server;
mod session;
mod traffic;
mod wire;
