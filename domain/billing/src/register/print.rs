//! The register as a report: what is fingerprinted, and what was signed.

use kernel::{Cents, Digest};
use reports::{Cell, Kind, Report, Section};

use super::bills::BillCount;
use super::comparison::Compared;
use super::{Comparison, JournalLine, Register};
use crate::tax_report::taxes_section;

impl Register {
    /// The heading of what is charged, by service, class, schedule and charge.
    pub const CHARGES: &str = "Charges";
    /// The heading of the taxes.
    pub const TAXES: &str = "Taxes";
    /// The heading of what customers owe.
    pub const RECEIVABLES: &str = "Receivables";
    /// The heading of what is posted.
    pub const JOURNAL: &str = "Journal";
    /// The heading of the bills that are replaced.
    pub const REPLACED: &str = "Bills replaced";
    /// The heading of the charges beside those of the last run.
    pub const CHARGES_COMPARED: &str = "Charges compared";
    /// The heading of the sign-off.
    pub const SIGN_OFF: &str = "Sign-off";
    /// What the row of the sign-off is called that says what was signed.
    pub const SIGNED_TOTAL: &str = "Total that was signed";
    /// The heading of the bills that stay back.
    pub const HELD: &str = "Held bills";
    /// The heading of those of them that were signed and then taken out.
    pub const TAKEN_OUT: &str = "Taken out since the sign-off";

    /// The fingerprint of the register's text, without the sign-off.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.body().to_text().as_bytes())
    }

    /// The register as it is read. What stands above the section `Sign-off` is what its hash is of.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.report().to_text()
    }

    /// The register as a report, for text, CSV and spreadsheets.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = self.body();
        report.sections.push(self.signoff());
        if self.signed.is_some() {
            report.sections.push(self.taken_out());
        }
        report
    }

    fn body(&self) -> Report {
        let last_on = self.period.to().pred_opt().unwrap_or(self.period.to());
        let mut sections = vec![self.bills()];
        if self.is_off_cycle {
            sections.push(self.replaced_section());
        }
        sections.extend([
            self.consumption_section(),
            self.charges_section(),
            taxes_section(&self.taxes),
            self.receivables_section(),
            self.journal_section(),
            self.exceptions_section(),
            self.held_section(),
        ]);
        if let Some(comparison) = &self.comparison {
            sections.extend(comparison.sections());
        }
        Report {
            title: format!("BILLING REGISTER {}", self.number),
            subtitle: vec![
                format!("Cycle {}   service {} to {last_on}", self.cycle, self.period.from()),
                format!("Bill date {}   due date {}", self.bill_on, self.due_on),
                format!("Total charged {}", self.total.dollars()),
                format!("Digest over all items {}", self.items),
            ],
            dated_on: self.bill_on,
            sections,
        }
    }

    fn bills(&self) -> Section {
        let mut section = Section::new("Bills", &[("Kind", Kind::Text), ("Count", Kind::Count)]);
        for kind in BillCount::ALL.iter().rev() {
            section.push(vec![kind.word().into(), Cell::Count(self.counts.of(*kind))]);
        }
        section.with_totals("all")
    }

    fn replaced_section(&self) -> Section {
        let columns = [
            ("Account", Kind::Text),
            ("Old bill", Kind::Text),
            ("New bill", Kind::Text),
            ("Old amount", Kind::Money),
            ("New amount", Kind::Money),
            ("Difference", Kind::Money),
            ("Reason", Kind::Text),
        ];
        let mut section = Section::new(Register::REPLACED, &columns);
        for line in &self.replaced {
            section.push(vec![
                line.account.as_str().into(),
                line.old.to_string().into(),
                line.new.to_string().into(),
                line.was.into(),
                line.is.into(),
                line.difference().into(),
                line.reason.as_str().into(),
            ]);
        }
        section.with_totals("Total")
    }

    fn consumption_section(&self) -> Section {
        let columns = [
            ("Service", Kind::Text),
            ("Class", Kind::Text),
            ("Unit", Kind::Text),
            ("Registered", Kind::Quantity),
            ("Billed", Kind::Quantity),
        ];
        let mut section = Section::new("Consumption", &columns);
        for line in &self.consumption {
            let (service, class) = (line.service.as_str().into(), line.class.as_str().into());
            section.push(vec![
                service,
                class,
                line.billed.unit.code().into(),
                line.registered.into(),
                line.billed.into(),
            ]);
        }
        section
    }

    fn charges_section(&self) -> Section {
        let columns = [
            ("Service", Kind::Text),
            ("Class", Kind::Text),
            ("Schedule", Kind::Text),
            ("Charge", Kind::Text),
            ("Fund", Kind::Text),
            ("Count", Kind::Count),
            ("Charged", Kind::Money),
            ("Borne by the city", Kind::Money),
        ];
        let mut section = Section::new(Register::CHARGES, &columns);
        for line in self.charges.iter().filter(|line| !line.revenue.is_empty()) {
            let (charged, borne) = sides(line.charged.into(), line.is_borne);
            section.push(vec![
                line.service.as_str().into(),
                line.class.as_str().into(),
                line.schedule.as_str().into(),
                line.revenue.as_str().into(),
                line.fund.as_str().into(),
                Cell::Count(line.count),
                charged,
                borne,
            ]);
        }
        section.with_totals("Total")
    }

    fn receivables_section(&self) -> Section {
        let columns = [
            ("Service", Kind::Text),
            ("Fund", Kind::Text),
            ("Receivable", Kind::Text),
            ("Opening", Kind::Money),
            ("Billed", Kind::Money),
            ("Other bills", Kind::Money),
            ("Taken back", Kind::Money),
            ("Paid", Kind::Money),
            ("Adjusted", Kind::Money),
            ("Closing", Kind::Money),
        ];
        let mut section = Section::new(Register::RECEIVABLES, &columns);
        for line in &self.receivables {
            let sum = &line.sum;
            let mut row: Vec<Cell> =
                [&line.service, &line.fund, &line.receivable].map(|text| text.as_str().into()).to_vec();
            let amounts = [sum.opening, sum.billed, sum.billed_otherwise, sum.reversed, sum.paid, sum.adjusted];
            row.extend(amounts.map(Cell::from));
            row.push(sum.closing().into());
            section.push(row);
        }
        section.with_totals("Total")
    }

    fn journal_section(&self) -> Section {
        let columns = [
            ("Fund", Kind::Text),
            ("Debit", Kind::Text),
            ("Credit", Kind::Text),
            ("Charge", Kind::Text),
            ("Amount", Kind::Money),
        ];
        let mut section = Section::new(Register::JOURNAL, &columns);
        for line in self.journal.iter().chain(&self.reversals) {
            let mut row: Vec<Cell> =
                [&line.fund, &line.debit, &line.credit, &line.revenue].map(|text| text.as_str().into()).to_vec();
            row.push(line.cents.into());
            section.push(row);
        }
        if !self.reversals.is_empty() {
            let sum = |lines: &[JournalLine]| lines.iter().map(|line| line.cents).sum::<Cents>().dollars();
            section.note(format!("Bills {}, bills taken back {}", sum(&self.journal), sum(&self.reversals)));
        }
        section.with_totals("Total")
    }

    fn exceptions_section(&self) -> Section {
        let columns = [
            ("Exception", Kind::Text),
            ("State", Kind::Text),
            ("Decided by", Kind::Text),
            ("Rule", Kind::Text),
            ("Count", Kind::Count),
        ];
        let mut section = Section::new("Exceptions", &columns);
        for line in &self.exceptions {
            section.push(vec![
                line.code.code().into(),
                line.state.code().into(),
                line.decided_by.as_str().into(),
                line.rule.as_str().into(),
                Cell::Count(line.count),
            ]);
        }
        section
    }

    fn held_section(&self) -> Section {
        let columns = [
            ("Account", Kind::Text),
            ("Exceptions", Kind::Text),
            ("Held by", Kind::Text),
            ("Assignee", Kind::Text),
            ("Until", Kind::Date),
            ("Not billed", Kind::Money),
            ("Reason", Kind::Text),
        ];
        let mut section = Section::new(Register::HELD, &columns);
        for line in &self.held {
            let codes: Vec<&str> = line.codes.iter().map(|code| code.code()).collect();
            section.push(vec![
                line.account.as_str().into(),
                codes.join(", ").into(),
                line.decided_by.as_str().into(),
                line.assignee.as_str().into(),
                line.due_on.into(),
                line.total.into(),
                line.reason.as_str().into(),
            ]);
        }
        section.with_totals("Total")
    }

    fn signoff(&self) -> Section {
        let mut section = Section::new(Register::SIGN_OFF, &[("What", Kind::Text), ("Value", Kind::Text)]);
        let hash = self.digest();
        section.push(vec!["Hash of this register".into(), hash.to_string().into()]);
        let Some(signed) = &self.signed else {
            section.push(vec!["Signed by".into(), "nobody yet".into()]);
            return section;
        };
        section.push(vec!["Signed by".into(), signed.by.as_str().into()]);
        section.push(vec!["Hash that was signed".into(), signed.register.to_string().into()]);
        section.push(vec!["Bills that were signed".into(), signed.bills.to_string().into()]);
        section.push(vec![Register::SIGNED_TOTAL.into(), signed.total.dollars().into()]);
        let words = match (signed.register == hash, self.taken_out_count()) {
            (true, _) => "This is the register that was signed.".to_owned(),
            (false, 0) => "This is not the register that was signed.".to_owned(),
            (false, count) => format!("Since the sign-off {count} bills were taken out; see below."),
        };
        section.note(words);
        section
    }

    fn taken_out_count(&self) -> usize {
        self.held.iter().filter(|line| line.is_since_signoff).count()
    }

    fn taken_out(&self) -> Section {
        let columns =
            [("Account", Kind::Text), ("Held by", Kind::Text), ("Not billed", Kind::Money), ("Reason", Kind::Text)];
        let mut section = Section::new(Register::TAKEN_OUT, &columns);
        for line in self.held.iter().filter(|line| line.is_since_signoff) {
            let (account, by) = (line.account.as_str().into(), line.decided_by.as_str().into());
            section.push(vec![account, by, line.total.into(), line.reason.as_str().into()]);
        }
        section.with_totals("Total")
    }
}

impl Comparison {
    fn sections(&self) -> [Section; 3] {
        let last_on = self.period.to().pred_opt().unwrap_or(self.period.to());
        let note = format!("Last run: {}, service {} to {last_on}", self.run, self.period.from());
        let mut bills = section("Bills compared", ("Kind", Kind::Count), &[]);
        bills.note(note);
        for line in &self.bills {
            push(&mut bills, line, None, |count| Cell::Count(*count));
        }
        let mut used = section("Consumption compared", ("Service", Kind::Quantity), &[("Unit", Kind::Text)]);
        for line in &self.consumption {
            push(&mut used, line, Some(line.now.unit.code().into()), |quantity| Cell::Quantity(*quantity));
        }
        let mut charges = section(Register::CHARGES_COMPARED, ("Charge", Kind::Money), &[]);
        for line in &self.charges {
            push(&mut charges, line, None, |cents| Cell::Money(*cents));
        }
        [bills, used, charges]
    }
}

fn section(heading: &str, (what, kind): (&str, Kind), more: &[(&str, Kind)]) -> Section {
    let mut columns = vec![(what, Kind::Text)];
    columns.extend(more);
    columns.extend([("Last run", kind), ("This run", kind), ("Change", Kind::Percent)]);
    Section::new(heading, &columns)
}

fn push<T>(section: &mut Section, line: &Compared<T>, more: Option<Cell>, cell: impl Fn(&T) -> Cell) {
    let mut row = vec![line.what.as_str().into()];
    row.extend(more);
    row.extend([cell(&line.last), cell(&line.now), line.tenths.map_or(Cell::Empty, Cell::Tenths)]);
    section.push(row);
}

/// An amount in the column of what is billed, or in that of what the city bears.
fn sides(amount: Cell, is_borne: bool) -> (Cell, Cell) {
    if is_borne { (Cell::Empty, amount) } else { (amount, Cell::Empty) }
}
