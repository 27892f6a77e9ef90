//! What happens in the demo's town before its pages are shown, so that there is one of every kind.

use std::path::Path;

use db::Db;
use stories::Program;

/// An account of the demo, by number and customer, at whose place a meter counted too much.
pub(crate) const ACCOUNT: (&str, &str) = ("100001-7", "C100001");
/// Somebody whose address is nobody's business.
const PROTECTED: &str = "C100003";
/// A customer on record twice, by the demo's leave.
const TWICE: (&str, &str) = ("C100006", "C100005");
/// A place whose old meter was taken out without anybody looking at it.
pub(crate) const EXCHANGED: &str = "/points/P000001-W";
/// The place of the account.
const POINT: &str = "P000000-W";
/// The period of the cycle that is billed next.
const PERIOD: [&str; 4] = ["--cycle", "C1", "--from", "2026-01-01"];

const RATES: &str = include_str!("../../../towns/saguaro-bend/rates/fee-extra-pickup.toml");

/// A run with a high read, a proposal of rates, a fee that comes back, a person merged, another one protected, a party,
/// a red flag, a report that is made by itself, a file.
pub(crate) async fn happen(program: &Program, db: &Db) {
    let count = last_count(db).await + 30_000;
    let analyst = |words: &[&str]| program.done("billing_analyst", words);
    let read = ["read", "enter", POINT, "2026-01-29", &count.to_string(), "--right"];
    let _read = program.done("field_supervisor", &read);
    analyst(&[&["run", "close-reads"], &PERIOD[..]].concat());
    let run = analyst(&[&["run", "prepare"], &PERIOD[..]].concat());
    analyst(&["run", "trial", run.trim()]);

    let kept = analyst(&["report", "save", "Bills by run", "/reports/views/bills?group=run", "--shared"]);
    analyst(&["report", "schedule", kept.trim(), "--every", "week", "--on", "3"]);
    analyst(&["report", "make"]);

    let exchange = ["meter", "exchange", "P000001-W", "2026-06-15", "NEW-1", "--unit", "gallon", "--dials", "6"];
    program.done("meter_technician", &[&exchange[..], &["--multiplier", "10", "--install-count", "0"]].concat());

    let folder = tempfile::tempdir().expect("a temporary folder");
    propose_rates(program, folder.path(), "2026-10-01");

    let keys = folder.path().join("keys.txt");
    let keys = keys.to_str().expect("temporary folders have plain names");
    let administrator = |words: &[&str]| program.done("system_administrator", words);
    administrator(&["keys", "new", keys]);
    let webhook = ["webhooks", "add", "City data warehouse", "https://warehouse.example.gov/portreeve"];
    administrator(&[&webhook[..], &["--kinds", "identity.*", "--key-file", keys]].concat());
    administrator(&["webhooks", "test", "1"]);

    let (number, _) = ACCOUNT;
    program.done("senior_csr", &["charge", "add", number, "fee-after-hours", "--on", "2026-07-01", "--recurring"]);
    program.done("senior_csr", &["customer", "merge", TWICE.0, "--into", TWICE.1]);
    let protect = ["identity", "protect", PROTECTED, "--program", "request", "--review-on", "2027-01-01"];
    let substitute = ["--street", "PO Box 9", "--city", "Phoenix", "--state", "AZ", "--postal-code", "85001"];
    program.done("supervisor", &[&protect[..], &substitute].concat());
    program.done("csr", &["identity", "flag", number, "the license shows another face"]);
    let authorized = ["customer", "set-party", number, "authorized", "C100004", "--from", "2026-07-01"];
    program.done("csr", &[&authorized[..], &["--asked-by", "in_person"]].concat());
    attach(program, (folder.path(), number), &[]);
}

/// Where files of the town lie, and what opens them.
pub(crate) struct Files {
    /// The place, as the program is told it.
    pub(crate) place: String,
    /// The path of the key file.
    pub(crate) keys: String,
}

/// A file at an account, attached with more words. Its pages are looked at, and what is in it is nobody's concern.
pub(crate) fn attach(program: &Program, (folder, account): (&Path, &str), words: &[&str]) -> Files {
    let at = |name: &str| folder.join(name).display().to_string();
    let random = secrets::Random::of_the_machine();
    secrets::Keys::create(&folder.join("keys"), &random).expect("a key file can be made");
    std::fs::write(folder.join("invoice.txt"), "A pipe was repaired.").expect("a file can be written");
    let (place, file, keys) = (format!("file://{}", at("files")), at("invoice.txt"), at("keys"));
    let add = ["--attachments", &place, "attachments", "add", &file, "--account", account, "--key-file", &keys];
    program.done("csr", &[words, &add, &["--reason", "the plumber's invoice"]].concat());
    Files { place, keys }
}

/// Rates for an extra pickup are proposed from a day on.
pub(crate) fn propose_rates(program: &Program, folder: &Path, day: &str) {
    let file = folder.join("rates.toml");
    std::fs::write(&file, proposed_rates(day)).expect("a file can be written");
    let file = file.to_str().expect("temporary folders have plain names");
    program.done("billing_analyst", &["rates", "propose", file]);
}

/// The newest version alone, from another day on.
fn proposed_rates(from: &str) -> String {
    let (head, _) = RATES.split_once("[[version]]\n").expect("a file begins with its schedule");
    let (_, newest) = RATES.rsplit_once("[[version]]\n").expect("a schedule has a version");
    let (day, rest) = newest.split_once('\n').expect("a version begins with its day");
    assert!(day.starts_with("effective_on"), "{day}");
    format!("{head}[[version]]\neffective_on = {from}\n{rest}")
}

/// Pages that are led to from an answer, or from one account's bills only.
pub(crate) async fn only_by_number(db: &Db) -> [(&'static str, String); 2] {
    let mut read = db.read().await.expect("the town opens");
    let order = "select max(close_order_id) from cycle_period";
    let order = read.number(order, Vec::new()).await.expect("it reads").expect("reads were closed");
    let adjusted = "
        select r.run_number, b.position,
               (select count(*)
                from adjustment e
                where e.account_id = a.account_id and e.adjustment_id <= a.adjustment_id)
        from adjustment a
        join bill b on b.account_id = a.account_id and b.run_id = a.run_id
        join bill_run r on r.run_id = b.run_id
        where a.reversed_by_journal_id is null
        order by a.adjustment_id desc";
    let adjusted: Option<(i64, i64, i64)> = read.one(adjusted, Vec::new()).await.expect("it reads");
    let (run, position, adjustment) = adjusted.expect("the demo gave a credit");
    let bill = kernel::BillNumber { run, position };
    [
        ("/reads/closings/{order}", format!("/reads/closings/{order}")),
        ("/bills/{number}/undo/{adjustment}", format!("/bills/{bill}/undo/{adjustment}")),
    ]
}

async fn last_count(db: &Db) -> i64 {
    let count = "
        select max(r.count_read)
        from meter_read r
        join service_point p on p.service_point_id = r.service_point_id
        where p.reference = 'P000000-W'";
    let mut read = db.read().await.expect("the town opens");
    read.number(count, Vec::new()).await.expect("it reads").expect("the place was read")
}
