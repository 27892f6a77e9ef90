//! Pages of rows that are found account by account: some pieces of the accounts are looked at for each, and no account is
//! parted.

use db::{Fault, Read};
use kernel::AccountId;

use crate::BillRun;

/// Pieces of accounts that are looked at for one page; then it ends, and the next one goes on.
const PIECES: usize = 8;
/// Rows of a page, about.
const ROWS: usize = 50;
/// Rows of a file, about.
const FILE_ROWS: usize = 100_000;

/// Accounts from one up to another.
type Piece = (AccountId, AccountId);

/// Which rows are wanted.
#[derive(Clone, Copy, Debug)]
pub struct PageOf {
    after: AccountId,
    rows: usize,
    pieces: usize,
}

/// A page of rows, by account.
#[derive(Clone, Debug)]
pub struct AccountPage<T> {
    /// The rows; those of an account are never parted.
    pub rows: Vec<T>,
    /// After which account it goes on; `None` at the end.
    pub next: Option<AccountId>,
    limit: usize,
    last: Option<AccountId>,
}

impl PageOf {
    /// What a screen shows of accounts after one: about fifty rows. Where few accounts have any, the page is short and says
    /// where to go on.
    #[must_use]
    pub fn screen(after: AccountId) -> PageOf {
        PageOf { after, rows: ROWS, pieces: PIECES }
    }

    /// What a file takes along: all of it, up to about a hundred thousand rows.
    #[must_use]
    pub fn file() -> PageOf {
        PageOf { after: AccountId(0), rows: FILE_ROWS, pieces: usize::MAX }
    }

    /// The pieces of a run's accounts to look at, and the page they are for.
    pub(crate) async fn of_run<T>(self, read: &mut Read, run: &BillRun) -> Result<(Vec<Piece>, AccountPage<T>), Fault> {
        let chunks = acts::chunks(read, run.prepare_order).await?;
        Ok(self.of_pieces(chunks.iter().map(|chunk| (AccountId(chunk.from), AccountId(chunk.to)))))
    }

    /// The same of all accounts through one, so many to a piece.
    pub(crate) fn of_all<T>(self, last: AccountId, size: i64) -> (Vec<Piece>, AccountPage<T>) {
        let first = self.after.0 + 1;
        let begins = (first..=last.0).step_by(usize::try_from(size).unwrap_or(1).max(1));
        self.of_pieces(begins.map(|from| (AccountId(from), AccountId(from + size))))
    }

    fn of_pieces<T>(self, pieces: impl Iterator<Item = Piece>) -> (Vec<Piece>, AccountPage<T>) {
        let first = AccountId(self.after.0 + 1);
        let left = pieces.filter(|(_, to)| first < *to).map(|(from, to)| (from.max(first), to));
        let mut pieces: Vec<Piece> = left.collect();
        let next = pieces.get(self.pieces).map(|(from, _)| AccountId(from.0 - 1));
        pieces.truncate(self.pieces);
        (pieces, AccountPage { rows: Vec::new(), next, limit: self.rows, last: None })
    }
}

impl<T> AccountPage<T> {
    /// Adds a row of an account, in the order of accounts. Where the page is full and the account is another one, it is not
    /// added: the page ends and goes on with it.
    pub(crate) fn add(&mut self, account: AccountId, row: T) -> bool {
        if self.limit <= self.rows.len() && self.last != Some(account) {
            self.next = self.last;
            return false;
        }
        self.last = Some(account);
        self.rows.push(row);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every row of some accounts, page by page: the account, and its number there.
    fn leafed(accounts: &[(i64, usize)], size: i64, (rows, pieces): (usize, usize)) -> Vec<(i64, usize)> {
        let last = AccountId(accounts.last().map_or(0, |(account, _)| *account));
        let (mut all, mut after) = (Vec::new(), AccountId(0));
        loop {
            let (found, mut page) = PageOf { after, rows, pieces }.of_all(last, size);
            let inside = |account: &i64| found.iter().any(|(from, to)| from.0 <= *account && *account < to.0);
            let wanted = accounts.iter().filter(|(account, _)| inside(account));
            let mut each = wanted.flat_map(|(account, count)| (0..*count).map(|number| (*account, number)));
            let _ = each.all(|(account, number)| page.add(AccountId(account), (account, number)));
            all.extend(page.rows);
            match page.next {
                Some(next) => after = next,
                None => return all,
            }
        }
    }

    proptest! {
        #[test]
        fn leafing_finds_every_row_once(
            accounts in proptest::collection::btree_map(1..200_i64, 0..4_usize, 0..40),
            size in 1..30_i64,
            rows in 1..10_usize,
            pieces in 1..5_usize,
        ) {
            let accounts: Vec<(i64, usize)> = accounts.into_iter().collect();
            let all: Vec<(i64, usize)> =
                accounts.iter().flat_map(|(account, count)| (0..*count).map(|number| (*account, number))).collect();
            prop_assert_eq!(leafed(&accounts, size, (rows, pieces)), all);
        }
    }
}
