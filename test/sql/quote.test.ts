import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { sqliteKeywords } from '../../src/sql/keywords.js'
import { quoteIdentifier, quoteIdentifierIfNeeded, quoteText } from '../../src/sql/quote.js'

const db = new Database(':memory:')
afterAll(() => {
  db.close()
})

/** The name that the engine sees where an identifier stands. */
function nameSeen(identifier: string): unknown {
  return db.prepare(`SELECT 1 AS ${identifier}`).columns()[0]?.name
}

/** The names of a table, its column and its index as the engine keeps them. */
function namesKept(identifier: string): unknown[] {
  db.exec(`CREATE TABLE ${identifier} (${identifier} DEFAULT 7);
    CREATE INDEX ${quoteIdentifier('index of it')} ON ${identifier} (${identifier});
    INSERT INTO ${identifier} DEFAULT VALUES`)
  const column = db.prepare(`SELECT ${identifier} FROM ${identifier}`)
  const [table] = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  const names = [table, column.columns()[0]?.name, column.pluck().get()]
  db.exec(`DROP TABLE ${identifier}`)
  return names
}

const hostileName = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('"', "'", ']', '`', ';', '--', '\n', 'a', '😀', '%'))
      .map(x => x.join('')),
  )
  .filter(name => !name.includes('\0'))

test('any name without NUL comes back from the engine as it was', () => {
  fc.assert(
    fc.property(hostileName, name => {
      expect(nameSeen(quoteIdentifier(name))).toBe(name)
      expect(nameSeen(quoteIdentifierIfNeeded(name))).toBe(name)
    }),
  )
})

test('tables, columns and indexes can have any name', () => {
  const tableName = hostileName.filter(name => name !== '' && !/^sqlite_/i.test(name))
  fc.assert(
    fc.property(tableName, name => {
      expect(namesKept(quoteIdentifier(name))).toEqual([name, name, 7])
    }),
  )
})

test('a name with NUL is refused, and the message shows where it is', () => {
  const message = 'An SQL identifier cannot contain NUL: "a\\u0000b"'
  expect(() => quoteIdentifier('a\0b')).toThrow(message)
  expect(() => quoteIdentifierIfNeeded('a\0b')).toThrow(message)
})

test.each(['users', '_a1', 'x', 'rowid', 'selects'])('%s needs no quotes', name => {
  expect(quoteIdentifierIfNeeded(name)).toBe(name)
})

test.each(['', 'Users', '1a', 'a b', 'a-b', 'naïve', 'a"b', 'order', 'true', 'a\n'])(
  '%j needs quotes',
  name => {
    expect(quoteIdentifierIfNeeded(name)).toBe(quoteIdentifier(name))
  },
)

test('what is left without quotes is a name to the engine', () => {
  const words = [...sqliteKeywords].map(word => word.toLowerCase())
  const name = fc.oneof(
    fc.constantFrom(...words, 'true', 'false', 'random', 'strict', 'stored', 'hidden', 'rowid'),
    fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/),
  )
  fc.assert(
    fc.property(name, name => {
      expect(namesKept(quoteIdentifierIfNeeded(name))).toEqual([name, name, 7])
    }),
    { numRuns: 300 },
  )
})

test('every keyword gets quotes', () => {
  expect(sqliteKeywords.size).toBe(147)
  for (const keyword of sqliteKeywords) {
    expect(quoteIdentifierIfNeeded(keyword.toLowerCase())).toBe(`"${keyword.toLowerCase()}"`)
  }
})

test('any text comes back from the engine as it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom("'", '"', '\0', ';', '--', '\n', 'é😀')).map(parts => parts.join('')),
  )
  fc.assert(
    fc.property(text, text => {
      const row = db.prepare(
        `SELECT ${quoteText(text)} AS value, typeof(${quoteText(text)}) AS type`,
      )
      expect(row.get()).toEqual({ value: text, type: 'text' })
    }),
  )
})

test('a text is a literal, and only with NUL a cast', () => {
  expect(quoteText("it's")).toBe("'it''s'")
  expect(quoteText('a\0é')).toBe("CAST(X'6100C3A9' AS TEXT)")
})
