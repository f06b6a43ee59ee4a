//! Free mail providers: their domains, and which of their addresses reach one mailbox.

use super::tables::ascii_domain;
use crate::mail::Address;

/// What a provider leaves out of account in the local part of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ignores {
    Nothing,
    /// A `+` and what follows it.
    Tags,
    /// Tags, and dots wherever they stand.
    TagsAndDots,
}

/// Domains of one provider: addresses that differ only in which of them they use reach one
/// mailbox where `one` is set.
struct Provider {
    ignores: Ignores,
    one: bool,
    domains: &'static [&'static str],
}

/// The providers that people in Britain, and families from elsewhere, use. `freemail.example`
/// stands for any of them.
#[rustfmt::skip]
const PROVIDERS: &[Provider] = &[
    Provider { ignores: Ignores::TagsAndDots, one: true, domains: &["gmail.com", "googlemail.com"] },
    Provider { ignores: Ignores::Tags, one: true, domains: &["icloud.com", "me.com", "mac.com"] },
    Provider { ignores: Ignores::TagsAndDots, one: true, domains: &[
        "proton.me", "protonmail.com", "pm.me", "protonmail.ch",
    ] },
    Provider { ignores: Ignores::Tags, one: false, domains: &[
        "outlook.com", "outlook.co.uk", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.it", "hotmail.es",
        "hotmail.de", "live.com", "live.co.uk", "live.ie", "msn.com", "passport.com", "windowslive.com",
        "outlook.ie", "outlook.fr", "outlook.de", "outlook.es", "outlook.it", "outlook.pt",
        "fastmail.com", "fastmail.fm", "fastmail.co.uk", "zoho.com", "zohomail.eu", "zohomail.com",
        "yandex.com", "yandex.ru", "ya.ru", "mailfence.com", "hey.com", "runbox.com", "posteo.de", "posteo.net",
        "mailbox.org", "tutanota.com", "tutamail.com", "tuta.io", "tuta.com", "disroot.org", "freemail.example",
    ] },
    Provider { ignores: Ignores::Nothing, one: false, domains: &[
        "yahoo.com", "yahoo.co.uk", "yahoo.ie", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.in",
        "yahoo.co.in", "yahoo.pl", "yahoo.ro", "yahoo.com.br", "yahoo.com.hk", "yahoo.com.au", "ymail.com",
        "rocketmail.com", "myyahoo.com",
    ] },
    Provider { ignores: Ignores::Nothing, one: false, domains: &[
        "aol.com", "aol.co.uk", "aim.com", "mail.com", "email.com", "usa.com", "gmx.com", "gmx.co.uk", "gmx.net",
        "gmx.de", "gmx.at", "web.de", "t-online.de", "freenet.de", "mail.ru", "inbox.ru", "bk.ru", "list.ru",
        "rambler.ru", "ukr.net", "i.ua", "meta.ua", "inbox.lv", "inbox.lt", "seznam.cz", "email.cz", "centrum.cz",
        "azet.sk", "wp.pl", "o2.pl", "onet.pl", "onet.eu", "op.pl", "poczta.onet.pl", "vp.pl", "interia.pl",
        "interia.eu", "poczta.fm", "tlen.pl", "gazeta.pl", "abv.bg", "mail.bg", "citromail.hu", "freemail.hu",
        "libero.it", "virgilio.it", "tiscali.it", "laposte.net", "orange.fr", "free.fr", "wanadoo.fr", "sfr.fr",
        "sapo.pt", "rediffmail.com", "indiatimes.com", "qq.com", "163.com", "126.com", "yeah.net", "sina.com",
        "sohu.com", "foxmail.com", "naver.com", "daum.net", "hanmail.net", "lycos.com", "excite.com", "inbox.com",
        "eircom.net", "hushmail.com", "duck.com", "btinternet.com", "btopenworld.com", "sky.com",
        "virginmedia.com", "virgin.net", "ntlworld.com", "blueyonder.co.uk", "talktalk.net", "talktalk.co.uk",
        "tiscali.co.uk", "lineone.net", "plus.com", "plusnet.com", "o2.co.uk", "vodafone.net", "orange.net",
        "freeserve.co.uk", "fsnet.co.uk", "wanadoo.co.uk", "supanet.com", "zen.co.uk", "dsl.pipex.com",
        "madasafish.com", "onetel.com", "uwclub.net", "post.com", "mailinator.com", "cox.net",
        "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "bigpond.com", "optusnet.com.au",
        "uk2.net", "email.co.uk", "talk21.com", "which.net",
    ] },
];

/// The provider of a domain, and the one domain that stands for all its own.
///
/// `gmail.example` is read as `gmail.com`, and so for the others, so that examples and tests
/// can do without addresses that may be somebody's; `.example` never exists (RFC 2606).
fn provider(domain: &str) -> Option<(&'static Provider, &'static str)> {
    let example = domain.strip_suffix(".example").map(|name| format!("{name}.com"));
    PROVIDERS.iter().find_map(|provider| {
        let found = provider.domains.iter().find(|it| **it == domain || Some(**it) == example.as_deref())?;
        Some((provider, if provider.one { provider.domains[0] } else { found }))
    })
}

/// Tells whether anybody may have an address at this domain for nothing, or with a line.
pub(super) fn is_freemail(domain: &str) -> bool {
    provider(domain).is_some()
}

/// The one form of an address under which all forms that reach its mailbox are the same: the
/// domain in ASCII, dots and tags gone where the provider ignores them, `googlemail.com` as
/// `gmail.com`.
pub(super) fn folded(address: &Address) -> String {
    let domain = ascii_domain(address.domain());
    let local = unquoted(address.local());
    let Some((provider, domain)) = provider(&domain) else {
        return format!("{local}@{domain}");
    };
    match provider.ignores {
        Ignores::Nothing => format!("{local}@{domain}"),
        Ignores::Tags => format!("{}@{domain}", without_tag(&local)),
        Ignores::TagsAndDots => format!("{}@{domain}", without_tag(&local).replace('.', "")),
    }
}

/// A local part without its tag; one that starts with the sign is left as it is.
pub(super) fn without_tag(local: &str) -> &str {
    match local.find('+') {
        Some(at) if 0 < at => &local[..at],
        _ => local,
    }
}

/// `"a.b"@` and `a.b@` are one mailbox (RFC 5321 section 4.1.2).
pub(super) fn unquoted(local: &str) -> String {
    match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace('\\', ""),
        None => local.to_owned(),
    }
}
