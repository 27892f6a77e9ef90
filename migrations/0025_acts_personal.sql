-- What a command says of a person, kept apart from its entry of the log: the entry holds a salted digest of it, so that it
-- can be erased while the seals hold.
create table act_personal (
    act_id bigint not null,
    about_kind text not null,
    about_id bigint not null,
    salt bytea not null,
    command text not null,
    primary key (act_id),
    foreign key (act_id) references act (act_id)
);
create index act_personal_about on act_personal (about_kind, about_id);
