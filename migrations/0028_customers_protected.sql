-- Persons whose address is kept confidential, until that is lifted; telephone numbers can be looked up.
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
