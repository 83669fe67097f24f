import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffSchemas } from '../../src/schema/diff-schemas.js'
import type { Schema } from '../../src/schema/schema.js'
import { writeSchemaSql } from '../../src/schema/write-schema-sql.js'
import { schemaSpecs, write } from './random-schema.js'
import { schemaIfSound, schemaOf } from './schema-of.js'
import { chooser } from './spelling.js'

test('what is written makes the same schema in an empty database', async () => {
  await fc.assert(
    fc.asyncProperty(schemaSpecs, fc.nat(), async (spec, seed) => {
      const schema = await schemaIfSound(write(spec, chooser(seed)))
      fc.pre(schema !== undefined)
      const again = await schemaOf(writeSchemaSql(schema as Schema))
      expect(diffSchemas(schema as Schema, again)).toEqual([])
    }),
  )
})

test('virtual tables, views upon views and odd endings survive', async () => {
  const schema = await schemaOf(
    `CREATE TABLE z (a); CREATE VIRTUAL TABLE f USING fts5(a, content='z');
     CREATE VIEW b AS SELECT * FROM c; CREATE VIEW c AS SELECT 1 AS x -- the end
     ; CREATE TRIGGER t INSTEAD OF INSERT ON b BEGIN SELECT ';'; END;`,
  )
  const text = writeSchemaSql(schema)
  expect(diffSchemas(schema, await schemaOf(text))).toEqual([])
  expect(writeSchemaSql(await schemaOf(text))).toBe(text)
})

test('the order does not depend on how a schema came to be', async () => {
  const [one, two] = await Promise.all([
    schemaOf('CREATE TABLE a (x); CREATE TABLE b (x); CREATE INDEX b_x ON b (x)'),
    schemaOf('CREATE TABLE b (x); CREATE INDEX b_x ON b (x); CREATE TABLE a (x)'),
  ])
  expect(writeSchemaSql(one)).toBe(writeSchemaSql(two))
})
