//! Bills to make again as they are kept: after every kind of act they are what is worked out from what is on record, and a bill
//! that somebody lets stay waits no longer until something new happens.

use acts::Act;
use billing::acts::{ChangeStop, LetBillStay, ListBillAgain, MeasureAgain, MovePeople, StopService, TransferService};
use billing::{
    StayingBill, WhyAgain, bills_again_of, points_to_work_out, staying_bills, staying_bills_count, waiting_bills,
    waiting_bills_count,
};
use kernel::{AccountId, ActId, ActorId, BillNumber, RunId};
use metering::acts::{CorrectRead, SwapMeters};
use testkit::engines;

use crate::metered::Metered;
use crate::town::{by, code_of, day};

/// A street whose January is billed.
struct Street {
    town: Metered,
    houses: Vec<AccountId>,
    run: RunId,
}

/// Each house used another amount in January.
const USED: [i64; 5] = [8, 20, 6, 11, 9];

impl Street {
    async fn billed(engine: db::Engine) -> Street {
        let town = Metered::new(engine).await;
        let mut houses = Vec::new();
        for used in USED {
            let house = town.house(100).await;
            town.read(&town.place(house).await, "2025-02-01", 100 + used).await;
            houses.push(house);
        }
        let run = town.bill("2025-01").await;
        Street { town, houses, run }
    }

    /// What waits: which house, and why. What is kept is what is so.
    async fn waits(&self) -> Vec<(usize, WhyAgain)> {
        self.town.assert_kept().await;
        let town = &self.town.tariff.town;
        let mut read = town.read().await;
        let bills = waiting_bills(&mut read, None, (0, 100)).await.unwrap();
        let (count, since) = waiting_bills_count(&mut read).await.unwrap();
        assert_eq!((count, since), (bills.len() as i64, bills.iter().map(|bill| bill.since).min()));
        let of_house = |account| self.houses.iter().position(|house| *house == account).expect("it is of the street");
        let mut waits: Vec<(usize, WhyAgain)> = bills
            .iter()
            .flat_map(|bill| bill.not_so.iter().map(|one| (of_house(bill.account), one.bill.why)))
            .collect();
        waits.sort_unstable();
        waits
    }

    async fn number(&self, house: usize) -> String {
        self.town.tariff.town.number(self.houses[house]).await
    }

    async fn bill(&self, house: usize) -> BillNumber {
        self.town.view(self.run, self.houses[house]).await.number
    }

    async fn correct(&self, house: usize, used: i64) {
        let place = self.town.place(self.houses[house]).await;
        self.town.correct(&place, "2025-02-01", Some(100 + used)).await;
    }

    /// A stop is told late, with what the meter showed.
    async fn told_late(&self, house: usize, on: &str) {
        self.town.read(&self.town.place(self.houses[house]).await, on, 103).await;
        self.stop(house, on).await;
    }

    async fn stop(&self, house: usize, on: &str) {
        let (account, reason) = (self.number(house).await, "told late".to_owned());
        self.town.tariff.town.act(&StopService { account, service_point: None, stops_on: day(on), reason }).await;
    }
}

fn stopped(on: &str) -> WhyAgain {
    WhyAgain::Stopped { stopped_on: day(on) }
}

/// A read of January was corrected.
fn corrected() -> WhyAgain {
    WhyAgain::Corrected { from_on: day("2025-01-01") }
}

#[tokio::test]
async fn what_is_kept_is_what_is_so_after_every_kind_of_act() {
    for engine in engines("bills to make again are kept") {
        let street = Street::billed(engine).await;
        let (town, office) = (&street.town, &street.town.tariff.town);
        assert_eq!(street.waits().await, [], "everything is as it was billed");

        street.correct(0, 7).await;
        assert_eq!(street.waits().await, [(0, corrected())], "a read was corrected");
        street.correct(0, 8).await;
        assert_eq!(street.waits().await, [], "and back");

        street.told_late(1, "2025-01-21").await;
        assert_eq!(street.waits().await, [(1, stopped("2025-01-21"))], "a stop was told late");
        street.told_late(1, "2025-01-16").await;
        assert_eq!(street.waits().await, [(1, stopped("2025-01-16"))], "it was another day");

        let (from_account, reason) = (street.number(2).await, "told late".to_owned());
        let to_account = street.number(0).await;
        let on = day("2025-01-11");
        office.act(&TransferService { from_account, to_account, service_point: None, on, reason }).await;
        assert_eq!(street.waits().await, [(1, stopped("2025-01-16")), (2, stopped("2025-01-11"))], "one took over");

        let moving = MovePeople {
            from_account: Some(street.number(3).await),
            to_account: None,
            opens: None,
            service_points: vec![],
            on: day("2025-01-26"),
            reads: vec![],
            forwarding: None,
            asked_by: None,
            reason: "told late".into(),
        };
        office.act(&moving).await;
        let three = [(1, stopped("2025-01-16")), (2, stopped("2025-01-11")), (3, stopped("2025-01-26"))];
        assert_eq!(street.waits().await, three, "somebody moved");

        street.stop(4, "2025-03-11").await;
        let account = street.number(4).await;
        let (stopped_on, reason) = (day("2025-03-11"), "they stay".to_owned());
        office.act(&ChangeStop { account, service_point: None, stopped_on, stops_on: None, reason }).await;
        assert_eq!(street.waits().await, three, "a stop to come changes no bill, nor does taking it back");

        let (point_a, point_b) = (town.place(street.houses[0]).await, town.place(street.houses[4]).await);
        let swap = SwapMeters { point_a, point_b, from_on: day("2025-01-01"), reason: "seen on site".into() };
        let service_points = office.act(&swap).await;
        office.act(&MeasureAgain { service_points }).await;
        let waits = street.waits().await;
        assert_eq!(waits, [&[(0, corrected())], &three[..], &[(4, corrected())]].concat(), "meters were crossed");

        let again = town.again(street.run, &[street.houses[0], street.houses[1]], "2025-03-10").await;
        assert_eq!(street.waits().await, [&three[1..], &[(4, corrected())]].concat(), "two were made again");
        office.cancel(again).await;
        assert_eq!(street.waits().await, [&three[1..], &[(4, corrected())]].concat(), "they were taken back");

        let all = town.bill("2025-02").await;
        assert_eq!(street.waits().await.len(), 3, "a month was billed");
        office.cancel(all).await;
        assert_eq!(street.waits().await.len(), 3, "and canceled");
        office.cancel(street.run).await;
        assert_eq!(street.waits().await, [], "nothing stands any more");
        street.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_that_somebody_lets_stay_waits_until_something_new_happens() {
    for engine in engines("a bill stays as it is") {
        let street = Street::billed(engine).await;
        let office = &street.town.tariff.town;
        street.correct(0, 7).await;
        street.told_late(1, "2025-01-21").await;
        let bill = street.bill(0).await.to_string();
        let stay = || LetBillStay { bill: bill.clone(), reason: " it is a kgal ".into() };
        let list = || ListBillAgain { bill: bill.clone(), reason: "the customer asked".into() };
        // What went wrong was told by actor 1, so another one decides.
        let decided = async |act: LetBillStay| code_of(office.door.carry_out(&by(2), &act).await).map(|_| ());
        let other = |bill: &str| LetBillStay { bill: bill.to_owned(), reason: "it is little".into() };

        let twice = code_of(office.door.carry_out(&by(1), &list()).await).map(|_| ());
        assert_eq!(twice, Err("not_staying"), "nobody let it stay");
        let own = code_of(office.door.carry_out(&by(1), &stay()).await).map(|_| ());
        assert_eq!(own, Err("own_change"), "whoever corrected the read does not decide it");
        assert_eq!(decided(stay()).await, Ok(()));
        assert_eq!(street.waits().await, [(1, stopped("2025-01-21"))], "it stays");
        let kept = bills_again_of(&mut office.read().await, &[street.houses[0]]).await.unwrap();
        let said = kept.iter().filter_map(|one| one.stays.as_ref()).map(|stay| (stay.on, stay.reason.as_str()));
        assert_eq!(said.collect::<Vec<_>>(), [(office.door.today(), "it is a kgal")]);

        let right = street.bill(3).await.to_string();
        #[rustfmt::skip]
        let rows = [
            (stay(),                                                       "stays_already"),
            (LetBillStay { bill: bill.clone(), reason: " ".to_owned() },   "reason_missing"),
            (other(&right),                                                "not_listed"),
            (other("1-900000"),                                            "bill_unknown"),
            (other("99-000001"),                                           "bill_unknown"),
            (other("nothing"),                                             "bill_unknown"),
        ];
        for (act, code) in rows {
            assert_eq!(decided(act.clone()).await, Err(code), "{act:?}");
        }

        office.act(&list()).await;
        assert_eq!(street.waits().await, [(0, corrected()), (1, stopped("2025-01-21"))], "it is back");
        assert_eq!(decided(stay()).await, Ok(()));
        street.correct(0, 6).await;
        assert_eq!(street.waits().await, [(0, corrected()), (1, stopped("2025-01-21"))], "corrected once more");
        assert_eq!(decided(stay()).await, Ok(()));
        street.told_late(0, "2025-01-11").await;
        assert!(street.waits().await.contains(&(0, stopped("2025-01-11"))), "a stop was told late, too");

        street.town.again(street.run, &[street.houses[0]], "2025-03-10").await;
        assert_eq!(street.waits().await, [(1, stopped("2025-01-21"))], "it was made again");
        assert_eq!(decided(stay()).await, Err("bill_taken_back"), "the one that was there");
        street.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_read_by_which_a_settlement_charged_is_found_when_it_was_corrected() {
    for engine in engines("a settlement by a read that was corrected") {
        let town = Metered::new(engine).await;
        let house = town.house(100).await;
        let place = town.place(house).await;
        town.read(&place, "2025-02-01", 108).await;
        town.bill("2025-01").await;
        // February is estimated; the read of April 1 settles it on the bill of March.
        let february = town.bill("2025-02").await;
        town.read(&place, "2025-04-01", 138).await;
        let march = town.bill("2025-03").await;
        let number = town.view(march, house).await.number;
        let (settled, charged) = (day("2025-02-01"), day("2025-03-01"));
        let waits = async |expected: &[chrono::NaiveDate], when: &str| {
            town.assert_kept().await;
            let found = billing::bills_to_make_again(&mut town.tariff.town.read().await, &[house]).await.unwrap();
            let found: Vec<_> = found.into_iter().map(|one| (one.number, one.why)).collect();
            let expected = expected.iter().map(|from_on| (number, WhyAgain::Corrected { from_on: *from_on }));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{when}");
        };
        waits(&[], "as it was billed").await;
        town.correct(&place, "2025-04-01", Some(148)).await;
        waits(&[settled, charged], "corrected").await;
        let again = town.again(february, &[house], "2025-04-20").await;
        waits(&[charged], "the settled month was made again, and settles what the other bill settled").await;
        town.tariff.town.cancel(again).await;
        waits(&[settled, charged], "that bill was canceled").await;
        town.again(march, &[house], "2025-04-21").await;
        waits(&[], "made again").await;
        town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn the_list_goes_on_after_a_place_of_it() {
    for engine in engines("a list of bills to make again") {
        let street = Street::billed(engine).await;
        for house in [0, 2, 3] {
            street.correct(house, USED[house] - 1).await;
        }
        street.told_late(2, "2025-01-21").await;
        let mut read = street.town.tariff.town.read().await;
        let all = waiting_bills(&mut read, None, (0, 10)).await.unwrap();
        assert_eq!(all.iter().map(|bill| bill.account).collect::<Vec<_>>(), [0, 2, 3].map(|one| street.houses[one]));
        for at in 0..all.len() {
            let rest = waiting_bills(&mut read, Some(all[at].place()), (0, 10)).await.unwrap();
            assert_eq!(rest, all[at + 1..], "after {at}");
            let cut = waiting_bills(&mut read, None, (at, 1)).await.unwrap();
            assert_eq!(cut, all[at..=at], "at {at}");
        }
        drop(read);
        street.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn bills_that_stay_are_listed_the_newest_decision_first_and_those_about_much_look_odd() {
    for engine in engines("a list of bills that stay") {
        let street = Street::billed(engine).await;
        let office = &street.town.tariff.town;
        street.correct(0, 7).await;
        street.told_late(1, "2025-01-11").await;
        street.correct(2, 5).await;
        for house in [1, 0, 2] {
            let act = LetBillStay { bill: street.bill(house).await.to_string(), reason: format!("house {house}") };
            office.door.carry_out(&by(2), &act).await.unwrap_or_else(|failure| panic!("{failure}"));
        }
        let mut read = office.read().await;
        let all = staying_bills(&mut read, None, (0, 10)).await.unwrap();
        let said = |bill: &StayingBill| (bill.account, bill.stay.reason.clone(), bill.stay.by);
        let expected = [2, 0, 1].map(|house| (street.houses[house], format!("house {house}"), by(2).actor.id));
        assert_eq!(all.iter().map(said).collect::<Vec<_>>(), expected);
        assert_eq!(staying_bills_count(&mut read).await.unwrap(), 3);
        for at in 0..all.len() {
            let rest = staying_bills(&mut read, Some(all[at].place), (0, 10)).await.unwrap();
            assert_eq!(rest, all[at + 1..], "after {at}");
            let cut = staying_bills(&mut read, None, (at, 1)).await.unwrap();
            assert_eq!(cut, all[at..=at], "at {at}");
        }
        let told: Vec<ActId> = all.iter().flat_map(|bill| &bill.not_so).filter_map(|one| one.told_by).collect();
        let heads = acts::log_heads(&mut read, &told).await.unwrap();
        let kinds: Vec<(&str, ActorId)> = told.iter().map(|act| (heads[act].kind.as_str(), heads[act].actor)).collect();
        let by_one = |kind| (kind, by(1).actor.id);
        let (measured, told_late) = (by_one(MeasureAgain::KIND), by_one(StopService::KIND));
        assert_eq!(kinds, [measured, measured, told_late], "each is known by an entry of the log");
        let odd = acts::flags(&mut read, office.door.today(), office.door.today()).await.unwrap();
        let odd = odd.iter().filter(|one| one.pattern == "bill_stays").map(|one| (one.account, one.act));
        assert_eq!(odd.collect::<Vec<_>>(), [(Some(street.houses[1]), all[2].stay.act)], "the others differ by little");
        drop(read);

        office.act(&ListBillAgain { bill: all[1].number.to_string(), reason: "the customer asked".into() }).await;
        street.told_late(2, "2025-01-21").await;
        let left = staying_bills(&mut office.read().await, None, (0, 10)).await.unwrap();
        assert_eq!(left, all[2..], "one was put back on the list, of another something waits anew");
        assert_eq!(staying_bills_count(&mut office.read().await).await.unwrap(), 1);
        street.town.tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_bill_made_again_says_where_the_use_was_not_worked_out_yet() {
    for engine in engines("a bill made again says where the use was not worked out yet") {
        let street = Street::billed(engine).await;
        let office = &street.town.tariff.town;
        let (place, bill) = (street.town.place(street.houses[0]).await, street.bill(0).await);
        let to_work_out = async || points_to_work_out(&mut office.read().await, bill).await.unwrap();
        let misread = |on: &str, count: i64| {
            let (service_point, reason) = (place.clone(), "misread".to_owned());
            CorrectRead { service_point, read_on: day(on), count: Some(count), reason }
        };
        assert_eq!(to_work_out().await, [""; 0], "nothing was corrected");
        street.town.read(&place, "2025-03-01", 120).await;
        street.town.close("2025-02").await;
        let service_points = office.act(&misread("2025-03-01", 119)).await;
        assert_eq!(to_work_out().await, [""; 0], "the bill is for January");
        office.act(&MeasureAgain { service_points }).await;
        let service_points = office.act(&misread("2025-02-01", 105)).await;
        assert_eq!(to_work_out().await, [place], "the old use would be billed once more");
        office.act(&MeasureAgain { service_points }).await;
        assert_eq!(to_work_out().await, [""; 0]);
        street.town.tariff.town.base.remove().await;
    }
}
