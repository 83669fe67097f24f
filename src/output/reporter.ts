import type { ErrorReport } from '../report/error-report.js'
import type { DatabaseResult, Summary } from '../report/fleet-report.js'
import type { Progress } from './progress.js'
import type { OutputFlags, OutputStream, Screen } from './terminal.js'

/** What every document of `--json` has in common. */
export interface ReportDocument {
  schema: 1
  command: string
  databases?: readonly { name: string }[]
  summary?: Summary
  interrupted?: boolean
  stopped?: ErrorReport
}

/** Turns a document into the lines that a person reads, one by one where there are many. Pure. */
export type Renderer<Document> = (document: Document, screen: Screen) => Iterable<string>

/** An error with the file that it is about, where the message does not name it. */
export interface ReportedError extends ErrorReport {
  file?: string
}

/** What had been found out about databases when an error ended the run. */
export interface PartialResult {
  databases: readonly DatabaseResult[]
  summary: Summary
}

/** A text in pieces, or what makes it for a screen. */
export type Pieces = AsyncIterable<Uint8Array> | ((screen: Screen) => AsyncIterable<Uint8Array>)

/** All that a command says goes through one of these. The promises resolve when it is written. */
export interface Reporter {
  /** Ends by itself when anything final is said. */
  progress(verb: string): Progress
  /** What a verb did. With `--quiet` it is said only when a database failed or was not run. */
  report<Document extends ReportDocument>(
    document: Document,
    render: Renderer<Document>,
  ): Promise<void>
  /** What a verb was asked for, such as a list or a plan; said with `--quiet` too. */
  answer<Document extends ReportDocument>(
    document: Document,
    render: Renderer<Document>,
  ): Promise<void>
  /** An error that ended the run; the last thing said. */
  error(error: ReportedError, partial?: PartialResult): Promise<void>
  /**
   * What went wrong beside the run, and ends nothing; on standard error, with `--quiet` too. Need not
   * be awaited, it never fails.
   */
  warning(error: ReportedError): Promise<void>
  /** Text such as help, as it is; on standard error with `--json`. */
  text(text: string): Promise<void>
  /**
   * A text of any size on standard output, as it is; not to be used with `--json`. Says whether the
   * reader stayed to the end.
   */
  stream(pieces: Pieces): Promise<boolean>
  /** The document of `--json`, by a verb that makes it in pieces; to be used with `--json` only. */
  document(pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** A remark by the way, on standard error; need not be awaited, it never fails. */
  note(text: string): Promise<void>
}

export interface ReporterOptions extends OutputFlags {
  /** The verb, for error documents; `null` when it is not known. */
  command: string | null
}

/** Where a reporter writes and what it reads of the environment. */
export interface ReporterStreams {
  stdout: OutputStream
  stderr: OutputStream
  env: NodeJS.ProcessEnv
}
