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
