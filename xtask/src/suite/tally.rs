//! `Tally`: how many tests passed, failed and were skipped, read from what the test runners print.

use std::fmt;
use std::ops::AddAssign;

/// Counts of tests; a failed step that is no test (such as formatting) counts as one failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// One failure and nothing else.
    pub(crate) const FAILURE: Self = Self { passed: 0, failed: 1, skipped: 0 };

    /// Reads nextest's last line: `Summary [ 0.1s] 3 tests run: 1 passed (1 slow), 1 failed, 1 timed out, 0 skipped`.
    ///
    /// Whatever is neither passed nor skipped has failed, whichever word a later release invents for it.
    pub(crate) fn of_nextest(line: &str) -> Option<Self> {
        let (_, rest) = line.trim().strip_prefix("Summary [")?.split_once(']')?;
        let (_, counts) = rest.split_once(" run:")?;
        let mut tally = Self::default();
        for count in without_brackets(counts).split(',') {
            let (number, word) = count.trim().split_once(' ')?;
            tally.count(number.parse().ok()?, word.trim());
        }
        Some(tally)
    }

    /// Reads the standard harness: `test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; …`.
    pub(crate) fn of_harness(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let mut tally = Self::default();
        for count in counts.split(';') {
            let Some((number, word)) = count.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse() else { continue };
            match word {
                "passed" | "failed" => tally.count(number, word),
                "ignored" => tally.skipped += number,
                // Measured and filtered out: no test ran, none was left out against our will.
                _ => {}
            }
        }
        Some(tally)
    }

    /// Turns tests which ended well because they could not run into skipped ones.
    pub(crate) fn with_recorded_skips(self, skips: usize) -> Self {
        let moved = skips.min(self.passed);
        Self { passed: self.passed - moved, failed: self.failed, skipped: self.skipped + skips }
    }

    fn count(&mut self, number: usize, word: &str) {
        match word {
            "passed" => self.passed += number,
            "skipped" => self.skipped += number,
            _ => self.failed += number,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: usize, failed: usize, skipped: usize) -> Option<Tally> {
        Some(Tally { passed, failed, skipped })
    }

    #[test]
    fn nextest_summaries_are_read() {
        let check = |line, expected| assert_eq!(Tally::of_nextest(line), expected, "{line}");
        check("     Summary [   0.005s] 3 tests run: 2 passed, 1 failed, 0 skipped", tally(2, 1, 0));
        check("Summary [ 12.1s] 1 test run: 1 passed, 0 skipped", tally(1, 0, 0));
        check(
            "Summary [ 1.0s] 9/12 tests run: 7 passed (2 slow, 1 leaky), 1 failed, 1 timed out, 4 skipped",
            tally(7, 2, 4),
        );
        check("Summary [ 1.0s] 2 tests run: 1 passed, 1 exec failed, 0 skipped", tally(1, 1, 0));
        check("        PASS [   0.005s] kernel cents::tests::summary", None);
    }

    #[test]
    fn harness_results_are_read() {
        let check = |line, expected| assert_eq!(Tally::of_harness(line), expected, "{line}");
        check(
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.10s",
            tally(4, 0, 1),
        );
        check("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", tally(4, 2, 0));
        check("test tests::one ... ok", None);
    }

    #[test]
    fn a_recorded_skip_is_no_pass() {
        let run = Tally { passed: 5, failed: 1, skipped: 0 };
        assert_eq!(run.with_recorded_skips(2).to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
