//! The index against both engines: what is found after files came in, after acts, and while it is behind.
#![cfg(test)]

mod finding;
mod keeping;
mod town;
