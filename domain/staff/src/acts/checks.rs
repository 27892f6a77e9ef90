//! What every act about people checks: words, days, who is meant, and that nobody ends up with too much.

use std::collections::BTreeSet;

use acts::{Entry, Failure, refuse, refused};
use chrono::{Days as DayCount, NaiveDate};
use kernel::ActorId;

use super::{PeopleRefused, RolesRefused};
use crate::people::{self, Days, Person, RoleBook};
use crate::{PEOPLE, store};

/// How far ahead a day may lie: ten years.
const DAYS_AHEAD: u64 = 3_653;

/// Whether a field may be left empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// There must be words.
    Needed,
    /// It may be empty.
    Optional,
}

/// Refuses words that are missing, too long or not printable.
pub(super) fn check_text(what: &'static str, text: &str, longest: usize, need: Need) -> Result<(), PeopleRefused> {
    if need == Need::Needed && text.trim().is_empty() {
        return Err(PeopleRefused::TextMissing { what });
    }
    if longest < text.chars().count() {
        return Err(PeopleRefused::TextTooLong { what, longest });
    }
    let is_hidden = |letter: char| letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter);
    if text.chars().any(is_hidden) {
        return Err(PeopleRefused::TextBroken { what });
    }
    Ok(())
}

/// Refuses days that run backwards or lie too far ahead.
pub(super) fn check_days(days: Days, today: NaiveDate) -> Result<(), PeopleRefused> {
    if let Some(through_on) = days.through_on
        && !days.is_forward()
    {
        return Err(PeopleRefused::DaysBackwards { from_on: days.from_on, through_on });
    }
    check_not_far(days.through_on.unwrap_or(days.from_on), today)
}

/// Refuses days that lie too far ahead.
pub(super) fn check_not_far(day: NaiveDate, today: NaiveDate) -> Result<(), PeopleRefused> {
    let latest = today.checked_add_days(DayCount::new(DAYS_AHEAD)).unwrap_or(NaiveDate::MAX);
    if latest < day { Err(PeopleRefused::DayTooFar { day, latest }) } else { Ok(()) }
}

/// Refuses days that are over: what somebody could do then stays on record.
pub(super) fn check_not_past(day: NaiveDate, today: NaiveDate) -> Result<(), PeopleRefused> {
    if day < today { Err(PeopleRefused::DayPast { day, today }) } else { Ok(()) }
}

/// The actor with that code.
pub(super) async fn actor_named(entry: &mut Entry, code: &str) -> Result<ActorId, Failure> {
    let found = store::actor_by_code(entry, code).await?;
    found.map(|actor| actor.id).ok_or_else(|| refused(PeopleRefused::UnknownActor { actor: code.to_owned() }))
}

/// Somebody who works here now.
pub(super) async fn staff_named(entry: &mut Entry, code: &str) -> Result<Person, Failure> {
    let actor = actor_named(entry, code).await?;
    let person = people::person(entry, actor).await?.filter(|person| person.is_active && person.left_on.is_none());
    person.ok_or_else(|| refused(PeopleRefused::NotOnStaff { actor: code.to_owned() }))
}

/// Somebody who works here now and is not who asks.
pub(super) async fn other_staff_named(entry: &mut Entry, code: &str) -> Result<Person, Failure> {
    let person = staff_named(entry, code).await?;
    check_not_own(entry, person.actor, code)?;
    Ok(person)
}

/// Refuses who decides about themself.
pub(super) fn check_not_own(entry: &Entry, actor: ActorId, code: &str) -> Result<(), Failure> {
    if entry.actor.id == actor { refuse(PeopleRefused::OwnChange { actor: code.to_owned() }) } else { Ok(()) }
}

/// The supervisor with that code: somebody who works here.
pub(super) async fn supervisor_named(entry: &mut Entry, code: Option<&str>) -> Result<Option<ActorId>, Failure> {
    match code {
        Some(code) => Ok(Some(staff_named(entry, code).await?.actor)),
        None => Ok(None),
    }
}

/// Refuses a supervisor who reports, in the end, to the same person.
pub(super) async fn check_circle(
    entry: &mut Entry,
    (actor, code): (ActorId, &str),
    supervisor: Option<(ActorId, &str)>,
) -> Result<(), Failure> {
    let Some((supervisor, supervisor_code)) = supervisor else { return Ok(()) };
    let above = people::supervisors(entry).await?;
    let mut seen = BTreeSet::new();
    let mut next = Some(supervisor);
    while let Some(one) = next.filter(|one| seen.insert(*one)) {
        if one == actor {
            let (actor, supervisor) = (code.to_owned(), supervisor_code.to_owned());
            return refuse(PeopleRefused::SupervisorCircle { actor, supervisor });
        }
        next = above.get(&one).copied();
    }
    Ok(())
}

/// Refuses roles that are not in force.
pub(super) fn check_roles<'a>(
    book: &RoleBook,
    roles: impl IntoIterator<Item = &'a String>,
) -> Result<(), PeopleRefused> {
    let is_unknown = |role: &&String| book.permissions(role).is_empty();
    match roles.into_iter().find(is_unknown) {
        Some(role) => Err(PeopleRefused::UnknownRole { role: role.clone() }),
        None => Ok(()),
    }
}

/// Before roles change: keeps others who change roles waiting, and learns how things stand.
pub(super) struct Before {
    /// The roles.
    pub(super) book: RoleBook,
    approvers: BTreeSet<ActorId>,
    /// Whether somebody can be asked today.
    has_approver: bool,
}

impl Before {
    /// How things stand before an act writes.
    pub(super) async fn of(entry: &mut Entry) -> Result<Before, Failure> {
        people::hold_roles(entry).await?;
        let book = people::role_book(entry).await?;
        let approvers = people::approver_ids(entry).await?;
        let today = entry.today;
        let has_approver = people::has_approver_on(entry, today).await?;
        Ok(Before { book, approvers, has_approver })
    }

    /// After an act wrote that somebody has more: refuses what does not go together, for them and for those who stand
    /// in for them, and asks for a second person.
    pub(super) async fn gained(&self, entry: &mut Entry, actor: ActorId) -> Result<(), Failure> {
        check_held(entry, &self.book, actor).await?;
        for standing in people::stand_ins_for(entry, actor).await? {
            if standing.days.reach(entry.today) {
                entry.favors(standing.actor);
                check_held(entry, &self.book, standing.actor).await?;
            }
        }
        entry.favors(actor);
        self.ask_second(entry);
        Ok(())
    }

    /// Asks for a second person. Only the first people of a town come in without: until they are there, nobody could
    /// be asked. What counts is how things stood before the act, so that it cannot take away who would be asked.
    pub(super) fn ask_second(&self, entry: &mut Entry) {
        if self.has_approver {
            entry.is_under(PEOPLE);
        }
    }

    /// After an act wrote that somebody has less: refuses to leave the town without anybody who approves roles.
    pub(super) async fn lost(&self, entry: &mut Entry, code: &str) -> Result<(), Failure> {
        match self.has_none_left(entry).await? {
            true => refuse(PeopleRefused::LastApprover { actor: code.to_owned() }),
            false => Ok(()),
        }
    }

    /// The same after an act changed the roles themselves.
    pub(super) async fn lost_by_roles(&self, entry: &mut Entry) -> Result<(), Failure> {
        match self.has_none_left(entry).await? {
            true => refuse(RolesRefused::NoApproverLeft),
            false => Ok(()),
        }
    }

    async fn has_none_left(&self, entry: &mut Entry) -> Result<bool, Failure> {
        Ok(!self.approvers.is_empty() && people::approver_ids(entry).await?.is_empty())
    }
}

/// Refuses what somebody has together and must not.
pub(super) async fn check_held(entry: &mut Entry, book: &RoleBook, actor: ActorId) -> Result<(), Failure> {
    let grants = people::grants_of(entry, actor).await?;
    let direct = people::direct(entry, actor).await?;
    let reviews = people::reviews_of(entry, actor).await?;
    let Some(clash) = people::check_person(book, (&grants, &direct), &reviews, entry.today) else { return Ok(()) };
    let actor = store::code_of(entry, actor).await?;
    let people::Clash { permission, other, sentence } = clash;
    refuse(PeopleRefused::Incompatible { actor, permission, other, sentence })
}

#[cfg(test)]
mod tests {
    use kernel::Refusal;

    use super::*;

    #[test]
    fn words_are_there_and_short_and_can_be_printed() {
        #[rustfmt::skip]
        let rows = [
            ("Ann O'Brien-Núñez",       Need::Needed,   None),
            ("",                        Need::Optional, None),
            ("",                        Need::Needed,   Some("text_missing")),
            (" \u{a0} ",                Need::Needed,   Some("text_missing")),
            ("twenty characters ok",    Need::Needed,   None),
            ("twenty-one characters",   Need::Needed,   Some("text_too_long")),
            ("two\nlines",              Need::Optional, Some("text_broken")),
            ("nul\0",                   Need::Optional, Some("text_broken")),
            ("\u{202e}backwards",       Need::Optional, Some("text_broken")),
            ("<script>'; drop",         Need::Needed,   None),
        ];
        for (text, need, expected) in rows {
            let refusal = check_text("The name", text, 20, need).err();
            assert_eq!(refusal.map(|refusal| refusal.code()), expected, "{text:?}");
        }
    }

    #[test]
    fn days_run_forward_and_not_too_far() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-07-01");
        #[rustfmt::skip]
        let rows = [
            ("2026-07-01", None,               None),
            ("2026-07-01", Some("2026-07-01"), None),
            ("2026-07-02", Some("2026-07-01"), Some("days_backwards")),
            ("2036-07-01", None,               None),
            ("2036-07-02", None,               Some("day_too_far")),
            ("2026-07-01", Some("9999-12-31"), Some("day_too_far")),
        ];
        for (from, through, expected) in rows {
            let days = Days { from_on: day(from), through_on: through.map(day) };
            assert_eq!(check_days(days, today).err().map(|refusal| refusal.code()), expected, "{days:?}");
        }
    }
}
