import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Codec } from '../../src/backup/codec.js'
import { codecOf, isBadPacking } from '../../src/backup/codec-of.js'
import { wasmZstd } from '../../src/backup/wasm-zstd.js'

const MIB = 1 << 20

/** Text that packs well, and some that does not. */
function textOf(bytes: number): Buffer {
  const line = 'INSERT INTO measurements VALUES(1,\'{"415nm":937}\');\n'
  const text = Buffer.alloc(bytes, line)
  randomBytes(Math.min(bytes, 70_000)).copy(text, bytes >> 1)
  return text
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}

/** Runs zstd's own command, which has to be installed. */
function zstd(args: readonly string[], input: Uint8Array): Buffer {
  const { error, status, stdout, stderr } = spawnSync('zstd', [...args, '--stdout'], {
    input,
    maxBuffer: 1 << 28,
  })
  if (error !== undefined) throw new Error(`this test needs the command zstd: ${error.message}`)
  expect([status, stderr.toString()]).toEqual([0, ''])
  return stdout
}

const same = (found: Uint8Array, wanted: Uint8Array) =>
  expect(Buffer.compare(found, wanted), `${found.length} of ${wanted.length} bytes`).toBe(0)

const implementations: [string, () => Promise<Codec>][] = [
  ["this Node's zstd, or what stands for it", () => codecOf('zstd')],
  ['zstd in WebAssembly', async () => wasmZstd],
]

describe.each(implementations)('%s', (_, open) => {
  it.each([0, 1, 100, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB])(
    'gives back %i bytes, and so does the command',
    async bytes => {
      const codec = await open()
      const text = textOf(bytes)
      const packed = await all(codec.packed(pieces(text, 100_000)))
      same(zstd(['-d'], packed), text)
      same(await all(codec.unpacked(pieces(packed, 65_536))), text)
      if (bytes > 1000) expect(packed.length).toBeLessThan(bytes / 5 + 72_000)
      const atOnce = codec.pack(text)
      same(await codec.unpack(atOnce, bytes), text)
      same(zstd(['-d'], atOnce), text)
    },
  )

  it.each<[string, string[]]>([
    ['of no declared size', []],
    ['with a checksum', ['--check']],
    ['of the highest level', ['-19']],
    ['that refer far back', ['--long=27']],
    ['without compression, nearly', ['--fast=100']],
  ])('reads frames %s', async (_, args) => {
    const codec = await open()
    const text = textOf(3 * MIB)
    const packed = zstd(args, text)
    same(await all(codec.unpacked(pieces(packed, 10_007))), text)
    same(await codec.unpack(packed, text.length), text)
  })

  it('reads frames one after another, cut anywhere', async () => {
    const codec = await open()
    const last = textOf(1000)
    const packed = Buffer.concat([
      zstd([], Buffer.from('one,')),
      codec.pack(Buffer.from('two,')),
      zstd(['--check'], Buffer.from('three,')),
      codec.pack(new Uint8Array()),
      zstd([], last),
    ])
    const wanted = Buffer.concat([Buffer.from('one,two,three,'), last])
    for (const size of [1, 2, 3, 5, 7, 17]) {
      same(await all(codec.unpacked(pieces(packed, size))), wanted)
    }
  })

  it('says of no other bytes that they are text', async () => {
    const codec = await open()
    const packed = zstd(['--check'], textOf(300))
    for (let size = 0; size < packed.length; size += 1) {
      const cut = packed.subarray(0, size)
      const error = await all(codec.unpacked(pieces(cut, 64))).catch(reason => reason)
      expect(isBadPacking(error), `${size} bytes: ${error}`).toBe(true)
      const atOnce = await (async () => codec.unpack(cut, 300))().catch(reason => reason)
      expect(isBadPacking(atOnce), `${size} bytes at once: ${atOnce}`).toBe(true)
    }
    for (const wrong of ['plain text', '\x1f\x8b gzip', '(\xb5/\xfd']) {
      const error = await all(codec.unpacked(pieces(Buffer.from(wrong, 'latin1'), 64))).catch(
        reason => reason,
      )
      expect(isBadPacking(error), wrong).toBe(true)
    }
  })

  it('does not unpack more than is wanted', async () => {
    const codec = await open()
    for (const bomb of [zstd([], Buffer.alloc(64 * MIB)), codec.pack(Buffer.alloc(64 * MIB))]) {
      expect(bomb.length).toBeLessThan(100_000)
      const error = await (async () => codec.unpack(bomb, 1000))().catch(reason => reason)
      expect(error).toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' })
      let read = 0
      for await (const piece of codec.unpacked(pieces(bomb, 4096))) {
        read += piece.length
        if (read > 1000) break
      }
      expect(read).toBeLessThan(9 * MIB)
    }
  })
})

describe('zstd in WebAssembly', () => {
  it('takes any bytes for damaged, or for text, and nothing else', async () => {
    const packed = zstd(['--check'], textOf(2000))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(packed.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, x) => {
          const flipped = Buffer.from(packed)
          flipped.writeUInt8(flipped.readUInt8(at) ^ x, at)
          const found = await all(wasmZstd.unpacked(pieces(flipped, 256))).catch(reason => reason)
          if (!Buffer.isBuffer(found)) expect(isBadPacking(found), String(found)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('skips frames that are to be skipped, and refuses a dictionary and a huge window', async () => {
    const skipped = Buffer.from('5a2a4d1804000000ffffffff', 'hex')
    const text = Buffer.from('text')
    const packed = Buffer.concat([skipped, wasmZstd.pack(text), skipped])
    same(await all(wasmZstd.unpacked(pieces(packed, 5))), text)
    const refused = async (hex: string) =>
      (await all(wasmZstd.unpacked(pieces(Buffer.from(hex, 'hex'), 64))).catch(reason => reason))
        .message
    expect(await refused('28b52ffd0190010000')).toMatch(/dictionary/)
    expect(await refused('28b52ffd00f8010000')).toMatch(/memory/)
  })
})
