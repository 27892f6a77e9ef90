-- Meters, where each was installed, what was read of it, and how consumption follows from reads.
create table meter (
    meter_id bigint not null,
    serial_number text not null,
    unit text not null,
    dials bigint not null check (1 <= dials and dials <= 12),
    steps_per_count bigint not null check (1 <= steps_per_count),
    size text not null,
    source text not null,
    primary key (meter_id),
    unique (serial_number)
);
create table meter_installation (
    service_point_id bigint not null,
    installed_on date not null,
    meter_id bigint not null,
    install_count bigint not null,
    removed_on date,
    removal_count bigint,
    source text not null,
    primary key (service_point_id, installed_on),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (meter_id) references meter (meter_id),
    check (removed_on is null or installed_on <= removed_on),
    check (removed_on is not null or removal_count is null)
);
create index meter_installation_meter on meter_installation (meter_id);
create table meter_read (
    service_point_id bigint not null,
    read_on date not null,
    revision bigint not null,
    meter_id bigint not null,
    count_read bigint,
    kind text not null check (kind in ('actual', 'customer', 'withdrawn')),
    code text not null,
    source text not null,
    reason text,
    act_id bigint not null,
    primary key (service_point_id, read_on, revision),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (meter_id) references meter (meter_id),
    check (1 <= revision),
    check (kind = 'withdrawn' or count_read is not null),
    check (revision = 1 or reason is not null)
);
alter table consumption add column registered_steps bigint;
alter table consumption add column findings text not null default '';
alter table consumption add column grounds text not null default '';
create index consumption_revised on consumption (account_id) where 1 < revision;
