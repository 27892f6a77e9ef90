-- In which order service points are read: each is a stop of one route at most.
create table route_stop (
    service_point_id bigint not null,
    route text not null,
    stop_no bigint not null check (1 <= stop_no and stop_no <= 999999),
    source text not null,
    act_id bigint not null,
    primary key (service_point_id),
    foreign key (service_point_id) references service_point (service_point_id)
);
create index route_stop_walk on route_stop (route, stop_no, service_point_id);
