-- What a run bills is read by run: without this, a run costs what its accounts were ever billed.
create index run_item_run on run_item (run_id, account_id, agreement_id);
