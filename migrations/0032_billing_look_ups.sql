-- What screens look up: who moves on which day, the service points of a cycle, figures at which something was found.
create index service_agreement_starts on service_agreement (starts_on, account_id);
create index service_agreement_stops on service_agreement (stops_on, account_id) where stops_on is not null;
create index service_agreement_cycle on service_agreement (cycle_id, service_point_id, starts_on, stops_on);
create index consumption_found on consumption (from_on, account_id) where findings <> '';
