//! How commands end: 0 done, 1 refused, 2 used wrongly, 3 the world outside failed.

use stories::{Program, Said, Town};

#[tokio::test(flavor = "multi_thread")]
async fn commands_end_with_the_code_of_their_kind() {
    for engine in testkit::engines("commands_end_with_the_code_of_their_kind") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        let check = |words: &str, code: i32, talk: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            let said = town.program.run("clerk", &words);
            assert_eq!((said.code, first_line(&said)), (code, talk), "{words:?} on {engine:?}");
        };
        check("migrate", 0, "0 migrations applied, 10 were there");
        check("run list", 0, "");
        check("ledger prove", 0, "");
        check("run completeness 2014-03", 0, "");
        check("acts log --limit 2", 0, "");
        check("run trial 9", 1, "portreeve: there is no bill run 9");
        check("run register 9", 1, "portreeve: there is no bill run 9");
        check("bill show 9-1", 1, "portreeve: there is no bill 9-000001");
        check("bill explain 9-1", 1, "portreeve: there is no bill 9-000001");
        check("run prepare --cycle X --month 2014-03", 1, "portreeve: there is no billing cycle 'X'");
        check("town apply nowhere.toml", 1, "portreeve: nowhere.toml: No such file or directory (os error 2)");
        check("--as nobody run list", 2, "error: the argument '--as <CODE>' cannot be used multiple times");
        check("bill show x", 2, "error: invalid value 'x' for '<BILL>': 'x' is not a bill number such as 12-000345");
        check(
            "run prepare --cycle READ --month 3",
            2,
            "error: invalid value '3' for '--month <MONTH>': '3' is not a month such as 2014-03",
        );
        check("run trial one", 2, "error: invalid value 'one' for '<RUN>': invalid digit found in string");
        check("run sign", 2, "error: the following required arguments were not provided:");
        check("run sing 1", 2, "error: unrecognized subcommand 'sing'");
        check("run exceptions 1 --hold 100001-7", 2, "error: the following required arguments were not provided:");
        check(
            "staff add eve --name Eve --grant x",
            2,
            "portreeve: there is no permission 'x'; see `portreeve staff permissions`",
        );
        let said = town.program.run("nobody", &["run", "list"]);
        assert_eq!((said.code, first_line(&said)), (1, "portreeve: nobody on the staff has the code 'nobody'"));
        place.remove().await;
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let missing = format!("sqlite://{}", folder.path().join("no.db").display());
    let check = |url: &str, talk: &str| {
        let said = Program::on(url).run("console", &["run", "list"]);
        assert_eq!((said.code, first_line(&said)), (3, talk), "{url}");
    };
    check(
        &missing,
        "portreeve: opening the database: error returned from database: (code: 14) unable to open database file",
    );
    // Port 1 is kept for a service nobody runs.
    check(
        "postgres://nobody@127.0.0.1:1/town",
        "portreeve: opening the database: error communicating with database: Connection refused (os error 111)",
    );
    check("mysql://town", "portreeve: the database is named by sqlite://PATH?mode=rwc or postgres://USER@HOST/NAME");
    let said = Program::without_database(&["run", "list"]);
    let talk =
        "portreeve: no database is named: give --db sqlite://town.db?mode=rwc, PORTREEVE_DB, or db in portreeve.toml";
    assert_eq!((said.code, first_line(&said)), (2, talk));
}

fn first_line(said: &Said) -> &str {
    said.err.lines().next().unwrap_or("")
}
