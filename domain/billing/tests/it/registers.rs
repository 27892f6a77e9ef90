//! Registers and reports: what they say, that they reconcile, and that they say it again.

mod forms;
mod laws;
mod made_again;
mod over_time;
mod whole;

use billing::acts::{HoldBill, TryRun};
use billing::{BillCount, Register};
use chrono::Days;
use db::Engine;
use kernel::{AccountId, Cents, RunId, Unit};

use crate::rates::golden::fixed;
use crate::tariff::{Priced, Tariff, month_of, service, used};
use crate::town::day;

/// Water 12.00 and 3.40 a kgal, by days for who comes or goes; the state's 5.6 % with an exemption, the city's 2.9 %,
/// and the state's 0.0065 a kgal, which the city bears.
const WATER: &str = r#"
schedule = "taxed-water"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2021-01-01
ordinance = "Ordinance 21"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "base"
title = { en = "Water base" }
revenue = "water.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 12.00

[[version.charge]]
name = "consumption"
title = { en = "Water used" }
revenue = "water.consumption"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 3.40

[[version.charge]]
name = "state_tax"
title = { en = "State tax" }
revenue = "tax.state"
tax = { authority = "state", code = "U1" }
exempt_by = "resale"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 5.6
of = ["base", "consumption"]

[[version.charge]]
name = "city_tax"
title = { en = "City tax" }
revenue = "tax.city"
tax = { authority = "city", code = "004" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 2.9
of = ["base", "consumption"]

[[version.charge]]
name = "municipal_water"
title = { en = "Municipal water tax" }
revenue = "tax.state"
tax = { authority = "state", code = "municipal_water" }
borne_by = "city"
measured_by = "usage"
unit = "kgal"
rounding = "half_away_from_zero"

[[version.charge.case]]
per_unit = 0.0065
"#;

/// Five accounts whose June bills are regular, estimated, first and final, and one that nothing was read for.
pub(crate) struct Street {
    pub(crate) tariff: Tariff,
    /// Water and trash.
    pub(crate) both: AccountId,
    /// Was not read in June.
    pub(crate) unread: AccountId,
}

impl Street {
    /// The street with what was used in May and June.
    pub(crate) async fn new(engine: Engine) -> Street {
        let trash = fixed("plain-trash", "trash.collection", &[("2021-01-01", "21.80")]);
        let tariff = Tariff::new(engine, &[WATER, &trash]).await;
        let actors = "
            insert into actor (actor_id, code, name, kind, is_active)
            values (1, 'analyst', 'Ada Lind', 'person', $1), (2, 'supervisor', 'Sol Reyes', 'person', $1)";
        tariff.town.tamper(actors, vec![true.into()]).await;
        let water = || service("taxed-water");
        let both = tariff.open(&[water(), service("plain-trash")]).await;
        let estimated = tariff.open(&[water()]).await;
        // The shop resells, so that it is exempt from the state's tax.
        let shop = tariff.open(&[Priced { class: "SHOP", ..water() }]).await;
        let first = tariff.open(&[Priced { starts_on: day("2021-06-11"), ..water() }]).await;
        let last = tariff.open(&[Priced { stops_on: Some(day("2021-06-21")), ..water() }]).await;
        let unread = tariff.open(&[water()]).await;
        #[rustfmt::skip]
        let rows = [
            (both, "2021-05", "5"), (estimated, "2021-05", "10"), (shop, "2021-05", "100"), (last, "2021-05", "3"),
            (unread, "2021-05", "4"),
            (both, "2021-06", "6"), (estimated, "2021-06", "8"),  (shop, "2021-06", "120.5"), (first, "2021-06", "2"),
            (last, "2021-06", "1"),
        ];
        for (account, month, amount) in rows {
            let is_estimated = account == estimated && month == "2021-06";
            tariff.meter(account, &[crate::tariff::Used { is_estimated, ..used(month, amount, Unit::Kgal) }]).await;
        }
        tariff.exempt(shop, "resale", ("2021-01-01", "2021-12-31")).await;
        Street { tariff, both, unread }
    }

    /// A month's run, tried, with the rules applied and the bill of whoever was not read held.
    pub(crate) async fn tried(&self, month: &str) -> RunId {
        let period = month_of(month);
        let town = &self.tariff.town;
        let run = self.tariff.prepared(period, &(period.to() - Days::new(1)).to_string()).await;
        let order = town.act(&TryRun { run }).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        town.act(&billing::acts::ApplyRules { run }).await;
        if month == "2021-06" {
            self.hold(run, self.unread).await;
        }
        run
    }

    /// A month's run, posted.
    pub(crate) async fn posted(&self, month: &str) -> RunId {
        let run = self.tried(month).await;
        self.tariff.town.sign(run).await.unwrap();
        assert_eq!(self.tariff.town.post(run).await.refusals, [""; 0]);
        run
    }

    /// Holds a bill.
    pub(crate) async fn hold(&self, run: RunId, account: AccountId) {
        let town = &self.tariff.town;
        let (assignee, reason) = ("meter shop".to_owned(), "the meter is being tested".to_owned());
        let hold = HoldBill { run, account: town.number(account).await, assignee, due_on: day("2026-07-15"), reason };
        town.act(&hold).await;
    }

    /// The register of a run as it stands.
    pub(crate) async fn register(&self, run: RunId) -> Register {
        let run = self.tariff.town.run(run).await;
        billing::register(&mut self.tariff.town.read().await, &run).await.unwrap()
    }
}

/// Every law a register must keep, whatever the run.
pub(crate) fn assert_reconciled(register: &Register) {
    let counts = &register.counts;
    assert_eq!(BillCount::ALL.iter().map(|kind| counts.of(*kind)).sum::<i64>(), counts.all());
    let sum = |is_borne: bool| -> Cents {
        register.charges.iter().filter(|line| line.is_borne == is_borne).map(|line| line.charged).sum()
    };
    assert_eq!(sum(false), register.total, "charges come to the total");
    let journal: Cents = register.journal.iter().map(|line| line.cents).sum();
    assert_eq!(journal, sum(false) + sum(true), "the journal comes to all charges");
    let billed: Cents = register.receivables.iter().map(|line| line.sum.billed).sum();
    assert_eq!(billed, register.total, "the roll-forward bills the total");
    let taxes: Cents = register.taxes.iter().map(|line| line.sum.tax).sum();
    let in_charges = register.charges.iter().filter(|line| line.revenue.starts_with("tax."));
    let in_charges: Cents = in_charges.map(|line| line.charged).sum();
    let taken_back = register.reversals.iter().filter(|line| line.revenue.starts_with("tax."));
    let taken_back: Cents = taken_back.map(|line| line.cents).sum();
    assert_eq!(taxes, in_charges - taken_back, "taxes are those among the charges, less those taken back");
    assert_eq!(i64::try_from(register.held.len()).unwrap(), counts.of(BillCount::Held), "every held bill is listed");
    if let Some(compared) = &register.comparison {
        let all = compared.charges.last().unwrap();
        assert_eq!(all.now, journal, "charges compared are all charges");
    }
}
