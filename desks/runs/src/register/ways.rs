//! Where the figures of a register lead: to the charges, accounts, taxes and bills that they are made of.

use billing::{Register, RollPart, RunState};
use web::Ask;

use crate::charges::{Bears, charges_href};
use crate::known::Known;

/// Where the figures of a register lead.
pub(super) struct Ways<'a> {
    pub(super) ask: &'a Ask,
    pub(super) known: &'a Known,
    pub(super) register: &'a Register,
}

impl Ways<'_> {
    /// What the figure in a row and column of a section is made of; without a row it is the total of the column.
    pub(super) fn of(&self, heading: &str, row: Option<usize>, column: usize) -> Option<String> {
        match heading {
            Register::CHARGES => self.charges(row, column),
            Register::TAXES => self.taxes(row?, column),
            Register::RECEIVABLES => self.receivables(row, column),
            Register::JOURNAL => self.journal(row, column),
            Register::REPLACED => self.replaced(row?, column),
            Register::CHARGES_COMPARED => self.compared(row?, column),
            Register::SIGN_OFF => self.signed(row?, column),
            Register::HELD | Register::TAKEN_OUT => self.held(heading, row?, column),
            _ => None,
        }
    }

    fn charges(&self, row: Option<usize>, column: usize) -> Option<String> {
        let bears = match column {
            6 => Bears::Customer,
            7 => Bears::City,
            _ => return None,
        };
        let Some(row) = row else { return Some(self.known.charges_href(&[], Some(bears), true)) };
        let line = self.register.charges.iter().filter(|line| !line.revenue.is_empty()).nth(row)?;
        let debit = code_of(&line.debit);
        let parts = [
            ("service", line.service.as_str()),
            ("class", &line.class),
            ("schedule", &line.schedule),
            ("revenue", &line.revenue),
            ("fund", &line.fund),
            ("debit", debit),
        ];
        Some(self.known.charges_href(&parts, Some(bears), true))
    }

    fn taxes(&self, row: usize, column: usize) -> Option<String> {
        let line = self.register.taxes.get(row).filter(|_| 4 <= column)?;
        Some(self.known.taxes_href(line))
    }

    fn receivables(&self, row: Option<usize>, column: usize) -> Option<String> {
        let part = *RollPart::ALL.get(column.checked_sub(3)?)?;
        let Some(row) = row else { return Some(self.known.receivables_href(None, part)) };
        let line = self.register.receivables.get(row)?;
        Some(self.known.receivables_href(Some((&line.service, &line.fund, &line.receivable)), part))
    }

    fn journal(&self, row: Option<usize>, column: usize) -> Option<String> {
        if column != 4 {
            return None;
        }
        // What is taken back stands below what is billed, and in the bills that are replaced.
        let Some(row) = row else {
            return self.register.reversals.is_empty().then(|| self.known.charges_href(&[], None, true));
        };
        let line = self.register.journal.get(row)?;
        let parts = [("revenue", line.revenue.as_str()), ("fund", &line.fund), ("debit", code_of(&line.debit))];
        Some(self.known.charges_href(&parts, None, true))
    }

    fn replaced(&self, row: usize, column: usize) -> Option<String> {
        let line = self.register.replaced.get(row).filter(|_| self.ask.may(customers::permissions::SEE))?;
        match column {
            0 => Some(format!("/accounts/{}", web::encoded(&line.account))),
            1 | 3 => Some(format!("/bills/{}", line.old)),
            2 | 4 if self.known.state == RunState::Posted => Some(format!("/bills/{}", line.new)),
            _ => None,
        }
    }

    fn compared(&self, row: usize, column: usize) -> Option<String> {
        let comparison = self.register.comparison.as_ref()?;
        // The last row is all of them.
        let revenue = if row + 1 == comparison.charges.len() { "" } else { comparison.charges.get(row)?.what.as_str() };
        let parts = [("revenue", revenue)];
        match column {
            1 => Some(charges_href(comparison.run, &parts, None, true)),
            2 => Some(self.known.charges_href(&parts, None, true)),
            _ => None,
        }
    }

    fn signed(&self, row: usize, column: usize) -> Option<String> {
        // The hash, who signed, the hash that was signed, the bills, and what they come to.
        let is_total = (row, column) == (4, 1) && self.register.signed.is_some();
        is_total.then(|| self.known.charges_href(&[], Some(Bears::Customer), true))
    }

    fn held(&self, heading: &str, row: usize, column: usize) -> Option<String> {
        let is_wanted = |line: &&billing::HeldLine| heading == Register::HELD || line.is_since_signoff;
        let line = self.register.held.iter().filter(is_wanted).nth(row).filter(|_| column == 0)?;
        Some(self.known.href(&format!("/exceptions/{}", web::encoded(&line.account))))
    }
}

/// The code at the front of `115100 Utility receivable`.
fn code_of(side: &str) -> &str {
    side.split(' ').next().unwrap_or_default()
}
