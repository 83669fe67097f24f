import { afterEach, describe, expect, it } from 'vitest'
import { openStore } from '../../../src/backup/store/open-store.js'
import { partSize } from '../../../src/backup/store/s3-upload.js'
import type { S3Spec, Store } from '../../../src/backup/store/store.js'
import { type Fate, type S3Options, type S3Server, startS3 } from '../../s3/start-s3.js'
import { storeContract } from './store-contract.js'

const NAME = '20260105T090000Z/databases/a.sql'
/** Three parts. */
const LARGE = Buffer.alloc(20 << 20, 'abcdefghijklmnopqrstuvw')

describe('S3-compatible storage', () => {
  const servers: S3Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
  })

  async function start(
    options: S3Options = {},
    spec: Partial<S3Spec> = {},
  ): Promise<{ server: S3Server; store: Store }> {
    const server = await startS3(options)
    servers.push(server)
    const { credentials, url: endpoint } = server
    const store = await openStore({
      kind: 's3',
      bucket: 'bucket',
      prefix: 'some/prefix',
      endpoint,
      region: 'us-east-1',
      credentials,
      ...spec,
    })
    return { server, store }
  }

  /** Does to the n-th request that matches what the n-th fate says; all others pass. */
  function fates(method: string, ...wanted: Fate[]): NonNullable<S3Options['fate']> {
    return asked => (asked.method === method ? (wanted.shift() ?? 'pass') : 'pass')
  }

  async function* pieces(bytes: Buffer, size = 1 << 20): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }

  async function bytesOf(store: Store, name = NAME): Promise<Buffer> {
    const parts = []
    for await (const piece of store.read(name)) parts.push(piece)
    return Buffer.concat(parts)
  }

  const failure = (work: Promise<unknown>) =>
    work.then(
      () => expect.unreachable('it went well'),
      (error: { code: string; message: string; hint: string }) => error,
    )

  storeContract(async () => (await start()).store)

  describe('without a prefix, in pages of two', () => {
    storeContract(async () => (await start({ page: 2 }, { prefix: '' })).store)
  })

  it('keeps everything below its prefix, and sees nothing else', async () => {
    const { server, store } = await start()
    server.bucket.put('some/prefix-2/x', Buffer.from('x'), {}, false)
    server.bucket.put('other', Buffer.from('x'), {}, false)
    await store.write(NAME, pieces(Buffer.from('text')))
    expect(server.bucket.objects.has(`some/prefix/${NAME}`)).toBe(true)
    expect(await store.names()).toEqual(['20260105T090000Z'])
    expect(store.location).toBe('s3://bucket/some/prefix')
    expect(store.locate(NAME)).toBe(`s3://bucket/some/prefix/${NAME}`)
  })

  it('takes names of any characters', async () => {
    const { store } = await start({ page: 1 })
    const names = ["set/a b+c%20'!*()~", 'set/ä\u{1f600}', 'set/<&>"', 'set/a\tb', 'set/%2e']
    for (const name of names) await store.write(name, pieces(Buffer.from(name)))
    const found = []
    for await (const { name } of store.list('set')) found.push(name)
    expect(found.sort()).toEqual([...names].sort())
    for (const name of names) expect(String(await bytesOf(store, name))).toBe(name)
    await store.remove(names)
    expect(await store.names()).toEqual([])
  })

  it('removes thousands, and says what it could not remove', async () => {
    const { server, store } = await start()
    const names = Array.from({ length: 2500 }, (_, index) => `set/${index}`)
    for (const name of names) server.bucket.put(`some/prefix/${name}`, Buffer.from(''), {}, false)
    await store.remove(names)
    expect(server.bucket.objects.size).toBe(0)
    expect(server.requests).toHaveLength(3)
    expect(await failure(store.remove(['set/a', 'set/locked']))).toMatchObject({
      code: 'store-denied',
      message: expect.stringContaining('s3://bucket/some/prefix/set/locked'),
    })
  })

  it('cuts large objects into parts of which 10,000 suffice', () => {
    const sizes = Array.from({ length: 10_000 }, (_, index) => partSize(index))
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(5 << 20)
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(800 * 2 ** 30)
    // What a usual object takes in memory.
    expect(partSize(100)).toBe(8 << 20)
  })

  it('sends what is small by one request', async () => {
    const { server, store } = await start()
    await store.write(NAME, pieces(LARGE.subarray(0, 8 << 20)))
    expect(server.requests).toHaveLength(1)
    expect((await bytesOf(store)).equals(LARGE.subarray(0, 8 << 20))).toBe(true)
  })

  describe('when something goes wrong', () => {
    it.each<[method: string, fates: Fate[]]>([
      ['PUT', ['slow down', 'slow down']],
      ['PUT', ['cut in the request', 'cut before the answer', 'slow down']],
      ['POST', ['slow down', 'cut before the answer']],
      // The second one finds that the first one did it.
      ['POST', ['pass', 'cut before the answer']],
    ])('writes in spite of it: %s %j', async (method, wanted) => {
      const { server, store } = await start({ fate: fates(method, ...wanted) })
      await store.write(NAME, pieces(LARGE))
      expect((await bytesOf(store)).equals(LARGE)).toBe(true)
      // An upload whose beginning was lost is all that may be left.
      expect(server.bucket.uploads.size).toBeLessThanOrEqual(wanted[0] === 'slow down' ? 1 : 0)
    })

    it.each<Fate[]>([
      ['slow down', 'cut in the answer'],
      ['cut in the answer', 'cut in the answer', 'cut before the answer', 'slow down'],
    ])('reads on where the connection broke: %s, %s', async (...wanted) => {
      const { store } = await start({ fate: fates('GET', ...wanted) })
      await store.write(NAME, pieces(LARGE))
      expect((await bytesOf(store)).equals(LARGE)).toBe(true)
    })

    it('gives up reading what breaks off again and again', async () => {
      let reads = 0
      const { store } = await start({
        fate: ({ method }) =>
          method === 'GET' && reads++ > 0 ? 'cut before the answer' : 'cut in the answer',
      })
      const server = servers[0]
      server?.bucket.put(`some/prefix/${NAME}`, LARGE, {}, false)
      expect(await failure(bytesOf(store))).toMatchObject({ code: 'store-unreachable' })
    }, 60_000)

    it('does not put two states of one object together', async () => {
      const { server, store } = await start({ fate: fates('GET', 'cut in the answer') })
      server.bucket.put(`some/prefix/${NAME}`, LARGE, {}, false)
      const reading = store.read(NAME)[Symbol.asyncIterator]()
      await reading.next()
      server.bucket.put(`some/prefix/${NAME}`, Buffer.from(LARGE).fill('z'), {}, false)
      const rest = async () => {
        while ((await reading.next()).done !== true);
      }
      expect(await failure(rest())).toMatchObject({
        code: 'object-unreadable',
        message: expect.stringContaining('changed while it was read'),
      })
    })

    it('leaves nothing of an upload that is denied halfway', async () => {
      const { server, store } = await start({ fate: fates('PUT', 'pass', 'deny') })
      expect(await failure(store.write(NAME, pieces(LARGE)))).toMatchObject({
        code: 'store-denied',
        message: `s3://bucket/some/prefix/${NAME}: access is denied`,
        hint: expect.stringContaining('s3:PutObject'),
      })
      expect([server.bucket.objects.size, server.bucket.uploads.size]).toEqual([0, 0])
    })

    it('leaves nothing of an upload whose pieces fail', async () => {
      const { server, store } = await start()
      async function* failing() {
        yield* pieces(LARGE)
        throw new Error('the engine failed')
      }
      expect((await failure(store.write(NAME, failing()))).message).toBe('the engine failed')
      expect([server.bucket.objects.size, server.bucket.uploads.size]).toEqual([0, 0])
    })

    it('knows its own claim when the answer to it was lost', async () => {
      const { store } = await start({ fate: fates('PUT', 'cut before the answer') })
      expect(await store.claim('set/started.json', Buffer.from('{}'))).toBe(true)
      expect(await store.claim('set/started.json', Buffer.from('{}'))).toBe(false)
    })

    it('works with a clock that is a year off', async () => {
      const { store } = await start({ clockMs: 365 * 86_400_000 })
      await store.write(NAME, pieces(LARGE))
      expect((await bytesOf(store)).equals(LARGE)).toBe(true)
    })

    it.each<[what: string, options: S3Options, spec: Partial<S3Spec>, code: string]>([
      [
        'a wrong secret',
        {},
        { credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'SECRET-IN-TEST' } },
        'store-credentials',
      ],
      [
        'a wrong key',
        {},
        { credentials: { accessKeyId: 'OTHER', secretAccessKey: 'SECRET-IN-TEST' } },
        'store-credentials',
      ],
      ['a token whose time is over', { fate: () => 'expired' }, {}, 'store-credentials'],
      ['another region', { region: 'eu-central-1' }, {}, 'store-region'],
      ['a bucket that is missing', {}, { bucket: 'other' }, 'store-missing'],
      ['a port where nothing answers', {}, { endpoint: 'http://127.0.0.1:1' }, 'store-unreachable'],
      ['a host that is unknown', {}, { endpoint: 'http://none.invalid' }, 'store-unreachable'],
      ['no conditional writes', { conditional: false }, {}, 'store-unsuitable'],
      ['no patience left', { fate: () => 'slow down' }, {}, 'store-busy'],
    ])(
      'names %s, and what to do',
      async (_, options, spec, code) => {
        const { store } = await start(options, spec)
        const error = await failure(store.claim('set/started.json', Buffer.from('{}')))
        expect(error).toMatchObject({ code, message: expect.stringContaining('s3://') })
        expect(error.hint.length).toBeGreaterThan(20)
        expect(JSON.stringify([error.message, error.hint])).not.toContain('SECRET-IN-TEST')
      },
      60_000,
    )
  })
})
