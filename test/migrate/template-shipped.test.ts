import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { findTemplate, templateMigration } from '../../src/migrate/template/index.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { engines, insertReading, openScratch, reading, runAll } from './template-scratch.js'

const templates = fileURLToPath(new URL('../../templates', import.meta.url))

async function migrationFrom(name: string, database: Database) {
  const template = await findTemplate(templates, name)
  if (template === undefined) throw new Error(`no template ${name}`)
  return templateMigration(template, database)
}

describe.each(engines)('the templates that ship (%s)', engine => {
  const directory = temporaryDirectories()
  let database: Database
  beforeEach(async () => {
    database = await openScratch(directory(), engine)
    await runAll(database, (await migrationFrom('measurements', database)).up)
  })
  afterEach(() => database.close())

  const planOf = async (sql: string) => {
    const rows = await database.query(`EXPLAIN QUERY PLAN ${sql}`)
    return rows.map(({ detail }) => detail)
  }

  it('make a table that finds a reading by each of its tags', async () => {
    await insertReading(database, reading)
    await insertReading(database, { ...reading, tag: 'other', user: 'someone' })
    expect(await database.query('SELECT * FROM measurements WHERE tag = ?', ['tutorial'])).toEqual([
      {
        id: 1n,
        data: JSON.stringify(reading),
        version: '15b3',
        func: 'measurement',
        user: 'jschrier',
        hostname: 'lab-1',
        tag: 'tutorial',
        t0: 3962965456.853,
        in_0: 0.1,
        out_630nm: 5151,
      },
    ])
  })

  it.each([
    ["version = '15b3'", 'measurements_version (version=?)'],
    ["user = 'jschrier'", 'measurements_user_t0 (user=?)'],
    ["user = 'jschrier' AND t0 > 1 ORDER BY t0", 'measurements_user_t0 (user=? AND t0>?)'],
    ["hostname = 'lab-1'", 'measurements_hostname (hostname=?)'],
    ["tag = 'tutorial'", 'measurements_tag (tag=?)'],
    ['t0 BETWEEN 1 AND 2', 'measurements_t0 (t0>? AND t0<?)'],
    ['in_0 > 0.5', 'measurements_in_0 (in_0>?)'],
    ['out_630nm > 5000', 'measurements_out_630nm (out_630nm>?)'],
  ])('search by an index where %s', async (condition, index) => {
    const plan = await planOf(`SELECT id FROM measurements WHERE ${condition}`)
    expect(plan).toEqual([expect.stringMatching(/^SEARCH measurements USING (COVERING )?INDEX /)])
    expect(plan[0]).toContain(index)
  })

  it.each([
    ["'{'", 'malformed JSON'],
    ["'{a: 1}'", 'CHECK constraint failed'],
    [`'{"t0": NaN}'`, 'CHECK constraint failed'],
    ["''", 'malformed JSON'],
    ['NULL', 'NOT NULL constraint failed'],
    [`CAST('{}' AS BLOB)`, 'CHECK constraint failed'],
    [`jsonb('{}')`, 'CHECK constraint failed'],
    [`'{}' || char(0) || 'and more'`, 'CHECK constraint failed'],
  ])('refuse the document %s', async (document, reason) => {
    const insert = database.run(`INSERT INTO measurements (data) VALUES (${document})`)
    await expect(insert).rejects.toThrow(reason)
    expect(await database.query('SELECT id FROM measurements')).toEqual([])
  })

  it.each([
    ["'{}'"],
    ["' [1, 2] '"],
    ['json_object()'],
    ["'null'"],
    [`'{"tag": null, "t0": "late", "in": {}, "out": []}'`],
  ])('accept the document %s, whatever tags it lacks', async document => {
    await database.run(`INSERT INTO measurements (data) VALUES (${document})`)
    expect(await database.query('SELECT tag, out_630nm FROM measurements')).toEqual([
      { tag: null, out_630nm: null },
    ])
  })

  it('refuse an update that is not JSON, too', async () => {
    await insertReading(database, reading)
    await expect(database.run("UPDATE measurements SET data = '{'")).rejects.toThrow('malformed')
  })

  it('add the other wavelengths to readings that are there, and take them away', async () => {
    await insertReading(database, reading)
    const before = await database.query('SELECT * FROM measurements')
    const { up, down } = await migrationFrom('wavelengths', database)
    await runAll(database, up)
    const [row] = await database.query('SELECT * FROM measurements')
    expect(row).toMatchObject({
      out_415nm: 937,
      out_445nm: 9974,
      out_480nm: 5835,
      out_515nm: 14290,
      out_555nm: 3535,
      out_590nm: 3573,
      out_680nm: 2314,
      out_clear: 30842,
      out_nir: 4111,
    })
    await runAll(database, down)
    expect(await database.query('SELECT * FROM measurements')).toEqual(before)
  })

  it('search by the added tag that has an index', async () => {
    await runAll(database, (await migrationFrom('wavelengths', database)).up)
    expect(await planOf('SELECT id FROM measurements WHERE out_clear > 30000')).toEqual([
      expect.stringContaining('INDEX measurements_out_clear (out_clear>?)'),
    ])
  })

  it('have nothing to add twice', async () => {
    await expect(migrationFrom('measurements', database)).rejects.toMatchObject({
      code: 'template-nothing-to-add',
      message: expect.stringContaining('the table measurements has all of it already'),
    })
  })
})
