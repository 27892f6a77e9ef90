//! Files come in once, in parts, and come out again as they came in.

use std::fmt::Write as _;
use std::sync::Arc;

use acts::ChunkStep;
use imports::{ImportWork, Intake};
use metering::intake::{Meters, Reads};
use testkit::{by, engines, open_door};

use crate::place::{METERS, Place, READS, report};

const FEW_METERS: &str = "\
M1,ccf,6,0.01,\"5/8\"\"\",p1,2020-01-01,0,2023-03-04,812
M7,gallon,7,10,,p1,2023-03-04,12,,
M2,ccf,6,0.01,1,p2,2020-01-01,0,2021-06-01,
M1,ccf,6,0.01,\"5/8\"\"\",p2,2023-03-04,812,,
";
const FEW_READS: &str = "\
M1,p1,2023-02-28,800,actual,
M1,p1,2023-03-04,812,customer,
M7,p1,2026-05-31,90,actual,locked
M1,p2,2026-05-31,813,actual,
";

#[tokio::test]
async fn what_comes_in_comes_out_and_comes_in_again_the_same() {
    for engine in engines("meters and reads in and out") {
        let first = Place::new(engine, 3).await;
        assert_eq!(first.meters(FEW_METERS).await, (report(4, 0, 0, 0), vec![]));
        assert_eq!(first.reads(FEW_READS).await, (report(4, 0, 0, 0), vec![]));
        let (meters, reads) = (first.export(&Meters).await, first.export(&Reads).await);
        assert_eq!(meters, format!("{METERS}{FEW_METERS}"));
        assert_eq!(reads, format!("{READS}{FEW_READS}"));
        let second = Place::new(engine, 3).await;
        assert_eq!(second.import_bytes(Arc::new(Meters), meters.as_bytes()).await, (report(4, 0, 0, 0), vec![]));
        assert_eq!(second.import_bytes(Arc::new(Reads), reads.as_bytes()).await, (report(4, 0, 0, 0), vec![]));
        assert_eq!((second.export(&Meters).await, second.export(&Reads).await), (meters, reads));
        first.base.remove().await;
        second.base.remove().await;
    }
}

#[tokio::test]
async fn a_file_given_again_changes_nothing() {
    for engine in engines("a file given again") {
        let place = Place::new(engine, 3).await;
        let told = place.meters(FEW_METERS).await;
        assert_eq!(place.meters(FEW_METERS).await, told);
        let reads = place.reads(FEW_READS).await;
        assert_eq!(place.reads(FEW_READS).await, reads);
        // The same records in another file are on record already; a reference more is not the same record.
        let reversed: Vec<&str> = FEW_METERS.lines().rev().collect();
        assert_eq!(place.meters(&reversed.join("\n")).await, (report(0, 0, 4, 0), vec![]));
        let reversed = FEW_READS.replace(",p2,", ",,").lines().rev().collect::<Vec<_>>().join("\n");
        assert_eq!(place.reads(&reversed).await, (report(0, 0, 4, 0), vec![]));
        assert_eq!(place.history(1).await.len(), 3);
        place.base.remove().await;
    }
}

#[tokio::test]
async fn an_import_that_stopped_between_two_parts_goes_on() {
    for engine in engines("an import that stopped") {
        let place = Place::new(engine, 1).await;
        assert_eq!(place.meters("M1,ccf,6,0.01,,p1,2000-01-01,0,,\n").await.0, report(1, 0, 0, 0));
        let mut text = READS.to_owned();
        for number in 0..5_100_i64 {
            let read_on = crate::place::day("2010-01-01") + chrono::Days::new(number.unsigned_abs());
            writeln!(text, "M1,,{read_on},{number},,").unwrap();
        }
        // What the last part says a second time came in with the first.
        text.push_str("M1,p1,2010-01-01,0,,\n");
        let reads: Arc<dyn Intake> = Arc::new(Reads);
        let (folder, _, imported) = place.begin(&reads, text.as_bytes()).await;
        let inputs: (String,) = place
            .read()
            .await
            .one("select inputs from bulk_order where order_id = $1", vec![imported.order.into()])
            .await
            .unwrap()
            .unwrap();
        let work = ImportWork::new(&inputs.0, reads.clone(), &folder.path().join("file.csv")).unwrap();
        let step = open_door(&place.base.db).carry_out_chunk(&by("job"), imported.order, &work).await.unwrap();
        assert!(matches!(step, ChunkStep::Done));
        drop(work);
        assert_eq!(place.history(1).await.len(), 5_000);
        let (told, rejects) = place.finish(reads, &folder, imported).await;
        assert_eq!(told, report(5_100, 0, 0, 1));
        assert_eq!(rejects, [(5_102, "meter".to_owned(), "suspected_duplicate".to_owned())]);
        assert_eq!(place.history(1).await.len(), 5_100);
        place.base.remove().await;
    }
}
