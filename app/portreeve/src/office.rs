//! The office: an open database, its door, and workers that know every kind of job.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use acts::{Act, Actor, By, Clock, Done, Door, Failure, SystemClock};
use billing::LookAtCounts;
use billing::acts::{CancelWork, CloseWork, PostWork, PrepareWork, TryWork, WinterWork};
use billing::import::ImportWork;
use chrono::NaiveDate;
use customers::CallersKnown;
use db::{Db, DoorKey, Fault};
use imports::Intake;
use jobs::{JobKind, Report, Stop, Worker, kind_of};
use kernel::OrderId;
use metering::CountLooker;
use search::Keeper;
use secrets::{BreachedList, Keys, Random};
use staff::sign_in::{SignIn, SignInParts, SingleSignOn};
use webhooks::{KnownKinds, Networks, Sender, SenderParts};

use crate::conflicts::HouseConflicts;
use crate::machine_clock::MachineClock;
use crate::output::Bar;
use crate::registry::every_kind;
use crate::report_keeper::make_due_reports;

/// How often the search box's index is looked after.
const SEARCH_EVERY: Duration = Duration::from_millis(500);
/// Reports that are due are looked for once in so many times.
const REPORTS_EVERY: u32 = 10;

/// Everything a command needs to act.
pub struct Office {
    /// The door to the database.
    pub door: Door,
}

/// What people see and meet where they sign in.
#[derive(Default)]
pub struct SignInPlace {
    /// The town's name, shown in authenticator apps.
    pub town: String,
    /// Passwords that were stolen elsewhere, when the town keeps such a list.
    pub breached: Option<BreachedList>,
    /// Where else people may sign in.
    pub providers: Vec<SingleSignOn>,
}

/// How many acts this process was asked for; with instant and process it makes a key that is new.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// Who acts, and why.
#[derive(Clone, Debug)]
pub struct Who {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: String,
}

impl Who {
    /// The same, under a key that makes a command count once.
    pub fn under(&self, key: impl Into<String>) -> By {
        By { actor: self.actor.clone(), reason: self.reason.clone(), key: key.into() }
    }
}

impl Office {
    /// Opens a database as it is.
    pub async fn open(url: &str, today: NaiveDate) -> Result<Office, Fault> {
        Ok(Office::at(Db::open(url).await?, today))
    }

    /// Opens an empty database to make a town in it in one go; see [`Db::open_to_make`].
    pub async fn open_to_make(url: &str, today: NaiveDate) -> Result<Office, Fault> {
        Ok(Office::at(Db::open_to_make(url).await?, today))
    }

    /// The same office on another business date.
    pub fn on(&self, today: NaiveDate) -> Office {
        Office::at(self.db().clone(), today)
    }

    /// The same office, whose business date is the machine's and goes on at midnight.
    pub fn by_the_machine(&self) -> Office {
        Office::with(self.db().clone(), Arc::new(MachineClock))
    }

    /// The same office, in which messages to other programs may also go to networks of the city.
    pub fn reaching(&self, networks: Networks) -> Office {
        Office { door: self.door.clone().telling(networks) }
    }

    fn at(db: Db, today: NaiveDate) -> Office {
        Office::with(db, Arc::new(SystemClock { today }))
    }

    fn with(db: Db, clock: Arc<dyn Clock>) -> Office {
        let door = Door::new(db, clock, Arc::new(staff::StaffAuthority), Arc::new(HouseConflicts));
        Office {
            door: door
                .followed_by(Arc::new(identity::Openings))
                .followed_by(Arc::new(search::Marks))
                .followed_by(Arc::new(webhooks::Outbox))
                .telling(KnownKinds(every_kind()))
                .telling(CountLooker(Arc::new(LookAtCounts)))
                .telling(CallersKnown(Arc::new(identity::VerifiedCallers))),
        }
    }

    /// Brings the database up to date, and makes its first actor.
    pub async fn migrate(&self) -> Result<db::MigrationReport, Fault> {
        let key = DoorKey::for_the_door();
        let report = self.db().migrate(&key, self.door.now()).await?;
        staff::ensure_first_actor(self.db(), &key, &[]).await?;
        Ok(report)
    }

    /// Fills the database, which must be empty, from a backup.
    pub async fn restore(&self, path: &Path, step: db::Step<'_>) -> Result<db::BackupSummary, db::BackupFailure> {
        self.db().restore(&DoorKey::for_the_door(), (path, self.door.now()), step).await
    }

    /// Signing in to the town, for the upkeep of what is sealed.
    pub fn sign_in(&self, keys: Keys, random: Random) -> SignIn {
        self.sign_in_at(keys, random, SignInPlace::default())
    }

    /// Signing in to the town, for who does.
    pub fn sign_in_at(&self, keys: Keys, random: Random, place: SignInPlace) -> SignIn {
        let SignInPlace { town, breached, providers } = place;
        let (db, door_key) = (self.db().clone(), DoorKey::for_the_door());
        SignIn::new(SignInParts { db, door_key, keys: Arc::new(keys), random, town, breached, providers })
    }

    /// Seals again with the newest key, in all rooms, what older keys sealed; how many fields that were.
    pub async fn seal_again(&self, keys: &Keys, random: &Random) -> Result<usize, Fault> {
        let numbers = identity::seal_again(self.db(), &DoorKey::for_the_door(), (keys, random)).await?;
        let files = attachments::seal_again(self.db(), &DoorKey::for_the_door(), (keys, random)).await?;
        let of_webhooks = webhooks::seal_again(self.db(), &DoorKey::for_the_door(), (keys, random)).await?;
        Ok(numbers + files + of_webhooks + self.sign_in(keys.clone(), random.clone()).seal_again().await?)
    }

    /// The database.
    pub fn db(&self) -> &Db {
        self.door.db()
    }

    /// The staff member known by a code.
    pub async fn who(&self, code: &str, reason: &str) -> Result<Option<Who>, Fault> {
        let mut read = self.db().read().await?;
        let actor = staff::actor_by_code(&mut read, code).await?;
        Ok(actor.map(|actor| Who { actor, reason: reason.to_owned() }))
    }

    /// Carries out an act that a person asks for now: asked again later, it is another one.
    pub async fn act_now<A: Act>(&self, who: &Who, act: &A) -> Result<Done<A::Outcome>, Failure> {
        let number = ASKED.fetch_add(1, Ordering::Relaxed);
        let now = self.door.now().timestamp_micros();
        let key = format!("{} at {now} by process {} no. {number}", A::KIND, std::process::id());
        self.act(&who.under(key), act).await
    }

    /// Carries out an act unless the newest of its kind said just the same: it is in force.
    pub async fn act_unless_in_force<A: Act>(&self, who: &Who, act: &A) -> Result<(), Failure> {
        let newest = acts::newest_command(&mut self.db().read().await?, A::KIND).await?;
        let command = serde_json::to_string(act).map_err(|error| Fault::caused("writing a command", error))?;
        if newest != Some(command) {
            self.act_now(who, act).await?;
        }
        Ok(())
    }

    /// Carries out an act, once per key.
    pub async fn act<A: Act>(&self, by: &By, act: &A) -> Result<Done<A::Outcome>, Failure> {
        self.door.carry_out(by, act).await
    }

    /// What keeps the index of the search box current.
    pub fn search_keeper(&self) -> Keeper {
        Keeper::new(self.db().clone(), DoorKey::for_the_door())
    }

    /// What sends messages to other programs, in the name of a town.
    pub fn sender(&self, keys: &Keys, networks: &Networks, town: &str) -> Result<Sender, Fault> {
        Sender::new(SenderParts {
            door: self.door.clone(),
            door_key: DoorKey::for_the_door(),
            keys: Arc::new(keys.clone()),
            networks: networks.clone(),
            town: town.to_owned(),
        })
    }

    /// Carries out whatever jobs there are, and those to come, sends what is to be sent, and makes reports that are due, until it is
    /// told to stop.
    pub async fn stand(&self, stop: &Stop, sender: Option<&Sender>) {
        let worker = Worker::new(self.door.clone(), run_jobs()).until(stop);
        let jobs = jobs::stand(&worker, |order| self.on_behalf_of(order));
        let messages = async {
            if let Some(sender) = sender {
                sender.stand(stop).await;
            }
        };
        tokio::join!(jobs, self.keep_search(stop), messages, self.keep_reports(stop));
    }

    /// Takes into the index of the search box what changes, until it is told to stop.
    async fn keep_search(&self, stop: &Stop) {
        let keeper = self.search_keeper();
        while !stop.is_told() {
            if let Err(fault) = keeper.catch_up(&|_| !stop.is_told()).await {
                tracing::error!(%fault, "the index of the search box is not up to date");
            }
            tokio::time::sleep(SEARCH_EVERY).await;
        }
    }

    /// Keeps what was made of a report for a due day, or why nothing was; says whether nobody else had.
    pub async fn keep_report(&self, result: staff::NewResult<'_>) -> Result<bool, Fault> {
        staff::keep_result(self.db(), &DoorKey::for_the_door(), result).await
    }

    /// Makes the reports that are due, until it is told to stop.
    async fn keep_reports(&self, stop: &Stop) {
        let mut rounds: u32 = 0;
        while !stop.is_told() {
            if rounds.is_multiple_of(REPORTS_EVERY)
                && let Err(fault) = make_due_reports(self).await
            {
                tracing::error!(%fault, "nobody knows which reports are due");
            }
            rounds = rounds.wrapping_add(1);
            tokio::time::sleep(SEARCH_EVERY).await;
        }
    }

    /// Whoever ordered the work does it, and for their reason.
    async fn on_behalf_of(&self, order: OrderId) -> Result<Option<By>, Fault> {
        let mut read = self.db().read().await?;
        let Some(act) = acts::order_act(&mut read, order).await? else { return Ok(None) };
        let Some(placed) = acts::logged_act(&mut read, act).await? else { return Ok(None) };
        let actor = staff::actor_by_id(&mut read, placed.actor).await?;
        Ok(Some(By { actor, reason: placed.reason, key: "job".to_owned() }))
    }

    /// Carries out a job to its end, showing how far it is.
    pub async fn finish(&self, who: &Who, order: OrderId, name: &str) -> Result<Report, Failure> {
        self.finish_with(who, order, name, run_jobs()).await
    }

    /// Carries out the import of the file at a path to its end, handing its records to an intake.
    pub async fn finish_file(
        &self,
        who: &Who,
        order: OrderId,
        intake: &Arc<dyn Intake>,
        path: &Path,
    ) -> Result<Report, Failure> {
        let (intake, path) = (intake.clone(), path.to_owned());
        let kind = kind_of(move |inputs: &str| imports::ImportWork::new(inputs, intake.clone(), &path));
        self.finish_with(who, order, "Importing", vec![kind]).await
    }

    /// Carries out the import of the consumption file at a path to its end.
    pub async fn finish_import(&self, who: &Who, order: OrderId, path: PathBuf) -> Result<Report, Failure> {
        let kind = kind_of(move |inputs: &str| ImportWork::new(inputs, &path));
        self.finish_with(who, order, "Importing", vec![kind]).await
    }

    async fn finish_with(
        &self,
        who: &Who,
        order: OrderId,
        name: &str,
        kinds: Vec<Arc<dyn JobKind>>,
    ) -> Result<Report, Failure> {
        let bar = Bar::new(name);
        let worker = Worker::new(self.door.clone(), kinds);
        let report = worker.finish(&who.under("job"), order, &|progress| bar.show(progress)).await;
        bar.end();
        report
    }
}

/// Every kind of job that needs nothing but the database.
fn run_jobs() -> Vec<Arc<dyn JobKind>> {
    vec![
        kind_of(PrepareWork::new),
        kind_of(TryWork::new),
        kind_of(PostWork::new),
        kind_of(CancelWork::new),
        kind_of(WinterWork::new),
        kind_of(CloseWork::new),
    ]
}
