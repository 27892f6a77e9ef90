-- Other programs are told of what was done: who is told of what, and every message with how its sending stands.
create table webhook (
    webhook_id bigint not null,
    title text not null,
    url text not null,
    state text not null check (state in ('active', 'stopped', 'gone')),
    state_since timestamptz not null,
    sealed bytea,
    key_id text,
    old_sealed bytea,
    old_key_id text,
    old_until timestamptz,
    last_status bigint,
    last_refusal text,
    last_at timestamptz,
    act_id bigint not null,
    primary key (webhook_id),
    unique (title),
    check ((sealed is null) = (key_id is null)),
    check ((old_sealed is null) = (old_key_id is null)),
    check ((old_sealed is null) = (old_until is null))
);
create table webhook_kind (
    webhook_id bigint not null,
    kind text not null,
    primary key (webhook_id, kind),
    foreign key (webhook_id) references webhook (webhook_id)
);
create index webhook_kind_wanted on webhook_kind (kind, webhook_id);
create table webhook_delivery (
    delivery_id bigint not null,
    webhook_id bigint not null,
    message text not null,
    act_id bigint not null,
    kind text not null,
    subject_kind text not null,
    subject_id bigint not null,
    account_number text,
    order_id bigint,
    chunk_no bigint,
    happened_at timestamptz not null,
    state text not null check (state in ('open', 'delivered', 'given_up', 'set_aside')),
    attempts bigint not null,
    claims bigint not null,
    next_at timestamptz not null,
    last_status bigint,
    last_refusal text,
    last_at timestamptz,
    primary key (delivery_id),
    unique (message),
    foreign key (webhook_id) references webhook (webhook_id),
    check ((order_id is null) = (chunk_no is null)),
    check (0 <= attempts),
    check (0 <= claims)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, state, next_at, delivery_id);
create index webhook_delivery_in_state on webhook_delivery (webhook_id, state, delivery_id);
create index webhook_delivery_listed on webhook_delivery (webhook_id, delivery_id);
