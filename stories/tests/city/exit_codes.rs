//! How commands end: 0 done, 1 refused, 2 used wrongly, 3 the world outside failed.

use stories::{Program, Said, Town};

/// The clerk's command, the exit code, and the first line of what is said.
#[rustfmt::skip]
const COMMANDS: [(&str, i32, &str); 20] = [
    ("migrate",                               0, "0 migrations applied, 41 were there"),
    ("run list",                              0, ""),
    ("ledger prove",                          0, ""),
    ("run completeness 2014-03",              0, ""),
    ("acts log --limit 2",                    0, ""),
    ("run trial 9",                           1, "portreeve: there is no bill run 9"),
    ("run register 9",                        1, "portreeve: there is no bill run 9"),
    ("bill show 9-1",                         1, "portreeve: there is no bill 9-000001"),
    ("bill again 9",                          2, "portreeve: say why, for the customer and the auditor: --reason WORDS"),
    ("bill explain 9-1",                      1, "portreeve: there is no bill 9-000001"),
    ("run prepare --cycle X --month 2014-03", 1, "portreeve: there is no billing cycle 'X'"),
    ("town apply nowhere.toml",               1, "portreeve: nowhere.toml: No such file or directory (os error 2)"),
    ("--as nobody run list",                  2, "error: the argument '--as <CODE>' cannot be used multiple times"),
    ("bill show x",                           2, "error: invalid value 'x' for '<BILL>': 'x' is not a bill number such as 12-000345"),
    ("run prepare --cycle READ --month 3",    2, "error: invalid value '3' for '--month <MONTH>': '3' is not a month such as 2014-03"),
    ("run trial one",                         2, "error: invalid value 'one' for '<RUN>': invalid digit found in string"),
    ("run sign",                              2, "error: the following required arguments were not provided:"),
    ("run sing 1",                            2, "error: unrecognized subcommand 'sing'"),
    ("run exceptions 1 --hold 100001-7",      2, "error: the following required arguments were not provided:"),
    ("staff add eve --name Eve --grant x",    2, "portreeve: there is no permission 'x'; see `portreeve staff permissions`"),
];

#[tokio::test(flavor = "multi_thread")]
async fn commands_end_with_the_code_of_their_kind() {
    for engine in testkit::engines("commands_end_with_the_code_of_their_kind") {
        let place = testkit::TestDb::empty(engine).await;
        let town = Town::prepared(&place.url);
        for (words, code, talk) in COMMANDS {
            let said = town.program.run("clerk", &words.split(' ').collect::<Vec<_>>());
            assert_eq!((said.code, first_line(&said)), (code, talk), "{words} on {engine:?}");
        }
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
}

#[test]
fn a_command_without_a_database_is_used_wrongly() {
    let talk =
        "portreeve: no database is named: give --db sqlite://town.db?mode=rwc, PORTREEVE_DB, or db in portreeve.toml";
    for said in
        [Program::without_database(&["run", "list"]), Program::on("mysql://town").run("console", &["run", "list"])]
    {
        assert_eq!((said.code, first_line(&said)), (2, talk));
    }
}

#[test]
fn a_database_without_a_town_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::on(&format!("sqlite://{}?mode=rwc", folder.path().join("town.db").display()));
    let talk = "portreeve: this database has no town yet: run `portreeve migrate` first";
    assert_eq!(program.ends("console", &["run", "list"], 1), talk);
}

fn first_line(said: &Said) -> &str {
    said.err.lines().next().unwrap_or("")
}
