-- Parcels with their property use, the premises on them, who owns them, and which service points they have.
create table property_use (
    code text not null,
    title text not null,
    primary key (code)
);
create table parcel (
    parcel_id bigint not null,
    number text not null,
    property_use text not null,
    source text not null,
    primary key (parcel_id),
    unique (number),
    foreign key (property_use) references property_use (code)
);
create table premise (
    premise_id bigint not null,
    reference text not null,
    parcel_id bigint,
    street text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    search_key text not null,
    source text not null,
    primary key (premise_id),
    unique (reference),
    foreign key (parcel_id) references parcel (parcel_id)
);
create table premise_owner (
    premise_id bigint not null,
    from_on date not null,
    customer_id bigint not null,
    act_id bigint not null,
    primary key (premise_id, from_on),
    foreign key (premise_id) references premise (premise_id),
    foreign key (customer_id) references customer (customer_id)
);
alter table service_point add column premise_id bigint references premise (premise_id);
alter table service_point add column source text not null default '';
create index service_point_premise on service_point (premise_id);
