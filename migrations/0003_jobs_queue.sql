-- The queue: a row is written in the transaction that needs the work done.
create table job (
    job_id bigint not null,
    kind text not null,
    order_id bigint not null,
    state text not null check (state in ('open', 'done', 'stopped')),
    queued_at timestamptz not null,
    ended_at timestamptz,
    primary key (job_id),
    unique (order_id),
    check (state = 'open' or ended_at is not null)
);
create index job_state on job (state, job_id);
