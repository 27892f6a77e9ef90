//! `Refusal`: the rules say no, in words a clerk can pass on.

/// An expected no. One enum per act, one variant per fact; never a fault of the machine.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// The stable code of the fact, such as `period_closed`; programs rely on it.
    fn code(&self) -> &'static str;
}
