//! What pages look like: tables by their address, files, the style page, one heading, no inline style or script.

use crate::stand::Stand;

#[tokio::test]
async fn a_table_is_sorted_filtered_and_leafed_through_by_its_address() {
    let stand = Stand::new().await;
    let rows = async |query: &str| {
        let told = stand.get(&format!("/table{query}"), "clerk").await;
        let cells = told.body.split("<td data-title=\"Count\" class=\"number\">").skip(1);
        let mut cells: Vec<String> = cells.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        let total = cells.pop().unwrap_or_default();
        (cells.len(), cells.first().cloned().unwrap_or_default(), total)
    };
    let check = async |query: &str, expected: (usize, &str, &str)| {
        let (count, first, total) = rows(query).await;
        assert_eq!((count, first.as_str(), total.as_str()), expected, "{query}");
    };
    check("", (50, "1", "7,260")).await;
    check("?page=3", (20, "101", "7,260")).await;
    check("?page=99", (20, "101", "7,260")).await;
    check("?page=-1", (50, "1", "7,260")).await;
    check("?sort=run&down=1", (50, "120", "7,260")).await;
    check("?sort=count", (50, "1", "7,260")).await;
    check("?sort=nonsense", (50, "1", "7,260")).await;
    check("?filter=run+11", (11, "11", "1,156")).await;
    check("?filter=nothing", (0, "", "")).await;
}

#[tokio::test]
async fn a_table_is_taken_along_whole() {
    let stand = Stand::new().await;
    let told = stand.get("/table?as=csv&sort=count&down=1", "clerk").await;
    assert_eq!(told.header("content-disposition"), "attachment; filename=\"runs-2026-07-01.csv\"");
    assert_eq!(told.body.lines().filter(|line| line.starts_with("Runs,row,")).count(), 120);
    let told = stand.get("/table?as=xlsx", "clerk").await;
    assert!(told.body.starts_with("PK"), "a spreadsheet is a zip");
}

#[tokio::test]
async fn pages_keep_to_what_the_policy_allows() {
    let stand = Stand::new().await;
    for path in ["/style", "/style/errors", "/thing", "/nowhere", "/open"] {
        let told = stand.get(path, "clerk").await;
        for inline in [" style=", "<style", " onclick", "javascript:"] {
            assert!(!told.body.contains(inline), "{path} has {inline}");
        }
        assert_eq!(told.body.matches("<h1").count(), 1, "{path}");
        assert!(told.body.len() < 150_000, "{path}: {} bytes", told.body.len());
    }
    let style = stand.get("/assets/portreeve.css", "").await;
    assert!(style.body.len() < 40_000, "{} bytes", style.body.len());
    assert!(stand.get("/assets/town.css", "").await.body.contains("--accent:#00687d"));
}

#[tokio::test]
async fn the_style_page_shows_every_part() {
    let told = Stand::new().await.get("/style", "clerk").await;
    assert!(told.body.contains("<td data-title=\"Account\" class=\"whole\">"), "a number of an account is not broken");
    for class in [
        "alert good",
        "queues",
        "facts",
        "tabs",
        "steps",
        "table",
        "empty",
        "chart",
        "progress",
        "form",
        "timeline",
        "changes",
    ] {
        assert!(told.body.contains(&format!("class=\"{class}\"")), "{class}");
    }
}
