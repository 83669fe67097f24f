import type { Member } from '../../fleet/member.js'
import type { Migration } from '../../migrate/migration.js'
import { crashReport } from '../members/crash.js'
import type { FleetContext } from '../members/fleet-context.js'
import type { RunControl } from '../members/run-control.js'
import { runOnMembers } from '../members/run-on-members.js'
import { survey } from '../members/survey.js'
import { MENDS, surveyRefusals } from '../runs/refusal.js'
import { findingOfReport } from './finding-of.js'
import type { Findings } from './findings.js'
import type { QuickCheckInit, QuickCheckResult } from './quick-check-job.js'

interface Looked {
  /** Those that could be read. */
  sound: Member[]
  /** Those that the run ended before. */
  notRun: Member[]
}

/**
 * Reads the ledger of each database, without changing a byte.
 *
 * @param migrations undefined when they cannot be read; ledgers are not compared with them then
 * @param isExplained tells members for which refused tokens are no news
 */
export async function checkLedgers(
  context: FleetContext,
  members: readonly Member[],
  migrations: readonly Migration[] | undefined,
  isExplained: (member: Member) => boolean,
  findings: Findings,
  control: RunControl,
): Promise<Looked> {
  const results = await survey(context, members, migrations ?? [], { ...control, mode: 'inspect' })
  const looked: Looked = { sound: [], notRun: [] }
  for (const [index, member] of members.entries()) {
    const result = results[index]
    const databases = [member.name]
    if (result === undefined) looked.notRun.push(member)
    else if ('error' in result) {
      if (result.error.code === 'auth' && isExplained(member)) continue
      findings.add(findingOfReport(result.error), { databases })
    } else {
      looked.sound.push(member)
      if (migrations === undefined) continue
      for (const { code, message } of surveyRefusals(result, { allowOutOfOrder: false })) {
        const severity = code === 'out-of-order' ? 'warning' : 'error'
        findings.add({ code, severity, message, hint: MENDS[code] }, { databases })
      }
    }
  }
  return looked
}

/** Lets SQLite look through each database. */
export async function checkContents(
  context: FleetContext,
  members: readonly Member[],
  findings: Findings,
  control: RunControl,
): Promise<Looked> {
  const init: QuickCheckInit = {
    busyTimeoutMs: control.busyTimeoutMs ?? context.config.busyTimeoutMs,
  }
  const results = await runOnMembers<unknown, QuickCheckResult>(
    context,
    members,
    {
      phase: 'quick check',
      spec: { name: 'quick-check', init },
      item: target => target,
      crashed: message => ({ error: crashReport(message) }),
      reads: false,
    },
    control,
  )
  const looked: Looked = { sound: [], notRun: [] }
  for (const [index, member] of members.entries()) {
    const result = results[index]
    const databases = [member.name]
    if (result === undefined) looked.notRun.push(member)
    else if ('error' in result) {
      findings.add(findingOfReport(result.error), { databases })
    } else if (result.problems.length === 0) looked.sound.push(member)
    else {
      findings.add(
        {
          code: 'corrupt',
          severity: 'error',
          message: `the database is damaged: ${result.problems[0]}`,
          hint: 'Copy what can be read, and restore it from a backup.',
        },
        { databases },
      )
    }
  }
  return looked
}
