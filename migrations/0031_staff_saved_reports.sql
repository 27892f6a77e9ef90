-- Reports that people put together and keep: the address holds the question, so it is asked anew each time.
create table saved_report (
    saved_report_id bigint not null,
    actor_id bigint not null,
    title text not null,
    address text not null,
    is_shared boolean not null,
    saved_on date not null,
    primary key (saved_report_id),
    unique (actor_id, title),
    foreign key (actor_id) references actor (actor_id)
);
