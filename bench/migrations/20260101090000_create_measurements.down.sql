-- Reverts what the template measurements made.
-- Deletes the table measurements with all its rows.

DROP INDEX measurements_user_t0;
DROP INDEX measurements_out_630nm;
DROP INDEX measurements_in_0;
DROP INDEX measurements_t0;
DROP INDEX measurements_tag;
DROP INDEX measurements_hostname;
DROP INDEX measurements_version;

DROP TABLE measurements;
