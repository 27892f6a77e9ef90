-- The whole schema: the sum of all migrations, kept equal by a test.

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

-- The act log, bulk orders and their chunks.
create table act (
    act_id bigint not null,
    actor_id bigint not null,
    kind text not null,
    version bigint not null,
    permission text not null,
    subject_kind text not null,
    subject_id bigint not null,
    reason text not null,
    idempotency_key text not null,
    command text not null,
    outcome text not null,
    journal_digest bytea,
    order_id bigint,
    chunk_no bigint,
    business_on date not null,
    entered_at timestamptz not null,
    primary key (act_id),
    unique (idempotency_key)
);
create index act_subject on act (subject_kind, subject_id);
create table seal (
    position bigint not null,
    act_id bigint not null,
    digest bytea not null,
    sealed_at timestamptz not null,
    primary key (position),
    unique (act_id),
    foreign key (act_id) references act (act_id),
    check (1 <= position)
);
create table bulk_order (
    order_id bigint not null,
    act_id bigint not null,
    kind text not null,
    in_sequence boolean not null,
    chunk_count bigint not null,
    inputs text not null,
    primary key (order_id)
);
create table chunk (
    order_id bigint not null,
    chunk_no bigint not null,
    from_key bigint not null,
    to_key bigint not null,
    state text not null check (state in ('open', 'refused', 'done')),
    outcome text,
    digest bytea,
    refusal text,
    act_id bigint,
    primary key (order_id, chunk_no),
    foreign key (order_id) references bulk_order (order_id),
    check (state <> 'done' or (outcome is not null and act_id is not null)),
    check (state <> 'refused' or refusal is not null)
);
create index chunk_state on chunk (order_id, state, chunk_no);

-- What needs a second person waits here; what each act weighed, and what was odd about it.
create table proposal (
    proposal_id bigint not null,
    kind text not null,
    version bigint not null,
    command text not null,
    actor_id bigint not null,
    reason text not null,
    subject_kind text not null,
    subject_id bigint not null,
    permission text not null,
    control text not null,
    approving text not null,
    why text not null,
    evidence text not null,
    changes text not null,
    judged_on text not null,
    state text not null check (state in ('open', 'returned', 'approved', 'refused', 'expired', 'withdrawn', 'stale')),
    assigned_to bigint,
    proposed_at timestamptz not null,
    expires_on date not null,
    decided_by bigint,
    decided_at timestamptz,
    decision text,
    act_id bigint,
    primary key (proposal_id),
    check ((decided_by is null) = (decided_at is null)),
    check ((decided_by is null) = (decision is null)),
    check ((act_id is not null) = (state = 'approved'))
);
create index proposal_state on proposal (state, proposal_id);
create index proposal_subject on proposal (subject_kind, subject_id);
create table act_weight (
    act_id bigint not null,
    actor_id bigint not null,
    customer_account_id bigint not null,
    class text not null,
    direction text not null check (direction in ('credit', 'charge')),
    cents bigint not null,
    limit_cents bigint,
    business_on date not null,
    entered_at timestamptz not null,
    primary key (act_id),
    foreign key (act_id) references act (act_id),
    check (0 < cents)
);
create index act_weight_actor on act_weight (actor_id, class, direction, business_on);
create index act_weight_account on act_weight (customer_account_id, class, direction, business_on);
create index act_weight_day on act_weight (business_on, act_id);
create table act_flag (
    act_id bigint not null,
    pattern text not null,
    words text not null,
    primary key (act_id, pattern),
    foreign key (act_id) references act (act_id)
);

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

-- The queue: a row is written in the transaction that needs the work done.
create table job (
    job_id bigint not null,
    kind text not null,
    order_id bigint not null,
    state text not null check (state in ('open', 'done', 'stopped')),
    queued_at timestamptz not null,
    ended_at timestamptz,
    primary key (job_id),
    unique (order_id),
    check (state = 'open' or ended_at is not null)
);
create index job_state on job (state, job_id);

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

-- Who acts: people who work here, and the system's own hands.
create table actor (
    actor_id bigint not null,
    code text not null,
    name text not null,
    kind text not null check (kind in ('person', 'system')),
    is_active boolean not null,
    primary key (actor_id),
    unique (code)
);
create table actor_permission (
    actor_id bigint not null,
    permission text not null,
    primary key (actor_id, permission),
    foreign key (actor_id) references actor (actor_id)
);

-- People who work here: positions, roles with their limits, who stands in for whom, whose account is whose.
create table staff_member (
    actor_id bigint not null,
    position text not null,
    supervisor_id bigint,
    skills text not null,
    email text not null,
    phone text not null,
    address text not null,
    phone_key text not null,
    address_key text not null,
    joined_on date not null,
    left_on date,
    primary key (actor_id),
    foreign key (actor_id) references actor (actor_id),
    foreign key (supervisor_id) references actor (actor_id),
    check (supervisor_id is null or supervisor_id <> actor_id)
);
create table role (
    role text not null,
    title text not null,
    sentence text not null,
    primary key (role)
);
create table role_permission (
    role text not null,
    permission text not null,
    primary key (role, permission),
    foreign key (role) references role (role)
);
create table role_limit (
    role text not null,
    class text not null,
    direction text not null check (direction in ('credit', 'charge')),
    act_cents bigint not null,
    actor_cents bigint not null,
    account_cents bigint not null,
    primary key (role, class, direction),
    foreign key (role) references role (role),
    check (0 <= act_cents),
    check (0 <= actor_cents),
    check (0 <= account_cents)
);
create table incompatible (
    permission text not null,
    other text not null,
    sentence text not null,
    primary key (permission, other),
    check (permission < other)
);
create table office_hours (
    town_id bigint not null check (town_id = 0),
    time_zone text not null,
    opens_minute bigint not null,
    closes_minute bigint not null,
    primary key (town_id)
);
create table actor_role (
    actor_id bigint not null,
    role text not null,
    from_on date not null,
    through_on date,
    primary key (actor_id, role, from_on),
    foreign key (actor_id) references actor (actor_id),
    foreign key (role) references role (role),
    check (through_on is null or from_on <= through_on)
);
create table stand_in (
    stand_in_id bigint not null,
    absent_id bigint not null,
    actor_id bigint not null,
    from_on date not null,
    through_on date not null,
    primary key (stand_in_id),
    foreign key (absent_id) references actor (actor_id),
    foreign key (actor_id) references actor (actor_id),
    check (absent_id <> actor_id),
    check (from_on <= through_on)
);
create table relation (
    actor_id bigint not null,
    customer_account_id bigint not null,
    kind text not null check (kind in ('own', 'household')),
    declared_on date not null,
    ended_on date,
    primary key (actor_id, customer_account_id),
    foreign key (actor_id) references actor (actor_id)
);
create table compensating_review (
    actor_id bigint not null,
    permission text not null,
    other text not null,
    reviewer_id bigint not null,
    words text not null,
    through_on date not null,
    primary key (actor_id, permission, other),
    foreign key (actor_id) references actor (actor_id),
    foreign key (reviewer_id) references actor (actor_id),
    check (reviewer_id <> actor_id)
);
create table outlier_review (
    act_id bigint not null,
    pattern text not null,
    reviewer_id bigint not null,
    words text not null,
    reviewed_at timestamptz not null,
    primary key (act_id, pattern),
    foreign key (reviewer_id) references actor (actor_id)
);

-- How people prove who they are, and for how long that is believed.
create table sign_in_secret (
    actor_id bigint not null,
    password_hash text,
    password_set_at timestamptz,
    totp_sealed bytea,
    totp_key_id text,
    totp_last_step bigint,
    totp_confirmed_at timestamptz,
    primary key (actor_id),
    foreign key (actor_id) references actor (actor_id),
    check ((totp_sealed is null) = (totp_key_id is null))
);
create table recovery_code (
    actor_id bigint not null,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (actor_id, code_hash),
    foreign key (actor_id) references actor (actor_id)
);
create table sign_in_link (
    token_hash bytea not null,
    actor_id bigint not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (token_hash),
    foreign key (actor_id) references actor (actor_id)
);
create table session (
    token_hash bytea not null,
    session_id bigint not null,
    actor_id bigint not null,
    form_key text not null,
    is_whole boolean not null,
    client text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    primary key (token_hash),
    unique (session_id),
    foreign key (actor_id) references actor (actor_id)
);
create index session_actor on session (actor_id, session_id);
create table sign_in_throttle (
    bucket text not null,
    failures bigint not null,
    last_at timestamptz not null,
    blocked_until timestamptz,
    primary key (bucket),
    check (0 <= failures)
);
create table sign_in_event (
    event_id bigint not null,
    actor_id bigint,
    what text not null,
    at timestamptz not null,
    primary key (event_id),
    foreign key (actor_id) references actor (actor_id)
);
create index sign_in_event_actor on sign_in_event (actor_id, event_id);

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
create table single_sign_on (
    issuer text not null,
    subject text not null,
    actor_id bigint not null,
    primary key (issuer, subject),
    foreign key (actor_id) references actor (actor_id)
);
create table single_sign_on_try (
    state_hash bytea not null,
    sealed bytea not null,
    key_id text not null,
    return_to text not null,
    expires_at timestamptz not null,
    primary key (state_hash)
);
create table api_token (
    token_hash bytea not null,
    token_id bigint not null,
    actor_id bigint not null,
    name text not null,
    scopes text not null,
    made_at timestamptz not null,
    expires_on date not null,
    used_at timestamptz,
    ended_at timestamptz,
    primary key (token_hash),
    unique (token_id),
    foreign key (actor_id) references actor (actor_id)
);

-- Persons, organizations and their accounts.
create table customer (
    customer_id bigint not null,
    reference text not null,
    kind text not null check (kind in ('person', 'organization', 'unknown')),
    name text not null,
    search_key text not null,
    phone text not null default '',
    email text not null default '',
    source text not null default '',
    phone_set_on date,
    primary key (customer_id),
    unique (reference)
);
create table account (
    account_id bigint not null,
    customer_id bigint not null,
    number bigint not null,
    opened_on date not null,
    closed_on date,
    primary key (account_id),
    foreign key (customer_id) references customer (customer_id),
    check (closed_on is null or opened_on <= closed_on)
) without rowid;
create table account_number (
    number bigint not null,
    account_id bigint not null,
    primary key (number)
);
-- The city itself is account 0: postings that belong to no customer.
insert into customer (customer_id, reference, kind, name, search_key)
values (0, 'city', 'organization', 'The city itself', 'the city itself');
insert into account (account_id, customer_id, number, opened_on)
values (0, 0, 0, '1900-01-01');

-- How customers are reached, the names other systems know accounts by, who is what for an account, where its mail goes.
create table account_reference (
    reference text not null,
    account_id bigint not null,
    source text not null,
    primary key (reference)
);
create table account_party (
    account_id bigint not null,
    role text not null check (role in ('bill_payer', 'owner', 'tenant', 'authorized')),
    customer_id bigint not null,
    from_on date not null,
    to_on date,
    act_id bigint not null,
    primary key (account_id, role, customer_id, from_on),
    foreign key (account_id) references account (account_id),
    foreign key (customer_id) references customer (customer_id),
    check (to_on is null or from_on <= to_on)
) without rowid;
create table mailing_address (
    account_id bigint not null,
    purpose text not null check (purpose in ('mailing', 'forwarding')),
    from_on date not null,
    revision bigint not null,
    recipient text not null,
    street text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    act_id bigint not null,
    primary key (account_id, purpose, from_on, revision),
    foreign key (account_id) references account (account_id),
    check (1 <= revision)
) without rowid;
create table customer_merge (
    merged_id bigint not null,
    into_id bigint not null,
    act_id bigint not null,
    reason text not null,
    primary key (merged_id),
    foreign key (merged_id) references customer (customer_id),
    foreign key (into_id) references customer (customer_id),
    check (merged_id <> into_id)
);
create table merged_account (
    account_id bigint not null,
    act_id bigint not null,
    from_customer_id bigint not null,
    to_customer_id bigint not null,
    primary key (account_id, act_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create index account_customer on account (customer_id);

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

-- Where a service is delivered.
create table service_point (
    service_point_id bigint not null,
    reference text not null,
    service text not null,
    address text not null,
    premise_id bigint references premise (premise_id),
    source text not null default '',
    primary key (service_point_id),
    unique (reference)
);

create index service_point_premise on service_point (premise_id);

-- What was used, per register and period. A correction is a new revision, never an update.
create table consumption (
    account_id bigint not null,
    service_point_id bigint not null,
    register_no bigint not null,
    from_on date not null,
    revision bigint not null,
    consumption_id bigint not null,
    to_on date not null,
    read_on date not null,
    steps bigint not null,
    unit text not null,
    source text not null,
    is_estimated boolean not null default false,
    is_vacant boolean not null default false,
    registered_steps bigint,
    findings text not null default '',
    grounds text not null default '',
    primary key (account_id, service_point_id, register_no, from_on, revision),
    foreign key (account_id) references account (account_id),
    foreign key (service_point_id) references service_point (service_point_id),
    check (from_on < to_on),
    check (1 <= revision)
) without rowid;

-- Meters, where each was installed, what was read of it, and how consumption follows from reads.
create table meter (
    meter_id bigint not null,
    serial_number text not null,
    unit text not null,
    dials bigint not null check (1 <= dials and dials <= 12),
    steps_per_count bigint not null check (1 <= steps_per_count),
    size text not null,
    source text not null,
    primary key (meter_id),
    unique (serial_number)
);
create table meter_installation (
    service_point_id bigint not null,
    installed_on date not null,
    meter_id bigint not null,
    install_count bigint not null,
    removed_on date,
    removal_count bigint,
    source text not null,
    primary key (service_point_id, installed_on),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (meter_id) references meter (meter_id),
    check (removed_on is null or installed_on <= removed_on),
    check (removed_on is not null or removal_count is null)
);
create index meter_installation_meter on meter_installation (meter_id);
create table meter_read (
    service_point_id bigint not null,
    read_on date not null,
    revision bigint not null,
    meter_id bigint not null,
    count_read bigint,
    kind text not null check (kind in ('actual', 'customer', 'withdrawn')),
    code text not null,
    source text not null,
    reason text,
    act_id bigint not null,
    primary key (service_point_id, read_on, revision),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (meter_id) references meter (meter_id),
    check (1 <= revision),
    check (kind = 'withdrawn' or count_read is not null),
    check (revision = 1 or reason is not null)
);
create table route_stop (
    service_point_id bigint not null,
    route text not null,
    stop_no bigint not null check (1 <= stop_no and stop_no <= 999999),
    source text not null,
    act_id bigint not null,
    primary key (service_point_id),
    foreign key (service_point_id) references service_point (service_point_id)
);
create index route_stop_walk on route_stop (route, stop_no, service_point_id);
create index consumption_revised on consumption (account_id) where 1 < revision;
create index consumption_found on consumption (from_on, account_id) where findings <> '';

-- Funds, chart, periods, journals and postings.
create table fund (
    fund_id bigint not null,
    code text not null,
    name text not null,
    primary key (fund_id),
    unique (code)
);
create table ledger_account (
    ledger_account_id bigint not null,
    code text not null,
    name text not null,
    kind text not null check (kind in ('asset', 'liability', 'equity', 'revenue', 'expense')),
    control text check (control in ('receivable', 'deposit', 'unapplied_credit')),
    is_pooled_cash boolean not null,
    is_clearing boolean not null,
    primary key (ledger_account_id),
    unique (code)
);
create table fund_ledger_account (
    fund_id bigint not null,
    ledger_account_id bigint not null,
    primary key (fund_id, ledger_account_id),
    foreign key (fund_id) references fund (fund_id),
    foreign key (ledger_account_id) references ledger_account (ledger_account_id)
);
create table gl_period (
    month_on date not null,
    is_locked boolean not null,
    primary key (month_on)
);
create table journal (
    account_id bigint not null,
    journal_id bigint not null,
    kind text not null,
    gl_on date not null,
    document text not null,
    act_id bigint not null,
    reverses_id bigint,
    primary key (account_id, journal_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table posting (
    account_id bigint not null,
    journal_id bigint not null,
    line_no bigint not null,
    fund_id bigint not null,
    debit_id bigint not null,
    credit_id bigint not null,
    cents bigint not null check (0 < cents),
    agreement_id bigint,
    primary key (account_id, journal_id, line_no),
    foreign key (account_id, journal_id) references journal (account_id, journal_id),
    check (debit_id <> credit_id)
) without rowid;
-- What was posted, summed by day, as it is written: pages add up a few rows instead of all postings. Rows are added with
-- the journals they sum, in one transaction, and never changed; `ledger prove` adds up all postings and compares.
create table journal_sum (
    gl_on date not null,
    kind text not null,
    first_journal_id bigint not null,
    act_id bigint not null,
    journals bigint not null check (0 < journals),
    primary key (gl_on, kind, first_journal_id)
);
create table posting_sum (
    gl_on date not null,
    fund_id bigint not null,
    debit_id bigint not null,
    credit_id bigint not null,
    kind text not null,
    is_customers boolean not null,
    first_journal_id bigint not null,
    postings bigint not null check (0 < postings),
    cents bigint not null,
    primary key (gl_on, fund_id, debit_id, credit_id, kind, is_customers, first_journal_id)
);
create index journal_gl_on on journal (gl_on, journal_id, account_id);

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
create table tax_line (
    authority text not null,
    tax_code text not null,
    revenue_code text not null,
    title text not null,
    liability_id bigint not null,
    primary key (authority, tax_code),
    foreign key (liability_id) references ledger_account (ledger_account_id)
);
create table city_expense (
    revenue_code text not null,
    expense_id bigint not null,
    primary key (revenue_code),
    foreign key (expense_id) references ledger_account (ledger_account_id)
);
create table rate_schedule (
    code text not null,
    service text not null,
    title text not null,
    primary key (code)
);
create table rate_proposal (
    schedule_code text not null,
    effective_on date not null,
    proposal_no bigint not null,
    schedule_text text not null,
    digest bytea not null,
    proposed_on date not null,
    act_id bigint not null,
    primary key (schedule_code, effective_on, proposal_no),
    check (1 <= proposal_no)
);
create table rate_withdrawal (
    schedule_code text not null,
    effective_on date not null,
    proposal_no bigint not null,
    act_id bigint not null,
    reason text not null,
    primary key (schedule_code, effective_on, proposal_no),
    foreign key (schedule_code, effective_on, proposal_no)
        references rate_proposal (schedule_code, effective_on, proposal_no)
);
create table rate_version (
    rate_version_id bigint not null,
    schedule_code text not null,
    effective_on date not null,
    schedule_text text not null,
    digest bytea not null,
    act_id bigint not null,
    proposal_no bigint,
    superseded_act_id bigint,
    superseded_reason text,
    primary key (rate_version_id),
    foreign key (schedule_code) references rate_schedule (code),
    foreign key (schedule_code, effective_on, proposal_no)
        references rate_proposal (schedule_code, effective_on, proposal_no),
    check (superseded_act_id is null or superseded_reason is not null)
);
create unique index rate_version_once on rate_version (schedule_code, effective_on) where superseded_act_id is null;
create table rate_version_use (
    rate_version_id bigint not null,
    run_number bigint not null,
    act_id bigint not null,
    primary key (rate_version_id),
    foreign key (rate_version_id) references rate_version (rate_version_id)
);
create table rate_profile (
    rate_profile_id bigint not null,
    class text not null,
    dimensions text not null,
    primary key (rate_profile_id),
    unique (class, dimensions),
    foreign key (class) references service_class (code)
);

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
    source text not null default '',
    stop_reason text not null default '',
    primary key (account_id, agreement_id),
    foreign key (account_id) references account (account_id),
    foreign key (service_point_id) references service_point (service_point_id),
    foreign key (schedule_code) references rate_schedule (code),
    foreign key (rate_profile_id) references rate_profile (rate_profile_id),
    foreign key (cycle_id) references cycle (cycle_id),
    check (stops_on is null or starts_on < stops_on)
) without rowid;
create table agreement_quantity (
    account_id bigint not null,
    agreement_id bigint not null,
    name text not null,
    from_on date not null,
    revision bigint not null,
    amount text,
    source text not null check (source in ('entered', 'appeal', 'winter_average')),
    grounds text not null,
    act_id bigint not null,
    primary key (account_id, agreement_id, name, from_on, revision),
    foreign key (account_id, agreement_id) references service_agreement (account_id, agreement_id),
    check (1 <= revision)
) without rowid;
create table exemption (
    account_id bigint not null,
    code text not null,
    from_on date not null,
    revision bigint not null,
    to_on date,
    certificate text not null,
    reason text not null,
    act_id bigint not null,
    primary key (account_id, code, from_on, revision),
    foreign key (account_id) references account (account_id),
    check (to_on is null or from_on <= to_on),
    check (1 <= revision)
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
    kind text not null default 'regular' check (kind in ('regular', 'off_cycle', 'charges')),
    of_run_id bigint,
    price_on date,
    issued_act_id bigint,
    primary key (run_id),
    unique (run_number),
    foreign key (cycle_id) references cycle (cycle_id),
    check (period_from < period_to)
);
create unique index bill_run_once on bill_run (cycle_id, period_from) where cancelled_act_id is null and kind = 'regular';
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
    particulars text,
    primary key (account_id, run_id, agreement_id),
    foreign key (account_id, agreement_id) references service_agreement (account_id, agreement_id)
) without rowid;
create index run_item_run on run_item (run_id, account_id, agreement_id);
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
create table run_exception_count (
    run_id bigint not null,
    code text not null,
    state text not null check (state in ('open', 'released', 'held')),
    exceptions bigint not null check (0 <= exceptions),
    primary key (run_id, code, state),
    foreign key (run_id) references bill_run (run_id)
);
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
    fund_id bigint,
    debit_id bigint,
    credit_id bigint,
    is_borne boolean not null default false,
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
create table bill_again (
    account_id bigint not null,
    run_id bigint not null,
    service_point_id bigint not null,
    why text not null check (why in ('stopped', 'corrected')),
    from_on date not null,
    consumption_id bigint,
    told_on date not null,
    told_by_act_id bigint,
    stays_act_id bigint,
    stays_by bigint,
    stays_on date,
    stays_reason text,
    primary key (account_id, run_id, service_point_id, why, from_on),
    foreign key (account_id, run_id) references bill (account_id, run_id),
    foreign key (service_point_id) references service_point (service_point_id),
    check ((why = 'corrected') = (consumption_id is not null)),
    check ((stays_act_id is null) = (stays_by is null)),
    check ((stays_act_id is null) = (stays_on is null)),
    check ((stays_act_id is null) = (stays_reason is null))
) without rowid;
create index bill_again_waits on bill_again (told_on, account_id, run_id) where stays_act_id is null;
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
create index service_agreement_starts on service_agreement (starts_on, account_id);
create index service_agreement_stops on service_agreement (stops_on, account_id) where stops_on is not null;
create index service_agreement_cycle on service_agreement (cycle_id, service_point_id, starts_on, stops_on);

-- Runs that bill again what a run has billed or held, charges by code, settlements of estimates, statements, adjustments.
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
    agreement_id bigint,
    primary key (account_id, adjustment_id),
    foreign key (account_id, run_id) references bill (account_id, run_id),
    foreign key (account_id, journal_id) references journal (account_id, journal_id)
) without rowid;
create table protected_person (
    customer_id bigint not null,
    act_id bigint not null,
    program text not null,
    protected_on date not null,
    review_on date not null,
    recipient text not null,
    street text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    lifted_on date,
    lifted_by_act_id bigint,
    primary key (customer_id, act_id),
    foreign key (customer_id) references customer (customer_id),
    check ((lifted_on is null) = (lifted_by_act_id is null))
);
create index protected_person_review on protected_person (lifted_on, review_on);
create index customer_phone on customer (phone);
create index account_party_customer on account_party (customer_id);
create index account_opened on account (opened_on);
create table verification_rule (
    act_id bigint not null,
    questions text not null,
    needed bigint not null,
    minutes bigint not null,
    primary key (act_id),
    check (1 <= needed),
    check (1 <= minutes)
);
create table caller_verification (
    account_id bigint not null,
    act_id bigint not null,
    customer_id bigint,
    caller_role text not null check (caller_role in ('holder', 'bill_payer', 'owner', 'tenant', 'authorized', 'other')),
    is_verified boolean not null,
    matched text not null,
    actor_id bigint not null,
    verified_at timestamptz not null,
    holds_until timestamptz not null,
    primary key (account_id, act_id),
    foreign key (account_id) references account (account_id),
    foreign key (customer_id) references customer (customer_id)
) without rowid;
create table identifier (
    customer_id bigint not null,
    kind text not null check (kind in ('tax_id', 'driver_license')),
    form text not null,
    last_four text not null,
    fingerprint bytea not null,
    sealed bytea not null,
    key_id text not null,
    recorded_on date not null,
    act_id bigint not null,
    primary key (customer_id, kind),
    foreign key (customer_id) references customer (customer_id)
);
create index identifier_fingerprint on identifier (kind, fingerprint);
create table identifier_view (
    customer_id bigint not null,
    kind text not null,
    act_id bigint not null,
    actor_id bigint not null,
    viewed_at timestamptz not null,
    primary key (customer_id, kind, act_id),
    foreign key (customer_id) references customer (customer_id)
);
create table agreed_word (
    customer_id bigint not null,
    word_hash text not null,
    agreed_on date not null,
    act_id bigint not null,
    primary key (customer_id),
    foreign key (customer_id) references customer (customer_id)
);
create table opening_check (
    account_id bigint not null,
    act_id bigint not null,
    checked_on date not null,
    primary key (account_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table red_flag (
    account_id bigint not null,
    rule text not null,
    act_id bigint not null,
    words text not null,
    found_on date not null,
    is_open boolean not null,
    cleared_by_act_id bigint,
    cleared_on date,
    primary key (account_id, rule, act_id),
    foreign key (account_id) references account (account_id),
    check (is_open = (cleared_by_act_id is null))
) without rowid;
create index red_flag_open on red_flag (is_open, found_on, account_id);
create table leak_rule (
    schedule_code text not null,
    class_code text not null,
    from_on date not null,
    revenue_code text not null,
    reason_code text not null,
    normal_by text not null check (normal_by in ('same_period_of_years', 'last_periods')),
    normal_count bigint not null,
    trigger_percent bigint not null,
    forgive_by text not null check (forgive_by in ('share', 'lowest_tier')),
    forgive_percent bigint not null,
    months_between bigint not null,
    bills_each bigint not null,
    claim_days bigint not null,
    needs_proof boolean not null,
    cap_cents bigint,
    source text not null,
    primary key (schedule_code, class_code, from_on),
    foreign key (reason_code) references adjustment_reason (code)
);

-- Files that support what is on record, and who was given them. The files lie outside the database, each sealed with a
-- key of its own; that key is here, under the town's seal.
create table attachment (
    attachment_id bigint not null,
    subject_kind text not null check (subject_kind in ('account', 'bill', 'proposal', 'entry')),
    subject_key text not null,
    customer_account_id bigint,
    name text not null,
    media_type text not null,
    size_bytes bigint not null check (0 < size_bytes),
    digest bytea not null,
    storage_key text not null,
    sealed_key bytea,
    key_id text,
    scan text not null check (scan in ('none', 'clean', 'refused', 'unknown')),
    act_id bigint not null,
    actor_id bigint not null,
    attached_at timestamptz not null,
    withdrawn_by_act_id bigint,
    withdrawn_at timestamptz,
    primary key (attachment_id),
    unique (storage_key),
    check ((sealed_key is null) = (key_id is null)),
    check ((withdrawn_at is null) = (withdrawn_by_act_id is null)),
    check (sealed_key is not null or withdrawn_at is not null)
);
create index attachment_subject on attachment (subject_kind, subject_key, attachment_id);
create index attachment_account on attachment (customer_account_id, attachment_id);
create index attachment_scan on attachment (scan, attachment_id);
create table attachment_view (
    attachment_id bigint not null,
    act_id bigint not null,
    actor_id bigint not null,
    viewed_at timestamptz not null,
    primary key (attachment_id, act_id),
    foreign key (attachment_id) references attachment (attachment_id)
);

-- What accounts are found by: words with the accounts that have them, numbers, what each account was found by last,
-- which accounts to look at again, all words there are and what is like them, how far the index is.
create table search_word (
    word text not null,
    account_id bigint not null,
    members bytea not null,
    primary key (word, account_id)
) without rowid;
create table search_number (
    number_key text not null,
    account_id bigint not null,
    kind text not null check (kind in ('meter', 'phone')),
    shown text not null,
    primary key (number_key, account_id, kind)
) without rowid;
create table search_text (
    account_id bigint not null,
    words text not null,
    numbers text not null,
    primary key (account_id)
) without rowid;
create table search_due (
    account_id bigint not null,
    act_id bigint not null,
    primary key (account_id)
) without rowid;
create table search_term (
    word text not null,
    primary key (word)
);
create table search_alike (
    alike text not null,
    word text not null,
    primary key (alike, word)
);
create table search_state (
    town_id bigint not null check (town_id = 0),
    indexed_to bigint not null,
    checking_from bigint,
    primary key (town_id)
);
insert into search_state (town_id, indexed_to)
values (0, 1);
create table webhook (
    webhook_id bigint not null,
    title text not null,
    url text not null,
    state text not null check (state in ('active', 'stopped', 'gone')),
    state_since timestamptz not null,
    sealed bytea,
    key_id text,
    old_sealed bytea,
    old_key_id text,
    old_until timestamptz,
    last_status bigint,
    last_refusal text,
    last_at timestamptz,
    act_id bigint not null,
    primary key (webhook_id),
    unique (title),
    check ((sealed is null) = (key_id is null)),
    check ((old_sealed is null) = (old_key_id is null)),
    check ((old_sealed is null) = (old_until is null))
);
create table webhook_kind (
    webhook_id bigint not null,
    kind text not null,
    primary key (webhook_id, kind),
    foreign key (webhook_id) references webhook (webhook_id)
);
create index webhook_kind_wanted on webhook_kind (kind, webhook_id);
create table webhook_delivery (
    delivery_id bigint not null,
    webhook_id bigint not null,
    message text not null,
    act_id bigint not null,
    kind text not null,
    subject_kind text not null,
    subject_id bigint not null,
    account_number text,
    order_id bigint,
    chunk_no bigint,
    happened_at timestamptz not null,
    state text not null check (state in ('open', 'delivered', 'given_up', 'set_aside')),
    attempts bigint not null,
    claims bigint not null,
    next_at timestamptz not null,
    last_status bigint,
    last_refusal text,
    last_at timestamptz,
    primary key (delivery_id),
    unique (message),
    foreign key (webhook_id) references webhook (webhook_id),
    check ((order_id is null) = (chunk_no is null)),
    check (0 <= attempts),
    check (0 <= claims)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, state, next_at, delivery_id);
create index webhook_delivery_in_state on webhook_delivery (webhook_id, state, delivery_id);
create index webhook_delivery_listed on webhook_delivery (webhook_id, delivery_id);
