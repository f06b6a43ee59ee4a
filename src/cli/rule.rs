//! `beadle rule`: the pages of the rules.

use std::process::ExitCode;

use super::{Done, Failure, Format, print};
use crate::policy::{RuleInfo, likely};
use crate::report::page;
use crate::rules;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The rule whose page is shown.
    name: Option<String>,
    /// Shows every rule's page.
    #[arg(long)]
    all: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    policy: super::PolicyOption,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let chosen: Vec<&RuleInfo> = match &arguments.name {
        Some(name) => vec![find(name)?],
        None => rules::ALL.iter().collect(),
    };
    let whole_pages = arguments.all || arguments.name.is_some();
    let text = match arguments.format {
        Format::Json => json(&chosen)?,
        Format::Text if whole_pages => chosen.iter().map(|it| page::page(it)).collect::<Vec<_>>().join("\n"),
        Format::Text => {
            let width = chosen.iter().map(|it| it.name.len()).max().unwrap_or(0);
            let line = |it: &&RuleInfo| format!("{:width$}  {}\n", it.name, page::summary(it));
            let list: String = chosen.iter().map(line).collect();
            format!("{list}\nbeadle rule NAME shows a rule's page.\n")
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn find(name: &str) -> Result<&'static RuleInfo, Failure> {
    rules::ALL.iter().find(|it| it.name == name).ok_or_else(|| {
        let help = match likely(name, rules::ALL.iter().map(|it| it.name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`beadle rule` lists them".to_owned(),
        };
        Failure(format!("there is no rule `{name}`\n  help: {help}"))
    })
}

fn json(rules: &[&RuleInfo]) -> Result<String, Failure> {
    let list: Vec<_> = rules
        .iter()
        .map(|it| {
            serde_json::json!({
                "name": it.name,
                "summary": page::summary(it),
                "clauses": it.clauses,
                "action": it.action,
                "evidence": it.evidence,
                "since": it.since,
                "defaults": (it.defaults)(),
                "page": page::page(it),
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}
