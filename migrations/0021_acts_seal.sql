-- The sealed log: a position for each act in a chain of digests, each of which covers the act and the seal before.
create table seal (
    position bigint not null,
    act_id bigint not null,
    digest bytea not null,
    sealed_at timestamptz not null,
    primary key (position),
    unique (act_id),
    foreign key (act_id) references act (act_id),
    check (1 <= position)
);
