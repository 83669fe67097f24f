import { describe, expect, it } from 'vitest'
import { FilePattern } from '../../src/fleet/file-pattern.js'
import { usageErrorOf } from './thrown.js'

describe('a file pattern', () => {
  it.each([
    ['databases/*.db', '/root/databases', 'alice.db', ['alice']],
    ['./databases//*.db', '/root/databases', 'alice.db', ['alice']],
    ['../other/*.db', '/other', 'alice.db', ['alice']],
    ['/var/lib/app/*.db', '/var/lib/app', 'alice.db', ['alice']],
    ['/*.db', '/', 'alice.db', ['alice']],
    ['users/*/*/store.sqlite', '/root/users', '3a/alice/store.sqlite', ['3a', 'alice']],
    ['users/*/*/store.sqlite', '/root/users', '3a/x/alice/store.sqlite', undefined],
    ['**/*.db', '/root', 'a/b/alice.db', ['a/b', 'alice']],
    ['**/*.db', '/root', 'alice.db', ['', 'alice']],
    ['**/**/*.db', '/root', 'a/alice.db', ['a', 'alice']],
    ['**/*.db', '/root', 'a/.hidden/alice.db', undefined],
    ['users/**', '/root/users', 'a/b.db', ['a/b.db']],
    ['users/**/store.db', '/root/users', 'a/b/store.db', ['a/b']],
    ['*.db', '/root', '.hidden.db', undefined],
    ['.*.db', '/root', '.hidden.db', ['hidden']],
    ['[.]x', '/root', '.x', undefined],
    ['data/app.db', '/root/data', 'app.db', []],
    ['data\\[1\\]/*.db', '/root/data[1]', 'a.db', ['a']],
  ])('%s: below %s, %s gives %j', (text, base, relative, captures) => {
    const pattern = new FilePattern(text, '/root')
    expect(pattern.base).toBe(base)
    expect(pattern.match(relative)).toEqual(captures)
    if (captures !== undefined) expect(pattern.wildcards).toBe(captures.length)
  })

  it('takes the characters of the root as they stand', () => {
    const pattern = new FilePattern('*.db', '/home/a b/{x,y}/[1]/(z)*')
    expect(pattern.base).toBe('/home/a b/{x,y}/[1]/(z)*')
    expect(pattern.match('alice.db')).toEqual(['alice'])
  })

  it('fills its wildcard with a name', () => {
    expect(new FilePattern('users/*/store.db', '/root').fill('alice')).toBe('alice/store.db')
    expect(new FilePattern('users/**/store.db', '/root').fill('alice')).toBe('alice/store.db')
    expect(new FilePattern('tenant-[a-z]?.db', '/root').fill('xy')).toBe('tenant-xy.db')
  })

  it.each([
    ['', 'the pattern "" names no file'],
    ['a\0b', 'the pattern "a\0b" names no file'],
    ['databases/', 'the pattern "databases/" names a directory'],
    ['databases/*/', 'the pattern "databases/*/" names a directory'],
    ['..', 'the pattern ".." names a directory'],
    ['*/../*.db', 'the pattern "*/../*.db" has ".." after a wildcard'],
    ['{a/b,c}.db', 'the pattern "{a" has a "{" that is not closed'],
  ])('%j is refused', async (text, message) => {
    const error = await usageErrorOf(() => new FilePattern(text, '/root'))
    expect(error).toMatchObject({ code: 'bad-pattern', message })
  })
})
