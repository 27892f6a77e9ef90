-- The act log, bulk orders and their chunks.
create table act (
    act_id bigint not null,
    actor_id bigint not null,
    kind text not null,
    version bigint not null,
    permission text not null,
    subject_kind text not null,
    subject_id bigint not null,
    reason text not null,
    idempotency_key text not null,
    command text not null,
    outcome text not null,
    journal_digest bytea,
    order_id bigint,
    chunk_no bigint,
    business_on date not null,
    entered_at timestamptz not null,
    primary key (act_id),
    unique (idempotency_key)
);
create index act_subject on act (subject_kind, subject_id);
create table bulk_order (
    order_id bigint not null,
    act_id bigint not null,
    kind text not null,
    in_sequence boolean not null,
    chunk_count bigint not null,
    inputs text not null,
    primary key (order_id)
);
create table chunk (
    order_id bigint not null,
    chunk_no bigint not null,
    from_key bigint not null,
    to_key bigint not null,
    state text not null check (state in ('open', 'refused', 'done')),
    outcome text,
    digest bytea,
    refusal text,
    act_id bigint,
    primary key (order_id, chunk_no),
    foreign key (order_id) references bulk_order (order_id),
    check (state <> 'done' or (outcome is not null and act_id is not null)),
    check (state <> 'refused' or refusal is not null)
);
create index chunk_state on chunk (order_id, state, chunk_no);
