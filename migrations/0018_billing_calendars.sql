-- When each cycle is read and billed, when bills are due, how reads are judged, and agreements still to be completed.
create table cycle_period (
    cycle_id bigint not null,
    period_from date not null,
    period_to date not null,
    read_from date not null,
    read_through date not null,
    bill_on date not null,
    close_order_id bigint,
    primary key (cycle_id, period_from),
    foreign key (cycle_id) references cycle (cycle_id),
    check (period_from < period_to),
    check (read_from <= read_through)
);
create table holiday (
    holiday_on date not null,
    name text not null,
    primary key (holiday_on)
);
create table class_terms (
    class text not null,
    days_to_pay bigint not null check (1 <= days_to_pay),
    primary key (class),
    foreign key (class) references service_class (code)
);
create table read_rule (
    class text not null,
    low_percent bigint not null,
    high_percent bigint not null,
    least text not null,
    zero_periods bigint not null,
    estimates_in_a_row bigint not null,
    estimate_by text not null,
    primary key (class),
    foreign key (class) references service_class (code)
);
create table pending_agreement (
    pending_id bigint not null,
    service_point text not null,
    service text not null,
    account text not null,
    schedule_code text not null,
    cycle text not null,
    class text not null,
    dimensions text not null,
    starts_on date not null,
    missing text not null,
    assignee text not null,
    due_on date not null,
    source text not null,
    completed_act_id bigint,
    primary key (pending_id)
);
create index service_agreement_point on service_agreement (service_point_id);
alter table service_agreement add column source text not null default '';
alter table service_agreement add column stop_reason text not null default '';
