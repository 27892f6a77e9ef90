//! The browser, its judge, the provider and the client, each tried on pages whose every letter is known.
#![cfg(test)]

mod browsing;
mod site;
mod visiting;
