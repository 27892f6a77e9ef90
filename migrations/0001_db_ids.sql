-- The history of migrations, and the next free id of every noun.
create table migration (
    number bigint not null,
    name text not null,
    digest bytea not null,
    applied_at timestamptz not null,
    primary key (number)
);
create table id_block (
    noun text not null,
    next_id bigint not null,
    primary key (noun)
);
