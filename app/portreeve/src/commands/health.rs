//! Whether the town can work now, and its numbers for who watches over the machine.
//!
//! The numbers name nobody and carry no amounts: they may be read by a program that has no other right.

use std::sync::OnceLock;

use db::Fault;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{Ended, Outcome};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

/// Prints the numbers; refused when the town cannot work.
pub async fn run(settings: &Settings) -> Outcome {
    let url = settings.db_url().map_err(Ended::WrongUse)?;
    let office = Office::open(url, settings.today).await?;
    if !is_ready(&office).await? {
        return Err(Ended::Refused("the database is not up to date with this program: run `portreeve migrate`".into()));
    }
    output::data(metrics_text(&office).await?.trim_end());
    Ok(Ended::Done)
}

/// Whether the database answers and has the tables of this program.
pub async fn is_ready(office: &Office) -> Result<bool, Fault> {
    office.db().is_up_to_date().await
}

/// The town in numbers, in the text form of Prometheus.
pub async fn metrics_text(office: &Office) -> Result<String, Fault> {
    let recorder = recorder()?;
    let mut read = office.db().read().await?;
    let watched = acts::watched(&mut read).await?;
    let jobs = jobs::open_jobs(&mut read).await?.len();
    drop(read);
    let bytes = office.db().size_bytes().await?;
    set("portreeve_acts", watched.acts);
    set("portreeve_acts_unsealed", watched.unsealed);
    for (state, count) in &watched.proposals {
        metrics::gauge!("portreeve_proposals", "state" => state.code()).set(gauge(*count));
    }
    set("portreeve_jobs_waiting", i64::try_from(jobs).unwrap_or(i64::MAX));
    set("portreeve_database_bytes", bytes);
    // Before the first seal there is no such number; an alarm can ask for that too.
    if let Some(sealed_at) = watched.sealed_at {
        set("portreeve_seconds_since_seal", (office.door.now() - sealed_at).num_seconds().max(0));
    }
    Ok(in_order(&recorder.render()))
}

/// The same text in an order that stays: the recorder's changes from one time to the next.
fn in_order(text: &str) -> String {
    let block = |block: &str| {
        let mut lines: Vec<&str> = block.lines().collect();
        // Comments come before numbers, because `#` sorts before letters.
        lines.sort_unstable();
        lines.join("\n") + "\n"
    };
    let mut blocks: Vec<String> = text.split("\n\n").filter(|text| !text.trim().is_empty()).map(block).collect();
    blocks.sort_unstable();
    blocks.join("\n")
}

/// Keeps the numbers of this process from now on.
pub fn keep_numbers() -> Result<(), Fault> {
    recorder().map(|_| ())
}

/// Where the numbers of this process are kept, with what each of them means.
fn recorder() -> Result<&'static PrometheusHandle, Fault> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(recorder) = RECORDER.get() {
        return Ok(recorder);
    }
    let installed = PrometheusBuilder::new().install_recorder();
    match installed {
        Ok(handle) => {
            metrics::describe_gauge!("portreeve_acts", "Entries of the log");
            metrics::describe_gauge!("portreeve_acts_unsealed", "Entries of the log that no seal protects yet");
            metrics::describe_gauge!("portreeve_proposals", "Changes put before a second person, by how they stand");
            metrics::describe_gauge!("portreeve_jobs_waiting", "Jobs with work left");
            metrics::describe_gauge!("portreeve_database_bytes", "Size of the database on disk");
            metrics::describe_gauge!("portreeve_seconds_since_seal", "Time since the log was sealed");
            metrics::describe_counter!("portreeve_requests", "Requests answered, by the class of the answer");
            metrics::describe_counter!("portreeve_request_milliseconds", "Time that answering them took");
            Ok(RECORDER.get_or_init(|| handle))
        }
        // Another thread was first, between the question and the answer.
        Err(error) => RECORDER.get().ok_or_else(|| Fault::caused("keeping numbers of this process", error)),
    }
}

fn set(name: &'static str, count: i64) {
    metrics::gauge!(name).set(gauge(count));
}

/// Gauges are floating numbers, which hold counts exactly up to nine quadrillion.
#[expect(clippy::cast_precision_loss, reason = "a count of the machine, no money")]
fn gauge(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_an_order_that_stays() {
        let text = "# HELP b B\n# TYPE b gauge\nb{x=\"2\"} 1\nb{x=\"1\"} 5\n\n# HELP a A\n# TYPE a gauge\na 3\n\n";
        let ordered = "# HELP a A\n# TYPE a gauge\na 3\n\n# HELP b B\n# TYPE b gauge\nb{x=\"1\"} 5\nb{x=\"2\"} 1\n";
        assert_eq!(in_order(text), ordered);
    }
}
