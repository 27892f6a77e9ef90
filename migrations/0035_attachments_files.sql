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
