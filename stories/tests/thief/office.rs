//! City hall of the demo on a Wednesday, with the bills a thief would look at.

use db::Db;
use kernel::{AccountNumber, BillNumber};
use stories::{Program, Said};

/// The day on which everything is tried.
pub(crate) const TODAY: &str = "2026-07-01";

/// What became of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It was refused, in words that contain this.
    Refused(&'static str),
    /// It waits for a second person.
    Waits,
    /// It was done, and is in the review of the day under this pattern.
    InReview(&'static str),
    /// It was done, and nobody sees it.
    Nothing,
}

/// A bill with much on it, of an account of its own.
#[derive(Clone, Debug)]
pub(crate) struct LargeBill {
    /// The account's id.
    pub(crate) account: i64,
    /// Its number on paper.
    pub(crate) number: String,
    /// The bill's number.
    pub(crate) bill: String,
    /// Where the water runs.
    pub(crate) address: String,
    /// The service point of it.
    pub(crate) service_point: String,
}

/// City hall.
pub(crate) struct Office {
    pub(crate) program: Program,
    /// Large bills, each of another account.
    pub(crate) bills: Vec<LargeBill>,
    folder: tempfile::TempDir,
}

impl Office {
    /// The town of the demo, made in a database.
    pub(crate) async fn of_the_demo(url: &str) -> Office {
        let program = Program { business_date: TODAY.to_owned(), ..Program::on(url) };
        let folder = tempfile::tempdir().unwrap();
        let town = folder.path().join("town");
        program.done("console", &["demo", "--folder", town.to_str().unwrap(), "--accounts", "200", "--no-serve"]);
        Office { bills: large_bills(url).await, program, folder }
    }

    /// The path of a file for the commands.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Somebody adjusts the water of a bill.
    pub(crate) fn adjusts(&self, who: &str, bill: &LargeBill, dollars: &str) -> Said {
        let words = ["adjust", "bill", &bill.bill, "water.consumption", "--amount", dollars, "--code", "goodwill"];
        self.program.run(who, &[&["--reason", "a courtesy"], &words[..]].concat())
    }

    /// Somebody decides on what waits.
    pub(crate) fn decides(&self, who: &str, what: &str, proposal: &str) -> Said {
        self.program.run(who, &["--reason", "looked at", "proposal", what, proposal])
    }

    /// Whether the review of the day shows a pattern.
    pub(crate) fn outliers(&self, pattern: &'static str) -> Shown {
        let words = ["staff", "outliers", "--from", TODAY, "--through", TODAY, "--format", "csv"];
        let told = self.program.done("auditor", &words);
        if told.contains(pattern) { Shown::InReview(pattern) } else { Shown::Nothing }
    }
}

/// Whether a command was refused in these words.
pub(crate) fn refused(said: &Said, words: &'static str) -> Shown {
    match said.code {
        0 => Shown::Nothing,
        _ if said.err.contains("waits for approval") => Shown::Waits,
        _ if said.err.contains(words) => Shown::Refused(words),
        code => panic!("ended with {code}: {}{}", said.out, said.err),
    }
}

/// Whether what a command wanted waits for a second person.
pub(crate) fn waits(said: &Said) -> Shown {
    refused(said, "waits for approval")
}

async fn large_bills(url: &str) -> Vec<LargeBill> {
    const SQL: &str = "
        select min(b.run_id), b.account_id
        from bill b
        left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
        where b.kind = 'regular' and 30000 < b.total_cents and c.run_id is null
        group by b.account_id
        order by b.account_id";
    const ONE: &str = "
        select r.run_number, b.position, a.number, p.address, p.reference
        from bill b
        join bill_run r on r.run_id = b.run_id
        join account a on a.account_id = b.account_id
        join service_agreement s on s.account_id = a.account_id and s.service = 'water'
        join service_point p on p.service_point_id = s.service_point_id
        where b.run_id = $1 and b.account_id = $2
        order by p.reference";
    let db = Db::open(url).await.unwrap();
    let mut bills = Vec::new();
    {
        let mut read = db.read().await.unwrap();
        let rows: Vec<(i64, i64)> = read.all(SQL, vec![]).await.unwrap();
        for (run, account) in rows {
            let row: Option<(i64, i64, i64, String, String)> =
                read.one(ONE, vec![run.into(), account.into()]).await.unwrap();
            let Some((run, position, number, address, service_point)) = row else { continue };
            let bill = BillNumber { run, position }.to_string();
            let number = AccountNumber::issue(number).to_string();
            bills.push(LargeBill { account, number, bill, address, service_point });
        }
    }
    db.close().await;
    assert!(9 <= bills.len(), "the demo has only {} large bills", bills.len());
    bills
}
