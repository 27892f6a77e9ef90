//! Who is allowed what, asked through the door on both engines.
#![cfg(test)]

mod authority;
mod office;
mod pages;
mod people;
mod sign_in;
mod sign_in_desk;
mod sign_in_provider;
mod sign_in_second_factor;
mod sign_in_sessions;
mod sign_in_single_sign_on;
mod sign_in_tokens;
