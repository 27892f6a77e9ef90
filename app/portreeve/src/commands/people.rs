//! `staff`: roles, who has them, who stands in, whose account is whose, and the reviews.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use kernel::AccountId;
use staff::people::{self, Contact, RelationKind};
use staff::{
    AssignRole, DeclareRelation, EndRelation, EndRole, EndStandIn, EraseContact, EstablishRoles, JoinStaff, LeaveStaff,
    MoveStaff, RecordCompensatingReview, ReviewOutlier, StandIn,
};

use super::reports::Form;
use super::{Ended, Outcome, office, office_and_who, read_text};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

/// People.
#[derive(Subcommand)]
pub enum PeopleCommand {
    /// Put the roles of a file in force, in the place of those that stand
    Roles {
        /// The file (TOML)
        file: PathBuf,
    },
    /// Somebody begins to work here
    Join(JoinArgs),
    /// Somebody gets another position, another supervisor, other roles
    Move(MoveArgs),
    /// Somebody does not work here any more; they can do nothing from now on
    Leave {
        /// Their code
        code: String,
        /// Their last day; today when it is not given
        #[arg(long = "on", value_name = "DATE")]
        left_on: Option<NaiveDate>,
    },
    /// Erase how somebody who left was reached, from their record and from the log
    Erase {
        /// Their code
        code: String,
    },
    /// Give and end single roles
    #[command(subcommand)]
    Role(RoleCommand),
    /// Let somebody act for somebody absent
    #[command(subcommand)]
    StandIn(StandInCommand),
    /// Declare whose account is whose
    #[command(subcommand)]
    Relation(RelationCommand),
    /// List people with position, supervisor and roles
    List,
    /// Who may do what, from where, when they last did, and what they do not need
    Review {
        #[command(flatten)]
        form: Form,
    },
    /// Record that somebody else looks at what one person does with two permissions that do not go together
    Compensate {
        /// The code of who has both
        code: String,
        /// One permission
        permission: String,
        /// The other
        other: String,
        /// What is looked at, and how often
        #[arg(long)]
        words: String,
        /// The last day it holds
        #[arg(long = "through", value_name = "DATE")]
        through_on: NaiveDate,
    },
    /// What looked odd in some days, and who has looked at it
    Outliers {
        /// The first business date
        #[arg(long)]
        from: NaiveDate,
        /// The last business date
        #[arg(long)]
        through: NaiveDate,
        #[command(flatten)]
        form: Form,
    },
    /// Record what you found when you looked at something odd
    Looked {
        /// The number of the entry
        entry: i64,
        /// The pattern, such as split_amounts
        pattern: String,
        /// What you found
        #[arg(long)]
        found: String,
    },
}

/// Somebody new.
#[derive(Args)]
pub struct JoinArgs {
    /// The code others will know them by
    code: String,
    /// Their name
    #[arg(long)]
    name: String,
    /// What they are employed as
    #[arg(long)]
    position: String,
    /// The code of whom they report to
    #[arg(long, value_name = "CODE")]
    supervisor: Option<String>,
    /// What they know, separated by commas
    #[arg(long, default_value = "")]
    skills: String,
    /// Their mail address
    #[arg(long, default_value = "")]
    email: String,
    /// Their telephone number
    #[arg(long, default_value = "")]
    phone: String,
    /// Where they live
    #[arg(long, default_value = "")]
    address: String,
    /// A role; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Their first day; today when it is not given
    #[arg(long = "on", value_name = "DATE")]
    joined_on: Option<NaiveDate>,
}

/// Somebody who moves.
#[derive(Args)]
pub struct MoveArgs {
    /// Their code
    code: String,
    /// What they are employed as now
    #[arg(long)]
    position: String,
    /// The code of whom they report to now
    #[arg(long, value_name = "CODE")]
    supervisor: Option<String>,
    /// A role they have from then on; may be repeated. Roles not named end the day before
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// The first day with these roles; today when it is not given
    #[arg(long = "from", value_name = "DATE")]
    from_on: Option<NaiveDate>,
}

/// Single roles.
#[derive(Subcommand)]
pub enum RoleCommand {
    /// Give somebody a role
    Assign {
        /// Their code
        code: String,
        /// The role
        role: String,
        /// The first day; today when it is not given
        #[arg(long = "from", value_name = "DATE")]
        from_on: Option<NaiveDate>,
        /// The last day, if it is known
        #[arg(long = "through", value_name = "DATE")]
        through_on: Option<NaiveDate>,
    },
    /// End a role of somebody
    End {
        /// Their code
        code: String,
        /// The role
        role: String,
        /// The last day; yesterday ends it at once
        #[arg(long = "through", value_name = "DATE")]
        through_on: NaiveDate,
    },
}

/// Acting authority.
#[derive(Subcommand)]
pub enum StandInCommand {
    /// Let somebody act for somebody absent, for some days
    Begin {
        /// The code of who acts
        code: String,
        /// The code of who is absent
        #[arg(long = "for", value_name = "CODE")]
        absent: String,
        /// The first day
        #[arg(long = "from", value_name = "DATE")]
        from_on: NaiveDate,
        /// The last day
        #[arg(long = "through", value_name = "DATE")]
        through_on: NaiveDate,
    },
    /// End it earlier
    End {
        /// Its number, as `staff stand-in list` shows it
        number: i64,
        /// The last day; yesterday ends it at once
        #[arg(long = "through", value_name = "DATE")]
        through_on: NaiveDate,
    },
    /// List who stands in for whom
    List,
}

/// Whose account is whose.
#[derive(Subcommand)]
pub enum RelationCommand {
    /// Declare that an account is somebody's own or their household's
    Declare {
        /// Their code: yours, or of somebody who reports to you
        code: String,
        /// The number or reference of the account
        account: String,
        /// It is of their household and not their own
        #[arg(long)]
        household: bool,
    },
    /// Record that it is theirs no more; their supervisor can
    End {
        /// Their code
        code: String,
        /// The number or reference of the account
        account: String,
    },
    /// List the accounts of somebody
    List {
        /// Their code
        code: String,
    },
}

/// Changes or shows what people may do.
pub async fn run(settings: &Settings, command: PeopleCommand) -> Outcome {
    match command {
        PeopleCommand::List => list(settings).await?,
        PeopleCommand::Review { form } => {
            let office = office(settings).await?;
            let lines =
                people::access_review(&mut office.db().read().await?, settings.today, office.door.now()).await?;
            form.write(&people::access_report(&lines, settings.today))?;
        }
        PeopleCommand::Outliers { from, through, form } => outliers(settings, (from, through), &form).await?,
        PeopleCommand::StandIn(StandInCommand::List) => list_stand_ins(settings).await?,
        PeopleCommand::Relation(RelationCommand::List { code }) => list_relations(settings, &code).await?,
        command => change(settings, command).await?,
    }
    Ok(Ended::Done)
}

/// Carries out what changes something.
async fn change(settings: &Settings, command: PeopleCommand) -> Result<(), Ended> {
    let (office, who) = office_and_who(settings).await?;
    let today = settings.today;
    let words = match command {
        PeopleCommand::Roles { file } => {
            let text = read_text(&file)?;
            let read = toml::from_str(&text);
            let roles: EstablishRoles = read.map_err(|error| Ended::Refused(format!("{}: {error}", file.display())))?;
            format!("{} roles are in force", office.act_now(&who, &roles).await?.outcome)
        }
        PeopleCommand::Join(args) => {
            let join = args.join(today);
            office.act_now(&who, &join).await?;
            format!("{} works here from {}", join.code, join.joined_on)
        }
        PeopleCommand::Move(args) => {
            let MoveArgs { code, position, supervisor, roles, from_on } = args;
            let (from_on, roles) = (from_on.unwrap_or(today), roles.into_iter().collect());
            let act = MoveStaff { actor: code, position, supervisor, roles, from_on };
            office.act_now(&who, &act).await?;
            format!("{} is {} and has these roles from {from_on}", act.actor, act.position)
        }
        PeopleCommand::Leave { code, left_on } => {
            let act = LeaveStaff { actor: code, left_on: left_on.unwrap_or(today) };
            office.act_now(&who, &act).await?;
            format!("{} left on {} and can do nothing any more", act.actor, act.left_on)
        }
        PeopleCommand::Erase { code } => {
            let act = EraseContact { actor: code };
            office.act_now(&who, &act).await?;
            format!("how {} was reached is erased", act.actor)
        }
        PeopleCommand::Role(RoleCommand::Assign { code, role, from_on, through_on }) => {
            let act = AssignRole { actor: code, role, from_on: from_on.unwrap_or(today), through_on };
            office.act_now(&who, &act).await?;
            format!("{} has the role {} from {}", act.actor, act.role, act.from_on)
        }
        PeopleCommand::Role(RoleCommand::End { code, role, through_on }) => {
            let act = EndRole { actor: code, role, through_on };
            office.act_now(&who, &act).await?;
            format!("{} has the role {} through {through_on}", act.actor, act.role)
        }
        PeopleCommand::Compensate { code, permission, other, words, through_on } => {
            let act = RecordCompensatingReview { actor: code, permission, other, words, through_on };
            office.act_now(&who, &act).await?;
            format!("a review makes up for {} and {} of {} through {through_on}", act.permission, act.other, act.actor)
        }
        PeopleCommand::Looked { entry, pattern, found } => {
            let act = ReviewOutlier { entry, pattern, words: found };
            office.act_now(&who, &act).await?;
            format!("'{}' of entry {entry} is reviewed", act.pattern)
        }
        PeopleCommand::StandIn(command) => stand_in(&office, &who, command).await?,
        PeopleCommand::Relation(command) => relation(&office, &who, command).await?,
        PeopleCommand::List | PeopleCommand::Review { .. } | PeopleCommand::Outliers { .. } => return Ok(()),
    };
    output::talk(&words);
    Ok(())
}

impl JoinArgs {
    fn join(self, today: NaiveDate) -> JoinStaff {
        let JoinArgs { code, name, position, supervisor, skills, email, phone, address, roles, joined_on } = self;
        let (roles, joined_on) = (roles.into_iter().collect(), joined_on.unwrap_or(today));
        JoinStaff {
            code,
            name,
            position,
            supervisor,
            skills,
            contact: Contact { email, phone, address },
            roles,
            joined_on,
        }
    }
}

async fn stand_in(office: &Office, who: &crate::office::Who, command: StandInCommand) -> Result<String, Ended> {
    match command {
        StandInCommand::Begin { code, absent, from_on, through_on } => {
            let act = StandIn { absent, actor: code, from_on, through_on };
            let number = office.act_now(who, &act).await?.outcome;
            Ok(format!("{} acts for {} from {from_on} through {through_on}, number {number}", act.actor, act.absent))
        }
        StandInCommand::End { number, through_on } => {
            office.act_now(who, &EndStandIn { stand_in: number, through_on }).await?;
            Ok(format!("number {number} ends with {through_on}"))
        }
        StandInCommand::List => Ok(String::new()),
    }
}

async fn relation(office: &Office, who: &crate::office::Who, command: RelationCommand) -> Result<String, Ended> {
    match command {
        RelationCommand::Declare { code, account, household } => {
            let kind = if household { RelationKind::Household } else { RelationKind::Own };
            let words = format!("account {account} is on record as that of {code}");
            let account = account_named(office, &account).await?;
            office.act_now(who, &DeclareRelation { actor: code, account, kind }).await?;
            Ok(words)
        }
        RelationCommand::End { code, account } => {
            let words = format!("account {account} is not that of {code} any more");
            let account = account_named(office, &account).await?;
            office.act_now(who, &EndRelation { actor: code, account }).await?;
            Ok(words)
        }
        RelationCommand::List { .. } => Ok(String::new()),
    }
}

async fn account_named(office: &Office, name: &str) -> Result<AccountId, Ended> {
    let found = customers::account_named(&mut office.db().read().await?, name).await?;
    found.map(|account| account.id).ok_or_else(|| Ended::Refused(format!("there is no account '{name}'")))
}

async fn list(settings: &Settings) -> Result<(), Ended> {
    let office = office(settings).await?;
    let everybody = people::people(&mut office.db().read().await?).await?;
    let codes: BTreeMap<_, _> = everybody.iter().map(|person| (person.actor, person.code.as_str())).collect();
    for person in &everybody {
        let above = person.supervisor.and_then(|above| codes.get(&above).copied()).unwrap_or("-");
        let roles = person.roles_on(settings.today).join(", ");
        let left = person.left_on.map(|day| format!("  left on {day}")).unwrap_or_default();
        output::data(&format!("{:<14}{:<26}{:<34}{above:<14}{roles}{left}", person.code, person.name, person.position));
    }
    Ok(())
}

async fn list_stand_ins(settings: &Settings) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let names = staff::names(&mut read).await?;
    for one in people::stand_ins(&mut read).await? {
        let name = |actor| names.get(&actor).map_or("", String::as_str);
        let through = one.days.through_on.map(|day| day.to_string()).unwrap_or_default();
        output::data(&format!(
            "{:<8}{} acts for {} from {} through {through}",
            one.id,
            name(one.actor),
            name(one.absent),
            one.days.from_on
        ));
    }
    Ok(())
}

async fn list_relations(settings: &Settings, code: &str) -> Result<(), Ended> {
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let actor = staff::actor_by_code(&mut read, code).await?;
    let actor = actor.ok_or_else(|| Ended::Refused(format!("nobody has the code {code}")))?;
    let relations = people::relations(&mut read, actor.id).await?;
    let accounts: Vec<AccountId> = relations.iter().map(|relation| relation.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    for relation in relations {
        let number = accounts.get(&relation.account).map(|account| account.number.to_string()).unwrap_or_default();
        let ended = relation.ended_on.map(|day| format!(", ended {day}")).unwrap_or_default();
        output::data(&format!("{number:<14}{:<12}since {}{ended}", relation.kind.code(), relation.declared_on));
    }
    Ok(())
}

async fn outliers(settings: &Settings, (from, through): (NaiveDate, NaiveDate), form: &Form) -> Result<(), Ended> {
    if through < from {
        return Err(Ended::WrongUse(format!("{through} lies before {from}")));
    }
    let office = office(settings).await?;
    let mut read = office.db().read().await?;
    let rows = people::outliers(&mut read, from, through).await?;
    let accounts: Vec<AccountId> = rows.iter().filter_map(|row| row.outlier.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    let numbers = accounts.into_iter().map(|(id, account)| (id, account.number.to_string())).collect();
    let names = staff::names(&mut read).await?;
    form.write(&people::outlier_report(&rows, (&names, &numbers), (from, through)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::commands::{PERMISSIONS_TO_COME, all_permissions};

    fn saguaro_bend() -> EstablishRoles {
        toml::from_str(include_str!("../../../../towns/saguaro-bend/roles.toml")).unwrap()
    }

    #[test]
    fn the_roles_of_saguaro_bend_name_permissions_there_are_and_leave_none_to_nobody() {
        let known: BTreeSet<&str> = all_permissions().iter().map(|permission| permission.code).collect();
        let to_come = PERMISSIONS_TO_COME.map(|permission| permission.code);
        assert!(to_come.iter().all(|code| !known.contains(code)), "what is built is not to come");
        let known: BTreeSet<&str> = known.into_iter().chain(to_come).collect();
        let roles = saguaro_bend();
        let given: BTreeSet<&str> =
            roles.roles.iter().flat_map(|role| role.permissions.iter().map(String::as_str)).collect();
        let paired = roles.incompatible.iter().flat_map(|pair| [pair.permission.as_str(), pair.other.as_str()]);
        let named: BTreeSet<&str> = paired.chain(given.iter().copied()).collect();
        assert_eq!(named.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "named, but not there");
        let missing: Vec<_> = known.difference(&given).collect();
        assert_eq!(missing, [&"customers.bank_details", &"payments.refund"], "nobody may do it");
        assert_eq!(roles.roles.len(), 17);
    }

    #[test]
    fn the_system_administrator_has_nothing_of_money_reads_or_rates() {
        let roles = saguaro_bend();
        let role = roles.roles.iter().find(|role| role.code == "system_administrator").unwrap();
        let rooms: BTreeSet<&str> = role.permissions.iter().map(|code| code.split('.').next().unwrap()).collect();
        assert_eq!(rooms.into_iter().collect::<Vec<_>>(), ["acts", "attachments", "staff", "town", "webhooks"]);
        assert!(role.limits.is_empty());
    }
}
