//! The spreadsheet of a register has what its CSV has.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use testkit::engines;

use super::Street;

/// A cell as CSV has it.
fn plain(cell: &Data, expected: &str) -> String {
    match cell {
        Data::Float(number) => {
            let same = expected.parse::<f64>().is_ok_and(|expected| expected == *number);
            if same { expected.to_owned() } else { number.to_string() }
        }
        Data::DateTime(day) => {
            let days = chrono::Days::new(day.as_f64().to_string().parse().unwrap());
            (chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap() + days).to_string()
        }
        other => other.to_string(),
    }
}

#[tokio::test]
async fn a_spreadsheet_read_back_equals_the_csv() {
    for engine in engines("a register as a spreadsheet") {
        let street = Street::new(engine).await;
        street.posted("2021-05").await;
        let run = street.tried("2021-06").await;
        street.tariff.town.sign(run).await.unwrap();
        let report = street.register(run).await.report();
        let csv = report.to_csv();
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv.as_bytes());
        let mut sections: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for record in reader.records() {
            let fields: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
            sections.entry(fields[0].clone()).or_default().push(fields[2..].to_vec());
        }
        let mut book = Xlsx::new(Cursor::new(report.to_xlsx().unwrap())).unwrap();
        assert_eq!(book.sheet_names().len(), sections.len());
        let mut cells = 0;
        for (name, records) in sections {
            let range = book.worksheet_range(&name).unwrap();
            for (row, record) in records.iter().enumerate() {
                for (column, expected) in record.iter().enumerate() {
                    let at = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
                    let found = range.get_value(at).unwrap_or(&Data::Empty);
                    assert_eq!(plain(found, expected), *expected, "{name} {at:?}");
                    cells += 1;
                }
            }
        }
        assert!(200 < cells, "{cells} cells were compared");
        street.tariff.town.base.remove().await;
    }
}
