//! Tells scripts from other text by what they say.
//!
//! Only what hardly stands in any other text counts: a lesson on programming is not a program.

use super::kind::Kind;

/// How much of a text is looked at.
const SAMPLE: usize = 16 * 1024;

/// Phrases, in lower case without blanks, of which any one makes a text a script.
const CERTAIN: &[(&str, Kind)] = &[
    ("<hta:application", Kind::HtmlApplication),
    ("newactivexobject(\"wscript.shell", Kind::JavaScript),
    ("newactivexobject('wscript.shell", Kind::JavaScript),
    ("newactivexobject(\"scripting.filesystemobject", Kind::JavaScript),
    ("wscript.createobject(", Kind::WindowsScript),
    ("createobject(\"wscript.shell\")", Kind::WindowsScript),
    ("createobject(\"scripting.filesystemobject\")", Kind::WindowsScript),
    ("createobject(\"shell.application\")", Kind::WindowsScript),
];

/// Commands that begin lines of a batch file.
const BATCH: &[&str] = &[
    "setlocal",
    "endlocal",
    "goto ",
    "if exist ",
    "if not exist ",
    "if errorlevel ",
    "copy ",
    "xcopy ",
    "robocopy ",
    "del ",
    "rd ",
    "rmdir ",
    "mkdir ",
    "md ",
    "start ",
    "call ",
    "reg add ",
    "reg delete ",
    "powershell",
    "cmd /c",
    "taskkill ",
    "net use ",
    "net user ",
    "shutdown ",
    "schtasks ",
    "attrib ",
    "rem ",
    "set /p ",
    "set /a ",
    "pause",
    "cls",
    "exit /b",
    "for /f ",
    "%~dp0",
    "cd /d ",
    "wmic ",
    "certutil ",
];

/// Commands and forms that begin lines of PowerShell.
const POWERSHELL: &[&str] = &[
    "param(",
    "param (",
    "function ",
    "$",
    "get-",
    "set-",
    "new-object",
    "write-host",
    "write-output",
    "invoke-",
    "import-module",
    "start-process",
    "remove-item",
    "copy-item",
    "add-type",
    "[system.",
    "#requires",
    "[cmdletbinding",
];

/// The kind of script that a text is, if it is one beyond doubt.
///
/// `text` is what is shown, or the beginning of it.
pub(super) fn script(text: &str) -> Option<Kind> {
    let text = &text[..text.floor_char_boundary(SAMPLE)];
    let text = text.trim_start_matches('\u{feff}');
    if let Some(line) = text.strip_prefix("#!").and_then(|it| it.lines().next()) {
        return Some(interpreter(line));
    }
    let lower = text.to_ascii_lowercase();
    if starts_registry(&lower) {
        return Some(Kind::Registry);
    }
    if lower.starts_with("[internetshortcut]") || lower.starts_with("[desktop entry]") {
        return Some(Kind::Shortcut);
    }
    let dense: String = lower.chars().filter(|it| !it.is_whitespace()).collect();
    if let Some((_, kind)) = CERTAIN.iter().find(|(phrase, _)| dense.contains(phrase)) {
        return Some(*kind);
    }
    if dense.starts_with("<?xml") && dense.contains("<job") && dense.contains("<scriptlanguage=")
        || dense.starts_with("<job") && dense.contains("<scriptlanguage=")
    {
        return Some(Kind::WindowsScript);
    }
    batch(&lower).or_else(|| powershell(&lower))
}

fn interpreter(line: &str) -> Kind {
    let line = line.to_ascii_lowercase();
    let any = |names: &[&str]| names.iter().any(|it| line.contains(it));
    if any(&["pwsh", "powershell"]) {
        Kind::PowerShell
    } else if any(&["osascript"]) {
        Kind::AppleScript
    } else {
        Kind::UnixScript
    }
}

fn starts_registry(lower: &str) -> bool {
    lower.starts_with("windows registry editor version") || lower.starts_with("regedit4")
}

/// A batch file switches its echo off first, or is mostly commands.
fn batch(lower: &str) -> Option<Kind> {
    let lines = lower.lines().map(|it| it.trim().trim_start_matches('@')).filter(|it| !it.is_empty());
    let mut first = lines.clone();
    // Labels and remarks may stand before it.
    let echo_off = first
        .by_ref()
        .find(|it| !it.starts_with("::") && !it.starts_with("rem"))
        .is_some_and(|it| it.starts_with("echo off"));
    if echo_off {
        return Some(Kind::BatchFile);
    }
    let (mut all, mut commands, mut sure) = (0, 0, false);
    for line in lines.take(200) {
        all += 1;
        if BATCH.iter().any(|it| line.starts_with(it)) {
            commands += 1;
            // English begins sentences with "start" and "copy", but not with these.
            sure |= [
                "setlocal",
                "goto ",
                "if exist",
                "if not exist",
                "%~dp0",
                "exit /b",
                "for /f ",
                "reg add",
                "cmd /c",
                "taskkill /",
            ]
            .iter()
            .any(|it| line.starts_with(it));
        } else if line.starts_with(':') || line.starts_with("set ") || line.starts_with("echo") {
            commands += 1;
        }
    }
    (sure && commands >= 3 && commands * 3 >= all * 2).then_some(Kind::BatchFile)
}

/// PowerShell has verbs with a hyphen, and variables at the start of lines.
fn powershell(lower: &str) -> Option<Kind> {
    let (mut all, mut commands, mut verbs) = (0, 0, 0);
    for line in lower.lines().map(str::trim).filter(|it| !it.is_empty()).take(200) {
        all += 1;
        if POWERSHELL.iter().any(|it| line.starts_with(it)) || line.starts_with(['}', '#']) {
            commands += 1;
        }
        verbs += usize::from(
            [
                "new-object ",
                "invoke-expression",
                "invoke-webrequest",
                "get-childitem",
                "write-host",
                "get-content",
                "start-process",
                "set-executionpolicy",
                "get-aduser",
                "import-module",
                "downloadstring(",
                "remove-item",
                "get-process",
                "get-service",
            ]
            .iter()
            .any(|it| line.contains(it)),
        );
    }
    (verbs >= 1 && commands * 3 >= all * 2 && (all >= 2 || lower.contains('$'))).then_some(Kind::PowerShell)
}

#[cfg(test)]
mod tests {
    use super::{Kind, script};

    #[test]
    fn knows_scripts() {
        for (text, kind) in [
            ("#!/bin/sh\necho hello\n", Kind::UnixScript),
            ("#!/usr/bin/env pwsh\nGet-Date\n", Kind::PowerShell),
            ("@echo off\r\ncopy a b\r\n", Kind::BatchFile),
            ("rem tidy up\r\nsetlocal\r\nif exist x del x\r\ngoto end\r\n:end\r\n", Kind::BatchFile),
            ("Set s = CreateObject(\"WScript.Shell\")\r\ns.Run \"calc\"\r\n", Kind::WindowsScript),
            ("var s = new ActiveXObject( \"WScript.Shell\" );\n", Kind::JavaScript),
            ("<html><head><HTA:APPLICATION id=\"x\"></head></html>", Kind::HtmlApplication),
            ("$c = New-Object Net.WebClient\n$c.DownloadString('http://x.example')\n", Kind::PowerShell),
            ("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n", Kind::Registry),
            ("[InternetShortcut]\r\nURL=http://x.example/\r\n", Kind::Shortcut),
        ] {
            assert_eq!(script(text), Some(kind), "{text}");
        }
    }

    #[test]
    fn leaves_other_texts_alone() {
        for text in [
            "Dear parents,\n\nPlease pause for a moment.\nStart at nine.\nCopy the form and return it.\n",
            "Name,Form\nA. Jones,9H\n",
            "In this lesson we write a batch file. It starts with @echo off and then\ncopies a file.\n",
            "print('hello')\nfor i in range(3):\n    print(i)\n",
            "Costs:\n$5 for tea\n$6 for cake\n$7 for both\n",
            "function area(r) { return r * r * Math.PI; }\n",
            "",
        ] {
            assert_eq!(script(text), None, "{text}");
        }
    }
}
