import { readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Findings } from './findings.js'

/** What `mkdtemp` makes of `dbfleet-`; the cache of compiled modules has the user's number instead. */
const SCRATCH = /^dbfleet-[A-Za-z0-9]{6}$/
const DAY_MS = 24 * 3_600_000

/** Directories for scratch databases that a killed run of this user did not remove. */
export async function checkScratch(findings: Findings, directory = tmpdir()): Promise<void> {
  const user = process.getuid?.()
  const names = await readdir(directory).catch(() => [])
  for (const name of names) {
    if (!SCRATCH.test(name) || name === `dbfleet-${user}`) continue
    const path = join(directory, name)
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isDirectory() !== true || Date.now() - stats.mtimeMs < DAY_MS) continue
    if (user !== undefined && stats.uid !== user) continue
    findings.add(
      {
        code: 'leftover-scratch',
        severity: 'note',
        message: 'scratch directory that a killed run left',
        hint: 'Remove it; nothing in it is needed.',
      },
      { subject: path },
    )
  }
}
