//! A bill as people read it: its services, and why each costs what it costs.

use std::fmt::Write as _;

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, RunId};
use rates::Explanation;
use revenue::RateBook;

use crate::acts::prepared_chunk_with;
use crate::pricing::plan_of;
use crate::store::{self, StoredBill};
use crate::{BillInputs, BillRun};

/// A bill with everything it was priced from.
#[derive(Clone, Debug)]
pub struct BillView {
    /// The number on it.
    pub number: BillNumber,
    /// The number of its account.
    pub account_number: String,
    /// The reference of its customer.
    pub customer: String,
    /// The run.
    pub run: BillRun,
    /// The bill as it was written.
    pub bill: StoredBill,
    /// Its services, explained.
    pub services: Vec<ExplainedService>,
}

/// One service of a bill, explained.
#[derive(Clone, Debug)]
pub struct ExplainedService {
    /// The reference of the service point.
    pub service_point: String,
    /// The code of the rate schedule.
    pub schedule: String,
    /// The days billed.
    pub period: kernel::Period,
    /// Every step of the price.
    pub explanation: Explanation,
}

impl BillView {
    /// The bill in short.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let state = if self.bill.cancelled_by.is_some() { "   CANCELLED" } else { "" };
        let _ = writeln!(
            text,
            "Bill {}   account {}   customer {}{state}",
            self.number, self.account_number, self.customer
        );
        let _ = writeln!(text, "Bill date {}   due date {}", self.bill.bill_on, self.bill.due_on);
        for service in &self.services {
            let _ = writeln!(text, "Service point {}   {}", service.service_point, through(service.period));
            for charge in &service.explanation.charges {
                let _ = writeln!(text, "  {:<40}{:>16}", charge.title.title("en"), charge.cents.dollars());
            }
        }
        let _ = writeln!(text, "{:<42}{:>16}", "Total", self.bill.total.dollars());
        text
    }

    /// The bill with every tier, quantity and price.
    #[must_use]
    pub fn explained(&self) -> String {
        let mut text = self.to_text();
        for service in &self.services {
            let _ = writeln!(
                text,
                "\nWhy, for service point {} by rate schedule {}:",
                service.service_point, service.schedule
            );
            text.push_str(&service.explanation.to_text());
        }
        text
    }
}

/// The days of a period as a customer reads them: the last day is the last one of service.
fn through(period: kernel::Period) -> String {
    format!("{} through {}", period.from(), period.to().pred_opt().unwrap_or(period.to()))
}

/// The bill with a number; `None` when it was never written.
pub async fn bill_view(read: &mut Read, number: BillNumber) -> Result<Option<BillView>, Fault> {
    let Some(run) = store::run_by_number(read, number.run).await? else { return Ok(None) };
    let Some(range) = prepared_chunk_with(read, &run, number.position).await? else { return Ok(None) };
    let Some(bill) = store::bill_at(read, run.id, number.position, range).await? else { return Ok(None) };
    let accounts = customers::accounts_by_id(read, &[bill.account]).await?;
    let account = accounts.get(&bill.account).ok_or_else(|| Fault::new("a bill has no account"))?;
    let services = explain(read, bill.account, run.id).await?;
    let again: Cents = services.iter().map(|service| service.explanation.total).sum();
    if again != bill.total {
        return Err(Fault::new(format!("bill {number} was written with {}, its inputs come to {again}", bill.total)));
    }
    Ok(Some(BillView {
        number,
        account_number: account.number.to_string(),
        customer: account.customer_reference.clone(),
        run,
        bill,
        services,
    }))
}

async fn explain(read: &mut Read, account: AccountId, run: RunId) -> Result<Vec<ExplainedService>, Fault> {
    let book = RateBook::load(read).await?;
    let items = store::items_of_bill(read, account, run).await?;
    let inputs = BillInputs { account, position: 0, items };
    let points = store::service_points_of(read, account).await?;
    let ids: Vec<kernel::ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let mut services = Vec::new();
    for item in &inputs.items {
        let plan = plan_of(&book, item).map_err(|exception| Fault::new(exception.detail))?;
        let quantity = item.quantity.ok_or_else(|| Fault::new("a bill was written without consumption"))?;
        let explanation = plan.plan.explain(quantity).map_err(|refused| Fault::caused("explaining a bill", refused))?;
        let name = points.get(&item.agreement).and_then(|point| names.get(point));
        let version = item.version.and_then(|id| book.version(id));
        services.push(ExplainedService {
            service_point: name.cloned().unwrap_or_default(),
            schedule: version.map_or_else(String::new, |version| version.schedule.code.clone()),
            period: item.period,
            explanation,
        });
    }
    Ok(services)
}
