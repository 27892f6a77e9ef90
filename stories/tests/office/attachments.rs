//! Files that support accounts and bills: taken in by their bytes, kept sealed, given out as downloads alone, withdrawn, proved
//! and swept.

mod evidence;

use std::path::{Path, PathBuf};

use kernel::AccountNumber;
use secrets::{Keys, Random};
use testkit::{Answer, Client};

use crate::hall::{Hall, page, send};

/// A town with a place for files, a key file and a scanner.
struct Cabinet {
    folder: tempfile::TempDir,
    hall: Hall,
    account: String,
    bill: String,
}

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj a lease of the invented Saguaro Apartments\n%%EOF\n";

/// Harmful is what holds `EICAR`; what holds `LATER` is looked into once a file `ready` lies beside the scanner.
const SCANNER: &str = "#!/bin/sh
grep -q EICAR \"$1\" && exit 1
if grep -q LATER \"$1\"; then test -e \"$(dirname \"$0\")/ready\" || exit 2; fi
exit 0
";

impl Cabinet {
    async fn on(engine: db::Engine) -> Cabinet {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        Keys::create(&at("keys"), &Random::seeded(7)).expect("a key file can be made");
        std::fs::write(at("scan"), SCANNER).expect("a script can be written");
        std::process::Command::new("chmod").arg("700").arg(at("scan")).status().expect("chmod is there");
        let (place, scan, keys) = (place(folder.path()), at("scan"), at("keys"));
        let (scan, keys) = (scan.display().to_string(), keys.display().to_string());
        let words = ["--attachments", &place, "--scan-with", &scan, "--attachment-max-mb", "1", "--key-file", &keys];
        let hall = Hall::with(engine, &words).await;
        let mut read = hall.db().read().await.expect("as the town is made");
        let bill = "
            select a.number, r.run_number, b.position
            from bill b
            join account a on a.account_id = b.account_id
            join bill_run r on r.run_id = b.run_id
            left join bill_cancellation c on c.account_id = b.account_id and c.run_id = b.run_id
            where c.account_id is null
            order by b.account_id, b.run_id
            limit 1";
        let bill: Option<(i64, i64, i64)> = read.one(bill, vec![]).await.expect("as the town is made");
        let (account, run, position) = bill.expect("the town has bills");
        drop(read);
        let account = AccountNumber::issue(account).to_string();
        Cabinet { folder, hall, account, bill: format!("{run}-{position:06}") }
    }

    fn of_account(&self) -> String {
        format!("/accounts/{}/attachments", self.account)
    }

    /// A command about files, by somebody of the staff.
    fn command<'a>(&self, words: &[&'a str], key_file: &'a str) -> Vec<String> {
        let mut all: Vec<String> = ["--attachments", &place(self.folder.path())].map(str::to_owned).to_vec();
        all.extend(words.iter().map(|word| (*word).to_owned()));
        if !key_file.is_empty() {
            all.extend(["--key-file".to_owned(), key_file.to_owned()]);
        }
        all
    }

    fn key_file(&self) -> String {
        self.folder.path().join("keys").display().to_string()
    }

    /// Everything that lies in the place.
    fn objects(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.folder.path().join("files")).into_iter().flatten().flatten();
        let inside = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
        let mut all: Vec<PathBuf> = inside.map(|entry| entry.path()).collect();
        all.sort();
        all
    }
}

fn place(folder: &Path) -> String {
    format!("file://{}/files", folder.display())
}

fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Sends a file by the form of a page, as a browser does.
async fn upload(client: &Client, path: &str, (name, bytes): (&str, &[u8]), reason: &str) -> Answer {
    let shown = page(client, path).await;
    let forms = shown.forms();
    let is_meant =
        |form: &&testkit::Form| form.action == path && form.hidden.iter().any(|(name, _)| name == "form_key");
    let form = forms.iter().find(is_meant).expect("the page has a form for files");
    let hidden = form.hidden.iter().filter(|(name, _)| ["form_key", "key"].contains(&name.as_str()));
    let mut body = Vec::new();
    for (field, value) in hidden.map(|(field, value)| (field.as_str(), value.as_str())).chain([("reason", reason)]) {
        let part = format!("--xyz\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--xyz--\r\n");
    let request = client.request("POST".parse().expect("a method"), path);
    Answer::of(request.header("content-type", "multipart/form-data; boundary=xyz").body(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_attached_listed_and_given_out_as_a_download_alone() {
    for engine in testkit::engines("a_file_is_attached_listed_and_given_out_as_a_download_alone") {
        let town = Cabinet::on(engine).await;
        let (clerk, path) = (town.hall.sign_in("csr").await, town.of_account());
        let first = page(&clerk, &path).await.text();
        assert!(first.contains("No files are kept here") && first.contains("multipart/form-data"), "{first}");
        let answer = upload(&clerk, &path, ("Leaseñ 7.pdf", PDF), "the lease the caller brought").await;
        assert_eq!((answer.status, answer.url.path()), (200, path.as_str()), "{}", answer.text());
        assert!(answer.text().contains("The file is attached") && answer.text().contains("Leaseñ 7.pdf"));
        assert!(page(&clerk, &format!("/accounts/{}", town.account)).await.text().contains("1 file"));
        for object in town.objects() {
            let bytes = std::fs::read(object).expect("it can be read");
            assert!(!bytes.windows(7).any(|window| window == b"Saguaro"), "it lies there in the open");
        }
        let given = send(&clerk, "/attachments/1", "/attachments/1/file", &[]).await;
        assert_eq!((given.status, given.body.as_slice()), (200, PDF));
        #[rustfmt::skip]
        let headers = [
            ("content-disposition",     "attachment; filename=\"Lease_ 7.pdf\"; filename*=UTF-8''Lease%C3%B1%207.pdf"),
            ("content-type",            "application/pdf"),
            ("x-content-type-options",  "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cache-control",           "no-store"),
        ];
        for (name, value) in headers {
            assert_eq!(given.header(name), Some(value), "{name}");
        }
        let supervisor = town.hall.sign_in("supervisor").await;
        let shown = page(&supervisor, "/attachments/1").await.text();
        assert!(!shown.contains("Nobody has downloaded it yet"), "a download is recorded");
        let log = page(&supervisor, "/log?kind=attachments.hand_out").await.text();
        assert!(log.contains("Download a file"), "{log}");
        assert!(page(&supervisor, "/attachments").await.text().contains("Leaseñ 7.pdf"));

        // Who may not see files, or not the account, is given none.
        for (code, address) in [("meter_technician", path.as_str()), ("system_administrator", "/attachments/1")] {
            let other = town.hall.sign_in(code).await;
            assert_eq!(other.get(address).await.status, 403, "{code}");
            let sent = other.post("/attachments/1/file", &[("form_key", "no")]).await;
            assert_eq!(sent.status, 403, "{code}");
        }
        assert_eq!(
            clerk.get("/log/1/attachments").await.status,
            404,
            "who may not read the log sees none of its files"
        );
        assert_eq!(Client::new(&town.hall.served.address).get("/api/v1/attachments/1/file").await.status, 401);
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_is_refused_in_words_and_leaves_nothing() {
    for engine in testkit::engines("what_is_not_kept_is_refused_in_words_and_leaves_nothing") {
        let town = Cabinet::on(engine).await;
        let (clerk, path) = (town.hall.sign_in("csr").await, format!("/bills/{}/attachments", town.bill));
        let large = [PDF, &vec![b'x'; 1024 * 1024]].concat();
        let far_too_large = vec![b'x'; 3 * 1024 * 1024];
        #[rustfmt::skip]
        let rows: [(&str, &[u8], u16, &str); 10] = [
            ("lease.pdf",        b"",                      422, "the file is empty"),
            ("lease.pdf",        &large,                   422, "at most 1.0 MB are kept"),
            ("lease.pdf",        &far_too_large,           413, "larger than 1 MB"),
            ("../lease.pdf",     PDF,                      422, "holds a path"),
            ("page.html",        b"<html>",                422, "files whose names end in"),
            ("lease",            PDF,                      422, "has no ending"),
            ("note.txt",         b"<script>alert(1)",      422, "none of what is kept"),
            ("photo.png",        PDF,                      422, "something else (PDF)"),
            ("harm.txt",         b"EICAR test",            422, "harmful"),
            ("",                 b"",                      422, "choose a file"),
        ];
        for (name, bytes, status, said) in rows {
            let answer = upload(&clerk, &path, (name, bytes), "a try").await;
            let text = answer.text().to_lowercase();
            assert_eq!(answer.status, status, "{name}: {text}");
            assert!(text.contains(&said.to_lowercase()), "{name}: {said}: {text}");
        }
        assert!(town.objects().is_empty(), "something was left behind");
        assert!(upload(&clerk, &path, ("a.pdf", PDF), "").await.text().contains("Reason: enter something"));
        assert!(upload(&clerk, &path, ("a.pdf", PDF), "proof").await.text().contains("The file is attached"));
        let again = upload(&clerk, &path, ("b.pdf", PDF), "proof").await.text();
        assert!(again.contains("kept here already"), "{again}");
        assert_eq!(town.objects().len(), 1, "the second copy was removed again");
        let on_account = page(&clerk, &town.of_account()).await.text();
        assert!(on_account.contains("a.pdf") && on_account.contains(&town.bill), "an account shows files of its bills");

        // A scan that could not be made holds a file back until it was.
        assert!(upload(&clerk, &path, ("later.txt", b"LATER"), "proof").await.text().contains("could not be scanned"));
        let held = send(&clerk, "/attachments/2", "/attachments/2/scan", &[]).await.text();
        assert!(held.contains("It could not be scanned") && !held.contains("/attachments/2/file"), "{held}");
        let forced = clerk.post("/attachments/2/file", &[("form_key", &form_key(&clerk, &path).await)]).await;
        assert!(forced.status == 422 && forced.text().contains("waits for its scan"), "{}", forced.text());
        std::fs::write(town.folder.path().join("ready"), "").expect("it can be written");
        let clean = send(&clerk, "/attachments/2", "/attachments/2/scan", &[]).await.text();
        assert!(clean.contains("Scanned, nothing found") && clean.contains("/attachments/2/file"), "{clean}");
        town.hall.close().await;
    }
}

async fn form_key(client: &Client, path: &str) -> String {
    let forms = page(client, path).await.forms();
    let keys = forms.iter().flat_map(|form| &form.hidden).filter(|(name, _)| name == "form_key");
    keys.map(|(_, value)| value.clone()).next().expect("every form has its key")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_file_is_given_to_nobody_and_a_sweep_destroys_it() {
    for engine in testkit::engines("a_withdrawn_file_is_given_to_nobody_and_a_sweep_destroys_it") {
        let town = Cabinet::on(engine).await;
        let (clerk, path) = (town.hall.sign_in("csr").await, town.of_account());
        upload(&clerk, &path, ("lease.pdf", PDF), "the lease").await;
        upload(&clerk, &path, ("note.txt", b"a note"), "a note").await;
        assert_eq!(clerk.get("/attachments/1/withdraw").await.status, 403, "who attaches does not withdraw");
        let senior = town.hall.sign_in("senior_csr").await;
        let withdraw = "/attachments/1/withdraw";
        let answer = send(&senior, withdraw, withdraw, &[("reason", "it is of another account")]).await.text();
        assert!(answer.contains("The file is withdrawn") && !answer.contains("/attachments/1/file"), "{answer}");
        let key = form_key(&senior, &path).await;
        let refused = senior.post("/attachments/1/file", &[("form_key", &key)]).await;
        assert!(refused.status == 422 && refused.text().contains("was withdrawn"), "{}", refused.text());

        let (program, key_file) = (&town.hall.program, town.key_file());
        let verified = town.command(&["attachments", "verify"], &key_file);
        program.done("console", &words(&verified));
        let sweep = ["attachments", "sweep", "--older-than-hours", "0"];
        sooner(&town, &sweep).await;
        days_pass(&town).await;
        let listed = town.command(&sweep, "");
        assert!(program.done("system_administrator", &words(&listed)).contains("lease.pdf"), "it is listed");
        assert_eq!(town.objects().len(), 2, "and not removed");
        let removed = town.command(&[&sweep[..], &["--remove"]].concat(), "");
        program.done("system_administrator", &words(&removed));
        assert_eq!(town.objects().len(), 1);
        program.done("console", &words(&verified));
        assert!(page(&senior, "/attachments/1").await.text().contains("It was destroyed since"));
        town.hall.close().await;
    }
}

/// What was withdrawn today is destroyed by nobody: not by a sweep, not by one that is told of fewer days, not by a program.
async fn sooner(town: &Cabinet, sweep: &[&str]) {
    let program = &town.hall.program;
    let listed = town.command(&[sweep, &["--remove"]].concat(), "");
    assert!(!program.done("system_administrator", &words(&listed)).contains("lease.pdf"), "it was withdrawn today");
    let shorter = town.command(&[sweep, &["--withdrawn-days", "89", "--remove"]].concat(), "");
    program.ends("system_administrator", &words(&shorter), 2);
    let body = serde_json::json!({"reason": "out of the way", "command": {"attachment": 1}});
    let refused = town.hall.api("system_administrator").await.change("attachments.destroy", "once", &body).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (422, Some("file_not_withdrawn")),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains("90 days"), "{}", refused.text());
    assert_eq!(town.objects().len(), 2);
}

/// Ninety-one days pass: instants are the machine's, so what was withdrawn is put back by as many.
async fn days_pass(town: &Cabinet) {
    const WHEN: &str = "
        select withdrawn_at
        from attachment
        where withdrawn_at is not null";
    const PUT_BACK: &str = "
        update attachment
        set withdrawn_at = $1
        where withdrawn_at is not null";
    let mut tx = town.hall.db().write(&db::DoorKey::for_the_door()).await.expect("the town opens");
    let row: Option<(chrono::DateTime<chrono::Utc>,)> = tx.one(WHEN, vec![]).await.expect("it reads");
    let (at,) = row.expect("a file was withdrawn");
    tx.run_once(PUT_BACK, vec![(at - chrono::TimeDelta::days(91)).into()]).await.expect("one file was withdrawn");
    tx.commit().await.expect("it is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_what_a_file_supports_has_nothing_to_do_with_it() {
    for engine in testkit::engines("who_may_not_see_what_a_file_supports_has_nothing_to_do_with_it") {
        let town = Cabinet::on(engine).await;
        let file = town.folder.path().join("note.txt");
        std::fs::write(&file, b"about an entry of the log").expect("it can be written");
        let file = file.display().to_string();
        let add = ["attachments", "add", &file, "--entry", "1", "--reason", "why it was done"];
        town.hall.program.done("supervisor", &words(&town.command(&add, &town.key_file())));
        let body = serde_json::json!({"reason": "out of the way", "command": {"attachment": 1}});
        let blind = town.hall.api("senior_csr").await;
        for kind in ["attachments.withdraw", "attachments.hand_out"] {
            let refused = blind.change(kind, "once", &body).await;
            let code = refused.json()["code"].as_str().map(str::to_owned);
            assert_eq!((refused.status, code.as_deref()), (422, Some("file_hidden")), "{kind}: {}", refused.text());
        }
        let done = town.hall.api("supervisor").await.change("attachments.withdraw", "once", &body).await;
        assert_eq!(done.status, 200, "who reads the log, may: {}", done.text());
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_found_and_one_that_no_row_names_is_swept() {
    for engine in testkit::engines("a_damaged_file_is_found_and_one_that_no_row_names_is_swept") {
        let town = Cabinet::on(engine).await;
        let (program, key_file, path) = (&town.hall.program, town.key_file(), town.of_account());
        let file = town.folder.path().join("lease.pdf");
        std::fs::write(&file, PDF).expect("it can be written");
        let file = file.display().to_string();
        let add = ["attachments", "add", &file, "--account", &town.account, "--reason", "the lease"];
        assert_eq!(program.done("csr", &words(&town.command(&add, &key_file))).trim(), "1");
        let listed = program.done("console", &words(&town.command(&["attachments", "list"], "")));
        assert!(listed.contains("lease.pdf"), "{listed}");
        let to = town.folder.path().join("out.pdf").display().to_string();
        program.done("csr", &words(&town.command(&["attachments", "get", "1", "--to", &to], &key_file)));
        assert_eq!(std::fs::read(&to).expect("it was written"), PDF);

        // The program died between file and row: the file lies there, and nothing names it.
        let whole = town.objects().remove(0);
        let folder = town.folder.path().join("files/00");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(&whole, folder.join("0123456789abcdef0123456789abcd")).expect("a copy");
        std::fs::write(folder.join("payroll.xlsx"), "not ours").expect("it can be written");
        let young = town.command(&["attachments", "sweep", "--remove"], "");
        program.done("system_administrator", &words(&young));
        assert_eq!(town.objects().len(), 3, "what is young may be on its way into the database");
        let sweep = town.command(&["attachments", "sweep", "--older-than-hours", "0", "--remove"], "");
        assert!(program.done("system_administrator", &words(&sweep)).contains("named by no row"));
        let left = town.objects();
        assert!(left.len() == 2 && left.contains(&whole), "{left:?}");

        let verify = town.command(&["attachments", "verify"], &key_file);
        program.done("console", &words(&verify));
        let mut bytes = std::fs::read(&whole).expect("it can be read");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&whole, bytes).expect("it can be written");
        assert!(program.ends("console", &words(&verify), 1).contains("1 file is damaged"));
        let clerk = town.hall.sign_in("csr").await;
        let refused = send(&clerk, "/attachments/1", "/attachments/1/file", &[]).await;
        assert!(refused.status == 500 && refused.text().contains("Nothing was given out"), "{}", refused.text());
        std::fs::remove_file(&whole).expect("it can be removed");
        assert!(program.run("console", &words(&verify)).out.contains("is not where it was kept"));
        assert!(page(&clerk, &path).await.text().contains("lease.pdf"), "what is on record stays");
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_attach_list_and_download_by_the_api_and_forge_nothing() {
    for engine in testkit::engines("programs_attach_list_and_download_by_the_api_and_forge_nothing") {
        let town = Cabinet::on(engine).await;
        let token = town.hall.token("customer_service_manager").await;
        let client = Client::new(&town.hall.served.address);
        let ask = |method: &str, path: &str| {
            let request = client.request(method.parse().expect("a method"), path);
            request.header("authorization", format!("Bearer {token}")).header("idempotency-key", "one")
        };
        let of = format!("/api/v1/attachments?kind=account&number={}", town.account);
        let sent = format!("{of}&name=lease.pdf&reason=the%20lease");
        let made = Answer::of(ask("POST", &sent).body(PDF.to_vec())).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let again = Answer::of(ask("POST", &sent).body(PDF.to_vec())).await.json();
        assert_eq!((&again["data"]["id"], &again["data"]["was_repeated"]), (&1.into(), &true.into()), "{again}");
        assert_eq!(town.objects().len(), 1);
        let list = Answer::of(ask("GET", &of)).await.json();
        assert_eq!(list["data"][0]["media_type"], "application/pdf", "{list}");
        let given = Answer::of(ask("GET", "/api/v1/attachments/1/file")).await;
        assert_eq!((given.status, given.body.as_slice()), (200, PDF));
        assert_eq!(given.header("content-security-policy"), Some("sandbox; default-src 'none'"));
        let large = Answer::of(ask("POST", &sent).body(vec![b'x'; 2 * 1024 * 1024])).await;
        assert_eq!((large.status, large.json()["code"].as_str()), (413, Some("body_too_large")));
        let forged = r#"{"reason":"x","command":{"to":{"kind":"account","number":"1"},"name":"a","media_type":"b","size_bytes":1,"digest":"00","scan":"clean"}}"#;
        let forged =
            ask("POST", "/api/v1/changes/attachments.attach").header("content-type", "application/json").body(forged);
        let forged = Answer::of(forged).await;
        assert_eq!(forged.status, 404, "a file comes with its bytes");
        town.hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_about_a_protected_person_is_handled_by_nobody_who_may_not_see_them() {
    for engine in testkit::engines("a_file_about_a_protected_person_is_handled_by_nobody_who_may_not_see_them") {
        let town = Cabinet::on(engine).await;
        let (clerk, path) = (town.hall.sign_in("csr").await, town.of_account());
        upload(&clerk, &path, ("order.pdf", PDF), "the order of the court").await;
        const SQL: &str = "
            select c.reference
            from attachment t
            join account a on a.account_id = t.customer_account_id
            join customer c on c.customer_id = a.customer_id";
        let mut read = town.hall.db().read().await.expect("the town opens");
        let row: Option<(String,)> = read.one(SQL, vec![]).await.expect("it reads");
        drop(read);
        let (customer,) = row.expect("the file is of an account");
        let protect = ["identity", "protect", &customer, "--program", "court_order", "--review-on", "2027-07-01"];
        town.hall.program.done("supervisor", &[&["--reason", "the order was shown"][..], &protect].concat());
        let body = serde_json::json!({"reason": "out of the way", "command": {"attachment": 1}});
        let program = town.hall.api("senior_csr").await;
        for kind in ["attachments.withdraw", "attachments.hand_out"] {
            let refused = program.change(kind, "once", &body).await;
            assert_eq!(refused.status, 422, "{kind}: {}", refused.text());
            assert!(refused.text().contains("file_confidential"), "{kind}: {}", refused.text());
        }
        let done = town.hall.api("supervisor").await.change("attachments.withdraw", "once", &body).await;
        assert_eq!(done.status, 200, "who may see them, may: {}", done.text());
        town.hall.close().await;
    }
}
