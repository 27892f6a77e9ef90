-- Bills that stand and say what is not so any more, kept by whatever makes it so: who puts bills right is told of them,
-- and may let one stay as it is. Those on record already count from the date on the bill, for want of a better one.
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
insert into bill_again (account_id, run_id, service_point_id, why, from_on, told_on)
select distinct b.account_id, b.run_id, g.service_point_id, 'stopped', g.stops_on, b.bill_on
from run_item i
join service_agreement g on g.account_id = i.account_id and g.agreement_id = i.agreement_id
join bill b on b.account_id = i.account_id and b.run_id = i.run_id
left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
where g.stops_on < i.to_on and c.account_id is null;
insert into bill_again (account_id, run_id, service_point_id, why, from_on, consumption_id, told_on)
select b.account_id, b.run_id, u.service_point_id, 'corrected', u.from_on, max(n.consumption_id), b.bill_on
from run_item i
join consumption u on u.account_id = i.account_id and u.consumption_id = i.consumption_id
join consumption n on n.account_id = u.account_id and n.service_point_id = u.service_point_id
    and n.register_no = u.register_no and n.from_on = u.from_on and n.to_on = u.to_on
join bill b on b.account_id = i.account_id and b.run_id = i.run_id
left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
where c.account_id is null and not u.is_estimated
  and u.revision < n.revision and (n.steps <> u.steps or n.unit <> u.unit)
  and not exists (select 1
                  from consumption l
                  where l.account_id = n.account_id and l.service_point_id = n.service_point_id
                    and l.register_no = n.register_no and l.from_on = n.from_on and n.revision < l.revision)
group by b.account_id, b.run_id, u.service_point_id, u.from_on, b.bill_on;
insert into bill_again (account_id, run_id, service_point_id, why, from_on, consumption_id, told_on)
select b.account_id, b.run_id, u.service_point_id, 'corrected', u.from_on, max(n.consumption_id), b.bill_on
from run_extra i
join consumption u on u.account_id = i.account_id and u.consumption_id = i.consumption_id
join consumption n on n.account_id = u.account_id and n.service_point_id = u.service_point_id
    and n.register_no = u.register_no and n.from_on = u.from_on and n.to_on = u.to_on
join bill b on b.account_id = i.account_id and b.run_id = i.run_id
left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
where i.kind = 'settlement' and c.account_id is null and not u.is_estimated
  and u.revision < n.revision and (n.steps <> u.steps or n.unit <> u.unit)
  and not exists (select 1
                  from consumption l
                  where l.account_id = n.account_id and l.service_point_id = n.service_point_id
                    and l.register_no = n.register_no and l.from_on = n.from_on and n.revision < l.revision)
  and not exists (select 1
                  from run_extra s
                  join bill t on t.account_id = s.account_id and t.run_id = s.run_id
                  left join bill_cancellation x on x.account_id = s.account_id and x.run_id = s.run_id
                  where s.account_id = i.account_id and s.agreement_id = i.agreement_id
                    and s.kind = 'settlement' and s.consumption_id = n.consumption_id and x.account_id is null)
group by b.account_id, b.run_id, u.service_point_id, u.from_on, b.bill_on
on conflict (account_id, run_id, service_point_id, why, from_on) do nothing;
