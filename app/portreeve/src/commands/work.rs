//! `work`: carries out long work that people order on the pages, beside any number of `serve` and `work`.

use super::{Ended, Outcome, office, told_to_stop};
use crate::config::Settings;
use crate::output;
use crate::standing::Standing;

/// Works until it is told to stop; what is under way is finished first.
pub async fn run(settings: &Settings) -> Outcome {
    let office = office(settings).await?;
    output::data("Working; stop with Ctrl-C");
    let standing = Standing::begin(&office);
    told_to_stop().await;
    standing.end().await;
    Ok(Ended::Done)
}
