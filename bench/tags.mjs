import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { MIGRATIONS } from './migration-files.mjs'
import { formatBytes, formatTime, ratiosTable, table, whole } from './report.mjs'
import { median, ratios } from './statistics.mjs'

const READINGS_OF_A_TAG = 100
const PLAIN = 'CREATE TABLE measurements (id INTEGER PRIMARY KEY, data TEXT NOT NULL)'
const BY_COLUMN = 'SELECT id, data FROM measurements WHERE tag = ?'
const BY_EXTRACT = "SELECT id, data FROM measurements WHERE json_extract(data, '$.tag') = ?"

/** @param {import('./options.mjs').Options & { workspace: string }} options */
export async function run({ workspace, readings, rounds = 15, tell }) {
  const template = join(MIGRATIONS, '20260101090000_create_measurements.up.sql')
  const file = name => join(workspace, name)
  const sides = [
    side('tag, with its index', file('tags.db'), readFileSync(template, 'utf8'), BY_COLUMN),
    side('json_extract, without', file('plain.db'), PLAIN, BY_EXTRACT),
  ]
  for (const each of sides) {
    tell(`inserting: ${each.label}`)
    insertReadings(each, readings)
  }
  // In turn, with another tag in each round; the first round warms the cache up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const each of sides) search(each, tagOf(round * READINGS_OF_A_TAG), round > 0)
  }
  const [indexed, plain] = sides
  const result = {
    title: `tags: search by tag among ${whole(readings)} readings, in process`,
    tables: [
      searchTable(sides),
      ratiosTable([{ label: 'json_extract / tag', ratios: ratios(plain, indexed) }]),
      insertTable(sides, readings),
    ],
  }
  for (const { db } of sides) db.close()
  return result
}

function side(label, path, schema, sql) {
  const db = new Database(path)
  db.exec(schema)
  return { label, path, db, sql, query: db.prepare(sql), ms: [], rows: 0, insertMs: 0 }
}

/** One transaction, as a bulk load would be. */
function insertReadings(each, count) {
  const insert = each.db.prepare('INSERT INTO measurements (data) VALUES (?)')
  const began = performance.now()
  each.db.transaction(() => {
    for (let i = 0; i < count; i += 1) insert.run(reading(i))
  })()
  each.insertMs = performance.now() - began
}

/** Neighbouring rows have different tags, so that the rows of one tag are spread over the table. */
function reading(i) {
  return JSON.stringify({
    version: `15b3${i % 7}`,
    func: 'measurement[{0.1, 0.2, 0.3}]',
    t0: 3962965456.853 + i * 7,
    user: `user-${i % 20}`,
    hostname: `lab-${i % 5}`,
    tag: tagOf(i * 7919),
    in: [(i % 10) / 10, 0.2, 0.3],
    out: {
      '415nm': 937 + (i % 100),
      '445nm': 9974,
      '480nm': 5835,
      '515nm': 14290,
      '555nm': 3535,
      '590nm': 3573,
      '630nm': 5151 + (i % 1000),
      '680nm': 2314,
      clear: 30842,
      nir: 4111,
    },
  })
}

function tagOf(i) {
  return `tag-${i % 1000}`
}

function search(each, tag, counts) {
  const began = performance.now()
  const rows = each.query.all(tag)
  const ms = performance.now() - began
  if (counts) each.ms.push(ms)
  each.rows = rows.length
}

function searchTable(sides) {
  const rows = sides.map(({ label, db, sql, ms, rows }) => {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all('')
    const steps = plan.map(({ detail }) => detail).join('; ')
    return [label, formatTime(median(ms)), whole(rows), steps]
  })
  return table(['', 'median', 'rows found', 'query plan'], rows)
}

/** What the generated columns' indexes cost. */
function insertTable(sides, count) {
  const rows = sides.map(({ label, path, insertMs }) => [
    label,
    `${((insertMs * 1000) / count).toFixed(1)} µs`,
    formatBytes(statSync(path).size),
  ])
  return table(['', 'inserting a reading', 'file'], rows)
}
