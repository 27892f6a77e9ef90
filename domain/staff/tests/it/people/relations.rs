//! Everybody declares their own accounts; nobody opens the way to them again.

use kernel::AccountId;
use staff::people::RelationKind;
use staff::{DeclareRelation, EndRelation, JoinStaff};
use testkit::engines;

use super::town::{Town, join, july};

fn declare(actor: &str, account: i64, kind: RelationKind) -> DeclareRelation {
    DeclareRelation { actor: actor.to_owned(), account: AccountId(account), kind }
}

#[tokio::test]
async fn accounts_are_declared_by_oneself_or_the_supervisor_and_ended_by_the_supervisor() {
    for engine in engines("accounts_are_declared_by_oneself_or_the_supervisor_and_ended_by_the_supervisor") {
        let town = Town::founded(engine).await;
        let under =
            |code: &str, above: &str| JoinStaff { supervisor: Some(above.to_owned()), ..join(code, &["clerk"]) };
        town.ok(&under("ann", "boss")).await;
        town.ok(&under("ben", "ann")).await;
        let own = RelationKind::Own;
        let end = |actor: &str, account| EndRelation { actor: actor.to_owned(), account: AccountId(account) };

        assert_eq!(town.try_as("ann", &declare("ann", 100, own)).await, Ok(()));
        assert_eq!(town.try_as("ann", &declare("ann", 100, own)).await, Err("relation_stands"));
        assert_eq!(
            town.try_as("ann", &declare("ann", 100, RelationKind::Household)).await,
            Ok(()),
            "it became another"
        );
        assert_eq!(town.try_as("ann", &declare("ben", 101, own)).await, Ok(()), "ben reports to ann");
        assert_eq!(town.try_as("ben", &declare("ann", 101, own)).await, Err("not_their_supervisor"));
        assert_eq!(town.try_as("boss", &declare("ben", 102, own)).await, Err("not_their_supervisor"));
        assert_eq!(town.try_as("ann", &declare("ann", 0, own)).await, Err("unknown_account"));
        assert_eq!(town.try_as("console", &declare("ann", 103, own)).await, Err("permission_missing"));

        assert_eq!(town.try_as("ann", &end("ann", 100)).await, Err("own_change"));
        assert_eq!(town.try_as("ben", &end("ann", 100)).await, Err("not_their_supervisor"));
        assert_eq!(town.try_as("boss", &end("ann", 101)).await, Err("no_relation"));
        assert_eq!(town.try_as("boss", &end("ann", 100)).await, Ok(()));
        assert_eq!(town.try_as("boss", &end("ann", 100)).await, Err("no_relation"));
        let ann = town.id("ann").await;
        let relations = staff::people::relations(&mut town.read().await, ann).await.unwrap();
        let rows: Vec<_> = relations.iter().map(|one| (one.account.0, one.kind, one.ended_on)).collect();
        assert_eq!(rows, [(100, RelationKind::Household, Some(july(1)))]);
        town.base.remove().await;
    }
}
