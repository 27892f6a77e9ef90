//! Who is allowed what, asked through the door on both engines.
#![cfg(test)]

mod authority;
