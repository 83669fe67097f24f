import { type FileHandle, open as openFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DumpPlan, DumpOptions as Extent } from '../backup/dump-plan.js'
import type { Database } from '../database/database.js'
import { placeFile } from '../database/place-file.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import type { Member } from '../fleet/member.js'
import type { Selection } from '../fleet/selection.js'
import type { DumpReport, DumpRow } from '../report/dump-rows.js'
import { reportError } from '../report/error-report.js'
import { summarize } from '../report/fleet-report.js'
import { needsLibsql, openerOf } from './members/database-job.js'
import type { FleetContext } from './members/fleet-context.js'
import { laneOf } from './members/lanes.js'
import type { RunControl } from './members/run-control.js'
import { select } from './members/select.js'
import { createTargets } from './members/targets.js'

export interface DumpOptions
  extends Selection,
    Extent,
    Pick<RunControl, 'signal' | 'busyTimeoutMs'> {
  /** A file to write to; it must not exist. */
  out?: string
}

/** Takes the text of a dump, in pieces; false when it did not want all of them. */
export type DumpSink = (pieces: AsyncIterable<Uint8Array>) => Promise<boolean>

/** What became of a dump so far. */
interface Course {
  plan?: DumpPlan
  bytes: number
}

/**
 * Writes one database as SQL text: one state of it, while others write on.
 *
 * @param sink takes the text; not needed when `options.out` names a file
 * @throws UsageError when the selection is not exactly one database
 */
export async function dump(
  context: FleetContext,
  options: DumpOptions,
  sink?: DumpSink,
): Promise<DumpReport> {
  const began = performance.now()
  refuseContradictions(options)
  const member = onlyOne(await select(context, options, { changing: false }))
  const file = options.out === undefined ? null : resolve(options.out)
  const write = file === null ? sink : fileSink(file)
  if (write === undefined) throw new Error('a dump needs a sink, or a file to write to')
  const course: Course = { bytes: 0 }
  const error = await failureOf(async () => {
    await using db = await openForReading(context, member, options)
    const isWhole = await write(pieces(db, options, course))
    if (!isWhole) throw readerLeft()
  })
  const interrupted = options.signal?.aborted === true
  const row = rowOf({ member, course, file, interrupted, error })
  return {
    schema: 1,
    command: 'dump',
    databases: [row],
    summary: summarize([row]),
    durationMs: performance.now() - began,
    interrupted,
  }
}

async function* pieces(
  db: Database,
  options: DumpOptions,
  course: Course,
): AsyncGenerator<Uint8Array> {
  // Loaded here, so that the verb's help needs none of it.
  const [{ planDump }, { writeDump }] = await Promise.all([
    import('../backup/plan-dump.js'),
    import('../backup/write-dump.js'),
  ])
  await using snapshot = await db.snapshot()
  course.plan = await planDump(snapshot, options)
  try {
    for await (const { bytes } of writeDump(snapshot, course.plan)) {
      if (options.signal?.aborted) throw interruption()
      course.bytes += bytes.length
      yield bytes
    }
  } catch (error) {
    yield Buffer.from(`\n-- INCOMPLETE: ${reportError(error).message}\n`)
    throw error
  }
}

async function openForReading(
  context: FleetContext,
  member: Member,
  { busyTimeoutMs = context.config.busyTimeoutMs }: DumpOptions,
): Promise<Database> {
  const target = await createTargets(context)(member)
  const options = { mode: 'read', busyTimeoutMs } as const
  const lane = (await laneOf([member]))(member)
  const open = await openerOf(lane, context)
  const db = await open(target, options)
  if (lane !== 'thread') return db
  try {
    await db.query('SELECT 1 FROM sqlite_schema LIMIT 1')
    return db
  } catch (error) {
    // Closed before the other engine opens it: never both at a time.
    await db.close()
    if (!needsLibsql(error)) throw error
    const openLibsql = await openerOf('process', {})
    return openLibsql(target, options)
  }
}

function fileSink(path: string): DumpSink {
  return parts =>
    placeFile(path, async temporary => {
      await using file = await openFile(temporary, 'wx', 0o600)
      let gathered: Uint8Array[] = []
      let length = 0
      let writing: Promise<unknown> = Promise.resolve()
      for await (const part of parts) {
        gathered.push(part)
        length += part.length
        if (length < 1 << 20) continue
        await writing
        // The next part is made meanwhile; a failure is told when that is to be written.
        writing = writeAll(file, gathered)
        writing.catch(() => {})
        gathered = []
        length = 0
      }
      await writing
      await writeAll(file, gathered)
      return true
    })
}

async function writeAll(file: FileHandle, parts: Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(parts)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  // On a full disk a part is written, and only the next attempt fails.
  if (bytesWritten < length) await file.writeFile(Buffer.concat(parts).subarray(bytesWritten))
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof UsageError) throw error
    return error ?? new Error('thrown without a value')
  }
}

function rowOf({
  member: { name, url },
  course: { plan, bytes },
  file,
  interrupted,
  error,
}: {
  member: Member
  course: Course
  file: string | null
  interrupted: boolean
  error: unknown
}): DumpRow {
  const remarks = plan?.remarks ?? []
  const notCarried = remarks.filter(({ lost }) => lost).map(({ text }) => text)
  const details = {
    url,
    file: error === undefined ? file : null,
    bytes,
    tables: plan?.tables ?? 0,
    remarks: remarks.filter(({ lost }) => !lost).map(({ text }) => text),
    notCarried,
  }
  if (interrupted) return { name, status: 'not-run', ...details }
  const failure = error ?? (notCarried.length > 0 ? lossy(notCarried) : undefined)
  return failure === undefined
    ? { name, status: 'ok', ...details }
    : { name, status: 'failed', error: reportError(failure), ...details }
}

function onlyOne(members: readonly Member[]): Member {
  const [member, another] = members
  if (member !== undefined && another === undefined) return member
  throw new UsageError(
    'one-database-needed',
    `a dump is of one database; ${members.length.toLocaleString('en')} are selected`,
    { hint: 'Name it with --db.' },
  )
}

function refuseContradictions({ schemaOnly, dataOnly }: DumpOptions): void {
  if (!schemaOnly || !dataOnly) return
  throw new UsageError('bad-options', '--schema-only and --data-only exclude each other', {
    hint: 'Without either, the dump has both.',
  })
}

function lossy(notCarried: readonly string[]): DbfleetError {
  return new DbfleetError(
    'not-carried',
    `SQL text cannot carry all of it: ${notCarried.join('; ')}`,
    {
      hint: 'The dump has everything else, and says so in its first lines.',
    },
  )
}

function readerLeft(): DbfleetError {
  return new DbfleetError('output-failed', 'the reader of the dump went away before its end', {
    hint: 'What it got does not end in COMMIT, and loads as nothing.',
  })
}

function interruption(): DbfleetError {
  return new DbfleetError('interrupted', 'the dump was interrupted')
}
