import picocolors from 'picocolors'
import type { Screen } from '../../src/output/terminal.js'
import { type DatabaseResult, type FleetReport, summarize } from '../../src/report/fleet-report.js'

export const INIT = '20260101_init'
export const INDEX = '20260102_add_index'
export const TAG = '20260103_add_tag'

/** alice, bob, carol, user-3, user-4, … */
export function names(count: number): string[] {
  const first = ['alice', 'bob', 'carol']
  return Array.from({ length: count }, (_, index) => first[index] ?? `user-${index}`)
}

export function reportOf<Row extends DatabaseResult>(
  command: string,
  databases: Row[],
  { durationMs = 412, interrupted = false } = {},
): FleetReport<Row> {
  const summary = summarize(databases)
  return { schema: 1, command, databases, summary, durationMs, interrupted }
}

export function failure(name: string, message: string, hint?: string, code = 'sql') {
  const error = hint === undefined ? { code, message } : { code, message, hint }
  return { name, status: 'failed' as const, error }
}

/** A terminal of a width, or a pipe. */
export function screen(width: number | 'pipe' = 80, colour = false): Screen {
  return {
    isTTY: width !== 'pipe',
    width: width === 'pipe' ? Infinity : width,
    colours: picocolors.createColors(colour),
  }
}

/** A line break on both sides, so that a snapshot stands flush with the margin. */
export function lines(rendered: readonly string[]): string {
  return `\n${rendered.join('\n')}\n`
}
