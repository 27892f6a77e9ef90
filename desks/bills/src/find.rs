//! `/bills`: one bill by the number on it.

use web::{Answer, Ask, Empty, Field, Go, LookUp};

use crate::loaded::bill_href;

pub(crate) async fn show(ask: Ask) -> Answer {
    let asked = ask.query().text("number").trim().to_owned();
    let page = ask.page("Find a bill").lead("By the number on its first page, such as 12-000345.");
    let page = match ask.may(billing::permissions::CORRECT) || ask.may(billing::permissions::SEE) {
        true => page.action("Bills to make again", "/bills/again"),
        false => page,
    };
    let number = Field::text("number", "Bill number").max(40).value(&asked).focused();
    let page = page.body(&LookUp::new(&ask, "Find a bill", "Open").field(number));
    if asked.is_empty() {
        let empty = Empty::new("Type the number of a bill")
            .text("Without the number, look up the account by name, address or meter in the search box.");
        return page.body(&empty).answer();
    }
    let Ok(parsed) = kernel::BillNumber::parse(&asked) else {
        let empty = Empty::new("This is not a bill number")
            .text("A bill number is two numbers with a dash, such as 12-000345: the run and the place in it.");
        return page.body(&empty).answer();
    };
    let mut read = ask.read().await?;
    match billing::bill_view(&mut read, parsed).await? {
        Some(view) => Go::to(&bill_href(view.number)).answer(),
        None => {
            let empty =
                Empty::new("There is no such bill").text("Look at the number again, or search for the account.");
            page.body(&empty).answer()
        }
    }
}
