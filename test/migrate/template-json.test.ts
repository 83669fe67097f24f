import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonSyntaxError, parseJsonDocument } from '../../src/migrate/template/json-document.js'

function syntaxErrorOf(text: string): string | undefined {
  try {
    parseJsonDocument(text)
    return undefined
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return `${error.position.line}:${error.position.column} ${error.message}`
  }
}

describe('a JSON document', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(json))
        const text = JSON.stringify(JSON.parse(json), null, indent)
        expect(parseJsonDocument(text).value).toEqual(JSON.parse(text))
      }),
    )
  })

  it('is refused exactly when JSON.parse refuses it', () => {
    const fragment = fc.constantFrom(
      ...'{}[]:,"\\\n \t/'.split(''),
      ...['1', '-', '.', 'e', '0', 'true', 'null', 'a', 'b', '"c"', '\\u0041', '\u00a0'],
    )
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 10 }), fragments => {
        const text = fragments.join('')
        fc.pre(!/occurs twice/.test(syntaxErrorOf(text) ?? ''))
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        expect(syntaxErrorOf(text) === undefined).toBe(isJson)
      }),
      { numRuns: 3000 },
    )
  })

  it('remembers where keys and elements stand', () => {
    const { locate } = parseJsonDocument('{\n  "a": [\n    1,\n    { "b c": 2 }\n  ]\n}')
    expect(locate([])).toEqual({ line: 1, column: 1 })
    expect(locate(['a'])).toEqual({ line: 2, column: 3 })
    expect(locate(['a', 0])).toEqual({ line: 3, column: 5 })
    expect(locate(['a', 1, 'b c'])).toEqual({ line: 4, column: 7 })
  })

  it('says of what is missing where it is missing', () => {
    const { locate } = parseJsonDocument('{\n  "a": [\n    {}\n  ]\n}')
    expect(locate(['a', 0, 'name'])).toEqual({ line: 3, column: 5 })
    expect(locate(['b', 'name'])).toEqual({ line: 1, column: 1 })
  })

  it.each([
    ['', '1:1 a value was expected here, not the end of the file'],
    ['{\n  "a": 1,\n}', '2:9 a comma before "}"'],
    ['[1 2]', '1:4 "," or "]" was expected here, not "2"'],
    ['{a: 1}', '1:2 a key in double quotes was expected here, not "a"'],
    ['{"a" 1}', '1:6 ":" was expected here, not "1"'],
    ['{"a": tru}', '1:7 a value was expected here, not "tru"'],
    ['{"a": 01}', '1:7 a value was expected here, not "01"'],
    ['{ // no\n}', '1:3 a key in double quotes was expected here, not a comment (JSON has none)'],
    ['{}\n{}', '2:1 "{" after the end of the document'],
    ['{"a": "b}', '1:7 a text that no double quote ends'],
    ['{"a": "b\n"}', '1:7 a text with a line break, a tab or an unknown escape in it'],
    ['{"a": 1,\n "a": 2}', '2:2 the key "a" occurs twice'],
    ['{"__proto__": 1}', '1:2 the key "__proto__" cannot be used'],
    ['{"constructor": 1}', '1:2 the key "constructor" cannot be used'],
  ])('%j is refused with line and column', (text, message) => {
    expect(syntaxErrorOf(text)).toBe(message)
  })

  it('that is nested without end is refused, too', () => {
    expect(syntaxErrorOf('['.repeat(1_000_000))).toBe('1:66 nested deeper than 64 levels')
  })
})
