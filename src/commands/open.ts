import type { Fleet } from '../operations/fleet.js'
import type { OpenFleetOptions } from '../operations/fleet-config.js'
import type { RunControl } from '../operations/members/run-control.js'
import { openFleet } from '../operations/open-fleet.js'
import type { Progress } from '../output/progress.js'
import { waveLine } from '../output/wave-line.js'
import type { Invocation } from './command.js'
import { type Interruption, listenForInterruption } from './interruption.js'

/**
 * Opens the fleet that the global flags name.
 *
 * @param optional true where the verb needs none
 */
export function openInvokedFleet(
  { options }: Invocation,
  { optional = false }: { optional?: boolean } = {},
): Promise<Fleet> {
  const { config, url, files, against } = options as Pick<
    OpenFleetOptions,
    'url' | 'files' | 'against'
  > & { config?: string }
  return openFleet({
    ...(config !== undefined && { config }),
    ...(url !== undefined && { url }),
    ...(files !== undefined && { files }),
    ...(against !== undefined && { against }),
    optional,
  })
}

/** Runs a verb over many databases with a progress line, and lets Ctrl-C end it in two stages. */
export async function watched<Report>(
  { reporter, options }: Invocation,
  run: (control: RunControl) => Promise<Report>,
  { progress: isShown = true } = {},
): Promise<Report> {
  using interruption: Interruption = listenForInterruption(() =>
    reporter.note('Finishing what is in hand; press Ctrl-C again to stop at once.'),
  )
  const { signal, kill } = interruption
  const { jobs, busyTimeout, maxFailures } = options as {
    jobs?: number
    busyTimeout?: number
    maxFailures?: string
  }
  let progress: Progress | undefined
  let phase: string | undefined
  try {
    return await run({
      signal,
      kill,
      ...(jobs !== undefined && { jobs }),
      ...(busyTimeout !== undefined && { busyTimeoutMs: busyTimeout }),
      ...(maxFailures !== undefined && { maxFailures }),
      onWave: wave => void reporter.note(waveLine(wave)),
      onHealthOutput: text => void reporter.note(text),
      onProgress(state) {
        if (!isShown) return
        if (state.phase !== phase) {
          progress?.end()
          progress = reporter.progress(state.phase)
          phase = state.phase
        }
        progress?.update(state)
      },
    })
  } finally {
    progress?.end()
  }
}
