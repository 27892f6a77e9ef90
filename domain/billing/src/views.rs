//! A bill as people read it: its services, and why each costs what it costs.

use std::fmt::Write as _;

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, Period};
use rates::Explanation;
use revenue::RateBook;

use crate::acts::prepared_chunk_with;
use crate::pricing::{Given, parts_of};
use crate::store::{self, StoredBill};
use crate::words::say;
use crate::{BillInputs, BillRun, Inputs, QuantityRecord};

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
    pub period: Period,
    /// The quantities its price depends on, each with its grounds.
    pub quantities: Vec<QuantityRecord>,
    /// Exemption code and certificate.
    pub exemptions: Vec<(String, String)>,
    /// Every step of the price, for each version with the days it prices; mostly there is one.
    pub parts: Vec<(Period, Explanation)>,
}

impl ExplainedService {
    /// What it comes to.
    #[must_use]
    pub fn total(&self) -> Cents {
        self.parts.iter().map(|(_, explanation)| explanation.total).sum()
    }
}

impl BillView {
    /// The bill in short, in English.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_text_in("en")
    }

    /// The bill in short.
    #[must_use]
    pub fn to_text_in(&self, language: &str) -> String {
        let mut text = String::new();
        let (number, bill_on, due_on) =
            (self.number.to_string(), self.bill.bill_on.to_string(), self.bill.due_on.to_string());
        let gaps = [("number", number.as_str()), ("account", &self.account_number), ("customer", &self.customer)];
        text.push_str(&say(language, "bill", &gaps));
        if self.bill.cancelled_by.is_some() {
            let _ = write!(text, "   {}", say(language, "cancelled", &[]));
        }
        let _ = writeln!(text, "\n{}", say(language, "dates", &[("bill_on", &bill_on), ("due_on", &due_on)]));
        for service in &self.services {
            let (from, through) = ends(service.period);
            let gaps = [("point", service.service_point.as_str()), ("from", &from), ("through", &through)];
            let _ = writeln!(text, "{}", say(language, "service_point", &gaps));
            for (period, explanation) in &service.parts {
                if 1 < service.parts.len() {
                    let ((from, through), date) = (ends(*period), explanation.effective_on.to_string());
                    let gaps = [("date", date.as_str()), ("from", &from), ("through", &through)];
                    let _ = writeln!(text, "{}", say(language, "rates_of", &gaps));
                }
                for charge in explanation.charges.iter().filter(|charge| charge.is_billed) {
                    let _ = writeln!(text, "  {:<40}{:>16}", charge.title.title(language), charge.cents.dollars());
                }
            }
        }
        let _ = writeln!(text, "{:<42}{:>16}", say(language, "total", &[]), self.bill.total.dollars());
        text
    }

    /// The bill with every tier, quantity and price, in English.
    #[must_use]
    pub fn explained(&self) -> String {
        self.explained_in("en")
    }

    /// The bill with every tier, quantity and price.
    #[must_use]
    pub fn explained_in(&self, language: &str) -> String {
        let mut text = self.to_text_in(language);
        for service in &self.services {
            for (period, explanation) in &service.parts {
                let (from, through) = ends(*period);
                let gaps = [
                    ("point", service.service_point.as_str()),
                    ("schedule", &service.schedule),
                    ("from", &from),
                    ("through", &through),
                ];
                let key = if 1 < service.parts.len() { "why_part" } else { "why" };
                let _ = writeln!(text, "\n{}", say(language, key, &gaps));
                for quantity in &service.quantities {
                    let amount = quantity.amount.map_or_else(String::new, |amount| amount.normalize().to_string());
                    let (name, date) = (quantity.name.replace('_', " "), quantity.from_on.to_string());
                    let gaps =
                        [("name", name.as_str()), ("amount", &amount), ("date", &date), ("grounds", &quantity.grounds)];
                    let _ = writeln!(text, "{}", say(language, "quantity", &gaps));
                }
                for (code, certificate) in &service.exemptions {
                    let code = code.replace('_', " ");
                    let gaps = [("code", code.as_str()), ("certificate", certificate)];
                    let _ = writeln!(text, "{}", say(language, "exemption", &gaps));
                }
                text.push_str(&explanation.to_text_in(language));
            }
        }
        text
    }
}

/// The days of a period as a customer reads them: the last day is the last one of service.
fn ends(period: Period) -> (String, String) {
    (period.from().to_string(), period.to().pred_opt().unwrap_or(period.to()).to_string())
}

/// The bill with a number; `None` when it was never written.
pub async fn bill_view(read: &mut Read, number: BillNumber) -> Result<Option<BillView>, Fault> {
    let Some(run) = store::run_by_number(read, number.run).await? else { return Ok(None) };
    let Some(range) = prepared_chunk_with(read, &run, number.position).await? else { return Ok(None) };
    let Some(bill) = store::bill_at(read, run.id, number.position, range).await? else { return Ok(None) };
    let accounts = customers::accounts_by_id(read, &[bill.account]).await?;
    let account = accounts.get(&bill.account).ok_or_else(|| Fault::new("a bill has no account"))?;
    let services = explain(read, &run, &bill).await?;
    let again: Cents = services.iter().map(ExplainedService::total).sum();
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

async fn explain(read: &mut Read, run: &BillRun, bill: &StoredBill) -> Result<Vec<ExplainedService>, Fault> {
    let account = bill.account;
    let book = RateBook::load(read).await?;
    let items = store::items_of_bill(read, account, run.id).await?;
    let inputs = BillInputs { items, ..BillInputs::empty(account, bill.position, run.price_on) };
    let points = store::service_points_of(read, account).await?;
    let ids: Vec<kernel::ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let alone = (account, AccountId(account.0 + 1));
    let records = store::quantities_between(read, alone, run.price_on).await?;
    let mut services = Vec::new();
    for item in &inputs.items {
        let given = Given::of(item);
        let mut parts = Vec::new();
        for part in parts_of(&book, run.price_on, item).map_err(|exception| Fault::new(exception.detail))? {
            let explanation = part.plan.plan.explain(&part.inputs(&given));
            let explanation = explanation.map_err(|refused| Fault::caused("explaining a bill", refused))?;
            parts.push((part.period, explanation));
        }
        let name = points.get(&item.agreement).and_then(|point| names.get(point));
        let version = item.version.and_then(|id| book.version(id));
        let exemptions = item.particulars.iter().flat_map(|particulars| &particulars.exemptions);
        services.push(ExplainedService {
            service_point: name.cloned().unwrap_or_default(),
            schedule: version.map_or_else(String::new, |version| version.schedule.code.clone()),
            period: item.period,
            quantities: records.iter().filter(|record| is_frozen(record, item)).cloned().collect(),
            exemptions: exemptions.map(|held| (held.code.clone(), held.certificate.clone())).collect(),
            parts,
        });
    }
    Ok(services)
}

/// Whether a record of a quantity is the one that an item was priced by.
fn is_frozen(record: &QuantityRecord, item: &Inputs) -> bool {
    let held = item.particulars.as_ref().and_then(|particulars| particulars.quantities.get(&record.name));
    record.agreement == item.agreement
        && held.is_some_and(|held| (held.from_on, held.revision) == (record.from_on, record.revision))
}
