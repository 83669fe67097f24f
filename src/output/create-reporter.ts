import { createJsonReporter } from './json-reporter.js'
import type { Reporter, ReporterOptions, ReporterStreams } from './reporter.js'
import { detectTerminal } from './terminal.js'
import { createTerminalReporter } from './terminal-reporter.js'

/** The reporter that the flags ask for. */
export function createReporter(
  { command, quiet, json }: ReporterOptions,
  streams: ReporterStreams = process,
): Reporter {
  const terminal = detectTerminal(streams, streams.env, { quiet, json })
  ignoreErrorEvents(streams)
  return json
    ? createJsonReporter(command, terminal, streams)
    : createTerminalReporter(terminal, streams)
}

/**
 * A failed write is told to its callback; the event, unheard, would end the process as well. It
 * comes when `head` has read enough, for instance.
 */
function ignoreErrorEvents({ stdout, stderr }: ReporterStreams): void {
  for (const stream of [stdout, stderr]) {
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore)
  }
}

function ignore(): void {}
