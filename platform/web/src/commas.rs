//! Numbers as people type them, with commas between the thousands.

/// A number without the commas between its thousands. `None` where they stand elsewhere: `5,00` may be meant as 5.00.
#[must_use]
pub fn without_commas(text: &str) -> Option<String> {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (first, groups) = match whole.split_once(',') {
        Some((first, groups)) => (first, groups.split(',').collect()),
        None => (whole, Vec::new()),
    };
    let is_first = (1..=3).contains(&first.trim_start_matches(['-', '+']).len()) || groups.is_empty();
    let are_right = is_first && groups.iter().all(|group| group.len() == 3) && !rest.contains(',');
    are_right.then(|| format!("{first}{}{rest}", groups.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_thousands_alone() {
        #[rustfmt::skip]
        let rows = [
            ("1250",          Some("1250")),
            ("1,250.00",      Some("1250.00")),
            ("-1,250",        Some("-1250")),
            ("12,345,678.90", Some("12345678.90")),
            (".50",           Some(".50")),
            ("",              Some("")),
            ("5,00",          None),
            ("1,25",          None),
            ("1,2500",        None),
            ("1250,000",      None),
            (",500",          None),
            ("1,,000",        None),
            ("1.000,00",      None),
        ];
        for (typed, expected) in rows {
            assert_eq!(without_commas(typed).as_deref(), expected, "{typed}");
        }
    }
}
