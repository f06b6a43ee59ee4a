//! `beadle policy`: is the policy right, and what is in force.

use std::process::ExitCode;

use super::{Done, Format, PolicyOption, print};
use crate::load;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reads the policy and its directory; says what is wrong, where, and what would be right.
    Check {
        #[command(flatten)]
        policy: PolicyOption,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Prints the policy in force after its layers, each value with the file and line it is from.
    Show {
        #[command(flatten)]
        policy: PolicyOption,
    },
}

pub(super) fn run(arguments: &Arguments) -> Done {
    match &arguments.command {
        Command::Check { policy, format } => check(policy, *format),
        Command::Show { policy } => {
            print(&load::load(policy.path(), None)?.policy.show())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(policy: &PolicyOption, format: Format) -> Done {
    let loaded = load::load(policy.path(), None)?;
    let rules: Vec<_> = loaded.policy.rules.iter().map(|it| (it.info.name, it.action)).collect();
    match format {
        Format::Json => {
            let list: Vec<_> = rules
                .iter()
                .map(|(name, action)| serde_json::json!({"rule": name, "action": action}))
                .collect();
            let object = serde_json::json!({"rules": list, "remarks": loaded.remarks});
            print(&(serde_json::to_string_pretty(&object)? + "\n"))?;
        }
        Format::Text => {
            let width = rules.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            let mut out = String::new();
            for (name, action) in &rules {
                out.push_str(&format!("{name:width$}  {action}\n"));
            }
            for remark in &loaded.remarks {
                out.push_str(&format!("remark: {remark}\n"));
            }
            out.push_str(&format!("the policy is sound, {} rules are on\n", rules.len()));
            print(&out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
