//! A sample of every act as it is stored: the log of any released version must still be readable.
//!
//! `act_samples.txt` holds kind, version and command of each, one a line. A line is never changed
//! once it was released; an act whose fields change gets the next version and another line.

const SAMPLES: &str = include_str!("act_samples.txt");

/// Kind, version and command of every sample.
pub fn samples() -> impl Iterator<Item = (&'static str, i64, &'static str)> {
    SAMPLES.lines().map(|line| {
        let parts: Vec<&str> = line.splitn(3, ' ').collect();
        let &[kind, version, command] = parts.as_slice() else {
            panic!("a sample is kind, version and command: {line}")
        };
        (kind, version.parse().expect("versions are numbers"), command)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::samples;
    use crate::registry::registry;

    #[test]
    fn every_released_command_can_still_be_read() {
        let known = registry();
        let mut current = BTreeSet::new();
        for (kind, version, command) in samples() {
            let rewritten = known.rewritten(kind, command).unwrap_or_else(|| panic!("{kind} is gone"));
            let (newest, text) = rewritten.unwrap_or_else(|fault| panic!("{kind} {version}: {fault}"));
            if version == newest {
                current.insert(kind);
                assert_eq!(text, command, "{kind} is written differently now");
            }
        }
        let missing: Vec<&str> = known.kinds().map(|(kind, _)| kind).filter(|kind| !current.contains(kind)).collect();
        assert!(missing.is_empty(), "act_samples.txt has no sample of {missing:?}");
    }
}
