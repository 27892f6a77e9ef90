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
    all.sort_by_key(|found| found.distance);
    all.truncate(most);
    Ok(all)
}
