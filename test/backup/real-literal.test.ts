import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { realExpression, realLiteral } from '../../src/backup/real-literal.js'
import { createOpener } from '../../src/database/open-database.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { shellMissing } from './shell.js'

const ODD = [
  0,
  -0,
  1,
  -1,
  0.1,
  0.3,
  1 / 3,
  0.1 + 0.2,
  3962965456.853,
  1e20,
  1e21,
  1e22,
  1e23,
  1e-7,
  1e-10,
  1e300,
  5e-324,
  -5e-324,
  2 ** -1022,
  2 ** -1074 * 3,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 63,
  123456789.12345679,
  1e15 + 0.5,
  999999999999.999,
  2 ** 50 + 0.25,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  8.5e-9,
  1.5e-30,
  4.35,
  2.675,
  1e-5,
  0.001,
]

const anyReal = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ noNaN: true, min: -1e16, max: 1e16 }),
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([n, k]) => n / 10 ** k),
  fc.constantFrom(...ODD),
)

function isSame(a: unknown, b: number): boolean {
  return typeof a === 'number' && Object.is(a, b)
}

describe('a number as SQL', () => {
  const directory = temporaryDirectories()

  it('is read back to the bit by better-sqlite3', () => {
    const db = new Database(':memory:')
    fc.assert(
      fc.property(anyReal, x => {
        const value = db
          .prepare(`SELECT ${realLiteral(x)}`)
          .pluck()
          .get()
        expect(isSame(value, x), `${realLiteral(x)} for ${x} gave ${value}`).toBe(true)
      }),
      { numRuns: 1000, examples: ODD.map(x => [x]) },
    )
  })

  it('is read back to the bit by libSQL', async () => {
    const open = await createOpener('libsql')
    await using db = await open(
      { name: 'it', path: join(directory(), 'it.db') },
      { mode: 'create', busyTimeoutMs: 0 },
    )
    const numbers = [...ODD, ...fc.sample(anyReal, 1000)]
    for (let start = 0; start < numbers.length; start += 100) {
      const some = numbers.slice(start, start + 100)
      const [row] = await db.query(`SELECT ${some.map((x, i) => `${realLiteral(x)} AS c${i}`)}`)
      for (const [i, x] of some.entries()) {
        expect(isSame(row?.[`c${i}`], x), `${realLiteral(x)} for ${x}`).toBe(true)
      }
    }
  })

  it.runIf(shellMissing() === undefined || process.env.CI)(
    'is read back to the bit by the stock shell',
    () => {
      const path = join(directory(), 'it.db')
      const numbers = [...ODD, ...fc.sample(anyReal, 3000)]
      const rows = numbers.map((x, i) => `(${i},${realLiteral(x)})`)
      const sql = `CREATE TABLE t (i INTEGER PRIMARY KEY, x);\nINSERT INTO t VALUES\n${rows.join(',\n')};`
      expect(spawnSync('sqlite3', [path], { input: sql }).status).toBe(0)
      const db = new Database(path, { readonly: true })
      const read = db.prepare('SELECT x FROM t ORDER BY i').pluck().all()
      db.close()
      for (const [i, x] of numbers.entries()) expect(isSame(read[i], x), `${x}`).toBe(true)
    },
  )

  it('is the same text where SQLite writes it, or left to JavaScript', async () => {
    const path = join(directory(), 'it.db')
    for (const engine of ['better-sqlite3', 'libsql'] as const) {
      const open = await createOpener(engine)
      await using db = await open({ name: 'it', path }, { mode: 'create', busyTimeoutMs: 0 })
      const sql = `SELECT ${realExpression('x', { signedZero: true })} AS text FROM (SELECT ? AS x)`
      let written = 0
      for (const x of [...ODD, ...fc.sample(anyReal, 1000)].filter(Number.isFinite)) {
        const [row] = await db.query(sql, [x])
        if (row?.text !== null) {
          expect(row?.text).toBe(realLiteral(x))
          written += 1
        }
      }
      expect(written).toBeGreaterThan(200)
    }
  })
})
