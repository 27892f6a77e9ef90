//! A town with property uses and customers, ready for premises.

use std::collections::BTreeMap;
use std::sync::Arc;

use acts::{Act, Failure};
use db::{Db, Engine};
use imports::{FileReject, ImportReport, Intake};
use premises::Premises;
use premises::acts::SetUpPremises;
use testkit::{TestDb, by, open_door};

pub(crate) const HEADER: &str =
    "premise,street,city,state,postal_code,parcel,property_use,service_point,service,owner,owner_from\n";

const CUSTOMERS: &str = "customer,kind,name\nC1,person,Ada Lind\nC2,person,Bo Ray\n";

pub(crate) fn premises() -> Premises {
    Premises::with_services(vec!["water", "sewer", "trash"])
}

pub(crate) fn uses(uses: &[(&str, &str)]) -> SetUpPremises {
    let owned = |(code, title): &(&str, &str)| ((*code).to_owned(), (*title).to_owned());
    SetUpPremises { property_uses: uses.iter().map(owned).collect::<BTreeMap<_, _>>() }
}

pub(crate) fn report(new: i64, changed: i64, unchanged: i64, rejected: i64) -> ImportReport {
    ImportReport { new, changed, unchanged, rejected }
}

pub(crate) struct Town {
    base: TestDb,
}

impl Town {
    pub(crate) async fn new(engine: Engine) -> Town {
        let town = Town { base: TestDb::new(engine).await };
        town.act("uses", &uses(&[("R1", "Residence"), ("B1", "Business")])).await.unwrap();
        let customers: Arc<dyn Intake> = Arc::new(customers::Customers);
        testkit::import(town.db(), &customers, CUSTOMERS).await;
        town
    }

    pub(crate) fn db(&self) -> &Db {
        &self.base.db
    }

    pub(crate) async fn import(&self, rows: &str) -> (ImportReport, Vec<FileReject>) {
        let intake: Arc<dyn Intake> = Arc::new(premises());
        testkit::import(self.db(), &intake, &format!("{HEADER}{rows}")).await
    }

    /// The export below its header.
    pub(crate) async fn export(&self) -> String {
        let text = testkit::exported(self.db(), &premises()).await;
        text.strip_prefix(HEADER).unwrap().to_owned()
    }

    pub(crate) async fn act<A: Act>(&self, key: &str, act: &A) -> Result<A::Outcome, Failure> {
        Ok(open_door(self.db()).carry_out(&by(key), act).await?.outcome)
    }

    pub(crate) async fn remove(self) {
        self.base.remove().await;
    }
}
