//! Pages of signing in, asked by visitors of a served site; the gate on both engines.

mod gate;
mod house;
mod signing_in;
mod staff_sign_in;
