import { UsageError } from '../errors/usage-error.js'
import { openFleet } from '../operations/open-fleet.js'
import { renderRestore } from '../output/render-restore.js'
import type { Invocation, VerbModule } from './command.js'
import { exitStatusOf } from './exit-status.js'
import { openInvokedFleet, watched } from './open.js'

interface Flags {
  as?: string | undefined
  to?: string | undefined
  source?: string
}

export const verb: VerbModule = {
  configure(command) {
    command
      .argument('<dump>', 'a file of SQL text, plain or compressed by gzip')
      .option('--as <name>', 'the new database is called so in the fleet')
      .option('--to <path>', 'it is this file, of the fleet or not')
      .option('--source <n or kind>', 'the source that makes it; the default is the first that can')
  },
  async run(invocation) {
    const [dump = ''] = invocation.args
    const { as, source, to } = invocation.options as Flags
    const fleet = await fleetFor(invocation, { as, to })
    const report = await watched(invocation, ({ signal, kill, onProgress }) =>
      fleet.restore(dump, {
        ...(signal && { signal }),
        ...(kill && { kill }),
        ...(onProgress && { onProgress }),
        ...(as !== undefined && { as }),
        ...(source !== undefined && { source }),
      }),
    )
    await invocation.reporter.report(report, renderRestore)
    return exitStatusOf(report)
  },
}

function fleetFor(invocation: Invocation, { as, to }: Flags) {
  if (to === undefined) return openInvokedFleet(invocation)
  if (as !== undefined) {
    throw new UsageError('bad-options', '--as and --to exclude each other', {
      hint: '--as names a database of the fleet, --to any file.',
    })
  }
  return openFleet({ url: to })
}
