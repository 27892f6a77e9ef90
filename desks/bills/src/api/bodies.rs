//! What programs read of a bill.

use billing::{BillAgain, BillView, ExplainedExtra, ExplainedService};
use chrono::NaiveDate;
use kernel::BillNumber;
use serde::Serialize;
use utoipa::ToSchema;

use super::wrong::{AgainBody, Around};

/// A bill.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Bill {
    number: String,
    account: String,
    run: i64,
    bill_on: NaiveDate,
    due_on: NaiveDate,
    total_cents: i64,
    /// `stands` or `taken_back`.
    state: &'static str,
    taken_back_on: Option<NaiveDate>,
    replaces: Option<String>,
    replaced_by: Option<String>,
    /// What it says that is not so any more; empty where it says what is so.
    not_so: Vec<AgainBody>,
    /// Why it stays as it is all the same; absent where nobody said so, or something happened since.
    stays_because: Option<String>,
    statement: Option<BillStatement>,
    services: Vec<BillService>,
}

/// What was owed, what happened since, what is due, as it stood on the bill date.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BillStatement {
    previous_cents: i64,
    payments_cents: i64,
    adjustments_cents: i64,
    forward_cents: i64,
    current_cents: i64,
    due_cents: i64,
    past_due_cents: i64,
    is_estimated: bool,
}

/// One service of a bill, a settlement of earlier days, or a charge by code.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BillService {
    /// `service`, `settlement` or `charge`.
    kind: &'static str,
    service_point: String,
    schedule: String,
    from_on: NaiveDate,
    /// The last day of service.
    through_on: NaiveDate,
    /// What was used, as a decimal.
    used: Option<String>,
    unit: Option<&'static str>,
    total_cents: i64,
    lines: Vec<BillLineBody>,
}

/// An amount with its place in the books.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BillLineBody {
    charge: String,
    revenue: String,
    cents: i64,
    /// Whether the city bears it, so that it is no part of the total.
    is_borne_by_city: bool,
}

/// Why a bill is so much.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Why {
    number: String,
    total_cents: i64,
    services: Vec<WhyService>,
}

/// One service, explained.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyService {
    service: BillService,
    /// How what was used follows from reads, in sentences.
    reads: Vec<String>,
    exemptions: Vec<WhyExemption>,
    quantities: Vec<WhyQuantity>,
    /// One for each version of the rates that prices some days.
    parts: Vec<WhyPart>,
}

/// An exemption that was valid.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyExemption {
    code: String,
    certificate: String,
}

/// A quantity the price depends on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyQuantity {
    name: String,
    amount: Option<String>,
    from_on: NaiveDate,
    grounds: String,
}

/// The days that one version of the rates prices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyPart {
    from_on: NaiveDate,
    through_on: NaiveDate,
    effective_on: NaiveDate,
    ordinance: String,
    class: String,
    charges: Vec<WhyCharge>,
}

/// One line with its steps.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyCharge {
    charge: String,
    title: String,
    cents: i64,
    steps: Vec<WhyStep>,
}

/// A step of a price.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhyStep {
    said: String,
    /// In dollars, exact.
    amount: Option<String>,
}

impl Bill {
    pub(super) fn of(
        view: &BillView,
        replaced_by: Option<BillNumber>,
        (again, around): (&[BillAgain], &Around),
    ) -> Bill {
        let not_so = again.iter().map(|one| AgainBody::of(one, around));
        let stay = match again.iter().any(|one| one.stays.is_none()) {
            true => None,
            false => billing::newest_stay(again),
        };
        let statement = view.statement.map(|made| BillStatement {
            previous_cents: made.previous.0,
            payments_cents: made.payments.0,
            adjustments_cents: made.adjustments.0,
            forward_cents: made.forward.0,
            current_cents: made.current.0,
            due_cents: made.due.0,
            past_due_cents: made.past_due.0,
            is_estimated: made.is_estimated,
        });
        Bill {
            number: view.number.to_string(),
            account: view.account_number.clone(),
            run: view.run.number,
            bill_on: view.bill.bill_on,
            due_on: view.bill.due_on,
            total_cents: view.bill.total.0,
            state: if view.taken_back.is_some() { "taken_back" } else { "stands" },
            taken_back_on: view.taken_back.as_ref().map(|(on, _)| *on),
            replaces: view.replaces.as_ref().map(|(number, _)| number.to_string()),
            replaced_by: replaced_by.map(|number| number.to_string()),
            not_so: not_so.collect(),
            stays_because: stay.map(|stay| stay.reason.clone()),
            statement,
            services: view.services.iter().map(BillService::of).collect(),
        }
    }
}

impl BillService {
    fn of(service: &ExplainedService) -> BillService {
        let line = |line: &billing::BilledLine| BillLineBody {
            charge: line.charge.clone(),
            revenue: line.revenue.clone(),
            cents: line.cents.0,
            is_borne_by_city: line.is_borne,
        };
        BillService {
            kind: match service.extra {
                None => "service",
                Some(ExplainedExtra::Settlement(_)) => "settlement",
                Some(ExplainedExtra::Charge(_)) => "charge",
            },
            service_point: service.service_point.clone(),
            schedule: service.schedule.clone(),
            from_on: service.period.from(),
            through_on: crate::words::last_day(service.period),
            used: service.used.map(|used| used.to_string()),
            unit: service.used.map(|used| used.unit.code()),
            total_cents: service.total().0,
            lines: service.lines.iter().map(line).collect(),
        }
    }
}

impl Why {
    pub(super) fn of(view: &BillView) -> Why {
        Why {
            number: view.number.to_string(),
            total_cents: view.bill.total.0,
            services: view.services.iter().map(WhyService::of).collect(),
        }
    }
}

impl WhyService {
    fn of(service: &ExplainedService) -> WhyService {
        let exemption = |(code, certificate): &(String, String)| WhyExemption {
            code: code.clone(),
            certificate: certificate.clone(),
        };
        let quantity = |record: &billing::QuantityRecord| WhyQuantity {
            name: record.name.clone(),
            amount: record.amount.map(|amount| amount.normalize().to_string()),
            from_on: record.from_on,
            grounds: record.grounds.clone(),
        };
        let charge = |charge: &rates::ExplainedCharge| WhyCharge {
            charge: charge.name.clone(),
            title: charge.title.title("en").to_owned(),
            cents: charge.cents.0,
            steps: charge
                .lines("en")
                .into_iter()
                .skip(1)
                .map(|line| WhyStep { said: line.said, amount: line.amount })
                .collect(),
        };
        let parts = service.parts.iter().map(|(period, part)| WhyPart {
            from_on: period.from(),
            through_on: crate::words::last_day(*period),
            effective_on: part.effective_on,
            ordinance: part.ordinance.clone(),
            class: part.class.clone(),
            charges: part.charges.iter().map(charge).collect(),
        });
        WhyService {
            service: BillService::of(service),
            reads: service.reads.clone(),
            exemptions: service.exemptions.iter().map(exemption).collect(),
            quantities: service.quantities.iter().map(quantity).collect(),
            parts: parts.collect(),
        }
    }
}
