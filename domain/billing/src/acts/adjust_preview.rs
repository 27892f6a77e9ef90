//! An adjustment before it is sent: what it would move, with its tax, and where.

use ::acts::Failure;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Cents, Month};
use ledger::Posting;
use revenue::RateBook;

use super::AdjustAccount;
use super::adjusting::{AdjustableCharge, OfBill, inputs_of};
use crate::pricing::price;
use crate::{BillView, Limits, store};

/// What an adjustment would do.
#[derive(Clone, Debug)]
pub struct AdjustmentPreview {
    /// Whose account it is.
    pub account: AccountId,
    /// What the account owes now.
    pub balance: Cents,
    /// What the charge is called on the bill.
    pub title: String,
    /// What the bill charged on the line, without tax.
    pub charged: Cents,
    /// What was adjusted on it before; negative for credits.
    pub given: Cents,
    /// What is adjusted, without tax.
    pub cents: Cents,
    /// The tax that goes with it.
    pub tax: Cents,
    /// What would be posted, line by line; a share that rounds to nothing has no posting.
    pub parts: Vec<PreviewedPart>,
    /// The day in the books.
    pub gl_on: NaiveDate,
    /// Whether it counts from a day in a month that is locked; that is noted for who reviews.
    pub is_back_dated: bool,
}

/// A part of it: of the charge itself, or of a tax on it.
#[derive(Clone, Debug)]
pub struct PreviewedPart {
    /// The service agreement.
    pub agreement: AgreementId,
    /// The revenue code, or that of the tax.
    pub code: String,
    /// The name of the charge in its rates.
    pub charge: String,
    /// What the charge is called on the bill.
    pub title: String,
    /// Whether the city pays it, so that the customer owes nothing of it.
    pub is_borne: bool,
    /// How much; negative for a credit.
    pub cents: Cents,
    /// What is posted.
    pub posting: Option<Posting>,
}

impl AdjustmentPreview {
    /// What is moved, with the tax.
    #[must_use]
    pub fn moved(&self) -> Cents {
        self.cents + self.tax
    }
}

/// The charges of a bill that [`AdjustAccount`] takes, each with the amount that it adjusts.
pub async fn adjustable_charges(read: &mut Read, view: &BillView) -> Result<Vec<AdjustableCharge>, Fault> {
    let (run, bill) = (&view.run, &view.bill);
    let book = RateBook::load(read).await?;
    let inputs = inputs_of(read, run, bill).await?;
    let priced = price(&book, &Limits::new(), &inputs);
    let there = store::adjustments_of(read, bill.account).await?;
    let own = there.iter().filter(|one| one.run == bill.run).collect::<Vec<_>>();
    Ok(OfBill { book: &book, inputs: &inputs, lines: &priced.lines }.charges(&own))
}

/// What an adjustment would do, refused for the same reasons; nothing is written.
pub async fn preview_adjustment(
    read: &mut Read,
    act: &AdjustAccount,
    today: NaiveDate,
) -> Result<AdjustmentPreview, Failure> {
    act.check(read, today).await?;
    let worked = act.work_out(read, today).await?;
    let locks = finance::locks(read).await?;
    let balance = finance::balance_of(read, worked.bill.account).await?;
    let moved = worked.moved();
    let parts = worked.parts.into_iter().map(|part| PreviewedPart {
        agreement: part.agreement,
        code: part.code,
        charge: part.charge,
        title: part.title,
        is_borne: part.is_borne,
        cents: part.cents,
        posting: part.posting,
    });
    Ok(AdjustmentPreview {
        account: worked.bill.account,
        balance,
        title: worked.title,
        charged: worked.charged,
        given: worked.given,
        cents: act.cents,
        tax: moved - act.cents,
        parts: parts.collect(),
        gl_on: locks.earliest_open_on(today),
        is_back_dated: locks.is_locked(Month::of(act.effective_on)),
    })
}
