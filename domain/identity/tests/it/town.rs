//! A town with customers from a file.

use std::sync::Arc;

use acts::{Act, Failure};
use chrono::NaiveDate;
use customers::{Customers, NamedAccount, account_named, customers_by_reference};
use db::{Db, Engine};
use imports::Intake;
use kernel::CustomerId;
use testkit::{TestDb, by, open_door};

pub(crate) const HEADER: &str =
    "customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code\n";

/// Ann and Bob have an account each; Cleo has none.
const ROWS: &str = "\
    ann,person,Ann Lee,602-555-0100,,a1,2026-01-01,,,12 Oak St,Saguaro Bend,AZ,85300\n\
    bob,person,Bob Ruiz,602-555-0101,,b1,2026-01-01,,,9 Elm Ave,Saguaro Bend,AZ,85300\n\
    cleo,person,Cleo Wu,602-555-0102,,,,,,,,,\n";

pub(crate) struct Town {
    base: TestDb,
}

impl Town {
    pub(crate) async fn new(engine: Engine) -> Town {
        let town = Town { base: TestDb::new(engine).await };
        town.import(ROWS).await;
        town
    }

    pub(crate) fn db(&self) -> &Db {
        &self.base.db
    }

    pub(crate) fn url(&self) -> &str {
        &self.base.url
    }

    pub(crate) async fn import(&self, rows: &str) {
        let intake: Arc<dyn Intake> = Arc::new(Customers);
        let (_, rejects) = testkit::import(self.db(), &intake, &format!("{HEADER}{rows}")).await;
        assert!(rejects.is_empty(), "{rejects:?}");
    }

    /// The file of customers, below its header.
    pub(crate) async fn export(&self) -> String {
        let text = testkit::exported(self.db(), &Customers).await;
        text.strip_prefix(HEADER).unwrap().to_owned()
    }

    pub(crate) async fn act<A: Act>(&self, key: &str, act: &A) -> A::Outcome {
        open_door(self.db()).carry_out(&by(key), act).await.unwrap().outcome
    }

    /// The code by which an act is refused.
    pub(crate) async fn refusal<A: Act>(&self, act: &A) -> &'static str {
        match open_door(self.db()).carry_out(&by("refused"), act).await.map(|_| ()) {
            Err(Failure::Refused(refusal)) => refusal.code(),
            other => panic!("{} was not refused: {other:?}", A::KIND),
        }
    }

    pub(crate) async fn customer(&self, reference: &str) -> CustomerId {
        customers_by_reference(&mut self.db().read().await.unwrap(), &[reference]).await.unwrap()[reference]
    }

    pub(crate) async fn account(&self, name: &str) -> NamedAccount {
        account_named(&mut self.db().read().await.unwrap(), name).await.unwrap().unwrap()
    }

    pub(crate) async fn remove(self) {
        self.base.remove().await;
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
