-- What was used, per register and period. A correction is a new revision, never an update.
create table consumption (
    account_id bigint not null,
    service_point_id bigint not null,
    register_no bigint not null,
    from_on date not null,
    revision bigint not null,
    consumption_id bigint not null,
    to_on date not null,
    read_on date not null,
    steps bigint not null,
    unit text not null,
    source text not null,
    primary key (account_id, service_point_id, register_no, from_on, revision),
    foreign key (account_id) references account (account_id),
    foreign key (service_point_id) references service_point (service_point_id),
    check (from_on < to_on),
    check (1 <= revision)
) without rowid;
