//! A month is billed and its log sealed; then somebody with the password of the database improves a figure.

use db::{Db, DoorKey};
use serde_json::Value;
use stories::Town;

const READS: &str = "\
row,cust_id,cust_class,usage_date,usage_ccf
1,100,RESIDENTIAL_SINGLE,2014-03-01,15
2,101,RESIDENTIAL_SINGLE,2014-03-01,12
";

/// Statements past the program, each with how it is undone and what is said of it.
#[rustfmt::skip]
const SCHEMES: [(&str, &str, [&str; 2]); 3] = [
    ("update posting set cents = cents - 1000 where account_id = 1 and line_no = 1",
     "update posting set cents = cents + 1000 where account_id = 1 and line_no = 1",
     ["changed_books", "act"]),
    ("update act set reason = reason || ' of the mayor' where kind = 'billing.sign_run'",
     "update act set reason = replace(reason, ' of the mayor', '') where kind = 'billing.sign_run'",
     ["broken", "what"]),
    ("delete from seal where position = 3", "", ["broken", "what"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_the_books_past_the_program_is_found_in_the_morning() {
    for engine in testkit::engines("a sealed month") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let office = &town.program;
        assert_eq!(town.import(&town.file("reads.csv", READS.as_bytes())).code, 0);
        office.done("clerk", &["run", "prepare", "--cycle", "READ", "--month", "2014-03"]);
        office.done("clerk", &["run", "trial", "1"]);
        office.done("supervisor", &["run", "sign", "1"]);
        office.done("clerk", &["run", "post", "1"]);
        let heads = town.path("heads.jsonl");
        let heads = heads.to_str().unwrap();
        let sealed = office.done("clerk", &["acts", "seal", "--heads", heads]);
        let count: i64 = sealed.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(office.done("clerk", &["acts", "log"]).lines().count(), usize::try_from(count).unwrap());
        let verify = ["acts", "verify", "--heads", heads];
        let sound: Value = serde_json::from_str(&office.done("clerk", &verify)).unwrap();
        assert_eq!(
            (&sound["is_sound"], &sound["sealed"], &sound["unsealed"]),
            (&true.into(), &count.into(), &0.into())
        );
        // Sealing again without anything new adds no line.
        office.done("clerk", &["acts", "seal", "--heads", heads]);
        assert_eq!(std::fs::read_to_string(heads).unwrap().lines().count(), 1);

        let thief = Db::open(&place.url).await.unwrap();
        for (scheme, undone, [part, word]) in SCHEMES {
            past_the_program(&thief, scheme).await;
            let said = office.run("clerk", &verify);
            let found: Value = serde_json::from_str(&said.out).unwrap();
            assert_eq!((said.code, &found["is_sound"]), (1, &false.into()), "{scheme} on {engine:?}");
            assert!(!found[part][word].is_null(), "{scheme} on {engine:?}: {found}");
            if !undone.is_empty() {
                past_the_program(&thief, undone).await;
                office.done("clerk", &verify);
            }
        }
        thief.close().await;
        std::fs::write(heads, "{\"position\":1}\n").unwrap();
        let said = office.run("clerk", &verify);
        assert_eq!(said.code, 2);
        assert!(said.err.contains("heads.jsonl: line 1: missing field `digest`"), "{}", said.err);
        place.remove().await;
    }
}

async fn past_the_program(thief: &Db, statement: &'static str) {
    let mut tx = thief.write(&DoorKey::for_the_door()).await.unwrap();
    assert_eq!(tx.run(statement, vec![]).await.unwrap(), 1, "{statement}");
    tx.commit().await.unwrap();
}
