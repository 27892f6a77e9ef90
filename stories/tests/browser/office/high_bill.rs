//! A caller with a high bill: found, verified, explained and adjusted, with few presses besides typing.

use billing::BillInOrder;
use kernel::{AccountId, BillNumber};
use testkit::{Browser, Key, engines};

use super::{Town, keys, tell};
use crate::hall::Hall;

/// The clicks, and keys that write nothing, which the whole call may take.
const FEWER_THAN: u32 = 12;

/// Whoever calls: the account, what they can say of themself, and the bill they call about.
struct Caller {
    id: AccountId,
    account: String,
    phone: String,
    bill: BillNumber,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_bill_is_explained_and_adjusted_within_a_call() {
    let test = "a_high_bill_is_explained_and_adjusted_within_a_call";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in engines(test) {
        let town = Town::of(engine).await;
        let caller = caller(&town).await;
        let clerk = town.sit(&browser, "supervisor").await;
        let _before_the_call = browser.presses();
        call(&clerk, &caller).await;
        let presses = browser.presses();
        tell(&format!("{test} on {engine:?}: {presses} presses"));
        assert!(presses < FEWER_THAN, "the call took {presses} clicks and keys besides typing");
        let mut read = town.place.db.read().await.expect("the town opens");
        let adjusted = billing::adjustments_of(&mut read, caller.id).await.expect("adjustments can be read");
        assert_eq!(adjusted.len(), 1, "the credit stands on record once");
        drop(read);
        town.close(test, engine).await;
    }
}

async fn call(clerk: &Hall<'_>, caller: &Caller) {
    let browser = clerk.browser;
    // The account is found by typing, and opened.
    browser.type_keys(&[Key::Letter('/')]).await;
    browser.type_keys(&keys(&caller.account)).await;
    browser.type_keys(&[Key::Enter]).await;
    clerk.wait_for_path(&format!("/accounts/{}", caller.account)).await;
    // The caller proves who they are: by the telephone on record, and by name.
    browser.press("Verify the caller").await;
    clerk.wait_for_path("/verify").await;
    browser.type_keys(&keys(&caller.phone)).await;
    browser.click("input[name=heard][value=name]").await;
    browser.type_keys(&[Key::Enter]).await;
    browser.wait_for_text("The caller is verified until").await;
    // The bill, why it is so much, and what the rule for leaks gives.
    let bill = caller.bill.to_string();
    browser.click(&format!("main a[href='/bills/{bill}']")).await;
    clerk.wait_for_path(&format!("/bills/{bill}")).await;
    clerk.says(&["Compared with the last bill", "more"]).await;
    browser.press("Why this amount").await;
    clerk.wait_for_path("/why").await;
    clerk.says(&["Read on", "Adopted by", "In the books"]).await;
    browser.press("Work out a leak adjustment").await;
    clerk.wait_for_path("/leak").await;
    clerk.says(&["Normal use", "What you were shown of the repair"]).await;
    browser.type_keys(&keys("the plumber's receipt of June 3")).await;
    browser.type_keys(&[Key::Enter]).await;
    browser.wait_for_text("Adjusted by").await;
}

/// Somebody whose newest bill was high by a leak that the town's rule takes up.
async fn caller(town: &Town) -> Caller {
    let mut read = town.place.db.read().await.expect("as the town is made");
    let today = chrono::NaiveDate::from_ymd_opt(2026, 7, 1).expect("a day");
    let last = billing::last_account(&mut read).await.expect("as the town is made");
    for id in (1..=last.0).map(AccountId) {
        let bills: Vec<BillInOrder> = billing::bills_of_account(&mut read, id).await.expect("as the town is made");
        for bill in bills.iter().rev().filter(|bill| !bill.is_cancelled) {
            let quote = billing::leak_quote(&mut read, bill.number, today).await.expect("as the town is made");
            let is_given = quote.is_some_and(|quote| quote.services.iter().any(|service| service.outcome.is_ok()));
            if !is_given {
                continue;
            }
            let account = customers::accounts_by_id(&mut read, &[id]).await.expect("as the town is made");
            let number = account.get(&id).expect("an account that has bills").number.to_string();
            let named = customers::account_named(&mut read, &number).await.expect("as the town is made");
            let customer = named.expect("as it was found").customer;
            let known = customers::customers_in_full(&mut read, &[customer]).await.expect("as the town is made");
            let phone = known.get(&customer).map(|one| one.phone.clone()).unwrap_or_default();
            let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
            let phone = digits[digits.len().saturating_sub(4)..].iter().collect();
            return Caller { id, account: number, phone, bill: bill.number };
        }
    }
    panic!("nobody in the town had a leak that the rule takes up");
}
