//! `serve`: the town's pages and API for everybody at city hall.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use clap::Args;
use secrets::{BreachedList, Keys, Random};
use serde::Deserialize;
use staff::SecondFactorRule;
use staff::sign_in::SingleSignOn;
use tokio::net::TcpListener;
use web::{Accent, Pace, TownFace};
use webhooks::{Network, Networks};

use super::attachments::cabinet;
use super::{Ended, Outcome, keep_numbers, standing_office};
use crate::config::Settings;
use crate::office::Office;
use crate::output;
use crate::site::{SiteSettings, routes, site};
use crate::standing::Standing;

/// Serves the town.
#[derive(Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// The address people type, beginning with https://
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// A proxy in front ends HTTPS and tells visitors' addresses in X-Forwarded-For
    #[arg(long)]
    behind_https: bool,
    /// The key file that seals secrets in the database; `portreeve keys new` makes one
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The town's name, as pages show it
    #[arg(long, default_value = "Portreeve", value_name = "NAME")]
    town: String,
    /// The town's color: blue, teal, cactus, brick, plum or slate
    #[arg(long, default_value = "blue", value_name = "COLOR", value_parser = accent)]
    accent: Accent,
    /// Where the town's clocks hang; as in the roles' file when it is not given, UTC when that has none
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<Tz>,
    /// Where else people may sign in: a TOML file with a table `provider` for each, of name, issuer, client_id and client_secret
    #[arg(long, value_name = "FILE", requires = "public_url")]
    single_sign_on: Option<PathBuf>,
    /// A list of stolen passwords that nobody may choose: SHA-1 in hex, in order, HASH:COUNT a line
    #[arg(long, value_name = "FILE")]
    breached: Option<PathBuf>,
    /// A network of the city that messages to other programs may go to besides the internet, also without HTTPS, such as 10.20.0.0/16
    #[arg(long = "webhook-network", value_name = "NETWORK")]
    networks: Vec<Network>,
    /// Print every address with its method and kind, and do not serve
    #[arg(long)]
    list_routes: bool,
    /// Leave long work, such as posting, to a `portreeve work` that runs beside
    #[arg(long)]
    no_work: bool,
    /// How many requests a second one address may make; more where a whole city hall, or a program that brings much, has one
    #[arg(long, default_value_t = Pace::default().each_second, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pace: u32,
    /// For a town that is made up: a password is enough, and without a key file the keys last as long as the program
    #[arg(long)]
    demo: bool,
}

/// Where and how a site is served.
pub struct Serving {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether another port is taken when this one is in use.
    pub takes_any_port: bool,
    /// What the site is told.
    pub site: SiteSettings,
    /// Whether this process carries out long work too.
    pub works: bool,
}

/// The file of single sign-on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    provider: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    name: String,
    issuer: String,
    client_id: String,
    client_secret: String,
}

/// Where providers send people back to.
const RETURNED_PATH: &str = "/sign-in/returned";

/// How long requests under way may take once the program is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub async fn run(settings: &Settings, args: ServeArgs) -> Outcome {
    if args.list_routes {
        for route in routes() {
            let kind = if route.is_piece { "Piece".to_owned() } else { format!("{:?}", route.kind) };
            output::data(&format!("{}\t{}\t{kind}", route.method, route.path));
        }
        return Ok(Ended::Done);
    }
    check(&args)?;
    let office = standing_office(settings).await?;
    let keys = keys(args.key_file.as_deref(), args.demo)?;
    let site = SiteSettings {
        cabinet: cabinet(&settings.files, keys.clone())?,
        town: TownFace {
            name: args.town.clone(),
            accent: args.accent,
            zone: town_zone(&office, args.time_zone).await?,
        },
        keys,
        is_https: args.behind_https,
        second_factor: if args.demo { SecondFactorRule::Optional } else { SecondFactorRule::Required },
        breached: args.breached.as_deref().map(breached).transpose()?,
        providers: providers(&args)?,
        public_url: args.public_url,
        networks: Networks(args.networks),
        pace: Pace::of(args.pace),
    };
    serve(&office, Serving { listen: args.listen, takes_any_port: false, site, works: !args.no_work }).await
}

/// Serves an office's site, says where on stdout, and ends when the machine asks for it, after what is under way.
pub async fn serve(office: &Office, serving: Serving) -> Outcome {
    let failed = |error: std::io::Error| Ended::Fault(format!("listening on {}: {error}", serving.listen));
    let listener = match TcpListener::bind(serving.listen).await {
        Err(error) if serving.takes_any_port && error.kind() == std::io::ErrorKind::AddrInUse => {
            TcpListener::bind(SocketAddr::new(serving.listen.ip(), 0)).await.map_err(failed)?
        }
        bound => bound.map_err(failed)?,
    };
    let address = listener.local_addr().map_err(failed)?;
    keep_numbers()?;
    let SiteSettings { keys, networks, town, .. } = &serving.site;
    let sender = if serving.works { Some(office.sender(keys, networks, &town.name)?) } else { None };
    let router = web::router(site(office, serving.site), routes());
    output::data(&format!("Serving http://{address}"));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let worker = serving.works.then(|| Standing::begin(office, sender));
    let server = axum::serve(listener, service).with_graceful_shutdown(told_to_stop());
    tokio::select! {
        ended = server => ended.map_err(|error| Ended::Fault(format!("serving: {error}")))?,
        // Live progress would keep a connection for minutes.
        () = patience_ends() => {}
    }
    if let Some(worker) = worker {
        worker.end().await;
    }
    Ok(Ended::Done)
}

/// Refuses what would send passwords over an open line, or links to the wrong place.
fn check(args: &ServeArgs) -> Result<(), Ended> {
    let is_public = !args.listen.ip().is_loopback();
    if is_public && !args.behind_https {
        return Err(Ended::Refused(format!(
            "{} can be reached from other machines, and this program speaks plain HTTP: passwords could be read on the \
             way. Put a proxy in front that ends HTTPS, then say --behind-https",
            args.listen
        )));
    }
    if args.behind_https && args.public_url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
        return Err(Ended::WrongUse("behind HTTPS, --public-url begins with https://".into()));
    }
    if args.demo && is_public {
        return Err(Ended::Refused(
            "a made-up town asks for no second factor, so it is served to this machine only".into(),
        ));
    }
    Ok(())
}

fn keys(file: Option<&Path>, is_demo: bool) -> Result<Keys, Ended> {
    match file {
        Some(file) => Keys::read(file).map_err(|error| Ended::Refused(error.to_string())),
        None if is_demo => Ok(Keys::in_memory(&Random::of_the_machine())),
        None => Err(Ended::WrongUse("say --key-file FILE; `portreeve keys new FILE` makes one".into())),
    }
}

async fn town_zone(office: &Office, given: Option<Tz>) -> Result<Tz, Ended> {
    if let Some(zone) = given {
        return Ok(zone);
    }
    let book = staff::people::role_book(&mut office.db().read().await?).await?;
    Ok(book.hours.and_then(|hours| hours.time_zone.parse().ok()).unwrap_or(Tz::UTC))
}

fn breached(path: &Path) -> Result<BreachedList, Ended> {
    BreachedList::open(path).map_err(|error| Ended::Refused(error.to_string()))
}

fn providers(args: &ServeArgs) -> Result<Vec<SingleSignOn>, Ended> {
    let (Some(path), Some(url)) = (&args.single_sign_on, &args.public_url) else { return Ok(Vec::new()) };
    let text = super::read_text(path)?;
    // What is wrong is said without the line it is in, which may hold the secret.
    let file: ProvidersFile =
        toml::from_str(&text).map_err(|error| Ended::Refused(format!("{}: {}", path.display(), error.message())))?;
    let provider = |Provider { name, issuer, client_id, client_secret }| SingleSignOn {
        name,
        issuer,
        client_id,
        client_secret,
        redirect_url: format!("{}{RETURNED_PATH}", url.trim_end_matches('/')),
    };
    Ok(file.provider.into_iter().map(provider).collect())
}

fn public_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = host.map(|host| host.trim_end_matches('/')).unwrap_or_default();
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err("an address such as https://billing.example.gov, without a path".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn accent(name: &str) -> Result<Accent, String> {
    Accent::parse(name).ok_or_else(|| Accent::ALL.map(Accent::name).join(", "))
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| "a name of the IANA list, such as America/Phoenix".to_owned())
}

/// Comes when what was under way has had its time.
async fn patience_ends() {
    told_to_stop().await;
    tokio::time::sleep(PATIENCE).await;
}

/// Waits for Ctrl-C, or for the machine that stops its programs.
pub async fn told_to_stop() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn judged(words: &str) -> Result<(), String> {
        let line = Line::try_parse_from(std::iter::once("serve").chain(words.split_whitespace()));
        let args = line.map_err(|error| error.kind().to_string())?.args;
        check(&args).map_err(|ended| match ended {
            Ended::Refused(words) => words,
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn plain_http_is_served_to_this_machine_only() {
        for words in ["", "--listen 127.0.0.1:0", "--listen [::1]:80", "--listen 0.0.0.0:80 --behind-https", "--demo"] {
            assert_eq!(judged(words), Ok(()), "{words}");
        }
        for words in ["--listen 0.0.0.0:80", "--listen [::]:80", "--listen 10.1.2.3:80", "--listen 0.0.0.0:80 --demo"] {
            assert!(judged(words).is_err_and(|words| words.contains("plain HTTP")), "{words}");
        }
        assert!(judged("--listen 0.0.0.0:80 --behind-https --demo").is_err_and(|words| words.contains("made-up")));
        assert!(judged("--behind-https --public-url http://a.example").is_err());
        for url in ["a.example", "https://", "https://a.example/b", "https://b@a.example", "ftp://a.example"] {
            assert!(judged(&format!("--public-url {url}")).is_err(), "{url}");
        }
    }
}
