-- What accounts are found by: words with the accounts that have them, numbers, what each account was found by last,
-- which accounts to look at again, all words there are and what is like them, how far the index is.
create table search_word (
    word text not null,
    account_id bigint not null,
    members bytea not null,
    primary key (word, account_id)
) without rowid;
create table search_number (
    number_key text not null,
    account_id bigint not null,
    kind text not null check (kind in ('meter', 'phone')),
    shown text not null,
    primary key (number_key, account_id, kind)
) without rowid;
create table search_text (
    account_id bigint not null,
    words text not null,
    numbers text not null,
    primary key (account_id)
) without rowid;
create table search_due (
    account_id bigint not null,
    act_id bigint not null,
    primary key (account_id)
) without rowid;
create table search_term (
    word text not null,
    primary key (word)
);
create table search_alike (
    alike text not null,
    word text not null,
    primary key (alike, word)
);
create table search_state (
    town_id bigint not null check (town_id = 0),
    indexed_to bigint not null,
    checking_from bigint,
    primary key (town_id)
);
insert into search_state (town_id, indexed_to)
values (0, 1);
