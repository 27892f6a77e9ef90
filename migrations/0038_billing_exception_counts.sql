-- How many exceptions of a run there are by code and state, changed in the transaction that changes the exceptions: pages
-- read a few rows instead of counting a hundred thousand.
create table run_exception_count (
    run_id bigint not null,
    code text not null,
    state text not null check (state in ('open', 'released', 'held')),
    exceptions bigint not null check (0 <= exceptions),
    primary key (run_id, code, state),
    foreign key (run_id) references bill_run (run_id)
);
insert into run_exception_count (run_id, code, state, exceptions)
select run_id, code, state, count(*)
from run_exception
group by run_id, code, state;
