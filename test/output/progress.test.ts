import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { displayWidth } from '../../src/output/display-width.js'
import { createProgress } from '../../src/output/progress.js'
import { formatProgress } from '../../src/output/progress-line.js'
import { Rate } from '../../src/output/rate.js'
import { detectTerminal } from '../../src/output/terminal.js'
import { FakeStream } from './fake-stream.js'
import { screen } from './sample-fleet.js'

const state = { done: 4_211, total: 10_000, failed: 2 }

describe('the text', () => {
  test('says how far, how fast, how long still and what failed', () => {
    expect(formatProgress('up', state, 3_900, screen(80))).toBe(
      'up  4,211/10,000  42%  3,900/s  2 s left  2 failed',
    )
    expect(formatProgress('up', { ...state, failed: 0 }, 4.25, screen(80))).toBe(
      'up  4,211/10,000  42%  4.3/s  22 min 43 s left',
    )
  })

  test('leaves out what is not known yet', () => {
    expect(formatProgress('up', { done: 0, total: 3, failed: 0 }, undefined, screen(80))).toBe(
      'up  0/3  0%',
    )
    expect(formatProgress('up', { done: 1, total: 3, failed: 0 }, 0, screen(80))).toBe(
      'up  1/3  33%  0.0/s',
    )
  })

  test('is never rounded up to 100%', () => {
    expect(
      formatProgress('up', { done: 9_999, total: 10_000, failed: 0 }, undefined, screen(80)),
    ).toContain('99%')
  })

  test('gives up the rate, then the time left, then the percentage, but not the failures', () => {
    const at = (width: number) => formatProgress('up', state, 3_900, screen(width))
    expect([48, 40, 30, 25, 20].map(at)).toMatchInlineSnapshot(`
      [
        "up  4,211/10,000  42%  2 s left  2 failed",
        "up  4,211/10,000  42%  2 failed",
        "up  4,211/10,000  2 failed",
        "up  4,211/10,000  2 fail…",
        "up  4,211/10,000  2…",
      ]
    `)
  })

  test('shows failures in red', () => {
    expect(formatProgress('up', state, undefined, screen(80, true))).toBe(
      'up  4,211/10,000  42%  \x1b[31m2 failed\x1b[39m',
    )
  })

  test('is never wider than its room', () => {
    const count = fc.nat({ max: 100_000 })
    fc.assert(
      fc.property(
        count,
        count,
        count,
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        (done, rest, failed, rate, width) => {
          const progress = { done, total: done + rest + 1, failed }
          const line = formatProgress('destroy', progress, rate, screen(width))
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})

describe('the rate', () => {
  test('is not known before time has passed', () => {
    expect(new Rate(0).perSecond()).toBeUndefined()
  })

  test('follows the last seconds, not the whole run', () => {
    const rate = new Rate(0, 5_000)
    for (let time = 100; time <= 10_000; time += 100) rate.add(time, time / 10)
    expect(rate.perSecond()).toBeCloseTo(100)
    for (let time = 10_100; time <= 20_000; time += 100) rate.add(time, 1_000 + (time - 10_000))
    expect(rate.perSecond()).toBeCloseTo(1_000)
  })

  test('outlives a pause longer than its window', () => {
    const rate = new Rate(0, 5_000)
    rate.add(1_000, 10)
    rate.add(61_000, 70)
    expect(rate.perSecond()).toBeCloseTo(1)
  })
})

describe('the drawing', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function begin(stderr: FakeStream, flags: { quiet?: boolean; json?: boolean } = {}, env = {}) {
    const terminal = detectTerminal(
      { stdout: new FakeStream(), stderr },
      { ...env, NO_COLOR: '1' },
      {
        quiet: false,
        json: false,
        ...flags,
      },
    )
    return createProgress(stderr, terminal, 'up')
  }

  test('a short run shows nothing', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    progress.update({ done: 1, total: 2, failed: 0 })
    vi.advanceTimersByTime(290)
    progress.update({ done: 2, total: 2, failed: 0 })
    progress.end()
    vi.advanceTimersByTime(10_000)
    expect(stderr.written).toBe('')
  })

  test('a longer run has one line, which is gone at the end', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    progress.update({ done: 100, total: 1_000, failed: 0 })
    vi.advanceTimersByTime(400)
    expect(stderr.visible).toBe('up  100/1,000  10%  250/s  4 s left')
    progress.update({ done: 200, total: 1_000, failed: 1 })
    vi.advanceTimersByTime(100)
    expect(stderr.visible).toBe('up  200/1,000  20%  400/s  2 s left  1 failed')
    progress.end()
    progress.end()
    progress.update({ done: 300, total: 1_000, failed: 1 })
    vi.advanceTimersByTime(10_000)
    expect(stderr.visible).toBe('')
  })

  test('it is drawn at most ten times a second, however often the run reports', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    for (let done = 1; done <= 2_000; done += 1) {
      vi.advanceTimersByTime(1)
      progress.update({ done, total: 2_000, failed: 0 })
    }
    expect(stderr.chunks.length).toBeGreaterThan(15)
    expect(stderr.chunks.length).toBeLessThanOrEqual(18)
    progress.end()
  })

  test('it is drawn when a busy run starves the timers', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    vi.setSystemTime(0)
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000)
    progress.update({ done: 1, total: 2, failed: 0 })
    expect(stderr.visible).toContain('up  1/2')
    now.mockRestore()
    progress.end()
  })

  test('it makes room for other output and comes back', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    progress.update({ done: 1, total: 2, failed: 0 })
    vi.advanceTimersByTime(300)
    progress.clear()
    stderr.write('a note\n')
    expect(stderr.visible).toBe('a note\n')
    vi.advanceTimersByTime(100)
    expect(stderr.visible).toContain('a note\nup  1/2  50%')
    progress.end()
  })

  test('it follows the width of the terminal and keeps off the last column', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    progress.update(state)
    vi.advanceTimersByTime(300)
    stderr.columns = 27
    vi.advanceTimersByTime(100)
    expect(stderr.visible).toBe('up  4,211/10,000  2 failed')
    progress.end()
  })

  test('a pipe gets a plain line every 30 seconds', () => {
    const stderr = new FakeStream()
    const progress = begin(stderr)
    progress.update({ done: 100, total: 1_000, failed: 0 })
    vi.advanceTimersByTime(29_000)
    expect(stderr.written).toBe('')
    vi.advanceTimersByTime(1_000)
    progress.update({ done: 600, total: 1_000, failed: 3 })
    vi.advanceTimersByTime(35_000)
    progress.end()
    expect(stderr.written).toMatchInlineSnapshot(`
      "up  100/1,000  10%  3.3/s  4 min 30 s left
      up  600/1,000  60%  17/s  24 s left  3 failed
      "
    `)
  })

  test('a terminal that cannot draw over a line gets plain lines too', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr, {}, { TERM: 'dumb' })
    progress.update({ done: 100, total: 1_000, failed: 0 })
    vi.advanceTimersByTime(30_000)
    expect(stderr.written).toBe('up  100/1,000  10%  3.3/s  4 min 30 s left\n')
    progress.end()
  })

  test.each([{ quiet: true }])('nothing is drawn with %j', flags => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr, flags)
    progress.update({ done: 1, total: 2, failed: 0 })
    vi.advanceTimersByTime(60_000)
    progress.end()
    expect(stderr.written).toBe('')
  })

  test('nothing is drawn before the size of the fleet is known', () => {
    const stderr = new FakeStream({ columns: 80 })
    const progress = begin(stderr)
    vi.advanceTimersByTime(1_000)
    progress.update({ done: 0, total: 0, failed: 0 })
    vi.advanceTimersByTime(1_000)
    expect(stderr.written).toBe('')
    progress.end()
  })
})
