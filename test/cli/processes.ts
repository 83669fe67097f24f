import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Takes long enough for the processes to be looked at. */
export const SLOW_MIGRATION = `CREATE TABLE slow AS
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1500000)
SELECT count(*) AS n FROM c;
`

/** What `/proc` says of one process, on Linux. */
export interface ProcessView {
  pid: number
  /** The arguments, as `ps` shows them to anyone. */
  commandLine: string
  /** The engines whose native part is loaded. */
  engines: ('better-sqlite3' | 'libsql')[]
  /** Paths of the files that are open. */
  files: string[]
}

/** A process and those that it started, and those that they started. */
export function processTree(pid: number): ProcessView[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const stat = attempt(() => readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? ''
    // The name in parentheses may hold anything, so the fields are counted from its end.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (parent !== undefined) parents.set(Number(entry), Number(parent))
  }
  const tree = [pid]
  for (const above of tree) {
    for (const [child, parent] of parents) if (parent === above) tree.push(child)
  }
  return tree.flatMap(each => viewOf(each) ?? [])
}

/** Everything that was seen of a command's processes until it ended. */
export async function watchProcesses(
  pid: number,
  finished: Promise<unknown>,
): Promise<ProcessView[]> {
  const seen: ProcessView[] = []
  let ended = false
  void finished.then(() => {
    ended = true
  })
  while (!ended) {
    seen.push(...processTree(pid))
    await sleep(30)
  }
  return seen
}

function viewOf(pid: number): ProcessView | undefined {
  const maps = attempt(() => readFileSync(`/proc/${pid}/maps`, 'utf8'))
  const commandLine = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  if (maps === undefined || commandLine === undefined) return undefined
  const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []
  const files = descriptors.flatMap(
    number => attempt(() => readlinkSync(`/proc/${pid}/fd/${number}`)) ?? [],
  )
  const engines: ProcessView['engines'] = []
  if (/better_sqlite3\.node/.test(maps)) engines.push('better-sqlite3')
  if (/@libsql\/[\w-]+\/index\.node/.test(maps)) engines.push('libsql')
  return { pid, commandLine: commandLine.replaceAll('\0', ' '), engines, files }
}

/** Processes end while they are looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
