import type { DatabaseTarget } from '../../database/database.js'
import type { NewPlace, Provisioner } from '../../database/remote/provisioner.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { reportError } from '../../report/error-report.js'

/** A database that is to be made on a server. */
export interface ToMake {
  target: DatabaseTarget
  /** Where it is to be, as it is shown. */
  url: string
  provisioner: Provisioner
}

/**
 * Makes a database on a server; one that cannot be filled is removed again.
 *
 * @param fill gets it when it is there, and empty
 * @param mend what to do about one that could be neither filled nor removed
 * @returns where it is, as it is shown, and what `fill` returned
 * @throws DbfleetError `exists`, when nothing was changed; what `fill` throws; others
 */
export async function makeOnServer<T>(
  { target, url, provisioner }: ToMake,
  fill: (made: DatabaseTarget) => Promise<T>,
  mend: string,
): Promise<{ url: string; made: T }> {
  const { name } = target
  const place = await provisioner.create(name)
  try {
    return { url: place?.shown ?? url, made: await fill(movedTo(place, target)) }
  } catch (error) {
    await provisioner.remove(name).catch(left => {
      throw leftBehind(error, left, mend)
    })
    throw error
  }
}

/** The server may have put it elsewhere than was thought, or only now knows where. */
function movedTo(place: NewPlace | undefined, target: DatabaseTarget): DatabaseTarget {
  if (place === undefined || 'path' in target) return target
  return { ...target, endpoint: { ...target.endpoint, url: place.url } }
}

/** It is there, which nobody would guess from why it was not filled. */
function leftBehind(error: unknown, left: unknown, mend: string): DbfleetError {
  const why = reportError(error)
  return new DbfleetError(
    why.code,
    `${why.message}; and it could not be removed again: ${reportError(left).message}`,
    { hint: mend, cause: error },
  )
}
