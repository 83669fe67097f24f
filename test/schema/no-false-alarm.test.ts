import { describe, expect, test } from 'vitest'
import { diffSchemas } from '../../src/schema/diff-schemas.js'
import { ownSchema } from '../../src/schema/own-schema.js'
import { schemaOf } from './schema-of.js'

const P = 'CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT);'

/** Pairs of SQL that make the same schema. */
const SAME: Record<string, [string, string]> = {
  'keyword case, white space and comments': [
    'CREATE TABLE t (a TEXT NOT NULL)',
    'create  table t (\n  -- the name\n  a text not /* never */ null\n)',
  ],
  'quotes around names': ['CREATE TABLE t (a, "b c")', 'CREATE TABLE "t" ([a], `b c`)'],
  'letter case of names': [
    'CREATE TABLE t (a); CREATE INDEX i ON t (a)',
    'CREATE TABLE T (A); CREATE INDEX I ON T (A)',
  ],
  'IF NOT EXISTS': ['CREATE TABLE t (a)', 'CREATE TABLE IF NOT EXISTS t (a)'],
  'redundant parentheses': [
    'CREATE TABLE t (a DEFAULT 0 CHECK (a > 0), b AS (a + 1))',
    'CREATE TABLE t (a DEFAULT (0) CHECK (((a) > (0))), b AS ((a) + 1))',
  ],
  'a sign in a default': ['CREATE TABLE t (a DEFAULT 1)', 'CREATE TABLE t (a DEFAULT (+1))'],
  'a default of NULL': ['CREATE TABLE t (a)', 'CREATE TABLE t (a DEFAULT NULL)'],
  'a negative default in parentheses': [
    'CREATE TABLE t (a DEFAULT -1)',
    'CREATE TABLE t (a DEFAULT (- 1))',
  ],
  'ADD COLUMN against a fresh CREATE': [
    'CREATE TABLE t (a TEXT, CHECK (a > 0)); ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 3',
    'CREATE TABLE t (a TEXT, b INTEGER DEFAULT 3, CHECK (a > 0))',
  ],
  'a table rebuilt under another name': [
    `${P} CREATE TABLE t (a REFERENCES p); CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t (a)`,
    `${P} CREATE VIEW v AS SELECT a FROM t; CREATE TABLE new_t (a REFERENCES p);
     PRAGMA legacy_alter_table = on; ALTER TABLE new_t RENAME TO t; CREATE INDEX i ON t (a)`,
  ],
  'renamed tables and columns': [
    'CREATE TABLE t (a, b CHECK (b > 0)); CREATE INDEX i ON t (b); CREATE VIEW v AS SELECT b FROM t',
    `CREATE TABLE s (a, c CHECK (c > 0)); CREATE INDEX i ON s (c); CREATE VIEW v AS SELECT c AS b FROM s;
     DROP VIEW v; ALTER TABLE s RENAME TO t; ALTER TABLE t RENAME COLUMN c TO b;
     CREATE VIEW v AS SELECT b FROM t`,
  ],
  'a dropped column': [
    'CREATE TABLE t (a, b)',
    'CREATE TABLE t (a, x, b); ALTER TABLE t DROP COLUMN x',
  ],
  'numbers of automatic indexes': [
    'CREATE TABLE t (a UNIQUE, b UNIQUE)',
    'CREATE TABLE t (a, b, UNIQUE (b), UNIQUE (a))',
  ],
  'constraints of a column or of the table': [
    `${P} CREATE TABLE t (a INTEGER PRIMARY KEY, b REFERENCES p (id) ON DELETE CASCADE, CHECK (b > 0))`,
    `${P} CREATE TABLE t (a INTEGER, b CHECK (b > 0), PRIMARY KEY (a), FOREIGN KEY (b) REFERENCES p ON DELETE CASCADE)`,
  ],
  'names of constraints': [
    'CREATE TABLE t (a CONSTRAINT positive CHECK (a > 0))',
    'CREATE TABLE t (a CHECK (a > 0))',
  ],
  'a missing comma between constraints': [
    'CREATE TABLE t (a, CHECK (a > 0), CHECK (a < 9))',
    'CREATE TABLE t (a, CHECK (a > 0) CHECK (a < 9))',
  ],
  'NOT NULL on the row id': [
    'CREATE TABLE t (id INTEGER PRIMARY KEY)',
    'CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY)',
  ],
  'NOT NULL on the key of a table without row ids': [
    'CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID',
  ],
  'the order of options': [
    'CREATE TABLE t (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
    'CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID, STRICT',
  ],
  'actions that are the default': [
    `${P} CREATE TABLE t (a REFERENCES p)`,
    `${P} CREATE TABLE t (a REFERENCES p (id) ON DELETE NO ACTION NOT DEFERRABLE)`,
  ],
  'ASC and the collation of the column': [
    'CREATE TABLE t (a COLLATE nocase, b); CREATE INDEX i ON t (a, b)',
    'CREATE TABLE t (a COLLATE NOCASE, b); CREATE INDEX i ON t (a COLLATE NOCASE ASC, (b) COLLATE binary)',
  ],
  'what a trigger may leave out': [
    'CREATE TABLE t (a); CREATE TRIGGER x INSERT ON t BEGIN SELECT 1; END',
    'CREATE TABLE t (a); CREATE TRIGGER "x" BEFORE INSERT ON "t" FOR EACH ROW BEGIN select 1; END',
  ],
  'GENERATED ALWAYS and VIRTUAL': [
    'CREATE TABLE t (a, b INT AS (a))',
    'CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a) VIRTUAL)',
  ],
  'spelling of a virtual table': [
    "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter')",
    'CREATE VIRTUAL TABLE f USING FTS5 ( A , tokenize = "porter" )',
  ],
}

describe('no difference is made by', () => {
  test.each(Object.entries(SAME))('%s', async (_what, [one, two]) => {
    const [from, to] = await Promise.all([schemaOf(one), schemaOf(two)])
    expect(diffSchemas(from, to)).toEqual([])
  })
})

describe('no part of the schema are', () => {
  test.each([
    ['the shadow tables of FTS5', 'CREATE VIRTUAL TABLE x USING fts5(a)'],
    ['the shadow tables of FTS4', 'CREATE VIRTUAL TABLE x USING fts4(a)'],
    ['the shadow tables of rtree', 'CREATE VIRTUAL TABLE x USING rtree(id, low, high)'],
  ])('%s', async (_what, sql) => {
    const { tables, virtualTables, indexes } = await schemaOf(sql)
    expect({ tables, indexes, count: virtualTables.length }).toEqual({
      tables: [],
      indexes: [],
      count: 1,
    })
  })

  test.each([
    'dbfleet_migrations',
    'schema_migrations',
    'SequelizeMeta',
    '_prisma_migrations',
    '_litestream_seq',
  ])('the table %s of a tool, and what belongs to it', async name => {
    const schema = await schemaOf(
      `CREATE TABLE ${name} (a); CREATE INDEX i ON ${name} (a);
       CREATE TRIGGER x INSERT ON ${name} BEGIN SELECT 1; END`,
    )
    expect(Object.values(schema).flat()).toEqual([])
  })

  test('what SQLite keeps for itself', async () => {
    const schema = await schemaOf(
      'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE); ANALYZE',
    )
    expect(Object.values(schema).flat()).toMatchObject([{ name: 't' }])
  })

  test('but a table that merely looks like a shadow table is', async () => {
    const { tables } = await schemaOf('CREATE TABLE x_data (a); CREATE TABLE notes_content (a)')
    expect(tables.map(({ name }) => name)).toEqual(['notes_content', 'x_data'])
  })

  test('what a pattern of the configuration names', async () => {
    const schema = await schemaOf(
      'CREATE TABLE tmp_a (a); CREATE INDEX i ON tmp_a (a); CREATE TABLE t (a); CREATE VIEW v_1 AS SELECT 1',
    )
    const own = ownSchema(schema, ['TMP_*', 'v_?'])
    expect(Object.values(own).flat()).toMatchObject([{ name: 't' }])
  })
})
