CREATE TABLE devices (
  id INTEGER PRIMARY KEY,
  hostname TEXT NOT NULL UNIQUE,
  location TEXT,
  added_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
