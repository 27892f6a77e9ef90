-- Who may be told what about an account: the town's rule, who was verified, sealed identifiers, words agreed with
-- customers, red flags at account opening.
create table verification_rule (
    act_id bigint not null,
    questions text not null,
    needed bigint not null,
    minutes bigint not null,
    primary key (act_id),
    check (1 <= needed),
    check (1 <= minutes)
);
create table caller_verification (
    account_id bigint not null,
    act_id bigint not null,
    customer_id bigint,
    caller_role text not null check (caller_role in ('holder', 'bill_payer', 'owner', 'tenant', 'authorized', 'other')),
    is_verified boolean not null,
    matched text not null,
    actor_id bigint not null,
    verified_at timestamptz not null,
    holds_until timestamptz not null,
    primary key (account_id, act_id),
    foreign key (account_id) references account (account_id),
    foreign key (customer_id) references customer (customer_id)
) without rowid;
create table identifier (
    customer_id bigint not null,
    kind text not null check (kind in ('tax_id', 'driver_license')),
    form text not null,
    last_four text not null,
    fingerprint bytea not null,
    sealed bytea not null,
    key_id text not null,
    recorded_on date not null,
    act_id bigint not null,
    primary key (customer_id, kind),
    foreign key (customer_id) references customer (customer_id)
);
create index identifier_fingerprint on identifier (kind, fingerprint);
create table identifier_view (
    customer_id bigint not null,
    kind text not null,
    act_id bigint not null,
    actor_id bigint not null,
    viewed_at timestamptz not null,
    primary key (customer_id, kind, act_id),
    foreign key (customer_id) references customer (customer_id)
);
create table agreed_word (
    customer_id bigint not null,
    word_hash text not null,
    agreed_on date not null,
    act_id bigint not null,
    primary key (customer_id),
    foreign key (customer_id) references customer (customer_id)
);
create table opening_check (
    account_id bigint not null,
    act_id bigint not null,
    checked_on date not null,
    primary key (account_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table red_flag (
    account_id bigint not null,
    rule text not null,
    act_id bigint not null,
    words text not null,
    found_on date not null,
    is_open boolean not null,
    cleared_by_act_id bigint,
    cleared_on date,
    primary key (account_id, rule, act_id),
    foreign key (account_id) references account (account_id),
    check (is_open = (cleared_by_act_id is null))
) without rowid;
create index red_flag_open on red_flag (is_open, found_on, account_id);
