import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJsonPath } from '../../src/migrate/template/json-path.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { engines, openScratch } from './template-scratch.js'

const problemOf = (path: string) => {
  const result = canonicalJsonPath(path)
  return 'problem' in result ? result.problem : undefined
}

describe('a JSON path', () => {
  const directory = temporaryDirectories()

  it.each([
    ['$.user', '$.user'],
    ['$."user"', '$.user'],
    ['$.in[0]', '$.in[0]'],
    ['$[007]', '$[7]'],
    ['$.list[#-1].a', '$.list[#-1].a'],
    ['$.out.630nm', '$.out."630nm"'],
    ['$.out."630nm"', '$.out."630nm"'],
    ['$.a-b', '$."a-b"'],
    ['$."a.b[0]"', '$."a.b[0]"'],
    ['$.""', '$.""'],
    ['$.größe', '$."größe"'],
    ["$.o'clock", `$."o'clock"`],
    ['$."*"', '$."*"'],
    ['$." a "', '$." a "'],
  ])('%s is written %s', (path, canonical) => {
    expect(canonicalJsonPath(path)).toEqual({ path: canonical })
  })

  it.each([
    ['', 'a path starts with "$"'],
    ['user', 'a path starts with "$"'],
    ['$', 'this is the whole document'],
    ['$user', '"." or "[" was expected at character 2, not "u"'],
    ['$.', 'a key is missing after the dot at character 2'],
    ['$.a.[0]', 'a key is missing after the dot at character 4'],
    ['$..a', 'SQLite has no wildcards'],
    ['$.*', 'SQLite has no wildcards'],
    ['$.a[*]', 'SQLite has no wildcards'],
    ['$.a[-1]', 'an index from the end is written [#-1]'],
    ['$.a[#]', 'where nothing is'],
    ['$.a[#-0]', 'where nothing is'],
    ['$.a[x]', 'an index is a number in brackets'],
    ['$.a[0', 'an index is a number in brackets'],
    ['$[4294967296]', 'an array index is at most 999999999'],
    ['$."a', 'a quoted key is not closed'],
    ['$.a"b', 'a key holds a double quote'],
    ['$."a"b"', 'a key holds a double quote'],
    ['$."a\\"b"', 'holds a backslash'],
    ['$.a\\b', 'holds a backslash'],
    ['$.a\tb', 'holds a control character'],
    ['$.a\0', 'holds a control character'],
    ['$."\ud800"', 'half a character'],
    ['$.a .b', 'begins or ends with a space'],
  ])('%j is refused: %s', (path, problem) => {
    expect(problemOf(path)).toContain(problem)
  })

  const key = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter(text => !/["\\\p{Cc}]/u.test(text))
  const steps = fc.array(fc.oneof(key, fc.nat({ max: 3 })), { minLength: 1, maxLength: 5 })

  it('stays as it is when it is canonical already', () => {
    fc.assert(
      fc.property(steps, steps => {
        const path = `$${steps.map(step => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`
        const once = canonicalJsonPath(path)
        expect(once).toHaveProperty('path')
        if ('path' in once) expect(canonicalJsonPath(once.path)).toEqual(once)
      }),
    )
  })

  it.each(engines)('finds what it names, whatever the keys hold (%s)', async engine => {
    await using database = await openScratch(directory(), engine)
    await fc.assert(
      fc.asyncProperty(steps, async steps => {
        const document = steps.reduceRight<unknown>(
          (inner, step) =>
            typeof step === 'number' ? [...Array(step).fill(null), inner] : { [step]: inner },
          'found',
        )
        const result = canonicalJsonPath(
          `$${steps.map(step => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`,
        )
        const path = 'path' in result ? result.path : ''
        const [row] = await database.query('SELECT json_extract(?, ?) AS value', [
          JSON.stringify(document),
          path,
        ])
        expect(row?.value).toBe('found')
      }),
    )
  })

  it.each(engines)('is never one that SQLite refuses (%s)', async engine => {
    await using database = await openScratch(directory(), engine)
    const fragment = fc.constantFrom(
      '$',
      '.',
      '[',
      ']',
      '#',
      '-',
      '"',
      '0',
      '1',
      'a',
      ' ',
      '\\',
      '*',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 8 }), async fragments => {
        const result = canonicalJsonPath(`$${fragments.join('')}`)
        if ('path' in result) await database.query("SELECT json_extract('{}', ?)", [result.path])
      }),
      { numRuns: 500 },
    )
  })
})
