//! Papers of the demo, made beside its work: registers as runs are posted, and the proof of the books month by month.

use std::path::{Path, PathBuf};

use billing::{BillRun, Register};
use db::{Db, Read};
use finance::LedgerProof;
use tokio::task::{JoinError, JoinSet};

use super::summary::Sums;
use super::write;
use crate::commands::Ended;

/// So many registers are made at a time.
const AT_A_TIME: usize = 2;

/// Whoever makes the registers, and keeps what they come to.
pub struct Papers {
    db: Db,
    /// Where registers are written; none where they are only counted.
    folder: Option<PathBuf>,
    registers: JoinSet<Result<(BillRun, Register), Ended>>,
    sums: Sums,
}

impl Papers {
    /// Nothing made yet.
    pub fn of(db: &Db, folder: Option<PathBuf>) -> Papers {
        Papers { db: db.clone(), folder, registers: JoinSet::new(), sums: Sums::default() }
    }

    /// Begins with the register of a posted run, once not too many are being made.
    pub async fn begin(&mut self, run: BillRun) -> Result<(), Ended> {
        while AT_A_TIME <= self.registers.len() {
            self.take_one().await?;
        }
        self.registers.spawn(register(self.db.clone(), run, self.folder.clone()));
        Ok(())
    }

    /// Waits for every register that was begun.
    pub async fn end(mut self) -> Result<Sums, Ended> {
        while !self.registers.is_empty() {
            self.take_one().await?;
        }
        Ok(self.sums)
    }

    async fn take_one(&mut self) -> Result<(), Ended> {
        if let Some(made) = self.registers.join_next().await {
            let (run, register) = made.map_err(|error| waited(&error))??;
            self.sums.add(&run, &register);
        }
        Ok(())
    }
}

async fn register(db: Db, run: BillRun, folder: Option<PathBuf>) -> Result<(BillRun, Register), Ended> {
    let register = billing::register(&mut db.read().await?, &run).await?;
    if let Some(folder) = folder {
        write_register(&folder, &register)?;
    }
    Ok((run, register))
}

/// Writes a register as text, CSV and a spreadsheet.
fn write_register(folder: &Path, register: &Register) -> Result<(), Ended> {
    let report = register.report();
    let name = folder.join(format!("registers/run-{:03}", register.number));
    write(&name.with_extension("txt"), register.to_text().as_bytes())?;
    write(&name.with_extension("csv"), report.to_csv().as_bytes())?;
    let sheet = report.to_xlsx().map_err(|error| Ended::Fault(error.to_string()))?;
    write(&name.with_extension("xlsx"), &sheet)
}

/// Something that is made beside the work; when nobody waits for it any more, it is broken off.
pub struct Beside<T>(JoinSet<Result<T, Ended>>);

impl<T: Send + 'static> Beside<T> {
    /// Begins it.
    pub fn begin(making: impl Future<Output = Result<T, Ended>> + Send + 'static) -> Beside<T> {
        let mut set = JoinSet::new();
        set.spawn(making);
        Beside(set)
    }

    /// Waits for it.
    pub async fn end(mut self) -> Result<T, Ended> {
        let made = self.0.join_next().await.ok_or_else(|| Ended::Fault("nothing was begun".into()))?;
        made.map_err(|error| waited(&error))?
    }
}

/// Begins to prove the books as a transaction sees them.
pub fn proving(mut read: Read) -> Beside<LedgerProof> {
    Beside::begin(async move { Ok(finance::prove(&mut read).await?) })
}

fn waited(error: &JoinError) -> Ended {
    Ended::Fault(format!("waiting for papers: {error}"))
}
