//! A register is the same when it is printed again, and says what was taken out since it was signed.

use db::Db;
use kernel::Cents;
use testkit::engines;

use super::{Street, assert_reconciled};

#[tokio::test]
async fn a_signed_register_is_the_same_years_later() {
    for engine in engines("a register printed again") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        let may = street.posted("2021-05").await;
        let run = street.tried("2021-06").await;
        let unsigned = street.register(run).await;
        assert!(unsigned.to_text().contains("nobody yet"), "{}", unsigned.to_text());
        town.sign(run).await.unwrap();
        let signed = street.register(run).await;
        assert_eq!(signed.digest(), unsigned.digest());
        let is_as_signed = "This is the register that was signed.";
        assert!(signed.to_text().contains(is_as_signed), "{}", signed.to_text());
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(street.register(run).await.to_text(), signed.to_text(), "posting changes nothing");
        // Neither does what happens to the books later: here the months before and of the run are taken back.
        town.cancel(may).await;
        town.cancel(run).await;
        assert_eq!(street.register(run).await.to_text(), signed.to_text());
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_is_taken_out_after_the_sign_off_is_named() {
    for engine in engines("bills taken out after the sign-off") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        let run = street.tried("2021-06").await;
        town.sign(run).await.unwrap();
        let signed = street.register(run).await;
        street.hold(run, street.both).await;
        let register = street.register(run).await;
        assert_reconciled(&register);
        assert_ne!(register.digest(), signed.digest());
        let line = register.signed.as_ref().unwrap();
        assert_eq!((line.register, line.total), (signed.digest(), signed.total));
        assert_eq!(line.total - register.total, Cents(56_95));
        let since: Vec<(&str, Cents)> = register
            .held
            .iter()
            .filter(|line| line.is_since_signoff)
            .map(|line| (line.account.as_str(), line.total))
            .collect();
        let number = town.number(street.both).await;
        assert_eq!(since, [(number.as_str(), Cents(56_95))]);
        let text = register.to_text();
        assert!(text.contains("Since the sign-off 1 bills were taken out; see below."), "{text}");
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(street.register(run).await.to_text(), text);
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_run_is_compared_alike_by_whoever_saw_the_last_one_and_by_others() {
    for engine in engines("figures of the last run") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        let may = street.tried("2021-05").await;
        town.sign(may).await.unwrap();
        let before = street.register(may).await;
        street.hold(may, street.both).await;
        assert_eq!(town.post(may).await.refusals, [""; 0]);
        let after = street.register(may).await;
        let june = street.tried("2021-06").await;
        let ours = street.register(june).await;
        let other = Db::open(&town.base.url).await.unwrap();
        let theirs = billing::register(&mut other.read().await.unwrap(), &town.run(june).await).await.unwrap();
        other.close().await;
        assert_eq!(ours.to_text(), theirs.to_text());
        let compared = ours.comparison.as_ref().unwrap().bills.last().unwrap();
        let going_out = |register: &billing::Register| register.counts.going_out();
        assert_eq!((compared.what.as_str(), compared.last), ("going out", going_out(&after)));
        assert_eq!(going_out(&before), 1 + going_out(&after));
        street.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn what_is_owed_rolls_from_one_register_to_the_next() {
    for engine in engines("roll-forward") {
        let street = Street::new(engine).await;
        let town = &street.tariff.town;
        let may = street.posted("2021-05").await;
        let first = street.register(may).await;
        let run = street.tried("2021-06").await;
        let second = street.register(run).await;
        let water = |register: &billing::Register| {
            let line = register.receivables.iter().find(|line| line.service == "water").unwrap();
            (line.sum.opening, line.sum.billed, line.sum.reversed, line.sum.closing())
        };
        assert_eq!(water(&first), (Cents(0), Cents(49_543), Cents(0), Cents(49_543)));
        assert_eq!(water(&second), (Cents(49_543), Cents(54_873), Cents(0), Cents(104_416)));
        // May is billed again: what was taken back, and what another run billed, moved before this register.
        town.cancel(may).await;
        let again = street.posted("2021-05").await;
        let third = street.register(run).await;
        let line = third.receivables.iter().find(|line| line.service == "water").unwrap();
        assert_eq!(line.sum.closing(), Cents(104_416));
        assert_eq!(third.comparison, None, "May was billed anew after June was prepared");
        assert_eq!(line.sum.opening, Cents(49_543));
        assert_eq!((line.sum.billed_otherwise, line.sum.reversed), (Cents(0), Cents(0)));
        assert!(street.register(again).await.comparison.is_none());
        street.tariff.town.base.remove().await;
    }
}
