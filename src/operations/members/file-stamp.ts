import { type BigIntStats, lstatSync, realpathSync, statSync } from 'node:fs'
import type { LogNames } from './log-names.js'

/** What a file's metadata says about its content. */
export interface FileStamp {
  /** Equal while nobody has written to the file. */
  text: string
  /** When it was last written to, in nanoseconds; by the clock of its file system. */
  changedNs: bigint
}

/** In nanoseconds, and whole inode numbers. */
const EXACT = { bigint: true, throwIfNoEntry: false } as const

const SECOND_NS = 1_000_000_000n
/** Times are those of a clock that ticks every 10 ms at the slowest; some file systems keep seconds. */
const FINE_NS = 100_000_000n
const COARSE_NS = 2n * SECOND_NS + FINE_NS

/**
 * The stamp of a database and of its write-ahead log, in which commits stand before they are in the
 * database; undefined when the file cannot be looked at. The log is beside the file itself, not
 * beside a link to it.
 *
 * @param logs what a listing a moment ago said of logs; spares most looks at them
 */
export function stampOf(path: string, logs?: LogNames): FileStamp | undefined {
  try {
    const file = lstatSync(path, EXACT)
    if (file === undefined) return undefined
    if (file.isSymbolicLink()) return stampOf(realpathSync(path), logs)
    const text = `${contentOf(file)}:${file.ctimeNs}`
    const changedNs = later(file.mtimeNs, file.ctimeNs)
    const mayHaveLog = logs === undefined || logs.mayHave(path)
    const log = mayHaveLog ? statSync(`${path}-wal`, EXACT) : undefined
    // A reader leaves an empty one behind.
    if (log === undefined || log.size === 0n) return { text, changedNs }
    // SQLite sets the log's owner when it opens it as root, which changes the log's ctime.
    return { text: `${text} ${contentOf(log)}`, changedNs: later(changedNs, log.mtimeNs) }
  } catch {
    return undefined
  }
}

/**
 * Whether a later write is sure to change the stamp: one in the same tick of the clock would not.
 *
 * @param now when the stamp was made, in nanoseconds since 1970
 */
export function isSettled({ changedNs }: FileStamp, now: bigint): boolean {
  const margin = changedNs % SECOND_NS === 0n ? COARSE_NS : FINE_NS
  return changedNs + margin < now
}

function contentOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
