//! Quantities and exemptions: who is named, what is refused, and what a change does to a run.

use billing::RunState;
use billing::acts::{NewAmount, RecordExemption, SetQuantity, TryRun};
use kernel::AccountId;
use testkit::engines;

use super::golden::fixed;
use crate::changed::changed;
use crate::tariff::{Tariff, month_of, service};
use crate::town::{by, day};

/// 3.10 for each dwelling unit; half of it for who is exempt as a church.
fn rates(schedule: &str) -> String {
    let quantity =
        "[[version.quantity]]\nname = \"dwelling_units\"\nunit = \"units\"\ndefault = 1\n\n[[version.charge]]";
    fixed(schedule, "sewer.base", &[("2021-01-01", "\"3.10 * dwelling_units\"")])
        .replace("[[version.charge]]", quantity)
        .replace("rounding", "exempt_by = \"church\"\nrounding")
}

#[tokio::test]
async fn what_names_no_agreement_or_quantity_is_refused() {
    for engine in engines("quantities refused") {
        let tariff = Tariff::new(engine, &[&rates("units")]).await;
        let account = tariff.open(&[service("units")]).await;
        let twice = tariff.open(&[service("units"), service("units")]).await;
        let right = tariff.quantity(account, ("units", "dwelling_units"), "4", "2021-01-01").await;
        let (number, other) = (right.amounts[0].account.clone(), tariff.town.number(twice).await);
        let of = |account: &str| NewAmount { account: account.to_owned(), ..right.amounts[0].clone() };
        let with = |amounts: Vec<NewAmount>| SetQuantity { amounts, ..right.clone() };
        let several = format!("account {other} has several services by 'units': name the service point, one of p2, p2");
        #[rustfmt::skip]
        let rows = [
            (with(vec![]), "how_many", "name 1 to 5000 agreements at a time, not 0".to_owned()),
            (SetQuantity { reason: " ".into(), ..right.clone() }, "reason_missing",
             "say why the quantity is what it is".to_owned()),
            (SetQuantity { name: "containers".into(), ..right.clone() }, "quantity_unknown",
             "no rates of 'units' ask for the quantity 'containers'".to_owned()),
            (SetQuantity { is_appeal: true, ..right.clone() }, "not_an_average",
             "'dwelling_units' is no winter average, so there is nothing to appeal: set it as it is".to_owned()),
            (with(vec![NewAmount { amount: Some("-1".parse().unwrap()), ..of(&number) }]), "quantity_negative",
             format!("account {number}: -1 is below zero")),
            (with(vec![of("100001-0")]), "account_unknown", "there is no account 100001-0".to_owned()),
            (SetQuantity { from_on: day("2008-12-31"), ..right.clone() }, "agreement_unknown",
             format!("account {number} has no service by 'units' on 2008-12-31")),
            (with(vec![NewAmount { service_point: Some("p9".into()), ..of(&number) }]), "agreement_unknown",
             format!("account {number} has no service by 'units' on 2021-01-01 at service point p9")),
            (with(vec![of(&other)]), "agreement_ambiguous", several),
            (with(vec![of(&number), of(&number)]), "agreement_twice",
             format!("the agreement of account {number} is named twice")),
        ];
        for (act, code, words) in rows {
            assert_eq!(tariff.refused(&act).await, (code, words));
        }
        assert_eq!(tariff.town.count("select count(*) from agreement_quantity").await, 0);
        assert_eq!(tariff.town.act(&right).await, 1);
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn exemptions_that_say_too_little_are_refused() {
    for engine in engines("exemptions refused") {
        let tariff = Tariff::new(engine, &[&rates("units")]).await;
        let account = tariff.open(&[service("units")]).await;
        let right = RecordExemption {
            account: tariff.town.number(account).await,
            code: "church".to_owned(),
            certificate: "C-1".to_owned(),
            from_on: day("2021-01-01"),
            through_on: None,
            reason: "certificate on file".to_owned(),
        };
        #[rustfmt::skip]
        let rows = [
            (RecordExemption { account: "7".into(), ..right.clone() }, "account_unknown"),
            (RecordExemption { reason: String::new(), ..right.clone() }, "reason_missing"),
            (RecordExemption { certificate: String::new(), ..right.clone() }, "certificate_missing"),
            (RecordExemption { code: "curch".into(), ..right.clone() }, "exemption_unknown"),
            (RecordExemption { through_on: Some(day("2020-12-31")), ..right.clone() }, "ends_before"),
        ];
        for (act, code) in rows {
            assert_eq!(tariff.refused(&act).await.0, code);
        }
        tariff.town.act(&right).await;
        assert_eq!(tariff.refused(&right).await.0, "exemption_recorded");
        let end = billing::acts::EndExemption {
            account: right.account.clone(),
            code: "church".to_owned(),
            from_on: day("2021-02-01"),
            through_on: day("2021-03-01"),
            reason: "sold".to_owned(),
        };
        assert_eq!(tariff.refused(&end).await.0, "exemption_not_recorded");
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_quantity_or_exemption_changed_after_sign_off_takes_its_bill_out() {
    for engine in engines("a quantity changed after sign-off") {
        let tariff = Tariff::new(engine, &[&rates("units")]).await;
        let mut accounts = Vec::new();
        for _ in 0..4 {
            accounts.push(tariff.open(&[service("units")]).await);
        }
        tariff.set(accounts[0], ("units", "dwelling_units"), "4", "2021-01-01").await;
        let run = tariff.signed(month_of("2021-06"), "2021-06-30").await;
        // Of the first chunk a corrected number, of the second a first exemption; a later number changes nothing.
        tariff.set(accounts[0], ("units", "dwelling_units"), "5", "2021-01-01").await;
        tariff.set(accounts[1], ("units", "dwelling_units"), "9", "2021-07-01").await;
        tariff.exempt(accounts[2], "church", ("2021-06-01", "2021-06-30")).await;
        assert_eq!(tariff.town.post(run).await.refusals, [""; 0]);
        assert_eq!(changed(&tariff.town, run).await, [accounts[0], accounts[2]]);
        assert_eq!(tariff.town.billed().await, [accounts[1], accounts[3]]);
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_trial_takes_a_changed_quantity_in() {
    for engine in engines("a trial takes a quantity in") {
        let tariff = Tariff::new(engine, &[&rates("units")]).await;
        let account = tariff.open(&[service("units")]).await;
        let run = tariff.prepared(month_of("2021-06"), "2021-06-30").await;
        tariff.set(account, ("units", "dwelling_units"), "4", "2021-01-01").await;
        // The number is taken away again from August on: the default holds.
        let mut none = tariff.quantity(account, ("units", "dwelling_units"), "4", "2021-08-01").await;
        none.amounts[0].amount = None;
        tariff.town.act(&none).await;
        let order = tariff.town.act(&TryRun { run }).await;
        tariff.town.finish(order).await;
        tariff.town.sign(run).await.unwrap();
        assert_eq!(tariff.town.post(run).await.refusals, [""; 0]);
        for (month, expected) in [("2021-07", "12.40"), ("2021-08", "3.10")] {
            let run = tariff.bill_month(month).await;
            assert_eq!(tariff.view(run, account).await.bill.total.to_string(), expected, "{month}");
        }
        assert_eq!(tariff.view(run, account).await.bill.total.to_string(), "12.40");
        tariff.town.base.remove().await;
    }
}

/// Setting a quantity while its bill is posted: the bill is as signed, or it was taken out.
#[tokio::test]
async fn a_quantity_set_while_posting_is_seen_or_waits() {
    for engine in engines("a quantity set while posting") {
        let tariff = Tariff::new(engine, &[&rates("units")]).await;
        let mut accounts = Vec::new();
        for _ in 0..6 {
            accounts.push(tariff.open(&[service("units")]).await);
        }
        let run = tariff.signed(month_of("2021-06"), "2021-06-30").await;
        let set = tariff.quantity(accounts[5], ("units", "dwelling_units"), "4", "2021-01-01").await;
        let door = tariff.town.door.clone();
        let setting = tokio::spawn(async move { door.carry_out(&by(1), &set).await.map(|_| ()) });
        let report = tariff.town.post(run).await;
        assert!(setting.await.unwrap().is_ok());
        let billed: Vec<AccountId> = tariff.town.billed().await;
        assert_eq!((report.refusals.len(), tariff.town.state(run).await), (0, RunState::Posted));
        if billed.len() == 6 {
            assert_eq!(tariff.view(run, accounts[5]).await.bill.total.to_string(), "3.10");
        } else {
            assert_eq!((billed, changed(&tariff.town, run).await), (accounts[..5].to_vec(), vec![accounts[5]]));
        }
        tariff.town.base.remove().await;
    }
}
