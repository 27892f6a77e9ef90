//! One file: what it is, who attached it, who was given it; its download, and its scan.

use axum::http::StatusCode;
use db::Read;
use objects::Verdict;
use web::shown::capital;
use web::{Alert, Answer, Ask, At, Carried, Cell, Column, Columns, Facts, Form, Links, Problem, Section, number};

use super::{handed_out, not_fetched};
use crate::acts::{HandOut, RecordScan};
use crate::permissions::{ATTACH, WITHDRAW};
use crate::{Attachment, Cabinet, Found, Scan, size_words, store};

/// The most downloads that are listed.
const VIEWS: i64 = 50;

/// A file with what it supports.
pub(crate) struct Place {
    pub(crate) file: Attachment,
    pub(crate) found: Found,
}

impl Place {
    /// The file in an address, for who may see what it supports.
    pub(crate) async fn load(ask: &Ask, read: &mut Read, id: &str) -> Result<Place, Problem> {
        let file = store::attachment(read, number(id)?).await?.ok_or_else(Problem::not_found)?;
        let mut found = Found::of(read, std::slice::from_ref(&file)).await?;
        let found = found.remove(&file.id).ok_or_else(Problem::not_found)?;
        found.check(ask, read).await?;
        Ok(Place { file, found })
    }

    pub(super) fn href(&self, page: &str) -> String {
        let file = format!("/attachments/{}", self.file.id);
        if page.is_empty() { file } else { format!("{file}/{page}") }
    }

    fn download_form(&self, ask: &Ask) -> Form {
        ask.form(&self.href("file"), "Download").because("the file was downloaded from its page").small()
    }

    fn scan_form(&self, ask: &Ask) -> Form {
        ask.form(&self.href("scan"), "Scan again").because("the file was scanned again").small()
    }

    fn alert(&self, ask: &Ask) -> Option<Alert> {
        let alert = match (&self.file.withdrawn, self.file.scan) {
            (Some((_, at)), _) => {
                let alert = Alert::info(format!("Withdrawn {}", ask.when(*at)));
                match self.file.sealed_key {
                    Some(_) => alert.text("Nobody is given it any more."),
                    None => alert.text("It was destroyed since: no copy of it can be opened."),
                }
            }
            (None, Scan::Unknown) => {
                Alert::warning("This file waits for its scan").text("Nobody is given it before it was scanned.")
            }
            (None, Scan::Refused) => Alert::bad("A scan found this file harmful")
                .text("Nobody is given it. Withdraw it, and tell the administrator."),
            (None, Scan::None | Scan::Clean) => return None,
        };
        Some(alert)
    }

    /// What else can be done with it.
    fn more(&self, ask: &Ask) -> Option<Section> {
        if self.file.withdrawn.is_some() {
            return None;
        }
        let has_scanner = ask.site().part::<Cabinet>().has_scanner();
        let scans = ask.may(ATTACH) && has_scanner && self.file.scan != Scan::Clean;
        let section = Section::new("more", "What else");
        let section = if scans { section.with(&self.scan_form(ask)) } else { section };
        match ask.may(WITHDRAW) {
            true => {
                let links = Links::listed("What else").link("Withdraw this file", self.href("withdraw"));
                Some(section.with(&links))
            }
            false => scans.then_some(section),
        }
    }

    async fn draw(&self, ask: &Ask, read: &mut Read, form: &Form) -> Answer {
        let names = staff::names(read).await?;
        let name = |actor| names.get(&actor).cloned().unwrap_or_else(|| "somebody".to_owned());
        let file = &self.file;
        let entry = format!("Entry {} of the log", file.act.0);
        let facts = Facts::new()
            .link("Supports", self.found.title(), self.found.files_href())
            .fact("Kind", capital(file.media.title()))
            .fact("Size", size_words(file.size))
            .fact("Attached", format!("{}, by {}", ask.when(file.attached_at), name(file.actor)))
            .fact("Scan", capital(file.scan.words()))
            .fact("SHA-256", file.digest.to_string());
        let facts = match ask.may(acts::permissions::READ) {
            true => facts.link("Recorded as", entry, format!("/log/{}", file.act.0)),
            false => facts.fact("Recorded as", entry),
        };
        let mut main = Section::bare().with(&facts);
        if file.is_available() || form.has_errors() {
            main = main.with(form);
        }
        let views = store::views_of(read, file.id, VIEWS).await?;
        let rows = views.iter().map(|view| [Cell::instant(ask, view.at), Cell::text(name(view.actor))]);
        let table = ask
            .table("download-log", "Downloads, the newest first")
            .column(Column::text("at", "When"))
            .column(Column::text("who", "Who"))
            .empty("Nobody has downloaded it yet.")
            .plain()
            .rows(rows);
        let mut side = vec![Section::new("downloads", "Who was given it").with(&table)];
        side.extend(self.more(ask));
        let crumbs = [(self.found.title(), self.found.href()), ("Files".to_owned(), self.found.files_href())];
        let crumbs: Vec<(&str, &str)> = crumbs.iter().map(|(words, href)| (words.as_str(), href.as_str())).collect();
        let mut page = ask.page(&file.name).crumbs(&crumbs);
        if let Some(alert) = self.alert(ask) {
            page = page.alert(alert);
        }
        if form.has_errors() {
            page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
        }
        page.body(&Columns { main: vec![main], side }).answer()
    }
}

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let place = Place::load(&ask, &mut read, &id).await?;
    let form = place.download_form(&ask);
    place.draw(&ask, &mut read, &form).await
}

/// Gives the file to who asks, after that was recorded.
pub(super) async fn download(ask: Ask, At(id): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    let mut form = place.download_form(&ask);
    let bytes = match place.file.is_available() {
        true => {
            let fetched = ask.site().part::<Cabinet>().fetch(&place.file).await;
            Some(fetched.map_err(|wrong| not_fetched(&place.file, wrong))?)
        }
        // The act says why not.
        false => None,
    };
    let carried: Carried<()> = form.carry_out(&ask, &HandOut { attachment: place.file.id }).await?;
    match (carried, bytes) {
        (Carried::Done(_), Some(bytes)) => handed_out(&place.file, bytes),
        (_, _) => place.draw(&ask, &mut ask.read().await?, &form).await,
    }
}

/// Has the file scanned again.
pub(super) async fn scan(ask: Ask, At(id): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    let mut form = place.scan_form(&ask);
    let scanned = ask.site().part::<Cabinet>().scan(&place.file).await;
    let alert = match scanned.map_err(|wrong| not_fetched(&place.file, wrong))? {
        None | Some(Verdict::Unknown) => {
            Alert::warning("It could not be scanned").text("Look whether the scanner runs, then try again.")
        }
        Some(verdict) => {
            let carried: Carried<()> = form.carry_out(&ask, &RecordScan::of(place.file.id, verdict)).await?;
            match (carried, verdict) {
                (Carried::Done(_), Verdict::Clean) => Alert::good("Scanned, nothing found"),
                (Carried::Done(_), Verdict::Refused | Verdict::Unknown) => Alert::warning("The scan found it harmful"),
                (Carried::Waiting(_) | Carried::Refused, _) => {
                    return place.draw(&ask, &mut ask.read().await?, &form).await;
                }
            }
        }
    };
    ask.go(&place.href("")).saying(alert).answer()
}
