-- What prices depend on beyond use: quantities of agreements, exemptions of accounts, and what a run froze of them.
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
alter table run_item add column particulars text;
alter table run_tally add column fund_id bigint;
alter table run_tally add column debit_id bigint;
alter table run_tally add column credit_id bigint;
alter table run_tally add column is_borne boolean not null default false;

-- Versions that runs used before uses were kept.
insert into rate_version_use (rate_version_id, run_number, act_id)
select i.rate_version_id, min(r.run_number), min(o.act_id)
from run_item i
join bill_run r on r.run_id = i.run_id
join bulk_order o on o.order_id = r.prepare_order_id
where i.rate_version_id is not null
group by i.rate_version_id;
