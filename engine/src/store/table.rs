//! The tables of the database file, by name. Keys are made by [`super::key`]; values are described where they are
//! written.

use redb::TableDefinition;

/// One table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Table {
    /// The format of the file as a whole.
    Meta,
    /// Index entries of all records: their value is the record's key.
    Index,
    /// What may exist once: its value is the key of the record that has it.
    Unique,
    Applications,
    Answers,
    Accounts,
    Units,
    Registers,
    Sessions,
    Tickets,
    Counters,
    Certificates,
    /// The printed certificates, as bytes.
    CertificatePdfs,
    FormVersions,
    Messages,
    Uploads,
    /// The links of the audit chains.
    Audit,
    /// What the links commit to, kept apart so that it can be erased.
    AuditDetails,
    /// Where each audit chain ends.
    AuditHeads,
}

impl Table {
    /// Every table; all of them exist in every database file.
    pub(super) const ALL: [Self; 19] = [
        Self::Meta,
        Self::Index,
        Self::Unique,
        Self::Applications,
        Self::Answers,
        Self::Accounts,
        Self::Units,
        Self::Registers,
        Self::Sessions,
        Self::Tickets,
        Self::Counters,
        Self::Certificates,
        Self::CertificatePdfs,
        Self::FormVersions,
        Self::Messages,
        Self::Uploads,
        Self::Audit,
        Self::AuditDetails,
        Self::AuditHeads,
    ];

    /// The name in the file; it never changes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Index => "index",
            Self::Unique => "unique",
            Self::Applications => "applications",
            Self::Answers => "answers",
            Self::Accounts => "accounts",
            Self::Units => "units",
            Self::Registers => "registers",
            Self::Sessions => "sessions",
            Self::Tickets => "tickets",
            Self::Counters => "counters",
            Self::Certificates => "certificates",
            Self::CertificatePdfs => "certificate-pdfs",
            Self::FormVersions => "form-versions",
            Self::Messages => "messages",
            Self::Uploads => "uploads",
            Self::Audit => "audit",
            Self::AuditDetails => "audit-details",
            Self::AuditHeads => "audit-heads",
        }
    }

    /// What redb calls it.
    pub(super) const fn definition(self) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(self.name())
    }
}
