//! Keys outside the database, sealed fields, passwords, one-time codes and tokens. See README.md.
//!
//! - [`Keys`] seal what the database must keep but not show; [`Sealed`] names the key.
//! - [`Token`] is what a browser or a program holds; the database holds its hash.
//! - [`hash_password`], [`judge_password`], [`one_time`] and [`recovery`]: how people prove who they are.

mod breached;
mod data_key;
mod fingerprint;
mod key_fault;
mod key_file;
mod keys;
pub mod one_time;
mod passwords;
mod random;
pub mod recovery;
mod token;

pub use breached::{BreachedList, ListFault};
pub use data_key::DataKey;
pub use fingerprint::hmac;
pub use key_fault::KeyFault;
pub use keys::{Keys, Sealed};
pub use passwords::{
    PASSWORD_MAX, PASSWORD_MIN, PasswordRefused, hash_password, is_password_hash, judge_password, verify_nobody,
    verify_password,
};
pub use random::Random;
pub use token::Token;
