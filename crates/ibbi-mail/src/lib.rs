//! Sends email by SMTP.
