import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileUrl, pathOfUrl } from '../../src/fleet/file-url.js'
import { usageErrorOf } from './thrown.js'

describe('the path of a URL', () => {
  it.each([
    ['file:data/app.db', '/root/data/app.db'],
    ['file:./app.db', '/root/app.db'],
    ['file:../app.db', '/app.db'],
    ['file:/abs/app.db', '/abs/app.db'],
    ['file:///abs/app.db', '/abs/app.db'],
    ['file://localhost/abs/app.db', '/abs/app.db'],
    ['FILE:app.db', '/root/app.db'],
    ['file:a%20b.db', '/root/a b.db'],
    ['file:a b.db', '/root/a b.db'],
    ['file:100%25.db', '/root/100%.db'],
    ['app.db', '/root/app.db'],
    ['100%.db', '/root/100%.db'],
    ['what?#.db', '/root/what?#.db'],
    ['./tenant:1.db', '/root/tenant:1.db'],
    ['/abs/app.db', '/abs/app.db'],
  ])('%s is %s', (url, path) => {
    expect(pathOfUrl(url, '/root', 'it')).toBe(path)
  })

  it.each([
    ['', 'bad-url', 'it names no database'],
    ['file:', 'bad-url', 'it names no file'],
    ['data/', 'bad-url', 'it names no file'],
    ['file:a%00b', 'bad-url', 'it names no file'],
    ['a\0b', 'bad-url', 'it names no database'],
    [':memory:', 'bad-url', 'it is a database in memory'],
    ['file::memory:', 'bad-url', 'it is a database in memory'],
    ['file:app.db?mode=ro', 'bad-url', 'it has parameters in its URL'],
    ['file:app.db#x', 'bad-url', 'it has parameters in its URL'],
    ['file://host/app.db', 'bad-url', 'it names a host in its URL'],
    ['file:100%.db', 'bad-url', 'it has a "%" in its URL that encodes nothing'],
    ['libsql://hq.example.org', 'unsupported-url', 'it is on a server (libsql:), not in a file'],
    ['https://hq.example.org', 'unsupported-url', 'it is on a server (https:), not in a file'],
    ['WSS://hq.example.org', 'unsupported-url', 'it is on a server (wss:), not in a file'],
    ['ftp://x', 'unsupported-url', 'it has the unknown scheme ftp:'],
    ['tenant:1.db', 'unsupported-url', 'it has the unknown scheme tenant:'],
  ])('%j is refused', async (url, code, message) => {
    expect(await usageErrorOf(() => pathOfUrl(url, '/root', 'it'))).toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  it.each([
    'libsql://user:s3cret@hq.example.org',
    'https://hq.example.org/?authToken=s3cret',
    'file:app.db?key=s3cret',
    'file://user:s3cret@host/app.db',
    'ftp://s3cret',
  ])('is refused without a word of what may be a secret: %s', async url => {
    const { message, hint } = await usageErrorOf(() => pathOfUrl(url, '/root', 'it'))
    expect(`${message} ${hint}`).not.toContain('s3cret')
  })

  it('comes back from the form that is shown, which is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), text => {
        fc.pre(!text.includes('\0') && !text.endsWith('/'))
        const path = resolve('/root', text)
        fc.pre(path !== '/')
        expect(pathOfUrl(fileUrl(path), '/elsewhere', 'it')).toBe(path)
        expect(fileUrl(path)).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})
