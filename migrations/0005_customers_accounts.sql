-- Persons, organizations and their accounts.
create table customer (
    customer_id bigint not null,
    reference text not null,
    kind text not null check (kind in ('person', 'organization', 'unknown')),
    name text not null,
    search_key text not null,
    primary key (customer_id),
    unique (reference)
);
create table account (
    account_id bigint not null,
    customer_id bigint not null,
    number bigint not null,
    opened_on date not null,
    closed_on date,
    primary key (account_id),
    foreign key (customer_id) references customer (customer_id),
    check (closed_on is null or opened_on <= closed_on)
) without rowid;
create table account_number (
    number bigint not null,
    account_id bigint not null,
    primary key (number)
);
-- The city itself is account 0: postings that belong to no customer.
insert into customer (customer_id, reference, kind, name, search_key)
values (0, 'city', 'organization', 'The city itself', 'the city itself');
insert into account (account_id, customer_id, number, opened_on)
values (0, 0, 0, '1900-01-01');
