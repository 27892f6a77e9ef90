//! A town of customers in a file, found by what they are known by.

use std::sync::Arc;

use acts::{Act, Door};
use customers::Customers;
use db::{DoorKey, Engine};
use imports::Intake;
use search::{Keeper, Marks};
use testkit::{TestDb, by, frozen_clock, open_door};

const HEADER: &str =
    "customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code\n";

/// Who is in the file: reference, name, telephone, account, street.
const PEOPLE: [(&str, &str, &str, &str, &str); 9] = [
    ("C1", "Maria Garcia", "(480) 555-0101", "A1", "101 Copper Mesa Rd"),
    ("C2", "Maria Garcia", "(480) 555-0102", "A2", "213 Bent Saguaro Ln"),
    ("C3", "Luis García-Núñez", "480.555.0103", "A3", "12 Copper Mesa Rd"),
    ("C4", "Tom O'Brien", "+1 480 555 0104", "A4", "PO Box 77"),
    ("C5", "Phillips Bakery LLC", "555-0105", "A5", "400 North Main Street"),
    ("C6", "Yolanda Hernandez", "", "A6", "14 Quail Step Way"),
    ("C7", "Desert Lantern Homeowners Association", "", "A7", "1 Desert Lantern Dr"),
    ("C8", "Ana Tsosie", "(520) 555-0108", "A8", "12 Coyote Wash Ave Apt 4"),
    ("C9", "Mark Zimmermann", "(520) 555-0109", "A9", "12 Coyote Wash Ave Apt 5"),
];

pub(crate) struct Town {
    base: TestDb,
}

impl Town {
    /// The file is in, and the index is current.
    pub(crate) async fn new(engine: Engine) -> Town {
        let town = Town { base: TestDb::new(engine).await };
        let row = |(customer, name, phone, account, street): (&str, &str, &str, &str, &str)| {
            format!("{customer},person,{name},{phone},,{account},2025-01-01,,{name},{street},Ocotillo Falls,AZ,85998\n")
        };
        town.import(&PEOPLE.map(row).concat()).await;
        town.catch_up().await;
        town
    }

    /// Brings a file in, as the office does: with every account to look at again.
    pub(crate) async fn import(&self, rows: &str) {
        let intake: Arc<dyn Intake> = Arc::new(Customers);
        let (_, rejects) = testkit::import(&self.base.db, &intake, &format!("{HEADER}{rows}")).await;
        assert!(rejects.is_empty(), "{rejects:?}");
    }

    pub(crate) fn keeper(&self) -> Keeper {
        Keeper::new(self.base.db.clone(), DoorKey::for_the_door())
    }

    pub(crate) async fn catch_up(&self) {
        self.keeper().catch_up(&|_| true).await.unwrap();
    }

    /// Does something through a door that the index follows.
    pub(crate) async fn act<A: Act>(&self, key: &str, act: &A) -> A::Outcome {
        let door: Door = open_door(&self.base.db).followed_by(Arc::new(Marks));
        door.carry_out(&by(key), act).await.unwrap().outcome
    }

    /// What is found, as `what: name, note` with the old reference of its account where it has one.
    pub(crate) async fn found(&self, words: &str) -> Vec<String> {
        self.finds(words).await.into_iter().map(|(line, _)| line).collect()
    }

    /// What Enter opens: the only thing that is there as it was typed.
    pub(crate) async fn opened(&self, words: &str) -> Option<String> {
        let mut sure: Vec<(String, bool)> =
            self.finds(words).await.into_iter().filter(|(_, is_sure)| *is_sure).collect();
        if sure.len() == 1 { sure.pop().map(|(line, _)| line) } else { None }
    }

    async fn finds(&self, words: &str) -> Vec<(String, bool)> {
        let mut read = self.base.db.read().await.unwrap();
        let found = search::found(&mut read, words, (frozen_clock().0.date_naive(), 50)).await.unwrap();
        found.into_iter().map(|one| (format!("{}: {}, {}", one.what, one.name, one.note), one.is_sure)).collect()
    }

    /// The streets of the accounts that are found, in their order.
    pub(crate) async fn streets(&self, words: &str) -> Vec<&'static str> {
        let found = self.found(words).await;
        let street =
            |line: &String| PEOPLE.iter().map(|one| one.4).find(|street| line.contains(&format!(" {street},")));
        found.iter().filter_map(street).collect()
    }

    /// The number on paper of an account, by its old reference.
    pub(crate) async fn number(&self, reference: &str) -> String {
        let mut read = self.base.db.read().await.unwrap();
        let account = customers::account_named(&mut read, reference).await.unwrap().unwrap().id;
        customers::accounts_by_id(&mut read, &[account]).await.unwrap()[&account].number.to_string()
    }

    /// The numbers of the accounts of somebody of a name at an address.
    pub(crate) async fn called(&self, name: &str, street: &str) -> Vec<String> {
        let mut read = self.base.db.read().await.unwrap();
        let found = search::accounts_called(&mut read, (name, street)).await.unwrap();
        let known = customers::accounts_by_id(&mut read, &found).await.unwrap();
        known.values().map(|account| account.number.to_string()).collect()
    }

    /// A number of one query; for what no view shows.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.base.db.read().await.unwrap().number(sql, vec![]).await.unwrap().unwrap()
    }

    /// The index as an earlier release kept it: words of names and addresses together.
    pub(crate) async fn keep_as_before(&self) {
        const SQL: &str = "update search_text set words = replace(words, $1, ' ')";
        let mut tx = self.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run(SQL, vec!["\n".into()]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every row of the index, in order.
    pub(crate) async fn index(&self) -> Vec<String> {
        const WORDS: &str = "select word, account_id, members from search_word order by word, account_id";
        const TEXTS: &str = "select account_id, words, numbers from search_text order by account_id";
        const NUMBERS: &str =
            "select number_key, account_id, kind from search_number order by number_key, account_id, kind";
        let mut read = self.base.db.read().await.unwrap();
        let words: Vec<(String, i64, Vec<u8>)> = read.all(WORDS, vec![]).await.unwrap();
        let texts: Vec<(i64, String, String)> = read.all(TEXTS, vec![]).await.unwrap();
        let numbers: Vec<(String, i64, String)> = read.all(NUMBERS, vec![]).await.unwrap();
        let lines = words.iter().map(|row| format!("{row:?}")).chain(texts.iter().map(|row| format!("{row:?}")));
        lines.chain(numbers.iter().map(|row| format!("{row:?}"))).collect()
    }

    pub(crate) async fn remove(self) {
        self.base.remove().await;
    }
}
