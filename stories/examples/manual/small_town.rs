//! The town of the pictures: the demo's, with little enough in it that it is made in seconds, and with something to do.

use std::path::Path;

use stories::Program;
use testkit::Served;

/// The newest version of these rates is proposed again from another day on.
const RATES: &str = include_str!("../../../towns/saguaro-bend/rates/fee-extra-pickup.toml");

/// A served town; gone when dropped.
pub(crate) struct SmallTown {
    pub(crate) served: Served,
    _folder: tempfile::TempDir,
}

impl SmallTown {
    /// Makes it and lets something happen. Seed, size and day are always the same, and so are the pictures.
    pub(crate) async fn make() -> SmallTown {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("town");
        demo(&place);
        let url = format!("sqlite://{}?mode=rwc", place.join("portreeve.db").display());
        happen(&Program::on(&url), folder.path());
        let served = Served::start(&url, &["--demo", "--town", "Saguaro Bend"]).await;
        SmallTown { served, _folder: folder }
    }
}

fn demo(place: &Path) {
    let place = place.to_str().expect("temporary folders have plain names");
    let words = ["demo", "--folder", place, "--accounts", "600", "--seed", "1", "--no-serve"];
    let said = Program::without_database(&words);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

/// A run whose trial found something, a read and rates that wait for somebody else, a report that is kept.
fn happen(program: &Program, folder: &Path) {
    let period = ["--cycle", "C1", "--from", "2026-01-01"];
    let analyst = |words: &[&str]| program.done("billing_analyst", words);
    // 301.05 kgal where 5 are usual, after 381,105 in December.
    program.done("field_supervisor", &["read", "enter", "P000000-W", "2026-01-29", "411210", "--right"]);
    program.done("field_supervisor", &["read", "enter", "P000001-W", "2026-01-29", "999999", "--right"]);
    analyst(&[&["run", "close-reads"], &period[..]].concat());
    let run = analyst(&[&["run", "prepare"], &period[..]].concat());
    analyst(&["run", "trial", run.trim()]);
    let correct = ["--reason", "the 3 was a 9", "read", "correct", "P000002-W", "2025-12-29"];
    let _waits = program.run("field_supervisor", &[&correct[..], &["762094"]].concat());
    let months = "/reports/views/bills?columns=total&group=bill_on.month";
    let kept = analyst(&["report", "save", "Billed by month", months, "--shared"]);
    analyst(&["report", "schedule", kept.trim(), "--every", "week", "--on", "3"]);
    analyst(&["report", "make"]);
    let file = folder.join("rates.toml");
    std::fs::write(&file, proposed_rates()).expect("a file can be written");
    analyst(&["rates", "propose", file.to_str().expect("temporary folders have plain names")]);
}

fn proposed_rates() -> String {
    let (head, _) = RATES.split_once("[[version]]\n").expect("a file begins with its schedule");
    let (_, newest) = RATES.rsplit_once("[[version]]\n").expect("a schedule has a version");
    let (_, rest) = newest.split_once('\n').expect("a version begins with its day");
    format!("{head}[[version]]\neffective_on = 2026-10-01\n{rest}")
}
