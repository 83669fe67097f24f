import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from '../../src/output/json.js'

const write = (document: object) => [...jsonText(document)].join('')

test('a document has its rows on lines of their own and ends in a newline', () => {
  const document = {
    schema: 1,
    databases: [{ name: 'a\n' }, { name: 'b' }],
    none: [],
    summary: { total: 2 },
  }
  expect(write(document)).toMatchInlineSnapshot(`
    "{"schema":1,
    "databases":[
    {"name":"a\\n"},
    {"name":"b"}
    ],
    "none":[],
    "summary":{"total":2}}
    "
  `)
  expect(write({})).toBe('{}\n')
})

test('bigints are exact: numbers where that can be, else their digits', () => {
  const text = write({
    small: 7n,
    large: 9_007_199_254_740_993n,
    rows: [{ id: -9_223_372_036_854_775_808n }],
  })
  expect(JSON.parse(text)).toEqual({
    small: 7,
    large: '9007199254740993',
    rows: [{ id: '-9223372036854775808' }],
  })
})

test('undefined fields are left out, as JSON.stringify does', () => {
  expect(JSON.parse(write({ a: undefined, b: [undefined, { c: undefined }] }))).toEqual({
    b: [null, {}],
  })
})

test('no character is written that a terminal would obey', () => {
  const name = 'c1\x9b2J \x7f \x1b[2J right\u202eleft \u2028 \u2066'
  const text = write({ databases: [{ name }] })
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u2028]|\p{Bidi_Control}/u)
  expect(JSON.parse(text)).toEqual({ databases: [{ name }] })
})

test('whatever the document, a parser reads what JSON.stringify would have written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), document => {
      const text = write(document)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)))
      expect(text.endsWith('\n')).toBe(true)
    }),
  )
})
