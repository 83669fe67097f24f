import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Sink } from '../../src/output/sink.js'
import { FakeStream } from './fake-stream.js'

/** A stream whose every write fails. */
function failing(code: string): FakeStream {
  const stream = new FakeStream()
  stream._write = (_chunk: string, _encoding: string, done: (error?: Error) => void) =>
    done(Object.assign(new Error(`write ${code}`), { code }))
  stream.on('error', () => {})
  return stream
}

test('parts are written in order, gathered in chunks', async () => {
  const stream = new FakeStream()
  const parts = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`)
  await new Sink(stream).write(parts)
  expect(stream.written).toBe(parts.join(''))
  expect(stream.chunks.length).toBeLessThan(30)
  expect(Math.max(...stream.chunks.map(chunk => chunk.length))).toBeLessThan(70_000)
})

test('a slow reader is waited for', async () => {
  const stream = new FakeStream()
  let pending = 0
  let most = 0
  stream._write = (_chunk: string, _encoding: string, done: () => void) => {
    pending += 1
    most = Math.max(most, pending + stream.writableLength / 65_536)
    setTimeout(() => {
      pending -= 1
      done()
    }, 2)
  }
  await new Sink(stream).write(Array.from({ length: 20 }, () => 'x'.repeat(65_536)))
  expect(pending).toBe(0)
  expect(most).toBeLessThanOrEqual(2)
})

test('a reader that has gone ends the output without an error, and the parts are not made', async () => {
  let made = 0
  function* parts() {
    for (; made < 1_000; made += 1) yield 'x'.repeat(65_536)
  }
  const sink = new Sink(failing('EPIPE'))
  await sink.write(parts())
  expect(made).toBe(0)
  await sink.write(['more'])
})

test('a real reader that leaves early, as head does', async () => {
  const reader = spawn('head', ['-c', '10'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const exit = once(reader, 'exit')
  reader.stdin.on('error', () => {})
  await new Sink(reader.stdin).write(Array.from({ length: 100 }, () => 'x'.repeat(65_536)))
  await exit
})

test('a full disk is an error', async () => {
  await expect(new Sink(failing('ENOSPC')).write(['x'])).rejects.toMatchObject({
    code: 'output-failed',
    message: 'standard output cannot be written: write ENOSPC',
  })
})
