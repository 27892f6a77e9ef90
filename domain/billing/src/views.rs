//! A bill as people read it: its services, and why each costs what it costs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use customers::{AddressLines, Purpose};
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, BillNumber, Cents, ConsumptionId, Period, Quantity, RunId, ServicePointId, Unit};
use metering::Grounds;
use rates::Explanation;
use revenue::RateBook;

use crate::acts::prepared_chunk_with;
use crate::charge::COUNT;
use crate::extra::{Extra, ExtraKind};
use crate::pricing::{BillLine, Given, billed_line, parts_of, price};
use crate::store::{self, StoredBill};
use crate::words::say;
use crate::{BillInputs, BillRun, BilledLine, Inputs, QuantityRecord, Stage, Statement};

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
    /// Its services, explained; then settlements and charges.
    pub services: Vec<ExplainedService>,
    /// The statement as it stood; none on bills from before statements were kept.
    pub statement: Option<Statement>,
    /// What stands on the envelope: of a final bill the forwarding address, where one is known.
    pub mail_to: Option<AddressLines>,
    /// The number of the bill it takes the place of, and why it was made.
    pub replaces: Option<(BillNumber, String)>,
    /// The day in the books on which it was taken back, and why.
    pub taken_back: Option<(NaiveDate, String)>,
}

/// One service of a bill, explained.
#[derive(Clone, Debug)]
pub struct ExplainedService {
    /// What it is, beside a service of the bill's own period.
    pub extra: Option<ExplainedExtra>,
    /// The service agreement.
    pub agreement: AgreementId,
    /// The service point, where it is known.
    pub point: Option<ServicePointId>,
    /// The reference of the service point.
    pub service_point: String,
    /// The code of the rate schedule.
    pub schedule: String,
    /// What was used, where that makes a difference.
    pub used: Option<Quantity>,
    /// Where each amount goes in the books, in the order of the bill.
    pub lines: Vec<BilledLine>,
    /// The counts behind what was used, or what an estimate follows; none where it came as a figure.
    pub grounds: Option<Grounds>,
    /// What was found about the reads.
    pub findings: Vec<String>,
    /// The days billed.
    pub period: Period,
    /// The quantities its price depends on, each with its grounds.
    pub quantities: Vec<QuantityRecord>,
    /// Exemption code and certificate.
    pub exemptions: Vec<(String, String)>,
    /// How what was used follows from reads, in sentences.
    pub reads: Vec<String>,
    /// Every step of the price, for each version with the days it prices; mostly there is one.
    pub parts: Vec<(Period, Explanation)>,
}

/// What an extra of a bill is.
#[derive(Clone, Debug)]
pub enum ExplainedExtra {
    /// Days of an earlier period by what is known now, less what was billed for them.
    Settlement(Vec<BilledLine>),
    /// A charge by code, so many times.
    Charge(String),
}

/// A line of a bill as people read it.
struct ShownLine<'a> {
    title: std::borrow::Cow<'a, str>,
    cents: Cents,
}

impl ExplainedService {
    /// What it comes to.
    #[must_use]
    pub fn total(&self) -> Cents {
        let now: Cents = self.parts.iter().map(|(_, explanation)| explanation.total).sum();
        now - self.billed().iter().filter(|line| !line.is_borne).map(|line| line.cents).sum()
    }

    fn billed(&self) -> &[BilledLine] {
        match &self.extra {
            Some(ExplainedExtra::Settlement(billed)) => billed,
            Some(ExplainedExtra::Charge(_)) | None => &[],
        }
    }

    /// Its lines in one part: what is charged, of a settlement less what was billed before.
    fn lines<'a>(&'a self, part: &'a Explanation, language: &str) -> Vec<ShownLine<'a>> {
        let mut billed: Vec<&BilledLine> = self.billed().iter().filter(|line| !line.is_borne).collect();
        let mut lines = Vec::new();
        for charge in part.charges.iter().filter(|charge| charge.is_billed) {
            let mut cents = charge.cents;
            billed.retain(|line| {
                let is_same = line.charge == charge.name;
                cents = if is_same { cents - line.cents } else { cents };
                !is_same
            });
            lines.push(ShownLine { title: charge.title.title(language).into(), cents });
        }
        lines.extend(
            billed.into_iter().map(|line| ShownLine { title: line.charge.as_str().into(), cents: -line.cents }),
        );
        lines
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
        if let Some((on, reason)) = &self.taken_back {
            let gaps = [("date", on.to_string()), ("reason", reason.clone())];
            let gaps = gaps.each_ref().map(|(gap, filled)| (*gap, filled.as_str()));
            let _ = write!(text, "\n{}", say(language, "cancelled", &gaps));
        }
        let _ = writeln!(text, "\n{}", say(language, "dates", &[("bill_on", &bill_on), ("due_on", &due_on)]));
        for service in &self.services {
            let (from, through) = ends(service.period);
            let gaps = [("point", service.service_point.as_str()), ("from", &from), ("through", &through)];
            let heading = match &service.extra {
                None => say(language, "service_point", &gaps),
                Some(ExplainedExtra::Settlement(_)) => say(language, "settlement", &gaps),
                Some(ExplainedExtra::Charge(count)) => {
                    let gaps = [("title", service.schedule.as_str()), ("count", count), ("from", &from)];
                    say(language, "charge", &gaps)
                }
            };
            let _ = writeln!(text, "{heading}");
            for (period, explanation) in &service.parts {
                if 1 < service.parts.len() {
                    let ((from, through), date) = (ends(*period), explanation.effective_on.to_string());
                    let gaps = [("date", date.as_str()), ("from", &from), ("through", &through)];
                    let _ = writeln!(text, "{}", say(language, "rates_of", &gaps));
                }
                for line in service.lines(explanation, language) {
                    let _ = writeln!(text, "  {:<40}{:>16}", line.title, line.cents.dollars());
                }
            }
        }
        let _ = writeln!(text, "{:<42}{:>16}", say(language, "total", &[]), self.bill.total.dollars());
        text
    }

    /// The statement that goes with the bill: what was owed, what happened since, what is due.
    #[must_use]
    pub fn statement_in(&self, language: &str) -> String {
        let Some(made) = &self.statement else { return String::new() };
        let mut text = String::new();
        let _ = writeln!(text, "{}", say(language, "statement", &[("bill_on", &self.bill.bill_on.to_string())]));
        let figures = [
            ("previous", made.previous),
            ("payments", made.payments),
            ("adjustments", made.adjustments),
            ("forward", made.forward),
            ("past_due", made.past_due),
            ("current", made.current),
            ("due", made.due),
        ];
        for (key, cents) in figures {
            let indent = if key == "past_due" { "    " } else { "  " };
            let _ = writeln!(text, "{:<48}{:>16}", format!("{indent}{}", say(language, key, &[])), cents.dollars());
        }
        let notes = [
            (made.stage == Stage::First, "stage_first"),
            (made.stage == Stage::Final, "stage_final"),
            (made.is_estimated, "estimated"),
        ];
        for (_, key) in notes.into_iter().filter(|(is, _)| *is) {
            let _ = writeln!(text, "{}", say(language, key, &[]));
        }
        if let Some(lines) = &self.mail_to {
            let AddressLines { recipient, street, city, state, postal_code } = lines;
            let to = if recipient.is_empty() { &self.customer } else { recipient };
            let address = format!("{to}, {street}, {city}, {state} {postal_code}");
            let _ = writeln!(text, "{}", say(language, "mail_to", &[("address", &address)]));
        }
        if let Some((number, reason)) = &self.replaces {
            let gaps = [("number", number.to_string()), ("reason", reason.clone())];
            let gaps = gaps.each_ref().map(|(gap, filled)| (*gap, filled.as_str()));
            let _ = writeln!(text, "{}", say(language, "replaces", &gaps));
        }
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
                let key = match &service.extra {
                    Some(ExplainedExtra::Settlement(_)) => "why_settlement",
                    _ if 1 < service.parts.len() => "why_part",
                    _ => "why",
                };
                let _ = writeln!(text, "\n{}", say(language, key, &gaps));
                for sentence in &service.reads {
                    let _ = writeln!(text, "{}", say(language, "reads", &[("sentence", sentence)]));
                }
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
                for line in service.billed().iter().filter(|line| !line.is_borne) {
                    let charge = explanation.charges.iter().find(|charge| charge.name == line.charge);
                    let title = charge.map_or(line.charge.as_str(), |charge| charge.title.title(language));
                    let gaps = [("title", title), ("cents", &line.cents.dollars())];
                    let _ = writeln!(text, "{}", say(language, "billed_before", &gaps));
                }
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
    let Some((run, bill)) = find_bill(read, number).await? else { return Ok(None) };
    let accounts = customers::accounts_by_id(read, &[bill.account]).await?;
    let account = accounts.get(&bill.account).ok_or_else(|| Fault::new("a bill has no account"))?;
    let services = explain(read, &run, &bill).await?;
    let statement = store::statement_of(read, bill.account, run.id).await?;
    let replaces = match statement.and_then(|(_, replaces)| replaces) {
        Some(replaced) => replaced_bill(read, (bill.account, run.id), replaced).await?,
        None => None,
    };
    let taken_back = store::cancellation_of(read, bill.account, run.id).await?;
    let again: Cents = services.iter().map(ExplainedService::total).sum();
    if again != bill.total {
        return Err(Fault::new(format!("bill {number} was written with {}, its inputs come to {again}", bill.total)));
    }
    let mail_to = mail_to(read, &bill, statement.map(|(made, _)| made.stage)).await?;
    Ok(Some(BillView {
        number,
        account_number: account.number.to_string(),
        customer: if account.customer_name.is_empty() {
            account.customer_reference.clone()
        } else {
            account.customer_name.clone()
        },
        run,
        bill,
        services,
        mail_to,
        statement: statement.map(|(made, _)| made),
        replaces,
        taken_back,
    }))
}

/// The bill with a number and its run; `None` when it was never written.
pub(crate) async fn find_bill(read: &mut Read, number: BillNumber) -> Result<Option<(BillRun, StoredBill)>, Fault> {
    let Some(run) = store::run_by_number(read, number.run).await? else { return Ok(None) };
    let Some(range) = prepared_chunk_with(read, &run, number.position).await? else { return Ok(None) };
    let bill = store::bill_at(read, run.id, number.position, range).await?;
    Ok(bill.map(|bill| (run, bill)))
}

/// What a bill was priced from.
pub(crate) async fn inputs_of_bill(read: &mut Read, run: &BillRun, bill: &StoredBill) -> Result<BillInputs, Fault> {
    let account = bill.account;
    let items = store::items_of_bill(read, account, run.id).await?;
    let extras = store::extras_of(read, run.id, &[account]).await?.remove(&account).unwrap_or_default();
    Ok(BillInputs { items, extras, ..BillInputs::empty(account, bill.position, run.price_on) })
}

/// Where a bill goes on its date: a final one after the customer who moved.
async fn mail_to(read: &mut Read, bill: &StoredBill, stage: Option<Stage>) -> Result<Option<AddressLines>, Fault> {
    let purposes: &[Purpose] = match stage {
        Some(Stage::Final) => &[Purpose::Forwarding, Purpose::Mailing],
        Some(Stage::First | Stage::Regular) | None => &[Purpose::Mailing],
    };
    if let Some(protection) = customers::protected_among(read, &[bill.account]).await?.get(&bill.account) {
        return Ok(Some(protection.mail_to()));
    }
    for purpose in purposes {
        let known = customers::mailing_addresses(read, &[bill.account], *purpose).await?;
        let of_account = known.get(&bill.account).map_or(&[][..], Vec::as_slice);
        if let Some(address) = customers::in_force(of_account, Some(bill.bill_on)) {
            return Ok(Some(address.lines.clone()));
        }
    }
    Ok(None)
}

/// The number of a bill that another took the place of, and why.
async fn replaced_bill(
    read: &mut Read,
    (account, run): (AccountId, RunId),
    replaced: RunId,
) -> Result<Option<(BillNumber, String)>, Fault> {
    let (old_run, old) = (store::run_by_id(read, replaced).await?, store::bill_of(read, account, replaced).await?);
    let (Some(old_run), Some(old)) = (old_run, old) else { return Ok(None) };
    let reason = store::scope_reason(read, account, run).await?.unwrap_or_default();
    Ok(Some((BillNumber { run: old_run.number, position: old.position }, reason)))
}

async fn explain(read: &mut Read, run: &BillRun, bill: &StoredBill) -> Result<Vec<ExplainedService>, Fault> {
    let account = bill.account;
    let book = RateBook::load(read).await?;
    let inputs = inputs_of_bill(read, run, bill).await?;
    let priced = price(&book, &BTreeMap::new(), &inputs);
    let grounds = reads_of(read, &inputs).await?;
    let points = store::service_points_of(read, account).await?;
    let ids: Vec<ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let alone = (account, AccountId(account.0 + 1));
    let records = store::quantities_between(read, alone, run.price_on).await?;
    let mut services = Vec::new();
    for (place, (item, price_on)) in inputs.all().enumerate() {
        let extra = place.checked_sub(inputs.items.len()).map(|extra| explained_extra(&inputs.extras[extra]));
        let given = Given::of(item);
        let mut parts = Vec::new();
        for part in parts_of(&book, price_on, item).map_err(|exception| Fault::new(exception.detail))? {
            let explanation = part.plan.plan.explain(&part.inputs(&given));
            let explanation = explanation.map_err(|refused| Fault::caused("explaining a bill", refused))?;
            parts.push((part.period, explanation));
        }
        let name = points.get(&item.agreement).and_then(|point| names.get(point));
        let version = item.version.and_then(|id| book.version(id));
        let exemptions = item.particulars.iter().flat_map(|particulars| &particulars.exemptions);
        let used = item.consumption.and_then(|used| grounds.get(&used));
        services.push(ExplainedService {
            extra,
            agreement: item.agreement,
            point: points.get(&item.agreement).copied(),
            used: item.quantity,
            lines: priced.lines.iter().filter(|line| line.item == place).map(placed_line).collect(),
            grounds: used.map(|used| used.grounds.clone()),
            findings: used.map(|used| used.findings.clone()).unwrap_or_default(),
            service_point: name.cloned().unwrap_or_default(),
            schedule: version.map_or_else(String::new, |version| version.schedule.code.clone()),
            period: item.period,
            quantities: records.iter().filter(|record| is_frozen(record, item)).cloned().collect(),
            exemptions: exemptions.map(|held| (held.code.clone(), held.certificate.clone())).collect(),
            reads: used.map(|used| used.sentences.clone()).unwrap_or_default(),
            parts,
        });
    }
    Ok(services)
}

/// What an extra of a bill is, for people.
fn explained_extra(extra: &Extra) -> ExplainedExtra {
    let held = extra.inputs.particulars.as_ref().and_then(|particulars| particulars.quantities.get(COUNT));
    match extra.kind {
        ExtraKind::Settlement => ExplainedExtra::Settlement(extra.billed.clone()),
        ExtraKind::Charge(_) => {
            ExplainedExtra::Charge(held.map_or_else(|| "1".to_owned(), |held| held.amount.normalize().to_string()))
        }
    }
}

/// Why a use is what it is.
struct UseGrounds {
    grounds: Grounds,
    findings: Vec<String>,
    /// Both as a clerk reads them out.
    sentences: Vec<String>,
}

/// A line of a bill with where it goes.
fn placed_line(line: &BillLine<'_>) -> BilledLine {
    billed_line(line, line.cents)
}

/// How each use on a bill follows from reads; nothing for what came as a figure.
async fn reads_of(read: &mut Read, inputs: &BillInputs) -> Result<BTreeMap<ConsumptionId, UseGrounds>, Fault> {
    let used: Vec<(ConsumptionId, Unit)> =
        inputs.all().filter_map(|(item, _)| Some((item.consumption?, item.quantity?.unit))).collect();
    let ids: Vec<ConsumptionId> = used.iter().map(|(id, _)| *id).collect();
    let known = metering::consumption_grounds(read, inputs.account, &ids).await?;
    let mut reads = BTreeMap::new();
    for (id, unit) in used {
        let Some(known) = known.get(&id).filter(|known| !known.grounds.is_empty()) else { continue };
        let grounds =
            Grounds::parse(&known.grounds).map_err(|error| Fault::caused("reading why a use is so", error))?;
        let words = |finding: &str| finding.split_once(": ").map_or(finding, |(_, words)| words).to_owned();
        let findings: Vec<String> = known.findings.lines().map(words).collect();
        let sentences = grounds.sentences(unit).into_iter().chain(findings.iter().cloned()).collect();
        reads.insert(id, UseGrounds { grounds, findings, sentences });
    }
    Ok(reads)
}

/// Whether a record of a quantity is the one that an item was priced by.
fn is_frozen(record: &QuantityRecord, item: &Inputs) -> bool {
    let held = item.particulars.as_ref().and_then(|particulars| particulars.quantities.get(&record.name));
    record.agreement == item.agreement
        && held.is_some_and(|held| (held.from_on, held.revision) == (record.from_on, record.revision))
}
