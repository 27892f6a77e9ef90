-- How customers are reached, the names other systems know accounts by, who is what for an account, where its mail goes.
alter table customer add column phone text not null default '';
alter table customer add column email text not null default '';
alter table customer add column source text not null default '';
create table account_reference (
    reference text not null,
    account_id bigint not null,
    source text not null,
    primary key (reference)
);
create table account_party (
    account_id bigint not null,
    role text not null check (role in ('bill_payer', 'owner', 'tenant', 'authorized')),
    customer_id bigint not null,
    from_on date not null,
    to_on date,
    act_id bigint not null,
    primary key (account_id, role, customer_id, from_on),
    foreign key (account_id) references account (account_id),
    foreign key (customer_id) references customer (customer_id),
    check (to_on is null or from_on <= to_on)
) without rowid;
create table mailing_address (
    account_id bigint not null,
    purpose text not null check (purpose in ('mailing', 'forwarding')),
    from_on date not null,
    revision bigint not null,
    recipient text not null,
    street text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    act_id bigint not null,
    primary key (account_id, purpose, from_on, revision),
    foreign key (account_id) references account (account_id),
    check (1 <= revision)
) without rowid;
create table customer_merge (
    merged_id bigint not null,
    into_id bigint not null,
    act_id bigint not null,
    reason text not null,
    primary key (merged_id),
    foreign key (merged_id) references customer (customer_id),
    foreign key (into_id) references customer (customer_id),
    check (merged_id <> into_id)
);
create table merged_account (
    account_id bigint not null,
    act_id bigint not null,
    from_customer_id bigint not null,
    to_customer_id bigint not null,
    primary key (account_id, act_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create index account_customer on account (customer_id);
