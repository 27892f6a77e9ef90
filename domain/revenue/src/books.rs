//! `Books`: all that says where charges go, and how each charge of a plan finds its places there.

use std::collections::BTreeMap;

use kernel::{FundId, LedgerAccountId};
use ledger::Chart;
use rates::Tax;

use crate::place::{ChargePlace, Group, Place, Places};
use crate::{RevenueLine, TaxLine};

/// Where charges, taxes and the city's own expenses go in the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    /// By revenue code.
    pub(crate) lines: BTreeMap<String, RevenueLine>,
    /// By authority and its code.
    pub(crate) taxes: BTreeMap<(String, String), TaxLine>,
    /// By revenue code: the expense account of what the city bears itself.
    pub(crate) expenses: BTreeMap<String, LedgerAccountId>,
}

/// What decides where a charge goes.
#[derive(Clone, Debug)]
pub(crate) struct ChargeShape<'a> {
    /// Its name, for refusals.
    pub(crate) name: &'a str,
    /// Its revenue code.
    pub(crate) revenue: &'a str,
    /// To whom it is owed, for a tax.
    pub(crate) tax: Option<&'a Tax>,
    /// Whether the city pays it.
    pub(crate) is_borne: bool,
    /// The charges, by position, of which it is a percentage.
    pub(crate) of: Vec<usize>,
    /// Whether it is ever something else than a percentage.
    pub(crate) is_measured: bool,
}

/// Why a charge has no place in the books.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPlaced {
    /// No revenue line of that code.
    #[error("charge '{charge}' names revenue code '{revenue}', which has no place in the books")]
    Revenue {
        /// The charge.
        charge: String,
        /// Its revenue code.
        revenue: String,
    },
    /// No tax of that authority and code, or one with another revenue code.
    #[error("charge '{charge}' is tax '{code}' of '{authority}' as '{revenue}', which has no place in the books")]
    Tax {
        /// The charge.
        charge: String,
        /// The authority.
        authority: String,
        /// Its code for the tax.
        code: String,
        /// The revenue code of the charge.
        revenue: String,
    },
    /// The city bears it, and no expense account is named.
    #[error("charge '{charge}' is borne by the city, but no expense account is named for '{revenue}'")]
    Expense {
        /// The charge.
        charge: String,
        /// Its revenue code.
        revenue: String,
    },
    /// No line bears the tax, or lines of several funds could.
    #[error("tax '{charge}' is no percentage of other charges, so all of them must belong to one fund and receivable")]
    NoBearer {
        /// The charge.
        charge: String,
    },
    /// A ledger account is not open in the fund of a line that bears a tax.
    #[error("charge '{charge}': ledger account {ledger_account} must be open in fund {fund}, which bears it")]
    NotOpen {
        /// The charge.
        charge: String,
        /// The code of the fund.
        fund: String,
        /// The code of the ledger account.
        ledger_account: String,
    },
}

impl NotPlaced {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NotPlaced::Revenue { .. } => "revenue_code_not_placed",
            NotPlaced::Tax { .. } => "tax_not_placed",
            NotPlaced::Expense { .. } => "expense_not_placed",
            NotPlaced::NoBearer { .. } => "tax_without_bearer",
            NotPlaced::NotOpen { .. } => "ledger_account_not_open",
        }
    }

    /// The charge.
    #[must_use]
    pub fn charge(&self) -> &str {
        match self {
            NotPlaced::Revenue { charge, .. }
            | NotPlaced::Tax { charge, .. }
            | NotPlaced::Expense { charge, .. }
            | NotPlaced::NoBearer { charge }
            | NotPlaced::NotOpen { charge, .. } => charge,
        }
    }
}

impl Books {
    /// Where each of these charges goes; they are all charges of one plan or version, in order.
    pub(crate) fn places(&self, charges: &[ChargeShape<'_>]) -> Result<Places, NotPlaced> {
        let places = (0..charges.len()).map(|position| self.place(charges, position));
        Ok(Places { charges: places.collect::<Result<_, _>>()? })
    }

    /// Every reason why these charges have no place, by charge; where each has one, the first that is not open.
    pub(crate) fn flaws(&self, chart: &Chart, charges: &[ChargeShape<'_>]) -> Vec<NotPlaced> {
        let (mut placed, mut flaws) = (Vec::new(), Vec::new());
        for position in 0..charges.len() {
            match self.place(charges, position) {
                Ok(place) => placed.push(place),
                // A tax has no place either where what it is a percentage of has none.
                Err(flaw) if flaws.contains(&flaw) => {}
                Err(flaw) => flaws.push(flaw),
            }
        }
        if flaws.is_empty() {
            flaws.extend(Books::check_open(chart, charges, &Places { charges: placed }).err());
        }
        flaws
    }

    /// Refuses places of which a ledger account is not open in its fund.
    fn check_open(chart: &Chart, charges: &[ChargeShape<'_>], places: &Places) -> Result<(), NotPlaced> {
        for (charge, place) in charges.iter().zip(&places.charges) {
            for place in place.all() {
                let sides = [place.debit, place.credit];
                let Some(closed) = sides.into_iter().find(|side| !chart.is_open(place.fund, *side)) else { continue };
                return Err(NotPlaced::NotOpen {
                    charge: charge.name.to_owned(),
                    fund: chart.fund(place.fund).map_or_else(String::new, |fund| fund.code.clone()),
                    ledger_account: chart.ledger_account(closed).map_or_else(String::new, |side| side.code.clone()),
                });
            }
        }
        Ok(())
    }

    fn place(&self, charges: &[ChargeShape<'_>], position: usize) -> Result<ChargePlace, NotPlaced> {
        let charge = &charges[position];
        let Some(tax) = charge.tax else {
            let line = self.line(charge)?;
            let debit = self.bearer(charge, line.receivable)?;
            let group = Group { fund: line.fund, receivable: line.receivable };
            return Ok(ChargePlace::Own(group, place(charge, line.fund, debit, line.revenue)));
        };
        let liability = self.tax(charge, tax)?.liability;
        let groups = self.groups(charges, position, charges.len())?;
        let one = |group: Group| {
            let debit = self.bearer(charge, group.receivable)?;
            Ok((group, place(charge, group.fund, debit, liability)))
        };
        let places = groups.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        Ok(ChargePlace::Following { of: charge.of.clone(), places })
    }

    /// The funds and receivables that bear a charge, in the order of the bearing charges.
    ///
    /// Each step follows one percentage; `steps` ends what would go in a circle, which compiling refuses.
    fn groups(&self, charges: &[ChargeShape<'_>], position: usize, steps: usize) -> Result<Vec<Group>, NotPlaced> {
        let charge = &charges[position];
        if charge.tax.is_none() {
            let line = self.line(charge)?;
            return Ok(vec![Group { fund: line.fund, receivable: line.receivable }]);
        }
        let no_bearer = || NotPlaced::NoBearer { charge: charge.name.to_owned() };
        let mut groups: Vec<Group> = Vec::new();
        if charge.is_measured || charge.of.is_empty() {
            for line in charges.iter().filter(|charge| charge.tax.is_none()) {
                let line = self.line(line)?;
                add(&mut groups, Group { fund: line.fund, receivable: line.receivable });
            }
            return if groups.len() == 1 { Ok(groups) } else { Err(no_bearer()) };
        }
        let steps = steps.checked_sub(1).ok_or_else(no_bearer)?;
        for base in &charge.of {
            for group in self.groups(charges, *base, steps)? {
                add(&mut groups, group);
            }
        }
        Ok(groups)
    }

    fn line(&self, charge: &ChargeShape<'_>) -> Result<&RevenueLine, NotPlaced> {
        let (name, revenue) = (charge.name.to_owned(), charge.revenue.to_owned());
        self.lines.get(charge.revenue).ok_or(NotPlaced::Revenue { charge: name, revenue })
    }

    fn tax(&self, charge: &ChargeShape<'_>, tax: &Tax) -> Result<&TaxLine, NotPlaced> {
        let line = self.taxes.get(&(tax.authority.clone(), tax.code.clone()));
        line.filter(|line| line.revenue == charge.revenue).ok_or_else(|| NotPlaced::Tax {
            charge: charge.name.to_owned(),
            authority: tax.authority.clone(),
            code: tax.code.clone(),
            revenue: charge.revenue.to_owned(),
        })
    }

    /// Who owes the charge: the customer, or the city as an expense.
    fn bearer(&self, charge: &ChargeShape<'_>, receivable: LedgerAccountId) -> Result<LedgerAccountId, NotPlaced> {
        if !charge.is_borne {
            return Ok(receivable);
        }
        let (name, revenue) = (charge.name.to_owned(), charge.revenue.to_owned());
        self.expenses.get(charge.revenue).copied().ok_or(NotPlaced::Expense { charge: name, revenue })
    }
}

fn place(charge: &ChargeShape<'_>, fund: FundId, debit: LedgerAccountId, credit: LedgerAccountId) -> Place {
    Place { code: charge.revenue.to_owned(), fund, debit, credit, is_borne: charge.is_borne }
}

fn add(groups: &mut Vec<Group>, group: Group) {
    if !groups.contains(&group) {
        groups.push(group);
    }
}
