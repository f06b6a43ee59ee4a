//! Asks an LDAP server or Active Directory who is who.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::school::{LdapEntry, LdapTable};

const CONNECT: Duration = Duration::from_secs(10);

/// For each answer.
const ANSWER: Duration = Duration::from_secs(30);

/// For everything.
const ALL: Duration = Duration::from_secs(120);

/// Active Directory gives at most 1,000 entries at once.
const PAGE: i32 = 500;

/// Entries of one search; no trust has as many.
const MOST_ENTRIES: usize = 500_000;

/// Why the server's people are not known.
#[derive(Debug, thiserror::Error)]
pub enum LdapError {
    #[error("{}: cannot read the certificates: {why}", path.display())]
    Certificates { path: PathBuf, why: String },
    #[error("the system has no certificates that could vouch for {url}\n  help: name them with `ca-file`")]
    NoCertificates { url: String },
    #[error("{url}: cannot connect: {source}")]
    Connect { url: String, source: Box<ldap3::LdapError> },
    #[error("{url}: cannot sign in as `{dn}`: {source}")]
    Bind { url: String, dn: String, source: Box<ldap3::LdapError> },
    #[error("{url}: cannot search for {filter} below `{base}`: {source}")]
    Search { url: String, base: String, filter: String, source: Box<ldap3::LdapError> },
    #[error("{url}: {filter} finds more than {MOST_ENTRIES} entries below `{base}`, must find fewer")]
    TooMany { url: String, base: String, filter: String },
    #[error("{url}: gave no full answer in {} seconds", ALL.as_secs())]
    TooSlow { url: String },
    #[error("{url}: its answer is not understood")]
    Answer { url: String },
    #[error("cannot start a thread: {source}")]
    Thread { source: std::io::Error },
}

/// The entries of the two searches: people, groups.
pub type Entries = (Vec<LdapEntry>, Vec<LdapEntry>);

/// Asks for all people and groups. Blocks; may be called from any thread.
///
/// # Errors
/// Anything short of the whole answer: half a directory would be taken for the whole one.
pub fn ask(table: &LdapTable, password: Option<&str>, ca_file: Option<&Path>) -> Result<Entries, LdapError> {
    let url = || table.ldap.clone();
    let tls = tls(table, ca_file)?;
    // A thread with a runtime of its own, because a runtime cannot be entered twice; and what
    // ldap3 panics over is an answer that is not understood.
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|source| LdapError::Thread { source })?;
            let asked =
                runtime.block_on(async { tokio::time::timeout(ALL, ask_with(table, password, tls)).await });
            // A name that is being looked up must not keep us.
            runtime.shutdown_background();
            asked.unwrap_or_else(|_| Err(LdapError::TooSlow { url: url() }))
        });
        asking.join().unwrap_or_else(|_| Err(LdapError::Answer { url: url() }))
    })
}

async fn ask_with(
    table: &LdapTable,
    password: Option<&str>,
    tls: Arc<ClientConfig>,
) -> Result<Entries, LdapError> {
    let url = || table.ldap.clone();
    let safe = table.server().is_some_and(|(_, safe)| safe) || table.is_local();
    let settings = LdapConnSettings::new().set_conn_timeout(CONNECT).set_config(tls).set_starttls(!safe);
    let connected = LdapConnAsync::with_settings(settings, &table.ldap).await;
    let (connection, mut ldap) =
        connected.map_err(|it| LdapError::Connect { url: url(), source: it.into() })?;
    tokio::spawn(connection.drive());
    if let (Some(dn), Some(password)) = (&table.bind_dn, password) {
        let bound =
            ldap.with_timeout(ANSWER).simple_bind(dn, password).await.and_then(ldap3::LdapResult::success);
        bound.map_err(|it| LdapError::Bind { url: url(), dn: dn.clone(), source: it.into() })?;
    }
    let people = search(&mut ldap, table, &table.people_filter, table.attributes.wanted()).await?;
    let groups = search(&mut ldap, table, &table.group_filter, table.group_attributes.wanted()).await?;
    // The answers are here; how the server takes our leave changes nothing.
    let _ = ldap.with_timeout(ANSWER).unbind().await;
    Ok((people, groups))
}

async fn search(
    ldap: &mut Ldap,
    table: &LdapTable,
    filter: &str,
    wanted: Vec<String>,
) -> Result<Vec<LdapEntry>, LdapError> {
    let (url, base, shown) = (|| table.ldap.clone(), || table.base.clone(), || filter.to_owned());
    let failed = |it: ldap3::LdapError| LdapError::Search {
        url: url(),
        base: base(),
        filter: shown(),
        source: it.into(),
    };
    let pages: Vec<Box<dyn Adapter<'_, String, Vec<String>>>> =
        vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
    let stream =
        ldap.with_timeout(ANSWER).streaming_search_with(pages, &table.base, Scope::Subtree, filter, wanted);
    let mut stream = stream.await.map_err(failed)?;
    let mut found = Vec::new();
    while let Some(entry) = stream.next().await.map_err(failed)? {
        if found.len() == MOST_ENTRIES {
            return Err(LdapError::TooMany { url: url(), base: base(), filter: shown() });
        }
        found.push(SearchEntry::construct(entry));
    }
    stream.finish().await.success().map_err(failed)?;
    let mut entries = Vec::with_capacity(found.len());
    for entry in found {
        entries.push(whole(ldap, entry).await.map_err(failed)?);
    }
    Ok(entries)
}

/// The entry with all values of its long attributes. Active Directory gives 1,500 members at
/// once, as `member;range=0-1499`, and the next ones when asked (MS-ADTS 3.1.1.3.1.3.3).
async fn whole(ldap: &mut Ldap, entry: SearchEntry) -> Result<LdapEntry, ldap3::LdapError> {
    let mut attributes: HashMap<String, Vec<String>> = HashMap::new();
    let mut waiting: Vec<(String, Vec<String>)> = entry.attrs.into_iter().collect();
    while let Some((written, values)) = waiting.pop() {
        let (name, next) = range(&written);
        let known = attributes.entry(name.to_lowercase()).or_default();
        known.extend(values);
        // Each answer brings something, or there is no end.
        let Some(next) = next.filter(|it| *it == known.len() && *it < MOST_ENTRIES) else { continue };
        let wanted = [format!("{name};range={next}-*")];
        let asked =
            ldap.with_timeout(ANSWER).search(&entry.dn, Scope::Base, "(objectClass=*)", wanted).await?;
        let (more, _) = asked.success()?;
        let more = more.into_iter().filter(|it| !it.is_ref() && !it.is_intermediate());
        waiting.extend(
            more.flat_map(|it| SearchEntry::construct(it).attrs).filter(|(it, _)| range(it).0 == name),
        );
    }
    Ok(LdapEntry { dn: entry.dn, attributes })
}

/// The name of an attribute without its range, and where the next range begins.
fn range(attribute: &str) -> (&str, Option<usize>) {
    let Some((name, range)) = attribute.split_once(";range=") else { return (attribute, None) };
    let last = range.split_once('-').and_then(|(_, last)| last.parse::<usize>().ok());
    (name, last.and_then(|it| it.checked_add(1)))
}

fn tls(table: &LdapTable, ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, LdapError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let failed = |why: String| LdapError::Certificates { path: path.to_owned(), why };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|it| failed(it.to_string()))? {
            let certificate = certificate.map_err(|it| failed(it.to_string()))?;
            roots.add(certificate).map_err(|it| failed(it.to_string()))?;
        }
        if roots.is_empty() {
            return Err(failed("there is none in it".into()));
        }
    } else if !table.is_local() {
        // The system's list may hold one that rustls cannot read; the others still vouch.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(LdapError::NoCertificates { url: table.ldap.clone() });
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|_| LdapError::NoCertificates { url: table.ldap.clone() })?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_tells_where_the_next_begins() {
        assert_eq!(range("member"), ("member", None));
        assert_eq!(range("member;range=0-1499"), ("member", Some(1500)));
        assert_eq!(range("member;range=1500-*"), ("member", None));
        assert_eq!(range("member;range=x"), ("member", None));
        assert_eq!(range(&format!("member;range=0-{}", usize::MAX)), ("member", None));
    }
}
