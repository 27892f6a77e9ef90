//! Whatever is logged, and however much: nothing personal or secret of the town is in it.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use db::{Db, Kind};
use kernel::AccountNumber;
use stories::Said;
use testkit::TestDb;

use crate::running::Running;

/// A password that a server without passwords does not ask for.
const PASSWORD: &str = "Wrenbottom77";
/// A token of the right form that opens nothing.
const TOKEN: &str = "dGhpcyB0b2tlbiBvcGVucyBub3RoaW5nIGF0IGFsbCE";
/// A customer whose every word occurs nowhere else, and another that cannot be taken.
const CUSTOMERS: &str = "\
customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code
Cust77881,person,Ada Quillfeather,480-555-0199,quill@example.org,Acct66123,2013-01-01,,,12 Peppercorn Lane,Zanzibar,AZ,85099
Cust77882,castle,Olga Underhillock,480-555-0198,olga@example.org,Acct66124,2013-01-01,,,13 Gooseberry Row,Zanzibar,AZ,85098
";
const GIVEN: [&str; 12] = [
    PASSWORD,
    TOKEN,
    "Cust77881",
    "Quillfeather",
    "555-0199",
    "quill@example.org",
    "Acct66123",
    "Peppercorn",
    "Underhillock",
    "Gooseberry",
    "olga@example.org",
    "Hollyhocker",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_logged_however_much_is() {
    for engine in testkit::engines("nothing personal is logged however much is") {
        let (place, year) = (TestDb::empty(engine).await, TestDb::empty(engine).await);
        let folder = tempfile::tempdir().unwrap();
        let with_password = |place: &TestDb| place.url.replacen('@', &format!(":{PASSWORD}@"), 1);
        let (url, year_url) = (with_password(&place), with_password(&year));
        let log = work((&url, &year_url), folder.path()) + &serve(&url, folder.path());
        assert!(!log.is_empty(), "at this level there is something to read on {engine:?}");
        let mut words = personal(&place.db).await;
        words.append(&mut personal(&year.db).await);
        words.extend(GIVEN.map(str::to_owned));
        words.extend(secrets(&folder.path().join("town.keys")));
        assert!(500 < words.len(), "{} words of the town are looked for", words.len());
        for line in log.lines() {
            let told = words.iter().find(|word| line.contains(word.as_str()));
            assert_eq!(told, None, "{engine:?}: {line}");
        }
        place.remove().await;
        year.remove().await;
    }
}

/// Customers brought into one town, a year of another, and mistakes; gives what was logged.
fn work((url, year): (&str, &str), folder: &Path) -> String {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (town, customers, keys) = (path("town"), path("customers.csv"), path("town.keys"));
    let (backup, out) = (path("backup"), path("out.csv"));
    std::fs::write(&customers, CUSTOMERS).unwrap();
    let clerk = ["--as", "CLERK9", "import", "customers", &customers];
    let commands: [(&str, &[&str], i32); 17] = [
        (url, &["migrate"], 0),
        (url, &["staff", "add", "CLERK9", "--name", "Hollyhocker", "--grant", "customers.import"], 0),
        (url, &clerk, 0),
        (url, &["import", "customers", &customers], 1),
        (url, &["--as", "Hollyhocker", "import", "customers", &customers], 1),
        (url, &["export", "customers", "--out", &out], 0),
        (url, &["keys", "new", &keys], 0),
        (url, &["keys", "rotate", "--key-file", &keys], 0),
        (year, &["demo", "--folder", &town, "--accounts", "60", "--no-serve"], 0),
        (year, &["export", "customers", "--out", &out], 0),
        (year, &["acts", "log"], 0),
        (year, &["acts", "verify"], 0),
        (year, &["ledger", "prove"], 0),
        (year, &["run", "register", "1"], 0),
        (year, &["backup", &backup], 0),
        (year, &["restore", &backup], 1),
        (year, &["health"], 0),
    ];
    let mut log = String::new();
    for (url, words, code) in commands {
        let said = Running::start(url, "trace", words).wait();
        assert_eq!(said.code, code, "{words:?}: {}{}", said.out, said.err);
        log += &logged(&said);
    }
    // A server that is not there: what is said about it holds no password either.
    let nowhere = format!("postgres://town:{PASSWORD}@127.0.0.1:1/town");
    let said = Running::start(&nowhere, "trace", &["health"]).wait();
    assert_eq!((said.code, said.err.contains(PASSWORD)), (3, false), "{}", said.err);
    log + &logged(&said)
}

/// Serves the town and asks for pages with all that browsers and programs send; gives what was logged.
fn serve(url: &str, folder: &Path) -> String {
    let (log, keys) = (folder.join("serve.log"), folder.join("town.keys"));
    let talk = std::fs::File::create(&log).unwrap();
    let words = ["serve", "--listen", "127.0.0.1:0", "--key-file", keys.to_str().unwrap()];
    let mut server = Running::start_into(talk.into(), (url, "trace"), &words);
    let line = server.line();
    let address =
        line.strip_prefix("Serving http://").unwrap_or_else(|| panic!("it does not serve: {line}")).to_owned();
    let form = format!("code=CLERK9&password={PASSWORD}&name=Quillfeather");
    for path in ["/", "/sign-in", "/style", "/metrics", "/api/v1/acts?q=Quillfeather", "/no/Peppercorn"] {
        for (method, body) in [("GET", ""), ("POST", form.as_str())] {
            ask(&address, (method, path), body);
        }
    }
    server.kill();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("panicked"), "{log}");
    log
}

/// Sends a request with a cookie and a token, and reads the answer to its end.
fn ask(address: &str, (method, path): (&str, &str), body: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: portreeve={TOKEN}\r\n\
         Authorization: Bearer {TOKEN}\r\nUser-Agent: Hollyhocker\r\nOrigin: http://{address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 "), "{method} {path}");
}

/// The lines of the log; what is said to whoever gave the command is left out.
fn logged(said: &Said) -> String {
    let is_talk = |line: &&str| !line.starts_with("20") || !line.contains("Z ");
    let lines = said.err.lines().filter(|line| !is_talk(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Every text of the database that is personal or secret, and every account number.
async fn personal(db: &Db) -> BTreeSet<String> {
    let listed: toml::Table = db::TABLES_TOML.parse().unwrap();
    let mut words = BTreeSet::new();
    let mut read = db.read().await.unwrap();
    for (table, shape) in db.catalog().await.unwrap() {
        let names = ["personal", "secret"].into_iter().filter_map(|list| listed[&table].get(list)?.as_array());
        let names: Vec<&str> = names.flatten().map(|name| name.as_str().unwrap()).collect();
        for (column, kind, _) in shape.columns {
            if kind == Some(Kind::Text) && names.contains(&column.as_str()) {
                // A statement has to last as long as the program; a test may leak it.
                let sql = format!("select distinct {column} from {table} where {column} is not null").leak();
                let rows: Vec<(String,)> = read.all(sql, vec![]).await.unwrap();
                words.extend(rows.into_iter().map(|(word,)| word));
            }
        }
    }
    let numbers: Vec<(i64,)> = read.all("select number from account where number > 0", vec![]).await.unwrap();
    words.extend(numbers.into_iter().map(|(number,)| AccountNumber::issue(number).to_string()));
    // Short words, such as the state, are in every log.
    words.retain(|word| 6 <= word.len());
    words
}

/// The keys of a key file.
fn secrets(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let keys: Vec<String> = text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect();
    keys.into_iter().filter(|key| key.ends_with('=')).collect()
}
