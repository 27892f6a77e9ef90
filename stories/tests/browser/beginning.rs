//! A city hall begins, in the browser: the first administrator by a link, the staff, their second factors, and a change
//! over the limit that is refused, sent back, proposed again and approved by another; and the log that shows all of it.

use db::Engine;
use stories::{Program, Said, Town};
use testkit::{Browser, Provider, ProviderAccount, ProviderClient, Served, TestDb};

use crate::hall::{HOME, Hall, free_address};

/// As the town's file of single sign-on calls it.
const DIRECTORY: &str = "the city's directory";

const ROLES: &str = include_str!("../../../towns/saguaro-bend/roles.toml");

/// A town with bills, served as a real one is: keys in a file, second factors for all who move money.
struct Beginning {
    place: TestDb,
    town: Town,
    served: Served,
    provider: Provider,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_hall_begins_and_nobody_decides_alone() {
    let test = "a_city_hall_begins_and_nobody_decides_alone";
    let Some(browser) = Browser::start(test).await else { return };
    for engine in testkit::engines(test) {
        let Some(begun) = Beginning::of(engine, test).await else { return };
        let hall = Hall { browser: &browser, served: &begun.served };
        play(&hall, &begun).await;
        drop(begun.served);
        begun.place.remove().await;
    }
}

async fn play(hall: &Hall<'_>, Beginning { town, provider, served, .. }: &Beginning) {
    let (browser, program) = (hall.browser, &town.program);
    // The first administrator, by a link that the console prints.
    let join = ["staff", "join", "theo", "--name", "Theo Brandt", "--position", "System administrator"];
    program.done("console", &[&join[..], &["--role", "system_administrator"]].concat());
    let link = program.done("console", &["staff", "link", "theo", "--public-url", &served.address]);
    let mut theo = hall.welcome(link.trim()).await;
    browser.press("I have kept them").await;
    browser.wait_for_text(HOME).await;

    // The first who approves comes in at once; whoever comes later waits for her.
    let said = hall.take_in(("ines", "Ines Calder"), "customer_service_manager", None).await;
    assert!(said.contains("Ines Calder works here now"), "{said}");
    let manager = Some("Ines Calder (ines)");
    let said = hall.take_in(("rosa", "Rosa Whitlock"), "revenue_administrator", None).await;
    let rosa_in = proposal_in(&said);
    let said = hall.take_in(("mia", "Mia Fontaine"), "csr", manager).await;
    let mia_in = proposal_in(&said);
    let link = hall.link_for("ines").await;
    money_is_not_for_the_administrator(hall, program).await;

    let mut ines = hall.welcome(&link).await;
    for proposal in [&rosa_in, &mia_in] {
        hall.decide(proposal, "approve", ("the position is budgeted", "approved, and done")).await;
    }

    // Whoever used a link before somebody else could is found by asking; here it is for Mia alone.
    hall.sign_in("theo", &mut theo).await;
    let link = hall.link_for("mia").await;
    let mut mia = hall.welcome(&link).await;
    // Rosa has no password: the city's directory lets her in, and her work wants a second factor here.
    hall.leave_for(provider, (DIRECTORY, "rosa")).await;
    let mut rosa = hall.set_up_app().await;

    // Over the limit: one is refused, one is sent back.
    let (first, second) = (adjusts(program, "90.00").waits_as(), adjusts(program, "60.00").waits_as());
    hall.sign_in("ines", &mut ines).await;
    browser.wait_for_text("To approve").await;
    hall.open("/approvals").await;
    browser.wait_for_text("Mia Fontaine").await;
    hall.decide(&first, "refuse", ("the meter was read twice", "refused")).await;
    hall.decide(&second, "send-back", ("which read was it?", "sent back")).await;

    hall.sign_in("mia", &mut mia).await;
    browser.wait_for_text("Sent back to you").await;
    hall.open(&format!("/approvals/{second}")).await;
    hall.click_choice("decision", "propose-again").await;
    browser.fill("Evidence (optional)", "The read of March 1, on the sheet of route 4").await;
    browser.fill("Your words", "the sheet was found").await;
    browser.press("Send").await;
    browser.wait_for_text("proposed again").await;

    hall.leave_for(provider, (DIRECTORY, "rosa")).await;
    hall.give_code(&mut rosa).await;
    let said = hall.decide(&second, "approve", ("the sheet agrees", "approved, and done")).await;
    for words in ["which read was it?", "the sheet was found", "the sheet agrees", "Ines Calder", "Rosa Whitlock"] {
        assert!(said.contains(words), "the proposal's page lacks '{words}':\n{said}");
    }

    the_log_shows_all(hall).await;
    program.done("theo", &["acts", "seal"]);
    program.done("theo", &["acts", "verify"]);
    program.done("console", &["ledger", "prove"]);
}

/// The system administrator wants a role that moves money, and does not get it.
async fn money_is_not_for_the_administrator(hall: &Hall<'_>, program: &Program) {
    hall.open("/staff/theo/assign-role").await;
    hall.browser.choose("Role", "Customer service representative").await;
    hall.browser.fill("Reason", "there is nobody else").await;
    hall.browser.press("Assign").await;
    hall.browser.wait_for_text("cannot decide about themself").await;
    hall.open("/staff/theo").await;
    let page = hall.browser.wait_for_text("May do today").await;
    assert!(!page.contains("billing.adjust") && page.contains("staff.manage"), "{page}");
    let said = program.run("theo", &ADJUST.map(|word| if word == "AMOUNT" { "-1.00" } else { word }));
    assert!(said.code == 1 && said.err.contains("billing.adjust"), "{}: {}", said.code, said.err);
}

/// From the newest back: the decisions, what was decided on, and how everybody came in.
async fn the_log_shows_all(hall: &Hall<'_>) {
    hall.open("/log").await;
    let log = hall.browser.wait_for_text("Newest first").await;
    let told = [
        "the sheet agrees",
        "the sheet was found",
        "which read was it?",
        "the meter was read twice",
        "they begin to work here",
        "the position is vacant",
        "the position is budgeted",
    ];
    let places: Vec<Option<usize>> = told.iter().map(|words| log.find(words)).collect();
    assert!(places.iter().all(Option::is_some), "{places:?}:\n{log}");
    assert!(places.is_sorted(), "newest first: {places:?}:\n{log}");
}

const ADJUST: [&str; 10] = [
    "--reason",
    "a leak",
    "adjust",
    "bill",
    "1-000001",
    "water.consumption",
    "--amount",
    "AMOUNT",
    "--code",
    "goodwill",
];

fn adjusts(program: &Program, dollars: &str) -> Said {
    program.run("mia", &ADJUST.map(|word| if word == "AMOUNT" { dollars } else { word }))
}

/// The number under which what a page just took waits.
fn proposal_in(page: &str) -> String {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let number = page.split("roposal ").skip(1).map(digits).find(|number| !number.is_empty());
    number.unwrap_or_else(|| panic!("nothing waits:\n{page}"))
}

impl Beginning {
    async fn of(engine: Engine, test: &str) -> Option<Beginning> {
        let place = TestDb::empty(engine).await;
        let town = Town::ready_to_post(&place.url, 5);
        town.program.done("clerk", &["run", "post", "1"]);
        town.program.done("console", &["staff", "roles", &town.file("roles.toml", ROLES.as_bytes())]);
        let keys = town.path("town.keys").to_str().expect("temporary folders have plain names").to_owned();
        town.program.done("console", &["keys", "new", &keys]);
        // The provider has to know the address before the program has it.
        let listen = free_address();
        let url = format!("http://{listen}");
        let client = ProviderClient::at(&format!("{url}/sign-in/returned"));
        let accounts = [ProviderAccount::verified("rosa", "Rosa Whitlock")];
        let provider = Provider::start(test, &client, &accounts).await?;
        let text = format!(
            "[[provider]]\nname = \"{DIRECTORY}\"\nissuer = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n",
            provider.issuer, client.id, client.secret
        );
        let directory = town.file("directory.toml", text.as_bytes());
        let serve = ["--db", &place.url, "--business-date", "2026-07-01", "serve", "--listen", &listen];
        let more = ["--key-file", &keys, "--public-url", &url, "--single-sign-on", &directory];
        let served = Served::run(&[&serve[..], &more[..]].concat()).await;
        Some(Beginning { place, town, served, provider })
    }
}
