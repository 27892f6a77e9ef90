//! Where the lines of a timeline come from: the books, services, reads and the log.

use std::collections::{BTreeMap, BTreeSet};

use acts::{LogFilter, LoggedAct};
use chrono::NaiveDate;
use db::Read;
use finance::JournalHead;
use kernel::{ActId, ServicePointId};
use ledger::JournalKind;
use metering::{ReadKind, ReadRecord};
use web::shown::{capital, date};
use web::{Ask, Problem, Tone, encoded};

use crate::account::events::{Kind, Source, Told};
use crate::account::loaded::Loaded;
use crate::words;

/// The most that is read from one source at once.
const MOST: i64 = 40;

/// What is asked of the sources.
pub(crate) struct Wanted {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// The last day.
    pub through: NaiveDate,
}

impl Wanted {
    fn wants(&self, kinds: &[Kind]) -> bool {
        self.kind.is_none_or(|kind| kinds.contains(&kind))
    }
}

/// The lines of every source that has some of what is asked.
pub(crate) async fn read_sources(
    ask: &Ask,
    read: &mut Read,
    loaded: &Loaded,
    wanted: &Wanted,
) -> Result<Vec<Source>, Problem> {
    let mut sources = Vec::new();
    let mut log = Vec::new();
    if wanted.wants(&[Kind::Adjustments, Kind::Notes, Kind::Changes, Kind::Payments]) {
        log = logged(read, loaded, wanted).await?;
    }
    let mut written = BTreeSet::new();
    if wanted.wants(&[Kind::Bills, Kind::Payments, Kind::Adjustments, Kind::Changes]) {
        let heads = finance::newest_journals(read, loaded.named.id, wanted.through, MOST).await?;
        written.extend(heads.iter().map(|head| head.act));
        sources.push(books(ask, loaded, (&heads, &log)));
    }
    if wanted.wants(&[Kind::Moves]) {
        sources.push(moves(loaded, wanted.through));
    }
    if wanted.wants(&[Kind::Reads]) {
        sources.push(reads(read, loaded, wanted.through).await?);
    }
    // What wrote a journal stands in the timeline as that journal.
    sources.push(entries(ask, loaded, &log, &written));
    for source in &mut sources {
        source.lines.retain(|line| wanted.kind.is_none_or(|kind| line.kind == kind));
    }
    Ok(sources)
}

async fn logged(read: &mut Read, loaded: &Loaded, wanted: &Wanted) -> Result<Vec<LoggedAct>, Problem> {
    let filter = LogFilter {
        subject: Some(("account".to_owned(), loaded.named.id.0)),
        through: Some(wanted.through),
        kind: (wanted.kind == Some(Kind::Notes)).then(|| NOTE.to_owned()),
        ..LogFilter::default()
    };
    let mut log = acts::search_log(read, &filter, ActId(i64::MAX), MOST).await?;
    // The words of notes are kept apart from the log, and are for whoever sees the account.
    let notes: Vec<ActId> = log.iter().filter(|entry| entry.kind == NOTE).map(|entry| entry.act).collect();
    let mut words = acts::kept_apart(read, &notes).await?;
    for entry in &mut log {
        if let Some(apart) = words.remove(&entry.act) {
            entry.command = apart.command;
        }
    }
    Ok(log)
}

/// The kind of a note in the log.
const NOTE: &str = "customers.add_note";

/// The day of the oldest of as many things as were asked for: there may be more.
fn cut_on(count: usize, oldest: Option<NaiveDate>) -> Option<NaiveDate> {
    oldest.filter(|_| usize::try_from(MOST).is_ok_and(|most| most <= count))
}

fn books(ask: &Ask, loaded: &Loaded, (heads, log): (&[JournalHead], &[LoggedAct])) -> Source {
    let by_act: BTreeMap<ActId, &LoggedAct> = log.iter().map(|entry| (entry.act, entry)).collect();
    let due: BTreeMap<String, NaiveDate> =
        loaded.bills.iter().map(|bill| (bill.number.to_string(), bill.due_on)).collect();
    let lines = heads.iter().map(|head| {
        let entry = by_act.get(&head.act);
        let journal = loaded.named.journal(ask, head.journal).unwrap_or_else(|| loaded.named.href("ledger"));
        let bill = format!("/bills/{}", encoded(&head.document));
        let reason = entry.map(|entry| entry.reason.clone()).unwrap_or_default();
        let (kind, title, text, href) = match head.kind {
            JournalKind::Bill => {
                let due = due.get(&head.document).map_or_else(String::new, |due| format!("Due on {}.", date(due)));
                (Kind::Bills, format!("Bill {}", head.document), due, bill)
            }
            JournalKind::BillReversal => (Kind::Bills, format!("Bill {} taken back", head.document), reason, journal),
            JournalKind::Payment => (Kind::Payments, format!("Payment {}", head.document), reason, journal),
            JournalKind::Adjustment => {
                (Kind::Adjustments, format!("Adjustment of bill {}", head.document), reason, journal)
            }
            JournalKind::Transfer | JournalKind::Opening => {
                (Kind::Adjustments, format!("{} {}", capital(head.kind.words()), head.document), reason, journal)
            }
        };
        Told {
            kind,
            on: head.gl_on,
            rank: 1_000_000 + head.journal.0,
            when: date(&head.gl_on),
            title,
            text,
            who: entry.map_or_else(String::new, |entry| loaded.names.of(entry.actor)),
            href,
            tone: Tone::Plain,
            cents: Some(loaded.moved_by(head.journal)),
        }
    });
    Source { lines: lines.collect(), cut_on: cut_on(heads.len(), heads.last().map(|head| head.gl_on)) }
}

/// Services that start or stop on one day at one place are one line.
fn moves(loaded: &Loaded, through: NaiveDate) -> Source {
    let mut days: BTreeMap<_, Vec<(&str, ServicePointId)>> = BTreeMap::new();
    for one in &loaded.services {
        let place = loaded.points.get(&one.service_point).map_or("", |(_, address)| address.as_str());
        let place = loaded.place(place);
        let what = (one.service.as_str(), one.service_point);
        days.entry((one.starts_on, true, place.clone())).or_default().push(what);
        if let Some(stops_on) = one.stops_on {
            // What a clerk is told is the last day of service, not the one after it.
            let last_on = stops_on.pred_opt().unwrap_or(stops_on);
            days.entry((last_on, false, place)).or_default().push(what);
        }
    }
    let told = days.into_iter().rev().filter(|((on, _, _), _)| *on <= through);
    let lines = told.map(|((on, is_start, place), services)| {
        let names: Vec<&str> = services.iter().map(|(service, _)| *service).collect();
        let verb = match (is_start, loaded.today < on) {
            (true, false) => "started",
            (true, true) => "will start",
            (false, false) => "stopped, this was the last day",
            (false, true) => "will stop, this is the last day",
        };
        let point = services.first().and_then(|(_, point)| loaded.points.get(point));
        Told {
            kind: Kind::Moves,
            on,
            rank: i64::from(is_start),
            when: date(&on),
            title: format!("{} {verb}", capital(&names.join(", "))),
            text: place,
            who: String::new(),
            href: point.map_or_else(String::new, |(reference, _)| format!("/points/{}", encoded(reference))),
            tone: Tone::Plain,
            cents: None,
        }
    });
    Source { lines: lines.collect(), cut_on: None }
}

async fn reads(read: &mut Read, loaded: &Loaded, through: NaiveDate) -> Result<Source, Problem> {
    let metered: Vec<ServicePointId> = loaded.meters.keys().copied().collect();
    if metered.is_empty() {
        return Ok(Source::default());
    }
    // Whoever came after this account has reads of their own there.
    let ends = |service: &billing::AccountService| service.stops_on.unwrap_or(NaiveDate::MAX);
    let last = loaded.services.iter().map(ends).max().unwrap_or(NaiveDate::MAX);
    let records = metering::reads_through(read, &metered, through.min(last), MOST).await?;
    let cut_on = cut_on(records.len(), records.last().map(|record| record.read_on));
    let is_theirs = |record: &&ReadRecord| {
        let mut there = loaded.services.iter().filter(|service| service.service_point == record.service_point);
        there.any(|service| service.starts_on <= record.read_on && record.read_on <= ends(service))
    };
    let lines = records.iter().filter(is_theirs).map(|record| read_line(loaded, record)).collect();
    Ok(Source { lines, cut_on })
}

fn read_line(loaded: &Loaded, record: &ReadRecord) -> Told {
    let (reference, _) = loaded.points.get(&record.service_point).cloned().unwrap_or_default();
    let meter = loaded.meters.get(&record.service_point).into_iter().flatten().find(|one| one.meter == record.meter);
    let serial = meter.map_or_else(String::new, |meter| format!("Meter {}", meter.serial_number));
    let (title, tone) = match record.seen {
        None => ("Read withdrawn".to_owned(), Tone::Warning),
        Some(seen) => {
            let who = match seen.kind {
                ReadKind::Actual => "Read",
                ReadKind::Customer => "Read by the customer",
            };
            (format!("{who}: {}", web::shown::count(&seen.count)), Tone::Plain)
        }
    };
    let corrected = if 1 < record.revision { ", corrected" } else { "" };
    let code = if record.code.is_empty() { String::new() } else { format!(", {}", record.code.replace('_', " ")) };
    let text = format!("{serial} at {reference}{corrected}{code}");
    Told {
        kind: Kind::Reads,
        on: record.read_on,
        rank: 500_000,
        when: date(&record.read_on),
        title,
        text: match &record.reason {
            Some(reason) => format!("{text}: {reason}"),
            None => format!("{text}."),
        },
        who: String::new(),
        href: format!("/points/{}", encoded(&reference)),
        tone,
        cents: None,
    }
}

fn entries(ask: &Ask, loaded: &Loaded, log: &[LoggedAct], written: &BTreeSet<ActId>) -> Source {
    let may_read = ask.may(acts::permissions::READ);
    let lines = log.iter().filter(|entry| !written.contains(&entry.act)).map(|entry| {
        let is_note = entry.kind == NOTE;
        let (kind, title, text) = match is_note {
            true => (Kind::Notes, "Note".to_owned(), note_words(entry)),
            false => (Kind::Changes, words::kind_title(ask, &entry.kind), entry.reason.clone()),
        };
        Told {
            kind,
            on: entry.business_on,
            rank: 2_000_000_000 + entry.act.0,
            when: ask.when(entry.entered_at),
            title,
            text,
            who: loaded.names.of(entry.actor),
            href: if may_read { format!("/log/{}", entry.act.0) } else { String::new() },
            tone: if is_note { Tone::Info } else { Tone::Plain },
            cents: None,
        }
    });
    Source { lines: lines.collect(), cut_on: cut_on(log.len(), log.last().map(|entry| entry.business_on)) }
}

/// The words of a note, as long as they were not erased.
fn note_words(entry: &LoggedAct) -> String {
    let command: Option<serde_json::Value> = serde_json::from_str(&entry.command).ok();
    let words = command.as_ref().and_then(|command| command.get("words")?.as_str());
    words.map_or_else(|| "The words of this note were erased.".to_owned(), str::to_owned)
}
