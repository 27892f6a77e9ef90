//! The pages of this room: what was found, and what is found while one types.

mod page;
mod typing;

use web::{Access, Ask, Finders, Found, Problem, Route};

use crate::words::QUESTION_MAX;

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page("/search", "Search", Access::SignedIn, page::show),
        Route::piece("/search/while-typing", "What is found while typing", Access::SignedIn, typing::show),
    ]
}

/// What was asked, without what nobody types.
pub(crate) fn question(ask: &Ask) -> String {
    let words: String =
        ask.query().text("q").chars().filter(|letter| !letter.is_control()).take(QUESTION_MAX).collect();
    words.trim().to_owned()
}

/// What all rooms of the site find, the best first, and among equals in the order of the finders.
pub(crate) async fn find_all(ask: &Ask, question: &str, most: usize) -> Result<Vec<Found>, Problem> {
    let mut all = Vec::new();
    if question.is_empty() {
        return Ok(all);
    }
    let mut read = ask.read().await?;
    for finder in &ask.site().part::<Finders>().0 {
        all.extend(finder.find(ask, &mut read, question, most).await?);
    }
    all.sort_by_key(|found| (!found.is_sure, found.distance));
    all.truncate(most);
    Ok(all)
}

/// What is opened at once: the one thing that has everything as it was typed. Of several nobody knows which is meant, and a
/// guess is shown, never opened: another house number is another house.
pub(crate) fn only_sure(found: &[Found]) -> Option<&Found> {
    let mut sure = found.iter().filter(|found| found.is_sure);
    sure.next().filter(|_| sure.next().is_none())
}
