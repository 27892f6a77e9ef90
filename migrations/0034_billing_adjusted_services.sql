-- For which of a bill's services a charge was adjusted; nothing where it was adjusted over all of them.
alter table adjustment add column agreement_id bigint;
