//! `beadle calendar`: term dates from an iCalendar file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Done, Failure, PolicyOption, print};
use crate::load;
use crate::school::ical;
use crate::school::term_dates::{Choice, TermDates};

/// No calendar is larger.
const LARGEST: u64 = 16 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the [calendar] table of rules.toml for an iCalendar file (.ics): the days on which
    /// the school is shut for its staff. Other events are listed as comments.
    Import {
        /// The file, as Google, Outlook or the council gives it, or `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        policy: PolicyOption,
        /// Takes every event that is not cancelled for a closure.
        #[arg(long)]
        all: bool,
    },
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let Command::Import { file, policy, all } = &arguments.command;
    let loaded = load::load(policy.path(), None)?;
    let shown = file.display();
    let events = ical::events(&read(file)?, loaded.school.timezone())
        .map_err(|error| Failure(format!("{shown}:{error}")))?;
    let count = events.len();
    let choice = if *all { Choice::All } else { Choice::Closures };
    let dates = TermDates::choose(events, choice, loaded.school.name());
    let taken = count - dates.left_out.len();
    print(&format!("# {taken} of the {count} events of {} close the school.\n{}", name(file), dates.toml()))?;
    Ok(ExitCode::SUCCESS)
}

/// The file's name as a comment can hold it.
fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|it| it.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure(format!("{shown}: {error}")))?;
    if LARGEST < bytes.len() as u64 {
        return Err(Failure(format!("{shown}: is larger than {} MB, must be a calendar", LARGEST >> 20)));
    }
    Ok(bytes)
}
