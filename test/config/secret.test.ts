import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { resolveSecret } from '../../src/config/secret.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { thrown } from './thrown.js'

const makeDirectory = temporaryDirectories()
const WHAT = 'the encryption key of alice'
const node = (script: string, ...args: string[]) => ({
  command: [process.execPath, '-e', script, ...args],
})

describe('a secret in the environment', () => {
  test('is its value, as it stands', async () => {
    const env = { KEY: ' a b\n' }
    expect(await resolveSecret({ env: 'KEY' }, WHAT, { cwd: '/', env })).toBe(' a b\n')
  })

  test.each([
    [{}, 'is not set'],
    [{ KEY: '' }, 'is empty'],
  ])('is missing with %o', async (env, state) => {
    const error = await thrown(() => resolveSecret({ env: 'KEY' }, WHAT, { cwd: '/', env }))
    expect(error.code).toBe('secret-missing')
    expect(error.message).toBe(`${WHAT}: the environment variable KEY ${state}`)
    expect(error.hint).toContain('Set KEY')
  })
})

describe('a secret in a file', () => {
  test.each(['s3cret', 's3cret\n', 's3cret\r\n', '\ufeffs3cret\n\n'])('is %o', async text => {
    const cwd = makeDirectory()
    writeFileSync(join(cwd, 'key'), text)
    expect(await resolveSecret({ file: 'key' }, WHAT, { cwd })).toBe('s3cret')
    expect(await resolveSecret({ file: join(cwd, 'key') }, WHAT, { cwd: '/' })).toBe('s3cret')
  })

  test('may have several lines', async () => {
    const cwd = makeDirectory()
    writeFileSync(join(cwd, 'key'), 'a\nb\n')
    expect(await resolveSecret({ file: 'key' }, WHAT, { cwd })).toBe('a\nb')
  })

  test('is missing when there is no such file', async () => {
    const cwd = makeDirectory()
    const error = await thrown(() => resolveSecret({ file: 'key' }, WHAT, { cwd }))
    expect(error.code).toBe('secret-missing')
    expect(error.message).toBe(`${WHAT}: the file ${join(cwd, 'key')} does not exist`)
  })

  test.each([
    ['', 'holds nothing'],
    ['\n\n', 'holds nothing'],
    [Buffer.from([0x73, 0xff]), 'holds something that is not UTF-8 text'],
    [Buffer.alloc(70_000, 'a'), 'holds more than 64 KiB'],
  ])('is refused when the file is not fit: %#', async (content, why) => {
    const cwd = makeDirectory()
    writeFileSync(join(cwd, 'key'), content)
    const error = await thrown(() => resolveSecret({ file: 'key' }, WHAT, { cwd }))
    expect(error.message).toBe(`${WHAT}: the file ${join(cwd, 'key')} ${why}`)
  })

  test('is not looked for in a directory or in a device that never ends', async () => {
    const cwd = makeDirectory()
    mkdirSync(join(cwd, 'key'))
    const error = await thrown(() => resolveSecret({ file: 'key' }, WHAT, { cwd }))
    expect(error.message).toContain('is a directory')
    const endless = await thrown(() => resolveSecret({ file: '/dev/zero' }, WHAT, { cwd }))
    expect(endless.message).toContain('holds more than 64 KiB')
  })
})

describe('a secret from a command', () => {
  test('is what it prints, run in the given directory without a shell', async () => {
    const cwd = makeDirectory()
    const print = 'console.log(process.argv[1] + process.cwd())'
    const secret = await resolveSecret(node(print, '$HOME;`id`'), WHAT, { cwd })
    expect(secret).toMatch(/^\$HOME;`id`\/.*dbfleet-test-[^/\n]*$/)
  })

  test('gets the given environment', async () => {
    const env = { ...process.env, VAULT: 'x1' }
    const print = 'console.log(process.env.VAULT)'
    expect(await resolveSecret(node(print), WHAT, { cwd: '/', env })).toBe('x1')
  })

  test.each([
    [
      'ends with a failure',
      'console.error("LEAK"); console.log("LEAK"); process.exit(7)',
      'ended with exit status 7',
    ],
    [
      'kills itself',
      'console.log("LEAK"); process.kill(process.pid, "SIGTERM")',
      'was ended by SIGTERM',
    ],
    ['prints nothing', '"LEAK"', 'prints nothing'],
    ['prints too much', 'process.stdout.write("LEAK".repeat(20000))', 'prints more than 64 KiB'],
    [
      'prints no text',
      'process.stdout.write(Buffer.from([76, 255]))',
      'prints something that is not UTF-8 text',
    ],
  ])('is refused when it %s, and nothing of it is told', async (_, script, why) => {
    const error = await thrown(() => resolveSecret(node(script, 'LEAK'), WHAT, { cwd: '/' }))
    expect(error.code).toBe('secret-failed')
    expect(error.message).toBe(`${WHAT}: the command ${process.execPath} ${why}`)
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toContain('LEAK')
    expect(error.cause).toBeUndefined()
  })

  test('is refused when there is no such program', async () => {
    const secret = { command: ['no-such-program-7', 'LEAK'] }
    const error = await thrown(() => resolveSecret(secret, WHAT, { cwd: '/' }))
    expect(error.message).toBe(`${WHAT}: the command no-such-program-7 was not found`)
  })

  test('is not waited for beyond the limit, though it ignores signals', async () => {
    const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const context = { cwd: '/', timeoutMs: 300 }
    const error = await thrown(() => resolveSecret(node(script), WHAT, context))
    expect(error.message).toContain('did not end within 0.3 s')
  })

  test('cannot ask for anything on standard input', async () => {
    const script = 'process.stdin.on("end", () => console.log("end")).resume()'
    expect(await resolveSecret(node(script), WHAT, { cwd: '/' })).toBe('end')
  })
})
