//! An account's services are billed together.

use billing::{ExceptionCode, ExceptionState};
use kernel::{AccountId, AgreementId, Cents};
use testkit::engines;

use crate::town::{Service, Town, house};

#[tokio::test]
async fn two_services_of_an_account_are_one_bill_with_a_posting_each() {
    for engine in engines("two services of an account") {
        let (town, opened) = Town::new(engine, &[house(10), house(20)]).await;
        let (account, first) = opened[0];
        let second = town.open(&[Service { of: Some(account), class: "SHOP", ..house(5) }]).await[0].1;
        let run = town.signed("A").await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        let bills = town.bills().await;
        let found: Vec<(AccountId, i64, Cents)> =
            bills.iter().map(|bill| (bill.account, bill.position, bill.total)).collect();
        assert_eq!(found, [(account, 1, Cents(2_000)), (opened[1].0, 2, Cents(2_000))]);
        assert_eq!(town.count("select count(*) from run_item").await, 3);
        assert_eq!(postings(&town, account).await, [(first, 1_000), (second, 1_000)]);
        town.assert_proved().await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn one_service_without_a_price_holds_the_whole_bill() {
    for engine in engines("one service without a price") {
        let (town, opened) = Town::new(engine, &[house(10), house(20)]).await;
        let (account, _) = opened[0];
        town.open(&[Service { of: Some(account), class: "FARM", ..house(5) }]).await;
        let run = town.signed("A").await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await, [opened[1].0]);
        assert_eq!(postings(&town, account).await, []);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn the_same_exception_of_two_services_is_one_entry_of_the_queue() {
    for engine in engines("the same exception twice") {
        let farm = Service { class: "FARM", ..house(10) };
        let (town, opened) = Town::new(engine, std::slice::from_ref(&farm)).await;
        let unread = Service { used: None, ..farm };
        let of = Some(opened[0].0);
        town.open(&[Service { of, ..unread.clone() }, Service { of, class: "HOUSE", ..unread }]).await;
        let run = town.prepared("A").await;
        // Trying twice must find them again without a second entry.
        town.tried(run).await;
        town.tried(run).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 10).await.unwrap();
        let found: Vec<(ExceptionCode, ExceptionState)> =
            queue.iter().map(|queued| (queued.code, queued.state)).collect();
        assert_eq!(
            found,
            [(ExceptionCode::NoConsumption, ExceptionState::Open), (ExceptionCode::NoSchedule, ExceptionState::Held)]
        );
        town.base.remove().await;
    }
}

/// The postings of an account by agreement.
async fn postings(town: &Town, account: AccountId) -> Vec<(AgreementId, i64)> {
    let sql = "select agreement_id, cents from posting where account_id = $1 order by agreement_id, line_no";
    let rows: Vec<(i64, i64)> = town.read().await.all(sql, vec![account.into()]).await.unwrap();
    rows.into_iter().map(|(agreement, cents)| (AgreementId(agreement), cents)).collect()
}
