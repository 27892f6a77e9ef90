//! A locked month takes nothing: not a run, not a bill, not the reversal of one.

use stories::Town;

use crate::month::balances;

const READS: &str = "\
row,cust_id,cust_class,usage_date,usage_ccf
1,100,RESIDENTIAL_SINGLE,2014-03-01,15
2,101,RESIDENTIAL_SINGLE,2014-04-01,15
";

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_month_takes_nothing() {
    for engine in testkit::engines("a_locked_month_takes_nothing") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let office = &town.program;
        assert_eq!(town.import(&town.file("reads.csv", READS.as_bytes())).code, 0);
        let locked = |month: &str, on: &str| {
            format!(
                "portreeve: The books for {month} are locked, so nothing can be posted on {on}; choose a date in an open period"
            )
        };
        // Run 1 bills March and is posted in March; run 2 bills April and is signed.
        let prepare = |month| ["run", "prepare", "--cycle", "READ", "--month", month];
        for (run, month) in [("1", "2014-03"), ("2", "2014-04")] {
            office.done("clerk", &prepare(month));
            office.done("clerk", &["run", "trial", run]);
            office.done("supervisor", &["run", "sign", run]);
        }
        office.done("clerk", &["run", "post", "1"]);
        office.ends("supervisor", &["ledger", "lock", "2014-03"], 1);
        office.done("clerk", &["ledger", "lock", "2014-03"]);
        office.done("clerk", &["ledger", "lock", "2014-04"]);

        assert_eq!(office.ends("clerk", &["run", "post", "2"], 1), locked("2014-04", "2014-04-30"), "{engine:?}");
        office.ends("clerk", &["bill", "show", "2-1"], 1);
        assert_eq!(balances(&town), [0, 3_750, -3_750], "nothing of run 2 is in the books");

        // What was posted before the lock is taken back in the earliest open month.
        office.done("clerk", &["run", "cancel", "1"]);
        assert_eq!(balances(&town), [0, 0, 0]);
        let export = office.done("clerk", &["ledger", "export", "--format", "hledger"]);
        let dated: Vec<&str> = export.lines().filter(|line| line.starts_with("2014-")).collect();
        assert_eq!(dated, ["2014-03-31 (1-000001) Bill 1-000001", "2014-05-01 (1-000001) Bill reversal 1-000001"]);

        assert_eq!(office.ends("clerk", &prepare("2014-03"), 1), locked("2014-03", "2014-03-31"));
        let late = [&prepare("2014-03")[..], &["--bill-on", "2014-04-30"]].concat();
        assert_eq!(office.ends("clerk", &late, 1), locked("2014-04", "2014-04-30"));
        let early = [&prepare("2014-03")[..], &["--bill-on", "2014-03-30"]].concat();
        let talk = "portreeve: a bill for service through 2014-03-31 cannot be dated 2014-03-30";
        assert_eq!(office.ends("clerk", &early, 1), talk);
        let open = [&prepare("2014-03")[..], &["--bill-on", "2014-05-02"]].concat();
        office.done("clerk", &open);
        place.remove().await;
    }
}
