//! The search box: a caller is found by whatever they say, while one types, and only by those who may.

use kernel::AccountId;
use testkit::{Answer, Client};

use crate::hall::{Hall, page};

/// What somebody may say of one account of the town.
struct Caller {
    /// The number on paper.
    number: String,
    name: String,
    /// House number and street.
    street: String,
    meter: String,
    bill: String,
    phone: String,
}

async fn caller(hall: &Hall) -> Caller {
    const ACCOUNT: &str = "
        select a.account_id
        from account a
        join bill b on b.account_id = a.account_id
        join service_agreement s on s.account_id = a.account_id and s.stops_on is null
        join meter_installation i on i.service_point_id = s.service_point_id
        join customer c on c.customer_id = a.customer_id and c.phone <> '' and c.kind = 'person'
        where b.total_cents > 0
        order by a.account_id
        limit 1";
    const SAID: &str = "
        select c.name, c.phone, s.address, m.serial_number
        from account a
        join customer c on c.customer_id = a.customer_id
        join service_agreement g on g.account_id = a.account_id
        join service_point s on s.service_point_id = g.service_point_id
        join meter_installation i on i.service_point_id = s.service_point_id
        join meter m on m.meter_id = i.meter_id
        where a.account_id = $1
        order by m.serial_number
        limit 1";
    let mut read = hall.db().read().await.expect("as the town is made");
    let account =
        AccountId(read.number(ACCOUNT, vec![]).await.expect("as the town is made").expect("as the town is made"));
    let (name, phone, address, meter): (String, String, String, String) =
        read.one(SAID, vec![account.into()]).await.expect("as the town is made").expect("as the town is made");
    let (number,): (i64,) = read
        .one("select number from account where account_id = $1", vec![account.into()])
        .await
        .expect("as the town is made")
        .expect("as the town is made");
    let bills = billing::bills_of_account(&mut read, account).await.expect("as the town is made");
    Caller {
        number: kernel::AccountNumber::issue(number).to_string(),
        name,
        street: address.split(',').next().expect("as the town is made").to_owned(),
        meter,
        bill: bills[0].number.to_string(),
        phone,
    }
}

async fn searched(client: &Client, path: &str, words: &str) -> Answer {
    let query: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
    client.get(&format!("{path}?q={query}")).await
}

/// A word with one letter swapped, as fingers do.
fn slipped(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    letters.swap(middle - 1, middle);
    letters.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_found_by_whatever_they_say() {
    for engine in testkit::engines("a_caller_is_found_by_whatever_they_say") {
        let hall = Hall::on(engine).await;
        let caller = caller(&hall).await;
        let clerk = hall.sign_in("csr").await;
        let href = format!("/accounts/{}", caller.number);
        let family = caller.name.split(' ').next_back().expect("as the town is made");
        let house = caller.street.split(' ').next().expect("as the town is made");
        let ways = [
            caller.number.clone(),
            caller.number.replace('-', ""),
            caller.name.clone(),
            caller.name.to_uppercase(),
            caller.street.clone(),
            format!("{family} {house}"),
            format!("{} {house}", if 5 <= family.len() { slipped(family) } else { family.to_owned() }),
            format!("{} {house}", &family[..3]),
            caller.phone.clone(),
            caller.phone.chars().filter(char::is_ascii_digit).collect(),
        ];
        for words in &ways {
            let typed = searched(&clerk, "/search/while-typing", words).await;
            assert_eq!(typed.status, 200);
            assert!(typed.text().contains(&format!("href=\"{href}\"")), "{words}: {}", typed.text());
            assert!(typed.text().contains("role=\"option\"") && !typed.text().contains("<html"), "{}", typed.text());
            let found = searched(&clerk, "/search", words).await;
            let is_there = found.url.path() == href || found.text().contains(&format!("href=\"{href}\""));
            assert!(is_there, "{words}: {} {}", found.url, found.text());
        }
        let opened = searched(&clerk, "/search", &caller.number).await;
        assert_eq!(opened.url.path(), href, "the only thing that fits is opened");
        let meter = searched(&clerk, "/search", &caller.meter.to_lowercase()).await;
        assert_eq!(meter.url.path(), format!("/meters/{}", caller.meter));
        let bill = searched(&clerk, "/search", &caller.bill).await;
        assert_eq!(bill.url.path(), format!("/bills/{}", caller.bill));
        let labeled = [
            (format!("Bill {}", caller.bill), format!("/bills/{}", caller.bill)),
            (format!("bill #{}", caller.bill), format!("/bills/{}", caller.bill)),
            (format!("meter {}", caller.meter), format!("/meters/{}", caller.meter)),
            (format!("account {}", caller.number.replace('-', "\u{2013}")), href.clone()),
            ("p000001w".to_owned(), "/points/P000001-W".to_owned()),
            ("P000001 W".to_owned(), "/points/P000001-W".to_owned()),
        ];
        for (words, expected) in labeled {
            let opened = searched(&clerk, "/search", &words).await;
            assert_eq!(opened.url.path(), expected, "{words}: {}", opened.text());
        }
        let told = hall.program.done("console", &["search", family, house]);
        assert!(told.contains(&caller.number), "{told}");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_they_may_not_see_and_nothing_typed_does_harm() {
    for engine in testkit::engines("nobody_finds_what_they_may_not_see_and_nothing_typed_does_harm") {
        let hall = Hall::on(engine).await;
        let caller = caller(&hall).await;
        // Whoever keeps roles sees people of the staff, and no account.
        let keeper = hall.sign_in("system_administrator").await;
        for words in [&caller.name, &caller.phone, &caller.meter, &caller.bill, &caller.street] {
            let typed = searched(&keeper, "/search/while-typing", words).await.text();
            assert!(
                !typed.contains("/accounts/") && !typed.contains("/meters/") && !typed.contains("/bills/"),
                "{typed}"
            );
        }
        let stranger = Client::stepping(&hall.served.address);
        assert_eq!(searched(&stranger, "/search/while-typing", &caller.name).await.status, 303);
        let clerk = hall.sign_in("csr").await;
        let long = "x".repeat(500);
        let hostile = [
            "'\"; drop table account; --",
            "%",
            "_%' or 1=1",
            "<script>alert(1)</script>",
            "\u{0}\u{7}garcia\r\n",
            "\u{202e}\u{200f}",
            "🦊🦊",
            "999999999999999999999999",
            "1-99999999999999999999",
            "../../etc",
            &long,
        ];
        for words in hostile {
            for path in ["/search", "/search/while-typing"] {
                let answer = searched(&clerk, path, words).await;
                assert_eq!(answer.status, 200, "{path} {words}: {}", answer.text());
                assert!(!answer.text().contains("<script>alert"), "{words}");
            }
        }
        let nothing = page(&clerk, "/search?q=zzzzzz").await.text();
        assert!(nothing.contains("Nothing was found") && nothing.contains("What you can type"), "{nothing}");
        let digit =
            caller.number.chars().next_back().and_then(|digit| digit.to_digit(10)).expect("as the town is made");
        let wrong = format!("{}{}", &caller.number[..caller.number.len() - 1], (digit + 1) % 10);
        let told = searched(&clerk, "/search", &wrong).await.text();
        assert!(told.contains("last digit does not fit"), "{told}");
        hall.close().await;
    }
}
