//! From every figure of the trial balance down to postings, and it adds up; a month is locked by one and opened by two.

use std::collections::BTreeSet;

use testkit::{Client, engines};

use crate::hall::{Hall, page, send};

/// Addresses on a page that begin with this.
fn links(text: &str, start: &str) -> BTreeSet<String> {
    let parts = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let plain = parts.map(|href| href.replace("&amp;", "&").replace("&#38;", "&"));
    plain.filter(|href| href.starts_with(start)).collect()
}

/// The rows of a table as a file: its fields, without the first two, which say what a record is.
async fn rows(client: &Client, path: &str) -> Vec<Vec<String>> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let text = page(client, &format!("{path}{mark}as=csv")).await.text();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let records = reader.records().map(|record| record.expect("as the town is made"));
    let rows = records.filter(|record| record.get(1) == Some("row"));
    rows.map(|record| record.iter().skip(2).map(str::to_owned).collect()).collect()
}

fn cents(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').expect("as the town is made");
    sign * (whole.parse::<i64>().expect("as the town is made") * 100
        + part.parse::<i64>().expect("as the town is made"))
}

fn sum(rows: &[Vec<String>], column: usize) -> i64 {
    rows.iter().map(|row| cents(&row[column])).sum()
}

#[tokio::test]
async fn every_figure_of_the_trial_balance_is_its_postings() {
    for engine in engines("every_figure_of_the_trial_balance_is_its_postings") {
        let hall = Hall::on(engine).await;
        let accountant = hall.sign_in("revenue_accountant").await;
        let balance = rows(&accountant, "/books?month=2026-01").await;
        assert!(8 <= balance.len(), "{balance:?}");
        assert_eq!((sum(&balance, 4), sum(&balance, 7)), (0, 0), "funds balance before and after");
        assert_eq!(sum(&balance, 5), sum(&balance, 6));
        let mut journals = BTreeSet::new();
        for place in &balance {
            let path = format!("/books/ledger/{}/{}", place[0], place[1]);
            let days = rows(&accountant, &format!("{path}?month=2026-01")).await;
            let figures = (cents(&place[5]), cents(&place[6]));
            assert_eq!((sum(&days, 3), sum(&days, 4)), figures, "{path} on {engine:?}");
            let months = rows(&accountant, &format!("{path}?through=2026-01-31")).await;
            assert_eq!(sum(&months, 2) - sum(&months, 3), cents(&place[7]), "{path} on {engine:?}");
            let shown = page(&accountant, &format!("{path}?month=2026-01")).await.text();
            let (mut debit, mut credit) = (0, 0);
            for day in links(&shown, &format!("{path}/2026-01")) {
                let lines = rows(&accountant, &day).await;
                debit += sum(&lines, 5);
                credit += sum(&lines, 6);
                journals.extend(links(&page(&accountant, &day).await.text(), "/books/journals/"));
            }
            assert_eq!((debit, credit), figures, "{path} on {engine:?}");
        }
        // Each journal opens, leads to its bill and entry, and a few are added up by hand.
        assert!(50 <= journals.len(), "{}", journals.len());
        for journal in journals.iter().step_by(9) {
            let text = page(&accountant, journal).await.text();
            assert!(!links(&text, "/log/").is_empty() && !links(&text, "/bills/").is_empty(), "{journal}");
            assert!(!rows(&accountant, journal).await.is_empty());
        }
        let proof = page(&accountant, "/books/proof?on=2026-01-27").await.text();
        assert!(proof.contains("The books are proved as of Jan 27, 2026"), "{proof}");
        hall.close().await;
    }
}

#[tokio::test]
async fn a_month_is_locked_by_one_and_a_report_kept() {
    for engine in engines("a_month_is_locked_by_one_and_a_report_kept") {
        let hall = Hall::on(engine).await;
        let accountant = hall.sign_in("revenue_accountant").await;
        let (path, lock) = ("/books/periods/2025-12", "/books/periods/2025-12/lock");
        let locked = send(&accountant, path, lock, &[("reason", "The month is complete")]).await.text();
        assert!(locked.contains("December 2025 is locked"), "{locked}");
        let unlock = "/books/periods/2025-12/unlock";
        let waits = send(&accountant, path, unlock, &[("reason", "A correction came late")]).await.text();
        assert!(!waits.contains("is open again"), "{waits}");
        assert!(page(&accountant, path).await.text().contains("Open the month again"));

        let view = "/reports/views/bills?columns=total&group=bill_on.month";
        let months = rows(&accountant, view).await;
        let bills = rows(&accountant, "/reports/views/bills?columns=bill&columns=total").await;
        assert_eq!(sum(&months, 2), sum(&bills, 1), "groups add up to their rows");
        let shown = page(&accountant, view).await.text();
        let behind = links(&shown, "/reports/views/bills?columns=total&column1=bill_on");
        let first = behind.iter().next().expect("as the town is made");
        assert_eq!(sum(&rows(&accountant, first).await, 0), cents(&months[0][2]), "a count leads to its rows");
        let save = "/reports/saved?address=%2Freports%2Fviews%2Fbills%3Fgroup%3Drun";
        let fields = [("title", "Bills by run"), ("shared", "yes")];
        let kept = send(&accountant, save, "/reports/saved", &fields).await.text();
        assert!(kept.contains("The report is saved") && kept.contains("/reports/views/bills?group=run"), "{kept}");
        let other = hall.sign_in("billing_analyst").await;
        assert!(page(&other, "/reports").await.text().contains("Bills by run"));
        assert_eq!(other.get("/reports/views/nothing").await.status, 404);
        let unknown = page(&other, "/reports/views/bills?columns=xyz").await.text();
        assert!(unknown.contains("There is no column xyz."), "{unknown}");
        let ahead = page(&accountant, "/books/receivables?on=2027-01-01").await.text();
        assert!(ahead.contains("Jan 1, 2027 is still to come"), "{ahead}");
        let clerk = hall.sign_in("csr").await;
        assert_eq!(clerk.get("/books").await.status, 403);
        assert_eq!(clerk.get("/reports/views/log").await.status, 403);
        hall.close().await;
    }
}

/// The runs that share their day in the books with another one: their number, and how many bills they wrote.
const RUNS_OF_ONE_DAY: &str = "
    select r.run_number, count(*)
    from bill b
    join bill_run r on r.run_id = b.run_id
    where r.gl_on in (select d.gl_on
                      from (select distinct o.gl_on, o.run_id from bill w join bill_run o on o.run_id = w.run_id) d
                      group by d.gl_on
                      having 1 < count(*))
    group by r.run_number
    order by r.run_number";

#[tokio::test]
async fn a_figure_of_a_run_leads_to_its_own_postings() {
    for engine in engines("a_figure_of_a_run_leads_to_its_own_postings") {
        let hall = Hall::on(engine).await;
        let analyst = hall.sign_in("billing_analyst").await;
        let auditor = hall.api("auditor").await;
        let mut read = hall.db().read().await.expect("the town is there");
        let runs: Vec<(i64, i64)> = read.all(RUNS_OF_ONE_DAY, vec![]).await.expect("runs can be read");
        drop(read);
        assert!(2 <= runs.len(), "the town has runs of one day: {runs:?}");
        for (run, bills) in runs {
            let shown = page(&analyst, &format!("/runs/{run}")).await.text();
            let facts = shown.split("Total posted").nth(1).unwrap_or_else(|| panic!("nothing posted: {shown}"));
            let below = links(facts, "/books/days/").pop_first().expect("the total leads to the books");
            let total = facts.split("</a>").next().and_then(|link| link.rsplit('>').next()).expect("an amount");
            let lines = rows(&analyst, &below).await;
            assert_eq!(i64::try_from(lines.len()), Ok(bills), "{below} on {engine:?}");
            let own = format!("{run}-");
            assert!(lines.iter().all(|line| line[3].starts_with(&own)), "{below}: {lines:?}");
            let day = page(&analyst, &below).await.text();
            let billed = day.split("Billed to customers").nth(1).unwrap_or_else(|| panic!("no sum: {day}"));
            let billed = billed.split("</dd>").next().unwrap_or_default();
            assert!(billed.contains(total), "{below} says {billed}, the run {total}");
            assert!(day.contains("Show every run") && day.contains(&format!("the bills of run {run}.")), "{day}");
            let (path, query) = below.split_once('?').expect("the address says which run");
            let told = auditor.get(&format!("/api/v1{path}/journals?limit=200&{query}")).await.json();
            assert_eq!(told["data"].as_array().map(Vec::len), Some(lines.len()), "{told}");
        }
        assert_eq!(analyst.get("/books/days/2025-02-06?run=twelve").await.status, 400);
        hall.close().await;
    }
}
