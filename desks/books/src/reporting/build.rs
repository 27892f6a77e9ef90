//! `/reports/views/{view}`: a report of one's own: what is shown, under which conditions, put together by what.

use reports::Kind;
use web::shown::{counted, date};
use web::{
    Alert, Answer, Ask, At, Cell, Chart, Choice, Column, Field, Folded, LookUp, Page, Problem, Section, encoded,
};

use super::answer::{Answered, ROWS_MAX, summed};
use super::question::{CONDITIONS, How, Question};
use super::views::{Leads, View, ViewColumn};
use super::walk::walk;
use crate::pages::parts::{mark, under_way};
use crate::work::{Looked, Works};

/// The most columns of a chart.
const CHARTED: usize = 40;

/// A report of one's own.
pub(super) async fn show(ask: Ask, At(code): At<String>) -> Answer {
    let view = View::by_code(&code).ok_or_else(Problem::not_found)?;
    if !ask.may(view.access) {
        return Err(Problem::not_allowed(&[view.access]));
    }
    let (question, wrong) = Question::of(view, ask.query());
    let mut read = ask.read().await?;
    let key = (format!("report {code} {question:?}"), mark(&ask, &mut read).await?);
    drop(read);
    let page = ask.page(view.title).crumbs(&[("Reports", "/reports")]).lead(view.lead);
    let page = match &wrong[..] {
        [] => page,
        wrong => page.alert(Alert::bad("Part of the question was left out").text(wrong.join(" "))),
    };
    let saving = web::address("/reports/saved", &[("address", &at(&ask, &said(view, &ask)))]);
    let page = if ask.may(staff::SAVE_REPORTS) { page.action("Save this report", &saving) } else { page };
    let page = page.body(&form(&ask, view, &question));
    let today = ask.today();
    let asked = question.clone();
    let work = move |db: db::Db| async move { walk(&db, view, &asked, today).await };
    let looked: Looked<Answered> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    match looked {
        Looked::UnderWay => under_way(page, "The report").answer(),
        Looked::Done(answered) => draw(&ask, page, (view, &question), &answered),
    }
}

fn draw(ask: &Ask, page: Page, (view, question): (&'static View, &Question), answered: &Answered) -> Answer {
    let is_cut = answered.is_cut(question);
    let table = ask.table(view.code, view.title).empty("No row fits. Take a condition away, or change it.");
    let table = headings(view, question, is_cut).into_iter().fold(table, |table, column| table.column(column));
    let leads = shown_columns(view, question);
    let table = answered.rows.iter().fold(table, |mut table, row| {
        let cells = row.iter().enumerate().map(|(place, cell)| drawn(ask, leads.get(place).copied().flatten(), cell));
        let mut cells: Vec<Cell> = cells.collect();
        lead_behind(ask, (view, question), row, &mut cells);
        table.push_all(cells);
        table
    });
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let rows = counted(answered.looked_at, "row was looked at", "rows were looked at");
    let fitting = counted(answered.fitting, "fits", "fit");
    let section = Section::new("rows", "What fits").note(format!("{rows}; {fitting}."));
    let page = match is_cut {
        true => page.alert(
            Alert::warning(format!("Only the first {} rows are shown", web::shown::count(&(ROWS_MAX as i64)))).text(
                "Totals are left out, since rows are missing. Add a condition, or put rows together by something.",
            ),
        ),
        false => page,
    };
    let section = match chart(view, question, answered) {
        Some(chart) => section.with(&chart),
        None => section,
    };
    page.body(&section.with(&table)).answer()
}

/// The columns of the answer, each with the column of the view that says where it leads.
fn shown_columns(view: &'static View, question: &Question) -> Vec<Option<&'static ViewColumn>> {
    if question.group.is_empty() {
        return question.columns.iter().map(|place| Some(&view.columns[*place])).collect();
    }
    question.group.iter().map(|group| (!group.is_by_month).then_some(&view.columns[group.place])).collect()
}

pub(super) fn headings(view: &'static View, question: &Question, is_cut: bool) -> Vec<Column> {
    let heading = |place: usize| {
        let column = &view.columns[place];
        let heading = Column::new(column.name, column.title, column.kind);
        let is_summed = matches!(column.kind, Kind::Count | Kind::Money) && !is_cut;
        if is_summed { heading.totaled() } else { heading }
    };
    if question.group.is_empty() {
        return question.columns.iter().map(|place| heading(*place)).collect();
    }
    let mut headings: Vec<Column> = question.group.iter().map(|group| heading(group.place)).collect();
    headings.push(if is_cut { Column::count("rows", "Rows") } else { Column::count("rows", "Rows").totaled() });
    headings.extend(summed(view, question).into_iter().map(heading));
    headings
}

fn drawn(ask: &Ask, column: Option<&ViewColumn>, cell: &reports::Cell) -> Cell {
    let drawn = Cell::from(cell.clone());
    let (Some(column), reports::Cell::Text(text)) = (column, cell) else { return drawn };
    let text = encoded(text);
    let may_see = ask.may(customers::permissions::SEE);
    match column.leads {
        Leads::Account if may_see => drawn.link(format!("/accounts/{text}")),
        Leads::Bill if may_see => drawn.link(format!("/bills/{text}")),
        Leads::Run if ask.may(billing::permissions::SEE) => drawn.link(format!("/runs/{text}")),
        Leads::Entry => drawn.link(format!("/log/{text}")),
        Leads::Nowhere | Leads::Account | Leads::Bill | Leads::Run => drawn,
    }
}

/// Lets the count of a group lead to its rows, and says which days stand for a whole month.
fn lead_behind(ask: &Ask, (view, question): (&'static View, &Question), row: &[reports::Cell], cells: &mut [Cell]) {
    let groups = question.group.len();
    if groups == 0 {
        return;
    }
    let mut wanted: Vec<(&str, &str, String)> = Vec::new();
    for ((group, value), cell) in question.group.iter().zip(row).zip(cells.iter_mut()) {
        let column = view.columns[group.place].name;
        match value {
            reports::Cell::Date(day) if group.is_by_month => {
                *cell = cell.clone().note("the whole month");
                wanted.push((column, "at_least", day.to_string()));
                wanted.push((column, "at_most", kernel::Month::of(*day).last_on().to_string()));
            }
            reports::Cell::Date(day) => wanted.push((column, "is", day.to_string())),
            reports::Cell::Text(text) => wanted.push((column, "is", text.clone())),
            _ => wanted.push((column, "is", String::new())),
        }
    }
    if let Some(href) = behind(ask, view, &wanted)
        && let Some(cell) = cells.get_mut(groups)
    {
        *cell = cell.clone().link(href);
    }
}

/// The address of the rows behind a group: the same question without groups, under more conditions. Nothing when there
/// is no room for them.
fn behind(ask: &Ask, view: &View, wanted: &[(&str, &str, String)]) -> Option<String> {
    let query = ask.query();
    let is_free = |number: &usize| query.text(&format!("column{number}")).is_empty();
    let free: Vec<usize> = (1..=CONDITIONS).filter(is_free).collect();
    if free.len() < wanted.len() {
        return None;
    }
    let mut pairs = said(view, ask);
    pairs.retain(|(name, _)| name != "group" && name != "and_group");
    for (number, (column, how, value)) in free.iter().zip(wanted) {
        pairs.push((format!("column{number}"), (*column).to_owned()));
        pairs.push((format!("how{number}"), (*how).to_owned()));
        pairs.push((format!("value{number}"), value.clone()));
    }
    Some(at(ask, &pairs))
}

/// What was asked, as the address says it.
fn said(view: &View, ask: &Ask) -> Vec<(String, String)> {
    let query = ask.query();
    let columns = query.all("columns").iter().filter(|name| view.place(name).is_some());
    let mut pairs: Vec<(String, String)> = columns.map(|name| ("columns".to_owned(), name.clone())).collect();
    let numbered = (1..=CONDITIONS).flat_map(|number| ["column", "how", "value"].map(|part| format!("{part}{number}")));
    for name in numbered.chain(["group", "and_group", "sort", "down", "filter"].map(str::to_owned)) {
        let words = query.text(&name).to_owned();
        if !words.is_empty() {
            pairs.push((name, words));
        }
    }
    pairs
}

fn at(ask: &Ask, pairs: &[(String, String)]) -> String {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    web::address(ask.path(), &pairs)
}

/// A drawing of groups: of their first sum, or of how many rows they have.
fn chart(view: &'static View, question: &Question, answered: &Answered) -> Option<Chart> {
    let groups = question.group.len();
    if groups == 0 || answered.rows.is_empty() || CHARTED < answered.rows.len() {
        return None;
    }
    let sums = summed(view, question);
    let place = sums.iter().position(|place| view.columns[*place].kind == Kind::Money);
    let (at, title) = match place {
        Some(sum) => (groups + 1 + sum, view.columns[sums[sum]].title),
        None => (groups, "Rows"),
    };
    let label = view.columns[question.group[0].place].title;
    let mut chart = Chart::columns(&format!("{title} by {}", label.to_lowercase()), label, &[title]);
    for row in &answered.rows {
        let words: Vec<String> =
            row[..groups].iter().zip(&question.group).map(|(cell, group)| named(cell, group.is_by_month)).collect();
        let (size, said) = match &row[at] {
            reports::Cell::Money(cents) => (cents.0, web::shown::money(cents)),
            reports::Cell::Count(count) => (*count, web::shown::count(count)),
            _ => (0, String::new()),
        };
        chart = chart.point(&words.join(", "), &[(size, &said)]);
    }
    Some(chart.summary(format!("{title}, by {}.", label.to_lowercase())))
}

fn named(cell: &reports::Cell, is_by_month: bool) -> String {
    match cell {
        reports::Cell::Date(day) if is_by_month => day.format("%b %y").to_string(),
        reports::Cell::Date(day) => date(day),
        reports::Cell::Text(text) => text.clone(),
        _ => "none".to_owned(),
    }
}

/// The form that asks: it stands open until something was asked.
fn form(ask: &Ask, view: &'static View, question: &Question) -> Folded {
    let all = view.columns.iter().map(|column| Choice::new(column.name, column.title));
    let chosen = question.columns.iter().map(|place| view.columns[*place].name.to_owned()).collect();
    let mut form = LookUp::new(ask, "What the report shows", "Show")
        .field(Field::checks("columns", "Columns", all.clone().collect()).checked(chosen));
    for number in 1..=CONDITIONS {
        let name = |part: &str| format!("{part}{number}");
        let said = |part: &str| ask.query().text(&name(part)).to_owned();
        let words = if number == 1 { "Only rows where" } else { "and where" };
        let hows = How::ALL.map(|(_, code, words)| Choice::new(code, words)).to_vec();
        form = form
            .field(Field::select(&name("column"), words, all.clone().collect()).value(said("column")))
            .field(Field::select(&name("how"), "Comparison", hows).value(said("how")))
            .field(Field::text(&name("value"), "With").max(100).value(said("value")));
    }
    let groups: Vec<Choice> = view.columns.iter().flat_map(grouped).collect();
    let said = |name: &str| ask.query().text(name).to_owned();
    form = form
        .field(Field::select("group", "Put together by", groups.clone()).value(said("group")))
        .field(Field::select("and_group", "and by", groups).value(said("and_group")));
    Folded::new("Columns, conditions and groups", &form)
}

/// The ways rows can be put together by a column.
fn grouped(column: &ViewColumn) -> Vec<Choice> {
    match column.kind {
        Kind::Text => vec![Choice::new(column.name, column.title)],
        Kind::Date => vec![
            Choice::new(format!("{}.month", column.name), format!("{}, by month", column.title)),
            Choice::new(column.name, format!("{}, by day", column.title)),
        ],
        Kind::Count | Kind::Money | Kind::Quantity | Kind::Percent => Vec::new(),
    }
}
