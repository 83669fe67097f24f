import { Option } from 'commander'
import { UsageError } from '../errors/usage-error.js'
import type { UpOptions } from '../operations/up.js'
import { renderMigrate } from '../output/render-migrate.js'
import { renderPlan } from '../output/render-plan.js'
import type { VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { addBackupFirst, addExtent, addRunControl, addSelector, addWaves } from './flags.js'
import { openInvokedFleet, watched } from './open.js'
import { runNumber } from './run-number.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    addSelector(command)
    addExtent(command, 'up to and with this one')
    command.option('--allow-out-of-order', 'apply also what sorts before an applied migration')
    addBackupFirst(command)
    command.addOption(
      new Option(
        '--join <run>',
        'help a run that another process began, on this machine or another',
      ),
    )
    addRunControl(command, { changing: true })
    addWaves(command)
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const options = invocation.options as UpOptions & { join?: string }
    if (options.join !== undefined) {
      const id = runNumber(options.join)
      refuseBesideJoin(options)
      const report = await watched(invocation, control => fleet.join(id, control))
      await invocation.reporter.report(report, renderMigrate)
      return exitStatusOf(report)
    }
    if (invocation.options.dryRun === true) {
      const withSql = invocation.options.verbose === true
      const plan = await watched(invocation, control =>
        fleet.planUp({ ...options, ...control, withSql }),
      )
      await invocation.reporter.answer(plan, renderPlan)
      return exitStatusOf(plan)
    }
    const report = await watched(invocation, control => fleet.up({ ...options, ...control }))
    await invocation.reporter.report(report, renderMigrate)
    return exitStatusOf(report)
  },
}

/** What is done to which databases, the run that is joined says. */
function refuseBesideJoin(options: UpOptions): void {
  const named = (
    [
      ...(['db', 'except', 'shard', 'to', 'step', 'backup', 'out', 'allowOutOfOrder'] as const),
      ...(['canary', 'canaryDb', 'wave', 'pause', 'health', 'healthTimeout'] as const),
    ] as const
  )
    .filter(key => options[key] !== undefined)
    .map(key => `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`)
  if (named.length === 0) return
  throw new UsageError('bad-options', `--join excludes ${named.join(', ')}`, {
    hint: 'Nothing was touched. What is done, and where, the run says that is joined.',
  })
}
