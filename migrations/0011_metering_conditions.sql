-- Whether a figure was estimated, and whether nobody was home: a winter average may leave such use out.
alter table consumption add column is_estimated boolean not null default false;
alter table consumption add column is_vacant boolean not null default false;
