//! Taxes: on the lines that are taxed, in the fund that bears them, not where a certificate frees, never on the rest.

use billing::acts::EndExemption;
use kernel::{Cents, Unit};
use revenue::acts::AdoptRates;
use testkit::engines;

use super::golden::fixed;
use crate::tariff::{Tariff, service, used};
use crate::town::day;

/// Water 12.00 and 3.40 a kgal; state 5.6 %, city 2.9 % of both; the state's 0.0065 a kgal is borne by the city.
const WATER: &str = r#"
schedule = "taxed-water"
service = "water"
title = { en = "Water" }

[[version]]
effective_on = 2021-01-01
ordinance = "Ordinance 21"
basis = "bill_date"
classes = ["HOUSE"]

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

/// A charge of two funds under one tax of 7 %.
const TWO_FUNDS: &str = r#"
schedule = "two-funds"
service = "water"
title = { en = "Water and clean-up" }

[[version]]
effective_on = 2021-01-01
ordinance = "Ordinance 22"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "base"
title = { en = "Base" }
revenue = "water.base"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 10.00

[[version.charge]]
name = "cleanup"
title = { en = "Clean-up" }
revenue = "sewer.surcharge"
rounding = "half_away_from_zero"

[[version.charge.case]]
fixed = 5.05

[[version.charge]]
name = "tax"
title = { en = "City tax" }
revenue = "tax.city"
tax = { authority = "city", code = "004" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 7
of = ["base", "cleanup"]

[[version.charge]]
name = "tax_on_tax"
title = { en = "State tax on all" }
revenue = "tax.state"
tax = { authority = "state", code = "U1" }
rounding = "half_away_from_zero"

[[version.charge.case]]
per_cent = 10
of = ["base", "cleanup", "tax"]
"#;

fn moved(rows: &[(&str, &str, &str, i64)]) -> Vec<(String, String, String, Cents)> {
    let row = |(fund, debit, credit, cents): &(&str, &str, &str, i64)| {
        ((*fund).to_owned(), (*debit).to_owned(), (*credit).to_owned(), Cents(*cents))
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn tax_is_on_water_only_and_the_city_bears_its_own() {
    let trash = fixed("plain-trash", "trash.collection", &[("2021-01-01", "21.80")]);
    for engine in engines("tax is on water only") {
        let tariff = Tariff::new(engine, &[WATER, &trash]).await;
        let account = tariff.open(&[service("taxed-water"), service("plain-trash")]).await;
        tariff.meter(account, &[used("2021-06", "6", Unit::Kgal)]).await;
        let run = tariff.bill_month("2021-06").await;
        // 32.40: 5.6 % are 1.8144, 2.9 % are 0.9396; 6 x 0.0065 are 0.039, not billed.
        assert_eq!(
            tariff.sum(run, account).await,
            "Water base 12.00 + Water used 20.40 + State tax 1.81 + City tax 0.94 + Monthly charge 21.80 = 56.95"
        );
        let expected = moved(&[
            ("510", "1200", "4100", 12_00),
            ("510", "1200", "4100", 20_40),
            ("510", "1200", "2042", 1_81),
            ("510", "1200", "2041", 94),
            ("510", "5400", "2042", 4),
            ("530", "1200", "4100", 21_80),
        ]);
        assert_eq!(tariff.postings(run, account).await, expected);
        let lines = ["5.6 % of 32.40 1.8144", "Municipal water tax", "the city bears this line; it is not billed"];
        tariff.assert_explained(run, account, &lines).await;
        let run_now = tariff.town.run(run).await;
        let register = billing::register(&mut tariff.town.read().await, &run_now).await.unwrap();
        assert_eq!(register.total, Cents(56_95));
        let text = register.to_text();
        assert!(text.contains("Borne by the city"), "{text}");
        let journal: Vec<(String, String, Cents)> =
            register.journal.iter().map(|line| (line.fund.clone(), line.credit.clone(), line.cents)).collect();
        let line = |fund: &str, credit: &str, cents| (fund.to_owned(), credit.to_owned(), Cents(cents));
        #[rustfmt::skip]
        let expected = [
            line("510", "2041 2041", 94), line("510", "2042 2042", 1_81), line("510", "2042 2042", 4),
            line("530", "4100 4100", 21_80), line("510", "4100 4100", 12_00), line("510", "4100 4100", 20_40),
        ];
        assert_eq!(journal, expected);
        tariff.town.cancel(run).await;
        tariff.town.assert_proved().await;
        let sql = "
            select coalesce(cast(sum(case when d.code = '5400' then p.cents else 0 end
                                     - case when c.code = '5400' then p.cents else 0 end) as bigint), 0)
            from posting p
            join ledger_account d on d.ledger_account_id = p.debit_id
            join ledger_account c on c.ledger_account_id = p.credit_id";
        assert_eq!(tariff.town.count(sql).await, 0, "what the city bore is taken back with the bill");
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_tax_on_lines_of_two_funds_is_owed_in_both() {
    for engine in engines("a tax on two funds") {
        let tariff = Tariff::new(engine, &[TWO_FUNDS]).await;
        let account = tariff.open(&[service("two-funds")]).await;
        let run = tariff.bill_month("2021-06").await;
        // 7 % of 15.05 are 1.0535: 1.05, of which 10.00/15.05 are 0.6977. 10 % of 16.10 are 1.61, by 10.70 and 5.40.
        assert_eq!(
            tariff.sum(run, account).await,
            "Base 10.00 + Clean-up 5.05 + City tax 1.05 + State tax on all 1.61 = 17.71"
        );
        let expected = moved(&[
            ("510", "1200", "4100", 10_00),
            ("520", "1200", "4100", 5_05),
            ("510", "1200", "2041", 70),
            ("520", "1200", "2041", 35),
            ("510", "1200", "2042", 1_07),
            ("520", "1200", "2042", 54),
        ]);
        assert_eq!(tariff.postings(run, account).await, expected);
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn an_exemption_counts_for_bills_dated_within_its_certificate() {
    for engine in engines("an exemption") {
        let tariff = Tariff::new(engine, &[WATER]).await;
        let account = tariff.open(&[service("taxed-water")]).await;
        let other = tariff.open(&[service("taxed-water")]).await;
        let months = ["2021-02", "2021-03", "2021-04", "2021-05", "2021-06"];
        for month in months {
            for account in [account, other] {
                tariff.meter(account, &[used(month, "6", Unit::Kgal)]).await;
            }
        }
        tariff.exempt(account, "resale", ("2021-03-31", "2021-04-30")).await;
        tariff.exempt(account, "resale", ("2021-06-01", "2021-12-31")).await;
        let end = |from: &str, through: &str| EndExemption {
            account: String::new(),
            code: "resale".to_owned(),
            from_on: day(from),
            through_on: day(through),
            reason: "the business was sold".to_owned(),
        };
        // The second certificate is taken back from its first day.
        let number = tariff.town.number(account).await;
        tariff.town.act(&EndExemption { account: number, ..end("2021-06-01", "2021-05-31") }).await;
        #[rustfmt::skip]
        let rows = [
            ("2021-02", "1.81"), ("2021-03", "0.00"), ("2021-04", "0.00"), ("2021-05", "1.81"), ("2021-06", "1.81"),
        ];
        for (month, state_tax) in rows {
            let run = tariff.bill_month(month).await;
            let total = if state_tax == "0.00" { "33.34" } else { "35.15" };
            assert_eq!(
                tariff.sum(run, account).await,
                format!("Water base 12.00 + Water used 20.40 + State tax {state_tax} + City tax 0.94 = {total}"),
                "{month}"
            );
            assert_eq!(tariff.view(run, other).await.bill.total, Cents(35_15));
            if month == "2021-03" {
                let lines = ["exemption resale, certificate C-17", "exempt: resale 0.00"];
                tariff.assert_explained(run, account, &lines).await;
            }
        }
        tariff.town.base.remove().await;
    }
}

#[tokio::test]
async fn taxes_without_a_place_in_the_books_are_refused() {
    let swap = |changes: &[(&str, &str)]| {
        let text = changes.iter().fold(WATER.to_owned(), |text, (from, to)| text.replace(from, to));
        AdoptRates { text }
    };
    #[rustfmt::skip]
    let rows = [
        (swap(&[("water.base", "trash.fuel")]), "tax_without_bearer",
         "version 2021-01-01: tax 'municipal_water' is no percentage of other charges, so all of them must belong to \
          one fund and receivable"),
        (swap(&[("water.base", "trash.fuel"), ("water.consumption", "trash.extra")]), "ledger_account_not_open",
         "version 2021-01-01: charge 'state_tax': ledger account 2042 must be open in fund 530, which bears it"),
        (swap(&[("authority = \"city\"", "authority = \"county\"")]), "tax_not_placed",
         "version 2021-01-01: charge 'city_tax' is tax '004' of 'county' as 'tax.city', which has no place in the books"),
        (swap(&[("revenue = \"tax.city\"", "revenue = \"tax.state\"")]), "tax_not_placed",
         "version 2021-01-01: charge 'city_tax' is tax '004' of 'city' as 'tax.state', which has no place in the books"),
        (swap(&[("tax = { authority = \"city\", code = \"004\" }", "")]), "revenue_code_not_placed",
         "version 2021-01-01: charge 'city_tax' names revenue code 'tax.city', which has no place in the books"),
        (swap(&[("tax = { authority = \"city\", code = \"004\" }",
                 "tax = { authority = \"city\", code = \"004\" }\nborne_by = \"city\"")]), "expense_not_placed",
         "version 2021-01-01: charge 'city_tax' is borne by the city, but no expense account is named for 'tax.city'"),
    ];
    for engine in engines("taxes without a place") {
        let tariff = Tariff::new(engine, &[]).await;
        for (act, code, words) in &rows {
            assert_eq!(tariff.refused(act).await, (*code, (*words).to_owned()));
        }
        tariff.town.base.remove().await;
    }
}
