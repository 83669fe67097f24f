import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globSource, parseGlob } from '../../src/fleet/glob.js'
import { usageErrorOf } from './thrown.js'

function captures(glob: string, text: string): string[] | undefined {
  return new RegExp(`^${globSource(parseGlob(glob, '[^/]'))}$`, 'u').exec(text)?.slice(1)
}

describe('a glob', () => {
  it.each([
    ['*.db', 'alice.db', ['alice']],
    ['*.db', '.db', ['']],
    ['*', 'a/b', undefined],
    ['a?c', 'abc', ['b']],
    ['a?c', 'a😀c', ['😀']],
    ['a?c', 'ac', undefined],
    ['*', 'line\nbreak', ['line\nbreak']],
    ['t[0-9][0-9]', 't07', ['07']],
    ['t[!0-9]', 't7', undefined],
    ['t[!0-9]', 'tx', ['x']],
    ['t[!0-9]', 't/', undefined],
    ['t[^x]', 'ty', ['y']],
    ['t[]x]', 't]', [']']],
    ['t[a-]', 't-', ['-']],
    ['t[\\]]', 't]', [']']],
    ['t[\\\\]', 't\\', ['\\']],
    ['{prod,stage}.db', 'stage.db', ['stage']],
    ['{prod,s*}.db', 'stage.db', ['stage']],
    ['{a,b{c,d}}', 'bd', ['bd']],
    ['x{,-old}.db', 'x.db', ['']],
    ['{a\\,b,c}', 'a,b', ['a,b']],
    ['tenant-?*', 'tenant-12', ['12']],
    ['*-*', 'a-b-c', ['a', 'b-c']],
    ['a**b', 'axyb', ['xy']],
    ['\\*\\[x\\]', '*[x]', []],
    ['a.b+c(d)|e^$}]!', 'a.b+c(d)|e^$}]!', []],
    ['a.b', 'axb', undefined],
  ])('%j on %j gives %j', (glob, text, expected) => {
    expect(captures(glob, text)).toEqual(expected)
  })

  it.each([
    ['[ab', 'has a "[" that is not closed'],
    ['[', 'has a "[" that is not closed'],
    ['[]', 'has a "[" that is not closed'],
    ['[a\\', 'has a "[" that is not closed'],
    ['[[:digit:]]', 'has a "[" inside of "[…]"'],
    ['[z-a]', 'has a range from "z" to "a"'],
    ['{a,b', 'has a "{" that is not closed'],
    ['{a}', 'has a "{…}" without a comma'],
    ['a\\', 'ends with a backslash, which escapes nothing'],
  ])('%j is refused', async (glob, why) => {
    const error = await usageErrorOf(() => parseGlob(glob, '[^/]'))
    expect(error.code).toBe('bad-pattern')
    expect(error.message).toBe(`the pattern "${glob}" ${why}`)
  })

  it('matches any text once every character of it is escaped, and nothing but that', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, other) => {
        const escaped = [...text].map(character => `\\${character}`).join('')
        expect(captures(escaped, text)).toEqual([])
        if (other !== text) expect(captures(escaped, other)).toBeUndefined()
      }),
    )
  })

  it('is parsed or refused, never anything else', () => {
    const glob = fc.string({ unit: fc.constantFrom(...'ab*?[]{},!^-\\./') })
    fc.assert(
      fc.property(glob, text => {
        let source: string
        try {
          source = globSource(parseGlob(text, '[^/]'))
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-pattern' })
          return
        }
        expect(() => new RegExp(source, 'u')).not.toThrow()
      }),
    )
  })
})
