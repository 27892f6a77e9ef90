//! `LedgerAccount` and `Fund`: the nouns of the chart, with the roles a ledger account can play.

use std::fmt;

use serde::{Deserialize, Serialize};

use kernel::{FundId, LedgerAccountId};

use crate::ChartError;

/// One ledger account of the books; never a customer's account.
///
/// The fields are plain facts as read; `Chart::new` refuses the combinations that cannot be, so a
/// ledger account taken from a `Chart` plays at most one role and has the kind that role needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerAccount {
    /// Its id; never printed.
    pub id: LedgerAccountId,
    /// The number city hall knows it by, such as `1200`.
    pub code: String,
    /// What it is called, such as `Utility receivable`.
    pub name: String,
    /// On which statement it stands.
    pub kind: AccountKind,
    /// Whether its balance is the sum of customers' balances, and which.
    pub control: Option<Control>,
    /// Whether it is the funds' share in a cash drawer, batch or bank account.
    pub is_pooled_cash: bool,
    /// Whether moves between customers pass through it; zero at day's end.
    pub is_clearing: bool,
}

/// A fund: a set of books that balances by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// Its id; never printed.
    pub id: FundId,
    /// The number city hall knows it by, such as `510`.
    pub code: String,
    /// What it is called, such as `Water`.
    pub name: String,
}

/// The five kinds of ledger account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// What the fund has or is owed.
    Asset,
    /// What the fund owes.
    Liability,
    /// What is left: fund balance, net position.
    Equity,
    /// What the fund earns.
    Revenue,
    /// What the fund spends.
    Expense,
}

/// Which balances of customers a control account sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// What customers owe; an asset.
    Receivable,
    /// Deposits held for customers; a liability, never part of a balance shown.
    Deposit,
    /// Money received and not yet applied to a charge; a liability.
    UnappliedCredit,
}

/// The one special thing a ledger account can be, with what it demands of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its balance is the sum of customers' balances.
    Control(Control),
    /// The fund's equity in pooled cash.
    PooledCash,
    /// Moves between customers pass through it.
    Clearing,
}

/// A code that is none of those known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{code}' is not {what}; known are {known}")]
pub struct UnknownCode {
    /// What was expected, with its article.
    pub what: &'static str,
    /// What was read.
    pub code: String,
    /// All codes that would have been understood.
    pub known: String,
}

impl LedgerAccount {
    /// The role it plays, if any; more than one, or one its kind forbids, is refused.
    pub fn role(&self) -> Result<Option<Role>, ChartError> {
        let pooled_cash = self.is_pooled_cash.then_some(Role::PooledCash);
        let clearing = self.is_clearing.then_some(Role::Clearing);
        let mut roles = [self.control.map(Role::Control), pooled_cash, clearing].into_iter().flatten();
        let role = roles.next();
        if roles.next().is_some() {
            return Err(ChartError::SeveralRoles { code: self.code.clone() });
        }
        match role {
            Some(role) if !role.kinds().contains(&self.kind) => {
                Err(ChartError::WrongKind { code: self.code.clone(), role, kind: self.kind })
            }
            _ => Ok(role),
        }
    }
}

impl AccountKind {
    /// All kinds, in the order of the statements.
    pub const ALL: [AccountKind; 5] =
        [AccountKind::Asset, AccountKind::Liability, AccountKind::Equity, AccountKind::Revenue, AccountKind::Expense];

    /// The stable code, as stored and exported.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            AccountKind::Asset => "asset",
            AccountKind::Liability => "liability",
            AccountKind::Equity => "equity",
            AccountKind::Revenue => "revenue",
            AccountKind::Expense => "expense",
        }
    }

    /// The kind with that code.
    pub fn parse(code: &str) -> Result<AccountKind, UnknownCode> {
        by_code("a kind of ledger account", code, &AccountKind::ALL, AccountKind::code)
    }
}

impl Control {
    /// All controls.
    pub const ALL: [Control; 3] = [Control::Receivable, Control::Deposit, Control::UnappliedCredit];

    /// The stable code, as stored and exported.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Control::Receivable => "receivable",
            Control::Deposit => "deposit",
            Control::UnappliedCredit => "unapplied_credit",
        }
    }

    /// The control with that code.
    pub fn parse(code: &str) -> Result<Control, UnknownCode> {
        by_code("a control", code, &Control::ALL, Control::code)
    }

    /// Whether it counts toward the balance shown to a customer: receivable − unapplied credit.
    #[must_use]
    pub fn is_in_balance(self) -> bool {
        match self {
            Control::Receivable | Control::UnappliedCredit => true,
            Control::Deposit => false,
        }
    }
}

impl Role {
    /// The kinds a ledger account in this role may have.
    #[must_use]
    pub fn kinds(self) -> &'static [AccountKind] {
        match self {
            Role::Control(Control::Receivable) | Role::PooledCash => &[AccountKind::Asset],
            Role::Control(Control::Deposit | Control::UnappliedCredit) => &[AccountKind::Liability],
            Role::Clearing => &[AccountKind::Asset, AccountKind::Liability],
        }
    }
}

/// The role in words, as it stands in a sentence.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Control(Control::Receivable) => "customers' receivable",
            Role::Control(Control::Deposit) => "customers' deposits",
            Role::Control(Control::UnappliedCredit) => "customers' unapplied credit",
            Role::PooledCash => "pooled cash",
            Role::Clearing => "clearing",
        })
    }
}

/// The one of `all` whose code it is, or what would have been understood.
pub(crate) fn by_code<T: Copy>(
    what: &'static str,
    code: &str,
    all: &[T],
    code_of: fn(T) -> &'static str,
) -> Result<T, UnknownCode> {
    let known = || all.iter().map(|one| code_of(*one)).collect::<Vec<_>>().join(", ");
    let found = all.iter().copied().find(|one| code_of(*one) == code);
    found.ok_or_else(|| UnknownCode { what, code: code.to_owned(), known: known() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::parse(kind.code()), Ok(kind));
        }
        for control in Control::ALL {
            assert_eq!(Control::parse(control.code()), Ok(control));
        }
    }

    #[test]
    fn an_unknown_code_says_what_is_known() {
        let refused = Control::parse("Deposits").unwrap_err();
        let message = "'Deposits' is not a control; known are receivable, deposit, unapplied_credit";
        assert_eq!(refused.to_string(), message);
    }
}
