-- The day on which the telephone of somebody on record was last set to another: a number that was changed a few days ago says
-- nothing of who calls. Days before it was kept come from the log, of whoever has an account; what files changed before is not
-- known.
alter table customer add column phone_set_on date;
update customer
set phone_set_on = s.set_on
from (
    select c.customer_id, max(a.business_on) as set_on
    from act a
    join account c on c.account_id = a.subject_id
    where a.subject_kind = 'account' and a.kind = 'customers.set_contact'
      and replace(a.command, '"phone"', '') <> a.command
    group by c.customer_id) s
where s.customer_id = customer.customer_id;
