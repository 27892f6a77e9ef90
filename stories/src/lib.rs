//! (filled by its first content)
