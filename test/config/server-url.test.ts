import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isNamespace } from '../../src/config/namespace-name.js'
import { isServerUrl, parseServerUrl, showServerUrl } from '../../src/config/server-url.js'
import { UsageError } from '../../src/errors/usage-error.js'
import { thrown } from './thrown.js'

const parse = (url: string) => parseServerUrl(url, 'database "hq"')

describe('the URL of a database on a server', () => {
  test.each([
    ['https://h.example', 'https://h.example'],
    ['http://h.example', 'http://h.example'],
    ['ws://h.example', 'ws://h.example'],
    ['wss://h.example', 'wss://h.example'],
    ['libsql://h.example', 'https://h.example'],
    ['libsql://h.example?tls=1', 'https://h.example'],
    ['libsql://h.example?tls=0', 'http://h.example'],
    ['libsql://h.example:8080?tls=0', 'http://h.example:8080'],
    ['libsql://h.example:8443/path/?tls=1', 'https://h.example:8443/path'],
    ['HTTPS://H.Example/', 'https://h.example'],
    ['LibSQL://H.Example', 'https://h.example'],
    ['https://h.example:443', 'https://h.example'],
    ['http://h.example:80', 'http://h.example'],
    ['libsql://h.example:443', 'https://h.example'],
    ['libsql://h.example:80?tls=0', 'http://h.example'],
    ['https://h.example/tenants/a//', 'https://h.example/tenants/a'],
    ['https://h.example#', 'https://h.example'],
    ['libsql://bücher.example', 'https://xn--bcher-kva.example'],
  ])('%s is reached at %s', (url, reached) => {
    expect(parse(url)).toEqual({ url: reached })
  })

  test.each([
    ['http://h:8080#alice', 'http://h:8080', 'alice'],
    ['ws://h/#a-1', 'ws://h', 'a-1'],
    ['libsql://h?tls=0#alice', 'http://h', 'alice'],
    ['https://h/path/#0', 'https://h/path', '0'],
    [`http://h#${'x'.repeat(63)}`, 'http://h', 'x'.repeat(63)],
  ])('%s names a namespace', (text, url, namespace) => {
    expect(parse(text)).toEqual({ url, namespace })
  })

  // Of an address, sqld would take the first number for the name of a namespace.
  test.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['libsql://10.0.0.7', 'https://10.0.0.7'],
    ['http://127.1', 'http://127.0.0.1'],
    ['libsql://127.1:8080?tls=0', 'http://127.0.0.1:8080'],
    ['libsql://0x7f000001', 'https://127.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['wss://[2001:DB8:0:0::1]/', 'wss://[2001:db8::1]'],
    ['libsql://[::1]:8080?tls=0', 'http://[::1]:8080'],
  ])('%s, an address, stands for the namespace "default"', (text, url) => {
    expect(parse(text)).toEqual({ url, namespace: 'default' })
    expect(parse(`${text}#alice`)).toEqual({ url, namespace: 'alice' })
  })

  test.each([
    'http://localhost:8080',
    'http://alice.localhost:8080',
    'http://a',
    'http://1.2.3.4.h',
  ])('%s leaves the namespace to the name of the host', url => {
    expect(parse(url)).toEqual({ url })
  })

  test.each([
    'https://',
    'https:///',
    'https:h',
    'https:/h',
    'https:\\\\h',
    'https://?x',
    'https://#alice',
    'libsql:',
    'libsql:///a',
    'data/app.db',
    'file:app.db',
    'file://h/app.db',
  ])('%s names no server', async url => {
    const error = await thrown(() => parse(url))
    expect(error.code).toBe('bad-url')
    expect(error.message).toBe('database "hq" names no server in its URL')
    expect(error.hint).toContain('https://')
  })

  test.each([
    'https://h:99999',
    'https://h:x',
    'https://h example',
    'https://[::1',
    'libsql://%00',
  ])('%s cannot be read', async url => {
    const error = await thrown(() => parse(url))
    expect(error.code).toBe('bad-url')
    expect(error.message).toBe('database "hq" has a URL that cannot be read')
  })

  test.each([
    'https://h?tls=0',
    'wss://h?tls=1',
    'libsql://h?tls=2',
    'libsql://h?tls=',
    'libsql://h?tls=0&tls=1',
    'libsql://h?TLS=0',
    'libsql://h?tls=0&x=1',
    'http://h?x',
  ])('%s has parameters that mean nothing', async url => {
    const error = await thrown(() => parse(url))
    expect(error.code).toBe('bad-url')
    expect(error.message).toBe('database "hq" has parameters in its URL')
  })

  test.each([
    '..',
    '.',
    'a/b',
    'a%2Fb',
    '%61lice',
    '%',
    'Alice',
    '-a',
    'a_b',
    'a.b',
    'a b',
    'ä',
    '#',
    '\u202eecila',
    'x'.repeat(64),
    'eyJhbGciOiJFZERTQSJ9.LEAK.x',
  ])('a namespace is not called %s, which is not repeated', async name => {
    const error = await thrown(() => parse(`http://h:8080#${name}`))
    expect(error.code).toBe('bad-name')
    expect(error.message).toBe('database "hq" has no possible name of a database after its "#"')
    expect(error.hint).toContain('a to z, 0 to 9 and hyphens')
  })

  test.each([
    'https://LEAK@h',
    'libsql://u:LEAK@h#alice',
    'https://h?authToken=LEAK',
    'https://h#authToken=LEAK',
    'wss://h?jwt=LEAK',
  ])('%s holds a secret, which is not repeated', async url => {
    const error = await thrown(() => parse(url))
    expect(error.code).toBe('secret-in-url')
    expect(`${error.message} ${error.hint}`).not.toContain('LEAK')
  })

  test('is told from a path by its scheme', () => {
    expect(['libsql://h', 'HTTP://h', 'https:', 'ws:x', 'wss://h'].every(isServerUrl)).toBe(true)
    expect(['h', './http://h', 'file:a', 'https', 'httpss://h', ''].some(isServerUrl)).toBe(false)
  })

  test('gives, of any text, a URL without secrets that means the same again, or an error', () => {
    const part = fc.constantFrom(
      ...[
        ':',
        '/',
        '//',
        '@',
        '?',
        '#',
        '=',
        '&',
        '%',
        '\\',
        '\t',
        '\n',
        '\0',
        ' ',
        '[',
        ']',
        '..',
      ],
      ...['tls=0', 'token', 'LEAK', 'a', 'b.c', '127.1', '::1', ':80', 'ß', 'alice'],
    )
    const url = fc
      .tuple(fc.constantFrom('libsql', 'http', 'https', 'ws', 'wss'), fc.array(part))
      .map(([scheme, rest]) => `${scheme}://${rest.join('')}`)
    fc.assert(
      fc.property(url, text => {
        try {
          const parsed = parse(text)
          const shown = showServerUrl(parsed)
          expect(shown).toMatch(/^(?:https?|wss?):\/\/[^\s@?]+$/)
          expect(parse(shown)).toEqual(parsed)
          if (parsed.namespace !== undefined) expect(isNamespace(parsed.namespace)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
          const { message, hint } = error as UsageError
          expect(`${message} ${hint}`).not.toContain('LEAK')
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
