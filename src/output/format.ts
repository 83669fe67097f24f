/** A count as people read it: `9,997`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 database`, `2 databases`, `9,997 databases`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** A size in powers of a thousand: `512 bytes`, `4.1 kB`, `12 MB`, `1.3 GB`. */
export function formatBytes(bytes: number): string {
  let [size, unit] = [bytes, 0]
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  if (unit === 0) return plural(bytes, 'byte')
  return `${size < 9.95 ? size.toFixed(1) : formatCount(Math.round(size))} ${UNITS[unit]}`
}

/** A length of time given in milliseconds: `41 ms`, `0.4 s`, `12 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 99.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  return formatSeconds(ms / 1000)
}

/** A length of time given in seconds, to the second: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  const minutes = Math.floor(total / 60)
  if (minutes < 60) return join([minutes, 'min'], [total % 60, 's'])
  return join([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'])
}

function join(large: [number, string], small: [number, string]): string {
  const first = `${formatCount(large[0])} ${large[1]}`
  return small[0] === 0 ? first : `${first} ${small[0]} ${small[1]}`
}
