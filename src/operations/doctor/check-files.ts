import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SIDECARS, UNFINISHED } from '../../database/place-file.js'
import { refusePlainDatabase } from '../../database/refuse-plain-database.js'
import type { Member } from '../../fleet/member.js'
import { MAKER } from '../restore/abandoned-files.js'
import { isWritable } from './check-directories.js'
import { eachOf } from './each-of.js'
import { findingOf } from './finding-of.js'
import type { Findings } from './findings.js'

/** As many as Node's threads for files. */
const AT_ONCE = 4
/** A `create` that runs has some, too. */
const UNFINISHED_AFTER_MS = 3_600_000

/** Whether the files of databases can be written, and what killed runs left beside them. */
export async function checkFiles(members: readonly Member[], findings: Findings): Promise<void> {
  const directories = new Map<string, Directory>()
  for (const { name, path } of members) {
    if (path === undefined) continue
    const directory = directories.get(dirname(path)) ?? { files: new Set(), databases: [] }
    directories.set(dirname(path), directory)
    directory.files.add(basename(path))
    directory.databases.push(name)
  }
  await eachOf(directories, AT_ONCE, ([path, directory]) =>
    checkDirectory(path, directory, findings),
  )
  await eachOf(members, AT_ONCE, async ({ name, path, server }) => {
    if (path === undefined) return
    if (server !== undefined) {
      const add = (error: unknown) => findings.add(findingOf(error), { databases: [name] })
      await refusePlainDatabase(path).catch(add)
    } else if ((await exists(path)) && !(await isWritable(path))) {
      findings.add(READONLY_FILE, { databases: [name] })
    }
  })
}

interface Directory {
  /** Base names of databases in it. */
  files: Set<string>
  /** Names of the same. */
  databases: string[]
}

const READONLY_FILE = {
  code: 'readonly',
  severity: 'error',
  message: 'the file cannot be written',
  hint: 'Give this user write permission on the file.',
} as const

async function checkDirectory(
  path: string,
  { files, databases }: Directory,
  findings: Findings,
): Promise<void> {
  const names = await readdir(path).catch(() => undefined)
  // Reading the databases says what is wrong there.
  if (names === undefined) return
  if (!(await isWritable(path))) {
    findings.add(
      {
        code: 'readonly',
        severity: 'error',
        message:
          'the directory cannot be written, and SQLite keeps its journals beside the database',
        hint: 'Give this user write permission on the directory.',
      },
      { subject: path, databases },
    )
  }
  const present = new Set(names)
  for (const name of names) {
    const ofDatabase = databaseOf(name)
    if (ofDatabase !== undefined && files.has(ofDatabase) && !present.has(ofDatabase)) {
      findings.add(ORPHAN, { subject: join(path, name) })
    } else if (
      UNFINISHED.test(ofDatabase ?? withoutMaker(name)) &&
      (await isOld(join(path, name)))
    ) {
      findings.add(UNFINISHED_FILE, { subject: join(path, name) })
    }
  }
}

/** The base name of the database that a journal is kept for. */
function databaseOf(name: string): string | undefined {
  const ending = SIDECARS.find(each => name.endsWith(each))
  return ending === undefined ? undefined : name.slice(0, -ending.length)
}

function withoutMaker(name: string): string {
  return name.endsWith(MAKER) ? name.slice(0, -MAKER.length) : name
}

const ORPHAN = {
  code: 'leftover-journal',
  severity: 'warning',
  message: 'journal without its database',
  hint: 'Move it away; a database that is made or copied there would be mixed with it.',
} as const

const UNFINISHED_FILE = {
  code: 'leftover-file',
  severity: 'warning',
  message: 'unfinished file that a killed run left',
  hint: 'Remove it; the database that it was to become was not made.',
} as const

async function isOld(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  return stats !== undefined && Date.now() - stats.mtimeMs > UNFINISHED_AFTER_MS
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
