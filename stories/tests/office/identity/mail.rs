//! The amount of a bill proves nobody who had its mail sent elsewhere.

use chrono::NaiveDate;
use serde_json::json;
use testkit::{Client, engines};

use super::{Known, known};
use crate::hall::{Api, Hall, page, send};

/// Whether name and amount of the last bill prove a caller, as a program that looked them up says.
async fn amount_counts(program: &Api, key: &str, known: &Known) -> bool {
    let call = json!({"reason": "they called", "command": {
        "account": known.number, "caller": {"role": "holder"}, "matched": ["name", "bill_amount"],
    }});
    let answer = program.change("identity.verify_caller", key, &call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"]["outcome"]["is_verified"].as_bool().expect("it says whether they are")
}

/// Mail of an account goes to a street, from a day on.
async fn mail_to(clerk: &Client, known: &Known, (street, from_on): (&str, &str)) {
    let path = known.account("/address");
    let fields = [("from_on", from_on), ("street", street), ("city", "Saguaro Bend"), ("asked_by", "in_person")];
    let answer = send(clerk, &path, &path, &fields).await;
    assert!(answer.text().contains("The address is recorded"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_amount_of_a_bill_that_goes_to_a_changed_address_proves_nobody() {
    for engine in engines("the_amount_of_a_bill_that_goes_to_a_changed_address_proves_nobody") {
        let hall = Hall::on(engine).await;
        let all = known(&hall).await;
        let (later, backdated) = (&all[0], &all[1]);
        let (clerk, program) = (hall.sign_in("csr").await, hall.api("csr").await);
        assert!(amount_counts(&program, "1", later).await && amount_counts(&program, "2", backdated).await);

        // The last bill went where it went before; the next one does not.
        mail_to(&clerk, later, ("1 New Way", "2026-07-01")).await;
        assert!(amount_counts(&program, "3", later).await, "the last bill was mailed before");
        bill_today(&hall, later);
        assert!(!amount_counts(&program, "4", later).await, "whoever had the mail changed knows it");
        let asks = page(&clerk, &later.account("/verify")).await.text();
        assert!(asks.contains("Not asked: the amount of the last bill"), "{asks}");
        mail_to(&clerk, later, (&later.street, "2026-07-01")).await;
        assert!(!amount_counts(&program, "5", later).await, "putting it back hides nothing");

        // From a day before the bill: a copy of it goes there, and nobody sees that it did.
        mail_to(&clerk, backdated, ("2 New Way", &backdated.bill_on)).await;
        assert!(!amount_counts(&program, "6", backdated).await);
        let rule = |days: i64| {
            json!({"reason": "the town decides", "command": {
                "questions": ["name", "bill_amount"], "needed": 2, "minutes": 15, "recent_days": days,
            }})
        };
        let manager = hall.api("customer_service_manager").await;
        let set = manager.change("identity.set_verification_rule", "rule", &rule(0)).await;
        assert_eq!(set.status, 200, "{}", set.text());
        assert!(amount_counts(&program, "7", backdated).await, "the town decides how long that is");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_address_of_an_account_is_a_change_when_somebody_sets_it_later() {
    for engine in engines("the_first_address_of_an_account_is_a_change_when_somebody_sets_it_later") {
        let hall = Hall::on(engine).await;
        let mut all = known(&hall).await;
        let (by_file, known) = (all.remove(1), all.remove(0));
        let (clerk, program) = (hall.sign_in("csr").await, hall.api("csr").await);
        let mut tx = hall.db().write(&db::DoorKey::for_the_door()).await.expect("the town opens");
        tx.run("delete from mailing_address", vec![]).await.expect("nobody's mail goes anywhere");
        tx.commit().await.expect("nobody's mail goes anywhere");
        assert!(amount_counts(&program, "1", &known).await);
        mail_to(&clerk, &known, ("1 New Way", &known.bill_on)).await;
        assert!(!amount_counts(&program, "2", &known).await, "they were mailed nothing there before");

        mail_by_file(&hall, &by_file).await;
        assert!(amount_counts(&program, "3", &by_file).await, "the last bill went nowhere");
        bill_today(&hall, &by_file);
        assert!(!amount_counts(&program, "4", &by_file).await, "a file that says it later is no first word either");
        hall.close().await;
    }
}

/// A file of customers says where the mail of an account goes.
async fn mail_by_file(hall: &Hall, known: &Known) {
    const SQL: &str = "
        select c.kind, c.name, a.opened_on
        from account a
        join customer c on c.customer_id = a.customer_id
        where c.reference = $1";
    let mut read = hall.db().read().await.expect("the town opens");
    let row: Option<(String, String, NaiveDate)> =
        read.one(SQL, vec![known.customer.as_str().into()]).await.expect("it reads");
    drop(read);
    let (kind, name, opened_on) = row.expect("they are on record");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("customers.csv");
    let text = format!(
        "customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code\n\
         {},{kind},\"{name}\",,,{},{opened_on},,,1 File Way,Saguaro Bend,AZ,85999\n",
        known.customer, known.number,
    );
    std::fs::write(&file, text).expect("a file can be written");
    hall.program
        .done("billing_analyst", &["import", "customers", file.to_str().expect("temporary folders have plain names")]);
}

/// The last bill is made again, today.
fn bill_today(hall: &Hall, known: &Known) {
    let done = |who: &str, words: &[&str]| {
        hall.program.done(who, &[&["--reason", "asked for once more"], words].concat()).trim().to_owned()
    };
    let (run, _) = known.bill.split_once('-').expect("a bill is of a run");
    let run = done("billing_analyst", &["bill", "again", run, "--account", &known.number]);
    for (who, step) in [("billing_analyst", "trial"), ("supervisor", "sign"), ("billing_analyst", "post")] {
        done(who, &["run", step, &run]);
    }
}
