ALTER TABLE measurements ADD COLUMN out_clear REAL GENERATED ALWAYS AS (json_extract(data, '$.out.clear')) VIRTUAL;

CREATE INDEX measurements_out_clear ON measurements (out_clear);
