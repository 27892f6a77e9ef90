//! What a command says of a person is kept apart from the log, and can be erased while the seals hold.

use acts::{
    Act, BrokenSeal, Entry, Failure, Permission, Subject, erase_personal, kept_apart, logged_act, seal, verify_seals,
};
use db::{Db, DoorKey};
use kernel::ActId;
use serde::{Deserialize, Serialize};
use testkit::{TestDb, by, engines, noon, open_door};

use crate::notes::PERMISSION;

const PHONE: &str = "602-555-0100";

/// Records how somebody is reached.
#[derive(Clone, Serialize, Deserialize)]
struct Reach {
    code: String,
    contact: Contact,
}

#[derive(Clone, Serialize, Deserialize)]
struct Contact {
    phone: String,
}

/// Forgets how somebody is reached.
#[derive(Clone, Serialize, Deserialize)]
struct Forget;

fn ann() -> Subject {
    Subject { kind: "person", id: 7 }
}

impl Act for Reach {
    const KIND: &'static str = "test.reach";
    const PERSONAL: &'static [&'static str] = &["/contact"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        entry.tells_of(ann());
        Ok(())
    }
}

impl Act for Forget {
    const KIND: &'static str = "test.forget";
    type Outcome = u64;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<u64, Failure> {
        Ok(erase_personal(entry, &ann()).await?)
    }
}

fn reach() -> Reach {
    Reach { code: "ann".to_owned(), contact: Contact { phone: PHONE.to_owned() } }
}

async fn stored(db: &Db, act: ActId) -> String {
    let row: Option<(String,)> =
        db.read().await.unwrap().one("select command from act where act_id = $1", vec![act.into()]).await.unwrap();
    row.unwrap().0
}

async fn broken(db: &Db) -> Option<BrokenSeal> {
    verify_seals(&mut db.read().await.unwrap(), &[]).await.unwrap().broken
}

#[tokio::test]
async fn what_is_personal_is_kept_apart_and_erased_while_the_seals_hold() {
    for engine in engines("personal fields of the log") {
        let town = TestDb::new(engine).await;
        let door = open_door(&town.db);
        let act = door.carry_out(&by("reach"), &reach()).await.unwrap().act;
        assert_eq!(seal(&town.db, noon()).await.unwrap().0, 1);
        let entry = stored(&town.db, act).await;
        assert!(!entry.contains("555") && entry.contains("\"ann\""), "{entry}");
        let shown = logged_act(&mut town.db.read().await.unwrap(), act).await.unwrap().unwrap();
        assert_eq!(shown.command, entry, "the log itself does not tell what is kept apart from it");
        let apart = kept_apart(&mut town.db.read().await.unwrap(), &[act]).await.unwrap();
        assert_eq!(apart[&act].command, serde_json::to_string(&reach()).unwrap());
        assert_eq!(apart[&act].about, ("person".to_owned(), 7));
        assert!(door.carry_out(&by("reach"), &reach()).await.unwrap().was_repeated, "the same command under its key");
        assert_eq!(broken(&town.db).await, None);

        for change in [
            "update act_personal set command = replace(command, '0100', '0101')",
            "update act_personal set command = replace(command, 'ann', 'bob')",
            "update act_personal set salt = substr(salt, 2)",
        ] {
            let mut tx = town.db.write(&DoorKey::for_the_door()).await.unwrap();
            tx.run(change, vec![]).await.unwrap();
            let proof = verify_seals(&mut tx, &[]).await.unwrap();
            assert_eq!(proof.broken, Some(BrokenSeal::Personal { position: 1, act: act.0 }), "{change}");
            tx.roll_back().await.unwrap();
        }

        assert_eq!(door.carry_out(&by("forget"), &Forget).await.unwrap().outcome, 1);
        assert_eq!(seal(&town.db, noon()).await.unwrap().0, 1);
        assert_eq!(broken(&town.db).await, None, "the seals hold");
        let shown = logged_act(&mut town.db.read().await.unwrap(), act).await.unwrap().unwrap();
        assert_eq!(shown.command, entry, "what is left is what the entry holds");
        assert!(kept_apart(&mut town.db.read().await.unwrap(), &[act]).await.unwrap().is_empty(), "it is erased");
        assert_eq!(door.carry_out(&by("again"), &Forget).await.unwrap().outcome, 0);
        town.remove().await;
    }
}
