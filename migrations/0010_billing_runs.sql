-- Service agreements, cycles, bill runs and bills.
create table cycle (
    cycle_id bigint not null,
    code text not null,
    title text not null,
    due_rule text not null check (due_rule in ('every_period', 'when_read')),
    days_to_pay bigint not null,
    primary key (cycle_id),
    unique (code)
);
create table service_agreement (
    account_id bigint not null,
    agreement_id bigint not null,
    service_point_id bigint not null,
    service text not null,
    schedule_code text not null,
    rate_profile_id bigint not null,
    cycle_id bigint not null,
    starts_on date not null,
    stops_on date,
    primary key (account_id, agreement_id),
    foreign key (account_id) references account (account_id),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (schedule_code) references rate_schedule (code),
    foreign key (rate_profile_id) references rate_profile (rate_profile_id),
    foreign key (cycle_id) references cycle (cycle_id),
    check (stops_on is null or starts_on < stops_on)
) without rowid;
create table service_point_account (
    service_point_id bigint not null,
    starts_on date not null,
    account_id bigint not null,
    agreement_id bigint not null,
    primary key (service_point_id, starts_on),
    foreign key (service_point_id) references service_point (service_point_id)
);
create table exception_rule (
    code text not null,
    disposition text not null check (disposition in ('release', 'hold')),
    name text not null,
    reason text not null,
    assignee text,
    days bigint,
    primary key (code),
    check (disposition <> 'hold' or (assignee is not null and days is not null))
);
create table exception_limit (
    class text not null,
    high_cents bigint not null check (0 < high_cents),
    primary key (class),
    foreign key (class) references service_class (code)
);
create table bill_run (
    run_id bigint not null,
    run_number bigint not null,
    cycle_id bigint not null,
    period_from date not null,
    period_to date not null,
    bill_on date not null,
    due_on date not null,
    gl_on date not null,
    prepared_by bigint not null,
    prepare_order_id bigint not null,
    trial_order_id bigint,
    post_order_id bigint,
    cancel_order_id bigint,
    cancelled_act_id bigint,
    primary key (run_id),
    unique (run_number),
    foreign key (cycle_id) references cycle (cycle_id),
    check (period_from < period_to)
);
create unique index bill_run_once on bill_run (cycle_id, period_from) where cancelled_act_id is null;
create table run_item (
    account_id bigint not null,
    run_id bigint not null,
    agreement_id bigint not null,
    position bigint not null,
    consumption_id bigint,
    rate_version_id bigint,
    rate_profile_id bigint not null,
    from_on date not null,
    to_on date not null,
    steps bigint,
    unit text,
    primary key (account_id, run_id, agreement_id),
    foreign key (account_id, agreement_id) references service_agreement (account_id, agreement_id)
) without rowid;
create table run_trial (
    account_id bigint not null,
    run_id bigint not null,
    position bigint not null,
    total_cents bigint not null,
    digest bytea not null,
    exceptions text not null,
    primary key (account_id, run_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table run_exception (
    account_id bigint not null,
    run_id bigint not null,
    code text not null,
    detail text not null,
    state text not null check (state in ('open', 'released', 'held')),
    rule text,
    reason text,
    decided_by bigint,
    assignee text,
    due_on date,
    primary key (account_id, run_id, code),
    foreign key (account_id) references account (account_id),
    check (state = 'open' or (reason is not null and decided_by is not null)),
    check (state <> 'held' or (assignee is not null and due_on is not null))
) without rowid;
create index run_exception_state on run_exception (run_id, state, code, account_id);
create table run_tally (
    run_id bigint not null,
    chunk_no bigint not null,
    line bigint not null,
    service text not null,
    class text not null,
    rate_version_id bigint not null,
    revenue_code text not null,
    unit text not null,
    item_count bigint not null,
    steps bigint not null,
    cents bigint not null,
    primary key (run_id, chunk_no, line),
    foreign key (run_id) references bill_run (run_id)
);
create table run_signoff (
    run_id bigint not null,
    signed_by bigint not null,
    act_id bigint not null,
    bill_count bigint not null,
    zero_count bigint not null,
    held_count bigint not null,
    total_cents bigint not null,
    items_digest bytea not null,
    register_number bigint not null,
    register_digest bytea not null,
    primary key (run_id),
    unique (register_number),
    foreign key (run_id) references bill_run (run_id)
);
create table bill (
    account_id bigint not null,
    run_id bigint not null,
    position bigint not null,
    kind text not null check (kind in ('regular', 'zero', 'credit')),
    bill_on date not null,
    due_on date not null,
    total_cents bigint not null,
    digest bytea not null,
    journal_id bigint not null,
    primary key (account_id, run_id),
    foreign key (account_id, journal_id) references journal (account_id, journal_id)
) without rowid;
create table bill_cancellation (
    account_id bigint not null,
    run_id bigint not null,
    journal_id bigint not null,
    cancelled_on date not null,
    reason text not null,
    primary key (account_id, run_id),
    foreign key (account_id, run_id) references bill (account_id, run_id),
    foreign key (account_id, journal_id) references journal (account_id, journal_id)
) without rowid;
create table import_file (
    order_id bigint not null,
    digest bytea not null,
    name text not null,
    line_count bigint not null,
    primary key (order_id)
);
create table import_reject (
    order_id bigint not null,
    line bigint not null,
    field text not null,
    rule text not null,
    message text not null,
    primary key (order_id, line),
    foreign key (order_id) references import_file (order_id)
);
