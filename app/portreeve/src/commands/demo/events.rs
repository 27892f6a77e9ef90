//! What happens in the town on a day, done as the people at city hall do it.

use std::collections::BTreeMap;

use billing::acts::{
    AdjustAccount, ChargeAccount, CorrectService, MeasureAgain, StartService, StopService, TransferService,
};
use chrono::NaiveDate;
use customers::acts::SetMailingAddress;
use customers::{AddressLines, AskedBy, Purpose};
use kernel::{BillNumber, Cents, Decimal, ServicePointId, Unit};
use metering::ReadKind;
use metering::acts::{CorrectRead, EnterRead, ExchangeMeter, MeterFacts, SwapMeters};

use super::files::customers_file;
use super::hall::Person;
use super::made::{
    AfterStop, Agreement, ChargeByCode, ClassCorrection, CrossedMeters, DatedEvent, HeldBill, LeakAdjustment,
    METER_DIALS, METER_MULTIPLIER, METER_UNIT, MeterExchange, Read, ReadCorrection, ServiceStart, ServiceStop,
    TownEvent,
};
use super::set_up::bring_in;
use super::write;
use super::year::{Year, billed};
use crate::commands::Ended;

/// The revenue code of what is given back after a leak.
const LEAKED: &str = "water.consumption";

impl Year<'_> {
    /// Does what happens on a day.
    pub async fn live(&mut self, events: &[&DatedEvent]) -> Result<(), Ended> {
        for event in events {
            match &event.what {
                TownEvent::Stop(stop) => {
                    let is_taken_over = events.iter().any(|other| takes_over(&other.what, stop));
                    self.stop(event.on, stop, is_taken_over).await?;
                }
                TownEvent::Start(start) => {
                    let from = events.iter().find_map(|other| match &other.what {
                        TownEvent::Stop(stop) if takes_over(&event.what, stop) => Some(stop),
                        _ => None,
                    });
                    self.start(event.on, start, from).await?;
                }
                TownEvent::MeterExchange(exchange) => self.exchange(event.on, exchange).await?,
                TownEvent::ReadCorrection(correction) => self.correct_read(correction).await?,
                TownEvent::ClassCorrection(correction) => self.correct_class(event.on, correction).await?,
                TownEvent::CrossedMeters(crossed) => self.uncross(crossed).await?,
                TownEvent::Charge(charge) => self.charge(event.on, charge, false).await?,
                TownEvent::RecurringCharge(charge) => self.charge(event.on, charge, true).await?,
                TownEvent::LeakAdjustment(leak) => self.leaks.push((event.on, leak.clone())),
                TownEvent::HeldBill(held) => self.looked_into(held).await?,
            }
        }
        self.adjust_for_leaks().await
    }

    async fn enter(&self, read: &Read) -> Result<(), Ended> {
        let Read { service_point, read_on, count, .. } = read;
        let act = EnterRead {
            service_point: service_point.clone(),
            read_on: *read_on,
            count: i64::from(*count),
            kind: ReadKind::Actual,
            code: String::new(),
            is_right: Some(true),
        };
        let key = format!("read {service_point} {read_on}");
        self.hall.act((Person::MeterReader, "read when somebody moved"), key, &act).await?;
        Ok(())
    }

    async fn stop(&mut self, on: NaiveDate, stop: &ServiceStop, is_taken_over: bool) -> Result<(), Ended> {
        self.enter(&stop.read).await?;
        let account = self.hall.number_of(&stop.account).await?;
        if !is_taken_over {
            let reason = match &stop.after {
                AfterStop::Successor { .. } => "moves out; somebody follows later",
                AfterStop::Vacant => "moves out; the place stands empty",
                AfterStop::OwnerReverts { .. } => "moves out; the owner follows",
            };
            let act =
                StopService { account: account.clone(), service_point: None, stops_on: on, reason: reason.to_owned() };
            self.hall.act((Person::Clerk, reason), format!("stop {} {on}", stop.account), &act).await?;
        }
        let to = &stop.forwarding;
        let lines = AddressLines {
            recipient: String::new(),
            street: to.street.clone(),
            city: to.city.clone(),
            state: to.state.to_owned(),
            postal_code: to.postal_code.clone(),
        };
        let asked_by = Some(AskedBy::InWriting { document: "the form for moving out".to_owned() });
        let act = SetMailingAddress { account, purpose: Purpose::Forwarding, from_on: on, lines, seen: None, asked_by };
        let key = format!("forward {} {on}", stop.account);
        self.hall.act((Person::Clerk, "where the last bill goes"), key, &act).await?;
        Ok(())
    }

    async fn start(&mut self, on: NaiveDate, start: &ServiceStart, from: Option<&ServiceStop>) -> Result<(), Ended> {
        let reference = start.customer.account.as_ref().map_or("", |account| account.account.as_str());
        let path = self.files.join(format!("moves/{on}-{reference}.csv"));
        let text = customers_file(std::slice::from_ref(&start.customer));
        write(&path, text.map_err(|error| Ended::Fault(error.to_string()))?.as_bytes())?;
        bring_in(&self.hall, (Person::Clerk, "customers"), &path).await?;
        let account = self.hall.number_of(reference).await?;
        if let Some(stop) = from {
            let reason = if start.is_owner { "the owner takes service back" } else { "moves in as another moves out" };
            let from_account = self.hall.number_of(&stop.account).await?;
            let act = TransferService {
                from_account,
                to_account: account,
                service_point: None,
                on,
                reason: reason.to_owned(),
            };
            self.hall.act((Person::Clerk, reason), format!("transfer {reference} {on}"), &act).await?;
            return Ok(());
        }
        self.enter(&start.read).await?;
        for agreement in &start.agreements {
            self.start_service(&account, agreement).await?;
        }
        Ok(())
    }

    async fn start_service(&self, account: &str, agreement: &Agreement) -> Result<(), Ended> {
        let reason = "moves in";
        let act = StartService {
            account: account.to_owned(),
            service_point: agreement.service_point.clone(),
            service: agreement.service.to_owned(),
            schedule: agreement.schedule().to_owned(),
            cycle: agreement.cycle.to_owned(),
            class: agreement.class.to_owned(),
            dimensions: dimensions(&agreement.dimensions),
            starts_on: agreement.starts_on,
            reason: reason.to_owned(),
        };
        let key = format!("start {} {} {}", agreement.service, agreement.service_point, agreement.starts_on);
        self.hall.act((Person::Clerk, reason), key, &act).await?;
        Ok(())
    }

    async fn exchange(&self, on: NaiveDate, exchange: &MeterExchange) -> Result<(), Ended> {
        let installed = &exchange.installed;
        let act = ExchangeMeter {
            service_point: exchange.service_point.clone(),
            exchanged_on: on,
            removal_count: Some(i64::from(exchange.removal_count)),
            meter: MeterFacts {
                serial_number: installed.meter.clone(),
                unit: Unit::parse(METER_UNIT).map_err(|error| Ended::Fault(error.to_string()))?,
                dials: i64::from(METER_DIALS),
                multiplier: METER_MULTIPLIER.to_owned(),
                size: installed.size.to_owned(),
            },
            install_count: i64::from(installed.install_count),
            is_right: Some(true),
        };
        let key = format!("exchange {} {on}", exchange.service_point);
        self.hall.act((Person::MeterReader, exchange.reason), key, &act).await?;
        Ok(())
    }

    async fn correct_read(&mut self, correction: &ReadCorrection) -> Result<(), Ended> {
        let ReadCorrection { service_point, read_on, right, reason, .. } = correction;
        let act = CorrectRead {
            service_point: service_point.clone(),
            read_on: *read_on,
            count: Some(i64::from(*right)),
            reason: (*reason).to_owned(),
        };
        let key = format!("correct {service_point} {read_on}");
        let points = self.hall.act((Person::MeterReader, reason), key, &act).await?.outcome;
        self.measure_again(points, reason).await?;
        let account = self.account_at(service_point)?.to_owned();
        self.bill_again(&account, reason, true).await
    }

    async fn uncross(&mut self, crossed: &CrossedMeters) -> Result<(), Ended> {
        let [a, b] = crossed.places.as_slice() else {
            return Err(Ended::Fault("two places have each other's meter".into()));
        };
        let reason = crossed.reason;
        let act = SwapMeters {
            point_a: a.service_point.clone(),
            point_b: b.service_point.clone(),
            from_on: crossed.since,
            reason: reason.to_owned(),
        };
        let key = format!("swap {} {}", a.service_point, b.service_point);
        let points = self.hall.act((Person::MeterReader, reason), key, &act).await?.outcome;
        self.measure_again(points, reason).await?;
        for place in [a, b] {
            self.bill_again(&place.account, reason, true).await?;
        }
        Ok(())
    }

    /// What was used is worked out again from the reads as they are now.
    async fn measure_again(&self, points: Vec<ServicePointId>, reason: &str) -> Result<(), Ended> {
        let key = format!("measure {points:?} {}", self.hall.office.door.today());
        self.hall.act((Person::MeterReader, reason), key, &MeasureAgain { service_points: points }).await?;
        Ok(())
    }

    async fn correct_class(&mut self, on: NaiveDate, correction: &ClassCorrection) -> Result<(), Ended> {
        let account = self.hall.number_of(&correction.account).await?;
        for change in &correction.changes {
            let act = CorrectService {
                account: account.clone(),
                service_point: change.agreement.service_point.clone(),
                service: change.agreement.service.to_owned(),
                on,
                class: change.class.to_owned(),
                dimensions: dimensions(&change.dimensions),
                schedule: change.agreement.service.to_owned(),
                reason: correction.reason.to_owned(),
            };
            let key = format!("class {} {}", correction.account, change.agreement.service);
            self.hall.act((Person::Analyst, correction.reason), key, &act).await?;
        }
        self.bill_again(&correction.account, correction.reason, false).await
    }

    async fn charge(&self, on: NaiveDate, charge: &ChargeByCode, is_recurring: bool) -> Result<(), Ended> {
        let act = ChargeAccount {
            account: self.hall.number_of(&charge.account).await?,
            code: charge.schedule.to_owned(),
            count: Decimal::from(charge.count),
            from_on: on,
            is_recurring,
            reason: charge.reason.to_owned(),
        };
        let key = format!("charge {} {} {on}", charge.account, charge.schedule);
        self.hall.act((Person::Clerk, charge.reason), key, &act).await?;
        Ok(())
    }

    async fn looked_into(&mut self, held: &HeldBill) -> Result<(), Ended> {
        let account = self.hall.account_of(&held.account).await?;
        self.findings.insert((account, held.period_from), held.finding);
        Ok(())
    }

    /// Gives back half of what a leak cost, once all its bills are out.
    pub async fn adjust_for_leaks(&mut self) -> Result<(), Ended> {
        for (on, leak) in std::mem::take(&mut self.leaks) {
            if !self.adjust_for_leak(on, &leak).await? {
                self.leaks.push((on, leak));
            }
        }
        Ok(())
    }

    async fn adjust_for_leak(&self, on: NaiveDate, leak: &LeakAdjustment) -> Result<bool, Ended> {
        let account = self.hall.account_of(&leak.account).await?;
        let mut read = self.hall.read().await?;
        let bills = billed(&mut read, account).await?;
        let is_meant = |from: NaiveDate| leak.period_from <= from && from < leak.period_to;
        let bills: Vec<_> = bills.into_iter().filter(|(run, _)| is_meant(run.period.from())).collect();
        if bills.len() < 2 {
            return Ok(false);
        }
        let reason = format!("a leak from {} to {}; shown: {}", leak.leak_from, leak.leak_to, leak.proof);
        for (run, bill) in bills {
            let number = BillNumber { run: run.number, position: bill.position };
            let view = billing::bill_view(&mut read, number).await?;
            let services = view.iter().flat_map(|view| &view.services);
            let charges = services.flat_map(|service| &service.parts).flat_map(|(_, part)| &part.charges);
            let charged: Cents = charges.filter(|charge| charge.revenue == LEAKED).map(|charge| charge.cents).sum();
            let (excess, usual) = (i64::from(leak.excess_counts), i64::from(leak.usual_counts));
            let credit = charged.split(&[excess, excess + 2 * usual])[0];
            if credit.is_zero() {
                continue;
            }
            let act = AdjustAccount {
                bill: number.to_string(),
                revenue: LEAKED.to_owned(),
                cents: -credit,
                effective_on: on,
                reason_code: "leak".to_owned(),
                reason: reason.clone(),
                service_point: None,
                schedule: None,
                seen: None,
            };
            self.hall.act((Person::Clerk, &reason), format!("leak {number}"), &act).await?;
        }
        Ok(true)
    }
}

/// Whether a start takes a place over on the day on which it is left.
fn takes_over(event: &TownEvent, stop: &ServiceStop) -> bool {
    let TownEvent::Start(start) = event else { return false };
    let account = start.customer.account.as_ref().map(|account| account.account.as_str());
    match &stop.after {
        AfterStop::Successor { account: next } | AfterStop::OwnerReverts { account: next } => {
            account == Some(next.as_str())
        }
        AfterStop::Vacant => false,
    }
}

/// `meter_size=5/8"` as the acts take it.
fn dimensions(text: &str) -> BTreeMap<String, String> {
    let parts = text.split(';').filter_map(|part| part.split_once('='));
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimension_values_are_told_apart() {
        #[rustfmt::skip]
        let rows: [(&str, &[(&str, &str)]); 4] = [
            ("",                          &[]),
            ("meter_size=5/8\"",          &[("meter_size", "5/8\"")]),
            ("container=4 cubic yards",   &[("container", "4 cubic yards")]),
            ("meter_size=1\";zone=hills", &[("meter_size", "1\""), ("zone", "hills")]),
        ];
        for (text, expected) in rows {
            let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            assert_eq!(dimensions(text), expected.collect(), "{text}");
        }
    }
}
