//! What an actor may be allowed with the log itself.

use crate::Permission;

/// Reading the log.
pub const READ: Permission = Permission { code: "acts.read", sentence: "Read the log of all changes" };

/// Sealing and verifying it.
pub const SEAL: Permission = Permission { code: "acts.seal", sentence: "Seal the log of all changes and verify it" };

/// All permissions of the log.
pub const PERMISSIONS: &[Permission] = &[READ, SEAL];
