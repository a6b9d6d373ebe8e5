//! The arguments of `ibbi token` and `ibbi access`.

use clap::{Args as ClapArgs, Subcommand};
use ibbi_access::Role;
use ibbi_core::Party;
use std::path::PathBuf;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token for a program, and print it once.
    New(NewToken),
    /// List the tokens: name, roles, and until when they count.
    List(AccessLedger),
    /// Revoke a token. A running server refuses it from the next request on.
    Revoke(RevokeToken),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// List who has which role, and the tokens.
    List(AccessLedger),
    /// Give a person a role.
    Grant(ChangeGrant),
    /// Take a role from a person.
    Remove(ChangeGrant),
    /// Print what each role can record and see.
    Table,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AccessLedger {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
}

/// A role, and where it counts.
#[derive(Debug, ClapArgs)]
pub(crate) struct GrantedRole {
    /// Role: staff, facilitator, party, auditor, or service.
    #[arg(long, value_parser = clap::value_parser!(Role))]
    pub(crate) role: Role,
    /// Case in which the role counts, by its ID.
    #[arg(long, value_name = "ID", conflicts_with = "district")]
    pub(crate) case: Option<Uuid>,
    /// District in whose cases the role counts, by its name as the cases have it.
    #[arg(long, value_name = "NAME")]
    pub(crate) district: Option<String>,
    /// Party of a party member: labor or management.
    #[arg(long, value_name = "PARTY")]
    pub(crate) party: Option<Party>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewToken {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Name of the program that gets the token. Its records have it as their actor.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) role: GrantedRole,
    /// When the token stops to count: days from now, such as 90d, or a day.
    #[arg(long, value_name = "DAYS|DATE", default_value = "90d")]
    pub(crate) expires: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RevokeToken {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// ID of the token, as `ibbi token list` shows it.
    pub(crate) id: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ChangeGrant {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Who signs the person in: the issuer of the trusted proxy.
    #[arg(long, value_name = "ISSUER", default_value = "proxy")]
    pub(crate) issuer: String,
    /// ID that the issuer gives the person.
    #[arg(long, value_name = "ID")]
    pub(crate) subject: String,
    /// Name to show. Default: the ID.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) role: GrantedRole,
}
