import type { WaveRow } from '../report/wave-rows.js'
import { formatCount, formatDuration } from './format.js'

/** What a wave came to: `wave 3 of 20: 499 ok, 1 failed, health passed in 1.2 s; next in 2 min`. */
export function waveLine({
  row: { name, number, ok, failed, skipped, health },
  last,
  pauseMs,
}: {
  row: WaveRow
  last: number
  pauseMs: number
}): string {
  const title = number === 0 ? name : `${name} of ${formatCount(last)}`
  const counts = [
    [ok, 'ok'],
    [failed, 'failed'],
    [skipped, 'skipped'],
  ] as const
  const parts = counts
    .filter(([count]) => count > 0)
    .map(([n, word]) => `${formatCount(n)} ${word}`)
  if (health !== undefined) {
    parts.push(`health ${health.status} in ${formatDuration(health.durationMs)}`)
  }
  return `${title}: ${parts.join(', ')}${pauseMs > 0 ? `; next in ${formatDuration(pauseMs)}` : ''}`
}
