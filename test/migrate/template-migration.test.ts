import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { templateMigration } from '../../src/migrate/template/index.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { openScratch, readSchema, readTemplate, runAll } from './template-scratch.js'

const base = { table: 'readings', json: 'data' }
const user = { name: 'user', path: '$.user', type: 'text' }
const t0 = { name: 't0', path: '$.t0', type: 'real' }

describe('a migration made from a template', () => {
  const directory = temporaryDirectories()
  let database: Database
  beforeEach(async () => {
    database = await openScratch(directory())
  })
  afterEach(() => database.close())

  const make = (description: object) => templateMigration(readTemplate(description), database)
  const existing = (columns = '', options = '') =>
    database.run(
      `CREATE TABLE readings (id INTEGER PRIMARY KEY, data TEXT NOT NULL CHECK (json_valid(data))${columns})${options}`,
    )

  it('creates a table that is not there, a column a line', async () => {
    const made = await make({
      ...base,
      description: 'What the\ninstrument  said\n-- dbfleet: transaction=false',
      columns: [
        { name: 'device', type: 'text', notNull: true, default: "the lab's" },
        { name: 'order', type: 'integer', default: -1, unique: true },
        { name: 'checked', type: 'integer', default: true },
        { name: 'made', type: 'text', default: { sql: 'CURRENT_TIMESTAMP' } },
        { name: 'note', type: 'text', default: null },
      ],
      tags: [
        { ...user, unique: true },
        { ...t0, stored: true, index: false },
        { name: 'Red', path: '$.out.630nm', type: 'real', index: false },
        { name: "o'clock", path: "$.o'clock", type: 'blob' },
      ],
      indexes: [
        { columns: ['device', 't0'] },
        { name: 'reds', columns: ['Red', 'id'], unique: true },
      ],
    })
    expect(
      made.up,
    ).toBe(`-- From the template readings: What the instrument said -- dbfleet: transaction=false

CREATE TABLE readings (
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL DEFAULT 'the lab''s',
  "order" INTEGER DEFAULT -1,
  checked INTEGER DEFAULT TRUE,
  made TEXT DEFAULT CURRENT_TIMESTAMP,
  note TEXT DEFAULT NULL,
  data TEXT NOT NULL CHECK (json_valid(data) AND typeof(data) = 'text' AND instr(data, char(0)) = 0),
  user TEXT GENERATED ALWAYS AS (json_extract(data, '$.user')) VIRTUAL,
  t0 REAL GENERATED ALWAYS AS (json_extract(data, '$.t0')) STORED,
  "Red" REAL GENERATED ALWAYS AS (json_extract(data, '$.out."630nm"')) VIRTUAL,
  "o'clock" BLOB GENERATED ALWAYS AS (json_extract(data, '$."o''clock"')) VIRTUAL
);

CREATE UNIQUE INDEX readings_order ON readings ("order");
CREATE UNIQUE INDEX readings_user ON readings (user);
CREATE INDEX "readings_o'clock" ON readings ("o'clock");
CREATE INDEX readings_device_t0 ON readings (device, t0);
CREATE UNIQUE INDEX reds ON readings ("Red", id);
`)
    expect(made.down).toBe(`-- Reverts what the template readings made.
-- Deletes the table readings with all its rows.

DROP INDEX reds;
DROP INDEX readings_device_t0;
DROP INDEX "readings_o'clock";
DROP INDEX readings_user;
DROP INDEX readings_order;

DROP TABLE readings;
`)
    expect(made.summary).toEqual([
      'creates the table readings with the JSON column data',
      'tag user from $.user, text, virtual',
      'tag t0 from $.t0, real, stored',
      'tag Red from $.out."630nm", real, virtual',
      `tag o'clock from $."o'clock", blob, virtual`,
      'unique index readings_order on order',
      'unique index readings_user on user',
      "index readings_o'clock on o'clock",
      'index readings_device_t0 on device, t0',
      'unique index reds on Red, id',
    ])
  })

  it('creates a strict table, and a key that is never NULL', async () => {
    const { up } = await make({ ...base, key: { name: 'uuid', type: 'text' }, strict: true })
    expect(up).toContain('  uuid TEXT NOT NULL PRIMARY KEY,\n')
    expect(up).toContain('\n) STRICT;\n')
    await runAll(database, up)
    await expect(database.run("INSERT INTO readings (data) VALUES ('{}')")).rejects.toThrow('NULL')
  })

  it('adds what an existing table lacks, and takes only that away', async () => {
    await existing(", user TEXT AS (data ->> '$.user')")
    await database.run('CREATE INDEX by_user ON readings (user)')
    const made = await make({
      ...base,
      columns: [{ name: 'device', type: 'text', notNull: true, default: '' }],
      tags: [user, t0, { name: 'in_0', path: '$.in[0]', type: 'real', unique: true }],
    })
    expect(made.up).toBe(`-- From the template readings.

ALTER TABLE readings ADD COLUMN device TEXT NOT NULL DEFAULT '';

ALTER TABLE readings ADD COLUMN t0 REAL GENERATED ALWAYS AS (json_extract(data, '$.t0')) VIRTUAL;
ALTER TABLE readings ADD COLUMN in_0 REAL GENERATED ALWAYS AS (json_extract(data, '$.in[0]')) VIRTUAL;

CREATE INDEX readings_t0 ON readings (t0);
CREATE UNIQUE INDEX readings_in_0 ON readings (in_0);
`)
    expect(made.down).toBe(`-- Reverts what the template readings made.
-- Deletes what the rows hold in device.

DROP INDEX readings_in_0;
DROP INDEX readings_t0;

ALTER TABLE readings DROP COLUMN in_0;
ALTER TABLE readings DROP COLUMN t0;

ALTER TABLE readings DROP COLUMN device;
`)
    expect(made.summary).toEqual([
      'adds the column device to readings, text',
      'adds the tag t0 to readings from $.t0, real, virtual',
      'adds the tag in_0 to readings from $.in[0], real, virtual',
      'index readings_t0 on t0',
      'unique index readings_in_0 on in_0',
      'warning: a database with two rows of the same in_0 refuses readings_in_0',
    ])
  })

  it.each([
    ["json_extract(data, '$.out.630nm')", 'VIRTUAL'],
    [`((json_extract( "DATA" , '$."out"."630nm"' )))`, ''],
    [`data ->> '$.out."630nm"'`, ''],
    [`/* red */ [data] ->> '$.out.630nm' -- nm`, ''],
  ])('takes a tag defined as %s for the same', async (expression, kind) => {
    await existing(`, Red REAL GENERATED ALWAYS AS (${expression}\n) ${kind}`)
    const tag = { name: 'red', path: '$.out.630nm', type: 'real' }
    const { up } = await make({ ...base, tags: [tag] })
    expect(up).toBe(
      '-- From the template readings.\n\nCREATE INDEX readings_red ON readings (red);\n',
    )
  })

  it.each([
    ["REAL AS (json_extract(data, '$.user'))", 'REAL, not TEXT'],
    ["AS (json_extract(data, '$.user'))", 'without a type, not TEXT'],
    ["TEXT AS (json_extract(data, '$.user')) STORED", 'stored, not virtual'],
    ["TEXT AS (json_extract(data, '$.tag'))", 'made from $.tag, not from $.user'],
    ["TEXT AS (lower(data ->> '$.user'))", 'made from another expression, not from $.user'],
    ["TEXT AS (json_extract(data, '$.user', '$.b'))", 'made from another expression'],
    ["TEXT AS (json_extract(other, '$.user'))", 'made from another expression'],
  ])('refuses a tag that the table defines as %s', async (definition, difference) => {
    await existing(`, other TEXT, user ${definition}`)
    await expect(make({ ...base, tags: [user] })).rejects.toMatchObject({
      code: 'template-invalid',
      message: expect.stringContaining(`tags[0].name: user is in the table, but ${difference}`),
      hint: 'Give the tag another name, or drop the column in one migration and add it again in the next.',
    })
  })

  it('refuses a STORED tag on an existing table and says what to do', async () => {
    await existing()
    await expect(make({ ...base, tags: [{ ...user, stored: true }] })).rejects.toMatchObject({
      message:
        'templates/readings.json:1:88: tags[0].stored: SQLite cannot add user to an existing table as a STORED column',
      hint: 'Leave `stored` out: the index on a virtual column stores its values anyway. Or rebuild the table in a migration written by hand.',
    })
  })

  it('refuses all that cannot be at once', async () => {
    await existing(", Device INTEGER, made TEXT, user AS (data ->> '$.user')")
    const promise = make({
      ...base,
      json: 'date',
      key: { name: 'key', type: 'integer' },
      strict: true,
      columns: [
        { name: 'device', type: 'text' },
        { name: 'made', type: 'text', notNull: true, default: '' },
        { name: 'user', type: 'text' },
        { name: 'a', type: 'text', notNull: true },
        { name: 'b', type: 'text', default: { sql: 'CURRENT_DATE' } },
      ],
      tags: [
        { name: 'data', path: '$.a', type: 'text' },
        { ...t0, stored: true },
      ],
    })
    const { message } = (await promise.catch((error: unknown) => error)) as Error
    expect(message.split('\n').map(line => line.replace(/.*json:\d+:\d+: /, ''))).toEqual([
      'templates/readings.json has 10 problems:',
      'json: the table readings has no column date. Did you mean data?',
      'key.name: the table readings has no column key; SQLite cannot add a primary key. Leave `key` out, or name the key that the table has.',
      'strict: the table readings is not STRICT, and SQLite cannot make it so. Leave `strict` out; it is for new tables.',
      'columns[0].name: Device is INTEGER in the table, not TEXT; SQLite cannot alter a column. Describe it as it is, or rebuild the table in a migration written by hand.',
      'columns[1].name: made is TEXT in the table, not TEXT NOT NULL; SQLite cannot alter a column. Describe it as it is, or rebuild the table in a migration written by hand.',
      'columns[2].name: user is a generated column of the table. Give the column another name.',
      'columns[3].notNull: SQLite cannot add a to a table that has rows: they would have no value for it. Give it a `default`, or leave `notNull` out.',
      'columns[4].default: SQLite cannot add b to a table that has rows: CURRENT_DATE is not constant. Give it a constant default, or none.',
      'tags[0].name: data is an ordinary column of the table. Give the tag another name.',
      'tags[1].stored: SQLite cannot add t0 to an existing table as a STORED column. Leave `stored` out: the index on a virtual column stores its values anyway. Or rebuild the table in a migration written by hand.',
    ])
  })

  it.each([
    ['CREATE VIEW readings AS SELECT 1 AS data', 'readings is a view'],
    ['CREATE VIRTUAL TABLE readings USING fts5(data)', 'readings is a virtual table'],
    [
      'CREATE TABLE a (b); CREATE INDEX Readings ON a (b)',
      'the schema has an index named readings',
    ],
    [
      'CREATE TABLE readings_user (a)',
      'there is another table, view or index named readings_user, so that an index on user cannot be',
    ],
  ])('refuses a schema with %s', async (sql, message) => {
    await runAll(database, sql)
    await expect(make({ ...base, tags: [user] })).rejects.toThrow(message)
  })

  it.each([
    ['CREATE INDEX readings_user ON readings (id, user)'],
    ['CREATE INDEX readings_user ON readings (user DESC)'],
    ['CREATE INDEX readings_user ON readings (lower(user))'],
    ['CREATE INDEX readings_user ON readings (user) WHERE user IS NOT NULL'],
  ])('refuses an index of its name that is another: %s', async sql => {
    await existing(", user TEXT AS (data ->> '$.user')")
    await database.run(sql)
    await expect(make({ ...base, tags: [user] })).rejects.toThrow(
      'there is an index readings_user of this table that is not an index on user',
    )
  })

  it('makes a unique index beside one that is not', async () => {
    await existing(", user TEXT AS (data ->> '$.user')")
    await database.run('CREATE INDEX by_user ON readings (user)')
    const { up } = await make({ ...base, tags: [{ ...user, unique: true }] })
    expect(up).toContain('CREATE UNIQUE INDEX readings_user ON readings (user);')
  })

  it('warns of what existing rows may refuse', async () => {
    await database.run('CREATE TABLE readings (id INTEGER PRIMARY KEY, data TEXT) STRICT')
    const { summary } = await make({ ...base, tags: [user] })
    expect(summary.filter(line => line.startsWith('warning: '))).toEqual([
      'warning: readings has no CHECK (json_valid(data)): a database with a row that is not JSON refuses an index on a tag, and reading the tag fails there',
      'warning: readings is STRICT: a database with a document that holds another type in user refuses it',
    ])
  })

  it('is refused when SQLite refuses it, with the statement', async () => {
    await database.run("CREATE TABLE readings (id INTEGER PRIMARY KEY, 'data' TEXT, a TEXT)")
    await database.run(
      'CREATE TRIGGER broken AFTER INSERT ON readings BEGIN SELECT missing FROM a; END',
    )
    const before = await readSchema(database)
    await expect(make({ ...base, tags: [user] })).rejects.toMatchObject({
      code: 'migration-unproven',
      message: expect.stringMatching(/^line \d+ of the down would fail: .*missing|no such table/),
    })
    expect(await readSchema(database)).toEqual(before)
  })

  it('leaves the database as it was', async () => {
    await existing()
    const before = await readSchema(database)
    await make({ ...base, tags: [user] })
    expect(await readSchema(database)).toEqual(before)
  })
})
