import { describe, expect, it } from 'vitest'
import { checkNewName } from '../../src/fleet/new-name.js'
import { usageErrorOf } from './thrown.js'

describe('the name of a new database', () => {
  it.each([
    'alice',
    'Alice',
    '42',
    '_internal',
    'tenant-42',
    'a.b',
    'bob+news@example.org',
    'Ann Lee',
    'k=v,w',
    'émile',
    'Ægir',
    '日本語',
    'नमस्ते',
    'عربي',
    '𝒳',
    'x'.repeat(200),
    'é'.repeat(100),
  ])('may be %s', name => {
    expect(() => checkNewName(name)).not.toThrow()
  })

  it.each([
    ['', 'cannot be named "": it is empty'],
    ['..', '"..": it begins with a .'],
    ['.', '".": it begins with a .'],
    ['.hidden', 'it begins with a .'],
    ['-rf', 'it begins with a -'],
    [' alice', 'it begins with a space'],
    ['alice ', 'it ends in a space'],
    ['alice.', 'it ends in a .'],
    ['../etc/passwd', '"../etc/passwd": it has a /'],
    ['a/b', 'it has a /'],
    ['a\\b', '"a\\\\b": it has a \\'],
    ['a\0b', '"a\\u0000b": it has a control character (U+0000)'],
    ['a\nb', '"a\\nb": it has a control character (U+000A)'],
    ['a\x1b[31mb', '"a\\u001b[31mb": it has a control character (U+001B)'],
    ['a\x7fb', '"a\\u{7f}b": it has a control character (U+007F)'],
    ["o'brien", "it has a '"],
    ['say "hi"', '"say \\"hi\\"": it has a "'],
    ['a`b', 'it has a `'],
    ['a*', 'it has a *'],
    ['a?', 'it has a ?'],
    ['a[b]', 'it has a ['],
    ['{a}', 'it has a {'],
    ['a%20b', 'it has a %'],
    ['a#b', 'it has a #'],
    ['a:b', 'it has a :'],
    ['$HOME', 'it has a $'],
    ['a;b', 'it has a ;'],
    ['a\u202eb', '"a\\u{202e}b": it has the character U+202E'],
    ['a\u200bb', 'it has the character U+200B'],
    ['a\u00a0b', 'it has the character U+00A0'],
    ['a\u2028b', '"a\\u{2028}b": it has the character U+2028'],
    ['\u3164', 'it has the character U+3164'],
    ['a\ud800', '"a\\ud800": it has the character U+D800'],
    ['👍', 'it has a 👍'],
    ['\u0301a', 'it begins with the character U+0301'],
    ['e\u0301mile', "it is not in Unicode's normal form C"],
    ['x'.repeat(201), 'it has 201 bytes, of at most 200'],
    ['é'.repeat(150), 'it has 300 bytes, of at most 200'],
  ])('may not be %j', async (name, message) => {
    const error = await usageErrorOf(() => checkNewName(name))
    expect(error.code).toBe('bad-name')
    expect(error.message).toContain(message)
    expect(error.message).toMatch(/^a new database cannot be named "[^\p{C}]*$/u)
    expect(error.hint).toContain('letters and digits of any script')
  })

  it('is cut in the message when it is long', async () => {
    const error = await usageErrorOf(() => checkNewName('x'.repeat(5_000)))
    expect(error.message).toBe(
      `a new database cannot be named "${'x'.repeat(60)}…": it has 5000 bytes, of at most 200`,
    )
  })
})
