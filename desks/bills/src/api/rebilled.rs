//! What programs read of a bill as it would be made today.

use billing::RebillPreview;
use chrono::NaiveDate;
use kernel::BillNumber;
use serde::Serialize;
use utoipa::ToSchema;

/// A bill as it would be made again today, beside the one that stands. Nothing is changed by looking.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RebilledBody {
    /// The number on the bill that stands.
    number: String,
    /// The number of the run that is named to make it again.
    run: i64,
    /// The date whose rates and taxes hold: that of the first bill.
    price_on: NaiveDate,
    before_cents: i64,
    after_cents: i64,
    /// Whether reads, services, classes and quantities are those it was made from.
    is_same: bool,
    /// Charge by charge, those that stay the same too.
    lines: Vec<RebilledLineBody>,
    /// What it would wait for in the exceptions.
    exceptions: Vec<RebilledException>,
    /// References of the service points whose reads changed since the use was worked out: the new bill would charge the old
    /// use. Have it worked out there first.
    use_to_work_out: Vec<String>,
}

/// A charge of both bills.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RebilledLineBody {
    service_point: String,
    charge: String,
    revenue: String,
    before_cents: i64,
    after_cents: i64,
}

/// What somebody would have to look at.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RebilledException {
    code: &'static str,
    detail: String,
}

impl RebilledBody {
    pub(super) fn of(number: BillNumber, preview: RebillPreview, use_to_work_out: Vec<String>) -> RebilledBody {
        let lines = preview.lines.into_iter().map(|line| RebilledLineBody {
            service_point: line.service_point,
            charge: line.charge,
            revenue: line.revenue,
            before_cents: line.before.0,
            after_cents: line.after.0,
        });
        let exceptions = preview
            .exceptions
            .into_iter()
            .map(|exception| RebilledException { code: exception.code.code(), detail: exception.detail });
        RebilledBody {
            number: number.to_string(),
            run: preview.regular_run,
            price_on: preview.price_on,
            before_cents: preview.before.0,
            after_cents: preview.after.0,
            is_same: preview.is_same,
            lines: lines.collect(),
            exceptions: exceptions.collect(),
            use_to_work_out,
        }
    }
}
