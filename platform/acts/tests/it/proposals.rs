//! A second person decides: once, on what they saw, and never on their own.

use std::sync::Arc;

use acts::{
    Act, Actor, Approval, Authority, By, Conflict, Conflicts, Decision, Direction, Door, Entry, Failure, FixedClock,
    Judged, LogFilter, NoConflicts, Permission, Proposal, ProposalState, Registry, SecondNeeded, Subject, Weight,
};
use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use db::{Db, Fault, Read};
use kernel::{AccountId, ActId, Cents, ProposalId};
use serde::{Deserialize, Serialize};
use testkit::{TestDb, actor, engines, frozen_clock, noon};

use crate::notes::{PERMISSION, acts_logged, noted};

const APPROVE: Permission = Permission { code: "test.approve", sentence: "approves notes" };

/// Gives an account a credit: a note that counts.
#[derive(Clone, Serialize, Deserialize)]
struct Credit {
    note: String,
    cents: i64,
}

impl Act for Credit {
    const KIND: &'static str = "test.credit";
    type Outcome = i64;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        const SQL: &str = "
            insert into id_block (noun, next_id)
            values ($1, $2)
            on conflict (noun) do update
            set next_id = id_block.next_id + $2
            returning next_id";
        let after = entry.number(SQL, vec![self.note.as_str().into(), self.cents.into()]).await?.unwrap_or(0);
        if self.cents == 13 {
            entry.looks_odd("unlucky", "thirteen cents");
        }
        entry.changes("credit", (after - self.cents).to_string(), after.to_string());
        entry.weighs(Weight {
            class: "adjustment",
            direction: Direction::Credit,
            cents: Cents(self.cents),
            account: AccountId(7),
            approving: APPROVE,
        });
        Ok(after)
    }
}

/// Up to 100 cents alone; actor 1 may propose, 2 and 3 approve, 4 stands in for 1 and has nothing of their own.
struct UpToADollar;

#[async_trait]
impl Authority for UpToADollar {
    async fn allows(&self, _read: &mut Read, actor: &Actor, permission: &str, _on: NaiveDate) -> Result<bool, Fault> {
        Ok(permission == PERMISSION.code || (permission == APPROVE.code && actor.id.0 != 5))
    }

    async fn needs_second(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        judged: &Judged,
        _today: NaiveDate,
    ) -> Result<Option<SecondNeeded>, Fault> {
        let weight = judged.weight.filter(|weight| Cents(100) < weight.cents);
        Ok(weight.map(|_| SecondNeeded {
            control: "limit".to_owned(),
            approving: APPROVE,
            why: "it is more than a dollar".to_owned(),
        }))
    }

    async fn may_not_approve(
        &self,
        _read: &mut Read,
        approver: &Actor,
        approval: &Approval<'_>,
    ) -> Result<Option<String>, Fault> {
        let is_lent = approver.id.0 == 4 && approval.proposer.0 == 1;
        Ok(is_lent.then(|| "it is lent".to_owned()))
    }

    async fn limit(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        _weight: &Weight,
        _today: NaiveDate,
    ) -> Result<Option<i64>, Fault> {
        Ok(Some(100))
    }
}

/// Warns of everybody on account 7, and forbids it to actor 3.
struct Friends;

#[async_trait]
impl Conflicts for Friends {
    async fn between(
        &self,
        _read: &mut Read,
        actor: &Actor,
        (_, judged): (&Subject, &Judged),
        _today: NaiveDate,
    ) -> Result<Vec<Conflict>, Fault> {
        if judged.accounts != [AccountId(7)] {
            return Ok(Vec::new());
        }
        let words = "the same address".to_owned();
        Ok(vec![match actor.id.0 {
            3 => Conflict::Forbids(words),
            _ => Conflict::Warns { pattern: "same_address", words },
        }])
    }
}

fn office(db: &Db) -> Door {
    Door::new(db.clone(), Arc::new(frozen_clock()), Arc::new(UpToADollar), Arc::new(NoConflicts))
}

fn later(db: &Db, days: u64) -> Door {
    let clock = FixedClock(noon() + Days::new(days));
    Door::new(db.clone(), Arc::new(clock), Arc::new(UpToADollar), Arc::new(NoConflicts))
}

fn registry() -> Registry {
    Registry::default().with::<Credit>("Give a credit")
}

fn who(number: i64, key: &str) -> By {
    By { actor: actor(number), reason: format!("reason of {number}"), key: key.to_owned() }
}

fn credit(cents: i64) -> Credit {
    Credit { note: "credit".to_owned(), cents }
}

/// What came of something, as a code.
fn came<T>(result: Result<T, Failure>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Failure::Waiting(_)) => "waiting",
        Err(Failure::Refused(refusal)) => refusal.code(),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
    }
}

async fn proposed(door: &Door, key: &str, cents: i64) -> ProposalId {
    match door.carry_out(&who(1, key), &credit(cents)).await {
        Err(Failure::Waiting(waiting)) => waiting.proposal,
        other => panic!("{}", came(other)),
    }
}

async fn found(db: &Db, id: ProposalId) -> Proposal {
    acts::proposal(&mut db.read().await.unwrap(), id).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_over_the_limit_waits_and_is_done_once_when_another_approves() {
    for engine in engines("what is over the limit waits") {
        let town = TestDb::new(engine).await;
        let door = office(&town.db);
        assert_eq!(came(door.carry_out(&who(1, "small"), &credit(100)).await), "done");
        let id = proposed(&door, "large", 150).await;
        // Nothing has happened yet, and asking again is the same question.
        assert_eq!(noted(&town.db, "credit").await, Some(100));
        assert_eq!(proposed(&door, "large", 150).await, id);
        assert_eq!(came(door.carry_out(&who(1, "large"), &credit(151)).await), "key_reused");
        let waiting = found(&town.db, id).await;
        assert_eq!((waiting.changes[0].before.as_str(), waiting.changes[0].after.as_str()), ("100", "250"));
        assert_eq!((waiting.state, waiting.why.as_str()), (ProposalState::Open, "it is more than a dollar"));
        // who | expected
        for (number, expected) in [(1, "own_proposal"), (5, "permission_missing"), (4, "may_not_approve")] {
            let key = format!("try of {number}");
            assert_eq!(came(door.approve(&who(number, &key), id, &registry()).await), expected, "{number}");
        }
        let done = door.approve(&who(2, "yes"), id, &registry()).await.unwrap();
        assert_eq!((noted(&town.db, "credit").await, done.was_repeated), (Some(250), false));
        let again = door.approve(&who(2, "yes"), id, &registry()).await.unwrap();
        assert_eq!((again.act, again.was_repeated), (done.act, true));
        assert_eq!(came(door.approve(&who(2, "yes again"), id, &registry()).await), "proposal_not_open");
        // Whoever gave the command learns what it answered.
        let known = door.carry_out(&who(1, "large"), &credit(150)).await.unwrap();
        assert_eq!((known.outcome, known.was_repeated, known.act), (250, true, done.act));
        let mut reading = town.db.read().await.unwrap();
        let read = &mut reading;
        let kinds: Vec<String> = acts::log(read, ActId(0), 10).await.unwrap().into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        let entry = acts::logged_act(read, done.act).await.unwrap().unwrap();
        assert_eq!((entry.kind.as_str(), entry.actor.0, entry.subject.as_str()), ("test.credit", 1, "account 7"));
        // The weight is on whoever decided.
        let weights = acts::weights(read, noon().date_naive(), noon().date_naive()).await.unwrap();
        let weighed: Vec<(i64, i64)> = weights.iter().map(|one| (one.actor.0, one.cents.0)).collect();
        assert_eq!(weighed, [(1, 100), (2, 150)]);
        drop(reading);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_proposal_is_refused_sent_back_handed_on_and_taken_back() {
    for engine in engines("a proposal is decided") {
        let town = TestDb::new(engine).await;
        let door = office(&town.db);
        let id = proposed(&door, "one", 150).await;
        let again = || Decision::ProposeAgain { evidence: "the plumber's bill".to_owned() };
        // step: who | decision | expected | state after
        let rows = [
            (1, Decision::Refuse, "own_proposal", ProposalState::Open),
            (1, Decision::SendBack, "own_proposal", ProposalState::Open),
            (2, Decision::Withdraw, "not_their_proposal", ProposalState::Open),
            (5, Decision::Refuse, "permission_missing", ProposalState::Open),
            (2, Decision::SendBack, "done", ProposalState::Returned),
            (2, Decision::Refuse, "proposal_not_open", ProposalState::Returned),
            (2, again(), "proposal_not_open", ProposalState::Returned),
            (1, again(), "done", ProposalState::Open),
            (2, Decision::HandTo(actor(1).id), "own_proposal", ProposalState::Open),
            (2, Decision::HandTo(actor(5).id), "may_not_approve", ProposalState::Open),
            (2, Decision::HandTo(actor(3).id), "done", ProposalState::Open),
            (2, Decision::Refuse, "proposal_handed_on", ProposalState::Open),
            (3, Decision::Refuse, "done", ProposalState::Refused),
            (1, again(), "proposal_not_open", ProposalState::Refused),
        ];
        for (step, (number, decision, expected, state)) in rows.into_iter().enumerate() {
            let by = who(number, &format!("step {step}"));
            assert_eq!(came(door.decide(&by, id, &decision).await), expected, "step {step}");
            assert_eq!(found(&town.db, id).await.state, state, "step {step}");
        }
        assert_eq!(found(&town.db, id).await.evidence, "the plumber's bill");
        assert_eq!(came(door.carry_out(&who(1, "one"), &credit(150)).await), "proposal_not_open");
        let other = proposed(&door, "two", 150).await;
        assert_eq!(came(door.decide(&who(1, "mine"), other, &Decision::Withdraw).await), "done");
        assert_eq!(came(door.approve(&who(2, "late"), other, &registry()).await), "proposal_not_open");
        let silent = By { reason: " ".to_owned(), ..who(2, "silent") };
        assert_eq!(came(door.decide(&silent, other, &Decision::Refuse).await), "reason_missing");
        assert_eq!(came(door.approve(&who(2, "none"), ProposalId(999), &registry()).await), "proposal_unknown");
        assert_eq!(noted(&town.db, "credit").await, None);
        // Everything that was decided is in the log of the proposal.
        let filter = LogFilter { subject: Some(("proposal".to_owned(), id.0)), ..LogFilter::default() };
        let mut reading = town.db.read().await.unwrap();
        let read = &mut reading;
        let log = acts::search_log(read, &filter, ActId(i64::MAX), 50).await.unwrap();
        let kinds: Vec<&str> = log.iter().rev().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "acts.propose",
                "acts.send_back_proposal",
                "acts.propose_again",
                "acts.hand_on_proposal",
                "acts.refuse_proposal"
            ]
        );
        drop(reading);
        town.remove().await;
    }
}

#[tokio::test]
async fn what_was_judged_on_something_else_is_out_of_date_and_what_waits_too_long_expires() {
    for engine in engines("what was judged on something else") {
        let town = TestDb::new(engine).await;
        let door = office(&town.db);
        let stale = proposed(&door, "stale", 150).await;
        door.carry_out(&who(1, "between"), &credit(50)).await.unwrap();
        assert_eq!(came(door.approve(&who(2, "yes"), stale, &registry()).await), "proposal_stale");
        assert_eq!(found(&town.db, stale).await.state, ProposalState::Stale);
        let old = proposed(&door, "old", 150).await;
        let late = later(&town.db, 15);
        assert_eq!(came(late.approve(&who(2, "too late"), old, &registry()).await), "proposal_expired");
        assert_eq!(came(later(&town.db, 14).approve(&who(2, "last day"), old, &registry()).await), "done");
        let unknown = proposed(&door, "unknown", 150).await;
        assert_eq!(came(door.approve(&who(2, "?"), unknown, &Registry::default()).await), "proposal_unreadable");
        assert_eq!(noted(&town.db, "credit").await, Some(200));
        town.remove().await;
    }
}

#[tokio::test]
async fn two_who_approve_at_once_do_it_once() {
    for engine in engines("two who approve at once") {
        let town = TestDb::new(engine).await;
        let other = Db::open(&town.url).await.unwrap();
        let (ours, theirs) = (office(&town.db), office(&other));
        let known = registry();
        for round in 0..5 {
            let id = proposed(&ours, &format!("round {round}"), 150).await;
            let (by, too) = (who(2, &format!("a {round}")), who(3, &format!("b {round}")));
            let (first, second) = tokio::join!(ours.approve(&by, id, &known), theirs.approve(&too, id, &known));
            let mut came = [came(first), came(second)];
            came.sort_unstable();
            assert_eq!(came, ["done", "proposal_not_open"]);
        }
        assert_eq!((noted(&town.db, "credit").await, acts_logged(&town.db).await), (Some(750), 15));
        other.close().await;
        town.remove().await;
    }
}

#[tokio::test]
async fn conflicts_hold_for_what_an_act_turns_out_to_concern() {
    for engine in engines("conflicts hold") {
        let town = TestDb::new(engine).await;
        let door = Door::new(town.db.clone(), Arc::new(frozen_clock()), Arc::new(UpToADollar), Arc::new(Friends));
        assert_eq!(came(door.carry_out(&who(3, "theirs"), &credit(50)).await), "conflict_of_interest");
        assert_eq!(noted(&town.db, "credit").await, None);
        let done = door.carry_out(&who(2, "odd"), &credit(13)).await.unwrap();
        let id = proposed(&door, "large", 150).await;
        // Whoever is in conflict does not approve it either.
        assert_eq!(came(door.approve(&who(3, "no"), id, &registry()).await), "conflict_of_interest");
        let mut reading = town.db.read().await.unwrap();
        let read = &mut reading;
        let flags = acts::flags(read, noon().date_naive(), noon().date_naive()).await.unwrap();
        let flags: Vec<_> = flags.iter().map(|flag| (flag.act, flag.pattern.as_str(), flag.account)).collect();
        // What the act itself found odd stands beside what the conflicts warned of.
        let account = Some(AccountId(7));
        assert_eq!(flags, [(done.act, "same_address", account), (done.act, "unlucky", account)]);
        drop(reading);
        town.remove().await;
    }
}
