-- Files of records: which were given, and the records that could not be brought in.
create table file_import (
    order_id bigint not null,
    kind text not null,
    digest bytea not null,
    name text not null,
    record_count bigint not null,
    is_all_or_nothing boolean not null,
    primary key (order_id)
);
create table file_reject (
    order_id bigint not null,
    line bigint not null,
    field text not null,
    rule text not null,
    message text not null,
    record text not null,
    primary key (order_id, line),
    foreign key (order_id) references file_import (order_id)
);
