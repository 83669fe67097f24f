import { printable } from '../output/escape.js'
import { listNames } from '../output/names.js'
import { renderCreate } from '../output/render-create.js'
import type { VerbModule } from './command.js'
import { confirm } from './confirm.js'
import { ExitStatus, exitStatusOf } from './exit-status.js'
import { openInvokedFleet } from './open.js'

export const verb: VerbModule = {
  measured: true,
  configure(command) {
    command
      .argument('<database...>', 'names of the databases to remove')
      .option('-y, --yes', 'do not ask')
  },
  async run(invocation) {
    const fleet = await openInvokedFleet(invocation)
    const doomed = await fleet.findDoomed(invocation.args)
    if (invocation.options.yes !== true && !(await confirmed(doomed))) {
      invocation.reporter.note('Nothing was removed.')
      return ExitStatus.usage
    }
    const report = await fleet.destroy(invocation.args)
    await invocation.reporter.report(report, renderCreate)
    return exitStatusOf(report)
  },
}

function confirmed(doomed: readonly { name: string; url: string }[]): Promise<boolean> {
  const names = listNames(doomed.map(({ name }) => name))
  const lines = doomed.map(({ name, url }) => `  ${printable(name)}  ${printable(url)}`)
  return confirm(`${lines.join('\n')}\nRemove for good?`, `destroy asks before it removes ${names}`)
}
