-- Reports that are made by the clock, and what was made of them: derived files, of which the latest are kept.
create table report_schedule (
    saved_report_id bigint not null,
    rhythm text not null,
    rhythm_day bigint not null,
    first_on date not null,
    act_id bigint not null,
    primary key (saved_report_id),
    foreign key (saved_report_id) references saved_report (saved_report_id)
);
create table report_result (
    saved_report_id bigint not null,
    due_on date not null,
    made_on date not null,
    made_at timestamptz not null,
    address text not null,
    why_not text,
    row_count bigint not null,
    is_cut boolean not null,
    csv bytea,
    xlsx bytea,
    primary key (saved_report_id, due_on),
    foreign key (saved_report_id) references saved_report (saved_report_id)
);
