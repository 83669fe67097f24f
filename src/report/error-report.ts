import { DbfleetError } from '../errors/dbfleet-error.js'

/** An error as it stands in a report: plain data, safe to print, to clone and to keep. */
export interface ErrorReport {
  code: string
  message: string
  hint?: string
}

/** Turns anything thrown into plain data. An unexpected error gets the code `bug`. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof DbfleetError) {
    return error.hint === undefined
      ? { code: error.code, message: error.message }
      : { code: error.code, message: error.message, hint: error.hint }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'bug',
    message: `unexpected: ${message}`,
    hint: 'This is a defect of dbfleet; please report it with the output of DBFLEET_DEBUG=1.',
  }
}
