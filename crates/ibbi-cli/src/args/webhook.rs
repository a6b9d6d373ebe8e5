//! The arguments of `ibbi webhook`.

use super::access::{AccessLedger, GrantedRole};
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Make a webhook, and print its secret once.
    New(NewWebhook),
    /// List the webhooks: address, roles, what was delivered, and what could not be.
    List(AccessLedger),
    /// Give a webhook another role, from the next message on.
    Role(ChangeWebhookRole),
    /// Remove a webhook. Nothing more is sent to it.
    Remove(OneWebhook),
    /// Have the server send dead letters again.
    Resend(ResendLetters),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewWebhook {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Name of the receiver.
    pub(crate) name: String,
    /// Address of the receiver: https, or http with a loopback address such as http://127.0.0.1:9000/.
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) role: GrantedRole,
    /// Number of the last record before the first that is sent: 0 for all records. Default: only new records are sent.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) after: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ChangeWebhookRole {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// ID of the webhook, as `ibbi webhook list` shows it.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) role: GrantedRole,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OneWebhook {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// ID of the webhook, as `ibbi webhook list` shows it.
    pub(crate) id: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ResendLetters {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// ID of the webhook, as `ibbi webhook list` shows it.
    pub(crate) id: String,
    /// Numbers of the records whose dead letters are sent again.
    #[arg(required_unless_present = "all")]
    pub(crate) record: Vec<u64>,
    /// Send all dead letters of the webhook again.
    #[arg(long, conflicts_with = "record")]
    pub(crate) all: bool,
}
