//! Saved reports that are made by themselves: when, for whom, and what is said when they are not.

use stories::Program;
use testkit::{Client, engines};

use crate::hall::{Hall, page, send};

/// The page that saves a report.
fn saving(view: &str) -> String {
    let address = view.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    format!("/reports/saved?address={address}")
}

/// A report of somebody's, saved and shared; its number.
async fn save(client: &Client, (title, view): (&str, &str)) -> String {
    let fields = [("title", title), ("shared", "yes")];
    let kept = send(client, &saving(view), "/reports/saved", &fields).await.text();
    let row = kept.split(title).nth(1).unwrap_or_else(|| panic!("{title} is not kept: {kept}"));
    let number = row.split("/reports/saved/").nth(1).and_then(|rest| rest.split('"').next());
    number.expect("its page is linked").to_owned()
}

/// Has a report made, as its owner does on its page; what the page says then.
async fn schedule(client: &Client, (number, rhythm): (&str, &str)) -> String {
    let path = format!("/reports/saved/{number}/schedule");
    send(client, &path, &path, &[("rhythm", rhythm)]).await.text()
}

/// The same program on another day.
fn on(hall: &Hall, day: &str) -> Program {
    Program { business_date: day.to_owned(), ..hall.program.clone() }
}

#[tokio::test]
async fn a_saved_report_is_made_once_on_each_due_day() {
    for engine in engines("a_saved_report_is_made_once_on_each_due_day") {
        let hall = Hall::on(engine).await;
        let auditor = hall.sign_in("auditor").await;
        let number = save(&auditor, ("Who moved money", "/reports/views/log?group=who&columns=amount")).await;
        let said = schedule(&auditor, (&number, "day-0")).await;
        assert!(said.contains("every business day from now on"), "{said}");

        // Wednesday, July 1. The worker of `serve` looks too; who is faster makes it, and nobody makes it twice.
        hall.program.done("console", &["report", "make"]);
        hall.program.done("console", &["report", "make"]);
        let made = hall.program.done("auditor", &["report", "made", &number]);
        assert_eq!(made.lines().count(), 1, "{made}");
        assert!(made.starts_with("2026-07-01\tmade on 2026-07-01\t"), "{made}");

        // City hall is closed on the 3rd, a Friday. Of the days that were missed only the latest is made up for.
        assert_eq!(on(&hall, "2026-07-05").done("console", &["report", "make"]).trim(), "1 reports made, 0 not");
        assert_eq!(on(&hall, "2026-07-05").done("console", &["report", "make"]).trim(), "0 reports made, 0 not");
        assert_eq!(on(&hall, "2026-07-09").done("console", &["report", "make"]).trim(), "1 reports made, 0 not");
        let made = hall.program.done("auditor", &["report", "made", &number]);
        let days: Vec<&str> = made.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(days, ["2026-07-09", "2026-07-02", "2026-07-01"]);

        // Twelve are kept.
        for day in 10..=31 {
            on(&hall, &format!("2026-07-{day}")).done("console", &["report", "make"]);
        }
        let made = hall.program.done("auditor", &["report", "made", &number]);
        assert_eq!(made.lines().count(), 12, "{made}");
        assert!(made.starts_with("2026-07-31"), "{made}");
        hall.close().await;
    }
}

#[tokio::test]
async fn files_are_for_those_who_may_see_the_rows() {
    for engine in engines("files_are_for_those_who_may_see_the_rows") {
        let hall = Hall::on(engine).await;
        let auditor = hall.sign_in("auditor").await;
        let number = save(&auditor, ("Who moved money", "/reports/views/log?group=who&columns=amount")).await;
        schedule(&auditor, (&number, "day-0")).await;
        hall.program.done("console", &["report", "make"]);
        let path = format!("/reports/saved/{number}");
        let file = |form: &str| format!("{path}?made=2026-07-01&as={form}");

        // What is kept is what the page gives at that moment.
        let now = page(&auditor, "/reports/views/log?group=who&columns=amount&as=csv").await;
        let manager = hall.sign_in("customer_service_manager").await;
        let kept = page(&manager, &file("csv")).await;
        assert_eq!(kept.text(), now.text(), "on {engine:?}");
        let sheet = page(&manager, &file("xlsx")).await;
        assert!(sheet.body.starts_with(b"PK") && sheet.header("content-disposition").is_some());
        assert!(page(&manager, &path).await.text().contains("every business day"));
        assert_eq!(manager.get(&format!("{path}?made=2026-06-30&as=csv")).await.status, 404);

        // What looked odd is listed for who may open it.
        let accountant = hall.sign_in("revenue_accountant").await;
        for (client, is_listed) in [(&auditor, true), (&accountant, false)] {
            let listed = page(client, "/reports").await.text();
            assert_eq!(listed.contains("href=\"/outliers\""), is_listed, "{listed}");
        }

        // The manager's to read, and not to change; a clerk may look at no log.
        let schedule = format!("{path}/schedule");
        let refused = send(&manager, &schedule, &schedule, &[("rhythm", "week-1")]).await.text();
        assert!(refused.contains("have no report of that title"), "{refused}");
        let clerk = hall.sign_in("csr").await;
        for one in [path.clone(), file("csv"), schedule] {
            assert_eq!(clerk.get(&one).await.status, 403, "{one}");
        }
        let why = hall.program.ends("csr", &["report", "schedule", &number, "--every", "day"], 1);
        assert!(why.contains("staff.schedule_reports"), "{why}");
        hall.close().await;
    }
}

#[tokio::test]
async fn what_could_not_be_made_says_why() {
    for engine in engines("what_could_not_be_made_says_why") {
        let hall = Hall::on(engine).await;
        let analyst = hall.sign_in("billing_analyst").await;
        let broken = "/reports/views/bills?column1=bill_on&how1=is&value1=never";
        let refused = send(&analyst, &saving(broken), "/reports/saved", &[("title", "Bills of never")]).await.text();
        assert!(refused.contains("not with “never”"), "{refused}");
        // As one that was saved before its view had other columns.
        let number = save(&analyst, ("Bills of never", "/reports/views/bills?group=run")).await;
        const BROKEN: &str = "update saved_report set address = $1 where title = 'Bills of never'";
        let mut tx = hall.db().write(&db::DoorKey::for_the_door()).await.expect("the town opens");
        tx.run_once(BROKEN, vec![broken.into()]).await.expect("one row is changed");
        tx.commit().await.expect("it is written");
        let why = schedule(&analyst, (&number, "week-3")).await;
        assert!(why.contains("It cannot be made"), "{why}");
        hall.program.done("billing_analyst", &["report", "schedule", &number, "--every", "week", "--on", "3"]);
        hall.program.done("console", &["report", "make"]);
        let shown = page(&analyst, &format!("/reports/saved/{number}")).await.text();
        assert!(shown.contains("It was not made for Jul 1, 2026") && shown.contains("never"), "{shown}");
        assert!(page(&analyst, "/").await.text().contains("Reports that were not made"));

        // Saved anew under its title it keeps its days, and is made on the next.
        let again = save(&analyst, ("Bills of never", "/reports/views/bills?group=run")).await;
        assert_eq!(again, number);
        assert_eq!(on(&hall, "2026-07-08").done("console", &["report", "make"]).trim(), "1 reports made, 0 not");

        // Who left sees nothing any more, and so nothing is made; somebody else can stop it then, and only then.
        let stop = ["report", "stop", &number];
        let early = hall.program.ends("supervisor", &stop, 1);
        assert!(early.contains("have no report of that title"), "{early}");
        hall.program.done("system_administrator", &["--reason", "moved away", "staff", "leave", "billing_analyst"]);
        assert_eq!(on(&hall, "2026-07-15").done("console", &["report", "make"]).trim(), "0 reports made, 1 not");
        let supervisor = hall.sign_in("supervisor").await;
        let shown = page(&supervisor, &format!("/reports/saved/{number}")).await.text();
        assert!(shown.contains("does not work here any more"), "{shown}");
        hall.program.done("supervisor", &stop);
        assert_eq!(on(&hall, "2026-07-22").done("console", &["report", "make"]).trim(), "0 reports made, 0 not");
        hall.close().await;
    }
}
