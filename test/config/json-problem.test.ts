import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJsonProblem } from '../../src/config/json-problem.js'

describe('findJsonProblem', () => {
  test.each([
    ['{"a": 1,}', 7, 'a comma before "}"'],
    ['[1, 2', 5, '"," or "]" was expected here, not the end of the file'],
    ['{"a" 1}', 5, '":" was expected here, not this'],
    ['{a: 1}', 1, 'a key in double quotes was expected here, not this'],
    ["{'a': 1}", 1, 'a key in double quotes was expected here, not single quotes'],
    ['{"a": 1 "b": 2}', 8, '"," or "}" was expected here, not this'],
    ['{"a": ]', 6, 'a value was expected here, not "]"'],
    ['{ // note\n}', 2, 'a key in double quotes was expected here, not a comment'],
    ['{} {}', 3, 'the end of the file was expected here, not "{"'],
    ['', 0, 'a value was expected here, not the end of the file'],
    ['{"a": "b\n"}', 6, 'a text that does not end in its line, or has an unknown escape'],
    ['{"a": 1, "a": 2}', 9, 'this object has the same key twice'],
    ['{"a": 1, "\\u0061": 2}', 9, 'this object has the same key twice'],
    ['01', 0, 'a value was expected here, not this'],
  ])('%o at %i: %s', (text, offset, message) => {
    expect(findJsonProblem(text)).toEqual({ offset, message })
  })

  test('does not run out of stack', () => {
    expect(findJsonProblem('['.repeat(1_000_000))?.message).toBe('this is nested too deeply')
    expect(findJsonProblem(`"${'a'.repeat(1_000_000)}`)).toBeDefined()
    expect(findJsonProblem(`"${'a'.repeat(1_000_000)}"`)).toBeUndefined()
  })

  test('takes exactly what JSON.parse takes, but for a key that occurs twice', () => {
    const edit = fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\u01e-.\n\t x\u007f\u0085\u2028'))
    fc.assert(
      fc.property(fc.json(), fc.array(edit, { maxLength: 2 }), (json, edits) => {
        const text = edits.reduce((before, [at, character]) => {
          const place = at % (before.length + 1)
          return before.slice(0, place) + character + before.slice(place + (at % 2))
        }, json)
        const problem = findJsonProblem(text)
        if (problem?.message === 'this object has the same key twice') return
        expect(problem === undefined).toBe(isJson(text))
        if (problem) expect(problem.offset).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 2_000 },
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
