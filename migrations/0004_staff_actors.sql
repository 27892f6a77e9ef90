-- Who acts: people who work here, and the system's own hands.
create table actor (
    actor_id bigint not null,
    code text not null,
    name text not null,
    kind text not null check (kind in ('person', 'system')),
    is_active boolean not null,
    primary key (actor_id),
    unique (code)
);
create table actor_permission (
    actor_id bigint not null,
    permission text not null,
    primary key (actor_id, permission),
    foreign key (actor_id) references actor (actor_id)
);
