//! What is found within attachments.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use beadle::mail::Message;

fn message(files: &[(&str, &str, &[u8])]) -> Message {
    let mut raw = String::from("From: j.okoro@oakfield.example\r\nSubject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\nHere they are.\r\n");
    for (name, kind, bytes) in files {
        raw.push_str(&format!("--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
        for line in STANDARD.encode(bytes).as_bytes().chunks(76) {
            raw.push_str(std::str::from_utf8(line).unwrap());
            raw.push_str("\r\n");
        }
    }
    raw.push_str("--b--\r\n");
    Message::parse(raw.into_bytes())
}

#[test]
fn dump() {
    let mut names: Vec<_> = std::fs::read_dir("testdata/mail/attachments").unwrap().map(|it| it.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mail = message(&[(name, "application/octet-stream", &bytes)]);
        let contents = mail.contents();
        for file in &contents.files {
            println!("{} size={} found={:?} named={:?} dis={:?} enc={:?} act={:?} pic={:?} pages={:?} un={:?}", file.place(), file.size, file.found, file.named, file.disguises, file.encryption, file.active, file.picture, file.pages, file.unread);
        }
        for text in &contents.texts {
            println!("  [{}] {:?} cut={} {:?}", contents.place(text), text.form, text.cut, text.text);
        }
    }
}
