//! A town with a customer file, and what can be asked of it.

use std::sync::Arc;

use acts::{Act, Failure};
use chrono::NaiveDate;
use customers::Customers;
use db::{Db, Engine};
use imports::{FileReject, ImportReport, Intake};
use testkit::{TestDb, by, open_door};

pub(crate) const HEADER: &str =
    "customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code\n";

pub(crate) fn intake() -> Arc<dyn Intake> {
    Arc::new(Customers)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn report(new: i64, changed: i64, unchanged: i64, rejected: i64) -> ImportReport {
    ImportReport { new, changed, unchanged, rejected }
}

pub(crate) struct Town {
    base: TestDb,
}

impl Town {
    pub(crate) async fn new(engine: Engine) -> Town {
        Town { base: TestDb::new(engine).await }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.base.db
    }

    pub(crate) async fn import(&self, rows: &str) -> (ImportReport, Vec<FileReject>) {
        testkit::import(self.db(), &intake(), &format!("{HEADER}{rows}")).await
    }

    /// The export below its header.
    pub(crate) async fn export(&self) -> String {
        let text = testkit::exported(self.db(), &Customers).await;
        text.strip_prefix(HEADER).unwrap().to_owned()
    }

    pub(crate) async fn act<A: Act>(&self, key: &str, act: &A) -> Result<A::Outcome, Failure> {
        Ok(open_door(self.db()).carry_out(&by(key), act).await?.outcome)
    }

    /// The code by which an act is refused.
    pub(crate) async fn refusal<A: Act>(&self, act: &A) -> &'static str {
        match open_door(self.db()).carry_out(&by("refused"), act).await.map(|_| ()) {
            Err(Failure::Refused(refusal)) => refusal.code(),
            other => panic!("{} was not refused: {other:?}", A::KIND),
        }
    }

    /// Numbers of one query; for what no view shows.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.db().read().await.unwrap().number(sql, vec![]).await.unwrap().unwrap()
    }

    pub(crate) async fn close_account(&self, reference: &'static str) {
        let mut tx = self.db().write(&db::DoorKey::for_the_door()).await.unwrap();
        let sql = "update account set closed_on = $2
            where account_id = (select account_id from account_reference where reference = $1)";
        tx.run_once(sql, vec![reference.into(), day("2026-06-30").into()]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn remove(self) {
        self.base.remove().await;
    }
}
