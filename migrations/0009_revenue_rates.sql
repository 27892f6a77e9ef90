-- What the city charges for: classes, rate schedules with versions, and where each charge goes.
create table service_class (
    code text not null,
    title text not null,
    primary key (code)
);
create table revenue_line (
    code text not null,
    service text not null,
    title text not null,
    fund_id bigint not null,
    receivable_id bigint not null,
    revenue_id bigint not null,
    primary key (code),
    foreign key (fund_id, receivable_id) references fund_ledger_account (fund_id, ledger_account_id),
    foreign key (fund_id, revenue_id) references fund_ledger_account (fund_id, ledger_account_id)
);
create table rate_schedule (
    code text not null,
    service text not null,
    title text not null,
    primary key (code)
);
create table rate_version (
    rate_version_id bigint not null,
    schedule_code text not null,
    effective_on date not null,
    schedule_text text not null,
    digest bytea not null,
    act_id bigint not null,
    primary key (rate_version_id),
    unique (schedule_code, effective_on),
    foreign key (schedule_code) references rate_schedule (code)
);
create table rate_profile (
    rate_profile_id bigint not null,
    class text not null,
    dimensions text not null,
    primary key (rate_profile_id),
    unique (class, dimensions),
    foreign key (class) references service_class (code)
);
