//! A what-if report for people and for spreadsheets.

use kernel::{Cents, Decimal};

use super::{Change, Effect, WhatIfReport};

impl WhatIfReport {
    /// The report for people: revenue by class, winners and losers, what could not be priced.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}: {}\n", self.schedule, self.ordinance);
        if let (Some(first), Some(last)) = (self.months.first(), self.months.last()) {
            text.push_str(&format!("use of {} months, {first} through {last}\n\n", self.months.len()));
        }
        text.push_str(&format!(
            "{:<26}{:>9}{:>10}{:>17}{:>17}{:>17}{:>9}{:>9}{:>9}{:>9}\n",
            "class", "accounts", "services", "before", "after", "change", "per cent", "less", "same", "more"
        ));
        for (class, effect) in self.rows() {
            let change = dollars_change(effect.before_cents, effect.after_cents);
            text.push_str(&format!(
                "{class:<26}{:>9}{:>10}{:>17}{:>17}{change:>17}{:>9}{:>9}{:>9}{:>9}\n",
                effect.accounts,
                effect.services,
                effect.before_cents.dollars(),
                effect.after_cents.dollars(),
                per_cent(effect.change_per_cent),
                effect.less,
                effect.same,
                effect.more,
            ));
        }
        text.push_str("\naccounts by change\n");
        for (change, words) in Change::ALL {
            if let Some(accounts) = self.total.by_change.get(&change) {
                text.push_str(&format!("  {words:<24}{accounts:>9}\n"));
            }
        }
        if !self.largest.is_empty() {
            text.push_str("\nlargest increases\n");
        }
        for one in &self.largest {
            text.push_str(&format!(
                "  {:<12}{:<26}{:>14}{:>14}{:>14}\n",
                one.account_number,
                one.classes.join(", "),
                one.before_cents.dollars(),
                one.after_cents.dollars(),
                dollars_change(one.before_cents, one.after_cents),
            ));
        }
        for (by, reasons) in [("the rates in force", &self.not_priced_before), ("the proposal", &self.not_priced_after)]
        {
            if !reasons.is_empty() {
                text.push_str(&format!("\nnot priced by {by}, and counted nowhere above\n"));
            }
            for (why, times) in reasons {
                text.push_str(&format!("{times:>9}  {why}\n"));
            }
        }
        text
    }

    /// A row a class and one for all, with a header; amounts in dollars.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let head = ["class", "accounts", "services", "before", "after", "change_per_cent", "less", "same", "more"];
        writer.write_record(head.into_iter().chain(Change::ALL.iter().map(|(_, words)| *words)))?;
        for (class, effect) in self.rows() {
            let counts = [effect.accounts, effect.services].map(|count| count.to_string());
            let amounts = [effect.before_cents, effect.after_cents].map(|cents| cents.to_string());
            let change = effect.change_per_cent.map_or_else(String::new, |change| change.to_string());
            let sides = [effect.less, effect.same, effect.more].map(|count| count.to_string());
            let bands =
                Change::ALL.iter().map(|(band, _)| effect.by_change.get(band).copied().unwrap_or(0).to_string());
            let row = [class.to_owned()].into_iter().chain(counts).chain(amounts).chain([change]).chain(sides);
            writer.write_record(row.chain(bands))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }

    fn rows(&self) -> impl Iterator<Item = (&str, &Effect)> {
        let classes = self.classes.iter().map(|(class, effect)| (class.as_str(), effect));
        classes.chain([("all", &self.total)])
    }
}

/// The change with its sign: `+$3.10`, `-$0.40`, `$0.00`.
fn dollars_change(before: Cents, after: Cents) -> String {
    let change = after - before;
    let sign = if Cents::ZERO < change { "+" } else { "" };
    format!("{sign}{}", change.dollars())
}

fn per_cent(change: Option<Decimal>) -> String {
    change.map_or_else(|| "-".to_owned(), |change| format!("{change:+}"))
}
