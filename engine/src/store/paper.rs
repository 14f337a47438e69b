//! What an office issues and keeps beside the answers: certificates, the forms applications are pinned to, and whose
//! a file is.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Store;
use super::error::{StoreError, Subject};
use super::hex;
use super::key;
use super::record::{Record, Unique, body, decode, quiet_debug};
use super::table::Table;
use super::view::View;

/// An issued certificate. Once put it is frozen: putting another with its id, number or token is refused.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The region.
    pub region: String,
    /// The id, unique in the region.
    pub id: String,
    /// The application.
    pub application: String,
    /// The registration number.
    pub number: String,
    /// The id of the document it is a print of.
    pub document: String,
    /// The day it carries.
    pub issued_on: Date,
    /// The print.
    #[serde(skip)]
    pub pdf: Vec<u8>,
    /// The SHA-256 of the print, in lower-case hex; reading compares it.
    pub sha256: String,
    /// What `/verify/…` is called with.
    pub verify_token: String,
}

quiet_debug!(Certificate: region, id, application, sha256);

/// A merged form, as applications are pinned to it. Put once for each content hash; later puts change nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormVersion {
    /// The region.
    pub region: String,
    /// The content hash.
    pub hash: String,
    /// The form's id.
    pub form: String,
    /// The version its author gave it.
    pub version: String,
    /// The definition.
    pub definition: Value,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// That a file of [`super::Files`] was handed in with an application.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// The region.
    pub region: String,
    /// The application.
    pub application: String,
    /// The file's id: the SHA-256 of its content.
    pub file: String,
    /// The name it came with.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its kind by content: `pdf`, `png`, …
    pub kind: String,
    /// The account that handed it in.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

quiet_debug!(Upload: region, application, file, size, kind);

impl Record for Certificate {
    const TABLE: Table = Table::Certificates;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.id])
    }

    fn unique(&self) -> Vec<Unique> {
        let unique = |key| Unique {
            what: Subject::Certificate,
            key,
            forever: true,
        };
        vec![
            unique(number_key(&self.region, &self.document, &self.number)),
            unique(token_key(&self.region, &self.verify_token)),
        ]
    }
}

impl Record for FormVersion {
    const TABLE: Table = Table::FormVersions;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.hash])
    }
}

impl Record for Upload {
    const TABLE: Table = Table::Uploads;

    fn key(&self) -> Vec<u8> {
        key::of(&[&self.region, &self.application, &self.file])
    }
}

fn number_key(region: &str, document: &str, number: &str) -> Vec<u8> {
    key::of(&["certificate number", region, document, number])
}

fn token_key(region: &str, token: &str) -> Vec<u8> {
    key::of(&["certificate token", region, token])
}

/// The certificate with its print, once that is known to be the one issued.
fn with_pdf(view: &View, certificate: Option<Certificate>) -> Result<Option<Certificate>, StoreError> {
    let Some(mut certificate) = certificate else {
        return Ok(None);
    };
    let stored = view
        .bytes(Table::CertificatePdfs, &certificate.key())?
        .unwrap_or_default();
    let pdf = body(Table::CertificatePdfs, &stored)?.to_vec();
    if hex::encode(&Sha256::digest(&pdf)) != certificate.sha256 {
        let reason = format!("the print of certificate {} is not the one issued", certificate.id);
        return Err(StoreError::Damaged {
            table: Table::CertificatePdfs.name(),
            reason,
        });
    }
    certificate.pdf = pdf;
    Ok(Some(certificate))
}

impl Store {
    /// The certificate with this id.
    pub async fn certificate(&self, region: &str, id: &str) -> Result<Option<Certificate>, StoreError> {
        let key = key::of(&[region, id]);
        self.read(move |view| with_pdf(view, view.get(&key)?)).await
    }

    /// The print of a document under this registration number.
    pub async fn certificate_by_number(
        &self,
        region: &str,
        document: &str,
        number: &str,
    ) -> Result<Option<Certificate>, StoreError> {
        let key = number_key(region, document, number);
        self.read(move |view| with_pdf(view, view.unique(&key)?)).await
    }

    /// The certificate with this verification token.
    pub async fn certificate_by_token(&self, region: &str, token: &str) -> Result<Option<Certificate>, StoreError> {
        let key = token_key(region, token);
        self.read(move |view| with_pdf(view, view.unique(&key)?)).await
    }

    /// The form with this content hash.
    pub async fn form_version(&self, region: &str, hash: &str) -> Result<Option<FormVersion>, StoreError> {
        let key = key::of(&[region, hash]);
        self.read(move |view| view.get(&key)).await
    }

    /// All forms that applications of the region were ever pinned to.
    pub async fn form_versions(&self, region: &str) -> Result<Vec<FormVersion>, StoreError> {
        let prefix = key::of(&[region]);
        self.read(move |view| view.all(&prefix)).await
    }

    /// That this file was handed in with this application.
    pub async fn upload(&self, region: &str, application: &str, file: &str) -> Result<Option<Upload>, StoreError> {
        let key = key::of(&[region, application, file]);
        self.read(move |view| view.get(&key)).await
    }

    /// Everywhere that this file was handed in, in any region.
    pub async fn uploads_of(&self, file: &str) -> Result<Vec<Upload>, StoreError> {
        let file = file.to_owned();
        self.read(move |view| {
            let mut uploads = Vec::new();
            for entry in view.every(Table::Uploads)? {
                let (place, bytes) = entry?;
                if key::parts(&place).last() == Some(&file) {
                    uploads.push(decode(Table::Uploads, &bytes)?);
                }
            }
            Ok(uploads)
        })
        .await
    }

    /// All files that were handed in with an application.
    pub async fn uploads(&self, region: &str, application: &str) -> Result<Vec<Upload>, StoreError> {
        let prefix = key::of(&[region, application]);
        self.read(move |view| view.all(&prefix)).await
    }
}
