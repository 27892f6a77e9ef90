//! Evidence that comes with the form of an adjustment: kept with what came of it, or nothing is done at all.

use billing::acts::adjustable_charges;
use kernel::{AccountId, BillNumber, Cents};
use testkit::{Answer, Client};

use super::{Cabinet, PDF, upload};
use crate::hall::{Hall, page, send};

/// What a clerk gives by themselves, and what only a second person agrees to, in dollars.
const SMALL: &str = "10.00";
const LARGE: &str = "60.00";

/// A bill whose water charge can be adjusted by both, and its account.
async fn bill(hall: &Hall) -> (BillNumber, AccountId) {
    let mut read = hall.db().read().await.expect("as the town is made");
    let last = billing::last_account(&mut read).await.expect("as the town is made");
    for account in (1..=last.0).map(AccountId) {
        let bills = billing::bills_of_account(&mut read, account).await.expect("as the town is made");
        for bill in bills.iter().filter(|bill| !bill.is_cancelled) {
            let view = billing::bill_view(&mut read, bill.number).await.expect("it is explained").expect("it is there");
            let charges = adjustable_charges(&mut read, &view).await.expect("as the town is made");
            let water = charges.iter().find(|charge| charge.revenue == "water.consumption");
            if water.is_some_and(|charge| charge.given.is_zero() && Cents(80_00) <= charge.charged) {
                return (bill.number, account);
            }
        }
    }
    panic!("nobody in the town uses much water");
}

async fn adjustments(hall: &Hall, account: AccountId) -> usize {
    let mut read = hall.db().read().await.expect("as the town is made");
    billing::adjustments_of(&mut read, account).await.expect("as the town is made").len()
}

/// An adjustment as it is shown before it is sent.
async fn preview(clerk: &Client, path: &str, amount: &str) -> Answer {
    let fields = [
        ("revenue", "water.consumption"),
        ("way", "credit"),
        ("amount", amount),
        ("reason_code", "goodwill"),
        ("reason", "the receipt that was shown"),
        ("effective_on", "2026-07-01"),
    ];
    let shown = send(clerk, path, path, &fields).await;
    assert!(shown.text().contains("What will be posted"), "{}", shown.text());
    shown
}

/// Sends the form of a page that goes to an address, with words and a file, as a browser does.
async fn bring(
    client: &Client,
    (shown, action): (&Answer, &str),
    words: (&str, &str),
    (name, bytes): (&str, &[u8]),
) -> Answer {
    let forms = shown.forms();
    let hidden = forms.iter().find(|form| form.action == action).expect("the page has the form").hidden.iter();
    let mut body = Vec::new();
    for (field, value) in hidden.map(|(field, value)| (field.as_str(), value.as_str())).chain([words]) {
        let part = format!("--xyz\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!("--xyz\r\nContent-Disposition: form-data; name=\"evidence\"; filename=\"{name}\"\r\n\r\n");
    body.extend(head.into_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--xyz--\r\n");
    let request = client.request("POST".parse().expect("a method"), action);
    Answer::of(request.header("content-type", "multipart/form-data; boundary=xyz").body(body)).await
}

/// The entry or proposal that the page of a file says it supports.
async fn supported(client: &Client, file: i64) -> String {
    let text = page(client, &format!("/attachments/{file}")).await.text();
    let hrefs = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut found = hrefs.filter(|href| href.starts_with("/log/") || href.starts_with("/approvals/"));
    found.find(|href| href.ends_with("/attachments")).expect("a file supports something").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adjustment_brings_its_evidence_or_nothing_is_done() {
    for engine in testkit::engines("an_adjustment_brings_its_evidence_or_nothing_is_done") {
        let town = Cabinet::on(engine).await;
        let (bill, account) = bill(&town.hall).await;
        let (path, clerk) = (format!("/bills/{bill}/adjust"), town.hall.sign_in("csr").await);
        let action = format!("{path}?confirmed=yes");
        let words = ("reason", "invoice of June 3, shown by the caller");

        // A file that is not kept stops the adjustment, and what was typed stays.
        let shown = preview(&clerk, &path, SMALL).await;
        assert!(shown.text().contains("multipart/form-data"), "a file may come with it: {}", shown.text());
        let rows: [(&str, &[u8], &str); 3] = [
            ("invoice.pdf", b"only words", "holds something else"),
            ("invoice.zip", PDF, "are not kept"),
            ("invoice.pdf", b"%PDF-1.7 EICAR", "something harmful"),
        ];
        for (name, bytes, why) in rows {
            let refused = bring(&clerk, (&shown, &action), words, (name, bytes)).await;
            let text = refused.text();
            assert!(refused.status == 422 && text.contains(why), "{name}: {text}");
            assert!(text.contains(words.1) && text.contains("What will be posted"), "{name}: {text}");
            assert_eq!((adjustments(&town.hall, account).await, town.objects().len()), (0, 0), "{name}");
        }

        let other = preview(&clerk, &path, SMALL).await;
        let done = bring(&clerk, (&shown, &action), words, ("invoice.pdf", PDF)).await.text();
        assert!(done.contains("Adjusted by") && done.contains("The file is attached to it."), "{done}");
        assert_eq!((adjustments(&town.hall, account).await, town.objects().len()), (1, 1));
        // Sent once more, it says that it was done, and nothing is done twice: no second file either.
        let again = bring(&clerk, (&shown, &action), words, ("invoice.pdf", PDF)).await.text();
        assert!(again.contains("nothing was done now"), "{again}");
        // A look from before it is shown as it stands now.
        let stale = bring(&clerk, (&other, &action), words, ("invoice.pdf", PDF)).await.text();
        assert!(stale.contains("The figures changed") && stale.contains("choose the file once more"), "{stale}");
        assert_eq!((adjustments(&town.hall, account).await, town.objects().len()), (1, 1));
        let files = supported(&clerk, 1).await;
        assert!(files.starts_with("/log/"), "it is kept with the entry: {files}");
        let auditor = town.hall.sign_in("auditor").await;
        let entry = page(&auditor, files.trim_end_matches("/attachments")).await.text();
        assert!(entry.contains("billing.adjust_account") || entry.contains(words.1), "{entry}");
        assert!(page(&auditor, &files).await.text().contains("invoice.pdf"));
        let given = send(&clerk, "/attachments/1", "/attachments/1/file", &[]).await;
        assert_eq!((given.status, given.body.as_slice()), (200, PDF), "who made the entry is given it");
        let colleague = town.hall.sign_in("senior_csr").await;
        assert_eq!(
            colleague.get("/attachments/1").await.status,
            404,
            "who may not read the log sees none of its files"
        );
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_an_adjustment_that_waits_hangs_on_its_proposal() {
    for engine in testkit::engines("evidence_of_an_adjustment_that_waits_hangs_on_its_proposal") {
        let town = Cabinet::on(engine).await;
        let (bill, account) = bill(&town.hall).await;
        let (path, clerk) = (format!("/bills/{bill}/adjust"), town.hall.sign_in("csr").await);
        let (action, words) = (format!("{path}?confirmed=yes"), ("reason", "invoice of June 3"));
        let shown = preview(&clerk, &path, LARGE).await;
        assert!(shown.text().contains("Send for approval"), "{}", shown.text());
        let sent = bring(&clerk, (&shown, &action), words, ("invoice.pdf", PDF)).await;
        let text = sent.text();
        assert!(sent.url.path().starts_with("/approvals/"), "{} {text}", sent.url);
        assert!(text.contains("Sent for approval") && text.contains("The file is attached to it."), "{text}");
        assert_eq!((adjustments(&town.hall, account).await, town.objects().len()), (0, 1));
        let files = supported(&clerk, 1).await;
        assert_eq!(files, format!("{}/attachments", sent.url.path()));
        let supervisor = town.hall.sign_in("supervisor").await;
        assert!(page(&supervisor, &files).await.text().contains("invoice.pdf"), "whoever decides sees it");
        // Whoever looks at the evidence, and one more file of it, put the proposal out of date by nothing.
        let given = send(&supervisor, "/attachments/1", "/attachments/1/file", &[]).await;
        assert_eq!((given.status, given.body.as_slice()), (200, PDF));
        let more = upload(&clerk, &files, ("photo.pdf", b"%PDF-1.7 a photo"), "the repaired pipe").await;
        assert!(more.text().contains("The file is attached"), "{}", more.text());
        let proposal = sent.url.path().to_owned();
        let decision = [("decision", "approve"), ("reason", "the invoice fits")];
        let approved = send(&supervisor, &proposal, &proposal, &decision).await;
        assert_eq!(approved.status, 200, "{}", approved.text());
        assert_eq!(adjustments(&town.hall, account).await, 1);
        assert!(page(&supervisor, &files).await.text().contains("invoice.pdf"), "and it stays there");
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_come_with_an_adjustment_stops_it_and_is_not_lost() {
    for engine in testkit::engines("a_file_that_may_not_come_with_an_adjustment_stops_it_and_is_not_lost") {
        let town = Cabinet::on(engine).await;
        let (bill, account) = bill(&town.hall).await;
        let mut read = town.hall.db().read().await.expect("as the town is made");
        let holder = customers::accounts_by_id(&mut read, &[account]).await.expect("as the town is made");
        drop(read);
        let protect = ["identity", "protect", &holder[&account].customer_reference, "--program", "request"];
        town.hall.program.done("supervisor", &[&protect[..], &["--review-on", "2027-01-01"]].concat());
        let (path, clerk) = (format!("/bills/{bill}/adjust"), town.hall.sign_in("csr").await);
        let action = format!("{path}?confirmed=yes");
        let shown = preview(&clerk, &path, SMALL).await;
        assert!(!shown.text().contains("multipart/form-data"), "nobody attaches what they may not see");
        let refused = bring(&clerk, (&shown, &action), ("reason", "an invoice"), ("invoice.pdf", PDF)).await;
        assert!(refused.status == 422 && refused.text().contains("No file can come with this"), "{}", refused.text());
        assert_eq!((adjustments(&town.hall, account).await, town.objects().len()), (0, 0));
        let done = clerk.post_form(&shown, &action, &[("reason", "an invoice")]).await;
        assert!(done.text().contains("Adjusted by"), "{}", done.text());
        town.hall.close().await;
    }
}
