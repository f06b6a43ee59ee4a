//! The `beadle` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    beadle::cli::run()
}
