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
