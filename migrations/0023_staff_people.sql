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
