-- Rates that were proposed and taken back before they were put in force.
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
