-- Runs that bill again what a run has billed or held, charges by code, settlements of estimates, statements, adjustments.
alter table bill_run add column kind text not null default 'regular' check (kind in ('regular', 'off_cycle', 'charges'));
alter table bill_run add column of_run_id bigint;
alter table bill_run add column price_on date;
alter table bill_run add column issued_act_id bigint;
drop index bill_run_once;
create unique index bill_run_once on bill_run (cycle_id, period_from) where cancelled_act_id is null and kind = 'regular';
create table run_scope (
    account_id bigint not null,
    run_id bigint not null,
    position bigint not null,
    replaces_run_id bigint,
    reason text not null,
    primary key (account_id, run_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table account_charge (
    account_id bigint not null,
    charge_id bigint not null,
    agreement_id bigint not null,
    schedule_code text not null,
    rate_profile_id bigint not null,
    count text not null,
    from_on date not null,
    is_recurring boolean not null,
    to_on date,
    reason text not null,
    act_id bigint not null,
    ended_act_id bigint,
    primary key (account_id, charge_id),
    foreign key (account_id, agreement_id) references service_agreement (account_id, agreement_id),
    foreign key (schedule_code) references rate_schedule (code),
    foreign key (rate_profile_id) references rate_profile (rate_profile_id)
) without rowid;
create table run_extra (
    account_id bigint not null,
    run_id bigint not null,
    line_no bigint not null,
    kind text not null check (kind in ('settlement', 'charge')),
    agreement_id bigint not null,
    charge_id bigint,
    price_on date not null,
    consumption_id bigint,
    rate_version_id bigint,
    rate_profile_id bigint not null,
    from_on date not null,
    to_on date not null,
    steps bigint,
    unit text,
    particulars text,
    billed text not null,
    primary key (account_id, run_id, line_no),
    foreign key (account_id, agreement_id) references service_agreement (account_id, agreement_id),
    check (kind <> 'charge' or charge_id is not null)
) without rowid;
create table bill_statement (
    account_id bigint not null,
    run_id bigint not null,
    stage text not null check (stage in ('regular', 'first', 'final')),
    is_estimated boolean not null,
    replaces_run_id bigint,
    previous_cents bigint not null,
    payments_cents bigint not null,
    adjustments_cents bigint not null,
    forward_cents bigint not null,
    current_cents bigint not null,
    due_cents bigint not null,
    past_due_cents bigint not null,
    payments_total_cents bigint not null,
    primary key (account_id, run_id),
    foreign key (account_id, run_id) references bill (account_id, run_id),
    check (previous_cents + payments_cents + adjustments_cents = forward_cents),
    check (forward_cents + current_cents = due_cents)
) without rowid;
create table adjustment_reason (
    code text not null,
    title text not null,
    primary key (code)
);
create table adjustment (
    account_id bigint not null,
    adjustment_id bigint not null,
    journal_id bigint not null,
    run_id bigint not null,
    revenue_code text not null,
    cents bigint not null,
    tax_cents bigint not null,
    effective_on date not null,
    reason_code text not null,
    reason text not null,
    act_id bigint not null,
    reversed_by_journal_id bigint,
    primary key (account_id, adjustment_id),
    foreign key (account_id, run_id) references bill (account_id, run_id),
    foreign key (account_id, journal_id) references journal (account_id, journal_id)
) without rowid;
