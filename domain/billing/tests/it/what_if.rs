//! What a proposal would change, on a town small enough to check by hand.

use acts::Progress;
use billing::{Change, WhatIf, WhatIfRefused, WhatIfReport, what_if};
use kernel::{Cents, Month};
use rates::Schedule;

use crate::town::{Service, Town, day, house, rates_from};

/// A house pays 0.80 for the first 15 ccf and 1.50 above; a shop what it pays today.
const PROPOSED: &str = r#"
schedule = "water"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2027-01-01
ordinance = "proposal of spring"
basis = "bill_date"
classes = ["HOUSE", "SHOP"]

[[version.charge]]
name = "consumption"
title = { en = "Water used" }
revenue = "water.not_yet_in_the_books"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
tiers = [{ through = 15, price = 0.80 }, { price = 1.50 }]

[[version.charge.case]]
class = "SHOP"
per_unit = 2
"#;

fn shop(used: i64) -> Service {
    Service { class: "SHOP", ..house(used) }
}

async fn asked(town: &Town, text: &str, chunk_accounts: Option<i64>) -> Result<WhatIfReport, WhatIfRefused> {
    let schedule = Schedule::parse(text).unwrap();
    let asked = WhatIf {
        schedule: &schedule,
        version: &schedule.versions[0],
        months: None,
        chunk_accounts,
        sample: None,
        before: None,
    };
    what_if(&mut town.read().await, &asked, &|_: Progress| {}).await.unwrap()
}

/// A row of the report: accounts, services, before, after, less, same, more.
fn row(report: &WhatIfReport, class: &str) -> (i64, i64, i64, i64, [i64; 3]) {
    let effect = if class == "all" { &report.total } else { &report.classes[class] };
    let amounts = (effect.before_cents.0, effect.after_cents.0);
    (effect.accounts, effect.services, amounts.0, amounts.1, [effect.less, effect.same, effect.more])
}

#[tokio::test]
async fn winners_and_losers_are_counted_by_account() {
    for engine in testkit::engines("winners_and_losers_are_counted_by_account") {
        let farm = Service { class: "FARM", ..house(5) };
        let unread = Service { used: None, ..house(0) };
        let services = [house(10), house(40), house(0), shop(20), farm, unread];
        let (town, opened) = Town::new(engine, &services).await;
        // The second house has a shop as well.
        town.open(&[Service { of: Some(opened[1].0), ..shop(100) }]).await;
        let report = asked(&town, PROPOSED, None).await.unwrap();
        assert_eq!(report.months, [Month::parse("2026-06").unwrap()]);
        // 10 ccf: 10.00, then 8.00. 40 ccf: 40.00, then 15 × 0.80 + 25 × 1.50 = 49.50. The shops pay 40.00 and 200.00.
        assert_eq!(row(&report, "HOUSE"), (3, 3, 50_00, 57_50, [1, 1, 1]));
        assert_eq!(row(&report, "SHOP"), (2, 2, 24_000, 24_000, [0, 2, 0]));
        assert_eq!(row(&report, "all"), (4, 5, 29_000, 29_750, [1, 2, 1]));
        assert_eq!(report.total.change_per_cent.unwrap().to_string(), "2.6");
        // House and shop together rise from 240.00 to 249.50, by 3.96 per cent; 10.00 falls by a fifth.
        let bands = [(Change::DownTo25, 1), (Change::Same, 2), (Change::UpTo5, 1)];
        assert_eq!(report.total.by_change.clone().into_iter().collect::<Vec<_>>(), bands);
        let [largest] = &report.largest[..] else { panic!("one account pays more") };
        assert_eq!(largest.account_number, town.number(opened[1].0).await);
        assert_eq!((largest.before_cents, largest.after_cents), (Cents(24_000), Cents(24_950)));
        assert_eq!(largest.classes, ["HOUSE", "SHOP"]);
        let farm = ("no rate schedule for class FARM".to_owned(), 1);
        assert_eq!(report.not_priced_before.clone().into_iter().collect::<Vec<_>>(), [farm]);
        assert!(report.not_priced_after.is_empty());
        // The size of a chunk makes no difference, but to how many there are.
        let by_one = asked(&town, PROPOSED, Some(1)).await.unwrap();
        assert_eq!((report.pieces, by_one.pieces), ((1, 1), (6, 6)));
        assert_eq!(WhatIfReport { pieces: report.pieces, ..by_one }, report);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn use_is_priced_by_the_rates_that_held_then() {
    for engine in testkit::engines("use_is_priced_by_the_rates_that_held_then") {
        let (town, _) = Town::new(engine, &[house(10)]).await;
        // No run billed June, so it would have been billed on 1 July, when a house pays 3.00.
        town.act(&rates_from("2026-07-01")).await;
        assert_eq!(row(&asked(&town, PROPOSED, None).await.unwrap(), "HOUSE"), (1, 1, 30_00, 8_00, [1, 0, 0]));
        // The run that there was billed it on 30 June, when a house paid 1.00.
        town.prepared("A").await;
        assert_eq!(row(&asked(&town, PROPOSED, None).await.unwrap(), "HOUSE"), (1, 1, 10_00, 8_00, [1, 0, 0]));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_the_proposal_refuses_is_listed_by_reason() {
    for engine in testkit::engines("what_the_proposal_refuses_is_listed_by_reason") {
        let (town, _) = Town::new(engine, &[house(10), house(3), shop(20)]).await;
        let shops = "per_unit = 2";
        let quantity = "[[version.quantity]]\nname = \"homes\"\nunit = \"homes\"\n\n[[version.charge]]";
        let text = PROPOSED.replace("through = 15", "through = \"15 * homes\"");
        let text = text.replace(shops, "not_offered = \"shops have their own\"");
        let report = asked(&town, &text.replace("[[version.charge]]", quantity), None).await.unwrap();
        assert!(report.classes.is_empty());
        let expected = [
            ("consumption is not offered to class SHOP: shops have their own", 1),
            ("the price depends on homes, which is not given", 2),
        ];
        let found = report.not_priced_after.iter().map(|(why, times)| (why.as_str(), *times));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    for engine in testkit::engines("what_cannot_be_asked_is_refused") {
        let (town, _) = Town::new(engine, &[Service { used: None, ..house(0) }]).await;
        let schedule = Schedule::parse(PROPOSED).unwrap();
        let sewer = Schedule { code: "sewer".to_owned(), ..schedule.clone() };
        let month = |text: &str| Month::parse(text).unwrap();
        let rows = [
            (&schedule, None, "nothing was ever read; name the months"),
            (&schedule, Some((month("2026-06"), month("2026-05"))), "2026-05 comes before 2026-06"),
            (
                &sewer,
                Some((month("2026-05"), month("2026-06"))),
                "nothing that a schedule 'sewer' prices was used in these months",
            ),
        ];
        for (schedule, months, expected) in rows {
            let asked = WhatIf {
                schedule,
                version: &schedule.versions[0],
                months,
                chunk_accounts: None,
                sample: None,
                before: None,
            };
            let refused = what_if(&mut town.read().await, &asked, &|_: Progress| {}).await.unwrap();
            assert_eq!(refused.unwrap_err().to_string(), expected);
        }
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_report_is_printed_for_people_and_spreadsheets() {
    for engine in testkit::engines("a_report_is_printed_for_people_and_spreadsheets") {
        let (town, opened) = Town::new(engine, &[house(10), house(40)]).await;
        let report = asked(&town, PROPOSED, None).await.unwrap();
        let number = town.number(opened[1].0).await;
        let expected = format!(
            "\
water: proposal of spring
use of 1 months, 2026-06 through 2026-06

class                      accounts  services           before            after           change per cent     less     same     more
HOUSE                             2         2           $50.00           $57.50           +$7.50    +15.0        1        0        1
all                               2         2           $50.00           $57.50           +$7.50    +15.0        1        0        1

accounts by change
  10 to 25 % less                 1
  10 to 25 % more                 1

largest increases
  {number:<12}HOUSE                             $40.00        $49.50        +$9.50
"
        );
        assert_eq!(report.to_text(), expected);
        let csv = String::from_utf8(report.to_csv().unwrap()).unwrap();
        assert_eq!(csv.lines().nth(1), Some("HOUSE,2,2,50.00,57.50,15.0,1,0,1,0,0,1,0,0,0,0,0,1,0,0,0"));
        let profiles = billing::profiles_in_use(&mut town.read().await, "water", day("2026-06-01")).await.unwrap();
        let [(profile, accounts)] = &profiles[..] else { panic!("all are houses") };
        assert_eq!((profile.class.as_str(), *accounts), ("HOUSE", 2));
        town.base.remove().await;
    }
}
