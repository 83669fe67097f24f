import { expect, test } from 'vitest'
import { detectTerminal } from '../../src/output/terminal.js'
import { FakeStream } from './fake-stream.js'

const plain = { quiet: false, json: false }
const isRed = (colours: { red(text: string): string }) => colours.red('x') !== 'x'

function detect(env: NodeJS.ProcessEnv, columns: { stdout?: number; stderr?: number } = {}) {
  const stream = (width?: number) => new FakeStream(width === undefined ? {} : { columns: width })
  return detectTerminal(
    { stdout: stream(columns.stdout), stderr: stream(columns.stderr) },
    env,
    plain,
  )
}

test('a terminal has its width, colours and animation', () => {
  const terminal = detect({ TERM: 'xterm' }, { stdout: 100, stderr: 90 })
  expect(terminal.stdout).toMatchObject({ isTTY: true, width: 100 })
  expect(terminal.stderr).toMatchObject({ isTTY: true, width: 90 })
  expect(isRed(terminal.stdout.colours)).toBe(true)
  expect(terminal.animated).toBe(true)
})

test('a pipe has no colours, no animation and nothing to fit into', () => {
  const terminal = detect({ TERM: 'xterm' })
  expect(terminal.stdout).toMatchObject({ isTTY: false, width: Infinity })
  expect(isRed(terminal.stdout.colours)).toBe(false)
  expect(terminal.animated).toBe(false)
})

test('each stream is judged for itself', () => {
  const terminal = detect({}, { stdout: 80 })
  expect(isRed(terminal.stdout.colours)).toBe(true)
  expect(isRed(terminal.stderr.colours)).toBe(false)
})

test('a terminal that does not know its width has 80 columns, and none has fewer than 20', () => {
  expect(detect({}, { stdout: 0 }).stdout.width).toBe(80)
  expect(detect({}, { stdout: 3 }).stdout.width).toBe(20)
})

const COLOURS: [NodeJS.ProcessEnv, boolean, boolean][] = [
  [{}, true, false],
  [{ NO_COLOR: '1' }, false, false],
  [{ NO_COLOR: '' }, true, false],
  [{ FORCE_COLOR: '1' }, true, true],
  [{ FORCE_COLOR: '0' }, false, false],
  [{ FORCE_COLOR: 'false' }, false, false],
  [{ FORCE_COLOR: '' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  [{ TERM: 'dumb' }, false, false],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, true, true],
  [{ CI: 'true' }, true, false],
]

test.each(COLOURS)('with %j, colours on a terminal: %s, in a pipe: %s', (env, tty, pipe) => {
  expect(isRed(detect(env, { stdout: 80 }).stdout.colours)).toBe(tty)
  expect(isRed(detect(env).stdout.colours)).toBe(pipe)
})

test.each([{ TERM: 'dumb' }, { CI: 'true' }, { CI: '1' }])('nothing moves with %j', env => {
  expect(detect(env, { stderr: 80 }).animated).toBe(false)
})

test.each([{ CI: '' }, { CI: 'false' }, { CI: '0' }])('%j is no CI', env => {
  expect(detect(env, { stderr: 80 }).animated).toBe(true)
})
