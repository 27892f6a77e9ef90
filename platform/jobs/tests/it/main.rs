//! Jobs against both engines: done to their end, once, whoever dies on the way.
#![cfg(test)]

mod worker;
