import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meaningfulTokens, tokenize } from '../../src/sql/tokens.js'
import { anyText, sqlLikeText } from './sql-like-text.js'

test.each([
  ['word', ['select', '_a1$', 'x', 'sélect', '表', 'a\u00a0b', 'a\uFEFFb']],
  ['string', ["''", "'a'", "'it''s; --'", "'a\nb'", "'\"'"]],
  ['identifier', ['"a"', '"a""b;"', '[a"b]', '`a``b`', '""', '[]']],
  ['blob', ["x''", "X'00fF'"]],
  ['number', ['0', '12', '1.5', '.5', '1.', '1e5', '1.5E-5', '0xfF', '1_000', '0xF_F', '.1_0e1_0']],
  ['variable', ['?', '?1', ':a', '@b', '#c', '$d', ':::a', '$a::b(c;d)']],
  ['operator', ['->>', '->', '||', '<<', '>>', '<=', '>=', '<>', '==', '!=', ';', '.', '/', '-']],
  ['comment', ['--', '-- a;', '/* a */', '/**/', '/*/', '/* a; -- ', '--a\r']],
  ['whitespace', [' \t\r\n\f\v ', '\uFEFF']],
  ['invalid', ["'a", '"a', '[a', '`a', "x'0'", "x'0g'", "x'00", '12ab', '1e', '0x', '1_0x']],
  ['invalid', ['!', '\\', '^', '{', '\v', '\x01', ':', '@::', '$a(b', '\0', "\0 'a' b"]],
] as const)('each of these is one token: %s %j', (kind, texts) => {
  for (const text of texts) expect(tokenize(text)).toEqual([{ kind, text, offset: 0 }])
})

test.each([
  ['1..2', ['1.', '.2']],
  ['a->>b->c||d', ['a', '->>', 'b', '->', 'c', '||', 'd']],
  ['a<<=b', ['a', '<<', '=', 'b']],
  ["xx'00'", ['xx', "'00'"]],
  ['[a]]', ['[a]', ']']],
  ['$a(b c)', ['$a(b', 'c', ')']],
  ['a--b\nc', ['a', 'c']],
  ['a/*;*/b/*/*/c', ['a', 'b', 'c']],
  ['1 /*', ['1', '/', '*']],
  ['\uFEFFselect\n1', ['select', '1']],
  ["'a\0' b", ["'a", "\0' b"]],
])('%j means the tokens %j', (sql, texts) => {
  expect(meaningfulTokens(sql).map(({ text }) => text)).toEqual(texts)
})

test('the texts of the tokens, joined, are the whole text, and the offsets say where', () => {
  fc.assert(
    fc.property(fc.oneof(sqlLikeText, anyText), sql => {
      const tokens = tokenize(sql)
      expect(tokens.map(({ text }) => text).join('')).toBe(sql)
      for (const { text, offset } of tokens) {
        expect(text).not.toBe('')
        expect(sql.slice(offset, offset + text.length)).toBe(text)
      }
    }),
    { numRuns: 1000 },
  )
})

test('the first invalid token is the one that the engine does not recognise', () => {
  const db = new Database(':memory:')
  // Not in it: NUL, where the engine stops, and Tcl's variables, which this build leaves out. The
  // arguments of a virtual table may be any tokens, so no syntax error comes first.
  const fragment = sqlLikeText.filter(text => !/[()\0]|::/.test(text))
  fc.assert(
    fc.property(fragment, text => {
      const sql = `CREATE VIRTUAL TABLE v USING missing(${text}\n)`
      const invalid = tokenize(sql).find(({ kind }) => kind === 'invalid')
      const expected = invalid && `unrecognized token: "${invalid.text}"`
      expect(unrecognizedToken(db, sql)).toBe(expected)
    }),
    { numRuns: 1000 },
  )
  db.close()
})

function unrecognizedToken(db: Database.Database, sql: string): string | undefined {
  try {
    db.prepare(sql)
  } catch (error) {
    if (error instanceof Error && /^unrecognized token/.test(error.message)) return error.message
  }
  return undefined
}

test.each(["'", "''", '"a', '[', '-', '/*', "x'", '$a(', ':', '1e', '1_', 'a.', '(', ';', '\n'])(
  'a megabyte of %j is read in linear time',
  piece => {
    const started = performance.now()
    tokenize(piece.repeat(1_000_000 / piece.length))
    expect(performance.now() - started).toBeLessThan(5_000)
  },
)
