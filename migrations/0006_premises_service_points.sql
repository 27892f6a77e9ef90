-- Where a service is delivered.
create table service_point (
    service_point_id bigint not null,
    reference text not null,
    service text not null,
    address text not null,
    primary key (service_point_id),
    unique (reference)
);
