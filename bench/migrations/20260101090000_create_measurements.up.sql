-- From the template measurements: Readings of an instrument, a JSON document a row, searchable by their tags.

CREATE TABLE measurements (
  id INTEGER PRIMARY KEY,
  data TEXT NOT NULL CHECK (json_valid(data) AND typeof(data) = 'text' AND instr(data, char(0)) = 0),
  version TEXT GENERATED ALWAYS AS (json_extract(data, '$.version')) VIRTUAL,
  func TEXT GENERATED ALWAYS AS (json_extract(data, '$.func')) VIRTUAL,
  user TEXT GENERATED ALWAYS AS (json_extract(data, '$.user')) VIRTUAL,
  hostname TEXT GENERATED ALWAYS AS (json_extract(data, '$.hostname')) VIRTUAL,
  tag TEXT GENERATED ALWAYS AS (json_extract(data, '$.tag')) VIRTUAL,
  t0 REAL GENERATED ALWAYS AS (json_extract(data, '$.t0')) VIRTUAL,
  in_0 REAL GENERATED ALWAYS AS (json_extract(data, '$.in[0]')) VIRTUAL,
  out_630nm REAL GENERATED ALWAYS AS (json_extract(data, '$.out."630nm"')) VIRTUAL
);

CREATE INDEX measurements_version ON measurements (version);
CREATE INDEX measurements_hostname ON measurements (hostname);
CREATE INDEX measurements_tag ON measurements (tag);
CREATE INDEX measurements_t0 ON measurements (t0);
CREATE INDEX measurements_in_0 ON measurements (in_0);
CREATE INDEX measurements_out_630nm ON measurements (out_630nm);
CREATE INDEX measurements_user_t0 ON measurements (user, t0);
