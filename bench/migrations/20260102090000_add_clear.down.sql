DROP INDEX measurements_out_clear;

ALTER TABLE measurements DROP COLUMN out_clear;
