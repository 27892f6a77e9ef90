//! Customer and premises files through the program: mapped, corrected, refused whole, given again, and back out.

use stories::{Said, Town};

/// A town where a clerk may import, change and merge.
async fn town(engine: db::Engine) -> (testkit::TestDb, Town) {
    let place = testkit::TestDb::empty(engine).await;
    let town = Town::at(&place.url);
    town.program.done("console", &["migrate"]);
    let grants = ["customers.import", "customers.change", "customers.merge", "premises.import", "premises.set_up"];
    let mut words = vec!["staff", "add", "clerk", "--name", "clerk"];
    grants.iter().for_each(|grant| words.extend(["--grant", grant]));
    town.program.done("console", &words);
    (place, town)
}

const MAPPING: &[u8] = b"
[columns]
customer = 'Cust No'
name = 'Name'
account = 'Acct'
opened_on = 'Since'
street = 'Mail To'
city = 'Mail City'
[constants]
kind = 'person'
[values]
date_format = '%m/%d/%Y'
";

const OLD_SYSTEM: &[u8] = b"Cust No,Name,Acct,Since,Mail To,Mail City,Old Flag\r
100,Ada Lind,A-1,01/31/2024,1 Elm St,Springfield,x\r
101,Bo Ray,A-2,2024-01-31,2 Elm St,Springfield,\r
102,Cy Vale,A-3,02/01/2024,,Springfield,\r
103,Di Wu\r
";

fn says(said: &Said, code: i32, out: &str, err: &[&str]) {
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!((said.code, said.out.trim_end(), &lines[..]), (code, out, err));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_file_is_mapped_corrected_and_given_back() {
    for engine in testkit::engines("a customer file is mapped") {
        let (place, town) = town(engine).await;
        let (mapping, file) = (town.file("map.toml", MAPPING), town.file("old.csv", OLD_SYSTEM));
        let rejects = town.path("rejects.csv").to_str().unwrap().to_owned();
        let import = |file: &str, more: &[&str]| {
            let words = [&["import", "customers", file, "--mapping", &mapping], more].concat();
            town.program.run("clerk", &words)
        };
        let unused = "nothing is read from the columns Old Flag";
        let wrong = [
            "old.csv, line 3, field opened_on, rule date: '2024-01-31' is not a date of the form %m/%d/%Y between 1950 and 2100",
            "old.csv, line 4, field street, rule present: an address needs a street",
            "old.csv, line 5, field Acct, rule fields: the line has 2 fields, the header has 7",
        ];
        // Everything or nothing: nothing.
        let refused = "portreeve: 3 records cannot come in, so nothing of the file was brought in";
        let said = import(&file, &["--all-or-nothing", "--rejects", &rejects]);
        says(&said, 1, "", &[unused, wrong[0], wrong[1], wrong[2], refused]);
        let out = town.path("out.csv").to_str().unwrap().to_owned();
        assert_eq!(town.program.done("clerk", &["export", "customers", "--out", &out]), "0 records exported\n");
        // What can come in does, and is told the same when it is given again.
        let told = "4 records: 1 new, 0 changed, 0 unchanged, 3 rejected";
        let said = import(&file, &["--rejects", &rejects]);
        says(&said, 0, told, &[unused, wrong[0], wrong[1], wrong[2]]);
        let before = "this file was given before; nothing is brought in twice";
        says(&import(&file, &[]), 0, told, &[unused, before, wrong[0], wrong[1], wrong[2]]);
        let again = "4 records: 0 new, 0 changed, 1 unchanged, 3 rejected";
        says(&import(&file, &["--again"]), 0, again, &[unused, wrong[0], wrong[1], wrong[2]]);
        let said = import(&file, &["--rejects", &file]);
        says(&said, 2, "", &["portreeve: --rejects names the file that is brought in; choose another name"]);
        // The rejects, corrected in their file.
        let text = std::fs::read_to_string(&rejects).unwrap();
        let header =
            "reject_line,reject_field,reject_rule,reject_message,Cust No,Name,Acct,Since,Mail To,Mail City,Old Flag";
        assert_eq!(text.lines().next(), Some(header));
        let text = text.replace("A-2,2024-01-31", "A-2,01/31/2024").replace("02/01/2024,,", "02/01/2024,3 Elm St,");
        let text = text.replace("103,Di Wu\n", "103,Di Wu,,,,,\n");
        let corrected = town.file("corrected.csv", text.as_bytes());
        says(&import(&corrected, &[]), 0, "3 records: 3 new, 0 changed, 0 unchanged, 0 rejected", &[unused]);
        town.program.done("clerk", &["customer", "merge", "103", "--into", "102"]);
        town.program.done("clerk", &["customer", "unmerge", "103"]);
        let party = ["customer", "set-party", "A-3", "bill_payer", "103", "--from", "2026-07-01"];
        town.program.ends("clerk", &party, 2);
        let talk = town.program.ends("clerk", &[&party[..], &["--asked-by", "city"]].concat(), 1);
        let missing = "say why the city itself changes this, in up to 200 letters, such as: mail came back";
        assert_eq!(talk, format!("portreeve: {missing}"));
        let party = [&party[..], &["--asked-by", "in_writing", "--document", "the lease"]].concat();
        town.program.done("clerk", &party);
        let talk = town.program.ends("clerk", &party, 1);
        assert_eq!(talk, "portreeve: account A-3 has a bill payer from 2026-07-01 already, '103'; end that first");
        let address = ["customer", "set-address", "A-3", "--from", "2026-07-01", "--street", "PO Box 3"];
        town.program.done("clerk", &[&address[..], &["--city", "Dayton", "--asked-by", "in_person"]].concat());
        assert_eq!(town.program.done("clerk", &["export", "customers", "--out", &out]), "4 records exported\n");
        let exported = std::fs::read_to_string(&out).unwrap();
        let expected = "\
customer,kind,name,phone,email,account,opened_on,bill_payer,recipient,street,city,state,postal_code
103,person,Di Wu,,,,,,,,,,
100,person,Ada Lind,,,A-1,2024-01-31,,,1 Elm St,Springfield,,
101,person,Bo Ray,,,A-2,2024-01-31,,,2 Elm St,Springfield,,
102,person,Cy Vale,,,A-3,2024-02-01,103,,PO Box 3,Dayton,,
";
        assert_eq!(exported, expected);
        place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_premises_makes_the_same_town_elsewhere() {
    for engine in testkit::engines("an export of premises") {
        let ((place, one), (other_place, other)) = (town(engine).await, town(engine).await);
        let customers = b"customer,kind,name\n100,person,Ada Lind\n";
        let premises = b"premise,street,city,service_point,service,owner,owner_from\n\
            P1,1 Elm St,Springfield,W1,water,100,2020-01-31\n\
            P1,1 Elm St,Springfield,S1,sewer,100,2020-01-31\n\
            P2,2 Elm St,Springfield,G1,gas,,\n";
        let told = "3 records: 2 new, 0 changed, 0 unchanged, 1 rejected";
        let exports: Vec<String> =
            ["one.csv", "other.csv"].map(|name| one.path(name).to_str().unwrap().to_owned()).into();
        for town in [&one, &other] {
            town.program.done("clerk", &["import", "customers", &town.file("customers.csv", customers)]);
        }
        let said = one.program.run("clerk", &["import", "premises", &one.file("premises.csv", premises)]);
        assert_eq!((said.code, said.out.trim_end()), (0, told));
        assert!(said.err.contains("line 4, field service, rule service_unknown: 'gas' is none of the services water"));
        one.program.done("clerk", &["export", "premises", "--out", &exports[0]]);
        other.program.done("clerk", &["import", "premises", &exports[0], "--all-or-nothing"]);
        other.program.done("clerk", &["export", "premises", "--out", &exports[1]]);
        let [first, second] = [0, 1].map(|place| std::fs::read_to_string(&exports[place]).unwrap());
        assert_eq!(first, second);
        assert_eq!(first.lines().count(), 3);
        place.remove().await;
        other_place.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_import_is_told_which_permission_that_needs() {
    for engine in testkit::engines("who may not import") {
        let (place, town) = town(engine).await;
        town.program.done("console", &["staff", "add", "eve", "--name", "Eve", "--grant", "premises.import"]);
        let file = town.file("customers.csv", b"customer,kind,name\n100,person,Ada Lind\n");
        let talk = town.program.ends("eve", &["import", "customers", &file], 1);
        assert!(talk.starts_with("portreeve: eve does not have the permission 'customers.import'"), "{talk}");
        let talk = town.program.ends("clerk", &["import", "consumption", &file], 2);
        assert_eq!(talk, "portreeve: a file of consumption needs --mapping");
        let talk = town.program.ends("clerk", &["import", "premises", &file], 1);
        let header = "customer, kind, name";
        assert_eq!(
            talk,
            format!(
                "portreeve: customers.csv, line 1, field premise: 0 columns have this name; the header has {header}"
            )
        );
        place.remove().await;
    }
}
