//! Every rule by its messages: `.eml` in, the printed report out, with LF and with CRLF.
//!
//! `cargo bless` writes what can be written: the register, the tables of rules.toml, the pages in
//! docs/rules/ and the `.expect` files. Read the diff before committing it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use beadle::lint::{Inspection, inspect};
use beadle::load::{Loaded, load};
use beadle::mail::{self, Envelope, Message, Submission};
use beadle::report::page;
use beadle::rules;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A message of `testdata/rules/RULE/`, with its envelope where a `.toml` of the same name gives one.
struct Case {
    rule: &'static str,
    path: PathBuf,
}

impl Case {
    fn name(&self) -> String {
        self.path.file_stem().expect("a file name").to_string_lossy().into_owned()
    }

    fn bytes(&self, line_end: &str) -> Vec<u8> {
        let raw = fs::read(&self.path).expect("a readable case");
        let lf: Vec<u8> = raw.into_iter().filter(|byte| *byte != b'\r').collect();
        match line_end {
            "\r\n" => lf
                .iter()
                .flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] })
                .collect(),
            _ => lf,
        }
    }

    fn submission(&self, line_end: &str) -> Submission {
        let message = Message::parse(self.bytes(line_end));
        let facts = fs::read_to_string(self.path.with_extension("toml")).unwrap_or_default();
        let facts: toml::Table = facts.parse().expect("an envelope in TOML");
        let text = |key: &str| facts.get(key).and_then(|it| it.as_str()).map(str::to_owned);
        let path = |address: &str| mail::Path::new(address.as_bytes());
        let sender = text("sender")
            .or_else(|| message.from().first().map(|it| it.address.as_str().to_owned()))
            .unwrap_or_default();
        let recipients: Vec<String> = match facts.get("recipients").and_then(|it| it.as_array()) {
            Some(list) => list.iter().filter_map(|it| it.as_str()).map(str::to_owned).collect(),
            None => [message.to(), message.cc(), message.bcc()]
                .into_iter()
                .flatten()
                .map(|it| it.address.as_str().to_owned())
                .collect(),
        };
        let at = match facts.get("at") {
            Some(at) => {
                let text = at.as_datetime().map(ToString::to_string).or(text("at")).expect("a time");
                Some(chrono::DateTime::parse_from_rfc3339(&text).expect("a time with an offset").to_utc())
            }
            None => message.date().map(|it| it.to_utc()),
        };
        let envelope =
            Envelope { sender: path(&sender), recipients: recipients.iter().map(|it| path(it)).collect() };
        Submission::new(envelope, message, text("login"), at)
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for info in rules::ALL {
        let folder = root().join("testdata/rules").join(info.name.replace('-', "_"));
        let files: BTreeSet<PathBuf> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{} has no fixtures: {error}", info.name))
            .map(|it| it.expect("a readable folder").path())
            .filter(|it| it.extension().is_some_and(|it| it == "eml"))
            .collect();
        cases.extend(files.into_iter().map(|path| Case { rule: info.name, path }));
    }
    cases
}

/// The policy of the rule's folder, or the one that all share.
fn policy_for(rule: &str) -> Loaded {
    let shared = root().join("testdata/rules");
    let own = shared.join(rule.replace('-', "_")).join("rules.toml");
    let path = if own.exists() { own } else { shared.join("rules.toml") };
    load(Some(&path), None).unwrap_or_else(|error| panic!("{error}"))
}

/// The report as the `.expect` files keep it.
fn report(inspection: &Inspection) -> String {
    let mut out = format!("{}\n", inspection.verdict.action);
    if let Some(until) = inspection.verdict.until {
        out = format!("{} until {}\n", inspection.verdict.action, until.format("%Y-%m-%dT%H:%MZ"));
    }
    for finding in &inspection.findings {
        let parts: BTreeSet<&str> =
            finding.spans.iter().map(|it| it.part.strip_prefix("header:").unwrap_or(&it.part)).collect();
        let parts: Vec<_> = parts.into_iter().collect();
        let place = if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) };
        let _ = writeln!(out, "{} {} ({}){place}", finding.action, finding.rule, finding.clause);
        let _ = writeln!(out, "  {}", finding.message);
        for span in &finding.spans {
            let _ = writeln!(out, "  {}..{} {:?}", span.start, span.end, span.text);
        }
        let _ = writeln!(out, "  help: {}", finding.help);
    }
    let guards: Vec<_> = inspection.guards.iter().map(|it| it.as_str()).collect();
    if !guards.is_empty() {
        let _ = writeln!(out, "guards: {}", guards.join(", "));
    }
    for item in &inspection.not_checked {
        let _ = writeln!(out, "not checked: {}: {}", item.rule, item.why);
    }
    out
}

#[test]
fn every_case_reports_what_it_should() {
    let mut wrong = String::new();
    let mut policies: Vec<(&str, Loaded)> = Vec::new();
    for case in cases() {
        if policies.last().is_none_or(|(rule, _)| *rule != case.rule) {
            policies.push((case.rule, policy_for(case.rule)));
        }
        let loaded = &policies.last().expect("just added").1;
        let [lf, crlf] = ["\n", "\r\n"]
            .map(|line_end| report(&inspect(&loaded.policy, &loaded.school, &case.submission(line_end))));
        let expected = fs::read_to_string(case.path.with_extension("expect")).unwrap_or_default();
        if lf != expected {
            let diff = similar::TextDiff::from_lines(&expected, &lf);
            let _ = writeln!(wrong, "{}/{}:\n{}", case.rule, case.name(), diff.unified_diff());
        }
        if lf != crlf {
            let _ = writeln!(wrong, "{}/{}: LF and CRLF differ:\n{lf}\n{crlf}", case.rule, case.name());
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nif this is right, run `cargo bless`");
}

#[test]
fn every_case_does_what_its_name_says() {
    for case in cases() {
        let loaded = policy_for(case.rule);
        let inspection = inspect(&loaded.policy, &loaded.school, &case.submission("\n"));
        let fired = inspection.findings.iter().any(|it| it.rule == case.rule);
        let name = case.name();
        let kind = name.split('-').next().unwrap_or_default();
        match kind {
            "flags" => assert!(fired, "{}/{name} is silent", case.rule),
            "passes" => assert!(!fired, "{}/{name} fires: {:?}", case.rule, inspection.findings),
            _ => panic!("{}/{name}: a case begins with `flags-` or `passes-`", case.rule),
        }
    }
}

#[test]
fn every_rule_has_cases_on_both_sides() {
    for info in rules::ALL {
        let names: Vec<String> = cases().iter().filter(|it| it.rule == info.name).map(Case::name).collect();
        for kind in ["flags-", "passes-"] {
            assert!(names.iter().any(|it| it.starts_with(kind)), "{} has no `{kind}` case", info.name);
        }
    }
}

/// A file that is written from the rules, and what it should hold.
fn written() -> Vec<(PathBuf, String)> {
    let mut files = vec![
        (root().join("src/rules/mod.rs"), register()),
        (root().join("rules.toml"), policy_file()),
        (root().join("docs/rules/README.md"), index()),
    ];
    for info in rules::ALL {
        files.push((root().join(format!("docs/rules/{}.md", info.name)), page::page(info)));
    }
    files
}

/// The modules of `src/rules/`, each with the type of its rule where it holds one.
fn modules() -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("src/rules")).expect("the rules' folder") {
        let path = entry.expect("a readable folder").path();
        let module = path.file_stem().expect("a file name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let kind = text.find("\nrule! {").map(|start| {
            let mut lines = text[start + 1..].lines().skip(1);
            let head = lines.find(|it| !it.trim_start().starts_with("///")).expect("the rule's type");
            head.trim().trim_end_matches(" {").to_owned()
        });
        if module != "mod" {
            found.push((module, kind));
        }
    }
    found.sort();
    found
}

fn register() -> String {
    let mut out = String::from(
        "//! The rules, one file each, and what several of them share. Written by `cargo bless`.\n\n",
    );
    for (module, _) in modules() {
        let _ = writeln!(out, "mod {module};");
    }
    out.push_str("\nuse crate::policy::{Described, RuleInfo};\n");
    out.push_str(
        "\n/// Every rule that exists, in the order in which they run.\npub const ALL: &[RuleInfo] = &[\n",
    );
    for (module, kind) in modules() {
        if let Some(kind) = kind {
            let _ = writeln!(out, "    {module}::{kind}::INFO,");
        }
    }
    out.push_str("];\n");
    out
}

const RULES_BEGIN: &str =
    "# ---- The rules. `cargo bless` keeps their tables in step with their pages. ----\n";

/// rules.toml: its head as people wrote it, the rules' tables from their pages.
fn policy_file() -> String {
    let text = fs::read_to_string(root().join("rules.toml")).expect("rules.toml");
    let (head, _) = text.split_once(RULES_BEGIN).expect("the line that begins the rules");
    let tables: Vec<String> = rules::ALL.iter().map(page::table).collect();
    format!("{head}{RULES_BEGIN}\n{}", tables.join("\n"))
}

fn index() -> String {
    let mut out = String::from("# Rules\n\nWritten by `cargo bless` from the rules' own pages.\n\n");
    for info in rules::ALL {
        let _ = writeln!(out, "- [`{0}`]({0}.md): {1}", info.name, page::summary(info));
    }
    out
}

#[test]
fn every_option_stands_on_the_page() {
    for info in rules::ALL {
        let mut explained: Vec<_> = page::options(info).into_iter().map(|(key, _)| key.to_owned()).collect();
        explained.sort();
        let keys: Vec<_> = (info.defaults)().keys().cloned().collect();
        assert_eq!(explained, keys, "{}", info.name);
    }
}

#[test]
fn every_clause_is_quoted() {
    let quoted = fs::read_to_string(root().join("docs/clauses.md")).expect("docs/clauses.md");
    for info in rules::ALL {
        for clause in info.clauses {
            assert!(quoted.contains(&format!("| {clause} |")), "{}: {clause}", info.name);
        }
    }
}

#[test]
fn written_files_are_up_to_date() {
    for (path, expected) in written() {
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{} is stale: run `cargo bless`", path.display());
    }
}

#[test]
fn no_page_or_expectation_is_orphaned() {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let known: BTreeSet<&str> = rules::ALL.iter().map(|it| it.name).collect();
    for entry in fs::read_dir(root().join("docs/rules")).expect("docs/rules") {
        let name = stem(&entry.expect("a readable folder").path());
        assert!(known.contains(name.as_str()) || ["README", "guards"].contains(&name.as_str()), "{name}.md");
    }
    for info in rules::ALL {
        let folder = root().join("testdata/rules").join(info.name.replace('-', "_"));
        for entry in fs::read_dir(folder).expect("the fixtures") {
            let path = entry.expect("a readable folder").path();
            let orphan =
                path.extension().is_some_and(|it| it == "expect") && !path.with_extension("eml").exists();
            assert!(!orphan, "{}", path.display());
        }
    }
}

#[test]
#[ignore = "writes the register, the pages, the tables and the expectations"]
fn bless() {
    let before = fs::read_to_string(root().join("src/rules/mod.rs")).unwrap_or_default();
    for (path, expected) in written() {
        fs::write(&path, expected).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    if before != register() {
        panic!("the register has changed: run `cargo bless` again, for the rules it now holds");
    }
    for case in cases() {
        let loaded = policy_for(case.rule);
        let text = report(&inspect(&loaded.policy, &loaded.school, &case.submission("\n")));
        fs::write(case.path.with_extension("expect"), text).expect("a writable folder");
    }
}
