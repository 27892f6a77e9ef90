//! The chart is set up from data, grows, and never changes what it has.

use finance::{EstablishBooks, Established, NewFund, OpenedIn};
use ledger::AccountKind;
use testkit::{by, engines};

use crate::support::{Town, code_of, side, small_books};

#[tokio::test]
async fn the_chart_grows_and_never_changes() {
    for engine in engines("the_chart_grows_and_never_changes") {
        let town = Town::new(engine).await;
        let again = town.door.carry_out(&by("again"), &small_books()).await.unwrap();
        assert_eq!(again.outcome, Established { funds: 0, ledger_accounts: 0, opened: 0 });

        let mut more = small_books();
        more.funds.push(NewFund { code: "100".to_owned(), name: "General Fund".to_owned() });
        more.opened.push(OpenedIn { fund: "100".to_owned(), ledger_account: "1000".to_owned() });
        let grown = town.door.carry_out(&by("more"), &more).await.unwrap();
        assert_eq!(grown.outcome, Established { funds: 1, ledger_accounts: 0, opened: 1 });

        let codes = |chart: &ledger::Chart| chart.funds().map(|fund| fund.code.clone()).collect::<Vec<_>>();
        let chart = finance::chart(&mut town.read().await).await.unwrap();
        assert_eq!(codes(&chart), ["100", "510", "520"]);
        assert_eq!(chart.fund_by_code("510"), town.chart.fund_by_code("510"));

        let changed = |change: fn(&mut EstablishBooks)| {
            let mut books = EstablishBooks { funds: vec![], ledger_accounts: vec![], opened: vec![] };
            change(&mut books);
            books
        };
        let opened = |fund: &str, side: &str| OpenedIn { fund: fund.to_owned(), ledger_account: side.to_owned() };
        let mut wrong_fund = changed(|_| {});
        wrong_fund.opened.push(opened("999", "1000"));
        let mut wrong_side = changed(|_| {});
        wrong_side.opened.push(opened("510", "9999"));
        #[rustfmt::skip]
        let rows = [
            ("changes_fund",             changed(|books| books.funds.push(NewFund { code: "510".into(), name: "Gas".into() }))),
            ("changes_ledger_account",   changed(|books| books.ledger_accounts.push(side("1000", "Cash", AccountKind::Asset)))),
            ("bad_code",                 changed(|books| books.funds.push(NewFund { code: "5 1".into(), name: "Gas".into() }))),
            ("name_missing",             changed(|books| books.ledger_accounts.push(side("7000", " ", AccountKind::Expense)))),
            ("duplicate_ledger_account", changed(|books| books.ledger_accounts = vec![side("7000", "A", AccountKind::Expense); 2])),
            ("unknown_fund",             wrong_fund),
            ("unknown_ledger_account",   wrong_side),
        ];
        for (code, act) in rows {
            assert_eq!(code_of(town.door.carry_out(&by(code), &act).await), Err(code));
        }
        assert_eq!(finance::chart(&mut town.read().await).await.unwrap(), chart);
        town.base.remove().await;
    }
}
